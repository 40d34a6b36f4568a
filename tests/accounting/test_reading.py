"""Hub documents as maps become typed values; what is wrong is listed, each with its place."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from tests.accounting.made import DAY, d

from kontering.accounting import reading
from kontering.errors import Problems
from kontering.model.document import Charged, Coupon, Period, plain

LINE: dict[str, Any] = {
    "id": "1",
    "kind": "goods",
    "description": "Mug",
    "quantity": 1,
    "amount": d("125.00"),
    "taxes": [{"rate": 25, "vat": d("25")}],
}
DATA: dict[str, Any] = {
    "number": "1001",
    "state": "paid",
    "date": DAY,
    "currency": "DKK",
    "prices": "gross",
    "customer": {"kind": "consumer", "name": "Asta", "address": {"country": "DK"}},
    "lines": [LINE],
    "totals": {"gross": d("125.00"), "vat": 25, "rates": [{"rate": 25, "vat": 25}]},
}


def read(**changes: Any) -> Any:
    return reading.sale("invoice", "shop/order/1", DATA | changes)


def problems(kind: Any = "invoice", **changes: Any) -> list[str]:
    data = {name: value for name, value in (DATA | changes).items() if value is not None}
    return [f"{one.code} {one.field}: {one.message}" for one in reading.sale_problems(kind, "shop/order/1", data)]


def test_everything_is_read() -> None:
    more = LINE | {
        "id": "2",
        "kind": "subscription",
        "supply": "digital",
        "product": {"name": "Plan", "sku": "P"},
        "discount": 5,
        "period": {"start": DAY, "end": DAY + dt.timedelta(days=30)},
        "cost": d("10.5"),
        "spread": False,
    }
    found = read(
        lines=[LINE, more],
        payments=[{"method": "card", "date": DAY, "amount": 250, "reference": "ch_1"}],
        coupons=[{"code": "TEN", "kind": "percent", "value": 10}],
        rounding={"per": "rate"},
        ship_to={"country": "NO", "name": "Ingrid"},
        fx=7,
    )

    assert found.lines[1].period == Period(start=DAY, until=DAY + dt.timedelta(days=31))
    assert found.lines[0].taxes == (Charged(rate=Decimal(25), vat=d("25")),)
    assert found.coupons == (Coupon(code="TEN", kind="percent", value=Decimal(10)),)
    assert (found.rounding.per, found.rounding.half, found.fx) == ("rate", "up", Decimal(7))
    assert all(
        isinstance(one, Decimal) for one in (found.lines[0].quantity, found.payments[0].amount, found.totals.vat)
    )
    assert plain(found)["lines"][1]["period"]["end"] == DAY + dt.timedelta(days=30)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"totals": None}, "K571 totals: totals is missing"),
        ({"lines": []}, "K571 lines: lines is empty"),
        ({"curency": "DKK"}, "K570 curency: there is no field 'curency'"),
        ({"currency": "KRD"}, "K574 currency: currency: there is no currency 'KRD'"),
        ({"date": "2026-03-01"}, "K572 date: date is '2026-03-01', not a date"),
        ({"date": dt.datetime(2026, 3, 1)}, "K572 date: date is datetime.datetime(2026, 3, 1, 0, 0), not a date"),  # noqa: DTZ001
        ({"prices": "grss"}, "K573 prices: prices can't be 'grss'"),
        ({"lines": [LINE | {"amount": 1.5}]}, "K572 lines[0].amount: lines[0].amount is 1.5, not a decimal"),
        ({"lines": [LINE | {"amount": True}]}, "K572 lines[0].amount: lines[0].amount is True, not a decimal"),
        (
            {"lines": [LINE | {"amount": Decimal("NaN")}]},
            "K572 lines[0].amount: lines[0].amount is Decimal('NaN'), not a number that can be reckoned with",
        ),
        ({"lines": "none"}, "K572 lines: lines is 'none', not a list"),
        ({"customer": "Asta"}, "K572 customer: customer is 'Asta', not an object"),
        ({"customer": None}, "K571 customer: there is no customer"),
        ({"lines": [LINE, LINE]}, "K575 lines[1].id: there are two lines '1'"),
        ({"lines": [LINE | {"quantity": 0}]}, "K576 lines[0].quantity: a quantity can't be 0"),
        (
            {"lines": [{name: value for name, value in LINE.items() if name != "taxes"}]},
            "K577 lines[0]: line '1' doesn't say what VAT was charged",
        ),
        (
            {"lines": [LINE | {"taxes": [{"base": 1}]}]},
            "K578 lines[0].taxes[0]: VAT without a rate and without an amount",
        ),
        ({"lines": [LINE | {"taxes": [{"rate": 250}]}]}, "K578 lines[0].taxes[0].rate: a rate can't be 250"),
        (
            {"lines": [LINE | {"period": {"start": DAY, "until": DAY}}]},
            "K579 lines[0].period: a period of 2026-03-02 to 2026-03-01 has no day",
        ),
        ({"lines": [LINE | {"period": {"start": DAY}}]}, "K579 lines[0].period: a period has an end"),
        (
            {"lines": [LINE | {"period": {"start": DAY, "end": DAY, "until": DAY + dt.timedelta(days=2)}}]},
            "K579 lines[0].period: `end` 2026-03-02 and `until` 2026-03-04 don't belong together",
        ),
        (
            {"payments": [{"method": "card", "date": DAY, "amount": -1}]},
            "K580 payments[0].amount: a payment of -1 is none",
        ),
        (
            {"coupons": [{"code": "X", "kind": "percent", "value": 101}]},
            "K581 coupons[0].value: a coupon can't be worth 101",
        ),
    ],
)
def test_what_is_wrong_has_a_code_and_a_place(changes: dict[str, Any], expected: str) -> None:
    assert problems(**changes) == [expected]


def test_all_problems_come_at_once() -> None:
    assert len(problems(currency="KRD", date="x", prices="y")) == 3
    with pytest.raises(Problems) as caught:
        read(currency="KRD", date="x")
    assert len(caught.value.diagnostics) == 2


def test_a_credit_note_may_leave_the_buyer_to_its_invoice() -> None:
    assert problems("credit_note", customer=None, credits="shop/order/1") == []
    assert problems("credit_note", customer=None) == ["K571 customer: there is no customer"]


def test_rounding_to_coins_goes_either_way() -> None:
    assert problems(payments=[{"method": "cash_rounding", "date": DAY, "amount": d("-0.05")}]) == []


def test_payouts_and_bills_are_read_the_same_way() -> None:
    entry = {"id": "1", "type": "charge", "amount": 100, "fee": d("1.5")}
    data = {"number": "P", "provider": "gw", "state": "paid", "date": DAY, "currency": "DKK", "amount": d("98.5")}

    assert reading.payout("gw/payout/1", data | {"entries": [entry]}).entries[0].fee == d("1.5")
    with pytest.raises(Problems, match="entries is missing"):
        reading.payout("gw/payout/1", data)
    with pytest.raises(Problems, match="can't be 'chargeback'"):
        reading.payout("gw/payout/1", data | {"entries": [entry | {"type": "chargeback"}]})
    with pytest.raises(Problems, match="supplier is missing"):
        reading.bill("erp/bill/1", {name: value for name, value in DATA.items() if name != "customer"})
