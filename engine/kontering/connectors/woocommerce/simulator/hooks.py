"""Webhooks: rows of the shop, a queue that collapses events, signed deliveries, pings, and hooks that are given up."""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

import httpx

from kontering.connectors.woocommerce.simulator.checkout import VERSION, Json, links
from kontering.connectors.woocommerce.simulator.shop import Shop, stamp
from kontering.sdk.wire import write_json

Send = Callable[[httpx.Request], httpx.Response]
Payload = Callable[[str, int], Json | None]
AGENT = f"WooCommerce/{VERSION} Hookshot (WordPress/6.7)"
WRITABLE = ("name", "status", "topic", "delivery_url", "secret")
TIMEOUT = {"connect": 60.0, "read": 60.0, "write": 60.0, "pool": 60.0}


def enqueue(shop: Shop, topic: str, id_: int) -> None:
    """An event waits for the next run; the same hook and thing wait only once."""
    for hook in shop.webhooks.values():
        job = (hook["id"], topic, id_)
        if hook["status"] == "active" and hook["topic"] == topic and job not in shop.queue:
            shop.queue.append(job)


def deliver(shop: Shop, send: Send, payload: Payload, now: datetime, site: str) -> int:
    """Send what waits, pings first; the payload is what the shop holds now. Nothing is ever tried again."""
    pings, jobs = shop.pings, shop.queue
    shop.pings, shop.queue = [], []
    for id_ in pings:
        _answered(send, ping(shop.webhooks[id_]))
    for id_, topic, thing in jobs:
        hook = shop.webhooks.get(id_)
        if hook and hook["status"] == "active":
            deleted = topic.endswith(".deleted")
            content = {"id": thing} if deleted else payload(topic, thing)
            sent = delivery(hook, topic, write_json(content or {}), now, site)
            count(shop, hook, _answered(send, sent))
    return len(pings) + len(jobs)


def ping(hook: Json) -> httpx.Request:
    """What is sent when a hook is saved: a form, without signature and topic."""
    body = urlencode({"webhook_id": hook["id"]})
    kind = {"content-type": "application/x-www-form-urlencoded", "user-agent": AGENT}
    return httpx.Request("POST", hook["delivery_url"], content=body, headers=kind, extensions={"timeout": TIMEOUT})


def delivery(hook: Json, topic: str, body: bytes, now: datetime, site: str) -> httpx.Request:
    resource, _, event = topic.partition(".")
    headers = {
        "content-type": "application/json",
        "user-agent": AGENT,
        "x-wc-webhook-source": f"{site}/",
        "x-wc-webhook-topic": topic,
        "x-wc-webhook-resource": resource,
        "x-wc-webhook-event": event,
        "x-wc-webhook-signature": sign(body, hook["secret"]),
        "x-wc-webhook-id": str(hook["id"]),
        "x-wc-webhook-delivery-id": hashlib.md5(f"{hook['id']}{now.timestamp():.0f}".encode()).hexdigest(),
    }
    return httpx.Request("POST", hook["delivery_url"], content=body, headers=headers, extensions={"timeout": TIMEOUT})


def sign(body: bytes, secret: str) -> str:
    """The secret goes through HTML first, so that `&amp;` in it is `&`."""
    return base64.b64encode(hmac.new(html.unescape(secret).encode(), body, hashlib.sha256).digest()).decode()


def count(shop: Shop, hook: Json, fine: bool) -> None:
    """A success forgets all failures; a failure beyond the limit disables the hook."""
    if fine:
        hook["failure_count"] = 0
    elif hook["failure_count"] > shop.habits.limit:
        hook["status"] = "disabled"
    else:
        hook["failure_count"] += 1


def saved(shop: Shop, hook: Json, given: Json, now: datetime) -> Json:
    """The hook with what was given; an active one is pinged when it is new, switched on or sent elsewhere."""
    before = (hook.get("status"), hook.get("delivery_url"))
    hook |= {name: given[name] for name in WRITABLE if name in given}
    resource, _, event = hook["topic"].partition(".")
    hook |= {"resource": resource, "event": event, "hooks": [], "date_modified_gmt": stamp(now)}
    if hook["status"] == "active" and before != ("active", hook["delivery_url"]):
        shop.pings.append(hook["id"])
        hook["failure_count"] = 0
    shop.webhooks[hook["id"]] = hook
    return hook


def new(shop: Shop, given: Json, now: datetime) -> Json:
    id_ = shop.free()
    hook: Json = {"id": id_, "name": f"Webhook created on {stamp(now)}", "status": "active", "topic": "", "secret": ""}
    return saved(shop, hook | {"failure_count": 0, "date_created_gmt": stamp(now)}, given, now)


def show(shop: Shop, hook: Json, address: str) -> Json:
    """A hook without its secret."""
    hidden = ("secret", "failure_count")
    dates = {name: shop.local(hook[f"{name}_gmt"]) for name in ("date_created", "date_modified")}
    own = {"_links": links(address, "webhooks", hook["id"])}
    return {name: value for name, value in hook.items() if name not in hidden} | dates | own


def _answered(send: Send, request: httpx.Request) -> bool:
    try:
        return 200 <= send(request).status_code <= 302
    except httpx.TransportError:
        return False
