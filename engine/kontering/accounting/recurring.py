"""Recurring revenue from what was invoiced: each period of a subscription line runs at its price a month until it ends.

A credit note with a period of its own ends the plan or makes it smaller; so does one that takes all of a line back. Any
other refund is money, and moves no recurring revenue.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kontering.accounting import months, recognition
from kontering.accounting.metrics import Subscription
from kontering.accounting.recognition import Deferral
from kontering.accounting.settings import Settings
from kontering.model.document import Period, Planned, PlannedLine
from kontering.model.money import ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """From a day on a line is worth so much less a month; None is all of it."""

    day: dt.date
    by: Decimal | None


def subscriptions(sold: Planned, credited_by: Sequence[Planned], settings: Settings) -> Iterator[Subscription]:
    """What a sale's lines run for, in base currency; a credit note that stands alone runs below zero."""
    if sold.kind == "credit_note" and sold.credits:
        return
    for line in sold.lines:
        if is_recurring(line):
            yield from _running(sold, line, tuple(_cuts(sold, line, credited_by, settings)))


def is_recurring(line: PlannedLine) -> bool:
    """Does it count as recurring? Usage and one-off fees are other kinds of lines."""
    return line.kind == "subscription" and line.period is not None


def customer_of(sold: Planned) -> str:
    """Who pays: the same customer, whatever invoices name it."""
    party = sold.customer
    return party.external_id or party.vat_number or party.email or sold.key


def months_in(period: Period) -> Decimal:
    """How many months a period has: whole ones from day to day, else each calendar month by its days.

    >>> year, half = Period.ending(dt.date(2026, 1, 15), dt.date(2027, 1, 14)), dt.date(2026, 4, 16)
    >>> months_in(year), months_in(Period.ending(half, dt.date(2026, 4, 30)))
    (Decimal('12'), Decimal('0.5'))
    """
    whole = (period.until.year - period.start.year) * 12 + period.until.month - period.start.month
    if whole > 0 and period.until.day == period.start.day:
        return Decimal(whole)
    return sum((share(period, month) for month in months.months(period)), ZERO)


def share(period: Period, month: dt.date) -> Decimal:
    """Which part of a calendar month lies in a period."""
    last = months.last_day(month)
    covered = months.passed_days(period, last) - months.passed_days(period, month - dt.timedelta(days=1))
    return Decimal(covered) / last.day


def _monthly(sold: Planned, line: PlannedLine) -> Decimal:
    assert line.period is not None
    amount, period = (line.part_of.amount, line.part_of.period) if line.part_of else (line.net, line.period)
    return amount * (sold.fx or 1) / months_in(period)


def _running(sold: Planned, line: PlannedLine, cuts: Sequence[Cut]) -> Iterator[Subscription]:
    assert line.period is not None
    sign = 1 if sold.kind == "invoice" else -1
    amount, start = sign * _monthly(sold, line), line.period.start
    for cut in (*sorted(cuts, key=lambda one: one.day), Cut(day=line.period.until, by=None)):
        day = min(max(cut.day, start), line.period.until)
        if amount and day > start:
            yield Subscription(
                key=f"{sold.key}/{line.id}", customer=customer_of(sold), start=start, ended=day, amount=amount
            )
        amount = ZERO if cut.by is None else amount - cut.by
        start = day


def _cuts(sold: Planned, line: PlannedLine, credited_by: Sequence[Planned], settings: Settings) -> Iterator[Cut]:
    gone = ZERO
    for credit in credited_by:
        own = [one for one in credit.lines if _takes(one, line, sold)]
        taken = sum((one.net for one in own), ZERO)
        gone += taken
        timed = [one for one in own if one.period is not None and one.period != line.period]
        if gone >= line.net > 0:
            day = min((one.period.start for one in timed if one.period), default=credit.date)
            yield Cut(day=day, by=None)
        elif timed:
            yield _cut(sold, line, timed, settings)


def _cut(sold: Planned, line: PlannedLine, timed: Sequence[PlannedLine], settings: Settings) -> Cut:
    """All of what was unearned from a day on ends the line; less makes it smaller."""
    day = min(one.period.start for one in timed if one.period)
    left = line.net - recognition.earned(_deferral(sold, line), day - dt.timedelta(days=1), settings)
    if sum((one.net for one in timed), ZERO) >= left:
        return Cut(day=day, by=None)
    return Cut(day=day, by=sum((_monthly(sold, one) for one in timed), ZERO))


def _takes(one: PlannedLine, line: PlannedLine, sold: Planned) -> bool:
    """Does a credit note's line take back this line of its invoice?"""
    only = sum(1 for other in sold.lines if is_recurring(other)) == 1
    return line.id in (one.of, one.id) or (one.of is None and only and one.kind == "subscription")


def _deferral(sold: Planned, line: PlannedLine) -> Deferral:
    assert line.period is not None
    return Deferral(key=sold.key, line=line.id, code=line.code, booked=sold.date, amount=line.net, period=line.period)
