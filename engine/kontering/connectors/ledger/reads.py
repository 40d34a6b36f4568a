"""What the books say: trial balance, balances by role, vouchers, parties' accounts, open items, VAT. Reads only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, select

from kontering.connectors.ledger.books import BookInfo, Day, accounts, between, book_of, books, named, within
from kontering.connectors.ledger.items import OpenItem, aged, open_items
from kontering.connectors.ledger.tables import ledger_entry, ledger_invoice, ledger_party, ledger_voucher
from kontering.connectors.ledger.vatlines import VatLine, vat
from kontering.model.money import ZERO, unit

__all__ = [
    "Balance",
    "BookInfo",
    "Day",
    "Document",
    "Entry",
    "OpenItem",
    "PartyLine",
    "VatLine",
    "Voucher",
    "account_balances",
    "accounts",
    "aged",
    "book_of",
    "books",
    "invoices",
    "named",
    "open_items",
    "party_balances",
    "party_ledger",
    "role_balances",
    "trial_balance",
    "vat",
    "vouchers",
    "within",
]

entry, voucher, invoice = ledger_entry.c, ledger_voucher.c, ledger_invoice.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """An account's turnover and balance; debit and credit are positive, the balance is debit minus credit."""

    account: str
    name: str
    role: str
    kind: str
    debit: Decimal
    credit: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a voucher; debit is positive."""

    account: str
    role: str
    amount: Decimal
    code: str | None = None
    text: str | None = None
    party: int | None = None
    name: str | None = None
    item: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """A posted voucher: `key` is the step's that made it, `kind` what happened."""

    number: int
    kind: str
    key: str
    date: dt.date
    text: str
    reference: str | None
    recorded: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An invoice or a credit note in a list: amounts are positive on both, in its own currency; `open` is today's."""

    kind: str
    state: str
    number: str | None
    reference: str
    key: str
    party: int
    name: str
    date: dt.date
    due: dt.date
    currency: str
    net: Decimal
    vat: Decimal
    gross: Decimal
    open: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyLine:
    """An entry on a party's account, with the balance after it."""

    date: dt.date
    voucher: int
    kind: str
    key: str
    reference: str | None
    amount: Decimal
    balance: Decimal


def invoices(
    connection: Connection, *, since: Day = None, until: Day = None, state: str | None = None, book: str | None = None
) -> Iterator[Document]:
    """Invoices and credit notes by date, a few at a time; `state` picks drafts or booked ones."""
    info = book_of(connection, book)
    query = (
        select(ledger_invoice, ledger_party.c.name)
        .join(ledger_party, ledger_party.c.id == invoice.party)
        .where(invoice.book == info.name, *between(invoice.date, since, until))
        .order_by(invoice.date, invoice.id)
    )
    rows = connection.execute(query if state is None else query.where(invoice.state == state))
    return map(_document, rows.yield_per(500))


def trial_balance(
    connection: Connection, *, at: Day = None, since: Day = None, book: str | None = None
) -> tuple[Balance, ...]:
    """Every account with a turnover, from `since` up to and including `at`; the balances add up to 0."""
    info = book_of(connection, book)
    debit = func.sum(case((entry.amount > 0, entry.amount), else_=0))
    query = select(entry.account, func.sum(entry.amount), debit).where(*within(info, since, at))
    rows = connection.execute(query.group_by(entry.account).order_by(entry.account)).all()
    names = {row.number: row for row in accounts(connection, book=info.name)}
    return tuple(_balance(info, names[number], total, debits) for number, total, debits in rows)


def account_balances(connection: Connection, *, at: Day = None, book: str | None = None) -> dict[str, Decimal]:
    """Balance by account number; debit is positive."""
    return _sums(connection, entry.account, at, book)


def role_balances(connection: Connection, *, at: Day = None, book: str | None = None) -> dict[str, Decimal]:
    """Balance by role, whatever accounts the roles have had; debit is positive."""
    return _sums(connection, entry.role, at, book)


