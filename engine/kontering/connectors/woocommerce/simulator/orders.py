"""Orders: lists and their filters, one order, changes, the trash, and batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import httpx

from kontering.connectors.woocommerce.simulator import hooks
from kontering.connectors.woocommerce.simulator.checkout import (
    PAID,
    Buyer,
    Json,
    Payment,
    Product,
    Purchase,
    Sold,
    Till,
    links,
    placed,
)
from kontering.connectors.woocommerce.simulator.rest import (
    Ask,
    Wrong,
    api,
    body,
    chosen,
    invalid,
    listed,
    many,
    single,
    whole,
    within_dates,
)
from kontering.connectors.woocommerce.simulator.shop import Shop, stamp

STATUSES = ("pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed")
HIDDEN = ("trash", "auto-draft", "checkout-draft")
ORDERS_BY = ("date", "id", "include", "title", "slug", "modified")
HEADER = ("discount_total", "discount_tax", "shipping_total", "shipping_tax", "cart_tax", "total", "total_tax")
LINE = ("subtotal", "subtotal_tax", "total", "total_tax", "tax_total", "shipping_tax_total")
LINES = ("line_items", "tax_lines", "shipping_lines", "fee_lines")
TWINS = ("date_created", "date_modified", "date_paid", "date_completed")
PLAIN = ("customer_note", "transaction_id", "payment_method", "payment_method_title", "customer_id", "currency")
MOST = 100


def listing(asked: Ask) -> httpx.Response:
    rows = list(filter(_filter(asked), asked.state.orders.values()))
    rows = within_dates(asked, chosen(asked, rows))
    return listed(asked, rows, shower(asked), orders=ORDERS_BY, default="date", way="desc")


def one(asked: Ask) -> httpx.Response:
    order = asked.state.orders.get(_number(asked.ids["id"]))
    if order is None:
        raise Wrong("woocommerce_rest_shop_order_invalid_id", "Invalid ID.", 404)
    return single(asked, shower(asked)(order))


def change(asked: Ask) -> httpx.Response:
    order = changed(asked, _number(asked.ids["id"]), body(asked))
    return single(asked, shower(asked)(order))


def create(asked: Ask) -> httpx.Response:
    order = created(asked, body(asked))
    return single(asked, shower(asked)(order), 201, {"location": f"{api(asked)}/orders/{order['id']}"})


def delete(asked: Ask) -> httpx.Response:
    return single(asked, removed(asked, _number(asked.ids["id"]), forced(asked)))


def batch(asked: Ask) -> httpx.Response:
    """Up to a hundred orders; what goes wrong with one stands in its place."""

    def create_one(given: Json) -> Json:
        return shower(asked)(created(asked, given))

    def change_one(given: Json) -> Json:
        return shower(asked)(changed(asked, int(given.get("id", 0)), given))

    return single(asked, batched(body(asked), create_one, change_one, lambda id_: removed(asked, id_, True)))


def batched(
    given: Json, create_one: Callable[[Json], Json], change_one: Callable[[Json], Json], remove: Callable[[int], Json]
) -> Json:
    rows = {name: given.get(name) or [] for name in ("create", "update", "delete")}
    if sum(len(row) for row in rows.values()) > MOST:
        what = f"Unable to accept more than {MOST} items for this request."
        raise Wrong("woocommerce_rest_request_entity_too_large", what, 413)
    done = {
        "create": [_tried(create_one, item, 0) for item in rows["create"]],
        "update": [_tried(change_one, item, item.get("id", 0)) for item in rows["update"]],
        "delete": [_tried(remove, id_, id_) for id_ in rows["delete"]],
    }
    return {name: row for name, row in done.items() if row}


def shower(asked: Ask) -> Callable[[Json], Json]:
    """Writes an order with as many decimals as were asked for."""
    decimals = whole(asked, "dp", asked.state.decimals, 0, 8)
    return lambda order: show(order, asked.state, decimals, api(asked))


def show(order: Json, shop: Shop, decimals: int, address: str) -> Json:
    refunds = [
        {"id": one["id"], "reason": one.get("reason") or "", "total": f"-{fixed(one['amount'], decimals)}"}
        for one in shop.refunds_of(order["id"])
    ]
    amounts = {name: fixed(order[name], decimals) for name in HEADER}
    lines = {name: [with_decimals(line, decimals) for line in order[name]] for name in LINES}
    dates = {name: shop.local(order[f"{name}_gmt"]) for name in TWINS if f"{name}_gmt" in order}
    own = {"_links": links(address, "orders", order["id"], order["customer_id"])}
    shown = {**order, **amounts, **lines, **dates, **own}
    return shown | ({"refunds": refunds} if "refunds" in order else {})


def with_decimals(line: Json, decimals: int) -> Json:
    """A line's sums as asked for; the taxes by rate keep all they have."""
    return {name: fixed(value, decimals) if name in LINE else value for name, value in line.items()}


def fixed(amount: Any, decimals: int) -> str:
    return f"{Decimal(str(amount)).quantize(Decimal(1).scaleb(-decimals), 'ROUND_HALF_UP') + 0:f}"


def changed(asked: Ask, id_: int, given: Json) -> Json:
    order = asked.state.orders.get(id_)
    if order is None:
        raise Wrong("woocommerce_rest_shop_order_invalid_id", "Invalid ID.", 400)
    if any(given.get(name) for name in ("line_items", "shipping_lines", "fee_lines", "coupon_lines")):
        raise Wrong("not_simulated", "Changing the lines of an order is not simulated.", 501)
    _status_known(given.get("status"))
    order |= {name: given[name] for name in PLAIN if name in given}
    for part in ("billing", "shipping"):
        order[part] = {**order[part], **given.get(part, {})}
    for entry in given.get("meta_data", []):
        order["meta_data"] = with_meta(order["meta_data"], entry, asked.state)
    _settle(asked, order, given)
    asked.state.touch(order, asked.now)
    hooks.enqueue(asked.state, "order.updated", id_)
    return order


