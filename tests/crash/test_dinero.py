"""An order of the example shop into the simulated Dinero, killed at every point of every step, answers lost or not."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import httpx
import pytest
from tests.crash.nursery import Nursery
from tests.crash.test_kill_points import POINTS

from kontering.connectors.dinero.simulator import make
from kontering.testing import Faulty, serve
from kontering.testing.faults import after, at, lost

ROOT = Path(__file__).parents[2]
STEPS = 6
"""Customer, two products, draft, booking and payment."""
A_MINUTE = 61_000
"""What can only be looked up is looked up when the target has had time to settle."""
FAULTS = {"ok": None, "lost": lost, "500 after": after(500)}


def is_step(request: httpx.Request) -> bool:
    """Token requests and trials change nothing."""
    return request.method != "GET" and not request.url.path.endswith(("/token", "/fetch"))


def cases() -> Iterator[tuple[str, str, int]]:
    for number, (fault, point) in enumerate(product(FAULTS, POINTS)):
        steps = range(STEPS) if os.environ.get("KONTERING_CRASH") == "all" else [(number + 1) % STEPS]
        yield from ((point, fault, step + 1) for step in steps)


@pytest.mark.parametrize(("point", "fault", "step"), list(cases()))
def test_killed_at_a_step_an_order_is_booked_once(
    nursery: Nursery, folder: Path, point: str, fault: str, step: int
) -> None:
    shutil.copytree(ROOT / "examples" / "webshop", folder / "shop", ignore=shutil.ignore_patterns("orders", "refunds"))
    shutil.copytree(ROOT / "tests" / "connectors" / "dinero" / "shop", folder / "shop", dirs_exist_ok=True)
    wrong, books = FAULTS[fault], make(calls_a_minute=100_000)
    run = {"to": "dinero", "store": str(folder / "a.db"), "order": "5101", "project": str(folder / "shop")}
    with serve(Faulty(books, at(step, wrong, is_step)) if wrong else books) as served:
        killed = nursery.run(**run, url=served.url, kill=f"{point}:{step}")
        for minutes in (1, 2):  # the kill may come before the answer that is lost, and both be about the product
            assert nursery.run(**run, url=served.url, ahead=minutes * A_MINUTE) == 0

    assert killed == -9 or wrong, "where the answer was good the kill must hit, or nothing was tested"
    state = books.state
    (booked,) = state.invoices.values()
    assert (booked["ExternalReference"], booked["Status"]) == ("W-10332", "Booked")
    assert len(booked["Payments"]) == 1
    assert len(state.contacts) == 1
    assert len(state.products) == 2
    assert state.balance(56000) == sum(state.trial_balance().values()) == 0
