"""The plugin WooCommerce Subscriptions: subscriptions, their orders, and the way back from an order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from kontering.connectors.woocommerce.simulator import hooks
from kontering.connectors.woocommerce.simulator.checkout import Json, links
from kontering.connectors.woocommerce.simulator.orders import HEADER, LINES, TWINS, fixed, shower, with_decimals
from kontering.connectors.woocommerce.simulator.rest import (
    Ask,
    Wrong,
    api,
    body,
    chosen,
    invalid,
    listed,
    many,
    no_route,
    only_fields,
    single,
    whole,
    within_dates,
)
from kontering.testing import reply

STATUSES = ("pending", "active", "on-hold", "cancelled", "switched", "expired", "pending-cancel")
RELATIONS = {"_subscription_renewal": "renewal_order", "_subscription_switch": "switch_order"}
WRITABLE = ("status", "next_payment_date_gmt", "end_date_gmt", "billing_period", "billing_interval")


def there(answer: Callable[[Ask], httpx.Response]) -> Callable[[Ask], httpx.Response]:
    """The route exists only with the plugin."""
    return lambda asked: answer(asked) if asked.state.habits.subscriptions else no_route(asked)


def listing(asked: Ask) -> httpx.Response:
    wanted = many(asked, "status") or ["any"]
    for status in wanted:
        if status not in (*STATUSES, "any"):
            raise invalid("status", f"status[0] is not one of any, {', '.join(STATUSES)}.")
    rows = [row for row in asked.state.subscriptions.values() if "any" in wanted or row["status"] in wanted]
    rows = within_dates(asked, chosen(asked, rows))
    return listed(
        asked, rows, _shower(asked), orders=("date", "id", "include", "title", "slug"), default="date", way="desc"
    )


def one(asked: Ask) -> httpx.Response:
    return single(asked, _shower(asked)(_subscription(asked, 404)))


def change(asked: Ask) -> httpx.Response:
    row, given = _subscription(asked, 400), body(asked)
    if given.get("status") not in (None, *STATUSES):
        raise invalid("status", f"status is not one of {', '.join(STATUSES)}.")
    row |= {name: given[name] for name in WRITABLE if name in given}
    asked.state.touch(row, asked.now)
    hooks.enqueue(asked.state, "subscription.updated", row["id"])
    return single(asked, _shower(asked)(row))


def statuses(asked: Ask) -> httpx.Response:
    return reply({f"wc-{status}": status.capitalize() for status in STATUSES})


def orders(asked: Ask) -> httpx.Response:
    """Its parent and all that points to it, on one page whatever was asked for."""
    row = _subscription(asked, 404)
    related = [(order, _relation(order, row)) for order in asked.state.orders.values()]
    show = shower(asked)
    shown = [only_fields(asked, {**show(order), "order_type": kind}) for order, kind in related if kind]
    return reply(shown, headers={"x-wp-total": str(len(shown)), "x-wp-totalpages": "1"})


def of_order(asked: Ask) -> httpx.Response:
    order = asked.state.orders.get(_whole(asked.ids["id"]))
    if order is None:
        raise Wrong("woocommerce_rest_shop_order_invalid_id", "Invalid ID.", 404)
    show = _shower(asked)
    return reply([show(row) for row in asked.state.subscriptions.values() if _relation(order, row)])


def _relation(order: Json, subscription: Json) -> str | None:
    if subscription["parent_id"] == order["id"]:
        return "parent_order"
    points = {entry["key"]: str(entry["value"]) for entry in order["meta_data"]}
    return next((kind for key, kind in RELATIONS.items() if points.get(key) == str(subscription["id"])), None)


def _shower(asked: Ask) -> Callable[[Json], Json]:
    decimals = whole(asked, "dp", asked.state.decimals, 0, 8)

    def show(row: Json) -> Json:
        amounts = {name: fixed(row[name], decimals) for name in HEADER}
        lines = {name: [with_decimals(line, decimals) for line in row[name]] for name in LINES}
        dates = {name: asked.state.local(row[f"{name}_gmt"]) for name in TWINS if f"{name}_gmt" in row}
        own = {"_links": links(api(asked), "subscriptions", row["id"], row["customer_id"])}
        return {**row, **amounts, **lines, **dates, **own}

    return show


def _subscription(asked: Ask, status: int) -> Json:
    row = asked.state.subscriptions.get(_whole(asked.ids["id"]))
    if row is None:
        raise Wrong("woocommerce_rest_shop_subscription_invalid_id", "Invalid ID.", status)
    return row


def _whole(text: Any) -> int:
    return int(text) if str(text).isdigit() else 0
