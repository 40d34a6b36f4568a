"""Closed periods: whether a day may be posted to, and which one instead."""

from __future__ import annotations

import datetime as dt

from kontering.accounting import holds
from kontering.accounting.settings import Settings
from kontering.model.plan import Hold


def is_closed(day: dt.date, settings: Settings) -> bool:
    """Does the day lie in the closed period?"""
    return settings.closed_until is not None and day <= settings.closed_until


def open_day(day: dt.date, settings: Settings) -> dt.date:
    """The day itself, or the first day after the closed period.

    >>> open_day(dt.date(2025, 12, 30), Settings(closed_until=dt.date(2025, 12, 31)))
    datetime.date(2026, 1, 1)
    """
    if settings.closed_until is None or day > settings.closed_until:
        return day
    return settings.closed_until + dt.timedelta(days=1)


def posting_day(key: str, day: dt.date, settings: Settings) -> dt.date | Hold:
    """The day on which something of `day` is posted, or a hold if that is for a person to say."""
    if settings.closed_until is not None and is_closed(day, settings) and settings.on_closed_period == "error":
        return holds.period_closed(key, day, settings.closed_until)
    return open_day(day, settings)
