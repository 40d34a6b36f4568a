"""What the books say: trial balance, balances by role, open items, VAT by code and country, vouchers. Reads only."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, or_, select

from kontering.connectors.ledger import tables
from kontering.connectors.ledger.tables import (
    ledger_account,
    ledger_book,
    ledger_entry,
    ledger_invoice,
    ledger_party,
    ledger_payment,
    ledger_vat_code,
    ledger_voucher,
)
from kontering.errors import Misuse
from kontering.model.money import ZERO, unit

Day = dt.date | None
Amounts = defaultdict[int, Decimal]
entry, voucher, invoice, payment = ledger_entry.c, ledger_voucher.c, ledger_invoice.c, ledger_payment.c


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


@dataclass(frozen=True, slots=True, kw_only=True)
class VatLine:
    """One VAT code in one country: its base, the VAT owed, the VAT deducted; sales and purchases are positive."""

    code: str
    name: str
    country: str | None
    rate: Decimal
    box: str | None
    base: Decimal
    owed: Decimal
    deducted: Decimal


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
class PartyLine:
    """An entry on a party's account, with the balance after it."""

    date: dt.date
    voucher: int
    kind: str
    key: str
    reference: str | None
    amount: Decimal
    balance: Decimal


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


def vat(
    connection: Connection, *, since: Day = None, until: Day = None, book: str | None = None
) -> tuple[VatLine, ...]:
    """VAT by code and country over a period, from the entries: revenue and cost are the base, VAT accounts the tax."""
    info = book_of(connection, book)
    document = and_(invoice.book == voucher.book, invoice.kind == voucher.source, invoice.key == voucher.key)
    joined = ledger_entry.join(ledger_voucher, and_(voucher.book == entry.book, voucher.number == entry.voucher))
    query = (
        select(entry.code, invoice.country, entry.role, func.sum(entry.amount))
        .select_from(joined.outerjoin(ledger_invoice, document))
        .where(*within(info, since, until), entry.code.is_not(None))
        .group_by(entry.code, invoice.country, entry.role)
    )
    codes = {row.code: row for row in connection.execute(_of_book(ledger_vat_code, info))}
    sums: dict[tuple[str, str | None], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for code, country, role, amount in connection.execute(query):
        sums[code, codes[code].country or country][_side(role)] += amount
    order = sorted(sums.items(), key=lambda item: (item[0][0], item[0][1] or ""))
    return tuple(_vat_line(info, codes[code], country, sides) for (code, country), sides in order)


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
        .where(voucher.book == info.name, *_between(voucher.date, since, until))
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


def within(info: BookInfo, since: Day, until: Day) -> list[ColumnElement[bool]]:
    """The entries of a book and a period."""
    return [entry.book == info.name, *_between(entry.date, since, until)]


_ENTRY = ("account", "role", "amount", "code", "party", "item")


def _between(column: ColumnElement[dt.date], since: Day, until: Day) -> list[ColumnElement[bool]]:
    return [*([column >= since] if since else []), *([column <= until] if until else [])]


def _of_book(table: Any, info: BookInfo) -> Any:
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
    for row in connection.execute(_of_book(ledger_payment, info).where(payment.date <= at, _of_document())):
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


def _side(role: str) -> str:
    if not role.startswith("vat_"):
        return "base"
    return "deducted" if role == "vat_in" else "owed"


def _vat_line(info: BookInfo, code: Row[Any], country: str | None, sides: dict[str, Decimal]) -> VatLine:
    bought = code.code.endswith("-IN")
    return VatLine(
        code=code.code,
        name=named(code, info),
        country=country,
        rate=code.rate,
        box=code.box,
        base=info.money(sides["base"] if bought else -sides["base"]),
        owed=info.money(-sides["owed"]),
        deducted=info.money(sides["deducted"]),
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
