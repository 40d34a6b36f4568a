"""Lists: filters, periods, search, order, pages with their links, and what is embedded or comes beside."""

from __future__ import annotations

import calendar
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import httpx

from kontering.connectors.billy.simulator.fields import Field, Resource
from kontering.connectors.billy.simulator.refusals import Bad
from kontering.connectors.billy.simulator.shapes import RESOURCES
from kontering.connectors.billy.simulator.state import Row, State
from kontering.testing.simulator import Asked

LARGEST = 1000
Keeps = Callable[[Row], bool]
Beside = dict[str, dict[str, Row]]


def listed(asked: Asked[State], resource: Resource) -> tuple[list[Row], Row]:
    """One page of a resource, and its paging. Filters that the resource doesn't know change nothing."""
    rows = list(_ordered(asked, resource, _chosen(asked, resource)))
    size = min(_whole(asked, "pageSize", LARGEST), LARGEST)
    page, count = _whole(asked, "page", 1), max(1, math.ceil(len(rows) / size))
    paging: Row = {"page": page, "pageCount": count, "pageSize": size, "total": len(rows), **_links(asked, page, count)}
    return rows[(page - 1) * size : page * size], paging


def included(asked: Asked[State], resource: Resource, rows: Sequence[Row]) -> tuple[list[Row], Beside]:
    """Rows with what is to be embedded, and what comes beside them."""
    beside: Beside = {}
    shown = [dict(row) for row in rows]
    for part in filter(None, asked.query.get("include", "").split(",")):
        path, _, mode = part.partition(":")
        one, _, name = path.strip().partition(".")
        if one != resource.one or mode not in ("embed", "sideload"):
            raise Bad(400, "E_INCLUDE", f"include «{part}» kendes ikke.")
        for row, original in zip(shown, rows, strict=True):
            _include(asked.state, resource, row, original, name, mode, beside)
    return shown, beside


def _include(state: State, resource: Resource, row: Row, original: Row, name: str, mode: str, beside: Beside) -> None:
    many = _many(state, resource, original, name)
    if many is not None:
        plural, found = many
    else:
        field = resource.by_name.get(f"{name}Id")
        if field is None or field.kind != "ref":
            raise Bad(400, "E_INCLUDE", f"«{resource.one}.{name}» kendes ikke.")
        other = state.get(field.to, original.get(field.name))
        plural, found = field.to, [other] if other else []
    if mode == "embed":
        row[name] = found if many is not None else (found[0] if found else None)
    else:
        beside.setdefault(plural, {}).update({one["id"]: one for one in found})


def _many(state: State, resource: Resource, row: Row, name: str) -> tuple[str, list[Row]] | None:
    child = resource.children.get(name)
    if child is not None:
        return child.of, state.below(child.of, child.parent, row["id"])
    reference = {"balanceModifiers": "subjectReference", "attachments": "ownerReference"}.get(name)
    if reference is None:
        return None
    mine = f"{resource.one}:{row['id']}"
    return name, [one for one in state.table(name).values() if one.get(reference) == mine]


def _chosen(asked: Asked[State], resource: Resource) -> Iterator[Row]:
    keeps = [*_equal(asked, resource), *_spans(asked, resource), *_search(asked, resource)]
    lag = timedelta(seconds=asked.state.habits.lag_seconds) if keeps else timedelta(0)
    for row in asked.state.table(resource.name).values():
        fresh = lag and asked.state.made.get(row["id"], asked.now - lag) > asked.now - lag
        if not fresh and all(keep(row) for keep in keeps):
            yield row


def _equal(asked: Asked[State], resource: Resource) -> Iterator[Keeps]:
    kept = asked.state.habits.kept_references
    known = {*resource.equals, *asked.state.habits.find_by} - ({"externalId", "orderNo"} - kept)
    for name in sorted(known & set(asked.query)):
        field = resource.by_name.get(name)
        if field is not None:
            yield _equals(field, asked.query[name])


def _equals(field: Field, value: str) -> Keeps:
    if field.kind == "boolean":
        return lambda row: bool(row.get(field.name)) == (value in ("true", "1"))
    if field.kind == "decimal":
        wanted = _decimal(value)
        return lambda row: row.get(field.name) == wanted
    return lambda row: row.get(field.name) == value


