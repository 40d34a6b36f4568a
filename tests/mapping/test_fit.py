"""Documents and payloads against their schemas, with dates and decimals as values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from kontering.mapping.fit import Fitting, document_problems, fitted, shortened
from kontering.model.plan import Link

INVOICE: dict[str, Any] = {
    "number": "1042",
    "state": "paid",
    "date": dt.date(2026, 4, 1),
    "currency": "DKK",
    "prices": "gross",
    "customer": {"kind": "consumer", "name": "Ida Prøve", "address": {"country": "DK"}},
    "lines": [
        {"id": "1", "kind": "goods", "description": "Kaffe", "quantity": 1, "amount": Decimal("100.00"), "taxes": []}
    ],
    "totals": {"gross": Decimal("100.00")},
}


def changed(**changes: Any) -> dict[str, Any]:
    return INVOICE | changes


def test_a_good_document_has_no_problems() -> None:
    assert document_problems("invoice", INVOICE) == ()


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (changed(date=dt.datetime(2026, 4, 1, tzinfo=dt.UTC)), "an instant where a date belongs"),
        (changed(date="1/4/2026"), 'expected a date, found "1/4/2026"'),
        (changed(currency="DKR"), 'unknown currency "DKR"'),
        (changed(prices="brutto"), '"brutto" is none of the field\'s words'),
        (changed(lines=[]), "at least 1 needed, there are 0"),
        (changed(nr="1"), "there is no field 'nr'"),
        (changed(note=None), "null where none may be"),
        (changed(note=""), 'the text "" is too short'),
        (changed(number=1042), "a text belongs here, not the number 1042"),
        (changed(totals={"gross": "100.00"}), 'a decimal belongs here, not the text "100.00"'),
        (changed(totals={"gross": Decimal("NaN")}), "NaN is no number"),
        (changed(totals={"gross": True}), "expected a number, found true"),
        (changed(totals={}), "the field 'gross' is needed"),
        (changed(customer="Ida"), 'an object belongs here, not the text "Ida"'),
        (changed(lines=[{**INVOICE["lines"][0], "taxes": None}]), "null where none may be"),
    ],
)
def test_a_bad_document_is_told_what_is_wrong(document: dict[str, Any], message: str) -> None:
    (problem,) = document_problems("invoice", document)

    assert problem.message == message


def test_a_line_needs_taxes_or_spread() -> None:
    line = {name: value for name, value in INVOICE["lines"][0].items() if name != "taxes"}

    (problem,) = document_problems("invoice", changed(lines=[line]))

    assert problem.message == "it needs 'taxes' or 'spread'"
    assert problem.field == "lines[0]"


def test_a_period_has_an_end_or_an_until_and_not_both() -> None:
    day = dt.date(2026, 1, 1)
    line = {**INVOICE["lines"][0], "period": {"start": day, "end": day, "until": day}}

    (problem,) = document_problems("invoice", changed(lines=[line]))

    assert problem.message == "it needs 'end' or 'until', not several"


def test_a_document_that_does_not_exist_is_a_problem() -> None:
    (problem,) = document_problems("invoise", {})

    assert problem.message == "there is no document 'invoise'"


def fit(value: Any, schema: dict[str, Any], **options: Any) -> tuple[Any, Fitting]:
    into = Fitting(**options)
    return fitted(value, schema, (), into), into


def test_a_local_time_is_its_date() -> None:
    assert fit(dt.datetime.fromisoformat("2026-04-01T23:00:00"), {"type": "string", "format": "date"})[0] == dt.date(
        2026, 4, 1
    )


def test_a_local_time_becomes_an_instant_of_the_connections_zone() -> None:
    found, _ = fit(dt.datetime.fromisoformat("2026-07-01T12:00:00"), {"format": "date-time"}, zone="Europe/Copenhagen")

    assert found == dt.datetime(2026, 7, 1, 10, tzinfo=dt.UTC)


def test_a_whole_decimal_fits_an_integer_and_an_integer_a_decimal() -> None:
    assert fit(Decimal("2.00"), {"type": "integer"})[0] == 2
    assert fit(2, {"type": "number", "format": "decimal"})[0] == Decimal(2)
    assert fit(Decimal("2.5"), {"type": "integer"})[1].misfits


def test_a_link_stands_where_an_id_belongs() -> None:
    link = Link("customer", "shop/customer/7")

    assert fit(link, {"type": "integer"}) == (link, Fitting())
    assert fit(link, {"type": "string", "maxLength": 3})[0] is link
    assert fit(link, {"type": "number", "format": "decimal"})[1].misfits


def test_a_long_text_is_cut_for_a_payload_and_kept_in_full() -> None:
    found, into = fit("Kaffe og te", {"type": "string", "maxLength": 6}, cutting=True)

    assert found == "Kaffe"
    assert [(path, cut.full, cut.length) for path, cut in into.cuts] == [((), "Kaffe og te", 11)]


def test_a_long_text_is_an_error_where_it_may_not_be_cut() -> None:
    assert [each.code for each in fit("abc", {"type": "string", "maxLength": 2})[1].misfits] == ["K517"]
    whole = {"type": "string", "maxLength": 2, "x-cut": False}
    assert [each.code for each in fit("abc", whole, cutting=True)[1].misfits] == ["K517"]


def test_length_counts_composed_characters() -> None:
    assert fit("e\u0301e\u0301", {"type": "string", "maxLength": 2}, cutting=True)[0] == "éé"


def test_joined_characters_are_not_torn_apart() -> None:
    assert shortened("ab👩\u200d👧", 4) == "ab"
    assert shortened("abc", 3) == "abc"


def test_a_huge_number_is_measured_too() -> None:
    fitting = Fitting()
    fitted(10**120 + 1, {"type": "number", "multipleOf": 2}, (), fitting)

    assert [misfit.message for misfit in fitting.misfits] == [f"{10**120 + 1} is no multiple of 2"]
