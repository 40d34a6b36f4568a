"""Closing and opening periods."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import update
from tests.connectors.ledger.books import booked, customer, opened, sale, step

from kontering.connectors.ledger import periods
from kontering.connectors.ledger.periods import Closing
from kontering.connectors.ledger.tables import ledger_entry, ledger_invoice, ledger_voucher
from kontering.connectors.ledger.target import Ledger
from kontering.errors import Closed, Misuse

MARCH = dt.date(2026, 3, 31)
MAY = dt.datetime(2026, 5, 1, 9, tzinfo=dt.UTC)


def close(ledger: Ledger, until: dt.date = MARCH) -> Closing:
    return periods.close(ledger.connection, until, by="Bo", at=MAY)


def reasons(closing: Closing) -> list[tuple[str, str | None]]:
    return [(obstacle.message, obstacle.key) for obstacle in closing.obstacles]


def test_nothing_is_booked_into_a_closed_period() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        booked(ledger, "shop/order/1", sale(buyer.id))

        assert close(ledger) == Closing(until=MARCH, closed=True)
        assert periods.closed_until(ledger.connection) == MARCH
        with pytest.raises(Closed) as closed:
            booked(ledger, "shop/order/2", sale(buyer.id))
        assert closed.value.until == MARCH


def test_a_draft_stands_in_the_way_and_is_named() -> None:
    with opened() as ledger:
        ledger.send(step("create", "invoice", "shop/order/1", sale(customer(ledger).id)))

        closing = close(ledger)
        assert not closing.closed
        assert reasons(closing) == [
            ("invoice 1001 of 2026-03-02 is still a draft: book it, or give it a later date", "shop/order/1")
        ]


def test_a_day_that_is_not_over_stays_open() -> None:
    with opened() as ledger:
        customer(ledger)

        assert reasons(close(ledger, dt.date(2026, 5, 1))) == [("2026-05-01 is not over yet", None)]


def test_what_somebody_wrote_into_the_tables_is_found() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        for number in (1, 2, 3):
            booked(ledger, f"shop/order/{number}", sale(buyer.id))
        run = ledger.connection.execute
        run(update(ledger_entry).where(ledger_entry.c.voucher == 1, ledger_entry.c.position == 1).values(amount=-79))
        run(ledger_voucher.delete().where(ledger_voucher.c.number == 2))
        run(ledger_entry.delete().where(ledger_entry.c.voucher == 2))
        run(update(ledger_invoice).where(ledger_invoice.c.number == "3").values(series=4))

        assert [message for message, _ in reasons(close(ledger))][:3] == [
            "voucher 1 doesn't balance by 1.00",
            "1 voucher numbers between 1 and 3 are missing",
            "1 invoice numbers between 1 and 4 are missing",
        ]


def test_closing_twice_says_so() -> None:
    with opened() as ledger:
        customer(ledger)
        close(ledger)

        assert reasons(close(ledger)) == [("the books are closed until 2026-03-31", None)]


def test_opening_again_needs_a_reason_which_is_kept() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        close(ledger)
        with pytest.raises(Misuse, match="with a reason"):
            periods.reopen(ledger.connection, None, by="Bo", at=MAY, reason=" ")
        february = dt.date(2026, 2, 28)
        periods.reopen(ledger.connection, february, by="Bo", at=MAY, reason="a late bill")
        booked(ledger, "shop/order/1", sale(buyer.id))

        told = [(row.action, row.until, row.by, row.reason) for row in periods.history(ledger.connection)]
        assert told == [("close", MARCH, "Bo", ""), ("open", february, "Bo", "a late bill")]


def test_a_connections_own_last_closed_day_holds_beside_the_books() -> None:
    with opened(closed_until="2026-04-30") as ledger:
        buyer = customer(ledger)
        close(ledger)
        with pytest.raises(Closed) as closed:
            booked(ledger, "shop/order/1", sale(buyer.id, date=dt.date(2026, 4, 1)))

        assert closed.value.until == dt.date(2026, 4, 30)
