"""Rackbeat as a source: master data, stock, shipped orders, booked invoices of customers and of suppliers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kontering.connectors.rackbeat import asking
from kontering.connectors.rackbeat.asking import KINDS, Row
from kontering.sdk.connector import Page, Pointer, Position, Reads, Record, Settings

if TYPE_CHECKING:
    import httpx

REFERENCE = ("customer_group", "supplier_group", "product_group", "payment_term")
READS: Mapping[str, Reads] = {
    **{kind: Reads(schema=f"rackbeat/{kind}") for kind in KINDS if kind not in REFERENCE},
    "customer_group": Reads(schema="rackbeat/customer_group", reference=True),
    "supplier_group": Reads(schema="rackbeat/supplier_group", reference=True, proves={"with.supplier_group": "number"}),
    "product_group": Reads(schema="rackbeat/product_group", reference=True, proves={"with.product_group": "number"}),
    "payment_term": Reads(schema="rackbeat/payment_term", reference=True, proves={"terms.number": "number"}),
}
OWNERS = {"invoice": "customer", "order": "customer", "supplier_invoice": "supplier"}
"""Whose card is read along with a document."""


@dataclass(slots=True)
class Reader:
    """One company, read; each card is asked for once in a round."""

    settings: Settings
    client: httpx.Client
    cards: dict[tuple[str, str], Row] = field(default_factory=dict)

    def read(self, kind: str, after: Position | None) -> Iterator[Page]:
        """All of a list, oldest change first; with `changed_since` only what has changed since the last round."""
        since, latest = (after or {}).get("updated"), str((after or {}).get("updated", ""))
        by_change = bool(self.settings.get("changed_since", False))
        query = {"order_by": "updated_at", "order_direction": "asc"}
        if by_change and since:
            query["updated_at>"] = str(since)  # the operator takes the place of the equals sign: updated_at>=…
        for rows, total in asking.pages(self.client, KINDS[kind], self.settings, **query):
            latest = max([latest, *(str(row.get("updated_at") or "") for row in rows)])
            position = {"updated": latest} if by_change and latest else None
            yield Page(records=tuple(self._records(kind, rows)), after=position, total=total)

    def get(self, pointer: Pointer) -> Record | None:
        row = asking.row(self.client, KINDS[pointer.kind], self.settings, pointer.id)
        return None if row is None else next(iter(self._records(pointer.kind, [row])))

    def _records(self, kind: str, rows: Iterable[Row]) -> Iterator[Record]:
        for row in rows:
            yield Record(
                connection=str(self.settings.get("name", "rackbeat")),
                kind=kind,
                id=str(row[KINDS[kind].id]),
                version=_version(kind, row),
                data=self._whole(kind, row),
            )

    def _whole(self, kind: str, row: Row) -> Row:
        """A document with the card of its customer or supplier, stock with the time at which it was read."""
        if kind == "stock":
            return {**row, "related": {"read_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}}
        if kind not in OWNERS:
            return row
        owner = OWNERS[kind]
        related: dict[str, Any] = {owner: self._card(owner, str(row[owner]["number"]), row[owner])}
        if kind == "order" and row.get("shipments"):
            related["shipped_at"] = max(str(one.get("shipped_at") or "") for one in row["shipments"]) or None
        return {**row, "related": related}

    def _card(self, kind: str, number: str, otherwise: Row) -> Row:
        if (kind, number) not in self.cards:
            self.cards[kind, number] = asking.row(self.client, KINDS[kind], self.settings, number) or otherwise
        return self.cards[kind, number]


def _version(kind: str, row: Row) -> str:
    """Stock may move without its product's time: the quantity is a part of its version."""
    updated = str(row.get("updated_at") or "")
    return f"{updated}/{row.get('stock_quantity')}" if kind == "stock" else updated
