"""Trial balance, VAT and party accounts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from tests.connectors.ledger.books import (
    booked,
    credit,
    customer,
    line,
    memory,
    on,
    opened,
    payment,
    posting,
    sale,
    step,
    totals,
)

from kontering.connectors.ledger import reads
from kontering.errors import Misuse

MARCH, APRIL = dt.date(2026, 3, 31), dt.date(2026, 4, 30)


def test_a_trial_balance_is_that_of_a_day_or_a_period_and_adds_up_to_nothing() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        booked(ledger, "shop/order/1", sale(buyer.id))
        late = posting("invoice", APRIL, receivable="100.00", revenue="-80.00/DK25", vat_out="-20.00/DK25")
        booked(ledger, "shop/order/2", sale(buyer.id, date=APRIL, postings=[late]))

        def told(since: dt.date | None = None, at: dt.date | None = None) -> list[tuple[str, str, str, str]]:
            found = reads.trial_balance(ledger.connection, since=since, at=at)
            assert sum(balance.balance for balance in found) == 0
            return [(row.account, f"{row.debit}", f"{row.credit}", f"{row.balance}") for row in found]

        assert told() == [
            ("1010", "0.00", "160.00", "-160.00"),
            ("6190", "200.00", "0.00", "200.00"),
            ("7680", "0.00", "40.00", "-40.00"),
        ]
        march = [
            ("1010", "0.00", "80.00", "-80.00"),
            ("6190", "100.00", "0.00", "100.00"),
            ("7680", "0.00", "20.00", "-20.00"),
        ]
        assert told(at=MARCH) == march
        assert told(since=dt.date(2026, 4, 1)) == march
        assert told(at=dt.date(2026, 1, 1)) == []


def test_accounts_have_names_in_the_books_language() -> None:
    with opened(language="en") as ledger:
        booked(ledger, "shop/order/1", sale(customer(ledger).id))

        assert [row.name for row in reads.trial_balance(ledger.connection)] == [
            "Sales in Denmark",
            "Receivable from customers",
            "VAT on sales",
        ]


def test_the_projects_own_accounts_come_first() -> None:
    rows = [
        {"role": "revenue", "code": "DK25", "account": "1000"},
        {"role": "revenue", "code": "*", "account": "1009"},
        {"role": "revenue_oss", "code": "*", "account": "1055"},
    ]
    with opened(accounts={"vat_out": "7000"}, tables={"accounts": rows}) as ledger:
        buyer = customer(ledger)
        booked(ledger, "shop/order/1", sale(buyer.id))
        zero = posting("invoice", receivable="80.00", revenue="-80.00/DK0")
        body = sale(buyer.id, lines=[line("80.00", "0.00", code="DK0", rate=0)], totals=totals("80.00", "0.00"))
        booked(ledger, "shop/order/2", body | {"postings": [zero]})

        found = {row.account: row for row in reads.trial_balance(ledger.connection)}
        assert sorted(found) == ["1000", "1009", "6190", "7000"]
        assert (found["7000"].role, found["7000"].kind, found["1000"].kind) == ("vat_out", "liability", "income")


def test_vat_is_told_by_code_and_country() -> None:
    with opened(language="en") as ledger:
        buyer = customer(ledger)
        invoice = booked(ledger, "shop/order/1", sale(buyer.id))
        booked(ledger, "shop/refund/1", credit(buyer.id, invoice, "40.00", "10.00"), "credit_note")
        german = posting(
            "invoice", receivable="670.55", revenue_oss="-563.49/OSS-DE-19", vat_oss_DE="-107.06/OSS-DE-19"
        )
        body = sale(
            buyer.id,
            country="DE",
            lines=[line("563.49", "107.06", rate=19, code="OSS-DE-19", role="revenue_oss")],
            totals=totals("563.49", "107.06"),
            postings=[german],
        )
        booked(ledger, "shop/order/2", body)
        swedish = posting("invoice", receivable="5913.60", revenue_eu_goods="-5913.60/EUG")
        body = sale(
            buyer.id,
            country="SE",
            lines=[line("5913.60", "0.00", rate=0, code="EUG", role="revenue_eu_goods")],
            totals=totals("5913.60", "0.00"),
            postings=[swedish],
        )
        booked(ledger, "shop/order/3", body)
        bill = posting("bill", cost="400.00/DK25-IN", vat_in="100.00/DK25-IN", payable="-500.00")
        voucher = {"date": "2026-03-05", "reference": "B-1", "postings": [bill]}
        ledger.send(step("create", "voucher", "purchases/bill/1", voucher))

        told = [
            (row.code, row.country, f"{row.base}", f"{row.owed}", f"{row.deducted}", row.box)
            for row in reads.vat(ledger.connection, since=dt.date(2026, 3, 1), until=MARCH)
        ]
        assert told == [
            ("DK25", "DK", "40.00", "10.00", "0.00", "sales_vat"),
            ("DK25-IN", "DK", "400.00", "0.00", "100.00", "purchase_vat"),
            ("EUG", "SE", "5913.60", "0.00", "0.00", "B_goods"),
            ("OSS-DE-19", "DE", "563.49", "107.06", "0.00", "oss"),
        ]
        assert reads.vat(ledger.connection, since=APRIL) == ()


def test_deferred_revenue_counts_for_vat_once() -> None:
    with opened() as ledger:
        sold = posting("invoice", receivable="100.00", deferred_revenue="-80.00/DK25", vat_out="-20.00/DK25")
        booked(ledger, "shop/order/1", sale(customer(ledger).id, postings=[sold]))
        month = {"date": "2026-03-31", "reference": "S-1", "postings": [_recognised("6.67")]}
        ledger.send(step("create", "voucher", "store/recognition/S-1-2026-03", month))

        [row] = reads.vat(ledger.connection)
        assert (row.base, row.owed) == (Decimal("80.00"), Decimal("20.00"))


def test_a_partys_account_is_told_entry_by_entry() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        invoice = booked(ledger, "shop/order/1", sale(buyer.id))
        ledger.send(step("create", "payment", "shop/order/1#payment/1", payment(invoice, "60.00")))

        told = [
            (row.kind, f"{row.amount}", f"{row.balance}")
            for row in reads.party_ledger(ledger.connection, int(buyer.id))
        ]
        assert told == [("invoice", "100.00", "100.00"), ("payment", "-60.00", "40.00")]


@pytest.mark.parametrize(
    ("due", "age"),
    [
        ("2026-06-30", (0, "not due")),
        ("2026-06-29", (1, "1-30")),
        ("2026-05-31", (30, "1-30")),
        ("2026-05-30", (31, "31-60")),
        ("2026-05-01", (60, "31-60")),
        ("2026-04-01", (90, "61-90")),
        ("2026-03-31", (91, "over 90")),
    ],
)
def test_open_items_have_an_age(due: str, age: tuple[int, str]) -> None:
    with opened() as ledger:
        booked(ledger, "shop/order/1", sale(customer(ledger).id, due=dt.date.fromisoformat(due)))

        [item] = reads.open_items(ledger.connection, at=dt.date(2026, 6, 30))
        assert (item.days, item.age) == age


def test_several_books_live_in_one_store() -> None:
    engine = memory()
    with engine.begin() as connection:
        with pytest.raises(Misuse, match="nothing has been booked into the embedded ledger"):
            reads.trial_balance(connection)
        danish, german = on(connection, name="dk"), on(connection, name="de", base_currency="EUR")
        booked(danish, "shop/order/1", sale(customer(danish).id))
        made = booked(german, "shop/order/1", sale(customer(german).id, currency="EUR"))

        assert made.number == "1"
        assert reads.role_balances(connection, book="de")["receivable"] == Decimal("100.00")
        with pytest.raises(Misuse, match=r"which book\? de, dk"):
            reads.trial_balance(connection)
        with pytest.raises(Misuse, match="there is no book 'se': de, dk"):
            reads.trial_balance(connection, book="se")
    engine.dispose()


def _recognised(amount: str) -> dict[str, object]:
    return posting("recognition", MARCH, deferred_revenue=f"{amount}/DK25", revenue=f"-{amount}/DK25")


def test_whose_books_these_are_may_be_said_later() -> None:
    with opened() as ledger:
        booked(ledger, "shop/order/1", sale(customer(ledger).id))
        customer(on(ledger.connection, company={"name": "Nordlys"}, language="en"), "shop/customer/2")

        [info] = reads.books(ledger.connection)
        assert (info.company, info.language) == ({"name": "Nordlys"}, "en")


def test_invoices_are_listed_by_date() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        late = posting("invoice", APRIL, receivable="100.00", revenue="-80.00/DK25", vat_out="-20.00/DK25")
        ledger.send(step("create", "invoice", "shop/order/2", sale(buyer.id, date=APRIL, postings=[late])))
        invoice = booked(ledger, "shop/order/1", sale(buyer.id))
        ledger.send(step("create", "payment", "shop/order/1#payment/1", payment(invoice, "60.00")))

        def told(**which: Any) -> list[tuple[str, str | None, str]]:
            return [(row.key, row.number, f"{row.open}") for row in reads.invoices(ledger.connection, **which)]

        assert told() == [("shop/order/1", "1", "40.00"), ("shop/order/2", None, "100.00")]
        assert told(state="draft") == [("shop/order/2", None, "100.00")]
        assert told(until=MARCH) == [("shop/order/1", "1", "40.00")]
