"""How rows are shown: links to themselves and to what they refer to, false booleans left out, pages of collections."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx

from kontering.connectors.economic.ids import in_path
from kontering.connectors.economic.simulator.fields import Field
from kontering.connectors.economic.simulator.filters import BadQuery, parse_filter, parse_sort
from kontering.connectors.economic.simulator.refusals import Bad
from kontering.connectors.economic.simulator.shapes import SHAPES, Shape
from kontering.connectors.economic.simulator.state import ZERO, Row, State, cents
from kontering.testing.simulator import Asked

DEFAULT_SIZE, LARGEST_SIZE = 20, 1000
BELOW_CUSTOMERS = {"customer-contacts": "contacts", "delivery-locations": "delivery-locations"}

View = Callable[[State, Row, str], Row]


def shown(row: Row, fields: Iterable[Field], origin: str) -> Row:
    """A row with a `self` link in each reference; booleans that are false are left out."""
    known = {field.name: field for field in fields}
    return {name: _value(known.get(name), value, origin) for name, value in row.items() if value is not False}


def _value(field: Field | None, value: Any, origin: str) -> Any:
    if field is None:
        return value
    if field.kind == "ref":
        return {**value, "self": link(origin, SHAPES[field.to].name, value[field.key])}
    if field.kind == "object":
        return shown(value, field.parts, origin)
    if field.kind == "list" and field.parts:
        return [shown(item, field.parts, origin) for item in value]
    return value


def link(origin: str, *parts: object) -> str:
    """The address of a resource: names as they are, ids encoded.

    >>> link("https://restapi.e-conomic.com", "products", "A/1")
    'https://restapi.e-conomic.com/products/A_6_1'
    """
    names = [str(part) if index % 2 == 0 else in_path(part) for index, part in enumerate(parts)]
    return "/".join((origin, *names))


def of(shape: Shape) -> View:
    """The ordinary view of a resource."""

    def view(state: State, row: Row, origin: str) -> Row:
        more = MORE[shape.name](state, row, origin) if shape.name in MORE else {}
        return {**shown(row, shape.fields, origin), **more, "self": self_link(shape, row, origin)}

    return view


def self_link(shape: Shape, row: Row, origin: str) -> str:
    """Where a row lives; contacts and delivery locations live below their customer."""
    if shape.name in BELOW_CUSTOMERS:
        owner = link(origin, "customers", row["customer"]["customerNumber"])
        return f"{owner}/{BELOW_CUSTOMERS[shape.name]}/{row[shape.key]}"
    return link(origin, shape.name, row[shape.key])


def page(asked: Asked[State], rows: Iterable[Row], shape: Shape, view: View, derived: bool = False) -> Row:
    """One page of a collection: filtered, sorted, cut, with links to the others.

    `derived`: what is asked for isn't all in the rows themselves, so they are filtered as shown.
    """
    every = list(rows)
    if derived:
        every = [view(asked.state, row, asked.origin) for row in every]
    chosen = _sorted(asked, _filtered(asked, every, shape), shape)
    size, skip = _whole(asked, "pagesize", DEFAULT_SIZE, 1, LARGEST_SIZE), _whole(asked, "skippages", 0, 0, None)
    part = chosen[skip * size : (skip + 1) * size]
    return {
        "collection": part if derived else [view(asked.state, row, asked.origin) for row in part],
        "pagination": _pagination(asked, size, skip, len(chosen), len(every)),
        "metaData": {},
        "self": str(asked.request.url),
    }


def fresh(asked: Asked[State], name: str, rows: Iterable[Row], key: str) -> list[Row]:
    """Rows that a trailing search index already knows."""
    lag = asked.state.habits.lag_seconds
    if not lag or "filter" not in asked.query:
        return list(rows)
    since: datetime = asked.now - timedelta(seconds=lag)
    return [row for row in rows if asked.state.made.get((name, row[key]), since) <= since]


def _filtered(asked: Asked[State], rows: list[Row], shape: Shape) -> Sequence[Mapping[str, Any]]:
    text = asked.query.get("filter")
    if not text:
        return rows
    try:
        matches = parse_filter(text, shape.columns)
    except BadQuery as error:
        raise Bad(400, str(error), errorCode="E00500", developerHint="See the properties marked filterable.") from None
    return [row for row in rows if matches(row)]


def _sorted(asked: Asked[State], rows: Sequence[Mapping[str, Any]], shape: Shape) -> list[Any]:
    text = asked.query.get("sort")
    if not text:
        return list(rows)
    try:
        return parse_sort(text, shape.columns)(rows)
    except BadQuery as error:
        raise Bad(400, str(error), errorCode="E00500", developerHint="See the properties marked sortable.") from None


def _whole(asked: Asked[State], name: str, default: int, low: int, high: int | None) -> int:
    text = asked.query.get(name)
    if text is None:
        return default
    if not text.isdecimal() or int(text) < low or (high is not None and int(text) > high):
        bounds = f"between {low} and {high}" if high else f"{low} or more"
        raise Bad(400, f"{name} must be a whole number, {bounds}.", errorCode="E00500")
    return int(text)


def _pagination(asked: Asked[State], size: int, skip: int, results: int, unfiltered: int) -> Row:
    last = max(0, math.ceil(results / size) - 1)
    at = {"firstPage": 0, "lastPage": last}
    if skip < last:
        at["nextPage"] = skip + 1
    if skip > 0:
        at["previousPage"] = skip - 1
    return {
        "maxPageSizeAllowed": LARGEST_SIZE,
        "skipPages": skip,
        "pageSize": size,
        "results": results,
        "resultsWithoutFilter": unfiltered,
        **{name: _page_link(asked, number, size) for name, number in at.items()},
    }


def _page_link(asked: Asked[State], skip: int, size: int) -> str:
    url: httpx.URL = asked.request.url
    return str(url.copy_merge_params({"skippages": str(skip), "pagesize": str(size)}))


def _customer(state: State, row: Row, origin: str) -> Row:
    at = link(origin, "customers", row["customerNumber"])
    opened = state.by_customer.get(row["customerNumber"], [])
    return {
        "balance": sum((entry["amountInBaseCurrency"] for entry in opened), ZERO),
        "dueAmount": sum((entry.get("remainder", ZERO) for entry in opened), ZERO),
        "contacts": f"{at}/contacts",
        "deliveryLocations": f"{at}/delivery-locations",
        "templates": {
            "invoice": f"{at}/templates/invoice",
            "invoiceLine": f"{at}/templates/invoiceline",
            "self": f"{at}/templates",
        },
        "totals": {"drafts": f"{origin}/invoices/totals/drafts", "booked": f"{at}/totals", "self": f"{at}/totals"},
        "invoices": {"drafts": f"{at}/invoices/drafts", "booked": f"{at}/invoices/booked", "self": f"{at}/invoices"},
    }


def _product(state: State, row: Row, origin: str) -> Row:
    number = row["productGroup"]["productGroupNumber"]
    kept = shown(state.table("product-groups")[number], SHAPES["product-groups"].fields, origin)
    at = link(origin, "product-groups", number)
    return {
        "productGroup": {**kept, "salesAccounts": f"{at}/sales-accounts", "products": f"{at}/products", "self": at},
        "invoices": {"drafts": f"{origin}/invoices/drafts", "booked": f"{origin}/invoices/booked"},
    }


def _product_group(state: State, row: Row, origin: str) -> Row:
    at = link(origin, "product-groups", row["productGroupNumber"])
    return {"salesAccounts": f"{at}/sales-accounts", "products": f"{at}/products"}


def _customer_group(state: State, row: Row, origin: str) -> Row:
    return {"customers": f"{link(origin, 'customer-groups', row['customerGroupNumber'])}/customers"}


def _draft(state: State, row: Row, origin: str) -> Row:
    at = link(origin, "invoices", "drafts") + f"/{row['draftInvoiceNumber']}"
    return {
        "paymentTerms": _terms(state, row, origin),
        "pdf": {"download": f"{at}/pdf"},
        "templates": {"bookingInstructions": f"{at}/templates/booking-instructions", "self": f"{at}/templates"},
    }


def _booked(state: State, row: Row, origin: str) -> Row:
    at = f"{origin}/invoices/booked/{row['bookedInvoiceNumber']}"
    return {"paymentTerms": _terms(state, row, origin), "pdf": {"download": f"{at}/pdf"}, "sent": f"{at}/sent"}


def _terms(state: State, row: Row, origin: str) -> Row:
    number = row["paymentTerms"]["paymentTermsNumber"]
    kept = state.table("payment-terms")[number]
    names = ("paymentTermsNumber", "daysOfCredit", "name", "paymentTermsType")
    return {**{name: kept[name] for name in names if name in kept}, "self": link(origin, "payment-terms", number)}


def _year(state: State, row: Row, origin: str) -> Row:
    at = link(origin, "accounting-years", row["year"])
    return {name: f"{at}/{name}" for name in ("periods", "entries", "totals", "vouchers")}


def _account(state: State, row: Row, origin: str) -> Row:
    number = row["accountNumber"]
    own = (entry for entry in state.draft_entries.values() if entry.get("account", {}).get("accountNumber") == number)
    draft: Decimal = sum((entry["amountDefaultCurrency"] for entry in own), ZERO)
    balance = state.balance(number)
    return {
        "balance": balance,
        "draftBalance": cents(balance + draft),
        "accountingYears": f"{link(origin, 'accounts', number)}/accounting-years",
    }


def _journal(state: State, row: Row, origin: str) -> Row:
    at = link(origin, "journals", row["journalNumber"])
    templates = {
        "financeVoucher": f"{at}/templates/financeVoucher",
        "manualCustomerInvoice": f"{at}/templates/manualCustomerInvoice",
        "self": f"{at}/templates",
    }
    return {"vouchers": f"{at}/vouchers", "entries": f"{at}/entries", "templates": templates}


MORE: Mapping[str, View] = {
    "customers": _customer,
    "products": _product,
    "product-groups": _product_group,
    "customer-groups": _customer_group,
    "invoices/drafts": _draft,
    "invoices/booked": _booked,
    "accounting-years": _year,
    "accounts": _account,
    "journals": _journal,
}
"""What a resource shows beside its own properties."""
