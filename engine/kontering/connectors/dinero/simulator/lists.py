"""Lists: filter, chosen fields, changes since, deleted ones, order and pages, as every collection has them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from kontering.connectors.dinero.simulator.refusals import invalid
from kontering.connectors.dinero.simulator.state import Row, State, written
from kontering.testing.simulator import Asked, reply

LARGEST, SIZE = 1000, 100
_CONDITION = re.compile(r"\s*(\w+)[\s+]+(eq|contains)[\s+]+'((?:[^']|'')*)'\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Collection:
    """What a list shows by itself, and by what it can be filtered."""

    default: tuple[str, ...]
    filters: tuple[str, ...]


CONTACTS = Collection(
    ("Name", "ContactGuid"), ("Name", "Email", "ExternalReference", "VatNumber", "EanNumber", "IsPerson")
)
PRODUCTS = Collection(("Name", "ProductGuid"), ("Name", "ProductNumber", "ExternalReference"))
INVOICES = Collection(
    ("Guid", "ContactName", "Date", "Description"), ("ExternalReference", "Description", "ContactGuid")
)
CREDIT_NOTES = Collection(
    ("Guid", "ContactName", "Date", "Description"), ("ContactGuid", "Description", "ExternalReference")
)


def page(asked: Asked[State], every: Iterable[Row], shape: Collection) -> httpx.Response:
    """One page of a collection."""
    rows = list(every)
    size = _whole(asked, "pageSize", SIZE, 1)
    number = _whole(asked, "page", 0, 0)
    if size > LARGEST:
        raise invalid({"pageSize": f"pageSize can't be more than {LARGEST}"})
    wanted, since = conditions(asked.query.get("queryFilter", ""), shape), _since(asked)
    chosen = ordered(asked, [row for row in rows if _is_asked_for(asked, row, wanted, since)])
    names = fields(asked, shape.default)
    part = chosen[number * size : (number + 1) * size]
    return reply(
        {
            "Collection": [shown(row, names) for row in part],
            "Pagination": {
                "MaxPageSizeAllowed": LARGEST,
                "PageSize": size,
                "Result": len(chosen),
                "ResultWithoutFilter": len(rows),
                "Page": number,
            },
        }
    )


def fields(asked: Asked[State], default: Sequence[str]) -> Sequence[str]:
    named = [name.strip() for name in asked.query.get("fields", "").split(",") if name.strip()]
    return named or default


def shown(row: Row, names: Sequence[str]) -> Row:
    """The fields that are asked for, in any case; what the model doesn't have is left out."""
    known = {name.lower(): name for name in row}
    return {known[name.lower()]: row[known[name.lower()]] for name in names if name.lower() in known}


def _is_asked_for(asked: Asked[State], row: Row, wanted: Iterable[tuple[str, str, str]], since: str) -> bool:
    wants_deleted = asked.query.get("deletedOnly", "false").lower() == "true"
    return (
        bool(row.get("DeletedAt")) is wants_deleted
        and _is_fresh_enough(asked, row)
        and str(row.get("UpdatedAt", "")) >= since
        and all(_holds(row, *condition) for condition in wanted)
        and _is_in_span(asked, row)
        and _has_status(asked, row)
        and _has_text(asked, row)
    )


def conditions(text: str, shape: Collection) -> list[tuple[str, str, str]]:
    """`Name eq 'Bo';Email contains 'example'` taken apart.

    >>> conditions("Name eq 'O''Hara';Email contains '@'", CONTACTS)
    [('Name', 'eq', "O'Hara"), ('Email', 'contains', '@')]
    """
    found: list[tuple[str, str, str]] = []
    at = 0
    known = {name.lower(): name for name in shape.filters}
    while at < len(text):
        match = _CONDITION.match(text, at)
        if match is None or match[1].lower() not in known or text[match.end() : match.end() + 1] not in ("", ";"):
            raise invalid({"queryFilter": f"The filter can't be read: {text[at:]}"})
        found.append((known[match[1].lower()], match[2].lower(), match[3].replace("''", "'")))
        at = match.end() + 1
    return found


def _holds(row: Row, name: str, operator: str, value: str) -> bool:
    seen = row.get(name)
    there = "" if seen is None else str(seen).lower()
    return value.lower() == there if operator == "eq" else value.lower() in there


def _since(asked: Asked[State]) -> str:
    since = asked.query.get("changesSince")
    if not since:
        return ""
    try:
        return written(datetime.fromisoformat(since))
    except ValueError:
        raise invalid({"changesSince": "changesSince must be yyyy-MM-ddTHH:mm:ssZ"}) from None


def _is_fresh_enough(asked: Asked[State], row: Row) -> bool:
    """What a trailing search index knows already."""
    lag = asked.state.habits.lag_seconds
    return not lag or str(row.get("CreatedAt", "")) <= written(asked.now - timedelta(seconds=lag))


def _is_in_span(asked: Asked[State], row: Row) -> bool:
    first, last, day = asked.query.get("startDate"), asked.query.get("endDate"), row.get("Date")
    return day is None or ((not first or day >= first) and (not last or day <= last))


def _has_status(asked: Asked[State], row: Row) -> bool:
    wanted = [one.strip().lower() for one in asked.query.get("statusFilter", "").split(",") if one.strip()]
    return not wanted or "Status" not in row or str(row["Status"]).lower() in wanted


def _has_text(asked: Asked[State], row: Row) -> bool:
    wanted = asked.query.get("freeTextSearch", "").lower()
    if not wanted or "ContactName" not in row:
        return True
    said = (row.get(name) for name in ("ContactName", "Description", "Number", "ExternalReference"))
    return any(wanted in str(value).lower() for value in said if value is not None)


_SORTS: Mapping[str, str] = {"vouchernumber": "Number", "voucherdate": "Date", "status": "Status", "name": "Name"}


def ordered(asked: Asked[State], rows: list[Row]) -> list[Row]:
    """By the time of change, or as it is asked for."""
    name = _SORTS.get(asked.query.get("sort", "").lower(), asked.query.get("sort", "UpdatedAt"))
    down = asked.query.get("sortOrder", "ascending").lower().startswith("desc")
    return sorted(rows, key=lambda row: _rank(row.get(name)), reverse=down)


def _rank(value: Any) -> tuple[bool, Any]:
    return (value is not None, str(value) if not isinstance(value, int) else f"{value:012d}")


def _whole(asked: Asked[State], name: str, default: int, low: int) -> int:
    text = asked.query.get(name)
    if text is None:
        return default
    if not text.isdecimal() or int(text) < low:
        raise invalid({name: f"{name} must be a whole number from {low} on"})
    return int(text)
