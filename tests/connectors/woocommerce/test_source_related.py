"""Records that stand beside others: refunds, renewals, variations, and what vanished."""

from __future__ import annotations

from typing import Any

import pytest
from tests.connectors.woocommerce.shops import (
    START,
    api,
    case,
    empty,
    position,
    records,
    with_cases,
    with_goods,
    with_orders,
)

from kontering.connectors.woocommerce import CONNECTOR
from kontering.connectors.woocommerce.simulator import Habits, Shop, Simulated, rows
from kontering.connectors.woocommerce.simulator.checkout import Json
from kontering.errors import Denied, Refused
from kontering.sdk.connector import Pointer
from kontering.testing import Clock
from kontering.testing.contract import source_of


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
