"""Days and zones: which day an instant is somewhere, and which instant a local time was."""

from __future__ import annotations

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo, available_timezones


class UnknownZone(ValueError):
    """There is no zone of that name."""


@cache
def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name.

    >>> zone_of("Europe/Copenhagen").key
    'Europe/Copenhagen'
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise UnknownZone(name) from None


def zone_names() -> set[str]:
    """All names, for «did you mean»; it reads a thousand files, so it is only asked when something is wrong."""
    return available_timezones()


def day_in(at: dt.datetime, zone: str) -> dt.date:
    """The day of an instant in a zone. A local time has its day already, and so has a date.

    >>> day_in(dt.datetime(2026, 3, 31, 22, 30, tzinfo=dt.UTC), "Europe/Copenhagen")
    datetime.date(2026, 4, 1)
    """
    return at.date() if at.tzinfo is None else at.astimezone(zone_of(zone)).date()


def localised(at: dt.datetime, zone: str) -> dt.datetime:
    """The instant of a local time. What the clocks jumped over counts from before the jump; of two the first is meant.

    >>> localised(dt.datetime(2026, 3, 29, 2, 30), "Europe/Copenhagen").isoformat()
    '2026-03-29T01:30:00+00:00'
    >>> localised(dt.datetime(2026, 10, 25, 2, 30), "Europe/Copenhagen").isoformat()
    '2026-10-25T00:30:00+00:00'
    """
    return at.replace(tzinfo=zone_of(zone), fold=0).astimezone(dt.UTC)
