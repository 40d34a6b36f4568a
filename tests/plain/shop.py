"""A plain shop: orders and refunds from a list, and a project that sends them to the plain books or into the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from tests.plain import books

from kontering.accounting.settings import Settings
from kontering.diagnostics import Span
from kontering.mapping.roots import Roots
from kontering.model.record import Page, Pointer, Position, Record
from kontering.project.parts import Connection, Flow, Project
from kontering.project.policy import Policy
from kontering.sdk.connector import SDK, Again, Connector, Reads
from kontering.sync.wiring import Wired, wire

FOLDER = Path(__file__).parent / "project"
NOWHERE = Span("kontering.yaml")
STATES: Policy = Policy(
    new_store="trust", states={"paid": "book", "open": "draft", "cancelled": "cancel", "waits": "hold", "*": "skip"}
)

SHOP = Connector(
    name="plain-shop",
    title="Plain shop",
    sdk=SDK,
    settings={},
    reads={"order": Reads(schema="plain/order"), "refund": Reads(schema="plain/refund")},
    source=lambda settings, client: Listed(settings["orders"], settings.get("page", 100)),
)


class Listed:
    """Reads a list, page by page; its position is how many of it are read."""

    def __init__(self, records: Mapping[str, Sequence[Mapping[str, Any]]], size: int) -> None:
        self.records = records
        self.size = size

    def read(self, kind: str, after: Position | None) -> Iterator[Page]:
        rows = self.records.get(kind, ())
        start = after["read"] if after else 0
        for first in range(start, len(rows), self.size):
            some = rows[first : first + self.size]
            yield Page(
                records=tuple(record(kind, row) for row in some), after={"read": first + len(some)}, total=len(rows)
            )

    def get(self, pointer: Pointer) -> Record | None:
        raise NotImplementedError


def record(kind: str, row: Mapping[str, Any]) -> Record:
    data = {name: value for name, value in row.items() if name != "version"}
    return Record(connection="shop", kind=kind, id=row["id"], version=str(row.get("version", "1")), data=data)


def order(
    number: int | str, *, customer: str = "7", gross: str = "125.00", sku: str = "MUG", **other: Any
) -> dict[str, Any]:
    total = Decimal(gross)
    vat = (total / 5).quantize(Decimal("0.01"))
    line = {"id": "1", "sku": sku, "name": f"Thing {sku}", "quantity": 1, "amount": str(total), "vat": str(vat)}
    buyer = {"id": customer, "name": f"Buyer {customer}", "email": f"{customer}@example.dk", "country": "DK"}
    made = {
        "id": str(number),
        "state": "paid",
        "date": "2026-03-01",
        "customer": buyer,
        "lines": [line],
        "total": str(total),
    }
    return made | other


def refund(number: str, of: str, **other: Any) -> dict[str, Any]:
    return order(number, **other) | {"of": of}


def project(
    orders: Sequence[Mapping[str, Any]],
    *,
    refunds: Sequence[Mapping[str, Any]] = (),
    to: str = "plain-books",
    url: str = "http://books",
    policy: Policy = STATES,
    page: int = 100,
    folder: Path = FOLDER,
    name: str = "acme",
) -> Project:
    """A project with the flows `orders` and `refunds`."""
    listed = {"order": list(orders), "refund": list(refunds)}
    connections = {
        "shop": Connection(
            name="shop", connector="plain-shop", settings={"orders": listed, "page": page}, span=NOWHERE
        ),
        "books": Connection(
            name="books",
            connector=to,
            settings={"url": url} if to == "plain-books" else {},
            mappings={kind: f"plain/{kind}" for kind in books.PATHS} if to == "plain-books" else {},
            span=NOWHERE,
        ),
    }
    flows = {
        "orders": _flow("orders", "order", "plain/order-to-invoice", policy),
        "refunds": _flow("refunds", "refund", "plain/refund-to-credit_note", policy),
    }
    return Project(
        folder=folder,
        name=name,
        store="",
        connections=connections,
        flows=flows,
        accounting=Settings(project=name),
        digest="",
        roots=Roots(FOLDER),
    )


def _flow(name: str, kind: str, mapping: str, policy: Policy) -> Flow:
    return Flow(name=name, source="shop", kind=kind, mapping=mapping, target="books", policy=policy, span=NOWHERE)


def wired(
    plan: Project, *, again: Again = Again.SAME, transport: httpx.BaseTransport | None = None, names: Sequence[str] = ()
) -> Wired:
    """The project's flows with the plain shop and the plain books in place of installed connectors."""
    connectors = {"plain-shop": SHOP, "plain-books": books.connector(again)}
    return wire(plan, names, connectors=connectors, transports={"books": transport} if transport else {})
