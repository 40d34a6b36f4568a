"""Money and bills that come apart from sales, into books that know neither roles nor marks: payouts, bank lines, bills."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.bank.shop import Shop

from kontering.connectors import registry
from kontering.connectors.billy.simulator import make as billy
from kontering.connectors.dynaccount.simulator import make as dynaccount
from kontering.project.project import load_project
from kontering.sdk.connector import Call
from kontering.store.store import Store
from kontering.sync import dispatch, status
from kontering.sync.wiring import wire
from kontering.testing import Faulty
from kontering.testing.faults import at, lost
from kontering.testing.simulator import Simulator

PROJECTS = Path(__file__).parent / "projects"
MAKE: dict[str, Callable[..., Any]] = {"billy": billy, "dynaccount": dynaccount}
FALLBACK = {"billy": "products: {missing: fallback, fallback: SHOP}"}


def shop(folder: Path, system: str) -> Shop:
    """The small shop, with another system as its books."""
    made = Shop(folder, accounting="max_fee_difference: 5.00")
    text = (folder / "kontering.yaml").read_text(encoding="utf-8")
    own = (PROJECTS / system / "kontering.yaml").read_text(encoding="utf-8").partition("connections:\n")[2]
    own = own.replace("tables/", f"{PROJECTS / system / 'tables'}/")
    text = text.replace("  books:   {connector: ledger, overpayment: credit}\n", own)
    products = FALLBACK.get(system, "products: {fallback: TEA}")
    (folder / "kontering.yaml").write_text(text.replace("products: {fallback: TEA}", products), encoding="utf-8")
    return made


def run(made: Shop, books: Simulator) -> dict[str, str]:
    """What isn't done after a run, and why. Nobody waits for a system to settle."""
    project = load_project(made.folder)
    connector = registry.load(project.connections["books"].connector)
    takes = {kind: replace(one, calls=tuple(map(_unhurried, one.calls))) for kind, one in connector.takes.items()}
    hasty = {connector.name: replace(connector, takes=takes)}
    with Store.open(project.store, project=project.name) as store:
        dispatch.run(store, wire(project, (), transports={"books": httpx.MockTransport(books)}, connectors=hasty))
        found = status.queue(store, states=("held", "failed", "waiting", "unsure"))
        return {entry.key: entry.reason for entry in found}


def _unhurried(call: Call) -> Call:
    return replace(call, settle=timedelta(0)) if call.settle else call


@pytest.fixture(params=sorted(MAKE))
def books(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Simulator]:
    """A system and its simulator, with the simulator's credentials as secrets."""
    made: Any = MAKE[request.param]()
    names = {"BILLY_TOKEN": "token", "DYN_KEY": "api_key", "DYN_SECRET": "api_secret"}
    for variable, name in names.items():
        monkeypatch.setenv(variable, str(made.credentials.get(name, "")))
    return request.param, made


def test_money_and_bills_end_where_the_lists_say(tmp_path: Path, books: tuple[str, Simulator]) -> None:
    system, simulator = books
    made = shop(tmp_path / "small", system)
    made.order("1001", "500.00", card="500.00")
    made.order("1002", "250.00")
    made.order("1003", "125.00")
    made.payout("po-1", {"type": "charge", "order": "1001", "amount": "500.00", "fee": "7.50"})
    made.add("bill", {"id": "S-1", "date": "2026-03-07", "gross": "100.00"})
    made.line("a", "492.50", "po-1")
    if system == "billy":
        made.line("b", "247.00", "1002")

    run(made, simulator)
    held = run(made, simulator)  # a line that came too early waits for its invoice
    written = sum(call.writes for call in simulator.calls)
    again = run(made, simulator)

    assert (held, again) == ({}, {})
    assert sum(call.writes for call in simulator.calls) == written
    balances = {number: amount for number, amount in simulator.state.trial_balance().items() if amount}
    assert sum(balances.values()) == 0
    paid = {"5710": Decimal("739.50"), "1380": Decimal("10.50")} if system == "billy" else {"5710": Decimal("492.50")}
    assert {number: balances.get(number) for number in paid} == paid
    assert balances.get("5720") is None, "the gateway owes nothing"
    assert balances["6800"] == -100
    assert balances["7320"] == 20
    assert balances["5600"] == (125 if system == "billy" else 375)


def test_one_payment_of_two_buyers_is_a_persons_in_billy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = billy()
    monkeypatch.setenv("BILLY_TOKEN", simulator.credentials["token"])
    made = shop(tmp_path / "small", "billy")
    made.order("1002", "250.00")
    made.order("1003", "125.00")
    run(made, simulator)  # a line is matched with what is there
    made.line("b", "375.00", "1002 1003")

    held = run(made, simulator)

    assert list(held) == ["bank/line/b"]
    assert "/bankPayment/associations" in held["bank/line/b"]


@pytest.mark.slow
def test_whichever_answer_is_lost_nothing_is_made_twice(tmp_path: Path, books: tuple[str, Simulator]) -> None:
    system, simulator = books
    wanted, calls = _small_year(tmp_path / "whole", system, simulator, None)
    assert calls > 8
    for number in range(1, calls + 1):
        fresh = MAKE[system]()
        got, _ = _small_year(tmp_path / str(number), system, fresh, number)
        assert got == wanted, f"call {number} of {calls}"


def _small_year(folder: Path, system: str, simulator: Simulator, lose: int | None) -> tuple[dict[str, Decimal], int]:
    """Balances in the end, and how many writing calls it took; the answer to one of them is lost."""
    made = shop(folder, system)
    made.order("1001", "500.00", card="500.00")
    made.order("1002", "250.00")
    made.payout("po-1", {"type": "charge", "order": "1001", "amount": "500.00", "fee": "7.50"})
    made.add("bill", {"id": "S-1", "date": "2026-03-07", "gross": "100.00"})
    if system == "billy":
        made.line("b", "247.00", "1002")
    faulty = Faulty(simulator, at(lose or 10_000, lost))
    for _ in range(3):
        held = run(made, faulty)
    assert held == {}
    return simulator.state.trial_balance(), sum(call.writes for call in simulator.calls)
