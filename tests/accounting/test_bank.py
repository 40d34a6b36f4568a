"""Bank lines are matched by name first and by amount last; two answers that are equally good are none."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.accounting.made import DAY, SETTINGS, d

from kontering.accounting import bank, suggest
from kontering.accounting.bank import Match
from kontering.accounting.suggest import Confirmed
from kontering.model.bank import BankLine, OpenItem

FEES = replace(SETTINGS, max_fee_difference=d("10.00"))


def item(number: str, amount: str, **more: Any) -> OpenItem:
    given: dict[str, Any] = {"key": f"shop/order/{number}", "currency": "DKK", "date": DAY, "party": number}
    return OpenItem(number=number, amount=d(amount), **(given | more))


def row(amount: str, text: str = "", **more: Any) -> BankLine:
    given: dict[str, Any] = {"key": "bank/line/1", "date": DAY, "currency": "DKK"}
    return BankLine(amount=d(amount), text=text, **(given | more))


OPEN = (
    item("1041", "1250.00", party="alfa"),
    item("1042", "1500.00", party="alfa"),
    item("1043", "1000.00", party="alfa"),
    item("1060", "2000.00", references=("psp-60",)),
    item("1070", "900.00"),
)


@pytest.mark.parametrize(
    ("line", "kind", "numbers", "reason"),
    [
        (row("2000.00", "Faktura 1060"), "exact", ["1060"], "number 1060 in the text"),
        (row("2000.00", reference="psp-60"), "exact", ["1060"], "reference psp-60"),
        (row("2000.00"), "exact", ["1060"], "the only open item of 2000.00"),
        (row("2750.00", "1041/1042"), "many_to_one", ["1041", "1042"], "number 1041, 1042 in the text"),
        (row("3750.00", "Alfa"), "many_to_one", ["1041", "1042", "1043"], "of one customer come to 3750.00"),
        (row("895.00"), "fee_difference", ["1070"], "5.00 held back"),
        (row("895.00", "nr. 1070."), "fee_difference", ["1070"], "5.00 held back"),
        (row("600.00", "#1070"), "partial", ["1070"], "300.00 of it stays open"),
        (row("910.00", "1070"), "overpaid", ["1070"], "10.00 too much stays as the customer's credit"),
        (row("1250.00", "1041 1042"), "exact", ["1041"], "and its amount"),
        (row("777.00", "thanks"), "unmatched", [], "nothing open has this number or amount"),
        (row("888.00", "1041 1042"), "unmatched", [], "they come to 2750.00"),
        (row("2000.00", "110602"), "exact", ["1060"], "the only open item"),
        (row("2000.00", currency="EUR"), "unmatched", [], "nothing open"),
        (row("-2000.00", "1060"), "unmatched", [], "nothing open"),
    ],
)
def test_matches(line: BankLine, kind: str, numbers: list[str], reason: str) -> None:
    found = bank.match_line(line, OPEN, FEES)

    assert (found.kind, [one.number for one, _ in found.parts]) == (kind, numbers)
    assert reason in found.reason


def test_equally_good_answers_are_none() -> None:
    twins = (item("1", "500.00"), item("2", "500.00"))

    found = bank.match_line(row("500.00"), twins, SETTINGS)

    assert (found.kind, found.reason) == ("unmatched", "1 and 2 fit equally well")
    assert bank.match_line(row("500.00", "nr 2"), twins, SETTINGS).kind == "exact"
    assert bank.match_line(row("495.00"), twins, FEES).reason == "1 and 2 fit equally well, less a fee"


def test_sums_of_several_customers_or_in_several_ways_are_none() -> None:
    two = (item("1", "300.00", party="a"), item("2", "200.00", party="b"))
    ways = tuple(item(str(n), amount, party="a") for n, amount in enumerate(("300.00", "200.00", "100.00", "400.00")))

    assert bank.match_line(row("500.00"), two, SETTINGS).kind == "unmatched"
    assert "several sets" in bank.match_line(row("500.00"), ways, SETTINGS).reason


def test_an_amount_alone_must_be_near_in_time() -> None:
    late = row("2000.00", date=DAY + dt.timedelta(days=61))

    assert bank.match_line(late, OPEN, SETTINGS).kind == "unmatched"
    assert bank.match_line(replace(late, text="1060"), OPEN, SETTINGS).kind == "exact"


def test_an_invoice_paid_in_two_parts_and_a_line_used_once() -> None:
    lines = (row("600.00", "1070", key="b/1"), row("300.00", "1070", key="b/2"), row("300.00", key="b/3"))

    found = bank.match(lines, OPEN, SETTINGS)

    assert [one.kind for one in found.matches] == ["partial", "exact", "unmatched"]
    assert "1070" not in [one.number for one in found.left]
    assert [one.code for one in found.warnings] == ["BANK_LINE_UNMATCHED"]


def _posted(found: Match, **settings: Any) -> dict[str, str]:
    """What its voucher puts on each account; what is too much has a line of its own there."""
    sums: dict[str, Decimal] = {}
    for voucher in bank.vouchers(found, replace(FEES, **settings)):
        for one in voucher.lines:
            sums[one.role] = sums.get(one.role, Decimal(0)) + one.amount
    return {role: str(amount) for role, amount in sums.items()}


def test_vouchers() -> None:
    assert _posted(bank.match_line(row("895.00"), OPEN, FEES)) == {
        "bank": "895.00",
        "fees": "5.00",
        "receivable": "-900.00",
    }
    assert _posted(bank.match_line(row("910.00", "1070"), OPEN, FEES)) == {"bank": "910.00", "receivable": "-910.00"}
    assert _posted(bank.match_line(row("777.00"), OPEN, FEES)) == {}


def test_a_payout_is_posted_already() -> None:
    known = item("PO-77", "1508.27", role="posted", references=("GW PO-77",))

    found = bank.match_line(row("1508.27", reference="GW PO-77"), [known], SETTINGS)

    assert found.kind == "exact"
    assert _posted(found) == {}


def test_bills_are_paid_with_money_that_goes_out() -> None:
    bill = item("B-1", "-500.00", role="payable")

    assert _posted(bank.match_line(row("-500.00", "B-1"), [bill], SETTINGS)) == {"bank": "-500.00", "payable": "500.00"}


def test_another_rate_on_the_bank_is_a_difference_of_exchange() -> None:
    invoice = item("1", "800.00", currency="USD", base=d("5520.00"))

    found = bank.match_line(row("800.00", "1", currency="USD", fx=d("6.84")), [invoice], SETTINGS)

    assert _posted(found) == {"bank": "5472.00", "receivable": "-5520.00", "fx_difference": "48.00"}


def test_suggestions_say_why_and_how_sure() -> None:
    near = (item("1", "500.00", name="Lindgaard Byg ApS"), item("2", "510.00"), item("3", "9.00"))

    first, second = suggest.items_for(row("500.00", "LINDGAARD BYG"), near)

    assert (first.target, first.score) == ("shop/order/1", d("0.99"))
    assert first.reasons == ("the same amount of 500.00", "the name: byg, lindgaard", "0 days after it")
    assert (second.target, second.score) == ("shop/order/2", d("0.3"))


def test_categories_are_learnt_from_what_was_confirmed() -> None:
    history = (
        Confirmed(text="Dankort Shell 4711 Aarhus", amount=d("-300"), target="fuel"),
        Confirmed(text="Dankort Shell 4712 Odense", amount=d("-250"), target="fuel"),
        Confirmed(text="Dankort Netto", amount=d("-80"), target="food"),
        Confirmed(text="Shell refund", amount=d("300"), target="refunds"),
    )

    found = suggest.categories_for(row("-411.00", "Dankort Shell Aarhus"), history)

    assert [(one.target, one.score) for one in found] == [("fuel", d("0.67")), ("food", d("0.08"))]
    assert found[0].reasons == ("2 of 3 confirmed lines with aarhus, dankort, shell went there",)
    assert suggest.categories_for(row("-1.00", "4711"), history) == ()
