"""Reads a shop: all pages of what has changed, each record complete, the cursor moved only after the last page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from kontering.connectors.woocommerce.problem import problem
from kontering.connectors.woocommerce.vanished import known_refunds, vanished
from kontering.connectors.woocommerce.versions import OURS, own, version
from kontering.errors import Refusal, Refused
from kontering.sdk.connector import JsonObject, Page, Pointer, Position, Record, Settings
from kontering.sdk.paging import by_page, number

if TYPE_CHECKING:
    import httpx

PER_PAGE = 100
EXACT = 6
OPTIONS = {
    "general": (
        "woocommerce_calc_taxes",
        "woocommerce_price_num_decimals",
        "woocommerce_currency",
        "woocommerce_default_country",
    ),
    "tax": ("woocommerce_prices_include_tax", "woocommerce_tax_round_at_subtotal", "woocommerce_tax_based_on"),
}
GMT = "%Y-%m-%dT%H:%M:%S"
Rows = list[dict[str, Any]]


class WooCommerce:
    """One shop, for one round of reading: its settings are asked for once."""

    def __init__(self, settings: Settings, client: httpx.Client) -> None:
        self.settings = settings
        self.client = client
        self.has_subscriptions = True

    def read(self, kind: str, after: Position | None) -> Iterator[Page]:
        readers: Mapping[str, Callable[[Position], Iterator[Page]]] = {
            "order": self._orders,
            "refund": self._refunds,
            "product": self._products,
            "customer": self._customers,
            "subscription": self._subscriptions,
        }
        yield from readers[kind](after or {})

    def get(self, pointer: Pointer) -> Record | None:
        """The thing as it is now; None: it is gone."""
        if pointer.kind == "refund":
            return self._refund(pointer.id)
        row = self._one(f"{pointer.kind}s/{int(pointer.id)}")
        return self._complete(pointer.kind)(row) if row else None

    def _orders(self, after: Position) -> Iterator[Page]:
        """All that have changed, whatever their status; `any` leaves the trash out, so that is asked for apart."""
        queries = [self._since(after, "any"), self._since(after, "trash")]
        yield from self._changed("orders", queries, after, self._order)

    def _products(self, after: Position) -> Iterator[Page]:
        yield from self._changed("products", [self._since(after)], after, self._product, self._variations)

    def _subscriptions(self, after: Position) -> Iterator[Page]:
        yield from self._changed("subscriptions", [self._since(after)], after, self._subscription)

    def _changed(
        self,
        path: str,
        queries: Sequence[Mapping[str, Any]],
        after: Position,
        complete: Callable[[dict[str, Any]], Record],
        more: Callable[[Rows], Iterator[Record]] | None = None,
    ) -> Iterator[Page]:
        """What has changed since the position. Sorted by creation, so the position moves after the last page only."""
        high, shrunk = str(after.get("modified", "")), False
        for query in queries:
            for rows, total, fell in self._pages(path, query):
                high, shrunk = _latest(high, rows), shrunk or fell
                records = [complete(row) for row in rows]
                yield Page(records=(*records, *(more(rows) if more else ())), total=total)
        if high and not shrunk:
            yield Page(after={**after, "modified": high})

    def _refunds(self, after: Position) -> Iterator[Page]:
        """The refunds of the orders that have changed; a refund sets its order's date."""
        high, shrunk, known = str(after.get("modified", "")), False, known_refunds(after)
        for rows, total, fell in self._pages("orders", self._since(after, "any")):
            high, shrunk = _latest(high, rows), shrunk or fell
            records = [record for row in rows for record in self._refunds_of(row)]
            gone = vanished(known, rows)
            yield Page(records=(*records, *(self._gone(*one) for one in gone)), total=total)
        if high and not shrunk:
            yield from self._swept({**after, "modified": high}, known)

    def _swept(self, after: Position, known: dict[str, list[str]]) -> Iterator[Page]:
        """Refunds that were deleted without a trace on their order: the latest orders with refunds are asked again."""
        gone = []
        for ids in _chunks(sorted(known)):
            query: dict[str, Any] = {
                "include": ",".join(ids),
                "_fields": "id,refunds",
                "per_page": PER_PAGE,
                "status": "any",
            }
            gone += vanished(known, self.client.get("orders", params=query).json())
        yield Page(records=tuple(self._gone(*one) for one in gone), after={**after, "refunds": known})

    def _refunds_of(self, order: dict[str, Any]) -> Iterator[Record]:
        if order.get("refunds"):
            whole = self._order(order).data
            for response in by_page(self.client, f"orders/{order['id']}/refunds", self._list(), pages=_pages):
                yield from (self._refund_record(row, whole) for row in response.json())

    def _refund(self, id_: str) -> Record | None:
        query: dict[str, Any] = {"include": str(int(id_)), "dp": EXACT}
        response = self.client.get("refunds", params=query, extensions={"expects": (404,)})
        if response.status_code == 404:
            raise Refused(
                (Refusal("this version of WooCommerce has no list of all refunds, so none is found by its id"),)
            )
        rows = response.json()
        order = self._one(f"orders/{int(rows[0]['parent_id'])}") if rows else None
        return self._refund_record(rows[0], self._order(order).data) if order else None

    def _customers(self, after: Position) -> Iterator[Page]:
        """All of them: the API doesn't say which have changed, so doubles fall out by version."""
        query = {"role": "all", "orderby": "id", "order": "asc", "per_page": PER_PAGE}
        for rows, total, _ in self._pages("customers", query):
            yield Page(records=tuple(self._customer(row) for row in rows), total=total)

    def _variations(self, products: Rows) -> Iterator[Record]:
        """The variations of the products that have changed, each with its product."""
        for parent in products:
            if parent["type"] in ("variable", "variable-subscription"):
                path = f"products/{parent['id']}/variations"
                for response in by_page(self.client, path, {"per_page": PER_PAGE, "dp": EXACT}, pages=_pages):
                    yield from (self._product({**row, "parent_id": parent["id"]}, parent) for row in response.json())

    def _pages(self, path: str, query: Mapping[str, Any]) -> Iterator[tuple[Rows, int, bool]]:
        """Rows, how many there are in all, and whether the list has become shorter: then a row may have slipped by."""
        before = 0
        for response in by_page(self.client, path, query, pages=_pages):
            rows: Rows = response.json()
            total = number(response, "x-wp-total", len(rows))
            yield rows, total, total < before
            before = total

    def _since(self, after: Position, status: str | None = None) -> dict[str, Any]:
        """What has changed since the position; of orders, which have a status, only those made since the first day."""
        query = {**self._list(), "dates_are_gmt": "true", "orderby": "date", "order": "asc"}
        if after.get("modified"):
            since = datetime.fromisoformat(after["modified"]) - timedelta(minutes=int(self.settings.get("overlap", 5)))
            query["modified_after"] = since.strftime(GMT)
        if status and self.settings.get("start"):
            zone = ZoneInfo(str(self.settings.get("timezone", "Europe/Copenhagen")))
            midnight = datetime.fromisoformat(str(self.settings["start"])).replace(tzinfo=zone).astimezone(UTC)
            query["after"] = (midnight - timedelta(seconds=1)).strftime(GMT)
        return query | ({"status": status} if status else {})

    def _list(self) -> dict[str, Any]:
        return {"dp": EXACT, "per_page": PER_PAGE}

    def _one(self, path: str) -> dict[str, Any] | None:
        """One thing; None only where WooCommerce itself says that there is none of this id."""
        response = self.client.get(path, params={"dp": EXACT}, extensions={"expects": (404,)})
        if response.status_code == 404 and (wrong := problem(response)):
            raise wrong
        found: dict[str, Any] | None = response.json() if response.status_code == 200 else None
        return found

    def _complete(self, kind: str) -> Callable[[dict[str, Any]], Record]:
        return {
            "order": self._order,
            "product": self._product,
            "customer": self._customer,
            "subscription": self._subscription,
        }[kind]

    def _order(self, row: dict[str, Any]) -> Record:
        renewed = self._renewed(row)
        related = {"settings": self.options} | ({"subscription": renewed} if renewed else {})
        return self._record("order", row, row["date_modified_gmt"], related)

    def _product(self, row: dict[str, Any], parent: JsonObject | None = None) -> Record:
        related = {"settings": self.options} | ({"parent": parent} if parent else {})
        return self._record("product", row, row["date_modified_gmt"], related)

    def _customer(self, row: dict[str, Any]) -> Record:
        return self._record("customer", row, row.get("date_modified_gmt") or "", {})

    def _subscription(self, row: dict[str, Any]) -> Record:
        return self._record("subscription", row, row["date_modified_gmt"], {"settings": self.options})

    def _refund_record(self, row: dict[str, Any], order: JsonObject) -> Record:
        return self._record("refund", row, row["date_created_gmt"], {"order": order})

    def _gone(self, order: str, refund: str) -> Record:
        """A refund that was deleted; `9` sorts behind every date."""
        data = {"id": int(refund), "parent_id": int(order)}
        return Record(connection=self._name, kind="refund", id=refund, version="9/gone", data=data, gone=True)

    def _record(self, kind: str, row: JsonObject, changed: str, related: JsonObject) -> Record:
        """The row as a record; its version is its date and, for changes within a second, a digest."""
        data = {**own(row), **({"related": related} if related else {})}
        return Record(connection=self._name, kind=kind, id=str(row["id"]), version=version(row, changed), data=data)

    @property
    def _name(self) -> str:
        return str(self.settings.get("name", "woocommerce"))

    def _renewed(self, order: JsonObject) -> JsonObject | None:
        """The subscription that an order renews, where the plugin's routes are there."""
        points = [entry["value"] for entry in order.get("meta_data", ()) if entry["key"] == "_subscription_renewal"]
        if not points or not self.has_subscriptions or not str(points[0]).isdigit():
            return None
        path = f"subscriptions/{points[0]}"
        response = self.client.get(path, params={"dp": EXACT}, extensions={"expects": (404,)})
        if response.status_code == 404:
            self.has_subscriptions = response.json().get("code") != "rest_no_route"
            return None
        return {name: value for name, value in response.json().items() if name not in OURS}

    @cached_property
    def options(self) -> JsonObject:
        """The shop's settings that bear on amounts."""
        found = {}
        for group, names in OPTIONS.items():
            for row in self.client.get(f"settings/{group}").json():
                if row["id"] in names:
                    found[row["id"]] = row["value"]
        return found


def _pages(response: httpx.Response) -> int:
    """How many pages there are; without the header (a proxy's doing) one more as long as this one is full."""
    told = number(response, "x-wp-totalpages", -1)
    if told >= 0:
        return told
    page = int(response.request.url.params.get("page", "1"))
    return page + 1 if len(response.json()) == PER_PAGE else page


def _latest(high: str, rows: Rows) -> str:
    return max([high, *(row["date_modified_gmt"] or "" for row in rows)])


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + PER_PAGE] for start in range(0, len(ids), PER_PAGE))
