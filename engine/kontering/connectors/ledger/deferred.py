"""Deferred revenue: what was invoiced for a time still to come, document by document and month by month. Reads only."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, and_, func, select

from kontering.connectors.ledger import reads
from kontering.connectors.ledger.reads import BookInfo
from kontering.connectors.ledger.tables import (
    ledger_entry,
    ledger_invoice,
    ledger_invoice_line,
    ledger_party,
    ledger_voucher,
)
from kontering.model.money import ZERO

ROLE = "deferred_revenue"
entry, voucher, invoice, line = ledger_entry.c, ledger_voucher.c, ledger_invoice.c, ledger_invoice_line.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """A document's deferred revenue in base currency: what it put there, what was earned and credited, what is left.

    `late` says that its service is over and something is still left: a recognition is missing.
    """

    key: str
    number: str | None
    name: str | None
    start: dt.date | None
    until: dt.date | None
    deferred: Decimal
    recognised: Decimal
    credited: Decimal
    left: Decimal
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month of the waterfall: what was deferred before, what came, what was earned, credited or moved, and after."""

    month: dt.date
    opening: Decimal
    added: Decimal
    recognised: Decimal
    credited: Decimal
    other: Decimal
    closing: Decimal


def deferred(connection: Connection, *, at: dt.date, book: str | None = None) -> tuple[Deferred, ...]:
    """Every document that has something left on deferred revenue at the end of a day; they add up to the account."""
    info = reads.book_of(connection, book)
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for key, kind, _, amount in _moves(connection, info, at):
        sums[key][kind] += amount
    left = {key: by_kind for key, by_kind in sums.items() if sum(by_kind.values(), ZERO)}
    about = _about(connection, info, sorted(left))
    rows = (_deferred(info, key, by_kind, about.get(key), at) for key, by_kind in left.items())
    return tuple(sorted(rows, key=lambda row: (row.until or dt.date.max, row.key)))


def waterfall(connection: Connection, *, since: dt.date, until: dt.date, book: str | None = None) -> tuple[Month, ...]:
    """Month by month, how deferred revenue came and went."""
    info = reads.book_of(connection, book)
    sums: dict[dt.date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    opening = ZERO
    for _, kind, day, amount in _moves(connection, info, until):
        if day < since:
            opening += amount
        else:
            sums[day.replace(day=1)][kind] += amount
    found = []
    for month in _months(since, until):
        found.append(_month(info, month, opening, sums[month]))
        opening += sum(sums[month].values(), ZERO)
    return tuple(found)


def turnover(
    connection: Connection, roles: Sequence[str], *, since: dt.date, until: dt.date, book: str | None = None
) -> tuple[tuple[str, str, Decimal], ...]:
    """What vouchers put on roles in some days, as (key, kind, amount); income is positive."""
    info = reads.book_of(connection, book)
    of_voucher = and_(voucher.book == entry.book, voucher.number == entry.voucher)
    query = (
        select(voucher.key, voucher.kind, func.sum(entry.amount))
        .select_from(ledger_entry.join(ledger_voucher, of_voucher))
        .where(*reads.within(info, since, until), entry.role.in_(roles))
        .group_by(voucher.key, voucher.kind)
    )
    return tuple((key, kind, info.money(-amount)) for key, kind, amount in connection.execute(query))


def _moves(connection: Connection, info: BookInfo, at: dt.date) -> Iterator[tuple[str, str, dt.date, Decimal]]:
    """Entries on deferred revenue as (document, kind, day, amount); what is added is positive."""
    credited, earned = ledger_invoice.alias(), ledger_invoice.alias()
    belongs = func.coalesce(credited.c.key, earned.c.key)
    of_voucher = and_(voucher.book == entry.book, voucher.number == entry.voucher)
    document = and_(invoice.book == voucher.book, invoice.kind == voucher.source, invoice.key == voucher.key)
    joined = ledger_entry.join(ledger_voucher, of_voucher).outerjoin(ledger_invoice, document)
    query = (
        select(voucher.key, belongs, voucher.source, voucher.kind, entry.date, func.sum(entry.amount))
        .select_from(
            joined.outerjoin(credited, credited.c.id == invoice.credits).outerjoin(earned, earned.c.id == entry.item)
        )
        .where(*reads.within(info, None, at), entry.role == ROLE)
        .group_by(voucher.key, belongs, voucher.source, voucher.kind, entry.date)
        .order_by(entry.date, voucher.key)
    )
    for key, of, source, kind, day, amount in connection.execute(query):
        yield of or key.partition("#")[0], _kind(source, kind), day, -amount


def _kind(source: str, kind: str) -> str:
    if source in ("invoice", "credit_note"):
        return {"invoice": "added", "credit_note": "credited"}[source]
    return "recognised" if kind == "recognition" else "other"


def _about(connection: Connection, info: BookInfo, keys: list[str]) -> dict[str, Any]:
    """Number, buyer and service period of invoices."""
    found = {}
    for start in range(0, len(keys), 500):
        period = and_(line.invoice == invoice.id, line.role == ROLE)
        query = (
            select(invoice.key, invoice.number, ledger_party.c.name, func.min(line.start), func.max(line.until))
            .select_from(
                ledger_invoice.join(ledger_party, ledger_party.c.id == invoice.party).outerjoin(
                    ledger_invoice_line, period
                )
            )
            .where(invoice.book == info.name)
            .where(invoice.key.in_(keys[start : start + 500]))
            .group_by(invoice.key, invoice.number, ledger_party.c.name)
        )
        found.update({row[0]: row for row in connection.execute(query)})
    return found


def _deferred(info: BookInfo, key: str, by_kind: dict[str, Decimal], about: Any, at: dt.date) -> Deferred:
    _, number, name, start, until = about or (key, None, None, None, None)
    left = sum(by_kind.values(), ZERO)
    return Deferred(
        key=key,
        number=number,
        name=name,
        start=start,
        until=until,
        deferred=info.money(by_kind["added"] + by_kind["other"]),
        recognised=info.money(-by_kind["recognised"]),
        credited=info.money(-by_kind["credited"]),
        left=info.money(left),
        late=until is not None and until <= at,
    )


def _month(info: BookInfo, month: dt.date, opening: Decimal, by_kind: dict[str, Decimal]) -> Month:
    return Month(
        month=month,
        opening=info.money(opening),
        added=info.money(by_kind["added"]),
        recognised=info.money(-by_kind["recognised"]),
        credited=info.money(-by_kind["credited"]),
        other=info.money(by_kind["other"]),
        closing=info.money(opening + sum(by_kind.values(), ZERO)),
    )


def _months(since: dt.date, until: dt.date) -> Iterator[dt.date]:
    month = since.replace(day=1)
    while month <= until:
        yield month
        month = (month + dt.timedelta(days=31)).replace(day=1)
