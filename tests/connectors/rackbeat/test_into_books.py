"""From Rackbeat into the ledger: invoices and credit notes, orders that have left, suppliers' invoices; each once."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.connectors.rackbeat.company import COFFEE, CUSTOMER, SUPPLIER, company, made, outsider

from kontering.accounting.settings import Settings
from kontering.connectors.ledger import reads
from kontering.connectors.rackbeat.simulator import State
from kontering.diagnostics import Span
from kontering.mapping.roots import Roots
from kontering.project.parts import Connection, Flow, Project
from kontering.project.policy import Policy, Products
from kontering.store.store import Store
from kontering.sync import dispatch, status
from kontering.sync.wiring import wire
from kontering.testing import Simulated

HERE = Span("kontering.yaml")
FLOWS = {
    "invoices": ("invoice", "rackbeat/invoice-to-invoice"),
    "credits": ("invoice", "rackbeat/invoice-to-credit_note"),
    "orders": ("order", "rackbeat/order-to-invoice"),
    "bills": ("supplier_invoice", "rackbeat/supplier_invoice-to-bill"),
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'a.db'}", project="acme") as opened:
        yield opened


def run(store: Store, system: Simulated[State], *flows: str, states: Any = None, **policy: Any) -> None:
    policy_ = Policy(states=states or {"*": "book"}, products=Products(fallback="SHOP"), **policy)
    project = Project(
        folder=Path(),
        name="acme",
        store="",
        connections={
            "stock": Connection(name="stock", connector="rackbeat", settings={"key": "rackbeat-key"}, span=HERE),
            "books": Connection(name="books", connector="ledger", span=HERE),
        },
        flows={
            name: Flow(name=name, source="stock", kind=kind, mapping=mapping, target="books", policy=policy_, span=HERE)
            for name, (kind, mapping) in FLOWS.items()
        },
        accounting=Settings(project="acme"),
        digest="",
        roots=Roots(None),
    )
    transports: dict[str, httpx.BaseTransport] = {"stock": httpx.MockTransport(system)}
    dispatch.run(store, wire(project, flows, transports=transports), threads=1, patience=3.0)


def balance(store: Store, role: str) -> Any:
    with store.look() as tx:
        return reads.role_balances(tx.connection).get(role, Decimal(0))


def held(store: Store) -> dict[str, str]:
    return {entry.key: entry.code for entry in status.queue(store, states=("held", "failed"))}


def ordered(who: httpx.Client) -> int:
    """An order of 24 pieces at 52.00, booked."""
    customer = made(who, "customers", {**CUSTOMER, "company_vat": "29384754", "address_country": "DK"})["number"]
    made(who, "products", {**COFFEE, "stock_quantity": 100})
    lines = [{"item_id": "KAF/500", "name": "Kaffe 500 g", "quantity": 24}]
    number = made(who, "orders/drafts", {"customer_id": customer, "lines": lines})["number"]
    who.post(f"orders/{number}/book")
    return int(number)


def test_a_booked_invoice_is_in_the_books_once(store: Store) -> None:
    system = company()
    who = outsider(system)
    who.post(f"orders/{ordered(who)}/convert-to-invoice?book=true")
    for _ in range(2):
        run(store, system, "invoices", "credits")

    assert held(store) == {}
    assert (balance(store, "receivable"), balance(store, "revenue"), balance(store, "vat_out")) == (1560, -1248, -312)


@pytest.mark.parametrize(("names", "alone"), [(True, "hold"), (False, "book")])
def test_a_credit_note_takes_it_back(store: Store, names: bool, alone: Any) -> None:
    """On its invoice where Rackbeat names it, by itself where the flow lets it stand alone."""
    system = company(names_credited=names)
    who = outsider(system)
    invoice = who.post(f"orders/{ordered(who)}/convert-to-invoice?book=true").json()["invoice_id"]
    credit = made(who, f"customer-invoices/{invoice}/create-creditnote", {})["number"]
    who.post(f"customer-invoices/{credit}/book")
    run(store, system, "invoices", "credits", credit_alone=alone)

    assert held(store) == {}
    assert (balance(store, "receivable"), balance(store, "revenue")) == (0, 0)


def test_a_credit_note_that_names_no_invoice_is_a_person_s(store: Store) -> None:
    system = company()
    who = outsider(system)
    invoice = who.post(f"orders/{ordered(who)}/convert-to-invoice?book=true").json()["invoice_id"]
    credit = made(who, f"customer-invoices/{invoice}/create-creditnote", {})["number"]
    who.post(f"customer-invoices/{credit}/book")
    run(store, system, "invoices", "credits")

    assert list(held(store).values()) == ["ORIGINAL_UNKNOWN"]
    assert balance(store, "receivable") == 1560


def test_an_order_is_invoiced_by_the_books_when_it_has_left(store: Store) -> None:
    system = company()
    who = outsider(system)
    number = ordered(who)
    states = {"shipped": "book", "*": "skip"}
    run(store, system, "orders", states=states)
    assert [entry.code for entry in status.queue(store, states=("skipped",))] == ["STATE"]
    shipment = made(who, f"orders/{number}/create-shipment", {})["id"]
    who.post(f"orders/shipments/{shipment}/mark-shipped", json={"pick": True})
    system.state.orders[number]["updated_at"] = "2026-03-02 11:00:00"
    run(store, system, "orders", states=states)

    assert balance(store, "receivable") == 1560


def test_a_supplier_s_invoice_fills_the_inventory(store: Store) -> None:
    system = company()
    who = outsider(system)
    supplier = made(who, "suppliers", {**SUPPLIER, "address_country": "DK"})["number"]
    made(who, "products", COFFEE)
    lines = [{"item_id": "KAF/500", "quantity": 10, "line_price": 30}]
    bill = made(who, "supplier-invoices/drafts", {"supplier_id": supplier, "lines": lines, "invoice_number": "F-7"})
    who.post(f"supplier-invoices/{bill['number']}/book")
    for _ in range(2):
        run(store, system, "bills")

    assert held(store) == {}
    assert (balance(store, "inventory"), balance(store, "payable")) == (300, -375)
