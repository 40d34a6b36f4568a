"""Webhooks: what the shop sends, and what the connector makes of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import httpx
import pytest
from tests.connectors.woocommerce.shops import api, case, empty, with_cases, with_goods

from kontering.connectors.woocommerce.simulator import Shop, Simulated, deliver_webhooks
from kontering.connectors.woocommerce.webhook import webhook
from kontering.errors import Refused
from kontering.sdk.connector import Pointer

NOW = datetime(2026, 7, 1, tzinfo=UTC)
SETTINGS = {"name": "shop", "webhook_secret": "hemmelig-7"}
REFUNDS = Pointer(kind="refund", id="")
"""Some refund of some order: an order's webhook doesn't say whether it tells of one."""
URL = "https://books.example/hooks/shop"


class Inbox:
    """Where the shop's webhooks arrive."""

    def __init__(self, *statuses: int) -> None:
        self.got: list[httpx.Request] = []
        self.statuses = list(statuses)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.got.append(request)
        return httpx.Response(self.statuses.pop(0) if self.statuses else 200)


def shop_with_hook(topic: str = "order.updated") -> Simulated[Shop]:
    shop = with_cases([case("plain-dk"), case("fee")], with_goods(empty()))
    given = {"topic": topic, "delivery_url": URL, "secret": "hemmelig-7"}
    made = api(shop).post("webhooks", json=given)
    assert made.status_code == 201
    assert "secret" not in made.json()
    return shop


def pointers(request: httpx.Request) -> list[Pointer]:
    return list(webhook(SETTINGS, dict(request.headers), request.content, NOW))


def test_a_saved_hook_is_pinged_without_signature_and_that_is_fine() -> None:
    inbox = Inbox()

    deliver_webhooks(shop_with_hook(), inbox)

    (ping,) = inbox.got
    assert ping.content.startswith(b"webhook_id=")
    assert "x-wc-webhook-signature" not in ping.headers
    assert pointers(ping) == []


def test_a_changed_order_is_a_pointer() -> None:
    shop, inbox = shop_with_hook(), Inbox()
    api(shop).put("orders/5101", json={"status": "cancelled"}).raise_for_status()

    deliver_webhooks(shop, inbox)

    sent = inbox.got[-1]
    assert sent.headers["x-wc-webhook-topic"] == "order.updated"
    assert sent.headers["x-wc-webhook-resource"] == "order"
    assert b'"total":"278.90"' in sent.content
    assert pointers(sent) == [Pointer(kind="order", id="5101"), REFUNDS]


def test_a_refund_tells_of_its_order() -> None:
    shop, inbox = shop_with_hook(), Inbox()
    api(shop).post("orders/5104/refunds", json={"amount": "5"}).raise_for_status()

    deliver_webhooks(shop, inbox)

    assert pointers(inbox.got[-1]) == [Pointer(kind="order", id="5104"), REFUNDS]


def test_a_deleted_order_sends_its_id_only() -> None:
    shop, inbox = shop_with_hook("order.deleted"), Inbox()
    api(shop).delete("orders/5101").raise_for_status()

    deliver_webhooks(shop, inbox)

    assert inbox.got[-1].content == b'{"id":5101}'
    assert pointers(inbox.got[-1]) == [Pointer(kind="order", id="5101"), REFUNDS]


def test_a_changed_product_is_a_pointer_too() -> None:
    shop, inbox = shop_with_hook("product.updated"), Inbox()
    api(shop).put("products/201", json={"name": "Kaffe"}).raise_for_status()

    deliver_webhooks(shop, inbox)

    assert pointers(inbox.got[-1]) == [Pointer(kind="product", id="201")]


def test_several_changes_are_one_delivery_with_the_latest_state() -> None:
    shop, inbox = shop_with_hook(), Inbox()
    deliver_webhooks(shop, inbox)
    for note in ("one", "two", "three"):
        api(shop).put("orders/5101", json={"customer_note": note}).raise_for_status()

    deliver_webhooks(shop, inbox)

    assert len(inbox.got) == 2
    assert b'"customer_note":"three"' in inbox.got[-1].content


def test_nothing_is_sent_twice_and_the_seventh_failure_in_a_row_disables() -> None:
    shop = shop_with_hook()
    deliver_webhooks(shop, Inbox())
    inbox = Inbox(*[500] * 5, 200, *[500] * 7)
    states = []
    for _ in range(14):
        api(shop).put("orders/5101", json={"customer_note": "x"}).raise_for_status()
        deliver_webhooks(shop, inbox)
        (hook,) = shop.state.webhooks.values()
        states.append((hook["status"], hook["failure_count"]))

    assert states[:6] == [("active", n) for n in (1, 2, 3, 4, 5, 0)]
    assert states[11:13] == [("active", 6), ("disabled", 6)]
    assert len(inbox.got) == 13


def test_a_disabled_hook_is_switched_on_by_hand() -> None:
    shop = shop_with_hook()
    (hook,) = shop.state.webhooks.values()
    hook["status"] = "disabled"

    api(shop).put(f"webhooks/{hook['id']}", json={"status": "active"}).raise_for_status()

    assert hook["status"] == "active"
    assert shop.state.pings == [hook["id"]] * 2


def test_a_hook_needs_a_topic_and_an_address() -> None:
    http = api(empty())

    assert http.post("webhooks", json={"delivery_url": URL}).status_code == 400
    assert http.post("webhooks", json={"topic": "order.updated", "delivery_url": "ftp://x"}).status_code == 400


def headers(body: bytes, secret: str = "hemmelig-7", resource: str = "order") -> dict[str, str]:
    signature = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    return {"X-WC-Webhook-Signature": signature, "X-WC-Webhook-Resource": resource}


@pytest.mark.parametrize(
    ("body", "signed_by", "settings", "says"),
    [
        (b'{"id":7}', "other", SETTINGS, "doesn't fit its body"),
        (b'{"id":7}', "hemmelig-7", {"name": "shop"}, "set webhook_secret"),
        (b'{"id":', "hemmelig-7", SETTINGS, "no JSON"),
    ],
)
def test_what_cant_be_proved_is_refused(body: bytes, signed_by: str, settings: dict[str, str], says: str) -> None:
    with pytest.raises(Refused, match=says):
        webhook(settings, headers(body, signed_by), body, NOW)


def test_without_a_signature_only_a_ping_passes() -> None:
    with pytest.raises(Refused, match="isn't signed"):
        webhook(SETTINGS, {"x-wc-webhook-resource": "order"}, b'{"id":7}', NOW)


@pytest.mark.parametrize(
    ("body", "resource"),
    [
        (b'{"id":7}', "coupon"),
        (b'{"id":7}', "action"),
        (b'{"code":"x","message":"no rights"}', "order"),
        (b"[1]", "order"),
        (b'{"id":"7/../8"}', "order"),
    ],
    ids=["coupon", "action", "error", "list", "text"],
)
def test_what_no_flow_reads_is_nothing(body: bytes, resource: str) -> None:
    assert webhook(SETTINGS, headers(body, resource=resource), body, NOW) == ()
