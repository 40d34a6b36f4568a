"""How the source shows its key, and what each trouble becomes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from tests.connectors.woocommerce.shops import (
    START,
    empty,
    records,
    with_orders,
)

from kontering.connectors.woocommerce import CONNECTOR
from kontering.connectors.woocommerce.simulator import Habits
from kontering.errors import Denied, Refused, TryLater
from kontering.sdk.connector import Pointer
from kontering.testing import Clock, Faulty, reply, serve
from kontering.testing.contract import source_of
from kontering.testing.faults import always, at, every, html, to


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
