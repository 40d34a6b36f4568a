"""Profiles: how the CSV files of a bank are written. Each is a YAML file, ours are shipped, others the project's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kontering import resources
from kontering.connectors.bank import problems
from kontering.connectors.bank.options import PROFILES
from kontering.diagnostics import Diagnostic, Span
from kontering.sdk.yaml_files import checked

_PARTS = {"YYYY": "%Y", "MM": "%m", "DD": "%d"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How a bank writes its files; `columns` gives the names that each field's column may have."""

    profile: str
    columns: Mapping[str, tuple[str, ...]]
    dates: tuple[str, ...]
    encodings: tuple[str, ...] = ("utf-8", "cp1252")
    delimiter: str = ";"
    decimal: str = ","
    thousands: str = "."
    currency: str = "DKK"
    needs: tuple[str, ...] = ("date", "amount")
    booked: Mapping[str, tuple[str, ...]]
    pending: Mapping[str, tuple[str, ...]]

    @property
    def patterns(self) -> tuple[str, ...]:
        """Its dates as `strptime` wants them."""
        return tuple(re.sub("YYYY|MM|DD", lambda found: _PARTS[found[0]], form) for form in self.dates)


@cache
def shipped(name: str) -> Profile:
    found = read(resources.data(f"bank/{name}.yaml"))
    if isinstance(found, Diagnostic):
        raise LookupError(str(found))
    return found


def read(path: Path) -> Profile | Diagnostic:
    """A profile out of its file, or the first thing that is wrong with it."""
    try:
        data, found = checked(path, "bank-profile")
    except OSError as error:
        return problems.bad_profile(Span(path.name), f"the profile can't be read: {error.strerror or error}")
    if found or data is None:
        first = found[0]
        return problems.bad_profile(first.span, first.message)
    return _profile(data)


def fitting(header: list[str]) -> list[str]:
    """The shipped profiles whose columns a header has."""
    return [name for name in PROFILES if not missing(shipped(name), header)]


def missing(profile: Profile, header: list[str]) -> list[str]:
    """Columns of a profile that a header lacks: the first name of each."""
    there = {name.casefold() for name in header}
    needed = (profile.columns[field] for field in profile.needs if field in profile.columns)
    return [names[0] for names in needed if not any(name.casefold() in there for name in names)]


def _profile(data: Mapping[str, Any]) -> Profile:
    said: dict[str, Any] = {name: _names(data.get(name) or {}) for name in ("booked", "pending", "columns")}
    said |= {name: data[name] for name in ("profile", "delimiter", "decimal", "thousands", "currency") if name in data}
    said |= {name: tuple(data[name]) for name in ("dates", "encodings", "needs") if name in data}
    return Profile(**said)


def _names(said: Mapping[str, list[str]]) -> Mapping[str, tuple[str, ...]]:
    return {name: tuple(names) for name, names in said.items()}
