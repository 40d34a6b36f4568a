"""Routes of what has a number and a name: customers, suppliers, products, groups, terms, units, and fixed lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import httpx

from kontering.connectors.economic.ids import from_path
from kontering.connectors.economic.simulator import views
from kontering.connectors.economic.simulator.checks import checked
from kontering.connectors.economic.simulator.guard import answered, created, nothing
from kontering.connectors.economic.simulator.refusals import (
    INVALID,
    MISSING_RESOURCE,
    invalid,
    not_found,
    one,
    refused,
)
from kontering.connectors.economic.simulator.shapes import (
    ACCOUNTS,
    CONTACTS,
    CURRENCIES,
    CURRENCY_PRICES,
    CUSTOMER_GROUPS,
    CUSTOMERS,
    DELIVERY_LOCATIONS,
    DEPARTMENTS,
    EMPLOYEES,
    LAYOUTS,
    PAYMENT_TERMS,
    PAYMENT_TYPES,
    PRODUCT_GROUPS,
    PRODUCTS,
    SUPPLIER_GROUPS,
    SUPPLIERS,
    UNITS,
    VAT_ACCOUNTS,
    VAT_TYPES,
    ZONES,
    Shape,
)
from kontering.connectors.economic.simulator.state import Row, State
from kontering.testing.simulator import Asked, Route, reply

Ask = Asked[State]
Gives = Callable[[Ask], Iterable[Row]]

PRICES = "/products/{id}/pricing/currency-specific-sales-prices"


def routes() -> list[Route[State]]:
    fixed = (ZONES, VAT_TYPES, VAT_ACCOUNTS, LAYOUTS, CURRENCIES, EMPLOYEES, DEPARTMENTS, PAYMENT_TYPES)
    kept = (CUSTOMERS, SUPPLIERS, PRODUCTS)
    out = [route for shape in (*fixed, ACCOUNTS, PRODUCT_GROUPS) for route in readable(shape)]
    out += [route for shape in (CUSTOMER_GROUPS, SUPPLIER_GROUPS, PAYMENT_TERMS, UNITS) for route in writable(shape)]
    out += [route for shape in kept for route in (*writable(shape), *deletable(shape))]
    return [*out, *_groups(), *_of_customers(CONTACTS, "contacts"), *_locations(), *_prices()]


def readable(shape: Shape) -> list[Route[State]]:
    path = f"/{shape.name}"
    return [
        Route("GET", path, answered(lambda asked: listed(asked, shape, asked.state.table(shape.name).values()))),
        Route("GET", f"{path}/{{id}}", answered(lambda asked: shown(asked, shape, row_of(asked, shape)))),
    ]


def writable(shape: Shape) -> list[Route[State]]:
    path = f"/{shape.name}"
    return [
        *readable(shape),
        Route("POST", path, answered(lambda asked: create(asked, shape))),
        Route("PUT", f"{path}/{{id}}", answered(lambda asked: replace(asked, shape))),
    ]


def deletable(shape: Shape) -> list[Route[State]]:
    return [Route("DELETE", f"/{shape.name}/{{id}}", answered(lambda asked: delete(asked, shape)))]


def listed(asked: Ask, shape: Shape, rows: Iterable[Row]) -> httpx.Response:
    """A page of a collection; what asks for balances is answered from the rows as shown."""
    asks = asked.query.get("filter", "") + asked.query.get("sort", "")
    return reply(views.page(asked, rows, shape, views.of(shape), derived="balance" in asks))


def shown(asked: Ask, shape: Shape, row: Row, status: int = 200) -> httpx.Response:
    body = views.of(shape)(asked.state, row, asked.origin)
    return reply(body) if status == 200 else created(body, body["self"])


def number_of(shape: Shape, segment: str) -> Any:
    """The number in an address; texts and whole numbers are told apart by the resource."""
    text = from_path(segment)
    if shape.kind == "integer" and not text.isdecimal():
        raise not_found(f"/{shape.name}/{text}")
    return int(text) if shape.kind == "integer" else text


def row_of(asked: Ask, shape: Shape, name: str = "id") -> Row:
    number = number_of(shape, asked.ids[name])
    row = asked.state.table(shape.name).get(number)
    if row is None:
        raise not_found(f"/{shape.name}/{number}")
    return row


def create(asked: Ask, shape: Shape, **fixed: Any) -> httpx.Response:
    row = {**_checked(asked, shape), **fixed}
    table = asked.state.table(shape.name)
    if row.get(shape.key) in table:
        raise invalid({shape.key: one(INVALID, f"{shape.key} is taken already.", row[shape.key])})
    number = row.get(shape.key)
    if number is None:
        number = asked.state.next(shape.name, table)
    table[number] = _stamped(asked, shape, {shape.key: number, **row})
    return shown(asked, shape, table[number], 201)


def replace(asked: Ask, shape: Shape, **fixed: Any) -> httpx.Response:
    """The whole object anew: what the body leaves out is gone."""
    kept = row_of(asked, shape)
    number = kept[shape.key]
    row = {**_checked(asked, shape, number), **fixed}
    if row.get(shape.key, number) != number:
        raise invalid({shape.key: one(INVALID, f"{shape.key} can't be changed.", row[shape.key])})
    asked.state.table(shape.name)[number] = _stamped(asked, shape, {**row, shape.key: number})
    return shown(asked, shape, asked.state.table(shape.name)[number])


def delete(asked: Ask, shape: Shape) -> httpx.Response:
    row = row_of(asked, shape)
    if _in_use(asked.state, shape, row[shape.key]):
        raise refused(f"/{shape.name}/{row[shape.key]} is in use and can't be deleted.")
    del asked.state.table(shape.name)[row[shape.key]]
    return nothing()


def _checked(asked: Ask, shape: Shape, number: Any = None) -> Row:
    """The body as a row; in a PUT the number may be left out, the address has it."""
    body = asked.json()
    if number is not None and isinstance(body, dict):
        body = {shape.key: number, **body}
    row = checked(body, shape.fields, asked.state.exists)
    code = row.get("currency")
    if isinstance(code, str) and not asked.state.exists("currencies", code.upper()):
        raise invalid({"currency": one(MISSING_RESOURCE, "currency does not exist.", code, "See /currencies.")})
    if asked.state.habits.inventory_module:
        row.pop("costPrice", None)
    return row


def _stamped(asked: Ask, shape: Shape, row: Row) -> Row:
    has = any(field.name == "lastUpdated" for field in shape.fields)
    return {**row, "lastUpdated": asked.now.strftime("%Y-%m-%dT%H:%M:%SZ")} if has else row


def _in_use(state: State, shape: Shape, number: Any) -> bool:
    """Whether an invoice or an entry refers to it."""
    papers = [*state.drafts.values(), *state.booked.values(), *state.entries.values(), *state.draft_entries.values()]
    if shape is PRODUCTS:
        lines = (line for paper in papers for line in paper.get("lines", ()))
        return any(line.get("product", {}).get("productNumber") == number for line in lines)
    name = shape.key.removesuffix("Number")
    return any(paper.get(name, {}).get(shape.key) == number for paper in papers)


def _groups() -> list[Route[State]]:
    def accounts(asked: Ask) -> httpx.Response:
        number = row_of(asked, PRODUCT_GROUPS)["productGroupNumber"]
        view = views.of(ACCOUNTS)
        rows = [
            {
                "salesAccount": view(asked.state, asked.state.table("accounts")[account], asked.origin),
                "vatZone": views.of(ZONES)(asked.state, asked.state.table("vat-zones")[zone], asked.origin),
            }
            for (group, zone), account in sorted(asked.state.sales_accounts.items())
            if group == number
        ]
        return reply(views.page(asked, rows, Shape("sales-accounts", "", ()), lambda state, row, origin: row))

    def products(asked: Ask) -> httpx.Response:
        number = row_of(asked, PRODUCT_GROUPS)["productGroupNumber"]
        rows = asked.state.products.values()
        return listed(asked, PRODUCTS, [row for row in rows if row["productGroup"]["productGroupNumber"] == number])

    def customers(asked: Ask) -> httpx.Response:
        number = row_of(asked, CUSTOMER_GROUPS)["customerGroupNumber"]
        rows = asked.state.customers.values()
        return listed(asked, CUSTOMERS, [row for row in rows if row["customerGroup"]["customerGroupNumber"] == number])

    return [
        Route("GET", "/product-groups/{id}/sales-accounts", answered(accounts)),
        Route("GET", "/product-groups/{id}/products", answered(products)),
        Route("GET", "/customer-groups/{id}/customers", answered(customers)),
    ]


def _of_customers(shape: Shape, name: str) -> list[Route[State]]:
    """Things that belong to one customer: contacts, delivery locations."""
    path = f"/customers/{{of}}/{name}"

    def own(asked: Ask) -> list[Row]:
        number = row_of(asked, CUSTOMERS, "of")["customerNumber"]
        rows = asked.state.table(shape.name).values()
        return [row for row in rows if row["customer"]["customerNumber"] == number]

    def whose(asked: Ask) -> dict[str, Any]:
        return {"customer": {"customerNumber": row_of(asked, CUSTOMERS, "of")["customerNumber"]}}

    def found(asked: Ask) -> Row:
        row = row_of(asked, shape)
        if row not in own(asked):
            raise not_found(asked.request.url.path)
        return row

    def gone(asked: Ask) -> httpx.Response:
        del asked.state.table(shape.name)[found(asked)[shape.key]]
        return nothing()

    return [
        Route("GET", path, answered(lambda asked: listed(asked, shape, own(asked)))),
        Route("POST", path, answered(lambda asked: create(asked, shape, **whose(asked)))),
        Route("GET", f"{path}/{{id}}", answered(lambda asked: shown(asked, shape, found(asked)))),
        Route("PUT", f"{path}/{{id}}", answered(lambda asked: replace(asked, shape, **whose(asked)))),
        Route("DELETE", f"{path}/{{id}}", answered(gone)),
    ]


def _locations() -> list[Route[State]]:
    return _of_customers(DELIVERY_LOCATIONS, "delivery-locations")


def _prices() -> list[Route[State]]:
    """Prices of a product in other currencies, by currency."""
    one = PRICES + "/{code}"
    return [
        Route("GET", PRICES, answered(_list_prices)),
        Route("POST", PRICES, answered(_put_price)),
        Route("GET", one, answered(lambda asked: reply(_price_view(asked.state, _price(asked), asked.origin)))),
        Route("PUT", one, answered(_put_price)),
        Route("DELETE", one, answered(_delete_price)),
    ]


def _list_prices(asked: Ask) -> httpx.Response:
    number = row_of(asked, PRODUCTS)["productNumber"]
    rows = [row for (product, _), row in asked.state.prices.items() if product == number]
    return reply(views.page(asked, rows, CURRENCY_PRICES, _price_view))


def _price(asked: Ask) -> Row:
    row = asked.state.prices.get((row_of(asked, PRODUCTS)["productNumber"], asked.ids["code"].upper()))
    if row is None:
        raise not_found(asked.request.url.path)
    return row


def _price_view(state: State, row: Row, origin: str) -> Row:
    at = views.link(origin, "products", row["product"]["productNumber"])
    own = f"{at}/pricing/currency-specific-sales-prices/{row['currency']['code']}"
    return {**views.shown(row, CURRENCY_PRICES.fields, origin), "self": own}


def _put_price(asked: Ask) -> httpx.Response:
    """A POST makes a price, a PUT has the currency in its address."""
    number = row_of(asked, PRODUCTS)["productNumber"]
    body = asked.json()
    if "code" in asked.ids and isinstance(body, dict):
        body = {**body, "currency": {"code": asked.ids["code"].upper()}}
    row = checked(body, CURRENCY_PRICES.fields, asked.state.exists)
    code = row["currency"]["code"]
    if asked.method == "POST" and (number, code) in asked.state.prices:
        raise refused(f"There is a price in {code} already.")
    asked.state.prices[(number, code)] = {**row, "product": {"productNumber": number}}
    seen = _price_view(asked.state, asked.state.prices[(number, code)], asked.origin)
    return created(seen, seen["self"]) if asked.method == "POST" else reply(seen)


def _delete_price(asked: Ask) -> httpx.Response:
    row = _price(asked)
    del asked.state.prices[(row["product"]["productNumber"], row["currency"]["code"])]
    return nothing()
