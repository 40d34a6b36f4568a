"""VAT rates are looked up by the day of the supply."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from kontering.accounting import rates, territory
from kontering.model.money import percent


@pytest.mark.parametrize(
    ("country", "day", "rate"),
    [
        ("DK", "2026-03-01", "25"),
        ("DE", "2020-06-30", "19"),
        ("DE", "2020-07-01", "16"),
        ("DE", "2021-01-01", "19"),
        ("EE", "2025-06-30", "22"),
        ("EE", "2025-07-01", "24"),
        ("FI", "2024-09-01", "25.5"),
        ("XI", "2026-03-01", "20"),
    ],
)
def test_standard_rates_change_on_their_day(country: str, day: str, rate: str) -> None:
    assert rates.standard(country, dt.date.fromisoformat(day)) == Decimal(rate)


@pytest.mark.parametrize(
    ("country", "day", "expected"),
    [
        ("DK", "2026-03-01", ["25"]),
        ("FI", "2025-03-01", ["25.5", "14", "10"]),
        ("FI", "2025-10-01", ["25.5", "14", "13.5", "10"]),
        ("FI", "2026-03-01", ["25.5", "13.5", "10"]),
        ("LT", "2026-03-01", ["21", "12", "5"]),
        ("SK", "2024-12-31", ["20", "10"]),
        ("SK", "2025-01-01", ["23", "19", "5"]),
        ("FR", "2026-03-01", ["20", "13", "10", "5.5", "2.1", "0.9"]),
        ("NO", "2026-03-01", []),
    ],
)
def test_possible_rates_of_a_day(country: str, day: str, expected: list[str]) -> None:
    found = rates.possible(country, dt.date.fromisoformat(day))

    assert [percent(rate) for rate in found] == expected


def test_every_member_state_has_a_standard_rate_on_every_day_of_ten_years() -> None:
    days = [dt.date(2016, 1, 1) + dt.timedelta(days=n) for n in range(0, 3650, 7)]

    missing = [(country, day) for country in territory.eu() for day in days if rates.standard(country, day) is None]

    assert missing == []


def test_island_rates_are_marked() -> None:
    assert rates.regional("PT", Decimal("22"))
    assert not rates.regional("PT", Decimal("23"))
