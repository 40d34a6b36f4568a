"""The rows of the reports: read from the embedded books, and for payouts and the bank from the project's documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from kontering.accounting.settings import Settings
from kontering.accounting.settlement import KnownPayment
from kontering.connectors.ledger import deferred, reads, returns
from kontering.model.document import Planned
from kontering.model.voucher import PlannedVoucher
from kontering.sync import outstanding
from kontering.sync import payouts as payout_standing

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a report is about: the store's connection, the book in it, and the days."""

    connection: Connection
    book: str
    since: dt.date
    until: dt.date
    euro: Decimal | None
    sales: Callable[[], Iterable[Planned]]
    vouchers: Callable[[], Sequence[PlannedVoucher]]
    payments: Callable[[], Sequence[KnownPayment]]
    unclear: Callable[[], Iterable[tuple[str, str, Mapping[str, Any]]]]
    delivered: Callable[[], Iterable[Planned]]
    settings: Settings
    margin: Decimal = Decimal(1)
    acquisition_cost: Decimal | None = None


def trial_balance(asked: Asked) -> Iterator[Row]:
    """Every account with its turnover and balance."""
    for row in reads.trial_balance(asked.connection, since=asked.since, at=asked.until, book=asked.book):
        yield _only(row, "account", "name", "debit", "credit", "balance")


def vat(asked: Asked) -> Iterator[Row]:
    """Base and VAT by code and country."""
    for row in reads.vat(asked.connection, since=asked.since, until=asked.until, book=asked.book):
        yield _only(row, "code", "country", "rate", "base", "owed", "deducted")


def vat_return(asked: Asked) -> Iterator[Row]:
    """The boxes of the Danish return."""
    for row in returns.vat_return(asked.connection, since=asked.since, until=asked.until, book=asked.book):
        yield {"box": row.english, "danish": row.danish, "amount": row.amount}


def eu_sales(asked: Asked) -> Iterator[Row]:
    """The EU sales list."""
    for row in returns.eu_sales(asked.connection, since=asked.since, until=asked.until, book=asked.book):
        yield _only(row, "country", "vat_number", "name", "goods", "services")


def oss(asked: Asked) -> Iterator[Row]:
    """The One Stop Shop return: sales by country, supply and rate, then corrections of earlier quarters."""
    found = returns.oss_return(asked.connection, since=asked.since, until=asked.until, euro=asked.euro, book=asked.book)
    for row in found.lines:
        yield {"quarter": "", **_only(row, "country", "supply", "rate", "base", "vat", "vat_eur")}
    for late in found.corrections:
        own = _only(late, "country", "supply", "base", "vat", "vat_eur")
        yield {"quarter": f"{late.year}-Q{late.quarter}", **own, "rate": None}


def open_items(asked: Asked) -> Iterator[Row]:
    """What customers owe, document by document, with its age."""
    for row in reads.open_items(asked.connection, at=asked.until, book=asked.book):
        yield _only(row, "number", "name", "date", "due", "currency", "open", "base", "days", "age")


def payables(asked: Asked) -> Iterator[Row]:
    """What is owed to suppliers, bill by bill: their credit notes are below zero."""
    vouchers = [one for one in asked.vouchers() if one.date <= asked.until]
    for item in outstanding.open_items((), vouchers, lambda flow, method: "psp_clearing"):
        if item.role == "payable":
            days = (asked.until - item.date).days
            own = {"number": item.number, "name": item.name, "date": item.date, "currency": item.currency}
            yield {**own, "open": -item.amount, "days": days}


def deferred_revenue(asked: Asked) -> Iterator[Row]:
    """What was invoiced for a time still to come."""
    for row in deferred.deferred(asked.connection, at=asked.until, book=asked.book):
        names = ("number", "name", "start", "until", "deferred", "recognised", "credited", "left", "late")
        yield _only(row, *names)


def recognition(asked: Asked) -> Iterator[Row]:
    """The waterfall of deferred revenue, month by month."""
    for row in deferred.waterfall(asked.connection, since=asked.since, until=asked.until, book=asked.book):
        names = ("opening", "added", "recognised", "credited", "other", "closing")
        yield {"month": f"{row.month:%Y-%m}", **_only(row, *names)}


def payouts(asked: Asked) -> Iterator[Row]:
    """Payouts with their sums, and what of them is not found among the payments."""
    for found in payout_standing.standing(asked.vouchers(), asked.payments()):
        one, figures = found.payout, found.payout.figures
        if not asked.since <= one.date <= asked.until:
            continue
        sums = {name: Decimal(figures.get(name, 0)) for name in ("charges", "refunds", "fees", "disputes")}
        yield {
            "date": one.date,
            "number": one.number,
            **sums,
            "amount": figures["amount"],
            "not_found": len(found.missing),
        }


def bank(asked: Asked) -> Iterator[Row]:
    """Bank lines with what they paid and why; those that wait for a person last."""
    for one in _within(asked, "bank_line"):
        paid = ", ".join(closed.number for closed in one.closes)
        names = {"date": one.date, "text": one.text, "amount": one.figures["amount"], "match": one.figures["match"]}
        yield {**names, "fee": one.figures["fee"], "pays": paid, "why": "; ".join(one.why)}
    for _, day, said in asked.unclear():
        date = dt.date.fromisoformat(day)
        if asked.since <= date <= asked.until:
            names = {"date": date, "text": said.get("text"), "amount": said["amount"], "match": "waiting"}
            yield {**names, "fee": 0, "pays": "", "why": said.get("why")}


def _within(asked: Asked, kind: str) -> Iterator[PlannedVoucher]:
    for one in asked.vouchers():
        if one.kind == kind and asked.since <= one.date <= asked.until:
            yield one


def _only(row: Any, *names: str) -> dict[str, Any]:
    whole = asdict(row)
    return {name: whole[name] for name in names}
