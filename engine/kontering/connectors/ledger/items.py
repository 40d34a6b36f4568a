"""Open items: what customers owe on a day, document by document, with its age. Reads only."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from kontering.connectors.ledger.books import BookInfo, book_of, of_book, within
from kontering.connectors.ledger.tables import ledger_entry, ledger_invoice, ledger_party, ledger_payment
from kontering.model.money import ZERO, unit

Amounts = defaultdict[int, Decimal]
entry, invoice, payment = ledger_entry.c, ledger_invoice.c, ledger_payment.c


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """What a customer owes on a document (negative: what we owe), in its currency and in base currency."""

    kind: str
    number: str | None
    key: str | None
    party: int
    name: str
    date: dt.date
    due: dt.date
    currency: str
    gross: Decimal
    open: Decimal
    base: Decimal
    days: int
    age: str


def open_items(connection: Connection, *, at: dt.date, book: str | None = None) -> tuple[OpenItem, ...]:
    """What customers owed on a day, document by document, oldest first; `base` adds up to the receivable account."""
    info = book_of(connection, book)
    base, moved = _base_by_item(connection, info, at)
    settled, countered = _settled(connection, info, at)
    rows = connection.execute(_documents(info).where(invoice.date <= at)).all()
    early = (base.keys() | settled.keys() | countered.keys()) - {row.id for row in rows}
    items = [
        _open_item(info, row, _gross(row, at) - settled[row.id] - countered[row.id], base[row.id], at)
        for row in (*rows, *_early(connection, info, sorted(early)))
    ]
    on_account = _on_accounts(connection, info, moved, at)
    found = [item for item in (*items, *on_account) if item.open or item.base]
    return tuple(sorted(found, key=lambda item: (item.due, item.date, item.key or "")))


def _documents(info: BookInfo) -> Any:
    return (
        select(ledger_invoice, ledger_party.c.name)
        .join(ledger_party, ledger_party.c.id == invoice.party)
        .where(invoice.book == info.name, invoice.state == "booked")
    )


def _early(connection: Connection, info: BookInfo, ids: Sequence[int]) -> Iterator[Row[Any]]:
    """Documents of a later day that were paid before: nothing is owed on them yet, but money has come."""
    for some in _handfuls(ids):
        yield from connection.execute(_documents(info).where(invoice.id.in_(some)))


def _gross(row: Row[Any], at: dt.date) -> Decimal:
    return row.gross if row.date <= at else ZERO


def _on_accounts(connection: Connection, info: BookInfo, moved: Amounts, at: dt.date) -> list[OpenItem]:
    """Money of a customer that belongs to no document, or to another one than the payment named."""
    query = (
        select(entry.party, func.min(entry.date), func.sum(entry.amount))
        .where(*within(info, None, at), entry.role == "receivable", entry.item.is_(None))
        .group_by(entry.party)
    )
    rows = {party or 0: (date, amount) for party, date, amount in connection.execute(query)}
    sums = {party: rows.get(party, (at, ZERO))[1] + moved[party] for party in rows.keys() | moved.keys()}
    names = _names(connection, sorted(sums))
    return [
        _on_account(info, party, names.get(party, ""), rows.get(party, (at, ZERO))[0], amount, at)
        for party, amount in sums.items()
    ]


def _names(connection: Connection, parties: Sequence[int]) -> dict[int, str]:
    names: dict[int, str] = {}
    for some in _handfuls(parties):
        query = select(ledger_party.c.id, ledger_party.c.name).where(ledger_party.c.id.in_(some))
        names.update(map(tuple, connection.execute(query)))
    return names


def _handfuls(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Databases bound the number of values in a query."""
    return (ids[start : start + 500] for start in range(0, len(ids), 500))


def _base_by_item(connection: Connection, info: BookInfo, at: dt.date) -> tuple[Amounts, Amounts]:
    """What is left of each document on receivable, and what was moved to or from a customer without a voucher."""
    query = select(entry.item, func.sum(entry.amount)).where(*within(info, None, at), entry.role == "receivable")
    base, moved = defaultdict[int, Decimal](Decimal), defaultdict[int, Decimal](Decimal)
    base.update(map(tuple, connection.execute(query.where(entry.item.is_not(None)).group_by(entry.item))))
    for row in connection.execute(_moves(info, at)):
        closed = row.base if row.kind == "invoice" else -row.base
        base[row.invoice] -= closed
        if row.counter is not None:
            base[row.counter] += closed
        else:
            moved[row.party] += closed
    return base, moved


def _moves(info: BookInfo, at: dt.date) -> Any:
    """Payments that moved what is owed from one document to another: both are on receivable, nothing was posted."""
    return (
        select(payment.invoice, payment.counter, payment.party, payment.base, invoice.kind)
        .join(ledger_invoice, invoice.id == payment.invoice)
        .where(payment.book == info.name, payment.date <= at)
        .where(or_(payment.counter.is_not(None), payment.voucher.is_(None)))
    )


def _settled(connection: Connection, info: BookInfo, at: dt.date) -> tuple[Amounts, Amounts]:
    """What payments have closed, by document; and what credit notes gave to other documents."""
    closed, given = defaultdict[int, Decimal](Decimal), defaultdict[int, Decimal](Decimal)
    for row in connection.execute(of_book(ledger_payment, info).where(payment.date <= at, _of_document())):
        if row.invoice is not None:
            closed[row.invoice] += row.settles
        if row.counter is not None:
            given[row.counter] += row.amount
    return closed, given


def _of_document() -> ColumnElement[bool]:
    return or_(payment.invoice.is_not(None), payment.counter.is_not(None))


def _open_item(info: BookInfo, row: Row[Any], left: Decimal, base: Decimal, at: dt.date) -> OpenItem:
    sign = -1 if row.kind == "credit_note" else 1
    days, age = aged(row.due, at)
    step = unit(row.currency)
    return OpenItem(
        kind=row.kind,
        number=row.number,
        key=row.key,
        party=row.party,
        name=row.name,
        date=row.date,
        due=row.due,
        currency=row.currency,
        gross=(sign * row.gross).quantize(step),
        open=(sign * left).quantize(step),
        base=info.money(base),
        days=days,
        age=age,
    )


def _on_account(info: BookInfo, party: int, name: str, date: dt.date, amount: Decimal, at: dt.date) -> OpenItem:
    days, age = aged(date, at)
    left = info.money(amount)
    return OpenItem(
        kind="on_account",
        number=None,
        key=None,
        party=party,
        name=name,
        date=date,
        due=date,
        currency=info.base_currency,
        gross=left,
        open=left,
        base=left,
        days=days,
        age=age,
    )


def aged(due: dt.date, at: dt.date) -> tuple[int, str]:
    """Days past due, and the age group of a list of debtors.

    >>> aged(dt.date(2026, 3, 1), dt.date(2026, 4, 15))
    (45, '31-60')
    """
    days = max(0, (at - due).days)
    if not days:
        return 0, "not due"
    return days, "1-30" if days <= 30 else "31-60" if days <= 60 else "61-90" if days <= 90 else "over 90"
