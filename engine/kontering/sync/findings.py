"""What `kontering doctor` finds: one thing that was looked at, and how it is with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Literal

import httpx

from kontering.diagnostics import Span
from kontering.sdk.connector import JsonObject

State = Literal["fine", "missing", "unknown", "trouble"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; `way` says how to mend it. `trouble` is a system that doesn't answer."""

    about: str
    state: State
    says: str
    way: str = ""
    span: Span | None = None


@dataclass(slots=True)
class Seen:
    """What was read of the live system so far, and by how much its clock is ahead of ours."""

    now: Callable[[], dt.datetime]
    records: dict[str, dict[str, JsonObject]] = field(default_factory=dict)
    ahead: float | None = None

    def hears(self, response: httpx.Response) -> None:
        """The Date header of an answer; the last one counts."""
        try:
            said = parsedate_to_datetime(response.headers.get("date", ""))
        except ValueError:
            return
        aware = said if said.tzinfo else said.replace(tzinfo=dt.UTC)
        self.ahead = (aware - self.now()).total_seconds()


def worst(findings: Sequence[Finding]) -> State:
    """What decides the exit code."""
    order: tuple[State, ...] = ("trouble", "missing", "unknown")
    return next((state for state in order if any(one.state == state for one in findings)), "fine")
