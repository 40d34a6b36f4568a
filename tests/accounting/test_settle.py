"""From a sale to a planned document: amounts, totals, buyer, days, payments, and what is held or skipped."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.accounting.made import (
    DAY,
    SETTINGS,
    accounts,
    codes,
    d,
    held,
    line,
    paid,
    party,
    planned,
    sale,
    settled,
    sides,
)

from kontering.accounting.head import Known
from kontering.accounting.settings import Rate, Settings
from kontering.accounting.settle import settle
from kontering.model.document import Address, Charged, Claim, Coupon, Period, RoundingRule
from kontering.model.plan import Skip

ZERO = Decimal(0)


def test_one_side_is_fixed_and_the_third_is_the_difference() -> None:
    # 49.95 with 20 %: net 41.625 and VAT 8.325 would both be rounded up.
    french = line("49.95", "20")
    down, up = RoundingRule(half="down"), RoundingRule(half="up")

    assert sides(planned(sale(french, customer=party("FR"), rounding=down))) == [("41.63", "8.32", "49.95")]
    assert sides(planned(sale(french, customer=party("FR"), rounding=up))) == [("41.62", "8.33", "49.95")]


def test_charged_vat_is_kept_and_only_rounded() -> None:
    charged = line("1199.88", "25", vat="239.976", quantity=d("12"))

    assert sides(planned(sale(charged))) == [("959.90", "239.98", "1199.88")]


def test_vat_per_line_and_per_rate() -> None:
    five = tuple(line("1.02", "25", id=str(n)) for n in range(5))
    per_line = sale(*five, prices="net", gross="6.40", rounding=RoundingRule(per="line"))
    per_rate = sale(*five, prices="net", gross="6.38", rounding=RoundingRule(per="rate"))

    assert planned(per_line).totals.vat == d("1.30")
    assert planned(per_rate).totals.vat == d("1.28")
    assert [one.vat for one in planned(per_rate).lines] == [d("0.26")] * 3 + [d("0.25")] * 2


def test_the_settings_round_where_the_source_says_nothing() -> None:
    five = tuple(line("1.02", "25", id=str(n)) for n in range(5))

    found = planned(sale(*five, prices="net", gross="6.38"), replace(SETTINGS, vat_method="document"))

    assert found.totals.vat == d("1.28")


def test_a_line_with_a_base_for_each_rate_is_split() -> None:
    both = (Charged(rate=d("25"), vat=d("20"), base=d("100")), Charged(rate=d("0"), vat=ZERO, base=d("50")))

    found = planned(sale(line("150.00", taxes=both, quantity=d("3"), discount=d("15.00"), cost=d("10"))))

    assert [(one.id, one.code, one.gross, one.quantity, one.discount, one.cost) for one in found.lines] == [
        ("1/1", "DK25", d("100.00"), d("3"), d("10.00"), d("10")),
        ("1/2", "DK0", d("50.00"), d("1"), d("5.00"), None),
    ]


def test_what_no_base_covers_has_no_vat() -> None:
    part = (Charged(rate=d("25"), vat=d("20"), base=d("100")),)

    assert codes(planned(sale(line("150.00", taxes=part)))) == ["DK25", "DK0"]
    assert held(sale(line("90.00", taxes=part))).code == "MIXED_RATES"


def test_two_rates_on_one_amount_are_held() -> None:
    both = (Charged(rate=d("19"), vat=d("19")), Charged(rate=d("7"), vat=d("7")))

    hold = held(sale(line("126.00", taxes=both), customer=party("DE")))

    assert hold.code == "MIXED_RATES"
    assert hold.details["rates"] == ("19 %", "7 %")


def test_a_rate_of_zero_beside_another_says_nothing() -> None:
    both = (Charged(rate=d("25"), vat=d("25")), Charged(rate=d("0"), vat=ZERO))

    assert codes(planned(sale(line("125.00", taxes=both)))) == ["DK25"]


def test_what_has_no_vat_of_its_own_is_shared_over_the_goods() -> None:
    rows = (line("100.00"), line("50.00", "0", id="2"), line("40.00", id="S", kind="shipping", spread=True, taxes=None))

    found = planned(sale(*rows))

    assert [(one.id, one.gross, one.vat) for one in found.lines[2:]] == [
        ("S/DK25", d("26.67"), d("5.33")),
        ("S/DK0", d("13.33"), d("0.00")),
    ]


def test_shipping_alone_takes_the_ordinary_rate() -> None:
    assert codes(planned(sale(line("40.00", id="S", kind="shipping", spread=True, taxes=None)))) == ["DK25"]


def test_a_coupon_is_never_worth_more_than_its_lines() -> None:
    coupon = Coupon(code="BIG", kind="fixed", value=d("500"))

    found = planned(sale(line("100.00"), line("30.00", id="S", kind="shipping"), gross="30.00", coupons=(coupon,)))

    assert [one.gross for one in found.lines] == [d("0.00"), d("30.00")]
    assert found.lines[0].discount == d("100.00")


def test_a_coupon_may_name_its_lines() -> None:
    coupon = Coupon(code="SHIP", kind="percent", value=d("100"), over=("S",))

    found = planned(sale(line("100.00"), line("30.00", id="S", kind="shipping"), gross="100.00", coupons=(coupon,)))

    assert [one.gross for one in found.lines] == [d("100.00"), d("0.00")]


def test_discounts_that_the_source_has_shared_may_be_shown_again() -> None:
    shown = replace(SETTINGS, discount_mode="separate_line")
    row = line("90.00", "25", vat="18", discount=d("10.00"))

    found = settled(sale(row), shown)

    assert [(one.id, one.gross, one.vat, one.role) for one in found.planned.lines] == [
        ("1", d("100.00"), d("20.00"), "revenue"),
        ("DISCOUNT/DK25", d("-10.00"), d("-2.00"), "discount_given"),
    ]


@pytest.mark.parametrize(("claimed", "difference"), [("124.96", "-0.04"), ("125.05", "0.05")])
def test_a_small_difference_gets_a_line_that_can_be_seen(claimed: str, difference: str) -> None:
    found = settled(sale(line("125.00"), gross=claimed))

    last = found.planned.lines[-1]
    assert (last.id, last.code, last.role, last.gross, last.vat) == ("ROUNDING", "OUT", "rounding", d(difference), ZERO)
    assert found.planned.totals.gross == d(claimed)
    assert [one.code for one in found.planned.warnings] == ["ROUNDING_ADJUSTED"]
    assert accounts(found, "invoice")["receivable"] == claimed


def test_a_larger_difference_is_held_with_both_breakdowns() -> None:
    hold = held(
        sale(line("125.00"), totals=Claim(gross=d("125.06"), vat=d("25"), rates=(Charged(rate=d("25"), vat=d("25")),)))
    )

    assert hold.code == "TOTAL_MISMATCH"
    assert hold.details == {
        "claimed": d("125.06"),
        "own": d("125.00"),
        "difference": d("0.06"),
        "tolerance": d("0.05"),
    }
    assert hold.problems[0].notes == (
        "the lines: 100.00 + 25.00 = 125.00",
        "the source: 125.06, of it VAT 25.00",
        "DK25 25 %: 100.00 + 25.00",
        "the source at 25 %: VAT 25.00",
    )


def test_vat_is_compared_in_all_and_per_rate() -> None:
    vat_off = Claim(gross=d("125.00"), vat=d("24.90"))
    rate_off = Claim(gross=d("125.00"), rates=(Charged(rate=d("25"), vat=d("24.90")),))
    near = Claim(gross=d("125.00"), vat=d("24.99"))

    assert held(sale(line(), totals=vat_off)).problems[0].field == "totals.vat"
    assert held(sale(line(), totals=rate_off)).problems[0].field == "totals.rates[0]"
    found = planned(sale(line(), totals=near))
    assert found.warnings == ()
    assert found.why[-1] == "VAT comes to 25.00, the source says 24.99: within 0.05"


def test_nothing_is_skipped_or_booked() -> None:
    free = sale(line("0.00"))

    assert settle(free, SETTINGS) == Skip(code="ZERO_TOTAL", reason="1001 comes to nothing")
    assert settled(free, replace(SETTINGS, zero_total="book")).postings == ()


def test_an_order_paid_with_gift_cards_is_not_nothing() -> None:
    found = planned(sale(line(), payments=(paid("125.00", "gift_card"),)))

    assert found.open == 0


def test_an_invoice_below_zero_is_held() -> None:
    assert held(sale(line("10.00"), line("-20.00", id="2", kind="discount"))).code == "NEGATIVE_TOTAL"


def test_foreign_currency_needs_a_rate() -> None:
    order = sale(line(rate="0"), customer=party("US"), currency="USD")
    table = replace(SETTINGS, fx=(Rate(currency="USD", since=DAY, rate=d("6.90")),))

    assert held(order).code == "FX_MISSING"
    assert planned(replace(order, fx=d("6.85"))).fx == d("6.85")
    assert planned(order, table).fx == d("6.90")
    assert held(replace(order, date=DAY - dt.timedelta(days=1)), table).code == "FX_MISSING"
    assert planned(sale(line())).fx is None


def test_currencies_that_the_target_lacks_are_held() -> None:
    hold = held(
        sale(line(rate="0"), currency="USD", fx=d("7")), replace(SETTINGS, enabled_currencies=frozenset(["DKK"]))
    )

    assert (hold.code, hold.details) == ("CURRENCY_NOT_ENABLED", {"currency": "USD"})


def test_closed_periods() -> None:
    closed = replace(SETTINGS, closed_until=dt.date(2026, 3, 31))
    order = sale(line(), payments=(paid("125.00"),))

    assert held(order, closed).details == {"date": DAY, "closed_until": dt.date(2026, 3, 31)}
    moved = settled(order, replace(closed, on_closed_period="next_open_day"))
    assert moved.planned.date == dt.date(2026, 4, 1)
    assert {posting.date for posting in moved.postings} == {dt.date(2026, 4, 1)}
    assert moved.planned.payments[0].date == DAY
    assert "posted on 2026-04-01" in moved.planned.why[0]


def test_a_payment_of_a_closed_period_is_held_too() -> None:
    closed = replace(SETTINGS, closed_until=dt.date(2026, 2, 28))

    assert held(sale(line(), payments=(paid("125.00", day=dt.date(2026, 2, 27)),)), closed).code == "PERIOD_CLOSED"


@pytest.mark.parametrize(
    ("changes", "settings", "days"),
    [
        ({}, SETTINGS, 0),
        ({}, replace(SETTINGS, terms_days=8), 8),
        ({"customer": party(terms_days=30)}, replace(SETTINGS, terms_days=8), 30),
        ({"payments": (paid("1.00", "invoice"),)}, replace(SETTINGS, terms_by_method={"invoice": 14}), 14),
        ({"due": DAY + dt.timedelta(days=5)}, replace(SETTINGS, terms_days=8), 5),
        ({"due": DAY - dt.timedelta(days=5)}, SETTINGS, 0),
    ],
)
def test_when_it_is_due(changes: dict[str, Any], settings: Settings, days: int) -> None:
    found = planned(sale(line(), **changes), settings)

    assert found.due == DAY + dt.timedelta(days=days)
    assert found.terms_days == days


def test_how_it_reaches_the_buyer() -> None:
    public = party(kind="public", ean="5798 0000 0011 7")

    assert planned(sale(line())).delivery == "mail"
    found = planned(sale(line(), customer=public, reference="PO-1"))
    assert (found.delivery, found.customer.ean, found.warnings) == ("einvoice", "5798000000117", ())
    nameless = planned(sale(line(), customer=party(email=None)))
    assert nameless.delivery == "none"
    assert [one.code for one in nameless.warnings] == ["CUSTOMER_NO_EMAIL"]
    assert (
        held(sale(line(), customer=party(email=None)), replace(SETTINGS, require_email=True)).code
        == "CUSTOMER_NO_EMAIL"
    )
    assert held(sale(line(), customer=party(ean="5798000000118"))).code == "EAN_INVALID"


def test_a_public_buyer_without_a_reference_is_remarked() -> None:
    assert any("wants a reference" in why for why in planned(sale(line(), customer=party(ean="5798000000117"))).why)


def test_countries() -> None:
    assert held(sale(line(), customer=party("XX"))).details == {"country": "XX"}
    assert planned(sale(line("120.00", "24"), customer=party("EL"))).country == "GR"


def test_a_number_that_another_document_has() -> None:
    known = Known(numbers={"1001": "shop/order/77"})
    own = Known(numbers={"1001": "shop/order/1001"})

    assert held(sale(line()), known=known).code == "ORDER_NUMBER_REUSED"
    found = planned(sale(line()), replace(SETTINGS, reference_collision="suffix_id"), known=known)
    assert (found.mark, found.number) == ("1001-1001", "1001")
    assert [one.code for one in found.warnings] == ["ORDER_NUMBER_REUSED"]
    assert planned(sale(line()), known=own).mark == "1001"


def test_a_document_has_the_same_uuid_whenever_it_is_made() -> None:
    first, other = planned(sale(line())), planned(sale(line("10.00")))

    assert first.guid == other.guid
    assert first.guid != planned(sale(line(), key="shop/order/1002")).guid
    assert first.guid != planned(sale(line()), replace(SETTINGS, target="ledger")).guid


def test_what_is_open_and_too_much() -> None:
    assert planned(sale(line(), payments=(paid("100.00"),))).open == d("25.00")
    over = planned(sale(line(), payments=(paid("130.00"),)))
    assert over.open == d("-5.00")
    assert [one.code for one in over.warnings] == ["CUSTOMER_OVERPAID"]


def test_a_period_makes_revenue_wait() -> None:
    year = Period(start=DAY, until=DAY + dt.timedelta(days=365))
    plan = line(period=year, kind="subscription")
    daily = replace(SETTINGS, recognition="daily")

    assert planned(sale(plan), daily).lines[0].role == "deferred_revenue"
    assert planned(sale(plan)).lines[0].role == "revenue"
    assert planned(sale(replace(plan, period=None)), daily).lines[0].role == "revenue"
    assert planned(sale(replace(plan, kind="shipping")), daily).lines[0].role == "shipping_revenue"


@pytest.mark.parametrize(
    ("currency", "amount", "expected"),
    [("JPY", "3333.4", ("3333", "0", "3333")), ("KWD", "4.1255", ("4.126", "0.000", "4.126"))],
)
def test_currencies_have_their_own_decimals(currency: str, amount: str, expected: tuple[str, str, str]) -> None:
    order = sale(line(amount, "0"), gross=expected[2], customer=party("JP"), currency=currency, fx=d("0.05"))

    assert sides(planned(order)) == [expected]


def test_a_credit_note_may_stand_alone_where_the_flow_lets_it() -> None:
    alone = sale(line(), kind="credit_note", key="shop/refund/5")

    assert held(alone).code == "ORIGINAL_UNKNOWN"
    found = settled(alone, replace(SETTINGS, credit_alone="book"))
    assert accounts(found, "credit_note") == {"receivable": "-125.00", "revenue": "100.00", "vat_out": "25.00"}


def test_a_coupon_that_hits_nothing_takes_nothing() -> None:
    coupon = Coupon(code="GONE", kind="fixed", value=d("50"), over=("9",))

    assert planned(sale(line(), coupons=(coupon,))).totals.gross == d("125.00")


def test_an_unknown_country_of_delivery() -> None:
    hold = held(sale(line(), ship_to=Address(country="XX")))

    assert (hold.code, hold.problems[0].field) == ("UNKNOWN_COUNTRY", "ship_to.country")