def vouchers(
    connection: Connection, *, since: Day = None, until: Day = None, book: str | None = None
) -> Iterator[Voucher]:
    """Vouchers with their entries in the order of their numbers, a few at a time."""
    info = book_of(connection, book)
    query = (
        select(
            ledger_voucher, *(ledger_entry.c[name] for name in _ENTRY), entry.text.label("remark"), ledger_party.c.name
        )
        .join(ledger_entry, and_(entry.book == voucher.book, entry.voucher == voucher.number))
        .join(ledger_party, ledger_party.c.id == entry.party, isouter=True)
        .where(voucher.book == info.name, *between(voucher.date, since, until))
        .order_by(voucher.number, entry.position)
    )
    rows = connection.execute(query.execution_options(yield_per=500))
    for _, group in groupby(rows, key=lambda row: row.number):
        yield _voucher(info, list(group))


def party_ledger(
    connection: Connection, party: int, *, at: Day = None, book: str | None = None
) -> tuple[PartyLine, ...]:
    """A customer's or supplier's account, entry by entry."""
    info = book_of(connection, book)
    query = (
        select(entry.date, entry.amount, voucher.number, voucher.kind, voucher.key, voucher.reference)
        .join(ledger_voucher, and_(voucher.book == entry.book, voucher.number == entry.voucher))
        .where(*within(info, None, at), entry.party == party)
        .order_by(entry.date, entry.voucher, entry.position)
    )
    lines, balance = [], ZERO
    for row in connection.execute(query):
        balance += row.amount
        lines.append(_party_line(info, row, balance))
    return tuple(lines)


def party_balances(
    connection: Connection, *, role: str = "receivable", at: Day = None, book: str | None = None
) -> dict[int | None, Decimal]:
    """Balance by party on receivable or payable; debit is positive."""
    info = book_of(connection, book)
    query = select(entry.party, func.sum(entry.amount)).where(*within(info, None, at), entry.role == role)
    found = connection.execute(query.group_by(entry.party))
    return {party: info.money(amount) for party, amount in found if amount}


_ENTRY = ("account", "role", "amount", "code", "party", "item")


def _balance(info: BookInfo, account: Row[Any], total: Decimal, debit: Decimal) -> Balance:
    return Balance(
        account=account.number,
        name=named(account, info),
        role=account.role,
        kind=account.kind,
        debit=info.money(debit),
        credit=info.money(debit - total),
        balance=info.money(total),
    )


def _sums(connection: Connection, column: ColumnElement[str], at: Day, book: str | None) -> dict[str, Decimal]:
    info = book_of(connection, book)
    query = select(column, func.sum(entry.amount)).where(*within(info, None, at)).group_by(column).order_by(column)
    return {name: info.money(amount) for name, amount in connection.execute(query)}


def _document(row: Row[Any]) -> Document:
    step = unit(row.currency)
    return Document(
        kind=row.kind,
        state=row.state,
        number=row.number,
        reference=row.reference,
        key=row.key,
        party=row.party,
        name=row.name,
        date=row.date,
        due=row.due,
        currency=row.currency,
        net=row.net.quantize(step),
        vat=row.vat.quantize(step),
        gross=row.gross.quantize(step),
        open=row.open.quantize(step),
    )


def _voucher(info: BookInfo, rows: Sequence[Row[Any]]) -> Voucher:
    first = rows[0]
    return Voucher(
        number=first.number,
        kind=first.kind,
        key=first.key,
        date=first.date,
        text=first.text,
        reference=first.reference,
        recorded=first.recorded,
        entries=tuple(_entry(info, row) for row in rows),
    )


def _entry(info: BookInfo, row: Row[Any]) -> Entry:
    return Entry(
        account=row.account,
        role=row.role,
        amount=info.money(row.amount),
        code=row.code,
        text=row.remark,
        party=row.party,
        name=row.name,
        item=row.item,
    )


def _party_line(info: BookInfo, row: Any, balance: Decimal) -> PartyLine:
    return PartyLine(
        date=row.date,
        voucher=row.number,
        kind=row.kind,
        key=row.key,
        reference=row.reference,
        amount=info.money(row.amount),
        balance=info.money(balance),
    )
