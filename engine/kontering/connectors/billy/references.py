"""Names to ids: payloads say `account: "1110"`, Billy wants `accountId`. Lists are read once in a while and kept."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from kontering.connectors.billy.asking import Row, rows
from kontering.sdk.connector import Refusal, Refused

if TYPE_CHECKING:
    import httpx

KEPT_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Kind:
    """A list of things that have a number or a name; `one` is what a person calls such a thing."""

    resource: str
    known_by: tuple[str, ...]
    one: str


ACCOUNT = Kind("accounts", ("accountNo", "name"), "account")
NAMED: Mapping[str, Kind] = {
    "account": ACCOUNT,
    "contraAccount": ACCOUNT,
    "cashAccount": ACCOUNT,
    "feeAccount": ACCOUNT,
    "salesTaxRuleset": Kind("salesTaxRulesets", ("name", "abbreviation"), "sales tax ruleset"),
    "taxRate": Kind("taxRates", ("name", "abbreviation"), "tax rate"),
    "daybook": Kind("daybooks", ("name",), "daybook"),
    "product": Kind("products", ("productNo",), "product"),
}
"""Property of a payload → what it names. `account` becomes `accountId`."""


@dataclass(slots=True)
class Kept:
    """A list's ids by every name, and until when they are good."""

    ids: Mapping[str, str]
    until: float


@dataclass(slots=True)
class Names:
    """What was read of a connection's lists; all threads of its client share it."""

    kept: dict[str, Kept] = field(default_factory=dict)


_SHARED: WeakKeyDictionary[httpx.Client, Names] = WeakKeyDictionary()


def resolved(client: httpx.Client, body: Any, path: str = "") -> Any:
    """The body with ids in place of names; what Billy doesn't have is a refusal with its place."""
    if isinstance(body, list):
        return [resolved(client, part, f"{path}/{number}") for number, part in enumerate(body)]
    if not isinstance(body, Mapping):
        return body
    found: dict[str, Any] = {}
    for name, value in body.items():
        if name in NAMED and isinstance(value, str):
            found[f"{name}Id"] = id_of(client, NAMED[name], value, f"{path}/{name}")
        else:
            found[name] = resolved(client, value, f"{path}/{name}")
    return found


def id_of(client: httpx.Client, kind: Kind, name: str, path: str) -> str:
    """The id of the thing; a name that isn't known is asked for once more, since it may be new."""
    kept = _ids(client, kind, fresh=False)
    id_ = kept.get(name) or _ids(client, kind, fresh=True).get(name)
    if id_ is None:
        raise Refused((Refusal(f"Billy has no {kind.one} {name}", path),))
    return id_


def first(client: httpx.Client, kind: Kind) -> str | None:
    """The id of any of them: of the first that Billy lists."""
    return next(iter(_ids(client, kind, fresh=False).values()), None)


def _ids(client: httpx.Client, kind: Kind, *, fresh: bool) -> Mapping[str, str]:
    names = _SHARED.setdefault(client, Names())
    kept = names.kept.get(kind.resource)
    if kept is None or fresh or time.monotonic() > kept.until:
        kept = Kept(ids=_by_name(rows(client, kind.resource), kind), until=time.monotonic() + KEPT_SECONDS)
        names.kept[kind.resource] = kept
    return kept.ids


def _by_name(found: Any, kind: Kind) -> Mapping[str, str]:
    """Numbers win over names, names over shorter ones; an id stands for itself."""
    ids: dict[str, str] = {}
    every: list[Row] = [row for row in found if not row.get("isArchived")]
    for name in kind.known_by:
        for row in every:
            if row.get(name):
                ids.setdefault(str(row[name]), str(row["id"]))
    for row in every:
        ids.setdefault(str(row["id"]), str(row["id"]))
    return ids
