"""The embedded ledger keeps the contract for targets, counted in its tables; it has no calls that could go wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from kontering.connectors.ledger import CONNECTOR, periods, tables
from kontering.testing.targets import TARGET, Books, Paper

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


def rows(connection: sa.Connection, table: sa.Table) -> Iterator[sa.Row[tuple[object, ...]]]:
    """The rows of a table, which is made with the first document."""
    if sa.inspect(connection).has_table(table.name):
        yield from connection.execute(sa.select(table))


def papers(connection: sa.Connection) -> Iterator[Paper]:
    for row in rows(connection, tables.ledger_invoice):
        yield Paper(
            kind=row.kind, reference=row.reference, gross=row.gross, booked=row.number is not None, open=row.open
        )


def payments(connection: sa.Connection) -> Iterator[Decimal]:
    for row in rows(connection, tables.ledger_payment):
        yield row.amount if row.direction == "in" else -row.amount


def close(connection: sa.Connection, until: dt.date) -> None:
    assert periods.close(connection, until, by="lise", at=NOW).closed


BOOKS = Books(
    connector=CONNECTOR,
    folder=Path(__file__).parent / "projects" / "ledger",
    make=None,
    customers=lambda connection: [row.name for row in rows(connection, tables.ledger_party)],
    products=lambda connection: [row.name for row in rows(connection, tables.ledger_product)],
    papers=papers,
    payments=payments,
    close=close,
    lose_customers=lambda connection: connection.execute(sa.delete(tables.ledger_party)),
    balance=lambda connection: sum((row.amount for row in rows(connection, tables.ledger_entry)), Decimal(0)),
)


@pytest.mark.parametrize("check", TARGET, ids=lambda check: check.__name__)
def test_books_keep_the_contract(check: Callable[[Books], None]) -> None:
    check(BOOKS)
