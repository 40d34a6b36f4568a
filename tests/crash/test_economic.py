"""An order of the example shop into the simulated e-conomic, killed at every point of every step, answers lost or not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from tests.crash.nursery import Nursery
from tests.crash.test_kill_points import POINTS

from kontering.connectors.economic.simulator import make
from kontering.testing import Faulty, serve
from kontering.testing.faults import after, at, lost

STEPS = 6
"""Customer, product, draft, booking, payment, and the payment's booking."""
A_MINUTE = 61_000
"""What can only be looked up is looked up when the target has had time to settle."""
FAULTS = {"ok": None, "lost": lost, "500 after": after(500)}


def cases() -> Iterator[tuple[str, str, int]]:
    for number, (fault, point) in enumerate(product(FAULTS, POINTS)):
        steps = range(STEPS) if os.environ.get("KONTERING_CRASH") == "all" else [(number + 1) % STEPS]
        yield from ((point, fault, step + 1) for step in steps)


@pytest.mark.parametrize(("point", "fault", "step"), list(cases()))
def test_killed_at_a_step_an_order_is_booked_once(
    nursery: Nursery, folder: Path, point: str, fault: str, step: int
) -> None:
    wrong = FAULTS[fault]
    books = make()
    customers, products = len(books.state.customers), len(books.state.products)
    run = {"to": "economic", "store": str(folder / "a.db"), "order": "5101"}
    with serve(Faulty(books, at(step, wrong)) if wrong else books) as served:
        killed = nursery.run(**run, url=served.url, kill=f"{point}:{step}")
        assert nursery.run(**run, url=served.url, ahead=A_MINUTE) == 0

    assert killed == -9 or wrong, "where the answer was good the kill must hit, or nothing was tested"
    (booked,) = books.state.booked.values()
    assert booked["references"]["other"] == "W-10332"
    assert booked["remainder"] == 0, "its payment is registered and matched"
    assert books.state.drafts == books.state.draft_entries == {}
    assert len(books.state.customers) == customers + 1
    assert len(books.state.products) <= products + 2
    assert sum(books.state.trial_balance().values()) == 0
