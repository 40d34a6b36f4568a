"""Rackbeat's lists and addresses: pages read to their end, one row by its number, numbers as they stand in a path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kontering.sdk.connector import Settings
from kontering.sdk.paging import by_page

if TYPE_CHECKING:
    import httpx

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """Where one kind of thing is: its path, the key of a list and of a single one, and the field of its id."""

    path: str
    many: str
    one: str
    id: str = "number"
    query: Mapping[str, str | int | bool] | None = None


KINDS: Mapping[str, Kind] = {
    "customer": Kind("customers", "customers", "customer"),
    "supplier": Kind("suppliers", "suppliers", "supplier"),
    "product": Kind("products", "products", "product"),
    "stock": Kind("products", "products", "product"),
    "customer_group": Kind("customer-groups", "customer_groups", "customer_group"),
    "supplier_group": Kind("supplier-groups", "supplier_groups", "supplier_group"),
    "product_group": Kind("product-groups", "product_groups", "product_group"),
    "payment_term": Kind("payment-terms", "payment_terms", "payment_terms"),
    "invoice": Kind("customer-invoices", "customer_invoices", "customer_invoice", query={"is_booked": "true"}),
    "order": Kind("orders", "orders", "order", query={"is_booked": "true"}),
    "supplier_invoice": Kind("supplier-invoices", "supplier_invoices", "supplier_invoice", query={"is_booked": "true"}),
}


def in_path(settings: Settings) -> Any:
    """How a number is written into an address.

    >>> in_path({})("KAF/500 æ"), in_path({"encoded": "twice"})("KAF/500")
    ('KAF%2F500%20%C3%A6', 'KAF%252F500')
    """
    twice = settings.get("encoded", "once") == "twice"

    def escape(value: str) -> str:
        once = quote(value, safe="")
        return quote(once, safe="") if twice else once

    return escape


def pages(client: httpx.Client, kind: Kind, settings: Settings, **query: str) -> Iterator[tuple[list[Row], int]]:
    """The rows of a list page by page, and how many there are in all; lists are answered with 206."""
    asked: dict[str, str | int | bool] = {"limit": int(settings.get("page_size", 1000)), **(kind.query or {}), **query}
    for response in by_page(client, kind.path, asked, pages=lambda response: int(response.json().get("pages", 1))):
        body = response.json()
        yield body[kind.many], int(body.get("total", 0))


def rows(client: httpx.Client, kind: Kind, settings: Settings, **query: str) -> Iterator[Row]:
    for found, _ in pages(client, kind, settings, **query):
        yield from found


def row(client: httpx.Client, kind: Kind, settings: Settings, number: str) -> Row | None:
    """One thing by its number; None: there is none."""
    answer = client.get(f"{kind.path}/{in_path(settings)(number)}", extensions={"expects": (404,)})
    if answer.status_code == 404:
        return None
    found: Row = answer.json()[kind.one]
    return found
