"""The example shop's orders into the simulated e-conomic: each is booked once, and the books balance."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.connectors.economic.agreement import agreement

from kontering.connectors.woocommerce.simulator import make as shop
from kontering.project.project import load_project
from kontering.store.store import Store
from kontering.sync import dispatch
from kontering.sync.dispatch import Summary
from kontering.sync.wiring import wire

EXAMPLE = Path(__file__).parents[3] / "examples" / "webshop"


def run(folder: Path, orders: Any, books: Any) -> Summary:
    transports = {"shop": httpx.MockTransport(orders), "economic": httpx.MockTransport(books)}
    wired = wire(load_project(folder), ("economic",), transports=transports)
    with Store.open(f"sqlite:///{folder / 'kontering.db'}", project="webshop") as store:
        return dispatch.run(store, wired, threads=2)


def references(rows: Sequence[Any]) -> list[str]:
    return [row["references"]["other"] for row in rows]


@pytest.mark.slow
def test_the_example_shop_is_booked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "webshop"
    shutil.copytree(EXAMPLE, folder)
    orders, books = shop(folder=str(folder)), agreement()
    secrets = {"WOO_KEY": orders.credentials["key"], "WOO_SECRET": orders.credentials["secret"]}
    for name, value in (secrets | {"ECO_APP": "app-secret", "ECO_GRANT": "agreement-grant"}).items():
        monkeypatch.setenv(name, value)

    first = run(folder, orders, books)
    written = sum(call.writes for call in books.calls)
    second = run(folder, orders, books)

    booked = list(books.state.booked.values())
    assert len(booked) == first.ended["done"] > 40
    assert len(set(references(booked))) == len(booked)
    assert books.state.drafts == books.state.draft_entries == {}
    assert [row["remainder"] for row in booked if row["remainder"]] == []
    assert sum(books.state.trial_balance().values()) == 0
    assert books.state.balance(5600) + books.state.balance(5605) == 0
    assert second.ended.get("done", 0) == 0
    assert sum(call.writes for call in books.calls) == written
    assert {call.status for call in books.calls} <= {200, 201, 204, 404}
