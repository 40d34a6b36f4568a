"""Moments of the store, milliseconds since 1970, as people read them."""

from __future__ import annotations

import datetime as dt


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
