"""Drafts, bookings, numbers and postings."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from tests.connectors.ledger.books import booked, credit, customer, line, opened, posting, sale, step, totals

from kontering.connectors.ledger import reads
from kontering.connectors.ledger.target import Ledger
from kontering.errors import Refused


def balances(ledger: Ledger) -> dict[str, str]:
    return {role: f"{amount:f}" for role, amount in reads.role_balances(ledger.connection).items()}


def test_a_draft_posts_nothing_and_has_no_number() -> None:
    with opened() as ledger:
        found = ledger.send(step("create", "invoice", "shop/order/1", sale(customer(ledger).id)))

        assert (found.number, set(found.done)) == (None, {"create"})
        assert found.totals is not None
        assert found.totals.gross == Decimal("100.00")
        assert balances(ledger) == {}


def test_booking_gives_the_next_number_and_posts_the_voucher() -> None:
    with opened(first_number=20001) as ledger:
        buyer = customer(ledger)
        first = booked(ledger, "shop/order/1", sale(buyer.id))
        second = booked(ledger, "shop/order/2", sale(buyer.id, number="1002"))

        assert (first.number, second.number) == ("20001", "20002")
        assert first.done == {"create", "book"}
        assert balances(ledger) == {"receivable": "200.00", "revenue": "-160.00", "vat_out": "-40.00"}


def test_the_id_stays_the_same_when_a_draft_is_booked() -> None:
    with opened() as ledger:
        draft = ledger.send(step("create", "invoice", "shop/order/1", sale(customer(ledger).id)))
        done = ledger.send(step("book", "invoice", "shop/order/1", of=draft))

        assert done.id == draft.id


def test_doing_a_step_twice_does_nothing_twice() -> None:
    with opened() as ledger:
        body = sale(customer(ledger).id)
        first = booked(ledger, "shop/order/1", body)
        again = booked(ledger, "shop/order/1", body)

        assert (again.id, again.number) == (first.id, first.number)
        assert balances(ledger)["receivable"] == "100.00"


def test_a_draft_is_changed_with_all_its_lines() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        ledger.send(step("create", "invoice", "shop/order/1", sale(buyer.id)))
        other = sale(
            buyer.id,
            lines=[line("40.00", "10.00"), line("8.00", "2.00", id="2")],
            totals=totals("48.00", "12.00"),
            postings=[posting("invoice", receivable="60.00", revenue="-48.00/DK25", vat_out="-12.00/DK25")],
        )
        ledger.send(step("change", "invoice", "shop/order/1", other))
        done = ledger.send(step("book", "invoice", "shop/order/1"))

        assert done.totals is not None
        assert done.totals.gross == Decimal("60.00")
        assert balances(ledger) == {"receivable": "60.00", "revenue": "-48.00", "vat_out": "-12.00"}


def test_a_booked_invoice_is_not_changed() -> None:
    with opened() as ledger:
        body = sale(customer(ledger).id)
        booked(ledger, "shop/order/1", body)

        with pytest.raises(Refused, match="invoice 1 is booked: it is corrected by a credit note, not changed"):
            ledger.send(step("change", "invoice", "shop/order/1", body))


def test_credit_notes_are_in_the_same_series_and_turn_the_posting_round() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        invoice = booked(ledger, "shop/order/1", sale(buyer.id))
        note = booked(ledger, "shop/refund/1", credit(buyer.id, invoice, "40.00", "10.00"), "credit_note")

        assert (invoice.number, note.number) == ("1", "2")
        assert balances(ledger) == {"receivable": "50.00", "revenue": "-40.00", "vat_out": "-10.00"}


def test_credit_notes_never_give_back_more_than_the_invoice() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        invoice = booked(ledger, "shop/order/1", sale(buyer.id))
        booked(ledger, "shop/refund/1", credit(buyer.id, invoice, "40.00", "10.00"), "credit_note")

        with pytest.raises(Refused, match=r"50\.01 is more than the 50 that is left of invoice 1"):
            ledger.send(step("create", "credit_note", "shop/refund/2", credit(buyer.id, invoice, "40.01", "10.00")))


def test_a_draft_credit_note_counts_as_given() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        invoice = booked(ledger, "shop/order/1", sale(buyer.id))
        ledger.send(step("create", "credit_note", "shop/refund/1", credit(buyer.id, invoice, "80.00", "20.00")))

        with pytest.raises(Refused, match="more than the 0 that is left"):
            ledger.send(step("create", "credit_note", "shop/refund/2", credit(buyer.id, invoice, "8.00", "2.00")))


def test_a_draft_invoice_can_not_be_credited() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        draft = ledger.send(step("create", "invoice", "shop/order/1", sale(buyer.id)))

        with pytest.raises(Refused, match="invoice 1001 is not booked yet"):
            ledger.send(step("create", "credit_note", "shop/refund/1", credit(buyer.id, draft, "8.00", "2.00")))


def test_a_number_of_the_projects_own_is_taken_once_and_the_series_steps_over_it() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        own = booked(ledger, "shop/order/1", sale(buyer.id, assigned_number="1"))
        next_one = booked(ledger, "shop/order/2", sale(buyer.id))

        assert (own.number, next_one.number) == ("1", "2")
        with pytest.raises(Refused, match="invoice number 2 is taken"):
            ledger.send(step("create", "invoice", "shop/order/3", sale(buyer.id, assigned_number="2")))


def test_an_invoice_in_another_currency_is_posted_in_the_books_own() -> None:
    with opened() as ledger:
        body = sale(
            customer(ledger).id,
            currency="EUR",
            fx=Decimal("7.4605"),
            country="DE",
            treatment="oss",
            lines=[line("75.53", "14.35", rate=19, code="OSS-DE-19", role="revenue_oss")],
            totals=totals("75.53", "14.35"),
            postings=[
                posting("invoice", receivable="670.55", revenue_oss="-563.49/OSS-DE-19", vat_oss_DE="-107.06/OSS-DE-19")
            ],
        )
        booked(ledger, "shop/order/5009", body)

        assert balances(ledger) == {"receivable": "670.55", "revenue_oss": "-563.49", "vat_oss_DE": "-107.06"}
        accounts = [balance.account for balance in reads.trial_balance(ledger.connection)]
        assert accounts == ["1060-DE", "6190", "7845-DE"]


def test_yen_have_no_decimals_and_dinars_three() -> None:
    with opened(base_currency="KWD") as ledger:
        body = sale(
            customer(ledger).id,
            currency="KWD",
            lines=[line("80.125", "20.031")],
            totals=totals("80.125", "20.031"),
            open=Decimal("100.156"),
            postings=[posting("invoice", receivable="100.156", revenue="-80.125/DK25", vat_out="-20.031/DK25")],
        )
        booked(ledger, "shop/order/1", body)

        assert balances(ledger)["receivable"] == "100.156"
        odd = sale("1", currency="JPY", fx=Decimal("0.002"), lines=[line("1.5", "0")], totals=totals("1.5", "0"))
        with pytest.raises(Refused, match="has more decimals than JPY"):
            ledger.send(step("create", "invoice", "shop/order/2", odd))


def test_an_invoice_of_nothing_gets_a_number_but_no_voucher() -> None:
    with opened() as ledger:
        body = sale(
            customer(ledger).id, lines=[line("0.00", "0.00")], totals=totals("0.00", "0.00"), open=0, postings=[]
        )
        found = booked(ledger, "shop/order/1", body)

        assert found.number == "1"
        assert list(reads.vouchers(ledger.connection)) == []


def test_vouchers_are_numbered_in_the_order_of_booking_and_say_when() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        booked(ledger, "shop/order/2", sale(buyer.id, date=dt.date(2026, 3, 5)))
        booked(ledger, "shop/order/1", sale(buyer.id, date=dt.date(2026, 3, 1)))

        vouchers = list(reads.vouchers(ledger.connection))
        assert [(voucher.number, voucher.key) for voucher in vouchers] == [(1, "shop/order/2"), (2, "shop/order/1")]
        assert {voucher.recorded for voucher in vouchers} == {"2026-03-01T12:00:00.000+00:00"}
