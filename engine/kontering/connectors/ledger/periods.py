"""Periods: the books are closed up to a day, and opened again only with a reason; both are kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from kontering.connectors.ledger import reads
from kontering.connectors.ledger.reads import BookInfo
from kontering.connectors.ledger.tables import (
    ledger_book,
    ledger_entry,
    ledger_invoice,
    ledger_period,
    ledger_voucher,
)
from kontering.errors import Misuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Something that stands in the way of closing: what it is, and which document or voucher."""

    code: str
    message: str
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What came of closing: the last closed day, and what stood in the way if nothing was closed."""

    until: dt.date | None
    closed: bool
    obstacles: tuple[Obstacle, ...] = ()


def closed_until(connection: Connection, *, book: str | None = None) -> dt.date | None:
    """The last closed day."""
    return reads.book_of(connection, book).closed_until


def close(
    connection: Connection,
    until: dt.date,
    *,
    by: str,
    at: dt.datetime,
    reason: str = "",
    book: str | None = None,
) -> Closing:
    """Closes all days up to `until`, unless something stands in the way."""
    info = reads.book_of(connection, book)
    if info.closed_until and until <= info.closed_until:
        return Closing(until=info.closed_until, closed=False, obstacles=(_already(info),))
    found = obstacles(connection, until, at=at.date(), book=info.name)
    if found:
        return Closing(until=info.closed_until, closed=False, obstacles=found)
    _move(connection, info, "close", until, by, reason, at)
    return Closing(until=until, closed=True)


def reopen(
    connection: Connection,
    until: dt.date | None,
    *,
    by: str,
    at: dt.datetime,
    reason: str,
    book: str | None = None,
) -> Closing:
    """Opens the days after `until` again (None: all of them); the reason is kept."""
    info = reads.book_of(connection, book)
    if not reason.strip():
        raise Misuse("a closed period is opened again with a reason")
    if info.closed_until is None or (until and until >= info.closed_until):
        return Closing(until=info.closed_until, closed=False)
    _move(connection, info, "open", until, by, reason, at)
    return Closing(until=until, closed=False)


def obstacles(connection: Connection, until: dt.date, *, at: dt.date, book: str | None = None) -> tuple[Obstacle, ...]:
    """All that stands in the way of closing the days up to `until`, seen on the day `at`."""
    info = reads.book_of(connection, book)
    found = [*_future(until, at), *_drafts(connection, info, until), *_unbalanced(connection, info, until)]
    return (*found, *_gaps(connection, info), *_rests(connection, info, until))


def history(connection: Connection, *, book: str | None = None) -> tuple[Row[Any], ...]:
    """Every closing and opening: who, when, why."""
    info = reads.book_of(connection, book)
    query = select(ledger_period).where(ledger_period.c.book == info.name).order_by(ledger_period.c.id)
    return tuple(connection.execute(query))


def _move(
    connection: Connection, info: BookInfo, action: str, until: dt.date | None, by: str, reason: str, at: dt.datetime
) -> None:
    entry = {"book": info.name, "action": action, "until": until, "by": by, "reason": reason, "at": at.isoformat()}
    connection.execute(insert(ledger_period).values(**entry))
    connection.execute(update(ledger_book).where(ledger_book.c.book == info.name).values(closed_until=until))


def _already(info: BookInfo) -> Obstacle:
    return Obstacle(code="ALREADY_CLOSED", message=f"the books are closed until {info.closed_until}")


def _future(until: dt.date, at: dt.date) -> Iterator[Obstacle]:
    if until >= at:
        yield Obstacle(code="NOT_OVER", message=f"{until} is not over yet")


def _drafts(connection: Connection, info: BookInfo, until: dt.date) -> Iterator[Obstacle]:
    of = ledger_invoice.c
    where = (of.book == info.name, of.state == "draft", of.date <= until)
    for row in connection.execute(select(ledger_invoice).where(*where).order_by(of.date, of.id)):
        name = row.kind.replace("_", " ")
        message = f"{name} {row.reference} of {row.date} is still a draft: book it, or give it a later date"
        yield Obstacle(code="DRAFT", message=message, key=row.key)


def _unbalanced(connection: Connection, info: BookInfo, until: dt.date) -> Iterator[Obstacle]:
    """Can't happen through the ledger; somebody may have written into its tables."""
    of = ledger_entry.c
    total = func.sum(of.amount)
    query = select(of.voucher, total).where(*reads.within(info, None, until)).group_by(of.voucher).having(total != 0)
    for number, amount in connection.execute(query.order_by(of.voucher)):
        message = f"voucher {number} doesn't balance by {info.money(amount)}"
        yield Obstacle(code="UNBALANCED", message=message, key=str(number))


def _gaps(connection: Connection, info: BookInfo) -> Iterator[Obstacle]:
    """Numbers that are missing in a series that must have none; a number that the project assigned fills its place."""
    voucher, invoice = ledger_voucher.c, ledger_invoice.c
    yield from _gap(connection, voucher.number, voucher.book == info.name, "voucher", ())
    assigned = select(invoice.number).where(invoice.book == info.name, invoice.series.is_(None))
    numbers = [int(number) for number in connection.execute(assigned).scalars() if number and number.isdecimal()]
    yield from _gap(connection, invoice.series, invoice.book == info.name, "invoice", numbers)


def _gap(connection: Connection, column: Any, of_book: Any, name: str, others: Sequence[int]) -> Iterator[Obstacle]:
    query = select(func.count(column), func.min(column), func.max(column)).where(of_book)
    counted, first, last = connection.execute(query).one()
    there = counted + sum(1 for number in others if counted and first < number < last)
    missing = (last - first + 1 - there) if counted else 0
    if missing:
        yield Obstacle(code="GAP", message=f"{missing} {name} numbers between {first} and {last} are missing")


def _rests(connection: Connection, info: BookInfo, until: dt.date) -> Iterator[Obstacle]:
    """A document that is paid in its currency, but not in the books' own: an exchange difference wasn't posted."""
    for item in reads.open_items(connection, at=until, book=info.name):
        if item.base and not item.open:
            message = f"{item.kind.replace('_', ' ')} {item.number} is paid, but {item.base} is left on receivable"
            yield Obstacle(code="REST", message=message, key=item.key)