def _settle(asked: Ask, order: Json, given: Json) -> None:
    if given.get("set_paid") and order["status"] in ("pending", "on-hold", "failed"):
        order["status"] = "processing"
    order["status"] = str(given.get("status") or order["status"]).removeprefix("wc-")
    if order["status"] in PAID and not order["date_paid_gmt"]:
        order["date_paid_gmt"] = stamp(asked.now)
    if order["status"] == "completed" and not order["date_completed_gmt"]:
        order["date_completed_gmt"] = stamp(asked.now)
    order["needs_payment"] = order["status"] in ("pending", "failed") and Decimal(order["total"]) > 0


def created(asked: Ask, given: Json) -> Json:
    shop, now = asked.state, asked.now
    _status_known(given.get("status"))
    id_ = shop.free()
    paid = bool(given.get("set_paid"))
    purchase = Purchase(
        id=id_,
        number=str(id_),
        buyer=Buyer(
            billing=given.get("billing", {}) | {}, customer=given.get("customer_id", 0), ship_to=given.get("shipping")
        ),
        sold=tuple(_sold(shop, line) for line in given.get("line_items", [])),
        created=now,
        paid=now if paid else None,
        status=given.get("status") or ("processing" if paid else "pending"),
        currency=given.get("currency") or shop.option("woocommerce_currency"),
        payment=Payment(method=given.get("payment_method", ""), title=given.get("payment_method_title", "")),
        via="rest-api",
        meta=tuple((entry["key"], entry["value"]) for entry in given.get("meta_data", [])),
    )
    order = placed(purchase, Till(rules=shop.rules(), zone=shop.zone, lines=_ids(shop), metas=_ids(shop)))
    shop.orders[id_] = order
    hooks.enqueue(shop, "order.created", id_)
    return order


def removed(asked: Ask, id_: int, force: bool) -> Json:
    order = asked.state.orders.get(id_)
    if order is None:
        raise Wrong("woocommerce_rest_shop_order_invalid_id", "Invalid ID.", 404)
    before = shower(asked)(order)
    if force:
        del asked.state.orders[id_]
    elif order["status"] == "trash":
        raise Wrong("woocommerce_rest_already_trashed", "The shop_order has already been deleted.", 410)
    else:
        order["status"] = "trash"
        asked.state.touch(order, asked.now)
    hooks.enqueue(asked.state, "order.deleted", id_)
    return before


def forced(asked: Ask) -> bool:
    return asked.query.get("force", "false").lower() in ("true", "1")


def with_meta(rows: list[Json], entry: Json, shop: Shop) -> list[Json]:
    """Meta data is replaced by id or key, else added."""
    same = [row for row in rows if row["id"] == entry.get("id") or row["key"] == entry.get("key")]
    if not same:
        return [*rows, {"id": shop.free(), "key": entry["key"], "value": entry["value"]}]
    return [{**row, "value": entry["value"]} if row is same[0] else row for row in rows]


def _filter(asked: Ask) -> Callable[[Json], bool]:
    """The filters of the request as one question, its parameters read once."""
    fits = [_status(asked), *_given(asked)]
    return lambda order: all(fit(order) for fit in fits)


def _status(asked: Ask) -> Callable[[Json], bool]:
    wanted = many(asked, "status") or ["any"]
    for status in wanted:
        if status not in (*STATUSES, *HIDDEN, "any"):
            raise invalid("status", f"status[0] is not one of {', '.join(('any', 'trash', *STATUSES))}.")
    return lambda order: order["status"] in wanted or ("any" in wanted and order["status"] not in HIDDEN)


def _given(asked: Ask) -> Iterator[Callable[[Json], bool]]:
    if "customer" in asked.query:
        customer = whole(asked, "customer", 0, 0)
        yield lambda order: order["customer_id"] == customer
    if product := whole(asked, "product", 0, 0):
        yield lambda order: any(line["product_id"] == product for line in order["line_items"])
    if parents := many(asked, "parent"):
        yield lambda order: str(order["parent_id"]) in parents
    if words := asked.query.get("search", "").lower():
        yield lambda order: words in _text(order)


def _text(order: Json) -> str:
    billing = order["billing"]
    text = f"{order['id']} {billing['first_name']} {billing['last_name']} {billing['company']} {billing['email']}"
    return text.lower()


def _sold(shop: Shop, line: Json) -> Sold:
    row = next((p for p in shop.products.values() if line.get("sku") in (p["sku"],)), None) if line.get("sku") else None
    row = row or shop.products.get(line.get("product_id", 0))
    if row is None:
        what = "Product ID or SKU is required."
        raise Wrong("woocommerce_rest_required_product_reference", what, 400)
    product = Product(
        id=row["id"],
        name=row["name"],
        sku=row["sku"],
        price=Decimal(row["price"] or 0),
        tax_class=row["tax_class"],
        taxable=row["tax_status"] == "taxable",
    )
    return Sold(product=product, quantity=Decimal(line.get("quantity", 1)))


def _status_known(status: Any) -> None:
    if status is not None and str(status).removeprefix("wc-") not in (
        *STATUSES,
        "checkout-draft",
        "auto-draft",
        "trash",
    ):
        raise invalid("status", f"status is not one of {', '.join(STATUSES)}.")


def _tried(action: Callable[[Any], Json], given: Any, id_: int) -> Json:
    try:
        return action(given)
    except Wrong as wrong:
        return {"id": id_, "error": wrong.body()}


def _ids(shop: Shop) -> Iterator[int]:
    while True:
        yield shop.free()


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
