"""Debtors by age, and deferred revenue."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.connectors.ledger.books import booked, customer, line, opened, payment, posting, sale, step, totals

from kontering.connectors.ledger import deferred, receivables
from kontering.connectors.ledger.target import Ledger
from kontering.model.plan import Found

JUNE = dt.date(2026, 6, 30)


def test_debtors_are_listed_by_age_the_largest_first() -> None:
    with opened() as ledger:
        small, large = customer(ledger, name="Bo"), customer(ledger, "shop/customer/2", name="Asta")
        booked(ledger, "shop/order/1", sale(small.id, due=dt.date(2026, 6, 1)))
        booked(ledger, "shop/order/2", sale(large.id, due=dt.date(2026, 3, 1)))
        paid = booked(ledger, "shop/order/3", sale(large.id, due=dt.date(2026, 7, 1)))
        ledger.send(step("create", "payment", "shop/order/3#payment/1", payment(paid, "40.00")))

        told = [
            (row.name, [f"{amount}" for amount in row.ages], f"{row.total}")
            for row in receivables.aged(ledger.connection, at=JUNE)
        ]
        assert told == [
            ("Asta", ["60.00", "0.00", "0.00", "0.00", "100.00"], "160.00"),
            ("Bo", ["0.00", "100.00", "0.00", "0.00", "0.00"], "100.00"),
        ]


def subscribed(ledger: Ledger) -> Found:
    """A year for 1,200.00, paid in advance."""
    year = line("1200.00", "300.00", start=dt.date(2026, 3, 2), until=dt.date(2027, 3, 2), role="deferred_revenue")
    sold = posting("invoice", receivable="1500.00", deferred_revenue="-1200.00/DK25", vat_out="-300.00/DK25")
    body = sale(customer(ledger).id, lines=[year], totals=totals("1200.00", "300.00"), open=0, postings=[sold])
    return booked(ledger, "subs/invoice/S-1", body)


def recognised(ledger: Ledger, month: str, amount: str) -> None:
    day = dt.date.fromisoformat(month)
    posted = posting("recognition", day, deferred_revenue=amount, revenue=f"-{amount}")
    body = {"date": day, "reference": f"S-1-{month}", "postings": [posted]}
    ledger.send(step("create", "voucher", f"subs/invoice/S-1#recognition/{month[:7]}", body))


def credited(ledger: Ledger, invoice: Found) -> None:
    back = posting("credit_note", dt.date(2026, 6, 15), deferred_revenue="600.00/DK25", vat_out="150.00/DK25")
    back["lines"].append({"role": "receivable", "amount": "-750.00"})
    body = sale(
        "1",
        date=dt.date(2026, 6, 15),
        lines=[line("600.00", "150.00", role="deferred_revenue")],
        totals=totals("600.00", "150.00"),
        credits=invoice.id,
        open=0,
        postings=[back],
    )
    booked(ledger, "subs/credit_note/K-1", body, "credit_note")


def test_deferred_revenue_is_told_by_document() -> None:
    with opened() as ledger:
        invoice = subscribed(ledger)
        recognised(ledger, "2026-03-31", "100.00")
        recognised(ledger, "2026-04-30", "100.00")
        credited(ledger, invoice)

        [row] = deferred.deferred(ledger.connection, at=JUNE)
        assert (row.key, row.number, row.start, row.until) == (
            "subs/invoice/S-1",
            "1",
            dt.date(2026, 3, 2),
            dt.date(2027, 3, 2),
        )
        sides = (row.deferred, row.recognised, row.credited, row.left)
        assert [f"{side}" for side in sides] == ["1200.00", "200.00", "600.00", "400.00"]
        assert not row.late
        [later] = deferred.deferred(ledger.connection, at=dt.date(2027, 3, 31))
        assert later.late


def test_what_is_earned_in_full_is_gone() -> None:
    with opened() as ledger:
        subscribed(ledger)
        recognised(ledger, "2027-03-02", "1200.00")

        assert deferred.deferred(ledger.connection, at=dt.date(2027, 3, 31)) == ()
        assert len(deferred.deferred(ledger.connection, at=JUNE)) == 1


def test_the_waterfall_leads_from_month_to_month() -> None:
    with opened() as ledger:
        invoice = subscribed(ledger)
        recognised(ledger, "2026-03-31", "100.00")
        recognised(ledger, "2026-04-30", "100.00")
        credited(ledger, invoice)

        assert _told(deferred.waterfall(ledger.connection, since=dt.date(2026, 3, 1), until=JUNE)) == [
            ("2026-03", "0.00", "1200.00", "100.00", "0.00", "1100.00"),
            ("2026-04", "1100.00", "0.00", "100.00", "0.00", "1000.00"),
            ("2026-05", "1000.00", "0.00", "0.00", "0.00", "1000.00"),
            ("2026-06", "1000.00", "0.00", "0.00", "600.00", "400.00"),
        ]
        assert _told(deferred.waterfall(ledger.connection, since=dt.date(2026, 6, 1), until=JUNE)) == [
            ("2026-06", "1000.00", "0.00", "0.00", "600.00", "400.00")
        ]


def _told(months: Any) -> list[tuple[str, ...]]:
    return [
        (
            f"{row.month:%Y-%m}",
            *(f"{amount}" for amount in (row.opening, row.added, row.recognised, row.credited, row.closing)),
        )
        for row in months
    ]
