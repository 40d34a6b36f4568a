"""Questions to Billy: lists read to their end, single records, and the envelope around every answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kontering.errors import TryLater, Unsure
from kontering.sdk.calls import escaped
from kontering.sdk.paging import by_page
from kontering.sdk.wire import NotJson, read_json

if TYPE_CHECKING:
    import httpx

LARGEST_PAGE = 1000

Row = Mapping[str, Any]

SINGULAR: Mapping[str, str] = {
    "contacts": "contact",
    "products": "product",
    "invoices": "invoice",
    "bills": "bill",
    "bankPayments": "bankPayment",
    "contactPersons": "contactPerson",
    "daybookTransactions": "daybookTransaction",
    "attachments": "attachment",
}
"""Resource → the name in the envelope of one record."""


def content(response: httpx.Response) -> Row:
    """The answer as an object. Text that a log has put before the JSON is passed over."""
    body = response.content
    start = body.find(b"{")
    try:
        found = read_json(body[start:] if start > 0 and body[:1] != b"<" else body)
    except NotJson as error:
        what = f"{response.request.method} {response.request.url.path} was answered without usable JSON: {error}"
        raise (TryLater(what) if response.request.method == "GET" else Unsure(what)) from error
    return found if isinstance(found, Mapping) else {}


def rows(client: httpx.Client, resource: str, **query: str) -> Iterator[Row]:
    """Every record of a list. Billy passes over filters that it doesn't know, so whoever filters compares again."""
    for page in pages(client, resource, **query):
        yield from page[resource]


def pages(client: httpx.Client, resource: str, **query: str) -> Iterator[Row]:
    asked: dict[str, str | int | bool] = {"pageSize": LARGEST_PAGE, **query}
    for response in by_page(client, f"/{resource}", asked, pages=_count):
        page = content(response)
        if not isinstance(page.get(resource), list):
            raise TryLater(f"GET {response.request.url.path} was answered without {resource}")
        yield page


def _count(response: httpx.Response) -> int:
    paging = content(response).get("meta", {}).get("paging", {})
    return int(paging.get("pageCount") or 1)


def single(client: httpx.Client, resource: str, id_: str, **query: str) -> Row | None:
    """One record; None if it isn't there."""
    path = f"/{resource}/{escaped(id_)}"
    response = client.get(path, params=query, extensions={"expects": (404,)})
    if response.status_code == 404:
        return None
    return record(content(response), resource)


def record(answer: Row, resource: str) -> Row | None:
    """The record that an answer is about: alone, or first in its list; an empty one is none.

    >>> record({"invoices": [{"id": "a"}], "invoiceLines": []}, "invoices"), record({"invoice": {}}, "invoices")
    ({'id': 'a'}, None)
    """
    alone = answer.get(SINGULAR.get(resource, resource))
    if isinstance(alone, Mapping) and alone.get("id"):
        return alone
    listed = answer.get(resource)
    first = listed[0] if isinstance(listed, list) and listed else None
    return first if isinstance(first, Mapping) and first.get("id") else None
