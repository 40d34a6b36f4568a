"""WooCommerce as a target of what the books say: stock, and orders whose invoice is paid or was corrected.

A paid order's lines are what the shop has charged, and stay so; what the books have stands in its meta data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from kontering.connectors.woocommerce.problem import problem
from kontering.connectors.woocommerce.versions import version
from kontering.sdk import calls
from kontering.sdk.connector import Again, Call, Found, JsonObject, Receipt, Settings, Step, Takes, Totals

if TYPE_CHECKING:
    import httpx

EXACT = 6
SETTLE = timedelta(seconds=5)
ORDERS = ("payment_state", "correction")


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop, written to."""

    settings: Settings
    client: httpx.Client

    def find(self, kind: str, by: Mapping[str, str]) -> Sequence[Found]:
        return tuple(self._orders(by) if kind in ORDERS else self._products(by))

    def send(self, step: Step) -> Receipt:
        """The answer is read as orders are read, so that the version is the one that comes back as an echo."""
        call = TAKES[step.kind].call(step.action)
        if call is None:
            raise ValueError(f"WooCommerce has no {step.action} for a {step.kind}")
        done = calls.send(self.client, call, self.settings, step, escape=str)
        found = order(done.data) if step.kind in ORDERS else product(done.data)
        return replace(found, id=step.of.id if step.of else found.id, done=frozenset({step.action}))

    def trial(self, step: Step) -> Totals:
        raise ValueError("WooCommerce can't be asked what it would compute")

    def _orders(self, by: Mapping[str, str]) -> Iterator[Found]:
        if by.get("id", "").isdecimal():
            response = self.client.get(f"orders/{by['id']}", params={"dp": EXACT}, extensions={"expects": (404,)})
            if response.status_code == 404 and (wrong := problem(response)):
                raise wrong
            if response.status_code == 200:
                yield order(response.json())

    def _products(self, by: Mapping[str, str]) -> Iterator[Found]:
        """By SKU products and variations are found alike; a SKU is there once."""
        if by.get("sku"):
            rows = self.client.get("products", params={"sku": by["sku"], "status": "any", "dp": EXACT}).json()
            yield from (product(row) for row in rows if row["sku"] == by["sku"])


def order(row: JsonObject) -> Found:
    """An order in the words in which it is written: paid or not, and its meta data without their ids."""
    meta = [{"key": entry["key"], "value": entry["value"]} for entry in row.get("meta_data", ())]
    return Found(
        id=str(row["id"]),
        number=str(row.get("number") or row["id"]),
        version=version(row, str(row.get("date_modified_gmt") or "")),
        terms={"id": str(row["id"])},
        data={"set_paid": bool(row.get("date_paid_gmt")), "meta_data": meta},
    )


def product(row: JsonObject) -> Found:
    """A product, or a variation, which is changed below its product."""
    parent = row.get("parent_id")
    return Found(
        id=f"{parent}/variations/{row['id']}" if parent else str(row["id"]),
        number=str(row.get("sku") or row["id"]),
        terms={"sku": str(row["sku"])} if row.get("sku") else {},
        data={name: row.get(name) for name in ("manage_stock", "stock_quantity")},
    )


def _change(kind: str, path: str) -> tuple[Call, ...]:
    return (Call(kind=kind, action="change", method="PUT", path=path, again=Again.SAME, settle=SETTLE),)


def _takes(kind: str) -> Takes:
    path = f"orders/{{id}}?dp={EXACT}"
    return Takes(payload=f"woocommerce/{kind}", calls=_change(kind, path), finds=frozenset({"id"}), read_as="order")


TAKES: Mapping[str, Takes] = {
    "stock": Takes(payload="woocommerce/stock", calls=_change("stock", "products/{id}"), finds=frozenset({"sku"})),
    **{kind: _takes(kind) for kind in ORDERS},
}
"""The table of calls."""
