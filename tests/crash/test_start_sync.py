"""A start-sync from Dinero to Rackbeat is killed and run again: each card is there once, and a last run writes nothing.

The command runs as its users run it, both systems are served over HTTP, and what counts is what Rackbeat has.
"""

from __future__ import annotations

import importlib.util
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kontering.connectors.rackbeat.simulator import make as make_rackbeat
from kontering.testing import serve
from kontering.testing.simulator import Simulated

EXAMPLE = Path(__file__).parents[2] / "examples" / "start-sync"
POINTS = ("before_page", "after_page", "before_intent", "after_intent", "after_call", "before_receipt", "after_receipt")
CUSTOMERS, SUPPLIERS, PRODUCTS = 40, 4, 12
SECRETS = {"DINERO_SECRET": "client-secret", "DINERO_KEY": "api-key", "RACKBEAT_KEY": "rackbeat-key"}


def example() -> Any:
    """The script of the example that fills and serves both systems."""
    spec = importlib.util.spec_from_file_location("start_sync_serve", EXAMPLE / "serve.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True, slots=True)
class Firm:
    """A project that is run by the command line, and the Rackbeat that it fills."""

    folder: Path
    stock: Simulated[Any]

    def run(self, kill: str = "", after: float | None = None, command: str = "run") -> int:
        """The exit code; `kill` names a point, `after` the seconds until SIGKILL."""
        call = [sys.executable, "-c", "from kontering.cli import main; main()", command]
        env = os.environ | SECRETS | ({"KONTERING_KILL": kill} if kill else {})
        with (self.folder / "output.txt").open("wb") as output:
            process = subprocess.Popen(call, cwd=self.folder, env=env, stdout=output, stderr=subprocess.STDOUT)
            try:
                return process.wait(timeout=after if after is not None else 100)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                return process.wait()

    def said(self) -> str:
        return (self.folder / "output.txt").read_text()

    def writes(self) -> int:
        return sum(call.writes for call in self.stock.calls)

    def held(self) -> list[tuple[str, str]]:
        with sqlite3.connect(self.folder / "kontering.db") as store:
            rows = store.execute("SELECT code, reason FROM document WHERE state = 'held' ORDER BY id")
            return [(code, reason) for code, reason in rows]


@pytest.fixture
def firm(folder: Path) -> Iterator[Firm]:
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    books, stock = example().books(CUSTOMERS, SUPPLIERS, PRODUCTS), make_rackbeat()
    with serve(books) as keeps, serve(stock) as stores:
        project = (folder / "kontering.yaml").read_text().replace("http://127.0.0.1:8721", keeps.url)
        (folder / "kontering.yaml").write_text(project.replace("http://127.0.0.1:8722", stores.url))
        yield Firm(folder, stock)


def assert_all_there_once(firm: Firm) -> None:
    state = firm.stock.state
    names = sorted(row["name"] for row in state.customers.values())
    assert names == [f"Kunde {number:05}" for number in range(1, CUSTOMERS + 1) if number != 25]
    assert len({row["company_name"] for row in state.suppliers.values()}) == len(state.suppliers) == SUPPLIERS
    assert sorted(state.products) == sorted(
        f"ÆBLE/{number}" if number % 10 == 0 else f"V-{number:05}" for number in range(1, PRODUCTS + 1)
    )
    assert [row["name"] for row in state.table("supplier_groups").values()] == ["Leverandører"]
    held = ("FIELD_DEMANDED", "Kunde 00025 has no e-mail address, and stock takes no customer without one")
    assert firm.held() == [held]


def test_all_of_it_is_brought_over_once_and_who_lacks_an_address_is_listed(firm: Firm) -> None:
    assert firm.run() == 1, firm.said()
    assert_all_there_once(firm)
    assert "K631" in firm.said() or "e-mail address" in firm.said()
    writes = firm.writes()

    assert firm.run() == 0, firm.said()
    assert firm.writes() == writes == CUSTOMERS - 1 + SUPPLIERS + PRODUCTS


def test_a_dry_run_lists_who_lacks_an_address_and_writes_nothing(firm: Firm) -> None:
    firm.run(command="plan")

    assert "Kunde 00025 has no e-mail address" in firm.said()
    assert firm.writes() == 0


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("time_", [1, 9])
def test_killed_at_a_point_and_run_again(firm: Firm, point: str, time_: int) -> None:
    killed = firm.run(kill=f"{point}:{time_}")
    assert killed == -signal.SIGKILL or (point.endswith("_page") and time_ > 2)

    assert firm.run() in (0, 1), firm.said()
    assert_all_there_once(firm)
    writes = firm.writes()
    assert firm.run() == 0, firm.said()
    assert firm.writes() == writes


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_any_moment_again_and_again(firm: Firm, seed: int) -> None:
    chance, kills = random.Random(seed), 0
    deadline = time.monotonic() + 60
    while kills < 5 and time.monotonic() < deadline:
        kills += firm.run(after=1.0 + chance.random() * 2.0) == -signal.SIGKILL
    assert firm.run() in (0, 1), firm.said()

    assert kills > 0
    assert_all_there_once(firm)
    writes = firm.writes()
    assert firm.run() == 0
    assert firm.writes() == writes
