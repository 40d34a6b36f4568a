"""Dinero's contacts, products, invoices and credit notes as flows into other books: once, and with the same totals."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.connectors.dinero.organisation import organisation
from tests.connectors.dinero.test_source import sold

from kontering.project.project import load_project
from kontering.store.store import Store
from kontering.sync import dispatch, status
from kontering.sync.wiring import wire

PROJECT = """
kontering: 1
project: acme
connections:
  dinero:
    connector: dinero
    organization: 123456
    client_id: client
    client_secret: {secret: DINERO_SECRET}
    api_key: {secret: DINERO_KEY}
    calls_a_minute: 100000
  books: {connector: ledger}
flows:
  contacts: {from: dinero/contact, mapping: dinero/contact-to-customer, to: books}
  products: {from: dinero/product, mapping: dinero/product-to-product, to: books}
  invoices:
    from: dinero/invoice
    mapping: dinero/invoice-to-invoice
    to: books
    states: {"*": book}
    products: {missing: create, fallback: SHOP}
    payments: {register: ["*"]}
  credits:
    from: dinero/credit_note
    mapping: dinero/credit_note-to-credit_note
    to: books
    states: {"*": book}
    products: {missing: create, fallback: SHOP}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "kontering.yaml").write_text(PROJECT, encoding="utf-8")
    monkeypatch.setenv("DINERO_SECRET", "client-secret")
    monkeypatch.setenv("DINERO_KEY", "api-key")
    return tmp_path


def run(folder: Path, dinero: Any) -> tuple[Mapping[str, int], list[str]]:
    """How documents ended, and what needs a person."""
    ready = wire(load_project(folder), (), transports={"dinero": httpx.MockTransport(dinero)})
    with Store.open(f"sqlite:///{folder / 'kontering.db'}", project="acme") as store:
        done = dispatch.run(store, ready, threads=1, from_start=True)
        left = status.queue(store, states=("held", "failed", "waiting", "unsure"))
        return done.ended, [f"{entry.kind}: {entry.code} {entry.reason}" for entry in left]


def test_what_dinero_has_is_booked_elsewhere_once(folder: Path) -> None:
    dinero = organisation()
    sold(dinero)

    ended, left = run(folder, dinero)
    again, _ = run(folder, dinero)

    assert left == []
    assert ended["done"] == 4
    assert again.get("done", 0) == 0
    assert not any(call.writes for call in dinero.calls[-20:] if "/oauth/" not in call.path)
