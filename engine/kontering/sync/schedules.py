"""When a flow is read: every N minutes, daily at a time, once, or only when a webhook has something to say."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TypeAlias
from zoneinfo import ZoneInfo

from kontering.errors import Misuse

SPANS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_EVERY = re.compile(r"every (?:(?P<number>[1-9]\d*) )?(?P<unit>second|minute|hour|day)s?")
_DAILY = re.compile(r"daily at (?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)")


@dataclass(frozen=True, slots=True)
class Every:
    """So many milliseconds after the last reading."""

    span: int


@dataclass(frozen=True, slots=True)
class Daily:
    """At a time of day, in the zone of the source."""

    at: dt.time


@dataclass(frozen=True, slots=True)
class Once:
    """A start-sync: read when it never was."""


@dataclass(frozen=True, slots=True)
class OnWebhook:
    """Read when something wakes it."""


Schedule: TypeAlias = Every | Daily | Once | OnWebhook


def parse(text: str) -> Schedule:
    """
    >>> parse("every 5 minutes"), parse("daily at 06:00")
    (Every(span=300000), Daily(at=datetime.time(6, 0)))
    """
    words = " ".join(text.split())
    if words in ("once", "on webhook only"):
        return Once() if words == "once" else OnWebhook()
    if every := _EVERY.fullmatch(words):
        return Every(int(every["number"] or 1) * SPANS[every["unit"]] * 1000)
    if daily := _DAILY.fullmatch(words):
        return Daily(dt.time(int(daily["hour"]), int(daily["minute"])))
    raise Misuse(f"schedule {text!r}: write `every 5 minutes`, `daily at 06:00`, `once` or `on webhook only`")


def next_time(schedule: Schedule, last: int | None, zone: str) -> int | None:
    """When to read again (milliseconds since 1970), having read `last`; what was missed is read once.

    0 is at once, None never by itself.
    """
    match schedule:
        case OnWebhook():
            return None
        case Once():
            return 0 if last is None else None
        case Every(span=span):
            return 0 if last is None else last + span
        case Daily(at=at):
            return 0 if last is None else _next_day(at, last, ZoneInfo(zone))


def _next_day(at: dt.time, last: int, zone: ZoneInfo) -> int:
    """The first such time of day after `last`; one that summer time leaves out is the moment after the gap."""
    before = dt.datetime.fromtimestamp(last / 1000, tz=zone)
    moment = dt.datetime.combine(before.date(), at, tzinfo=zone)
    if moment.timestamp() * 1000 <= last:
        moment = dt.datetime.combine(before.date() + dt.timedelta(days=1), at, tzinfo=zone)
    return round(moment.timestamp() * 1000)
