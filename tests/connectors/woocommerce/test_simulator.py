"""The simulated shop's orders and refunds against what is known of WooCommerce, asked over its API alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.connectors.woocommerce.shops import (
    SITE,
    START,
    api,
    case,
    code,
    empty,
    ids,
    with_cases,
    with_goods,
    with_orders,
)

from kontering.connectors.woocommerce.sample import named
from kontering.connectors.woocommerce.simulator import Habits
from kontering.testing import Clock


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
