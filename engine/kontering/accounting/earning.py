"""Which months of a document's deferred revenue are over and not recognised yet, and what must be set right.

A month is recognised by its own slice, so that one that is held never hides in the next. A credit note that comes late
may take back what was recognised already: that is one more recognition of the last month, below zero.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from kontering.accounting import months, recognition, roles
from kontering.accounting.recognition import Deferral
from kontering.accounting.settings import Settings
from kontering.model.money import ZERO

ByRole = Mapping[str, Decimal]
"""Recognised revenue by the role of its account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A recognition that there is: up to which day, and how much; `final` says that nothing of it is open."""

    until: dt.date
    amounts: ByRole = field(default_factory=dict)
    final: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A recognition that is due: what is earned from the day after `after`, or, without it, whatever is left to do."""

    until: dt.date
    amount: Decimal
    after: dt.date | None = None


def due(found: Sequence[Deferral], done: Sequence[Recognised], last: dt.date, settings: Settings) -> Iterator[Due]:
    """What is to be recognised of a document up to `last`, the last day of the newest month that is over."""
    if not found:
        return
    covered = max((one.until for one in done), default=None)
    before = covered or min(one.period.start for one in found) - dt.timedelta(days=1)
    slices = list(_slices(found, before, last, settings))
    yield from slices
    if covered and not slices and all(one.final for one in done):
        yield from _correction(found, done, covered, settings)


def _slices(found: Sequence[Deferral], before: dt.date, last: dt.date, settings: Settings) -> Iterator[Due]:
    then = earned_by_role(found, before, settings)
    for until in _ends(found, last):
        if until > before:
            now = earned_by_role(found, until, settings)
            if now != then:
                yield Due(until=until, amount=_sum(now) - _sum(then), after=before)
            before, then = until, now


def _correction(
    found: Sequence[Deferral], done: Sequence[Recognised], covered: dt.date, settings: Settings
) -> Iterator[Due]:
    left = dict(earned_by_role(found, covered, settings))
    for one in done:
        for role, amount in one.amounts.items():
            left[role] = left.get(role, ZERO) - amount
    if any(left.values()):
        yield Due(until=covered, amount=_sum(left))


def _ends(found: Sequence[Deferral], last: dt.date) -> Iterator[dt.date]:
    """The last days of the months in which something is earned: none before the booking, for then it was not known."""
    booked = found[0].booked
    month = max(months.month_of(booked), months.month_of(min(one.period.start for one in found)))
    until = min(last, months.last_day(max(booked, *(one.period.end for one in found))))
    while (end := months.last_day(month)) <= until:
        yield end
        month = months.next_month(month)


def earned_by_role(found: Sequence[Deferral], day: dt.date, settings: Settings) -> ByRole:
    """What is earned at the end of a day, by the revenue account it goes to."""
    sums: dict[str, Decimal] = {}
    for deferral in found:
        role = roles.revenue_role(deferral.code)
        sums[role] = sums.get(role, ZERO) + recognition.earned(deferral, day, settings)
    return {role: amount for role, amount in sums.items() if amount}


def _sum(amounts: ByRole) -> Decimal:
    return sum(amounts.values(), ZERO)
