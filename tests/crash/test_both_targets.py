"""`kontering run` is killed, and run again: every order of the example shop is booked once, in both targets.

The command runs as its users run it; WooCommerce and e-conomic are served over HTTP, and what counts is what they have.
"""

from __future__ import annotations

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

import pytest

from kontering.connectors.economic.simulator import make as make_economic
from kontering.connectors.woocommerce.simulator import make as make_shop
from kontering.testing import serve
from kontering.testing.simulator import Simulated

EXAMPLE = Path(__file__).parents[2] / "examples" / "webshop"
ORDERS = ("5101-plain-dk", "5113-oss-germany", "5121-yen-japan", "5130-one-cent-off", "5145-gift-card-used")
POINTS = ("before_page", "after_page", "before_intent", "after_intent", "after_call", "before_receipt", "after_receipt")
NUMBERS = {"W-10332", "W-10344", "W-10352", "W-10361", "W-10376"}


@dataclass(frozen=True, slots=True)
class Shop:
    """A project that is run by the command line, and the e-conomic that it books into."""

    folder: Path
    books: Simulated  # type: ignore[type-arg]

    def run(self, kill: str = "", after: float | None = None) -> int:
        """The exit code; `kill` names a point, `after` the seconds until SIGKILL."""
        command = [sys.executable, "-c", "from kontering.cli import main; main()", "run"]
        env = os.environ | ({"KONTERING_KILL": kill} if kill else {})
        with (self.folder / "output.txt").open("wb") as output:
            process = subprocess.Popen(command, cwd=self.folder, env=env, stdout=output, stderr=subprocess.STDOUT)
            try:
                return process.wait(timeout=after if after is not None else 100)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                return process.wait()

    def booked_in_economic(self) -> list[str]:
        return sorted(row["references"]["other"] for row in self.books.state.booked.values())

    def booked_in_ledger(self) -> list[str]:
        with sqlite3.connect(self.folder / "kontering.db") as store:
            return sorted(
                row[0] for row in store.execute("SELECT reference FROM ledger_invoice WHERE number IS NOT NULL")
            )

    def said(self) -> str:
        return (self.folder / "output.txt").read_text()

    def left(self) -> int:
        with sqlite3.connect(self.folder / "kontering.db") as store:
            return int(store.execute("SELECT count(*) FROM document WHERE state NOT IN ('done')").fetchone()[0])


@pytest.fixture
def shop(folder: Path) -> Iterator[Shop]:
    sold = folder / "sold"
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    (sold / "orders").mkdir(parents=True)
    shutil.copy(EXAMPLE / "taxes.jsonl", sold)
    for name in ORDERS:
        shutil.copy(EXAMPLE / "orders" / f"{name}.json", sold / "orders")
    shop, books = make_shop(folder=sold), make_economic()
    with serve(shop) as sells, serve(books) as keeps:
        project = (folder / "kontering.yaml").read_text()
        # unbooked journal entries need no look-up after a minute, so that a killed run can go on at once
        project = project.replace("http://127.0.0.1:8712", f"{keeps.url}\n    book_entries: never")
        (folder / "kontering.yaml").write_text(project.replace("http://127.0.0.1:8711", sells.url))
        secrets = folder / "secrets.env"
        keys = {"WOO_KEY": shop.credentials["key"], "WOO_SECRET": shop.credentials["secret"]}
        keys |= {"ECO_APP": books.credentials["app_secret"], "ECO_GRANT": books.credentials["agreement_grant"]}
        secrets.write_text("".join(f"{name}={value}\n" for name, value in keys.items()))
        secrets.chmod(0o600)
        yield Shop(folder, books)


def assert_booked_once(shop: Shop) -> None:
    assert set(shop.booked_in_economic()) == NUMBERS
    assert len(shop.booked_in_economic()) == len(NUMBERS)
    assert shop.booked_in_ledger() == sorted(NUMBERS)
    assert not shop.books.state.table("invoice-drafts")
    assert shop.left() == 0


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("time_", [1, 4])
def test_killed_at_a_point_and_run_again(shop: Shop, point: str, time_: int) -> None:
    killed = shop.run(kill=f"{point}:{time_}")
    assert killed == -signal.SIGKILL or (point.endswith("_page") and time_ > 2)

    assert shop.run() == 0, shop.said()

    assert_booked_once(shop)
    writes = sum(call.writes for call in shop.books.calls)
    assert shop.run() == 0
    assert sum(call.writes for call in shop.books.calls) == writes


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_any_moment_again_and_again(shop: Shop, seed: int) -> None:
    chance, kills = random.Random(seed), 0
    deadline = time.monotonic() + 60
    while kills < 6 and time.monotonic() < deadline:
        kills += shop.run(after=0.6 + chance.random() * 1.2) == -signal.SIGKILL
    assert shop.run() == 0, shop.said()

    assert kills > 0
    assert_booked_once(shop)
