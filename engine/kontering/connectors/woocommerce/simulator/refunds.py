"""Refunds of an order: what was given back, line by line or as an amount only, and their deletion."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx

from kontering.connectors.woocommerce.simulator import hooks
from kontering.connectors.woocommerce.simulator.checkout import Json, links, number, short, six
from kontering.connectors.woocommerce.simulator.orders import fixed, forced, with_decimals
from kontering.connectors.woocommerce.simulator.rest import (
    Ask,
    Wrong,
    api,
    body,
    chosen,
    listed,
    no_route,
    single,
    whole,
    within_dates,
)
from kontering.connectors.woocommerce.simulator.shop import Shop, stamp

LINES = ("line_items", "shipping_lines", "tax_lines", "fee_lines")
ORDERS_BY = ("date", "id", "include", "title", "slug")


def of_order(asked: Ask) -> httpx.Response:
    rows = asked.state.refunds_of(_order(asked)["id"])
    return _listed(asked, within_dates(asked, chosen(asked, _dated(rows))))


def of_all(asked: Ask) -> httpx.Response:
    """The list across orders, which newer versions have."""
    if not asked.state.habits.all_refunds:
        return no_route(asked)
    return _listed(asked, within_dates(asked, chosen(asked, _dated(list(asked.state.refunds.values())))))


def one(asked: Ask) -> httpx.Response:
    return single(asked, _show(asked, _refund(asked)))


def create(asked: Ask) -> httpx.Response:
    order, given = _order(asked), body(asked)
    refund = made(asked, order, given)
    where = f"{api(asked)}/orders/{order['id']}/refunds/{refund['id']}"
    return single(asked, _show(asked, refund), 201, {"location": where})


def delete(asked: Ask) -> httpx.Response:
    refund = _refund(asked)
    if not forced(asked):
        raise Wrong("woocommerce_rest_trash_not_supported", "The shop_order_refund does not support trashing.", 501)
    shown = _show(asked, refund)
    del asked.state.refunds[refund["id"]]
    if asked.state.habits.deletion_touches:
        asked.state.touch(_order(asked), asked.now)
    return single(asked, shown)


def made(asked: Ask, order: Json, given: Json) -> Json:
    shop = asked.state
    lines = [_line(shop, order, wanted) for wanted in given.get("line_items", [])]
    amount = Decimal(str(given["amount"])) if given.get("amount") not in (None, "") else _sum(lines)
    left = Decimal(order["total"]) - sum(Decimal(one["amount"]) for one in shop.refunds_of(order["id"]))
    if amount < 0 or amount > left:
        raise Wrong("woocommerce_rest_cannot_create_order_refund", "Invalid refund amount.", 500)
    refund = {
        "id": shop.free(),
        "parent_id": order["id"],
        "date_created_gmt": stamp(asked.now),
        "amount": six(amount),
        "reason": given.get("reason", ""),
        "refunded_by": 1,
        "refunded_payment": bool(given.get("api_refund", True)),
        "meta_data": [],
        "line_items": [line for name, line in lines if name == "line_items"],
        "shipping_lines": [line for name, line in lines if name == "shipping_lines"],
        "tax_lines": _taxes(shop, order, lines),
        "fee_lines": [line for name, line in lines if name == "fee_lines"],
    }
    shop.refunds[refund["id"]] = refund
    if amount == left:
        order["status"] = "refunded"
    shop.touch(order, asked.now)
    hooks.enqueue(shop, "order.updated", order["id"])
    return refund


def _line(shop: Shop, order: Json, wanted: Json) -> tuple[str, Json]:
    for name in ("line_items", "shipping_lines", "fee_lines"):
        for line in order[name]:
            if line["id"] == wanted.get("id"):
                return name, _negative(shop, line, wanted)
    raise Wrong("woocommerce_rest_invalid_item_id", "Invalid line item ID.", 400)


def _negative(shop: Shop, line: Json, wanted: Json) -> Json:
    net = -Decimal(str(wanted.get("refund_total", 0)))
    taxes = {tax["id"]: -Decimal(str(tax["refund_total"])) for tax in wanted.get("refund_tax", [])}
    tax = sum(taxes.values(), Decimal(0))
    told = {"key": "_refunded_item_id", "value": str(line["id"])}
    shown = {"display_key": told["key"], "display_value": told["value"]}
    return {
        **line,
        "id": shop.free(),
        **({"quantity": number(-Decimal(str(wanted.get("quantity", 0))))} if "quantity" in line else {}),
        **({"subtotal": six(net), "subtotal_tax": six(tax)} if "subtotal" in line else {}),
        **({"amount": short(net)} if "amount" in line else {}),
        "total": six(net),
        "total_tax": six(tax),
        "taxes": [
            {"id": rate, "total": short(one), "subtotal": short(one) if "subtotal" in line else ""}
            for rate, one in taxes.items()
        ],
        "meta_data": [{"id": shop.free(), **told, **shown}],
    }


def _taxes(shop: Shop, order: Json, lines: list[tuple[str, Json]]) -> list[Json]:
    given_back: dict[int, list[Decimal]] = {}
    for name, line in lines:
        for tax in line["taxes"]:
            sums = given_back.setdefault(tax["id"], [Decimal(0), Decimal(0)])
            sums[name == "shipping_lines"] += Decimal(tax["total"])
    return [
        {
            **row,
            "id": shop.free(),
            "tax_total": six(given_back[row["rate_id"]][0]),
            "shipping_tax_total": six(given_back[row["rate_id"]][1]),
        }
        for row in order["tax_lines"]
        if row["rate_id"] in given_back
    ]


def _sum(lines: list[tuple[str, Json]]) -> Decimal:
    return -sum((Decimal(line["total"]) + Decimal(line["total_tax"]) for _, line in lines), Decimal(0))


def _listed(asked: Ask, rows: list[Json]) -> httpx.Response:
    return listed(asked, rows, lambda refund: _show(asked, refund), orders=ORDERS_BY, default="date", way="desc")


def _show(asked: Ask, refund: Json) -> Json:
    decimals = whole(asked, "dp", asked.state.decimals, 0, 8)
    own = links(f"{api(asked)}/orders/{refund['parent_id']}", "refunds", refund["id"])
    kept = {name: value for name, value in refund.items() if name != "date_modified_gmt"}
    return {
        **kept,
        "date_created": asked.state.local(refund["date_created_gmt"]),
        "amount": fixed(refund["amount"], decimals),
        **{name: [with_decimals(line, decimals) for line in refund[name]] for name in LINES},
        "_links": {**own, "up": [{"href": f"{api(asked)}/orders/{refund['parent_id']}"}]},
    }


def _dated(rows: list[Json]) -> list[Json]:
    return [{**row, "date_modified_gmt": row["date_created_gmt"]} for row in rows]


def _order(asked: Ask) -> Json:
    order = asked.state.orders.get(_whole(asked.ids["id"]))
    if order is None:
        raise Wrong("woocommerce_rest_invalid_order_id", "Invalid order ID.", 404)
    return order


def _refund(asked: Ask) -> Json:
    refund = asked.state.refunds.get(_whole(asked.ids["refund"]))
    if refund is None or refund["parent_id"] != _order(asked)["id"]:
        raise Wrong("woocommerce_rest_shop_order_refund_invalid_id", "Invalid ID.", 404)
    return refund


def _whole(text: Any) -> int:
    return int(text) if str(text).isdigit() else 0
