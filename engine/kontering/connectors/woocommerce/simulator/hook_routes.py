"""The webhooks' own rows: made, shown without their secret, changed and deleted over the API."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from kontering.connectors.woocommerce.simulator import hooks
from kontering.connectors.woocommerce.simulator.checkout import Json
from kontering.connectors.woocommerce.simulator.orders import forced
from kontering.connectors.woocommerce.simulator.rest import Ask, Wrong, api, body, listed, single

BY = ("date", "id", "include", "title", "slug")


def webhooks(asked: Ask) -> httpx.Response:
    found = list(asked.state.webhooks.values())
    show = _hook_shower(asked)
    return listed(asked, found, show, orders=BY, default="date", way="desc")


def webhook(asked: Ask) -> httpx.Response:
    return single(asked, _hook_shower(asked)(_hook(asked)))


def create_webhook(asked: Ask) -> httpx.Response:
    given = body(asked)
    if not given.get("topic") or "." not in str(given["topic"]):
        raise Wrong("woocommerce_rest_invalid_webhook_topic", "Webhook topic is required and must be valid.", 400)
    if not str(given.get("delivery_url", "")).startswith(("http://", "https://")):
        what = "Webhook delivery URL must be a valid URL starting with http:// or https://."
        raise Wrong("woocommerce_rest_invalid_webhook_delivery_url", what, 400)
    return single(asked, _hook_shower(asked)(hooks.new(asked.state, given, asked.now)), 201)


def change_webhook(asked: Ask) -> httpx.Response:
    hook = hooks.saved(asked.state, _hook(asked), body(asked), asked.now)
    return single(asked, _hook_shower(asked)(hook))


def delete_webhook(asked: Ask) -> httpx.Response:
    hook = _hook(asked)
    if not forced(asked):
        raise Wrong("woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.", 501)
    del asked.state.webhooks[hook["id"]]
    return single(asked, _hook_shower(asked)(hook))


def _hook(asked: Ask) -> Json:
    hook = asked.state.webhooks.get(int(asked.ids["id"]) if asked.ids["id"].isdigit() else 0)
    if hook is None:
        raise Wrong("woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.", 404)
    return hook


def _hook_shower(asked: Ask) -> Callable[[Json], Json]:
    return lambda hook: hooks.show(asked.state, hook, api(asked))
