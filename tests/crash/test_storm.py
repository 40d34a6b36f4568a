"""Two workers on one store, killed at random, before books that answer badly: nothing lost, twice, or out of order."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path
from typing import Any

import pytest
from tests.crash.nursery import Nursery
from tests.plain import books, shop

from kontering.testing import Faulty, serve
from kontering.testing.faults import after, before, by_chance, lost, throttled

LARGE = os.environ.get("KONTERING_CRASH") == "all"
ORDERS = 1_000 if LARGE else 150
CUSTOMERS = 10
KILLS = 20 if LARGE else 5
FAULTS = [lost, after(500), before(503), throttled("0.2")]


def storm(nursery: Nursery, run: dict[str, Any], kills: int, seed: int) -> int:
    """Kills workers at random moments and starts new ones; gives back how many were hit alive."""
    chance = random.Random(seed)
    workers = [nursery.start(**run) for _ in range(2)]
    hit = 0
    while hit < kills:
        time.sleep(chance.uniform(0.1, 0.8))
        victim = chance.randrange(2)
        nursery.kill(workers[victim])
        hit += nursery.wait(workers[victim]) == -9
        workers[victim] = nursery.start(**run)
    for worker in workers:
        assert nursery.wait(worker) == 0
    return hit


@pytest.mark.slow
@pytest.mark.parametrize("again", ["same", "look"])
def test_nothing_is_lost_twice_or_out_of_order(nursery: Nursery, folder: Path, again: str) -> None:
    system = books.simulator(keys=again == "same")
    faulty = Faulty(system, by_chance(0.04, FAULTS, seed=7))
    orders = [shop.order(number, customer=str(number % CUSTOMERS)) for number in range(ORDERS)]
    run = {"store": str(folder / "a.db"), "orders": orders, "again": again, "threads": 2, "page": 20}
    with serve(faulty) as served:
        run["url"] = served.url
        hit = storm(nursery, run, KILLS, seed=11)
        for _ in range(20):
            assert nursery.run(**run) == 0
            if len(system.state.booked()) == ORDERS:
                break

    booked = system.state.booked()
    assert hit == KILLS
    assert faulty.done, "no answer was bad: nothing was tested"
    assert sorted(map(int, booked)) == list(range(ORDERS)), "lost, or twice"
    assert system.state.doubles() == {}
    for customer in range(CUSTOMERS):
        own = [number for number in map(int, booked) if number % CUSTOMERS == customer]
        assert own == sorted(own), f"customer {customer}'s orders are out of order"
    if again == "look":
        assert any(call.path == "/find" and "reference" in call.query for call in system.calls), "nothing was looked up"
