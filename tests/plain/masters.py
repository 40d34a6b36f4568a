"""Customers, suppliers and products of the plain shop, each in a flow of its own, into the ledger or e-conomic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
from tests.plain.shop import FOLDER, NOWHERE, Listed, record

from kontering.accounting.settings import Settings
from kontering.connectors import registry
from kontering.mapping.roots import Roots
from kontering.mapping.tables import Rows
from kontering.project.parts import Connection, Flow, Project
from kontering.project.policy import Policy
from kontering.sdk.connector import SDK, Connector, Reads
from kontering.sync.wiring import Wired, wire

__all__ = ["KINDS", "SHOP", "customer", "product", "project", "record", "supplier", "wired"]

ALL = Policy()
KINDS = ("customer", "supplier", "product")
SHOP = Connector(
    name="plain-shop",
    title="Plain shop",
    sdk=SDK,
    settings={},
    reads={kind: Reads(schema=f"plain/{kind}") for kind in KINDS},
    source=lambda settings, client: Listed(settings["records"], settings.get("page", 100)),
)
TABLES = {
    "zones": Rows(
        columns=("treatment", "country", "zone"),
        rows=(("domestic", "*", 1), ("eu_goods", "*", 2), ("oss", "*", 2), ("export", "*", 3)),
    ),
    "terms": Rows(columns=("days", "number"), rows=((0, 4), (8, 1), (14, 2), (30, 3))),
    "product_groups": Rows(columns=("role", "code", "group"), rows=(("*", "*", 1),)),
}
ECONOMIC = {"app_secret": "app-secret", "agreement_grant": "agreement-grant", "journal": 3}


def customer(number: int | str, **more: Any) -> dict[str, Any]:
    id_ = str(number)
    return {"id": id_, "name": f"Buyer {id_}", "country": "DK", "email": f"{id_}@example.dk"} | more


def supplier(number: int | str, **more: Any) -> dict[str, Any]:
    id_ = str(number)
    return {"id": id_, "name": f"Supplier {id_}", "country": "DK", "email": f"s{id_}@example.dk"} | more


def product(sku: str, **more: Any) -> dict[str, Any]:
    return {"id": f"p-{sku}", "sku": sku, "name": f"Thing {sku}", "price": "80.00"} | more


def project(
    records: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    to: str = "ledger",
    policy: Policy = ALL,
    page: int = 100,
    kinds: Sequence[str] = ("customer", "product"),
    folder: Path = FOLDER,
    books: Connection | None = None,
) -> Project:
    """A project with a flow for each kind; `books` is the target where it isn't `to` with the settings of here."""
    target: dict[str, Any] = (
        {"settings": ECONOMIC, "tables": TABLES, "params": {"layout": 19}} if to == "economic" else {}
    )
    connections = {
        "shop": Connection(
            name="shop", connector="plain-shop", settings={"records": records, "page": page}, span=NOWHERE
        ),
        "books": books or Connection(name="books", connector=to, span=NOWHERE, **target),
    }
    flows = {f"{kind}s": _flow(kind, policy) for kind in kinds}
    return Project(
        folder=folder,
        name="acme",
        store="",
        connections=connections,
        flows=flows,
        accounting=Settings(project="acme"),
        digest="",
        roots=Roots(FOLDER),
    )


def _flow(kind: str, policy: Policy) -> Flow:
    mapping = f"plain/{kind}-to-{kind}"
    return Flow(name=f"{kind}s", source="shop", kind=kind, mapping=mapping, target="books", policy=policy, span=NOWHERE)


def wired(
    plan: Project,
    transport: httpx.BaseTransport | None = None,
    names: Sequence[str] = (),
    connector: Connector | None = None,
) -> Wired:
    to = plan.connections["books"].connector
    connectors = {"plain-shop": SHOP, to: connector or registry.load(to)}
    return wire(plan, names, connectors=connectors, transports={"books": transport} if transport else {})
