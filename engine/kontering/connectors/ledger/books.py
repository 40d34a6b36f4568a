"""Which books there are, whose they are, and what is theirs in a period."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, select

from kontering.connectors.ledger import tables
from kontering.connectors.ledger.tables import ledger_account, ledger_book, ledger_entry
from kontering.errors import Misuse
from kontering.model.money import unit

Day = dt.date | None
entry = ledger_entry.c


@dataclass(frozen=True, slots=True, kw_only=True)
class BookInfo:
    """A book in the store: whose it is, in which currency, and until when it is closed."""

    name: str
    base_currency: str
    country: str
    language: str
    company: dict[str, str]
    closed_until: Day

    def money(self, amount: Decimal) -> Decimal:
        """An amount with the base currency's decimals."""
        return amount.quantize(unit(self.base_currency))


def books(connection: Connection) -> tuple[BookInfo, ...]:
    """All books in this store."""
    if not tables.exist(connection):
        return ()
    return tuple(_info(row) for row in connection.execute(select(ledger_book).order_by(ledger_book.c.book)))


def book_of(connection: Connection, book: str | None = None) -> BookInfo:
    """The book of that name, or the only one."""
    found = books(connection)
    fitting = [info for info in found if book in (None, info.name)]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(info.name for info in found)
    if not found:
        raise Misuse("there are no books in this store yet: nothing has been booked into the embedded ledger")
    raise Misuse(f"there is no book {book!r}: {names}" if not fitting else f"which book? {names}")


def accounts(connection: Connection, *, book: str | None = None) -> tuple[Row[Any], ...]:
    """The chart as it stands, One Stop Shop sub-accounts included."""
    info = book_of(connection, book)
    query = select(ledger_account).where(ledger_account.c.book == info.name).order_by(ledger_account.c.number)
    return tuple(connection.execute(query))


def named(row: Row[Any], info: BookInfo) -> str:
    """An account's or a VAT code's name in the book's language."""
    return str(row.danish if info.language == "da" else row.english)


def within(info: BookInfo, since: Day, until: Day) -> list[ColumnElement[bool]]:
    """The entries of a book and a period."""
    return [entry.book == info.name, *between(entry.date, since, until)]


def between(column: ColumnElement[dt.date], since: Day, until: Day) -> list[ColumnElement[bool]]:
    return [*([column >= since] if since else []), *([column <= until] if until else [])]


def of_book(table: Any, info: BookInfo) -> Any:
    return select(table).where(table.c.book == info.name)


def _info(row: Row[Any]) -> BookInfo:
    company = msgspec.json.decode(row.company, type=dict[str, str])
    return BookInfo(
        name=row.book,
        base_currency=row.base_currency,
        country=row.country,
        language=row.language,
        company=company,
        closed_until=row.closed_until,
    )
