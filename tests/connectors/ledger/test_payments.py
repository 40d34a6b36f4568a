"""Payments and what they leave open."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from tests.connectors.ledger.books import booked, credit, customer, line, opened, payment, posting, sale, step, totals

from kontering.connectors.ledger import reads
from kontering.connectors.ledger.target import Ledger
from kontering.errors import Refused
from kontering.model.plan import Found

LATER = dt.date(2026, 6, 30)


def pay(ledger: Ledger, of: Found, paid: str, number: int = 1, **more: object) -> Found:
    return ledger.send(step("create", "payment", f"shop/order/1#payment/{number}", payment(of, paid, **more)))


def items(ledger: Ledger, at: dt.date = LATER) -> list[tuple[str, str, str]]:
    found = reads.open_items(ledger.connection, at=at)
    return [(item.kind, f"{item.open:f}", f"{item.base:f}") for item in found]


def test_a_payment_closes_what_it_pays() -> None:
    with opened() as ledger:
        invoice = booked(ledger, "shop/order/1", sale(customer(ledger).id))
        pay(ledger, invoice, "60.00")
        assert items(ledger) == [("invoice", "40.00", "40.00")]
        pay(ledger, invoice, "40.00", 2)
        assert items(ledger) == []


def test_open_items_are_those_of_the_day() -> None:
    with opened() as ledger:
        invoice = booked(ledger, "shop/order/1", sale(customer(ledger).id))
        day = posting("payment", dt.date(2026, 3, 20), psp_clearing="60.00", receivable="-60.00")
        pay(ledger, invoice, "60.00", date=dt.date(2026, 3, 20), postings=[day])

        assert items(ledger, dt.date(2026, 3, 1)) == []
        assert items(ledger, dt.date(2026, 3, 19)) == [("invoice", "100.00", "100.00")]
        assert items(ledger, dt.date(2026, 3, 20)) == [("invoice", "40.00", "40.00")]


def test_a_payment_above_what_is_open_is_refused() -> None:
    with opened() as ledger:
        invoice = booked(ledger, "shop/order/1", sale(customer(ledger).id))

        with pytest.raises(Refused, match=r"100\.01 is more than the 100 open on invoice 1") as refused:
            pay(ledger, invoice, "100.01")
        assert refused.value.problems[0].path == "/amount"


def test_where_the_books_allow_it_the_rest_stays_as_the_customers_credit() -> None:
    with opened(overpayment="credit") as ledger:
        invoice = booked(ledger, "shop/order/1", sale(customer(ledger).id))
        pay(ledger, invoice, "110.00")

        assert items(ledger) == [("invoice", "-10.00", "-10.00")]


def test_a_draft_is_not_paid() -> None:
    with opened() as ledger:
        draft = ledger.send(step("create", "invoice", "shop/order/1", sale(customer(ledger).id)))

        with pytest.raises(Refused, match="invoice 1001 is not booked yet"):
            pay(ledger, draft, "100.00")


def test_a_payment_in_another_currency_is_refused() -> None:
    with opened() as ledger:
        invoice = booked(ledger, "shop/order/1", sale(customer(ledger).id))

        with pytest.raises(Refused, match="invoice 1 is in DKK, the payment in EUR"):
            pay(ledger, invoice, "100.00", currency="EUR")


def test_a_refund_pays_the_credit_note() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        invoice = booked(ledger, "shop/order/1", sale(buyer.id))
        pay(ledger, invoice, "100.00")
        note = booked(ledger, "shop/refund/1", credit(buyer.id, invoice, "40.00", "10.00"), "credit_note")
        assert items(ledger) == [("credit_note", "-50.00", "-50.00")]

        back = posting("refund", receivable="50.00", psp_clearing="-50.00")
        pay(ledger, note, "50.00", 2, postings=[back])
        assert items(ledger) == []


def test_a_credit_note_closes_the_open_invoice_that_it_credits() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        invoice = booked(ledger, "shop/order/1", sale(buyer.id))
        booked(ledger, "shop/refund/1", credit(buyer.id, invoice, "24.00", "6.00"), "credit_note")

        assert items(ledger) == [("invoice", "70.00", "70.00")]
        with pytest.raises(Refused, match=r"100\.00 is more than the 70 open"):
            pay(ledger, invoice, "100.00")


def test_a_credit_note_whose_money_went_back_leaves_the_invoice_alone() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        invoice = booked(ledger, "shop/order/1", sale(buyer.id))
        body = credit(buyer.id, invoice, "24.00", "6.00", open=Decimal("0.00"))
        note = booked(ledger, "shop/refund/1", body, "credit_note")
        pay(ledger, note, "30.00", postings=[posting("refund", receivable="30.00", psp_clearing="-30.00")])

        assert items(ledger) == [("invoice", "100.00", "100.00")]


def test_an_earlier_credit_note_pays_another_invoice() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        first = booked(ledger, "shop/order/1", sale(buyer.id))
        pay(ledger, first, "100.00")
        note = booked(ledger, "shop/refund/1", credit(buyer.id, first, "40.00", "10.00"), "credit_note")
        second = booked(ledger, "shop/order/2", sale(buyer.id))
        pay(ledger, second, "50.00", 2, method="credit_note", counter=note.id, postings=[])

        assert items(ledger) == [("invoice", "50.00", "50.00")]
        with pytest.raises(Refused, match=r"50\.00 is more than the 0 open on credit note 2"):
            pay(ledger, second, "50.00", 3, method="credit_note", counter=note.id, postings=[])


def test_credit_that_names_no_document_is_the_customers_own() -> None:
    with opened() as ledger:
        invoice = booked(ledger, "shop/order/1", sale(customer(ledger).id))
        pay(ledger, invoice, "30.00", method="credit", postings=[])

        assert items(ledger) == [("invoice", "70.00", "70.00"), ("on_account", "30.00", "30.00")]


def test_money_that_came_before_any_document_stands_on_the_customers_account() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        body = payment(buyer, "25.00") | {"of": None, "customer": buyer.id}
        ledger.send(step("create", "payment", "bank/line/7", body))

        assert items(ledger) == [("on_account", "-25.00", "-25.00")]
        assert reads.party_balances(ledger.connection) == {int(buyer.id): Decimal("-25.00")}


def test_money_taken_back_opens_the_invoice_again() -> None:
    with opened() as ledger:
        invoice = booked(ledger, "shop/order/1", sale(customer(ledger).id))
        pay(ledger, invoice, "100.00")
        back = posting("chargeback", receivable="100.00", psp_clearing="-100.00")
        pay(ledger, invoice, "100.00", 2, direction="out", postings=[back])

        assert items(ledger) == [("invoice", "100.00", "100.00")]
        with pytest.raises(Refused, match="more than was ever paid on invoice 1"):
            pay(ledger, invoice, "1.00", 3, direction="out", postings=[])


def test_a_foreign_payment_closes_the_item_at_the_invoices_rate() -> None:
    with opened() as ledger:
        body = sale(
            customer(ledger).id,
            currency="USD",
            fx=Decimal("6.90"),
            lines=[line("800.00", "0.00", code="EXP", rate=0, role="revenue_export")],
            totals=totals("800.00", "0.00"),
            postings=[posting("invoice", receivable="5520.00", revenue_export="-5520.00/EXP")],
        )
        invoice = booked(ledger, "shop/order/1", body)
        paid = posting("payment", bank="5472.00", fx_difference="48.00", receivable="-5520.00")
        pay(ledger, invoice, "800.00", currency="USD", postings=[paid])

        assert items(ledger) == []
        assert reads.role_balances(ledger.connection)["fx_difference"] == Decimal("48.00")


@pytest.mark.parametrize("amount", ["0.00", "-5.00", "NaN", "5.001"])
def test_an_amount_is_above_zero_and_in_whole_oere(amount: str) -> None:
    with opened() as ledger:
        invoice = booked(ledger, "shop/order/1", sale(customer(ledger).id))

        with pytest.raises(Refused) as refused:
            pay(ledger, invoice, "5.00", amount=Decimal(amount))
        assert {problem.path for problem in refused.value.problems} == {"/amount"}


def test_money_that_came_before_the_invoices_day_is_owed_until_then() -> None:
    with opened() as ledger:
        invoice = booked(ledger, "shop/order/1", sale(customer(ledger).id))
        early = posting("payment", dt.date(2026, 2, 1), psp_clearing="60.00", receivable="-60.00")
        pay(ledger, invoice, "60.00", date=dt.date(2026, 2, 1), postings=[early])

        assert items(ledger, dt.date(2026, 2, 28)) == [("invoice", "-60.00", "-60.00")]
        assert items(ledger, dt.date(2026, 3, 2)) == [("invoice", "40.00", "40.00")]
