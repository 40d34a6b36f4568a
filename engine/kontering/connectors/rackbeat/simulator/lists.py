"""Lists as Rackbeat answers them: 206, pages, plain filters, an order, chosen fields."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpx

from kontering.connectors.rackbeat.simulator.guard import Ask, No
from kontering.connectors.rackbeat.simulator.state import Row
from kontering.testing.simulator import reply

OWN = frozenset({"page", "limit", "fields", "expand", "order_by", "order_direction", "suppress_webhooks"})
LARGEST = 1000
OPERATORS: dict[str, Callable[[str, str], bool]] = {
    ">": lambda has, wants: has >= wants,  # `updated_at>=…` is read as the field `updated_at>` with a value
    "<": lambda has, wants: has <= wants,
}


def page(asked: Ask, key: str, rows: Iterable[Row], show: Callable[[Row], Row]) -> httpx.Response:
    """One page of a list, as the query asks for it."""
    query = asked.query
    found = [shown for row in rows if _passes(asked, shown := show(row))]
    if "order_by" in query:
        name, down = query["order_by"], query.get("order_direction", "asc") == "desc"
        found.sort(key=lambda row: (row.get(name) is not None, str(row.get(name))), reverse=down)
    limit, number = _whole(asked, "limit", 20, LARGEST), _whole(asked, "page", 1, 10**9)
    first = (number - 1) * limit
    some = [_chosen(asked, row) for row in found[first : first + limit]]
    pages = max(1, math.ceil(len(found) / limit))
    return reply({key: some, "total": len(found), "pages": pages, "limit": limit, "page": number}, 206)


def _whole(asked: Ask, name: str, otherwise: int, largest: int) -> int:
    given = asked.query.get(name, str(otherwise))
    if not given.isdecimal() or int(given) < 1:
        raise No(422, "The given data was invalid.", {name: [f"The {name} must be at least 1."]})
    return min(int(given), largest)


def _passes(asked: Ask, row: Row) -> bool:
    return not asked.state.habits.filters or all(_fits(row, name, value) for name, value in _filters(asked))


def _filters(asked: Ask) -> Iterator[tuple[str, str]]:
    for name, value in asked.query.multi_items():
        plain = name.removeprefix("simple_filter[").removesuffix("]") if name.startswith("simple_filter[") else name
        if plain not in OWN and not plain.startswith("field_eq["):
            yield plain, value


def _fits(row: Row, name: str, value: str) -> bool:
    """A field that a row doesn't have filters nothing, as an unknown one does."""
    if name[-1:] in OPERATORS:
        has = row.get(name[:-1])
        return has is None or OPERATORS[name[-1]](str(has), value)
    return name not in row or _text(row[name]) == value.casefold()


def _text(value: Any) -> str:
    return "true" if value is True else "false" if value is False else str(value).casefold()


def _chosen(asked: Ask, row: Row) -> Row:
    names = [name for name in asked.query.get("fields", "").split(",") if name]
    return {name: value for name, value in row.items() if name in names} if names else row
