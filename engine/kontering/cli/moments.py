"""Moments of the store, milliseconds since 1970, as people read them."""

from __future__ import annotations

import datetime as dt
import re

from kontering.errors import Misuse

_PERIOD = re.compile(r"(?P<year>\d{4})(?:-(?:(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4])|H(?P<half>[12])))?")


def clock(milliseconds: int | None) -> str:
    """A moment in the machine's time zone; empty for none."""
    if milliseconds is None:
        return ""
    return dt.datetime.fromtimestamp(milliseconds / 1000, tz=dt.UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def age(milliseconds: int, now: int) -> str:
    """How long ago, in the largest unit that fits.

    >>> age(0, 90_000), age(0, 3 * 3_600_000), age(0, 50 * 3_600_000)
    ('1 min', '3 h', '2 d')
    """
    seconds = max(0, now - milliseconds) // 1000
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def period(text: str) -> tuple[dt.date, dt.date]:
    """First and last day of a year, half, quarter or month.

    >>> period("2026-Q1") == (dt.date(2026, 1, 1), dt.date(2026, 3, 31))
    True
    """
    found = _PERIOD.fullmatch(text)
    if found is None:
        raise Misuse(f"{text!r} is no period: write 2026, 2026-H1, 2026-Q1 or 2026-03.")
    year, months = int(found["year"]), 12
    first = int(found["month"] or 1)
    for name, length in (("month", 1), ("quarter", 3), ("half", 6)):
        if found[name]:
            months = length
            first = first if name == "month" else (int(found[name]) - 1) * length + 1
    after = dt.date(year + (first + months - 1) // 12, (first + months - 1) % 12 + 1, 1)
    return dt.date(year, first, 1), after - dt.timedelta(days=1)
