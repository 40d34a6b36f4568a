"""The filter grammar of e-conomic's documentation: operators, grouping, escapes, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontering.connectors.economic.asking import equals, holds
from kontering.connectors.economic.simulator.fields import boolean, columns, date, integer, number, ref, text
from kontering.connectors.economic.simulator.filters import BadQuery, parse_filter, parse_sort

FIELDS = (
    integer("customerNumber", "fs"),
    text("name", 50, "fs"),
    text("city", 50, "fs"),
    number("balance", "fs"),
    date("date", "fs"),
    boolean("barred", "f"),
    text("vatNumber", 20),
    ref("customerGroup", "customer-groups", "customerGroupNumber", "f"),
)
COLUMNS = dict(columns(FIELDS))
JOE: dict[str, Any] = {"customerNumber": 1, "name": "Joe", "city": "Newport", "balance": Decimal("10.5")}
ANN: dict[str, Any] = {"customerNumber": 2, "name": "Ann (2)", "city": "Odense C", "date": "2026-03-01", "barred": True}
BOB: dict[str, Any] = {"customerNumber": 10, "name": "B*b, [$]", "customerGroup": {"customerGroupNumber": 3}}
ROWS = [JOE, ANN, BOB]


@pytest.mark.parametrize(
    ("filter_", "names"),
    [
        ("name$eq:joe", [1]),
        ("name$ne:Joe", [2, 10]),
        ("customerNumber$gt:1", [2, 10]),
        ("customerNumber$gte:2$and:customerNumber$lt:10", [2]),
        ("balance$lte:10.50", [1]),
        ("name$like:o", [1]),
        ("city$like:*port", [1]),
        ("city$like:port*", []),
        ("city$like:o*c", [2]),
        ("name$eq:Joe$and:(city$like:*port$or:customerNumber$lt:0)", [1]),
        ("name$eq:Joe$or:name$like:ann*$and:customerNumber$eq:99", [1]),
        ("(name$eq:Joe$or:name$like:ann*)$and:customerNumber$eq:99", []),
        ("customerNumber$in:[1,10,77]", [1, 10]),
        ("customerNumber$nin:[1,10]", [2]),
        ("city$eq:$null:", [10]),
        ("city$ne:$null:", [1, 2]),
        ("name$eq:Ann $(2$)", [2]),
        ("name$eq:B$*b$, $[$$$]", [10]),
        ("name$like:b$*b*", [10]),
        ("date$gte:2026-03-01", [2]),
        ("barred$eq:true", [2]),
        ("barred$eq:false", [1, 10]),
        ("customerGroup.customerGroupNumber$eq:3", [10]),
    ],
)
def test_a_filter_lets_the_right_rows_through(filter_: str, names: list[int]) -> None:
    matches = parse_filter(filter_, COLUMNS)

    assert [row["customerNumber"] for row in ROWS if matches(row)] == names


@pytest.mark.parametrize(
    "filter_",
    [
        "vatNumber$eq:1",
        "nothing$eq:1",
        "name",
        "name=Joe",
        "name$is:Joe",
        "(name$eq:Joe",
        "name$eq:Joe)",
        "name$eq:Joe$and:",
        "name$eq:Ann (2)",
        "name$eq:5$",
        "customerNumber$eq:one",
        "customerNumber$eq:1.5",
        "customerNumber$like:1",
        "name$in:[1,2]",
        "customerNumber$in:1,2",
        "date$eq:01-03-2026",
        "barred$eq:yes",
        "customerNumber$in:[" + ",".join(map(str, range(201))) + "]",
    ],
)
def test_what_cannot_be_filtered_is_refused(filter_: str) -> None:
    with pytest.raises(BadQuery):
        parse_filter(filter_, COLUMNS)


@given(st.text(min_size=1, max_size=50))
def test_any_text_can_be_asked_for_as_our_connector_writes_it(value: str) -> None:
    columns_ = {"name": text("name", 50, "fs")}

    assert parse_filter(equals("name", value), columns_)({"name": value})
    assert parse_filter(holds("name", value), columns_)({"name": f"before {value} after"})
    assert not parse_filter(equals("name", value), columns_)({"name": f"{value}x"})


def test_rows_are_sorted_by_several_properties() -> None:
    assert [row["customerNumber"] for row in parse_sort("-customerNumber", COLUMNS)(ROWS)] == [10, 2, 1]
    assert [row["customerNumber"] for row in parse_sort("~customerNumber", COLUMNS)(ROWS)] == [1, 10, 2]
    assert [row["customerNumber"] for row in parse_sort("city,-name", COLUMNS)(ROWS)] == [10, 1, 2]


def test_what_cannot_be_sorted_is_refused() -> None:
    with pytest.raises(BadQuery):
        parse_sort("barred", COLUMNS)
