"""Deferred revenue over time, against worked and published examples."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from tests.accounting.made import SETTINGS, accounts, d, line, party, planned, refund, sale, settled

from kontering.accounting import recognition, subscriptions
from kontering.accounting.months import by_month, last_day, next_month
from kontering.accounting.recognition import Deferral, Taken
from kontering.model.document import Period, Sale

DAILY = replace(SETTINGS, recognition="daily")
MONTHLY = replace(SETTINGS, recognition="monthly")


def period(start: str, end: str) -> Period:
    return Period.ending(dt.date.fromisoformat(start), dt.date.fromisoformat(end))


def deferral(amount: str, start: str, end: str, booked: str | None = None) -> Deferral:
    day = dt.date.fromisoformat(booked or start)
    return Deferral(key="k", line="1", code="DK25", booked=day, amount=d(amount), period=period(start, end))


def slices(given: Deferral, settings: object = DAILY) -> list[str]:
    return [str(one.amount) for one in recognition.schedule(given, settings)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (deferral("31.00", "2026-01-15", "2026-02-14"), ["17.00", "14.00"]),
        (deferral("120.00", "2026-06-15", "2026-10-12"), ["16.00", "31.00", "31.00", "30.00", "12.00"]),
        (
            deferral("365.00", "2026-01-01", "2026-12-31"),
            ["31", "28", "31", "30", "31", "30", "31", "31", "30", "31", "30", "31"],
        ),
        (deferral("29.00", "2028-02-01", "2028-02-29"), ["29.00"]),
        (
            deferral("1200.00", "2026-03-15", "2027-03-14"),
            [
                "55.89",
                "98.63",
                "101.92",
                "98.63",
                "101.92",
                "101.91",
                "98.63",
                "101.92",
                "98.63",
                "101.92",
                "101.92",
                "92.05",
                "46.03",
            ],
        ),
    ],
)
def test_by_days(given: Deferral, expected: list[str]) -> None:
    assert [d(one) for one in slices(given)] == [d(one) for one in expected]


@pytest.mark.parametrize(
    ("partial", "expected"),
    [
        ("full", ["30.00", "30.00", "30.00", "30.00", "0.00"]),
        ("half", ["15.00", "30.00", "30.00", "30.00", "15.00"]),
        ("pro_rata", ["16.06", "30.11", "30.12", "30.11", "13.60"]),
    ],
)
def test_by_months_from_the_middle_of_one(partial: str, expected: list[str]) -> None:
    given = deferral("120.00", "2026-06-15", "2026-10-14")

    assert slices(given, replace(MONTHLY, partial_month=partial)) == expected  # type: ignore[arg-type]


def test_by_months_from_the_first() -> None:
    assert slices(deferral("2400.00", "2026-01-01", "2026-12-31"), MONTHLY) == ["200.00"] * 12


def test_a_period_inside_one_month_is_that_months() -> None:
    for partial in ("full", "half", "pro_rata"):
        assert slices(deferral("90.00", "2026-06-10", "2026-06-20"), replace(MONTHLY, partial_month=partial)) == [
            "90.00"
        ]


def test_half_an_øre_is_rounded_up_though_thirds_have_no_end() -> None:
    """4.95 over 30 days: seven days are 1.155, and not a hair less."""
    halves = deferral("4.95", "2026-09-24", "2026-10-23")

    assert slices(halves) == ["1.16", "3.79"]


def test_weights_of_months() -> None:
    assert [weight for _, weight in by_month(period("2026-06-15", "2026-08-31"), "half")] == [Fraction(1, 2), 1, 1]


def test_service_before_the_invoice_is_earned_with_it() -> None:
    late = deferral("90.00", "2026-01-01", "2026-03-31", booked="2026-03-05")

    assert [(f"{one.month}", str(one.amount)) for one in recognition.schedule(late, DAILY)] == [("2026-03-01", "90.00")]


def test_a_credited_part_leaves_the_days_before_alone() -> None:
    whole = deferral("2400.00", "2026-01-01", "2026-12-31")
    ended = replace(whole, taken=(Taken(day=dt.date(2026, 6, 30), amount=d("1209.86")),))

    assert slices(ended)[:6] == slices(whole)[:6]
    assert {d(one) for one in slices(ended)[6:]} == {d("0.00")}


def test_two_credits_one_after_the_other() -> None:
    whole = deferral("3650.00", "2026-01-01", "2026-12-31")
    twice = (Taken(day=dt.date(2026, 1, 31), amount=d("334.00")), Taken(day=dt.date(2026, 2, 28), amount=d("306.00")))

    assert slices(replace(whole, taken=twice))[:4] == ["310.00", "252.00", "248.00", "240.00"]


def test_one_voucher_a_month_on_its_last_day() -> None:
    invoice = planned(_plan(), DAILY)

    (voucher,) = recognition.vouchers(invoice, dt.date(2026, 2, 10), DAILY)

    assert (voucher.key, voucher.date) == ("shop/order/1001#recognition/2026-02", dt.date(2026, 2, 28))
    assert [(one.role, str(one.amount)) for one in voucher.lines] == [
        ("deferred_revenue", "184.11"),
        ("revenue", "-184.11"),
    ]
    assert tuple(recognition.vouchers(invoice, dt.date(2027, 1, 10), DAILY)) == ()


def test_a_closed_month_is_recognised_on_the_first_open_day() -> None:
    closed = replace(DAILY, closed_until=dt.date(2026, 3, 31))

    (voucher,) = recognition.vouchers(planned(_plan(), DAILY), dt.date(2026, 2, 10), closed)

    assert voucher.date == dt.date(2026, 4, 1)


def test_foreign_currency_is_deferred_as_it_was_posted() -> None:
    rows = (
        line("59.99", "0", kind="subscription", period=period("2026-01-01", "2026-12-31")),
        line("10.01", "0", id="2", kind="subscription", period=period("2026-01-01", "2026-01-31")),
    )
    order = sale(*rows, customer=party("US"), currency="USD", fx=d("6.8333"))
    found = settled(order, DAILY)

    deferred = recognition.deferrals(found.planned)

    assert sum(one.amount for one in deferred) == -d(accounts(found, "invoice")["deferred_revenue"])
    assert [str(one.amount) for one in deferred] == ["409.93", "68.40"]


def test_what_is_still_deferred() -> None:
    found = [deferral("2400.00", "2026-01-01", "2026-12-31"), deferral("100.00", "2026-07-01", "2026-07-31")]

    assert recognition.deferred_at(found, dt.date(2026, 6, 30), DAILY) == d("1209.86")


def test_the_waterfall() -> None:
    ended = replace(
        deferral("2400.00", "2026-01-01", "2026-12-31"), taken=(Taken(day=dt.date(2026, 6, 30), amount=d("1209.86")),)
    )

    rows = recognition.waterfall([ended], DAILY)

    june = rows[5]
    assert (june.opening, june.recognised, june.credited, june.closing) == (
        d("1407.12"),
        d("197.26"),
        d("1209.86"),
        d("0.00"),
    )
    assert recognition.waterfall([], DAILY) == ()


def test_a_cancelled_plan() -> None:
    invoice = planned(_plan(), DAILY)
    last = dt.date(2026, 6, 30)
    how: dict[str, Any] = {"key": "shop/refund/9", "number": "1001-9", "day": last, "method": "card"}
    credit = subscriptions.cancelled(invoice, last, replace(DAILY, on_cancel="refund_unused"), **how)

    assert subscriptions.cancelled(invoice, last, DAILY, **how) is None
    assert credit is not None
    found = settled(credit, DAILY, original=invoice)

    (part,) = subscriptions.unused(invoice, last, DAILY)
    assert (part.days_used, part.days, part.used, part.unused) == (181, 365, d("1190.14"), d("1209.86"))
    assert (found.planned.totals.vat, found.planned.totals.gross) == (d("302.47"), d("1512.33"))
    assert accounts(found, "credit_note") == {
        "receivable": "-1512.33",
        "deferred_revenue": "1209.86",
        "vat_out": "302.47",
    }
    (rest,) = recognition.deferrals(invoice, [found.planned])
    assert sum(one.amount for one in recognition.schedule(rest, DAILY)) == d("1190.14")


def test_what_is_earned_and_not_recognised_yet() -> None:
    invoice = planned(_plan(), DAILY)

    (voucher,) = recognition.vouchers_until(invoice, dt.date(2026, 6, 30), d("992.88"), DAILY)

    assert [(one.role, str(one.amount)) for one in voucher.lines] == [
        ("deferred_revenue", "197.26"),
        ("revenue", "-197.26"),
    ]
    assert tuple(recognition.vouchers_until(invoice, dt.date(2026, 6, 30), d("1190.14"), DAILY)) == ()


def test_a_credit_of_all_recognises_what_was_used() -> None:
    invoice = planned(_plan(), DAILY)
    back = refund(
        line("2400.00", of="1", kind="subscription"), prices="net", gross="3000.00", date=dt.date(2026, 1, 31)
    )
    found = settled(back, DAILY, original=invoice)

    (rest,) = recognition.deferrals(invoice, [found.planned])

    assert slices(rest)[:2] == ["203.84", "0.00"]


def test_months_of_the_calendar() -> None:
    assert next_month(dt.date(2026, 12, 31)) == dt.date(2027, 1, 1)
    assert last_day(dt.date(2027, 2, 10)) == dt.date(2027, 2, 28)


def _plan() -> Sale:
    year = period("2026-01-01", "2026-12-31")
    plan = line("2400.00", kind="subscription", period=year)
    return sale(plan, prices="net", gross="3000.00", date=dt.date(2026, 1, 1))
