"""The simulated shop's products, customers, taxes, settings and subscriptions, asked over its API alone."""

from __future__ import annotations

import httpx
from tests.connectors.woocommerce.shops import (
    SITE,
    START,
    api,
    code,
    empty,
    ids,
    with_goods,
)

from kontering import resources
from kontering.connectors.woocommerce.sample import made
from kontering.connectors.woocommerce.simulator import Habits, make
from kontering.testing import Clock


def test_products_are_found_by_their_numbers() -> None:
    http = api(with_goods())

    assert ids(http.get("products", params={"sku": "KAF-500,TE-GRN", "orderby": "id", "order": "asc"})) == [201, 203]
    assert ids(http.get("products", params={"sku": "none"})) == []


def test_stock_is_kept_only_where_it_is_managed() -> None:
    http = api(with_goods())

    row = http.put("products/201", json={"manage_stock": True, "stock_quantity": 0}).json()
    assert (row["stock_quantity"], row["stock_status"]) == (0, "outofstock")
    assert http.put("products/201", json={"backorders": "yes"}).json()["stock_status"] == "onbackorder"
    assert http.put("products/201", json={"manage_stock": False, "stock_quantity": 7}).json()["stock_quantity"] is None


def test_a_variation_has_its_own_stock_and_address() -> None:
    http = api(with_goods())

    row = http.put("products/220/variations/221", json={"manage_stock": True, "stock_quantity": 12}).json()

    assert (row["stock_quantity"], row["sku"], row["parent_id"]) == (12, "KRUS-BL", 220)
    assert http.get("products/221").json()["type"] == "variation"
    assert code(http.get("products/201/variations/221"))[0] == 404
    done = http.post("products/220/variations/batch", json={"update": [{"id": 222, "stock_quantity": 3}]}).json()
    assert done["update"][0]["stock_quantity"] == 3


def test_a_number_is_taken_once() -> None:
    http = api(with_goods())

    assert code(http.post("products", json={"name": "X", "sku": "KAF-500"})) == (400, "product_invalid_sku")
    made_ = http.post("products", json={"name": "X", "sku": "X-1", "regular_price": "12.5"})
    assert (made_.status_code, made_.json()["price"]) == (201, "12.50")
    assert http.put("products/201", json={"sale_price": "99"}).json()["price"] == "99.00"


def test_customers_are_those_of_the_role_customer() -> None:
    shop = with_goods()
    shop.state.customers[32]["role"] = "wholesale"
    http = api(shop)

    assert 32 not in ids(http.get("customers", params={"per_page": 100}))
    assert 32 in ids(http.get("customers", params={"per_page": 100, "role": "all"}))
    assert ids(http.get("customers", params={"email": "ida@post.example"})) == [31]


def test_taxes_and_settings_are_rows_too() -> None:
    http = api(empty(prices_include_tax=False, round_at_subtotal=True, decimals=3))

    assert [row["rate"] for row in http.get("taxes", params={"class": "standard"}).json()][:2] == ["25.0000", "19.0000"]
    assert {"slug": "standard", "name": "Standard rate"} in http.get("taxes/classes").json()
    values = {row["id"]: row["value"] for group in ("general", "tax") for row in http.get(f"settings/{group}").json()}
    assert values["woocommerce_prices_include_tax"] == "no"
    assert values["woocommerce_tax_round_at_subtotal"] == "yes"
    assert values["woocommerce_price_num_decimals"] == "3"
    assert http.put("settings/tax/woocommerce_tax_based_on", json={"value": "billing"}).json()["value"] == "billing"
    assert code(http.get("settings/colour"))[0] == 404


def test_subscriptions_are_there_with_the_plugin_only() -> None:
    http = api(empty(habits=Habits(subscriptions=False)))

    assert code(http.get("subscriptions")) == (404, "rest_no_route")


def test_a_subscription_knows_its_orders_and_an_order_its_subscription() -> None:
    shop = make(folder=resources.shipped("examples") / "subscriptions", site=SITE, clock=Clock(START))
    http = api(shop)

    assert http.get("subscriptions", params={"status": "on-hold", "per_page": 100}).json()
    orders = http.get("subscriptions/7501/orders").json()
    assert {row["order_type"] for row in orders} == {"renewal_order"}
    assert len(orders) == 3
    assert ids(http.get(f"orders/{orders[0]['id']}/subscriptions")) == [7501]
    changed = http.put("subscriptions/7501", json={"status": "cancelled"}).json()
    assert changed["status"] == "cancelled"


def test_the_states_of_subscriptions_are_public() -> None:
    http = httpx.Client(transport=httpx.MockTransport(empty()), base_url=f"{SITE}/wp-json/wc/v3/")

    assert "wc-active" in http.get("subscriptions/statuses").json()


def test_a_shop_is_loaded_from_the_example() -> None:
    shop = make(folder=resources.shipped("examples") / "webshop", site=SITE, clock=Clock(START)).state

    assert (len(shop.orders), len(shop.refunds)) == (51, 6)
    assert len(shop.products) == len(made.products())
    assert not any("related" in order for order in shop.orders.values())
