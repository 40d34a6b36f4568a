"""The source: what it reads, how it asks, where the position stands, and what each trouble becomes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import httpx
import pytest
from tests.connectors.woocommerce.shops import START, api, case, empty, with_cases, with_goods, with_orders

from kontering.connectors.woocommerce import CONNECTOR
from kontering.connectors.woocommerce.sample import drawn
from kontering.connectors.woocommerce.simulator import Habits, Shop, Simulated, rows
from kontering.connectors.woocommerce.simulator.checkout import Json
from kontering.connectors.woocommerce.simulator.shop import stamp
from kontering.errors import Denied, Refused, TryLater
from kontering.sdk.connector import Page, Pointer, Position, Record
from kontering.sdk.wire import read_json, write_json
from kontering.testing import Clock, Faulty, Simulator, reply, serve
from kontering.testing.contract import SOURCE, Subject, source_of
from kontering.testing.faults import always, at, every, html, to

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


def pages(shop: Simulator, kind: str = "order", after: Position | None = None, **settings: Any) -> list[Page]:
    return list(source_of(CONNECTOR, shop, settings).read(kind, after))


def records(shop: Simulator, kind: str = "order", after: Position | None = None, **settings: Any) -> list[Record]:
    return [record for page in pages(shop, kind, after, **settings) for record in page.records]


def position(shop: Simulator, kind: str = "order", after: Position | None = None) -> Position | None:
    return pages(shop, kind, after)[-1].after


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


def refunded(habits: Habits | None = None) -> tuple[Simulated[Shop], int, int]:
    """A shop with an order of which 40.00 was given back: shop, order id, refund id."""
    shop = with_cases([case("plain-dk")], empty(habits=habits))
    refund = api(shop).post("orders/5101/refunds", json={"amount": "40.00", "reason": "Late"}).raise_for_status().json()
    return shop, 5101, refund["id"]


def test_a_refund_is_a_record_with_its_order_beside_it() -> None:
    shop, order, refund = refunded()

    (record,) = records(shop, "refund")

    assert record.key == f"shop/refund/{refund}"
    assert record.data["amount"] == "40.000000"
    assert record.data["related"]["order"]["id"] == order
    assert record.data["related"]["order"]["refunds"] == [{"id": refund, "reason": "Late", "total": "-40.000000"}]
    assert record.data["related"]["order"]["related"]["settings"]["woocommerce_prices_include_tax"] == "yes"


def test_a_new_refund_is_found_by_its_orders_date() -> None:
    clock = Clock(START)
    shop = with_cases([case("plain-dk"), case("fee")], empty(clock))
    after = position(shop, "refund")
    clock.forward(days=3)
    api(shop).post("orders/5101/refunds", json={"amount": "40.00"}).raise_for_status()

    assert len(records(shop, "refund", after)) == 1


@pytest.mark.parametrize("touches", [True, False], ids=["order changed", "no trace on the order"])
def test_a_deleted_refund_is_gone_once(touches: bool) -> None:
    shop, order, refund = refunded(Habits(deletion_touches=touches))
    after = position(shop, "refund")
    assert after is not None
    assert after["refunds"] == {str(order): [str(refund)]}
    api(shop).delete(f"orders/{order}/refunds/{refund}?force=true").raise_for_status()

    gone = [record for record in records(shop, "refund", after) if record.gone]
    assert [(record.id, record.version) for record in gone] == [(str(refund), "9/gone")]
    assert [record for record in records(shop, "refund", position(shop, "refund", after)) if record.gone] == []


def test_a_refund_is_got_by_its_id_where_the_shop_can() -> None:
    shop, _, refund = refunded()
    (read,) = records(shop, "refund")

    assert source_of(CONNECTOR, shop).get(Pointer(kind="refund", id=str(refund))) == read
    assert source_of(CONNECTOR, shop).get(Pointer(kind="refund", id="999999")) is None


def test_an_older_shop_says_that_it_cant() -> None:
    shop, _, refund = refunded(Habits(all_refunds=False))

    with pytest.raises(Refused, match="no list of all refunds"):
        source_of(CONNECTOR, shop).get(Pointer(kind="refund", id=str(refund)))


def renewal(habits: Habits | None = None, **changes: Any) -> Simulated[Shop]:
    shop = with_cases([case("plain-dk")], empty(habits=habits))
    order: Json = shop.state.orders[5101]
    shop.state.subscriptions[77] = rows.subscription(order, 77, next_payment_date_gmt="2026-04-02T09:12:44")
    order |= {"created_via": "subscription", **changes}
    order["meta_data"] = [*order["meta_data"], {"id": 9, "key": "_subscription_renewal", "value": "77"}]
    return shop


def test_a_renewal_has_its_subscription_beside_it() -> None:
    (record,) = records(renewal())

    subscription = record.data["related"]["subscription"]
    assert (subscription["id"], subscription["billing_period"]) == (77, "month")
    assert subscription["next_payment_date_gmt"] == "2026-04-02T09:12:44"


def test_a_failed_renewal_is_read_with_its_state_like_any_other() -> None:
    (record,) = records(renewal(status="failed", date_paid_gmt=None))

    assert (record.data["status"], record.data["date_paid_gmt"]) == ("failed", None)


def test_without_the_plugins_routes_a_renewal_stands_alone() -> None:
    shop = renewal(Habits(subscriptions=False))
    shop.state.orders[5102] = {**shop.state.orders[5101], "id": 5102}

    assert all("subscription" not in record.data["related"] for record in records(shop))
    assert len([call for call in shop.calls if "/subscriptions/" in call.path]) == 1


def test_reading_subscriptions_without_the_plugin_says_so() -> None:
    with pytest.raises(Denied, match="doesn't have the plugin WooCommerce Subscriptions"):
        records(with_orders(1, empty(habits=Habits(subscriptions=False))), "subscription")


def test_a_variation_is_a_product_with_its_parent() -> None:
    found = {record.id: record for record in records(with_goods(), "product")}

    assert found["221"].data["sku"] == "KRUS-BL"
    assert found["221"].data["related"]["parent"]["name"] == "Krus"
    assert found["221"].data["parent_id"] == 220
    assert found["201"].data["related"]["settings"]["woocommerce_prices_include_tax"] == "yes"


def test_customers_of_every_role_are_read() -> None:
    shop = with_goods()
    shop.state.customers[32]["role"] = "wholesale"

    assert len(records(shop, "customer")) == len(shop.state.customers)


def test_over_http_the_secret_only_signs() -> None:
    shop = with_orders(105, empty(Clock(START)))
    with serve(shop) as served:
        shop.clock = Clock(datetime.now(UTC))
        found = records(shop, url=served.url)

    assert len({record.id for record in found}) == 105
    assert all("oauth_signature" in call.query and "authorization" not in call.headers for call in shop.calls)


def test_over_https_basic_is_used_or_the_query_where_the_header_is_stripped() -> None:
    shop = with_orders(1)
    records(shop)
    assert shop.calls[0].headers["authorization"].startswith("Basic ")

    stripping = with_orders(1, empty(habits=Habits(strips_authorization=True)))
    with pytest.raises(Denied, match="cannot list resources"):
        records(stripping)
    assert len(records(stripping, keys_in_query=True)) == 1
    assert "authorization" not in stripping.calls[-1].headers


def test_a_key_without_the_right_to_read_is_denied() -> None:
    with pytest.raises(Denied, match="does not have read permissions"):
        records(with_orders(1, empty(scope="write")))


def test_a_wrong_address_is_denied_with_what_to_check() -> None:
    shop = with_orders(1)

    with pytest.raises(Denied, match="check the url, that permalinks aren't 'plain'"):
        records(shop, url="https://system.example/blog")
    with pytest.raises(Denied, match="check the url"):
        source_of(CONNECTOR, shop, {"url": "https://system.example/blog"}).get(Pointer(kind="order", id="100001"))


def answering(status: int, **body: Any) -> Callable[[Any, httpx.Request], httpx.Response]:
    return lambda simulator, request: reply(body, status) if body else httpx.Response(status, html="<h1>no</h1>")


@pytest.mark.parametrize(
    ("status", "body", "error", "says"),
    [
        (403, {}, Denied, "firewall"),
        (404, {}, Denied, "no WooCommerce API"),
        (404, {"code": "rest_no_route", "message": "x"}, Denied, "no WooCommerce API"),
        (400, {"code": "rest_invalid_param", "message": "m", "data": {"params": {"after": "Invalid date."}}}, Refused, "/after: Invalid date."),
        (500, {"code": "woocommerce_rest_cannot_create_order_refund", "message": "Invalid refund amount."}, Refused, "Invalid refund"),
        (500, {"code": "internal_server_error", "message": "critical"}, TryLater, "answered 500"),
        (503, {}, TryLater, "answered 503"),
        (301, {}, Denied, "it has moved"),
    ],
)  # fmt: skip
def test_what_the_shop_says_is_understood(status: int, body: dict[str, Any], error: type[Exception], says: str) -> None:
    shop = Faulty(with_orders(1), always(answering(status, **body), every))

    with pytest.raises(error, match=says):
        records(shop)


def test_a_page_for_people_in_the_middle_of_the_list_loses_nothing() -> None:
    shop = with_orders(105)
    faulty = Faulty(shop, at(2, html, to("GET", "*/orders")))
    reading = source_of(CONNECTOR, faulty, {}).read("order", None)
    first = next(reading)
    with pytest.raises(TryLater, match="One moment"):
        next(reading)

    assert (len(first.records), first.after) == (100, None)
    assert len(records(faulty)) == 105


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