def _spans(asked: Asked[State], resource: Resource) -> Iterator[Keeps]:
    for name, of in resource.spans.items():
        low, high = asked.query.get(f"min{name}"), asked.query.get(f"max{name}")
        if f"{name[0].lower()}{name[1:]}Period" in asked.query:
            low, high = period(asked.query[f"{name[0].lower()}{name[1:]}Period"])
        if low or high:
            yield lambda row, of=of, low=low, high=high: _within(row.get(of), low, high)  # type: ignore[misc]


def _within(value: str | None, low: str | None, high: str | None) -> bool:
    """Days, or times as they are written in filters, with a blank."""
    if value is None:
        return False
    seen = value.replace("T", " ")
    return (not low or seen >= low) and (not high or seen[: len(high)] <= high)


def period(text: str) -> tuple[str | None, str | None]:
    """
    >>> period("month:2026-02"), period("dates:2026-01-05...2026-01-07"), period("all")
    (('2026-02-01', '2026-02-28'), ('2026-01-05', '2026-01-07'), (None, None))
    """
    kind, _, value = text.partition(":")
    try:
        match kind:
            case "all":
                return None, None
            case "dates":
                low, _, high = value.partition("...")
                return date.fromisoformat(low).isoformat(), date.fromisoformat(high).isoformat()
            case "year" | "fiscalYear":
                return f"{int(value):04}-01-01", f"{int(value):04}-12-31"
            case "quarter":
                year, _, quarter = value.partition("-")
                return _months(int(year), 3 * int(quarter.strip("Qq")) - 2, 3)
            case "month":
                year, _, month = value.partition("-")
                return _months(int(year), int(month), 1)
    except (ValueError, calendar.IllegalMonthError):
        pass
    raise Bad(400, "E_PERIOD", f"Perioden «{text}» kendes ikke.")


def _months(year: int, first: int, count: int) -> tuple[str, str]:
    last = first + count - 1
    return f"{year:04}-{first:02}-01", f"{year:04}-{last:02}-{calendar.monthrange(year, last)[1]:02}"


def _search(asked: Asked[State], resource: Resource) -> Iterator[Keeps]:
    wanted = asked.query.get("q", "").casefold().strip()
    if wanted and resource.search:
        state = asked.state
        yield lambda row: any(wanted in text.casefold() for text in _searched(state, resource, row))


def _searched(state: State, resource: Resource, row: Row) -> Iterator[str]:
    for name in resource.search:
        value = value_at(state, resource, row, name)
        if value is not None:
            yield f"{value:.2f}" if isinstance(value, Decimal) else str(value)
    if resource.name == "contacts" and state.habits.search == "all":
        yield from (str(row[name]) for name in ("phone", "ean") if row.get(name))
        for person in state.below("contactPersons", "contactId", row["id"]):
            yield from (str(person[name]) for name in ("email", "name") if person.get(name))


def value_at(state: State, resource: Resource, row: Row, name: str) -> Any:
    """A property of the record, or of one that it belongs to: `contact.name`."""
    first, _, rest = name.partition(".")
    if not rest:
        return row.get(name)
    field = resource.by_name.get(f"{first}Id")
    other = state.get(field.to, row.get(field.name)) if field else None
    return other.get(rest) if other else None


def _ordered(asked: Asked[State], resource: Resource, rows: Iterable[Row]) -> Iterable[Row]:
    name = asked.query.get("sortProperty")
    if name not in resource.sorts:
        return rows

    def key(row: Row) -> tuple[bool, Any]:
        value = value_at(asked.state, resource, row, str(name))
        return (value is not None, value if value is not None else "")

    return sorted(rows, key=key, reverse=asked.query.get("sortDirection", "ASC").upper() == "DESC")


def _links(asked: Asked[State], page: int, count: int) -> Mapping[str, str]:
    at = {"firstUrl": 1, "lastUrl": count}
    if page > 1:
        at["previousUrl"] = page - 1
    if page < count:
        at["nextUrl"] = page + 1
    url: httpx.URL = asked.request.url
    return {name: str(url.copy_merge_params({"page": str(number)})) for name, number in at.items()}


def _whole(asked: Asked[State], name: str, default: int) -> int:
    value = asked.query.get(name)
    if value is None:
        return default
    if not value.isdecimal() or int(value) < 1:
        raise Bad(400, "E_PAGING", f"{name} skal være et helt tal over 0.")
    return int(value)


def _decimal(value: str) -> Decimal | None:
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def rows_of(state: State, name: str) -> Iterable[Row]:
    return state.table(RESOURCES[name].name).values()
