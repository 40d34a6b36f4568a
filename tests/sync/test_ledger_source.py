"""The embedded ledger as a source: its cards go to Rackbeat, its payments back to where the invoice came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.plain import masters, shop
from tests.plain.shop import NOWHERE

from kontering.connectors.rackbeat.simulator import State, make
from kontering.mapping.roots import Roots
from kontering.mapping.tables import Rows
from kontering.project.parts import Connection, Flow, Project
from kontering.project.policy import Customers, Policy, Suppliers
from kontering.store.store import Store
from kontering.sync import dispatch, dry, status
from kontering.sync.wiring import Wired, wire
from kontering.testing import Simulated

CARDS: Mapping[str, list[dict[str, Any]]] = {
    "customer": [masters.customer(number) for number in range(1, 4)] + [masters.customer(9, email=None)],
    "supplier": [masters.supplier(7)],
    "product": [masters.product("A/B 7")],
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'a.db'}", project="acme") as opened:
        yield opened


def enter(store: Store, cards: Mapping[str, list[dict[str, Any]]] = CARDS) -> None:
    """Cards get into the ledger as they do in earnest: by flows."""
    plain = {kind: [{k: v for k, v in row.items() if v is not None} for row in rows] for kind, rows in cards.items()}
    plan = masters.project(plain, policy=Policy(), kinds=masters.KINDS)
    dispatch.run(store, masters.wired(plan), from_start=True)


def out(stock: Simulated[State], **policy: Any) -> Wired:
    """The flows from the ledger to Rackbeat."""
    terms = Rows(columns=("days", "number"), rows=((8, 1001),))
    connections = {
        "books": Connection(name="books", connector="ledger", span=NOWHERE),
        "stock": Connection(
            name="stock", connector="rackbeat", settings={"key": "rackbeat-key"}, tables={"terms": terms}, span=NOWHERE
        ),
    }
    flows = {f"{kind}s out": flow(kind, Policy(**policy)) for kind in masters.KINDS}
    plan = shop.project([], to="ledger")
    project = Project(
        folder=plan.folder,
        name="acme",
        store="",
        connections=connections,
        flows=flows,
        accounting=plan.accounting,
        digest="",
        roots=Roots(None),
    )
    return wire(project, transports={"stock": httpx.MockTransport(stock)})


def flow(kind: str, policy: Policy) -> Flow:
    mapping = f"ledger/{kind}-to-{kind}"
    return Flow(
        name=f"{kind}s out", source="books", kind=kind, mapping=mapping, target="stock", policy=policy, span=NOWHERE
    )


MATCH: dict[str, Any] = {"customers": Customers(match=("email",)), "suppliers": Suppliers(match=("email",))}


def test_cards_of_the_ledger_go_to_rackbeat_once(store: Store) -> None:
    stock = make()
    enter(store)
    dispatch.run(store, out(stock, **MATCH), threads=1, patience=3.0)
    writes = sum(call.writes for call in stock.calls)
    dispatch.run(store, out(stock, **MATCH), threads=1, patience=3.0)

    assert sorted(row["name"] for row in stock.state.customers.values()) == ["Buyer 1", "Buyer 2", "Buyer 3"]
    assert (list(stock.state.products), len(stock.state.suppliers)) == (["A/B 7"], 1)
    assert sum(call.writes for call in stock.calls) == writes == 5
    assert [entry.code for entry in status.queue(store)] == ["FIELD_DEMANDED"]


def test_a_card_that_changes_in_the_ledger_changes_there(store: Store) -> None:
    stock = make()
    enter(store)
    dispatch.run(store, out(stock, **MATCH), threads=1, patience=3.0)
    enter(store, {"product": [masters.product("A/B 7", name="Another", version="2")]})
    dispatch.run(store, out(stock, **MATCH), threads=1, patience=3.0)

    assert stock.state.products["A/B 7"]["name"] == "Another"
    assert [call.body for call in stock.calls if call.method == "PUT"] == [b'{"name":"Another"}']


def test_a_field_that_was_missing_lets_it_go_on_by_itself(store: Store) -> None:
    stock = make()
    enter(store)
    dispatch.run(store, out(stock, **MATCH), threads=1, patience=3.0)
    enter(store, {"customer": [masters.customer(9, version="2")]})
    dispatch.run(store, out(stock, **MATCH), threads=1, patience=3.0)

    assert len(stock.state.customers) == 4
    assert not status.queue(store)


def test_a_dry_run_reads_the_ledger_too(store: Store) -> None:
    stock = make()
    enter(store)

    assert dry.dry_run(store, out(stock, **MATCH)).counts() == {"deliver": 5, "held": 1}
    assert not any(call.writes for call in stock.calls)
