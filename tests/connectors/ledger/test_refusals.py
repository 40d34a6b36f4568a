"""What a real ledger would refuse: with a path into the payload, and before anything is written."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.connectors.ledger.books import booked, customer, line, on, opened, posting, sale, step, totals

from kontering.connectors.ledger import tables
from kontering.connectors.ledger.target import Ledger
from kontering.errors import Closed, Misuse, Refused

INVOICES = [
    pytest.param(
        {"postings": [posting("invoice", receivable="100.00", revenue="-80.00/DK25", vat_out="-19.00/DK25")]},
        [("/postings/0", "the invoice voucher doesn't balance: 1.00 too much debit")],
        id="unbalanced",
    ),
    pytest.param(
        {"postings": [posting("invoice", receivable="100.00", revenew="-80.00/DK25", vat_out="-20.00/DK25")]},
        [("/postings/0/lines/1/role", "no account is known for the role 'revenew'; did you mean 'revenue'?")],
        id="role",
    ),
    pytest.param(
        {"lines": [line("80.00", "20.00", code="DK52")]},
        [],
        id="another-danish-rate",
    ),
    pytest.param(
        {"lines": [line("80.00", "20.00", code="DK-25")]},
        [("/lines/0/code", "unknown VAT code 'DK-25'; did you mean 'DK25'?")],
        id="vat-code",
    ),
    pytest.param(
        {"postings": [posting("invoice", receivable="100.00", revenue_oss="-80.00/OSS-US-7", vat_out="-20.00")]},
        [("/postings/0/lines/1/code", "unknown VAT code 'OSS-US-7'")],
        id="oss-outside-the-eu",
    ),
    pytest.param(
        {"currency": "XYZ"},
        [("/currency", "'XYZ' is no currency of ISO 4217")],
        id="currency",
    ),
    pytest.param(
        {"currency": "SEK"},
        [("/fx", "SEK needs a rate")],
        id="rate",
    ),
    pytest.param(
        {"fx": Decimal(0)},
        [("/fx", "a rate is above 0")],
        id="rate-of-nothing",
    ),
    pytest.param(
        {"customer": "99"},
        [("/customer", "there is no party '99' in the ledger")],
        id="customer",
    ),
    pytest.param(
        {"lines": [line("80.00", "20.00", gross=Decimal("100.01"))], "totals": totals("80.00", "20.00")},
        [
            ("/lines/0", "net and VAT don't make gross: 80.00 + 20.00 is not 100.01"),
            ("/totals/gross", "the lines come to 100.01, not 100.00"),
        ],
        id="line",
    ),
    pytest.param(
        {"totals": totals("80.00", "20.01")},
        [
            ("/totals/vat", "the lines come to 20.00, not 20.01"),
            ("/totals/gross", "the lines come to 100.00, not 100.01"),
            ("/postings", "the posting puts 100.00 DKK on receivable, the document says 100.01"),
        ],
        id="totals",
    ),
    pytest.param(
        {"postings": [posting("invoice", receivable="90.00", rounding="-90.00")]},
        [("/postings", "the posting puts 90.00 DKK on receivable, the document says 100.00")],
        id="posting",
    ),
    pytest.param(
        {"lines": [line("80.001", "20.00")]},
        [
            ("/lines/0/net", "80.001 has more decimals than DKK"),
            ("/lines/0/gross", "100.001 has more decimals than DKK"),
        ],
        id="decimals",
    ),
    pytest.param(
        {"open": Decimal("NaN")},
        [("/open", "not a number")],
        id="nan",
    ),
    pytest.param(
        {"open": Decimal("1e20")},
        [("/open", "100000000000000000000 is larger than these books can hold")],
        id="absurd",
    ),
    pytest.param(
        {"date": "2026-02-30"},
        [("/date", "Invalid RFC3339 encoded date")],
        id="date",
    ),
    pytest.param(
        {"colour": "red"},
        [("", "Object contains unknown field `colour`")],
        id="unknown-field",
    ),
]


def rows(ledger: Ledger) -> int:
    kept = (tables.ledger_invoice, tables.ledger_invoice_line, tables.ledger_voucher, tables.ledger_entry)
    return sum(ledger.connection.execute(select(func.count()).select_from(table)).scalar_one() for table in kept)


@pytest.mark.parametrize(("change", "problems"), INVOICES)
def test_an_invoice_is_checked_before_anything_is_written(
    change: dict[str, Any], problems: list[tuple[str, str]]
) -> None:
    with opened() as ledger:
        body = sale(customer(ledger).id) | change
        if not problems:
            assert ledger.send(step("create", "invoice", "shop/order/1", body)).done == {"create"}
            return
        with pytest.raises(Refused) as refused:
            ledger.send(step("create", "invoice", "shop/order/1", body))

        assert [(problem.path, problem.message) for problem in refused.value.problems] == problems
        assert rows(ledger) == 0


def test_after_a_refusal_the_next_one_is_booked_without_a_gap() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        booked(ledger, "shop/order/1", sale(buyer.id))
        with pytest.raises(Refused):
            booked(ledger, "shop/order/2", sale(buyer.id, totals=totals("1.00", "0.00")))

        assert booked(ledger, "shop/order/3", sale(buyer.id)).number == "2"


def test_a_closed_day_is_told_with_the_last_closed_one() -> None:
    with opened(closed_until="2025-12-31") as ledger:
        body = sale(customer(ledger).id, date=dt.date(2025, 12, 30))
        with pytest.raises(Closed, match="2025-12-30 is closed: the books are closed until 2025-12-31") as closed:
            ledger.send(step("create", "invoice", "shop/order/5020", body))

        assert closed.value.until == dt.date(2025, 12, 31)
        assert rows(ledger) == 0


def test_a_voucher_of_a_closed_day_is_told_too() -> None:
    with opened(closed_until=dt.date(2026, 3, 2)) as ledger:
        buyer = customer(ledger)
        with pytest.raises(Closed) as closed:
            ledger.send(step("create", "invoice", "shop/order/1", sale(buyer.id, date=dt.date(2026, 3, 3))))

        assert [problem.path for problem in closed.value.problems] == ["/postings/0/date"]


def test_a_currency_that_is_not_switched_on_is_refused() -> None:
    with opened(currencies=["DKK", "EUR"]) as ledger:
        body = sale(customer(ledger).id, currency="SEK")
        with pytest.raises(Refused, match="SEK is not switched on in these books"):
            ledger.send(step("create", "invoice", "shop/order/1", body))


def test_texts_that_are_too_long_are_refused() -> None:
    with opened(text_limits={"customer.name": 20, "line.description": 5}) as ledger:
        buyer = customer(ledger)
        with pytest.raises(Refused, match="/name: 26 characters, 20 are allowed"):
            customer(ledger, "shop/customer/2", name="Bo Refsgaards Eftf. Efter.")
        with pytest.raises(Refused, match="/lines/0/description: 10 characters, 5 are allowed"):
            ledger.send(step("create", "invoice", "shop/order/1", sale(buyer.id)))


def test_a_number_is_given_once() -> None:
    with opened() as ledger:
        customer(ledger, number="77")
        with pytest.raises(Refused, match="/number: customer number 77 is taken"):
            customer(ledger, "shop/customer/2", number="77")
        ledger.send(step("create", "product", "shop/product/MUG", {"sku": "MUG", "name": "Mug"}))
        with pytest.raises(Refused, match="/sku: product MUG is there already"):
            ledger.send(step("create", "product", "other/product/9", {"sku": "MUG", "name": "Mug"}))


def test_a_voucher_must_balance_and_post_something() -> None:
    with opened() as ledger:
        odd = {"date": "2026-03-20", "reference": "PO-77", "postings": [posting("payout", bank="10.00", fees="-9.99")]}
        with pytest.raises(Refused, match=r"the payout voucher doesn't balance: 0\.01 too much debit"):
            ledger.send(step("create", "voucher", "gateway/payout/77", odd))
        with pytest.raises(Refused, match="/postings: there is nothing to post"):
            ledger.send(step("create", "voucher", "gateway/payout/77", odd | {"postings": []}))


def test_what_the_ledger_does_not_know_it_says() -> None:
    with opened() as ledger:
        with pytest.raises(Refused, match="the ledger knows no 'mail' of invoice"):
            ledger.send(step("mail", "invoice", "shop/order/1"))
        with pytest.raises(Refused, match="there is no invoice 'shop/order/1' in the ledger"):
            ledger.send(step("book", "invoice", "shop/order/1"))


def test_the_base_currency_of_a_book_stays() -> None:
    with opened() as ledger:
        customer(ledger)
        other = on(ledger.connection, base_currency="EUR")
        with pytest.raises(Misuse, match="the book 'books' is kept in DKK, not EUR"):
            customer(other, "shop/customer/2")
