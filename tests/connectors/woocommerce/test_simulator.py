"""The simulated shop against what is known of WooCommerce, asked over its API alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from tests.connectors.woocommerce.shops import SITE, START, api, case, empty, with_cases, with_goods, with_orders

from kontering import resources
from kontering.connectors.woocommerce.sample import made, named
from kontering.connectors.woocommerce.simulator import KEY, SECRET, Habits, Shop, Simulated, make
from kontering.testing import Clock

PLAIN = "http://shop.example"


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json().get("code", "")


def ids(response: httpx.Response) -> list[int]:
    return [row["id"] for row in response.raise_for_status().json()]


def test_basic_is_for_https() -> None:
    shop = with_orders(1)

    assert api(shop).get("orders").status_code == 200
    assert code(api(shop, PLAIN).get("orders")) == (401, "woocommerce_rest_cannot_view")


@pytest.mark.parametrize(
    ("key", "secret", "error"),
    [
        (KEY, "cs_wrong", "woocommerce_rest_authentication_error"),
        ("ck_unknown", SECRET, "woocommerce_rest_cannot_view"),
    ],
)
def test_a_bad_secret_and_an_unknown_key_differ(key: str, secret: str, error: str) -> None:
    assert code(api(with_orders(1), key=key, secret=secret).get("orders")) == (401, error)


def test_keys_in_the_query_come_before_the_header() -> None:
    http = api(with_orders(1))
    query = {"consumer_key": KEY, "consumer_secret": SECRET}

    assert api(with_orders(1), secret="wrong").get("orders", params=query).status_code == 200
    assert code(http.get("orders", params=query | {"consumer_secret": "wrong"}))[0] == 401


def test_a_host_may_strip_the_header() -> None:
    shop = empty(habits=Habits(strips_authorization=True))

    assert code(api(shop).get("orders")) == (401, "woocommerce_rest_cannot_view")
    assert api(shop).get("orders", params={"consumer_key": KEY, "consumer_secret": SECRET}).status_code == 200


@pytest.mark.parametrize(
    ("scope", "reads", "writes"), [("read", 200, 401), ("write", 401, 200), ("read_write", 200, 200)]
)
def test_a_key_has_a_scope(scope: str, reads: int, writes: int) -> None:
    http = api(with_cases([case("plain-dk")], empty(scope=scope)))

    assert http.get("orders").status_code == reads
    answer = http.put("orders/5101", json={"customer_note": "x"})
    assert answer.status_code == writes
    if writes == 401:
        assert "does not have write permissions" in answer.json()["message"]


def signed(shop: Simulated[Shop], method: str = "HMAC-SHA256", **changes: str) -> dict[str, str]:
    """OAuth parameters for GET /orders?status=any, signed by hand after RFC 5849."""
    params = {
        "status": "any,trash",
        "oauth_consumer_key": KEY,
        "oauth_nonce": "n1",
        "oauth_signature_method": method,
        "oauth_timestamp": str(int(shop.clock().timestamp())),
    } | changes
    pairs = "&".join(f"{quote(name, safe='')}={quote(params[name], safe='')}" for name in sorted(params))
    address = quote(f"{PLAIN}/wp-json/wc/v3/orders", safe="")
    text = f"GET&{address}&{quote(pairs, safe='')}"
    digest = hashlib.sha1 if method == "HMAC-SHA1" else hashlib.sha256
    signature = hmac.new(f"{SECRET}&".encode(), text.encode(), digest).digest()
    return params | {"oauth_signature": base64.b64encode(signature).decode()}


def oauth(shop: Simulated[Shop], params: dict[str, str]) -> httpx.Response:
    http = httpx.Client(transport=httpx.MockTransport(shop), trust_env=False)
    return http.get(f"{PLAIN}/wp-json/wc/v3/orders", params=params)


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256"])
def test_oauth_is_for_http(method: str) -> None:
    shop = with_orders(1)

    assert oauth(shop, signed(shop, method)).status_code == 200


def test_a_nonce_is_good_once_and_a_timestamp_for_a_quarter_of_an_hour() -> None:
    clock = Clock(START)
    shop = with_orders(1, empty(clock))
    params = signed(shop)

    assert oauth(shop, params).status_code == 200
    assert "nonce has already been used" in oauth(shop, params).json()["message"]
    later = signed(shop, oauth_nonce="n2")
    clock.forward(minutes=16)
    assert oauth(shop, later).json()["message"] == "Invalid timestamp."


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"status": "pending"}, "signature does not match"),
        ({"oauth_consumer_key": "ck_unknown"}, "Consumer key is invalid"),
        ({"oauth_signature_method": "PLAINTEXT"}, "signature method is invalid"),
        ({"oauth_nonce": ""}, "Missing OAuth parameter oauth_nonce"),
    ],
)
def test_what_is_wrong_with_a_signature_is_said(change: dict[str, str], says: str) -> None:
    shop = with_orders(1)

    answer = oauth(shop, signed(shop) | change)

    assert answer.status_code == 401
    assert says in answer.json()["message"]


def test_a_list_has_ten_rows_the_newest_first_and_headers_that_count() -> None:
    shop = with_orders(25)
    answer = api(shop).get("orders")

    newest = sorted(shop.state.orders, reverse=True)[:10]
    assert ids(answer) == newest
    assert (answer.headers["x-wp-total"], answer.headers["x-wp-totalpages"]) == ("25", "3")
    assert 'rel="next"' in answer.headers["link"]
    assert 'rel="prev"' not in answer.headers["link"]


def test_a_page_past_the_end_is_empty_and_counts_right() -> None:
    answer = api(with_orders(25)).get("orders", params={"page": 9})

    assert (ids(answer), answer.headers["x-wp-total"]) == ([], "25")


@pytest.mark.parametrize(
    "query",
    [
        {"per_page": 101},
        {"per_page": 0},
        {"page": 0},
        {"page": "two"},
        {"orderby": "colour"},
        {"order": "up"},
        {"status": "bogus"},
        {"after": "yesterday"},
        {"include": "a"},
    ],
    ids=lambda query: str(query),
)
def test_a_bad_parameter_is_named(query: dict[str, Any]) -> None:
    answer = api(with_orders(1)).get("orders", params=query)

    assert code(answer) == (400, "rest_invalid_param")
    assert list(answer.json()["data"]["params"]) == list(query)


def test_filters_of_orders() -> None:
    shop = with_cases(named.named())
    http = api(shop)

    def found(**query: Any) -> set[int]:
        return set(ids(http.get("orders", params={"per_page": 100, **query})))

    assert found(status="pending,failed") == {5123, 5124}
    assert found(**{"status[]": "pending"}) == {5123}
    assert found(include="5101,5102", exclude="5102") == {5101}
    assert found(customer=31) == {order["id"] for order in shop.state.orders.values() if order["customer_id"] == 31}
    assert found(search="Maurer") == {5113}
    assert 5143 in found(product=210)
    assert found(parent=7) == set()


def test_trash_is_hidden_unless_it_is_asked_for() -> None:
    http = api(with_orders(3))
    first = ids(http.get("orders"))[0]
    http.delete(f"orders/{first}").raise_for_status()

    assert first not in ids(http.get("orders"))
    assert ids(http.get("orders", params={"status": "trash"})) == [first]


def test_dates_are_the_shops_own_unless_they_are_said_to_be_gmt() -> None:
    http = api(with_cases([case("past-midnight")]))  # created 2026-03-31T22:29:53 UTC, 00:29:53 in Copenhagen

    def found(**query: str) -> bool:
        return bool(ids(http.get("orders", params=query)))

    assert found(after="2026-04-01T00:29:52")
    assert not found(after="2026-04-01T00:29:52", dates_are_gmt="true")
    assert found(after="2026-03-31T22:29:52", dates_are_gmt="true")
    assert not found(after="2026-03-31T22:29:53", dates_are_gmt="true"), "the comparison is strict"
    assert found(after="2026-03-31T22:29:52Z"), "an offset is understood"
    assert not found(after="2026-03-31T22:29:52Z", dates_are_gmt="true"), "and turned into the shop's time even so"


def test_only_the_fields_that_were_asked_for() -> None:
    (row,) = api(with_orders(1)).get("orders", params={"_fields": "id,refunds"}).json()

    assert set(row) == {"id", "refunds"}


def test_amounts_have_the_shops_decimals_or_as_many_as_are_asked_for() -> None:
    http = api(with_cases([case("twelve-of-a-kind")]))
    shown, exact = http.get("orders/5109").json(), http.get("orders/5109", params={"dp": 6}).json()

    assert (shown["line_items"][0]["total"], exact["line_items"][0]["total"]) == ("959.90", "959.904000")
    assert (
        shown["line_items"][0]["taxes"]
        == exact["line_items"][0]["taxes"]
        == [{"id": 1, "total": "239.976", "subtotal": "239.976"}]
    )
    assert (shown["total"], exact["total"]) == ("1238.88", "1238.880000")


@pytest.mark.parametrize(
    ("slug", "gmt", "local"),
    [
        ("summer-time-night", "2026-03-29T00:59:50", "2026-03-29T01:59:50"),
        ("past-midnight", "2026-03-31T22:29:53", "2026-04-01T00:29:53"),
        ("plain-dk", "2026-03-02T09:12:44", "2026-03-02T10:12:44"),
    ],
)
def test_each_time_stands_there_twice(slug: str, gmt: str, local: str) -> None:
    one = case(slug)
    row = api(with_cases([one])).get(f"orders/{one.purchase.id}").json()

    assert (row["date_created_gmt"], row["date_created"]) == (gmt, local)


def test_an_unknown_order_is_404_and_400_when_it_is_changed() -> None:
    http = api(with_orders(1))
    invalid = "woocommerce_rest_shop_order_invalid_id"

    assert code(http.get("orders/7")) == (404, invalid)
    assert code(http.delete("orders/7")) == (404, invalid)
    assert code(http.put("orders/7", json={})) == (400, invalid)
    assert code(http.get("nothing")) == (404, "rest_no_route")


def test_a_change_moves_the_date_and_dates_the_state() -> None:
    clock = Clock(START)
    http = api(with_cases([case("unpaid")], empty(clock)))
    clock.forward(hours=1)

    row = http.put(
        "orders/5123", json={"status": "completed", "meta_data": [{"key": "tracking", "value": "X1"}]}
    ).json()

    later = (START + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S")
    assert (row["status"], row["date_paid_gmt"], row["date_completed_gmt"], row["date_modified_gmt"]) == (
        "completed",
        *[later] * 3,
    )
    assert {"tracking": "X1"}.items() <= {entry["key"]: entry["value"] for entry in row["meta_data"]}.items()


def test_set_paid_pays_what_waits() -> None:
    row = api(with_cases([case("on-hold-transfer")])).put("orders/5125", json={"set_paid": True}).json()

    assert (row["status"], row["date_paid_gmt"] is not None) == ("processing", True)


def test_an_unknown_state_is_refused_and_nothing_changes() -> None:
    shop = with_cases([case("plain-dk")])

    assert code(api(shop).put("orders/5101", json={"status": "paid", "customer_note": "x"})) == (
        400,
        "rest_invalid_param",
    )
    assert shop.state.orders[5101]["customer_note"] == ""


def test_trashed_twice_is_410_and_forced_is_gone() -> None:
    http = api(with_cases([case("plain-dk")]))

    assert http.delete("orders/5101").status_code == 200
    assert code(http.delete("orders/5101")) == (410, "woocommerce_rest_already_trashed")
    assert http.delete("orders/5101?force=true").status_code == 200
    assert http.get("orders/5101").status_code == 404


def test_an_order_made_over_the_api_is_reckoned_by_the_shop() -> None:
    http = api(with_goods())

    answer = http.post(
        "orders",
        json={
            "set_paid": True,
            "billing": {"country": "DK", "first_name": "Ida"},
            "line_items": [{"product_id": 201, "quantity": 2}],
        },
    )
    row = answer.json()

    assert answer.status_code == 201
    assert answer.headers["location"] == f"{SITE}/wp-json/wc/v3/orders/{row['id']}"
    assert (row["total"], row["total_tax"], row["status"], row["created_via"]) == (
        "239.90",
        "47.98",
        "processing",
        "rest-api",
    )


def test_a_batch_does_what_it_can_and_takes_a_hundred() -> None:
    http = api(with_cases([case("plain-dk")]))
    done = http.post(
        "orders/batch", json={"update": [{"id": 5101, "customer_note": "x"}, {"id": 9}], "delete": [5101]}
    ).json()

    assert done["update"][0]["customer_note"] == "x"
    assert done["update"][1]["error"]["code"] == "woocommerce_rest_shop_order_invalid_id"
    assert done["delete"][0]["id"] == 5101
    too_many = http.post("orders/batch", json={"update": [{"id": n} for n in range(101)]})
    assert code(too_many) == (413, "woocommerce_rest_request_entity_too_large")


def test_broken_json_is_400() -> None:
    http = api(with_cases([case("plain-dk")]))

    assert code(http.put("orders/5101", content=b"{", headers={"content-type": "application/json"}))[0] == 400


def kettle(http: httpx.Client) -> dict[str, Any]:
    line: dict[str, Any] = http.get("orders/5147", params={"dp": 6}).json()["line_items"][0]
    return line


def test_a_refund_of_a_line_is_negative_and_points_to_it() -> None:
    clock = Clock(START)
    shop = with_cases([case("partly-refunded")], empty(clock))
    http = api(shop)
    line = kettle(http)
    clock.forward(days=1)
    wanted = {
        "id": line["id"],
        "quantity": 1,
        "refund_total": 519.20,
        "refund_tax": [{"id": 1, "refund_total": 129.80}],
    }

    made_ = http.post(
        "orders/5147/refunds", json={"reason": "Broken", "line_items": [wanted], "api_refund": False}
    ).json()

    assert (made_["amount"], made_["refunded_payment"]) == ("649.00", False)
    (back,) = made_["line_items"]
    assert (back["quantity"], back["total"], back["total_tax"]) == (-1, "-519.20", "-129.80")
    assert back["taxes"] == [{"id": 1, "total": "-129.8", "subtotal": "-129.8"}]
    assert back["meta_data"][0]["key"] == "_refunded_item_id"
    assert back["meta_data"][0]["value"] == str(line["id"])
    order = http.get("orders/5147").json()
    assert order["refunds"] == [{"id": made_["id"], "reason": "Broken", "total": "-649.00"}]
    assert order["date_modified_gmt"] == (START + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S")
    assert order["status"] == "completed"


def test_an_amount_without_lines_is_a_refund_and_too_much_is_500() -> None:
    http = api(with_cases([case("plain-dk")]))

    assert http.post("orders/5101/refunds", json={"amount": "78.90"}).json()["line_items"] == []
    refused = http.post("orders/5101/refunds", json={"amount": "200.01"})
    assert code(refused) == (500, "woocommerce_rest_cannot_create_order_refund")
    assert refused.json()["message"] == "Invalid refund amount."


def test_all_given_back_makes_it_refunded() -> None:
    http = api(with_cases([case("plain-dk")]))
    http.post("orders/5101/refunds", json={"amount": "278.90"}).raise_for_status()

    assert http.get("orders/5101").json()["status"] == "refunded"


def test_a_refund_is_deleted_for_good_or_not_at_all() -> None:
    shop = with_cases([case("plain-dk")])
    http = api(shop)
    refund = http.post("orders/5101/refunds", json={"amount": "1"}).json()["id"]

    assert code(http.delete(f"orders/5101/refunds/{refund}"))[0] == 501
    assert http.delete(f"orders/5101/refunds/{refund}?force=true").status_code == 200
    assert http.get("orders/5101").json()["refunds"] == []
    assert code(http.get(f"orders/5101/refunds/{refund}"))[0] == 404


@pytest.mark.parametrize(("newer", "status"), [(True, 200), (False, 404)])
def test_the_list_of_all_refunds_is_newer(newer: bool, status: int) -> None:
    assert api(empty(habits=Habits(all_refunds=newer))).get("refunds").status_code == status


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
