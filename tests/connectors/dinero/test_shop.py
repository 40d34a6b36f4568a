"""The example shop's orders and refunds into the simulated Dinero: each is booked once, and the books balance."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.connectors.dinero.organisation import organisation

from kontering.connectors.woocommerce.simulator import make as shop
from kontering.project.check import check_project
from kontering.project.project import load_project
from kontering.store.store import Store
from kontering.sync import dispatch, status
from kontering.sync.dispatch import Summary
from kontering.sync.recount import Recounted, recount
from kontering.sync.wiring import Wired, wire

EXAMPLE = Path(__file__).parents[3] / "examples" / "webshop"
OWN = Path(__file__).parent / "shop"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example with another project file and other tables."""
    shutil.copytree(EXAMPLE, tmp_path / "webshop")
    return Path(shutil.copytree(OWN, tmp_path / "webshop", dirs_exist_ok=True))


def store(folder: Path) -> Store:
    return Store.open(f"sqlite:///{folder / 'kontering.db'}", project="webshop")


def wired(folder: Path, orders: Any, books: Any) -> Wired:
    transports = {"shop": httpx.MockTransport(orders), "dinero": httpx.MockTransport(books)}
    return wire(load_project(folder), (), transports=transports)


def run(folder: Path, ready: Wired) -> Summary:
    with store(folder) as opened:
        return dispatch.run(opened, ready, threads=2)


def held(folder: Path) -> Mapping[str, str]:
    with store(folder) as opened:
        found = status.queue(opened, states=("held", "failed", "waiting", "unsure"))
        return {entry.key.removeprefix("shop/"): entry.reason for entry in found}


def reconciled(folder: Path, ready: Wired) -> Recounted:
    with store(folder) as opened, ready.client("dinero", read_only=True) as client:
        return recount(opened, ready, "dinero", ready.target("dinero", client), None)


@pytest.mark.slow
def test_the_example_shop_is_booked_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    orders, books = shop(folder=str(folder)), organisation()
    secrets = {"WOO_KEY": orders.credentials["key"], "WOO_SECRET": orders.credentials["secret"]}
    for name, value in (secrets | {"DINERO_SECRET": "client-secret", "DINERO_KEY": "api-key"}).items():
        monkeypatch.setenv(name, value)
    ready = wired(folder, orders, books)

    first = run(folder, ready)
    written = sum(call.writes for call in books.calls if "/invoices/fetch" not in call.path)
    second = run(folder, ready)

    state = books.state
    sales = list(state.sales())
    assert len(sales) == first.ended["done"] > 40
    assert len({row["ExternalReference"] for row in sales}) == len(sales)
    assert {row["Status"] for row in sales} == {"Booked"}
    assert sum(state.trial_balance().values()) == 0
    assert state.balance(56000) == 0
    assert second.ended.get("done", 0) == 0
    assert sum(call.writes for call in books.calls if "/invoices/fetch" not in call.path) == written
    assert {call.status for call in books.calls} <= {200, 201, 400}

    reasons = held(folder)
    assert {key for key, reason in reasons.items() if "revenue_oss" in reason} == {
        f"order/{number}" for number in (5113, 5114, 5115, 5116, 5151)
    }
    assert {key for key, reason in reasons.items() if "revenue_oss" not in reason} == {
        "order/5118",
        "order/5131",
        "refund/5318",
        "refund/5322",
    }
    found = reconciled(folder, ready)
    assert found.asked > 100
    assert found.differences == ()


def test_check_says_what_dinero_cannot_book(folder: Path) -> None:
    problems = check_project(folder, tests=False)

    assert [(problem.code, str(problem.severity)) for problem in problems] == [("K169", "warning")]
    assert "One Stop Shop" in str(problems[0])
