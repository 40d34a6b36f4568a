"""What is no guess about a bank line: payment ids, charges that the bank states, rules, and a person's word."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.accounting.made import SETTINGS, d
from tests.accounting.test_bank import OPEN, item, row

from kontering.accounting import bank, fik, suggest
from kontering.accounting.bank import Match
from kontering.accounting.settings import Category, Settings
from kontering.model.bank import BankLine, Decision

RULES = (
    Category(id="fees", role="fees", text="gebyr", direction="out"),
    Category(id="rent", role="cost_rent", party="ejendoms*", at_least=d("5000")),
    Category(id="phone", role="cost_phone", text="tdc *", vat="DK25-IN"),
    Category(id="cards", role="transfers", bank="PMNT/CCRD/*", account="DK1"),
)


def posted(found: Match, settings: Settings = SETTINGS) -> dict[str, str]:
    return {one.role: str(one.amount) for voucher in bank.vouchers(found, settings) for one in voucher.lines}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("+71<000000000123455+81234567<", ("12345",)),
        ("+75<0000000001234552", ()),
        ("FIK 71 000000000123455", ("12345",)),
        ("000000000123456", ()),
        ("12345", ()),
        ("+71<000000000000000+81234567<", ()),
        ("DK5000400440116243", ()),
    ],
)
def test_a_payment_id_counts_if_its_check_digit_holds(text: str, numbers: tuple[str, ...]) -> None:
    assert fik.numbers(text) == numbers


def test_a_payment_id_names_an_invoice() -> None:
    found = bank.match_line(row("1500.00", reference="000000000010421"), OPEN, SETTINGS)

    assert fik.is_id("000000000010421")
    assert (found.kind, found.reason) == ("exact", "payment id of 1042")


@pytest.mark.parametrize(
    ("text", "kind"),
    [("Faktura 7", "exact"), ("Bus 7", "exact"), ("Møde 7. marts", "exact")],
)
def test_a_short_number_names_an_invoice_only_with_its_amount(text: str, kind: str) -> None:
    strict = replace(SETTINGS, match_by_amount="suggest")

    assert bank.match_line(row("70.00", text), [item("7", "70.00")], strict).kind == kind
    assert bank.match_line(row("24.00", text), [item("7", "70.00")], strict).kind == "unmatched"


def test_a_year_in_the_text_names_no_invoice() -> None:
    found = bank.match_line(row("100.00", "Kontingent 2026"), [item("2026", "950.00")], SETTINGS)

    assert found.kind == "unmatched"


def test_what_the_bank_took_is_a_fee_whatever_the_limit() -> None:
    found = bank.match_line(row("1480.00", "1042", charges=d("20.00")), OPEN, SETTINGS)

    assert (found.kind, found.fee) == ("exact", d("20.00"))
    assert posted(found) == {"bank": "1480.00", "fees": "20.00", "receivable": "-1500.00"}


def test_what_was_paid_in_the_invoices_currency_pays_it() -> None:
    invoice = item("8", "100.00", currency="EUR", base=d("746.00"))

    found = bank.match_line(row("741.05", "RF8 8", original=(d("100.00"), "EUR")), [invoice], SETTINGS)

    assert found.kind == "exact"
    assert posted(found) == {"bank": "741.05", "receivable": "-746.00", "fx_difference": "4.95"}


@pytest.mark.parametrize(
    ("line", "role"),
    [
        (row("-25.00", "Gebyr kontoudtog"), "fees"),
        (row("25.00", "Gebyr tilbage"), None),
        (row("-25.00", "Gebyrfri konto"), None),
        (row("-8000.00", "Husleje", party="Ejendomsselskabet Havnen"), "cost_rent"),
        (row("-80.00", "Husleje", party="Ejendomsselskabet Havnen"), None),
        (row("-62.50", "TDC 4711"), "cost_phone"),
        (row("-62.50", "x", code="PMNT/CCRD/POSD", account="DK1"), "transfers"),
        (row("-62.50", "x", code="PMNT/CCRD/POSD", account="DK2"), None),
    ],
)
def test_the_first_rule_that_fits_decides(line: BankLine, role: str | None) -> None:
    assert bank.match_line(line, [], replace(SETTINGS, categories=RULES)).role == role


def test_a_category_with_vat_deducts_it() -> None:
    books = replace(SETTINGS, categories=RULES)

    found = bank.match_line(row("-62.50", "TDC 4711"), [], books)

    assert posted(found, books) == {"bank": "-62.50", "cost_phone": "50.00", "vat_in": "12.50"}


def test_a_document_that_the_line_names_comes_before_a_rule() -> None:
    bill = item("B-881", "-25.00", role="payable")

    found = bank.match_line(row("-25.00", "Gebyr B-881"), [bill], replace(SETTINGS, categories=RULES))

    assert found.parts == ((bill, d("-25.00")),)


def test_a_rule_comes_before_an_amount_that_fits_by_chance() -> None:
    bill = item("B-881", "-25.00", role="payable")

    assert bank.match_line(row("-25.00", "Gebyr"), [bill], replace(SETTINGS, categories=RULES)).role == "fees"


def test_an_amount_alone_may_be_only_a_suggestion() -> None:
    found = bank.match_line(row("2000.00"), OPEN, replace(SETTINGS, match_by_amount="suggest"))

    assert found.kind == "unmatched"
    assert found.reason == "it may be the only open item of 2000.00, but it doesn't say so"


def said(*pays: tuple[str, str | None], **more: Any) -> Decision:
    parts = tuple((f"shop/order/{number}", None if part is None else d(part)) for number, part in pays)
    return Decision(line="bank/line/1", pays=parts, who="ada", **more)


@pytest.mark.parametrize(
    ("amount", "decision", "kind", "closes"),
    [
        ("900.00", said(("1070", None)), "exact", {"1070": "900.00"}),
        ("600.00", said(("1070", None)), "partial", {"1070": "600.00"}),
        ("600.00", said(("1070", None), less_fee=True), "fee_difference", {"1070": "900.00"}),
        ("950.00", said(("1070", None)), "overpaid", {"1070": "900.00"}),
        ("1400.00", said(("1070", None), ("1060", "500.00")), "many_to_one", {"1070": "900.00", "1060": "500.00"}),
        ("1400.00", said(("1070", None), ("1060", None)), "unmatched", {}),
        ("900.00", said(("9999", None)), "unmatched", {}),
        ("900.00", said(("1070", "901.00")), "unmatched", {}),
        ("-900.00", said(("1070", None)), "unmatched", {}),
    ],
)
def test_a_persons_word_is_done_if_it_can_be(
    amount: str, decision: Decision, kind: str, closes: dict[str, str]
) -> None:
    found = bank.match_line(row(amount, "Faktura 1041"), OPEN, SETTINGS, decision)

    assert found.kind == kind
    assert {one.number: str(part) for one, part in found.parts} == closes
    assert found.kind == "unmatched" or "ada said so" in found.reason
    for voucher in bank.vouchers(found, SETTINGS):
        assert sum(line.amount for line in voucher.lines) == 0


def test_a_person_says_where_a_line_goes() -> None:
    found = bank.match_line(row("-25.00", "1041"), OPEN, SETTINGS, Decision(line="x", role="fees", who="ada"))

    assert posted(found) == {"bank": "-25.00", "fees": "25.00"}


def test_whose_lines_were_confirmed_is_known_the_next_time() -> None:
    near = (item("1", "500.00", party="shop/customer/7"), item("2", "500.00", party="shop/customer/8"))
    before = Decision(line="x", text="MobilePay 4711 BT", parties=("shop/customer/8",), amount=d("80.00"))

    first, second = suggest.items_for(row("500.00", "MobilePay 4712"), near, suggest.payers([before]))

    assert (first.target, first.score) == ("shop/order/2", d("0.9"))
    assert "lines with mobilepay paid for the same party before" in first.reasons
    assert second.score == d("0.6")


def test_roles_are_learnt_with_their_vat() -> None:
    before = (Decision(line="x", text="Netto Aarhus", role="cost_food", vat="DK25-IN", amount=d("-80")),)

    found = suggest.categories_for(row("-62.50", "Netto Odense"), suggest.roles(before))

    assert [one.target for one in found] == ["cost_food DK25-IN"]
