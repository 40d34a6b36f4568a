"""Records become values by their schema: each notation, and what doesn't fit."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from kontering.diagnostics import Diagnostic
from kontering.errors import Problems
from kontering.mapping.records import decode

Schema = dict[str, Any]


def of(format_: str) -> Schema:
    return {"properties": {"x": {"format": format_}}}


def read(format_: str, value: Any) -> Any:
    return decode({"x": value}, of(format_))["x"]


@pytest.mark.parametrize(
    ("format_", "written", "meant"),
    [
        ("decimal", "39.20", Decimal("39.20")),
        ("decimal", Decimal("39.20"), Decimal("39.20")),
        ("decimal", 39, Decimal(39)),
        ("decimal", "-0.005", Decimal("-0.005")),
        ("fraction", Decimal("0.25"), Decimal(25)),
        ("fraction", "0.25", Decimal(25)),
        ("unix", 1772323200, dt.datetime(2026, 3, 1, tzinfo=dt.UTC)),
        ("utc", "2026-03-01T00:00:00", dt.datetime(2026, 3, 1, tzinfo=dt.UTC)),
        ("utc", "2026-03-01T00:00:00Z", dt.datetime(2026, 3, 1, tzinfo=dt.UTC)),
        ("iso", "2026-03-01T01:00:00+01:00", dt.datetime(2026, 3, 1, tzinfo=dt.UTC)),
        ("local", "2026-03-01 14:02:10", dt.datetime.fromisoformat("2026-03-01T14:02:10")),
        ("local", "2026-03-01", dt.datetime.fromisoformat("2026-03-01T00:00:00")),
        ("date", "2026-03-01", dt.date(2026, 3, 1)),
        ("currency", "dkk", "DKK"),
        ("country", "dk", "DK"),
        ("country", "XI", "XI"),
    ],
)
def test_a_notation_becomes_its_value(format_: str, written: Any, meant: Any) -> None:
    found = read(format_, written)

    assert found == meant
    assert type(found) is type(meant)


@pytest.mark.parametrize(
    ("format_", "written", "code"),
    [
        ("decimal", "39,20", "K501"),
        ("decimal", "1e3", "K501"),
        ("decimal", " 1", "K501"),
        ("decimal", "１", "K501"),
        ("decimal", True, "K501"),
        ("decimal", "NaN", "K502"),
        ("decimal", Decimal("NaN"), "K502"),
        ("decimal", Decimal("Infinity"), "K502"),
        ("decimal", 0.1, "K502"),
        ("decimal", Decimal("1e999999"), "K502"),
        ("unix", 10**15, "K501"),
        ("utc", "2026-03-01T00:00:00+02:00", "K501"),
        ("utc", "2026-02-30T00:00:00", "K501"),
        ("iso", "2026-03-01T00:00:00", "K501"),
        ("local", "2026-03-01T00:00:00Z", "K501"),
        ("date", "01/03/2026", "K501"),
        ("currency", "DKR", "K503"),
        ("country", "Danmark", "K504"),
    ],
)
def test_what_does_not_fit_is_named(format_: str, written: Any, code: str) -> None:
    with pytest.raises(Problems) as caught:
        read(format_, written)

    (problem,) = caught.value.diagnostics
    assert isinstance(problem, Diagnostic)
    assert problem.code == code
    assert problem.record == "record.x"


@pytest.mark.parametrize("nothing", [None, ""])
@pytest.mark.parametrize("format_", ["decimal", "unix", "date", "currency", "any"])
def test_null_and_the_empty_text_are_missing(format_: str, nothing: Any) -> None:
    assert read(format_, nothing) is None


def test_an_absent_field_stays_absent() -> None:
    assert decode({}, of("decimal")) == {}


def test_a_field_that_the_schema_does_not_list_is_not_read() -> None:
    assert decode({"x": "1", "other": float("nan")}, of("decimal")) == {"x": Decimal(1)}


@pytest.mark.parametrize(("currency", "meant"), [("dkk", "39.20"), ("JPY", "3920"), ("KWD", "3.920")])
def test_an_amount_in_the_smallest_unit_asks_its_currency(currency: str, meant: str) -> None:
    schema = {"properties": {"currency": {}, "lines": {"items": {"properties": {"amount": {"format": "minor"}}}}}}

    found = decode({"currency": currency, "lines": [{"amount": 3920}]}, schema)

    assert found["lines"][0]["amount"] == Decimal(meant)


def test_the_currency_may_stand_beside_the_amount() -> None:
    money = {"properties": {"amount": {"format": "minor", "x-currency": "code"}, "code": {"format": "currency"}}}

    found = decode({"shop": {"amount": 100, "code": "JPY"}}, {"properties": {"shop": money}})

    assert found["shop"] == {"amount": Decimal(100), "code": "JPY"}


def test_a_slash_means_the_record_that_its_schema_describes() -> None:
    inner = {"x-root": True, "properties": {"currency": {}, "total": {"format": "minor", "x-currency": "/currency"}}}
    schema = {"x-root": True, "properties": {"related": {"properties": {"order": inner}}}}

    found = decode({"currency": "DKK", "related": {"order": {"currency": "JPY", "total": 5}}}, schema)

    assert found["related"]["order"]["total"] == Decimal(5)


def test_an_amount_without_its_currency_is_an_error() -> None:
    with pytest.raises(Problems, match="needs its currency"):
        decode({"x": 5}, of("minor"))


def test_all_faults_are_told_at_once_with_their_paths() -> None:
    line = {"properties": {"total": {"format": "decimal"}, "name": {"type": "string"}}}
    schema = {"properties": {"lines": {"type": "array", "items": line}, "id": {"type": "integer"}}}
    record = {"lines": [{"total": "1"}, {"total": "x", "name": 7}], "id": "five"}

    with pytest.raises(Problems) as caught:
        decode(record, schema, name="order", key="shop/order/1")

    assert [problem.record for problem in caught.value.diagnostics if isinstance(problem, Diagnostic)] == [
        "shop/order/1 order.lines[1].total",
        "shop/order/1 order.lines[1].name",
        "shop/order/1 order.id",
    ]


def test_a_word_outside_the_list_is_refused() -> None:
    with pytest.raises(Problems, match="none of gross, net"):
        decode({"side": "brutto"}, {"properties": {"side": {"enum": ["gross", "net"]}}})


def test_an_empty_map_of_php_is_an_object() -> None:
    assert decode({"a": []}, {"properties": {"a": {"properties": {"b": {"type": "string"}}}}}) == {"a": {}}


def test_meta_data_is_looked_at_for_floats() -> None:
    with pytest.raises(Problems, match="binary float"):
        decode({"x": {"deep": [0.1]}}, of("any"))


def test_a_list_where_an_object_belongs_is_refused() -> None:
    with pytest.raises(Problems, match="expected an object, found a list"):
        decode({"a": [1]}, {"properties": {"a": {"properties": {"b": {}}}}})


def test_a_huge_record_is_refused_unread() -> None:
    with pytest.raises(Problems, match="more than 1,000,000 values"):
        decode({"x": [0] * 1_000_001}, of("any"))


def test_a_deep_record_is_refused_unread() -> None:
    deep: Any = 1
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(Problems, match="levels deep"):
        decode({"x": deep}, of("any"))
