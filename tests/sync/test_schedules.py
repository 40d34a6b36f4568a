"""When a flow is read again; what was missed is read once."""

from __future__ import annotations

import datetime as dt

import pytest

from kontering.errors import Misuse
from kontering.sync.schedules import next_time, parse

ZONE = "Europe/Copenhagen"


def at(text: str) -> int:
    return round(dt.datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("schedule", "last", "then"),
    [
        ("every 5 minutes", "2026-03-01T10:00:00+01:00", "2026-03-01T10:05:00+01:00"),
        ("every hour", "2026-03-01T10:00:00+01:00", "2026-03-01T11:00:00+01:00"),
        ("daily at 06:00", "2026-03-01T05:59:59+01:00", "2026-03-01T06:00:00+01:00"),
        ("daily at 06:00", "2026-03-01T06:00:00+01:00", "2026-03-02T06:00:00+01:00"),
        ("daily at 02:30", "2026-03-28T10:00:00+01:00", "2026-03-29T03:30:00+02:00"),
        ("daily at 06:00", "2026-10-24T10:00:00+02:00", "2026-10-25T06:00:00+01:00"),
    ],
)
def test_the_next_time(schedule: str, last: str, then: str) -> None:
    assert next_time(parse(schedule), at(last), ZONE) == at(then)


def test_what_was_never_read_is_read_at_once_but_for_webhooks() -> None:
    assert next_time(parse("daily at 06:00"), None, ZONE) == 0
    assert next_time(parse("once"), None, ZONE) == 0
    assert next_time(parse("once"), 5, ZONE) is None
    assert next_time(parse("on webhook only"), None, ZONE) is None


@pytest.mark.parametrize("text", ["hourly", "every 0 minutes", "daily at 25:00", ""])
def test_what_is_no_schedule_is_said(text: str) -> None:
    with pytest.raises(Misuse, match="write `every 5 minutes`"):
        parse(text)
