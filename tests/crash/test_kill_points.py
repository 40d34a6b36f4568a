"""A process is killed at every point of every step, with good and with bad answers; what counts is what the target has."""

from __future__ import annotations

from collections.abc import Iterator
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


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    opened = Nursery.open()
    yield opened
    opened.close()


@pytest.mark.parametrize("again", ["same", "look"])
@pytest.mark.parametrize("fault", list(FAULTS))
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_each_step_an_order_is_booked_once(
    nursery: Nursery, tmp_path: Path, point: str, fault: str, again: str
) -> None:
    killed = 0
    for step in range(1, STEPS + 1):
        store, wrong = tmp_path / f"{step}.db", FAULTS[fault]
        system = books.simulator(keys=again == "same")
        broken = Faulty(system, at(step, wrong)) if wrong else system
        run = {"store": str(store), "orders": [shop.order(1)], "again": again, "threads": 1}
        with serve(broken) as served:
            killed += nursery.run(**run, url=served.url, kill=f"{point}:{step}") == -9
            assert nursery.run(**run, url=served.url) == 0
        assert {path: system.state.count(path) for path in ONCE} == ONCE, f"step {step}"
        assert system.state.booked() == ["1"]
    assert killed >= STEPS - 1, "the kills must hit, or nothing was tested"


@pytest.mark.parametrize("point", ["before_page", "after_page"])
def test_killed_while_reading_nothing_is_lost_or_read_twice(nursery: Nursery, tmp_path: Path, point: str) -> None:
    system = books.simulator()
    orders = [shop.order(number) for number in range(6)]
    run = {"store": str(tmp_path / "a.db"), "orders": orders, "page": 2, "threads": 1}
    with serve(system) as served:
        assert nursery.run(**run, url=served.url, kill=f"{point}:2") == -9
        assert nursery.run(**run, url=served.url) == 0

    assert system.state.booked() == [str(number) for number in range(6)]


def test_without_the_guard_an_order_is_made_twice(nursery: Nursery, tmp_path: Path) -> None:
    """The control: a crash test that cannot fail proves nothing."""
    doubles = 0
    for step in range(1, STEPS + 1):
        system = books.simulator(keys=False)
        run = {"store": str(tmp_path / f"{step}.db"), "orders": [shop.order(1)], "again": "look", "guarded": False}
        with serve(system) as served:
            nursery.run(**run, url=served.url, kill=f"after_call:{step}", threads=1)
            nursery.run(**run, url=served.url, threads=1)
        doubles += len(system.state.doubles())
    assert doubles > 0
