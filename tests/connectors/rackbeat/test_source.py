"""Rackbeat as a source keeps the contract; its documents come with the card of whose they are."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.connectors.rackbeat.company import COFFEE, CUSTOMER, SUPPLIER, company, made, outsider, reader

from kontering.connectors.rackbeat import CONNECTOR
from kontering.connectors.rackbeat.simulator import State
from kontering.connectors.rackbeat.webhook import webhook
from kontering.errors import Refused
from kontering.model.record import Pointer
from kontering.testing import Clock, Simulated
from kontering.testing.contract import SOURCE, Subject

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def customers() -> Simulated[State]:
    system = company()
    for number in range(7):
        made(outsider(system), "customers", {**CUSTOMER, "name": f"Buyer {number}"})
    system.calls.clear()
    return system


def products() -> Simulated[State]:
    system = company()
    for number in range(7):
        made(outsider(system), "products", {**COFFEE, "number": f"KAF/{number}", "stock_quantity": number})
    system.calls.clear()
    return system


def invoices(count: int = 5) -> Simulated[State]:
    system = products()
    who = outsider(system)
    customer = made(who, "customers", CUSTOMER)["number"]
    for _ in range(count):
        lines = [{"item_id": "KAF/1", "quantity": 2}]
        draft = made(who, "customer-invoices/drafts", {"customer_id": customer, "lines": lines})
        who.post(f"customer-invoices/{draft['number']}/book")
    system.calls.clear()
    return system


def renamed(state: State) -> str:
    state.customers[1003] |= {"name": "Other", "updated_at": "2026-03-02 12:00:00"}
    return "1003"


def sold(state: State) -> str:
    state.products["KAF/2"] |= {"stock_quantity": 1}
    return "KAF/2"


def gone(state: State) -> str:
    del state.customers[1003]
    return "1003"


SUBJECTS = (
    Subject(
        connector=CONNECTOR,
        kind="customer",
        make=customers,
        count=7,
        change=renamed,
        remove=gone,
        since=False,
        settings={"page_size": 3},
    ),
    Subject(
        connector=CONNECTOR,
        kind="customer",
        make=customers,
        count=7,
        change=renamed,
        steps=True,
        settings={"page_size": 3, "changed_since": True},
    ),
    Subject(connector=CONNECTOR, kind="product", make=products, count=7, since=False, settings={"page_size": 3}),
    Subject(connector=CONNECTOR, kind="invoice", make=invoices, count=5, since=False, settings={"page_size": 2}),
)


@pytest.mark.parametrize("check", SOURCE, ids=lambda check: check.__name__)
@pytest.mark.parametrize("subject", SUBJECTS, ids=["customer", "customer since", "product", "invoice"])
def test_records_keep_the_contract(check: Any, subject: Subject) -> None:
    check(subject)


def test_stock_is_another_edition_when_the_quantity_moves() -> None:
    system = products()
    before = {record.id: record.version for page in reader(system).read("stock", None) for record in page.records}
    changed = sold(system.state)
    after = {record.id: record.version for page in reader(system).read("stock", None) for record in page.records}

    assert [id_ for id_ in after if after[id_] != before[id_]] == [changed]


def test_an_invoice_comes_with_its_customer_s_card_asked_for_once() -> None:
    system = invoices()
    records = [record for page in reader(system).read("invoice", None) for record in page.records]
    cards = [call for call in system.calls if call.method == "GET" and call.path == "/api/customers/1001"]

    assert len(records) == 5
    assert records[0].data["related"]["customer"]["contact_email"] == CUSTOMER["contact_email"]
    assert len(cards) == 1


def test_drafts_are_not_read() -> None:
    system = invoices(1)
    who = outsider(system)
    made(who, "customer-invoices/drafts", {"customer_id": 1001, "lines": [{"item_id": "KAF/1", "quantity": 2}]})

    assert [record.id for page in reader(system).read("invoice", None) for record in page.records] == ["10021"]


def test_a_supplier_s_invoice_and_an_order_come_with_whose_they_are() -> None:
    system = products()
    who = outsider(system)
    lines = [{"item_id": "KAF/1", "quantity": 2, "line_price": 30}]
    supplier, customer = made(who, "suppliers", SUPPLIER), made(who, "customers", CUSTOMER)
    bill = made(who, "supplier-invoices/drafts", {"supplier_id": supplier["number"], "lines": lines})
    order = made(who, "orders/drafts", {"customer_id": customer["number"], "lines": lines})
    who.post(f"supplier-invoices/{bill['number']}/book")
    who.post(f"orders/{order['number']}/book")
    shipment = made(who, f"orders/{order['number']}/create-shipment", {})
    who.post(f"orders/shipments/{shipment['id']}/mark-shipped", json={"pick": True})
    ours = reader(system)

    assert (found := ours.get(Pointer(kind="supplier_invoice", id="30001")))
    assert found.data["related"]["supplier"]["company_name"] == SUPPLIER["company_name"]
    assert (sent := ours.get(Pointer(kind="order", id=str(order["number"]))))
    assert sent.data["related"]["shipped_at"] == "2026-03-02 10:00:00"


def said(event: str, token: str = "t" * 32, **more: Any) -> Any:
    body = {"key": 10021, "key_name": "number", "event": event, "data": {}} | more
    headers = {"Rackbeat-Webhook-Token": token, "Rackbeat-Webhook-Event": event}
    settings = {"webhook_token": "t" * 32, "events": {"creditnote": "invoice"}}
    return webhook(settings, headers, json.dumps(body).encode(), NOW)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("customer_invoice.booked", "invoice"),
        ("order.created", "order"),
        ("orders.created", "order"),
        ("creditnote.booked", "invoice"),
    ],
)
def test_a_webhook_names_what_is_to_be_read(event: str, kind: str) -> None:
    assert said(event) == (Pointer(kind=kind, id="10021"),)


def test_an_event_that_no_flow_reads_is_nothing_and_a_new_number_counts() -> None:
    assert said("delivery_terms.created") == ()
    assert said("product.updated", old_key="A", new_key="B/1") == (Pointer(kind="product", id="B/1"),)


def test_a_webhook_with_another_token_is_refused() -> None:
    with pytest.raises(Refused):
        said("order.created", token="x" * 32)
    with pytest.raises(Refused):
        webhook({}, {}, b"{}", NOW)


def test_a_clock_of_its_own_is_possible() -> None:
    assert company(clock=Clock()).clock() == datetime(2026, 3, 2, 9, tzinfo=UTC)
