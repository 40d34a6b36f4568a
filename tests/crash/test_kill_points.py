"""A process is killed at every point of every step, with good and with bad answers; what counts is what the target has."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from tests.crash.nursery import Nursery
from tests.plain import books, shop

from kontering.testing import Faulty, serve
from kontering.testing.faults import after, at, lost

POINTS = ["before_intent", "after_intent", "after_call", "before_receipt", "after_receipt"]
STEPS = 5
"""Customer, product, draft, booking, payment."""
FAULTS = {"ok": None, "lost": lost, "500 after": after(500)}
ONCE = {"/customers": 1, "/products": 1, "/invoices": 1, "/payments": 1}


def cases() -> Iterator[tuple[str, str, str, int]]:
    """Each point with each answer in both kinds of books, each at another step; all of them at every step on demand."""
    for number, (again, fault, point) in enumerate(product(["same", "look"], FAULTS, POINTS)):
        steps = range(STEPS) if os.environ.get("KONTERING_CRASH") == "all" else [(number + number // STEPS) % STEPS]
        yield from ((point, fault, again, step + 1) for step in steps)


@pytest.mark.parametrize(("point", "fault", "again", "step"), list(cases()))
def test_killed_at_a_step_an_order_is_booked_once(
    nursery: Nursery, folder: Path, point: str, fault: str, again: str, step: int
) -> None:
    wrong = FAULTS[fault]
    system = books.simulator(keys=again == "same")
    run = {"store": str(folder / "a.db"), "orders": [shop.order(1)], "again": again, "threads": 1}
    with serve(Faulty(system, at(step, wrong)) if wrong else system) as served:
        killed = nursery.run(**run, url=served.url, kill=f"{point}:{step}")
        assert nursery.run(**run, url=served.url) == 0

    assert killed == -9 or (wrong and point in ("after_call", "before_receipt", "after_receipt") and step == STEPS)
    assert {path: system.state.count(path) for path in ONCE} == ONCE
    assert system.state.booked() == ["1"]


@pytest.mark.parametrize("point", ["before_page", "after_page"])
def test_killed_while_reading_nothing_is_lost_or_read_twice(nursery: Nursery, folder: Path, point: str) -> None:
    system = books.simulator()
    orders = [shop.order(number) for number in range(6)]
    run = {"store": str(folder / "a.db"), "orders": orders, "page": 2, "threads": 1}
    with serve(system) as served:
        assert nursery.run(**run, url=served.url, kill=f"{point}:2") == -9
        assert nursery.run(**run, url=served.url) == 0

    assert system.state.booked() == [str(number) for number in range(6)]


def test_without_the_guard_an_order_is_made_twice(nursery: Nursery, folder: Path) -> None:
    """The control: a crash test that cannot fail proves nothing."""
    doubles = 0
    for step in range(1, STEPS + 1):
        system = books.simulator(keys=False)
        run = {"store": str(folder / f"{step}.db"), "orders": [shop.order(1)], "again": "look", "guarded": False}
        with serve(system) as served:
            nursery.run(**run, url=served.url, kill=f"after_call:{step}", threads=1)
            nursery.run(**run, url=served.url, threads=1)
        doubles += len(system.state.doubles())
    assert doubles > 0
