"""Suppliers' bills from record to books: supplier found or made, bill drafted and booked once."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.connectors.dinero.organisation import organisation

from kontering.project.project import load_project
from kontering.store.store import Store
from kontering.sync import dispatch, status
from kontering.sync.wiring import wire

ACCOUNTS = Path(__file__).parent / "shop" / "tables" / "dinero_accounts.csv"
PROJECT = """
kontering: 1
project: acme
connections:
  purchases: {{connector: files, system: rackbeat, folder: ., kinds: {{supplier_invoice: {{files: "*.json", id: number}}}}}}
  books:
    connector: dinero
    organization: 123456
    client_id: client
    client_secret: {{secret: DINERO_SECRET}}
    api_key: {{secret: DINERO_KEY}}
    poll_seconds: 0
    tables: {{accounts: accounts.csv}}
flows:
  bills:
    from: purchases/supplier_invoice
    mapping: rackbeat/supplier_invoice-to-bill
    with: {{stocked: {stocked}}}
    to: books
    states: {{"*": book}}
"""
BILL = {
    "number": 30001,
    "invoice_number": "F-7",
    "supplier": {"number": 5001},
    "currency": "DKK",
    "invoice_date": "2026-03-04",
    "due_date": "2026-04-04",
    "booked_at": "2026-03-05 08:00:00",
    "lines": [
        {"id": 1, "item": {"number": "K"}, "name": "Cups", "quantity": 9, "line_price": 30, "vat_percentage": 25}
    ],
    "total_vat": 67.50,
    "total_total": 337.50,
    "related": {"supplier": {"number": 5001, "company_name": "Nordlys Papir A/S", "vat_zone": "domestic"}},
}


@pytest.mark.parametrize(("stocked", "account"), [("false", 2000), ("true", 53000)])
def test_a_bill_is_booked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stocked: str, account: int) -> None:
    (tmp_path / "kontering.yaml").write_text(PROJECT.format(stocked=stocked), encoding="utf-8")
    shutil.copy(ACCOUNTS, tmp_path / "accounts.csv")
    for number, name in enumerate(("F-7", "F-8"), 30001):
        own = BILL | {"number": number, "invoice_number": name}
        (tmp_path / f"{number}.json").write_text(json.dumps(own), encoding="utf-8")
    monkeypatch.setenv("DINERO_SECRET", "client-secret")
    monkeypatch.setenv("DINERO_KEY", "api-key")
    books = organisation(booking_polls=2)

    run(tmp_path, books)
    run(tmp_path, books)

    state = books.state
    assert [row["Name"] for row in state.contacts.values()] == ["Nordlys Papir A/S"]
    assert {row["Status"] for row in (*state.purchases.values(), *state.items.values())} == {"Booked"}
    assert [state.balance(number) for number in (account, 64020, 63000)] == [540, Decimal("135"), -675]
    assert len(state.purchases) == (0 if stocked == "true" else 2)
    assert all(row["PaymentDate"] == "2026-04-04" for row in state.purchases.values())


def run(folder: Path, books: Any) -> None:
    ready = wire(load_project(folder), (), transports={"books": httpx.MockTransport(books)})
    with Store.open(f"sqlite:///{folder / 'kontering.db'}", project="acme") as store:
        dispatch.run(store, ready, threads=1)
        left = status.queue(store, states=("held", "failed", "waiting", "unsure"))
        assert [(entry.key, entry.code, entry.reason) for entry in left] == []
