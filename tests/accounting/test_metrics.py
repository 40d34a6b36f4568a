"""Figures of a subscription business, against the worked and the published examples."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from tests.accounting.made import d

from kontering.accounting import metrics
from kontering.accounting.metrics import Subscription

CENT = Decimal("0.01")


def plan(customer: str, amount: str, start: str = "2026-01-01", **more: Any) -> Subscription:
    key = more.pop("key", customer)
    return Subscription(key=key, customer=customer, amount=d(amount), start=dt.date.fromisoformat(start), **more)


@pytest.mark.parametrize(
    ("amount", "count", "unit", "expected"),
    [
        ("2000.00", 1, "year", "166.67"),
        ("1200.00", 1, "year", "100.00"),
        ("600.00", 3, "month", "200.00"),
        ("30.00", 1, "week", "130.00"),
        ("60.00", 2, "week", "130.00"),
    ],
)
def test_what_a_price_comes_to_a_month(amount: str, count: int, unit: Any, expected: str) -> None:
    assert metrics.monthly(plan("c", amount, count=count, unit=unit)).quantize(CENT) == d(expected)


def march() -> list[Subscription]:
    """A hundred customers at 200.00; in March some come, come back, pay more or less, and go."""
    april = dt.date(2026, 4, 1)
    day = dt.date(2026, 3, 10)
    stay = [plan(f"s{n}", "200.00") for n in range(85)]
    up = [one for n in range(6) for one in _changed(f"u{n}", "200.00", "300.00", day)]
    down = [one for n in range(4) for one in _changed(f"d{n}", "200.00", "100.00", day)]
    gone = [plan(f"g{n}", "200.00", ended=day) for n in range(5)]
    new = [plan(f"n{n}", "200.00", "2026-03-05") for n in range(9)]
    year = plan("y", "2400.00", "2026-03-31", unit="year")
    back = [plan("b", "150.00", "2025-01-01", ended=dt.date(2025, 6, 1)), plan("b", "200.00", "2026-03-20", key="b2")]
    trial = plan("t", "500.00", "2026-03-01", trial_until=april)
    return [*stay, *up, *down, *gone, *new, year, *back, trial]


def _changed(customer: str, old: str, new: str, day: dt.date) -> tuple[Subscription, Subscription]:
    return plan(customer, old, ended=day), plan(customer, new, f"{day}", key=f"{customer}2")


def test_a_month_of_movements() -> None:
    moves = metrics.movements(march(), dt.date(2026, 3, 1), dt.date(2026, 4, 1))

    assert (moves.opening, moves.new, moves.reactivation, moves.expansion, moves.contraction, moves.churn) == (
        d("20000.00"),
        d("2000.00"),
        d("200.00"),
        d("600.00"),
        d("400.00"),
        d("1000.00"),
    )
    assert moves.closing == d("21400.00")
    assert (moves.customers_opening, moves.customers_closing) == (100, 106)
    assert sum(metrics.by_customer(march(), dt.date(2026, 3, 31)).values()) == moves.closing


def test_ratios() -> None:
    moves = metrics.movements(march(), dt.date(2026, 3, 1), dt.date(2026, 4, 1))
    found = metrics.figures(moves, margin=d("0.7"), acquisition_cost=d("9000.00"))

    shown = {
        name: None if (value := getattr(found, name)) is None else str(value.quantize(Decimal(places)))
        for name, places in (
            ("arr", "0.01"),
            ("arpa", "0.01"),
            ("customer_churn", "0.001"),
            ("gross_churn", "0.001"),
            ("net_churn", "0.001"),
            ("gross_retention", "0.001"),
            ("net_retention", "0.001"),
            ("ltv", "0.01"),
            ("cac", "0.01"),
            ("payback", "0.1"),
            ("ltv_to_cac", "0.01"),
        )
    }

    assert shown == {
        "arr": "256800.00",
        "arpa": "201.89",
        "customer_churn": "0.050",
        "gross_churn": "0.070",
        "net_churn": "0.030",
        "gross_retention": "0.930",
        "net_retention": "0.960",
        "ltv": "2826.42",
        "cac": "900.00",
        "payback": "6.4",
        "ltv_to_cac": "3.14",
    }
    plain = metrics.figures(moves)
    assert plain.ltv is not None
    assert plain.ltv.quantize(CENT) == d("4037.74")


def test_the_published_churn() -> None:
    before = {"a": d("80"), "b": d("10"), "c": d("10")}

    found = metrics.figures(metrics.moved(before, {"a": d("80"), "n": d("10")}, known={"n"}))

    assert (found.gross_churn, found.net_churn) == (d("0.2"), d("0.1"))


def test_nothing_is_divided_by_nothing() -> None:
    found = metrics.figures(metrics.moved({}, {}), acquisition_cost=d("100"))

    assert (found.arpa, found.customer_churn, found.ltv, found.cac, found.net_retention) == (None,) * 5


def test_a_customer_is_lost_with_the_last_subscription() -> None:
    end = dt.date(2026, 3, 10)
    two = [plan("c", "100.00", ended=end), plan("c", "50.00", key="c2")]

    moves = metrics.movements(two, dt.date(2026, 3, 1), dt.date(2026, 4, 1))

    assert (moves.customers_lost, moves.contraction, moves.churn) == (0, d("100.00"), d("0"))


def test_paused_and_trials_do_not_count() -> None:
    rows = [plan("p", "100.00", paused=True), plan("t", "100.00", trial_until=dt.date(2027, 1, 1))]

    assert metrics.by_customer(rows, dt.date(2026, 6, 1)) == {}


def test_recurring_revenue_beside_the_books() -> None:
    rows = metrics.against_revenue({"a": d("100.00"), "b": d("50.00")}, {"a": d("101.92"), "c": d("500.00")})

    assert [(row.customer, row.difference) for row in rows] == [
        ("c", d("500.00")),
        ("b", d("-50.00")),
        ("a", d("1.92")),
    ]
