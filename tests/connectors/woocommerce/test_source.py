"""The source: the contract, how it asks, and where the position stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import cache

import httpx
import pytest
from tests.connectors.woocommerce.shops import (
    START,
    api,
    case,
    empty,
    pages,
    position,
    records,
    with_cases,
    with_goods,
    with_orders,
)

from kontering.connectors.woocommerce import CONNECTOR
from kontering.connectors.woocommerce.sample import drawn
from kontering.connectors.woocommerce.simulator import Habits, Shop, Simulated, rows
from kontering.connectors.woocommerce.simulator.shop import stamp
from kontering.sdk.wire import read_json, write_json
from kontering.testing import Clock
from kontering.testing.contract import SOURCE, Subject, source_of

Check = Callable[[Subject], None]


def change_order(shop: Shop) -> str:
    order = next(iter(shop.orders.values()))
    order["customer_note"] = "call me"
    order["date_modified_gmt"] = stamp(START)
    return str(order["id"])


def remove_order(shop: Shop) -> str:
    return str(shop.orders.pop(min(shop.orders))["id"])


def change_product(shop: Shop) -> str:
    row = shop.products[201]
    row["name"] = "Kaffe"
    row["date_modified_gmt"] = stamp(START)
    return "201"


def change_customer(shop: Shop) -> str:
    shop.customers[31]["first_name"] = "Ida Marie"
    return "31"


def many_products() -> Simulated[Shop]:
    shop = with_goods()
    model = shop.state.products[203]
    shop.state.products |= {n: {**model, "id": n, "sku": f"X-{n}"} for n in range(1000, 1095)}
    return shop


def many_customers() -> Simulated[Shop]:
    shop = with_goods()
    model = shop.state.customers[31]
    shop.state.customers |= {n: {**model, "id": n} for n in range(1000, 1095)}
    return shop


def many_subscriptions() -> Simulated[Shop]:
    shop = with_orders(105)
    orders = list(shop.state.orders.values())
    shop.state.subscriptions = {o["id"] + 500_000: rows.subscription(o, o["id"] + 500_000) for o in orders}
    return shop


def many_refunds() -> Simulated[Shop]:
    shop = empty()
    orders, refunds = (read_json(rows) for rows in _refunded())
    shop.state.orders = {row["id"]: row for row in orders}
    shop.state.refunds = {row["id"]: row for row in refunds}
    return shop


@cache
def _refunded() -> tuple[bytes, bytes]:
    """A shop's orders, two of the first page and two of the second with a refund, and its refunds."""
    shop = with_orders(110)
    paid = [order for order in shop.state.orders.values() if order["date_paid_gmt"]]
    with api(shop) as http:
        for order in (*paid[:2], *paid[-2:]):
            http.post(f"orders/{order['id']}/refunds", json={"amount": "5.00", "reason": "x"}).raise_for_status()
    return write_json(list(shop.state.orders.values())), write_json(list(shop.state.refunds.values()))


def change_subscription(shop: Shop) -> str:
    row = next(iter(shop.subscriptions.values()))
    row |= {"status": "cancelled", "date_modified_gmt": stamp(START)}
    return str(row["id"])


SUBJECTS = {
    "order": Subject(
        connector=CONNECTOR,
        kind="order",
        count=105,
        make=lambda: with_orders(105),
        change=change_order,
        remove=remove_order,
    ),
    "refund": Subject(connector=CONNECTOR, kind="refund", count=4, make=many_refunds),
    "product": Subject(connector=CONNECTOR, kind="product", count=110, make=many_products, change=change_product),
    "customer": Subject(
        connector=CONNECTOR, kind="customer", count=105, make=many_customers, change=change_customer, since=False
    ),
    "subscription": Subject(
        connector=CONNECTOR, kind="subscription", count=105, make=many_subscriptions, change=change_subscription
    ),
}


@pytest.mark.parametrize("check", SOURCE, ids=lambda check: str(check.__name__))
@pytest.mark.parametrize("kind", SUBJECTS)
def test_each_kind_keeps_the_contract(kind: str, check: Check) -> None:
    check(SUBJECTS[kind])


def test_orders_are_asked_for_with_six_decimals_by_creation_and_in_utc() -> None:
    shop = with_orders(2)

    pages(shop, after={"modified": "2026-05-01T12:00:00"})

    asked = [call.query for call in shop.calls if call.path.endswith("/orders")]
    assert asked[0] == {
        "dp": "6",
        "per_page": "100",
        "dates_are_gmt": "true",
        "orderby": "date",
        "order": "asc",
        "modified_after": "2026-05-01T11:55:00",
        "status": "any",
        "page": "1",
    }
    assert [query["status"] for query in asked] == ["any", "trash"]


def test_amounts_come_unrounded() -> None:
    (record,) = records(with_cases([case("oss-germany")]))

    assert record.data["line_items"][0]["taxes"][0]["total"] == "24.3048"
    assert record.data["line_items"][0]["total"] == "127.920000"
    assert record.data["line_items"][0]["price"] == Decimal("63.96")


