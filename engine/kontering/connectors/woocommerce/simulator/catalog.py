"""Products with their stock, variations, customers, taxes and settings."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx

from kontering.connectors.woocommerce.simulator import hooks, rows
from kontering.connectors.woocommerce.simulator.checkout import Json, Product, links
from kontering.connectors.woocommerce.simulator.orders import batched, fixed, forced, with_meta
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
    word,
)
from kontering.connectors.woocommerce.simulator.shop import Shop
from kontering.testing import reply

PRODUCTS_BY = ("date", "id", "include", "title", "slug", "modified", "menu_order", "price", "popularity", "rating")
CUSTOMERS_BY = ("id", "include", "name", "registered_date")
TAXES_BY = ("id", "order", "priority")
READ_ONLY = ("id", "permalink", "date_created_gmt", "date_modified_gmt", "total_sales", "variations", "_links")
PRICES = ("price", "regular_price", "sale_price")


def products(asked: Ask) -> httpx.Response:
    all_ = [*asked.state.products.values(), *(asked.state.variations.values() if many(asked, "sku") else ())]
    found = list(filter(_filter(asked), all_))  # by SKU variations are found too
    found = within_dates(asked, chosen(asked, found))
    return listed(asked, found, _shower(asked), orders=PRODUCTS_BY, default="date", way="desc")


def product(asked: Ask) -> httpx.Response:
    return single(asked, _shower(asked)(_product(asked.state, asked.ids["id"], 404)))


def change_product(asked: Ask) -> httpx.Response:
    return single(asked, _shower(asked)(_changed(asked, asked.ids["id"], body(asked))))


def create_product(asked: Ask) -> httpx.Response:
    row = _created(asked, body(asked))
    return single(asked, _shower(asked)(row), 201, {"location": f"{api(asked)}/products/{row['id']}"})


def delete_product(asked: Ask) -> httpx.Response:
    row = _product(asked.state, asked.ids["id"], 404)
    if not forced(asked):
        row["status"] = "trash"
    else:
        asked.state.products.pop(row["id"], None)
    hooks.enqueue(asked.state, "product.deleted", row["id"])
    return single(asked, _shower(asked)(row))


def batch_products(asked: Ask) -> httpx.Response:
    def change(given: Json) -> Json:
        return _shower(asked)(_changed(asked, str(given.get("id", 0)), given))

    def remove(id_: int) -> Json:
        return asked.state.products.pop(_product(asked.state, str(id_), 404)["id"])

    return single(asked, batched(body(asked), lambda given: _shower(asked)(_created(asked, given)), change, remove))


def variations(asked: Ask) -> httpx.Response:
    parent = _product(asked.state, asked.ids["id"], 404)
    found = [row for row in asked.state.variations.values() if row["parent_id"] == parent["id"]]
    found = within_dates(asked, chosen(asked, found))
    return listed(asked, found, _shower(asked), orders=PRODUCTS_BY, default="date", way="desc")


def variation(asked: Ask) -> httpx.Response:
    return single(asked, _shower(asked)(_variation(asked, asked.ids["variation"])))


def change_variation(asked: Ask) -> httpx.Response:
    row = _variation(asked, asked.ids["variation"])
    return single(asked, _shower(asked)(_changed(asked, str(row["id"]), body(asked))))


def batch_variations(asked: Ask) -> httpx.Response:
    def change(given: Json) -> Json:
        row = _variation(asked, str(given.get("id", 0)))
        return _shower(asked)(_changed(asked, str(row["id"]), given))

    def no(given: Any) -> Json:
        raise Wrong("not_simulated", "Only changes of variations are simulated.", 501)

    return single(asked, batched(body(asked), no, change, no))


def customers(asked: Ask) -> httpx.Response:
    role, email, named = asked.query.get("role", "customer"), asked.query.get("email"), _search(asked)
    found = [
        row
        for row in asked.state.customers.values()
        if role in ("all", row["role"]) and email in (None, row["email"]) and named(row)
    ]
    shown = _customer_shower(asked)
    return listed(asked, chosen(asked, found), shown, orders=CUSTOMERS_BY, default="name", way="asc")


def customer(asked: Ask) -> httpx.Response:
    row = asked.state.customers.get(_whole(asked.ids["id"]))
    if row is None:
        raise Wrong("woocommerce_rest_invalid_id", "Invalid resource ID.", 404)
    return single(asked, _customer_shower(asked)(row))


def taxes(asked: Ask) -> httpx.Response:
    wanted = asked.query.get("class")
    found = [row for row in asked.state.taxes.values() if wanted in (None, row["class"])]
    return listed(asked, found, lambda row: _linked(asked, row, "taxes"), orders=TAXES_BY, default="order", way="asc")


def tax(asked: Ask) -> httpx.Response:
    row = asked.state.taxes.get(_whole(asked.ids["id"]))
    if row is None:
        raise Wrong("woocommerce_rest_invalid_id", "Invalid resource ID.", 404)
    return single(asked, _linked(asked, row, "taxes"))


def tax_classes(asked: Ask) -> httpx.Response:
    return reply([{"slug": "standard", "name": "Standard rate"}, *asked.state.classes])


def setting_groups(asked: Ask) -> httpx.Response:
    groups = [{"id": name, "label": name.title(), "description": "", "parent_id": ""} for name in asked.state.options]
    return reply(groups)


def settings(asked: Ask) -> httpx.Response:
    group = _group(asked)
    return reply([_option(asked, name, value) for name, value in group.items()])


def setting(asked: Ask) -> httpx.Response:
    group, name = _group(asked), asked.ids["id"]
    if name not in group:
        raise Wrong("woocommerce_rest_setting_setting_invalid", "Invalid setting.", 404)
    return single(asked, _option(asked, name, group[name]))


def change_setting(asked: Ask) -> httpx.Response:
    group, name = _group(asked), asked.ids["id"]
    if name not in group:
        raise Wrong("woocommerce_rest_setting_setting_invalid", "Invalid setting.", 404)
    group[name] = str(body(asked).get("value", group[name]))
    return single(asked, _option(asked, name, group[name]))


def _filter(asked: Ask) -> Callable[[Json], bool]:
    skus, kind = many(asked, "sku"), asked.query.get("type")
    status = word(asked, "status", "any", ("any", "draft", "pending", "private", "publish", "future", "trash"))
    found = _search(asked)

    def fits(row: Json) -> bool:
        shown = row["status"] == status or (status == "any" and row["status"] != "trash")
        return shown and (not skus or row["sku"] in skus) and kind in (None, row["type"]) and found(row)

    return fits


def _search(asked: Ask) -> Callable[[Json], bool]:
    words, names = asked.query.get("search", "").lower(), ("name", "sku", "email", "first_name", "last_name")
    return lambda row: not words or words in " ".join(str(row.get(name, "")) for name in names).lower()


def _created(asked: Ask, given: Json) -> Json:
    shop = asked.state
    _sku_free(shop, given.get("sku"), 0)
    id_ = shop.free()
    price = Decimal(str(given.get("regular_price") or 0))
    row = rows.product(Product(id=id_, name=given.get("name", ""), sku=given.get("sku", ""), price=price), asked.now)
    shop.products[id_] = row
    return _written(asked, row, given, "product.created")


def _changed(asked: Ask, id_: str, given: Json) -> Json:
    row = _product(asked.state, id_, 400)
    _sku_free(asked.state, given.get("sku"), row["id"])
    return _written(asked, row, given, "product.updated")


def _written(asked: Ask, row: Json, given: Json, topic: str) -> Json:
    entries = given.get("meta_data", [])
    row |= {name: value for name, value in given.items() if name in row and name not in (*READ_ONLY, "meta_data")}
    for entry in entries:
        row["meta_data"] = with_meta(row["meta_data"], entry, asked.state)
    for name in PRICES:
        row[name] = str(row[name])
    row["price"] = row["sale_price"] or row["regular_price"] or row["price"]
    _settle_stock(row)
    asked.state.touch(row, asked.now)
    hooks.enqueue(asked.state, topic, row["parent_id"] or row["id"])
    return row


def _settle_stock(row: Json) -> None:
    """Without stock management there is no quantity; with it the quantity says what is in stock."""
    if not row["manage_stock"]:
        row["stock_quantity"] = None
        return
    quantity = row["stock_quantity"]
    if quantity is not None and not isinstance(quantity, int | Decimal):
        raise invalid("stock_quantity", "stock_quantity is not of type integer.")
    row["stock_quantity"] = 0 if quantity is None else quantity
    waiting = "onbackorder" if row["backorders"] in ("notify", "yes") else "outofstock"
    row["stock_status"] = "instock" if row["stock_quantity"] > 0 else waiting


def _sku_free(shop: Shop, sku: str | None, id_: int) -> None:
    taken = [row for row in (*shop.products.values(), *shop.variations.values()) if sku and row["sku"] == sku]
    if any(row["id"] != id_ for row in taken):
        raise Wrong("product_invalid_sku", "Invalid or duplicated SKU.", 400)


def _product(shop: Shop, id_: str, status: int) -> Json:
    """A product, or a variation, which answers under the address of products too."""
    row = shop.products.get(_whole(id_)) or shop.variations.get(_whole(id_))
    if row is None:
        raise Wrong("woocommerce_rest_product_invalid_id", "Invalid ID.", status)
    return row


def _variation(asked: Ask, id_: str) -> Json:
    row = asked.state.variations.get(_whole(id_))
    if row is None or row["parent_id"] != _whole(asked.ids["id"]):
        raise Wrong("woocommerce_rest_product_variation_invalid_id", "Invalid ID.", 404)
    return row


def _shower(asked: Ask) -> Callable[[Json], Json]:
    decimals = whole(asked, "dp", asked.state.decimals, 0, 8)

    def show(row: Json) -> Json:
        prices = {name: fixed(row[name], decimals) if row[name] != "" else "" for name in PRICES}
        return _linked(asked, {**row, **_local(asked.state, row), **prices}, "products")

    return show


def _customer_shower(asked: Ask) -> Callable[[Json], Json]:
    return lambda row: _linked(asked, {**row, **_local(asked.state, row)}, "customers")


def _local(shop: Shop, row: Json) -> Json:
    return {name: shop.local(row[f"{name}_gmt"]) for name in ("date_created", "date_modified")}


def _linked(asked: Ask, row: Json, what: str) -> Json:
    return {**row, "_links": links(api(asked), what, row["id"])}


def _group(asked: Ask) -> dict[str, str]:
    group = asked.state.options.get(asked.ids["group"])
    if group is None:
        raise Wrong("woocommerce_rest_setting_setting_group_invalid", "Invalid setting group.", 404)
    return group


def _option(asked: Ask, name: str, value: str) -> Json:
    kind = "checkbox" if value in ("yes", "no") else "text"
    words = {"label": name, "description": "", "type": kind, "default": "", "tip": ""}
    where = f"{api(asked)}/settings/{asked.ids['group']}"
    own = {"self": [{"href": f"{where}/{name}"}], "collection": [{"href": where}]}
    return {"id": name, **words, "value": value, "group_id": asked.ids["group"], "_links": own}


def _whole(text: Any) -> int:
    return int(text) if str(text).isdigit() else 0
