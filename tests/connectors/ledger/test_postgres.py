"""The ledger on PostgreSQL: the same books as on SQLite, and no gap in the numbers with two writers at once."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from beancount import loader
from sqlalchemy import Connection, Engine, create_engine
from tests.connectors.ledger.books import booked, credit, customer, memory, on, payment, posting, sale, step, totals

from kontering.connectors.ledger import exports, periods, reads, returns
from kontering.errors import Refused
from kontering.model.record import Pointer

LAST = dt.date(2026, 12, 31)


@pytest.fixture
def server(database: str) -> Iterator[Engine]:
    engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    yield engine
    engine.dispose()


def lived(connection: Connection) -> list[object]:
    """A small life of the books, and what they say of it."""
    ledger = on(connection)
    buyer = customer(ledger, "shop/customer/1", external_id="1", email="Asta@example.dk")
    invoice = booked(ledger, "shop/order/1", sale(buyer.id))
    ledger.send(step("create", "payment", "shop/order/1#payment/1", payment(invoice, "60.00")))
    booked(ledger, "shop/refund/1", credit(buyer.id, invoice, "8.00", "2.00"), "credit_note")
    with pytest.raises(Refused):
        booked(ledger, "shop/order/2", sale(buyer.id, totals=totals("1.00", "0.00")))
    booked(ledger, "shop/order/3", sale(buyer.id, number="1003"))
    payout = {
        "date": "2026-03-20",
        "reference": "PO-1",
        "postings": [posting("payout", bank="60.00", psp_clearing="-60.00")],
    }
    ledger.send(step("create", "voucher", "gateway/payout/1", payout))
    at = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
    return [
        reads.trial_balance(connection),
        reads.open_items(connection, at=LAST),
        reads.vat(connection),
        list(reads.vouchers(connection)),
        list(reads.invoices(connection)),
        returns.vat_return(connection, since=dt.date(2026, 1, 1), until=LAST),
        ledger.find("customer", {"external_id": "1", "source": "shop"}),
        ledger.find("invoice", {"reference": "1003"}),
        ledger.get(Pointer(kind="invoice", id=invoice.id)),
        [page for kind in ("customer", "invoice", "payment") for page in ledger.read(kind, None)],
        periods.close(connection, LAST, by="Bo", at=at),
    ]


def test_the_books_are_the_same_as_on_sqlite(server: Engine) -> None:
    here = memory()
    with here.begin() as sqlite, server.begin() as postgres:
        assert lived(postgres) == lived(sqlite)
    here.dispose()


def test_the_export_loads(server: Engine) -> None:
    file = io.StringIO()
    with server.begin() as connection:
        lived(connection)
        exports.beancount(connection, file)

    assert loader.load_string(file.getvalue())[1] == []


def test_two_writers_leave_no_gap(server: Engine) -> None:
    with server.begin() as connection:
        buyer = customer(on(connection))

    def write(writer: int) -> list[str | None]:
        numbers = []
        for number in range(15):
            with server.begin() as connection:
                key = f"shop/order/{writer}-{number}"
                made = booked(on(connection), key, sale(buyer.id, number=key)).number
                if number % 4 == 3:
                    connection.rollback()  # what comes to nothing gives its number back
                else:
                    numbers.append(made)
        return numbers

    with ThreadPoolExecutor(2) as threads:
        found = [int(number or 0) for numbers in threads.map(write, (1, 2)) for number in numbers]
    assert sorted(found) == list(range(1, len(found) + 1))