def test_the_shops_settings_stand_beside_each_order() -> None:
    shop = with_cases([case("plain-dk")], empty(round_at_subtotal=True))

    assert records(shop)[0].data["related"]["settings"] == {
        "woocommerce_calc_taxes": "yes",
        "woocommerce_price_num_decimals": "2",
        "woocommerce_currency": "DKK",
        "woocommerce_default_country": "DK",
        "woocommerce_prices_include_tax": "yes",
        "woocommerce_tax_round_at_subtotal": "yes",
        "woocommerce_tax_based_on": "shipping",
    }


def test_settings_are_asked_for_once_and_only_when_there_is_something() -> None:
    shop = with_orders(105)
    pages(shop)
    assert len([call for call in shop.calls if "/settings/" in call.path]) == 2

    nothing = empty()
    pages(nothing)
    assert [call.path for call in nothing.calls] == ["/wp-json/wc/v3/orders"] * 2


def test_the_position_is_the_latest_change() -> None:
    shop = with_orders(105)

    assert position(shop) == {"modified": max(order["date_modified_gmt"] for order in shop.state.orders.values())}


def test_an_empty_shop_moves_nothing() -> None:
    assert position(empty()) is None
    assert position(empty(), after={"modified": "2026-05-01T12:00:00"}) == {"modified": "2026-05-01T12:00:00"}


def test_only_what_has_changed_is_read_again_and_a_bit_before() -> None:
    shop = with_orders(50)
    newest = max(shop.state.orders.values(), key=lambda order: str(order["date_modified_gmt"]))

    again = records(shop, after=position(shop))

    assert str(newest["id"]) in [record.id for record in again]
    assert len(again) < 5


def test_the_overlap_is_a_setting() -> None:
    shop = with_orders(1)

    pages(shop, after={"modified": "2026-05-01T12:00:00"}, overlap=90)

    assert shop.calls[0].query["modified_after"] == "2026-05-01T10:30:00"


def test_orders_before_the_first_day_are_never_read() -> None:
    shop = with_cases([case("past-midnight"), case("summer-time-night")])

    assert [record.id for record in records(shop, start="2026-04-01")] == ["5132"]
    assert shop.calls[0].query["after"] == "2026-03-31T21:59:59"


def test_a_trashed_order_is_read_with_its_state() -> None:
    shop = with_orders(3)
    first = min(shop.state.orders)
    after = position(shop)
    api(shop).delete(f"orders/{first}").raise_for_status()

    trashed = [record for record in records(shop, after=after) if record.data["status"] == "trash"]

    assert [record.id for record in trashed] == [str(first)]


class Shrinks:
    """A shop from which an order is deleted for good while its list is being read."""

    def __init__(self, shop: Simulated[Shop]) -> None:
        self.shop = shop
        self.state, self.calls, self.credentials = shop.state, shop.calls, shop.credentials

    def __call__(self, request: httpx.Request) -> httpx.Response:
        response = self.shop(request)
        if request.url.params.get("page") == "1" and len(self.state.orders) == 205:
            del self.state.orders[min(self.state.orders)]
        return response


def test_a_list_that_shrinks_while_it_is_read_doesnt_move_the_position() -> None:
    shop = with_orders(205)
    whole = set(shop.state.orders)

    read = pages(Shrinks(shop))
    seen = {int(record.id) for page in read for record in page.records}
    lost = whole - seen
    assert len(lost) == 1
    assert read[-1].after is None

    assert lost <= {int(record.id) for record in records(shop)}


def test_an_order_that_comes_in_while_reading_is_not_lost() -> None:
    shop = with_orders(105)
    late = next(iter(drawn.drawn(1, seed=99)))
    reading = source_of(CONNECTOR, shop, {}).read("order", None)
    ids = {record.id for record in next(reading).records}
    with_cases([late], shop)
    rest = list(reading)
    ids |= {record.id for page in rest for record in page.records}

    ids |= {record.id for record in records(shop, after=rest[-1].after)}
    assert {str(id_) for id_ in shop.state.orders} <= ids


def test_two_edits_within_a_second_have_two_versions() -> None:
    shop = with_orders(1)
    (first,) = records(shop)
    next(iter(shop.state.orders.values()))["customer_note"] = "again"
    (second,) = records(shop)

    assert first.version.partition("/")[0] == second.version.partition("/")[0]
    assert first.version != second.version


def test_what_the_source_adds_is_not_part_of_the_version() -> None:
    shop = with_orders(1)
    (first,) = records(shop)
    shop.state.options["tax"]["woocommerce_tax_based_on"] = "billing"
    (second,) = records(shop)

    assert first.version == second.version
    assert "_links" not in first.data


def test_a_proxy_that_drops_the_counting_headers_is_no_trouble() -> None:
    shop = with_orders(205, empty(habits=Habits(total_headers=False)))

    assert len({record.id for record in records(shop)}) == 205


def test_reading_holds_one_page_at_a_time() -> None:
    reading = source_of(CONNECTOR, with_orders(305), {}).read("order", None)

    assert [len(page.records) for page in reading] == [100, 100, 100, 5, 0, 0]


def test_a_later_state_has_a_later_version() -> None:
    clock = Clock(START)
    shop = with_orders(1, empty(clock))
    (first,) = records(shop)
    clock.forward(minutes=1)
    api(shop).put(f"orders/{first.id}", json={"status": "cancelled"}).raise_for_status()
    (second,) = records(shop)

    assert first.version < second.version
    assert second.version.startswith(stamp(START + timedelta(minutes=1)))
