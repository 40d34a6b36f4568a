"""Days and months of a service period: which part of it has passed at the end of a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

from kontering.model.document import Period

PartialMonth = Literal["full", "half", "pro_rata"]
Weighted = tuple[tuple[Period, Fraction], ...]


def month_of(day: dt.date) -> dt.date:
    """The first day of a day's month."""
    return day.replace(day=1)


def next_month(day: dt.date) -> dt.date:
    """The first day of the month after."""
    return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def last_day(month: dt.date) -> dt.date:
    """The last day of a month.

    >>> last_day(dt.date(2028, 2, 1))
    datetime.date(2028, 2, 29)
    """
    return next_month(month) - dt.timedelta(days=1)


def months(period: Period) -> Iterator[dt.date]:
    """The calendar months that a period touches."""
    month = month_of(period.start)
    while month < period.until:
        yield month
        month = next_month(month)


def days(period: Period) -> int:
    """How many days a period has."""
    return (period.until - period.start).days


def passed_days(period: Period, day: dt.date) -> int:
    """How many days of a period have passed at the end of `day`."""
    return min(max((day - period.start).days + 1, 0), days(period))


def by_month(period: Period, partial: PartialMonth) -> Weighted:
    """What each calendar month of a period counts, where months and not days are counted.

    A period that begins on the first counts every month the same. Otherwise the first month counts in full (and the
    last, of which only the beginning is covered, not at all), or half and half, or by its days.
    """
    parts = [_inside(period, month) for month in months(period)]
    shares = [Fraction(days(part), last_day(part.start).day) for part in parts]
    if partial == "pro_rata" or period.start.day == 1 or len(parts) == 1:
        return tuple(zip(parts, shares, strict=True))
    ends_early = period.until.day <= period.start.day and period.until.day != 1
    first, last = (Fraction(1), Fraction(0)) if partial == "full" else (Fraction(1, 2), Fraction(1, 2))
    middle = [Fraction(1) for _ in parts[1:-1]]
    return tuple(zip(parts, [first, *middle, last if ends_early else Fraction(1)], strict=True))


def _inside(period: Period, month: dt.date) -> Period:
    return Period(start=max(period.start, month), until=min(period.until, next_month(month)))
