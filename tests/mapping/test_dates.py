"""Days in zones, and local times that the clocks jumped over or went through twice."""

from __future__ import annotations

import datetime as dt

import pytest

from kontering.mapping.dates import UnknownZone, day_in, localised, zone_of


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("at", "zone", "day"),
    [
        ("2026-03-31T22:30:00", "Europe/Copenhagen", "2026-04-01"),
        ("2026-03-31T21:59:59", "Europe/Copenhagen", "2026-03-31"),
        ("2026-01-31T23:00:00", "Europe/Copenhagen", "2026-02-01"),
        ("2026-03-29T00:59:59", "Europe/Copenhagen", "2026-03-29"),
        ("2026-04-23T22:00:00", "Africa/Cairo", "2026-04-24"),  # its midnight doesn't exist: the day begins at 01:00
        ("2026-04-23T21:59:59", "Africa/Cairo", "2026-04-23"),
        ("2026-06-01T00:00:00", "UTC", "2026-06-01"),
        ("2026-06-01T00:00:00", "America/Godthab", "2026-05-31"),
    ],
)
def test_an_instant_has_a_day_in_a_zone(at: str, zone: str, day: str) -> None:
    assert day_in(utc(at), zone).isoformat() == day


def test_a_local_time_has_its_own_day() -> None:
    assert day_in(dt.datetime.fromisoformat("2026-03-31T23:59:00"), "Asia/Tokyo") == dt.date(2026, 3, 31)


def test_a_time_that_the_clocks_jumped_over_counts_from_before_the_jump() -> None:
    assert localised(dt.datetime.fromisoformat("2026-03-29T02:30:00"), "Europe/Copenhagen") == utc(
        "2026-03-29T01:30:00"
    )


def test_of_two_times_the_first_is_meant() -> None:
    assert localised(dt.datetime.fromisoformat("2026-10-25T02:30:00"), "Europe/Copenhagen") == utc(
        "2026-10-25T00:30:00"
    )
    assert localised(dt.datetime.fromisoformat("2026-10-25T03:00:00"), "Europe/Copenhagen") == utc(
        "2026-10-25T02:00:00"
    )


@pytest.mark.parametrize("name", ["Europe/Kopenhagen", "", "../etc/passwd", "Europe", "/etc/localtime"])
def test_an_unknown_zone_is_an_error(name: str) -> None:
    with pytest.raises(UnknownZone):
        zone_of(name)
