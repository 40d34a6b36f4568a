"""Storms: workers on one store are killed at random before books that answer badly; what counts is what the books have."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from tests.crash.nursery import Nursery
from tests.plain import books, shop

from kontering.errors import StoreAway
from kontering.store.store import Store
from kontering.store.tables import document
from kontering.testing import Faulty, serve
from kontering.testing.faults import after, before, by_chance, first_of, late, lost, throttled
from kontering.testing.simulator import Simulated

FAULTS = [lost, after(500), before(503), throttled("0.2")]
Trouble = Callable[["Storm"], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What happens in a storm."""

    name: str
    orders: int = 300
    lanes: int = 10
    workers: tuple[str, ...] = ("inline", "inline")
    kills: int = 5
    leaves: int = 0
    """So many of the killed are never started again."""
    faulty: float = 0.04
    guarded: bool = True
    again: str = "look"
    seed: int = 7
    patience: float = 60.0
    slow: float = 0.0
    """Seconds that every fifth writing call takes; the books go on with it although the caller was killed."""
    trouble: Trouble | None = None
    """Something else that goes wrong, again and again, while the storm lasts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Counted at the books; stuck are those that the store still means to do."""

    name: str
    lost: int
    twice: int
    stuck: int
    disorder: int
    kills: int
    look_ups: int
    seconds: float

    @property
    def fine(self) -> bool:
        return not (self.lost or self.twice or self.stuck or self.disorder)


@dataclass(slots=True)
class Storm:
    """A storm under way."""

    scenario: Scenario
    nursery: Nursery
    url: str
    books: Simulated[books.Memory]
    run: dict[str, Any]
    store: Store
    alive: list[int] = field(default_factory=list)
    chance: random.Random = field(default_factory=random.Random)

    def start(self, by: str) -> int:
        return self.nursery.start(**self.run, by=by)

    def open(self) -> int:
        """Documents that are not yet done, as far as the store is known."""
        try:
            with self.store.look() as tx:
                return tx.connection.scalar(sa.select(sa.func.count()).where(document.c.state != "done")) or 0
        except StoreAway:
            return self.scenario.orders

    def is_over(self) -> bool:
        return len(self.books.state.booked()) >= self.scenario.orders and self.open() == 0


def weather(nursery: Nursery, url: str, scenario: Scenario) -> Outcome:
    """Runs a scenario on an empty store and counts what the books have."""
    started = time.monotonic()
    system = books.simulator(keys=scenario.again == "same")
    orders = [shop.order(number, customer=str(number % scenario.lanes)) for number in range(scenario.orders)]
    faults = by_chance(scenario.faulty, FAULTS, seed=scenario.seed)
    if scenario.slow:
        faults = first_of(faults, by_chance(0.2, [late(scenario.slow)], seed=scenario.seed))
    with (
        serve(Faulty(system, faults)) as served,
        Store.open(url, project="acme", busy=60) as store,
    ):
        run = {"to": "steady", "store": url, "orders": orders, "url": served.url, "again": scenario.again}
        storm = Storm(scenario, nursery, url, system, run | {"guarded": scenario.guarded}, store)
        storm.chance.seed(scenario.seed)
        kills = _blow(storm)
        stuck = storm.open()
    return _counted(scenario, system, stuck, kills, time.monotonic() - started)


def _blow(storm: Storm) -> int:
    scenario = storm.scenario
    with _workers(storm):
        kills = _kill(storm)
        deadline = time.monotonic() + scenario.patience
        while time.monotonic() < deadline and not storm.is_over():
            if scenario.trouble is not None and kills:
                scenario.trouble(storm)
            time.sleep(0.2)
    return kills


@contextmanager
def _workers(storm: Storm) -> Iterator[None]:
    storm.alive = [storm.start(by) for by in storm.scenario.workers]
    try:
        yield
    finally:
        for worker in storm.alive:
            storm.nursery.kill(worker, signal.SIGTERM)
        codes = [storm.nursery.wait(worker) for worker in storm.alive]
        assert set(codes) <= {0}, codes


def _kill(storm: Storm) -> int:
    """Kills spread over the work: the next one when the books have so many documents more."""
    scenario, chance, kills = storm.scenario, storm.chance, 0
    leaves = scenario.leaves
    for number in range(scenario.kills):
        share = (number + chance.uniform(0.3, 1.0)) / (scenario.kills + 1)
        _until_booked(storm, round(share * scenario.orders))
        place = chance.randrange(len(storm.alive))
        by = scenario.workers[place % len(scenario.workers)]
        storm.nursery.kill(storm.alive[place], signal.SIGKILL)
        kills += storm.nursery.wait(storm.alive[place]) == -signal.SIGKILL
        if leaves and len(storm.alive) > 1:
            leaves -= 1
            del storm.alive[place]
        else:
            storm.alive[place] = storm.start(by)
    return kills


def _until_booked(storm: Storm, number: int) -> None:
    deadline = time.monotonic() + storm.scenario.patience
    while len(storm.books.state.booked()) < number and time.monotonic() < deadline:
        if storm.scenario.trouble is not None:
            storm.scenario.trouble(storm)
        time.sleep(0.05)


def _counted(scenario: Scenario, system: Simulated[books.Memory], stuck: int, kills: int, seconds: float) -> Outcome:
    booked = [int(number) for number in system.state.booked()]
    disorder = 0
    for lane in range(scenario.lanes):
        own = list(dict.fromkeys(number for number in booked if number % scenario.lanes == lane))
        disorder += sum(one > other for one, other in pairwise(own))
    looked = sum(call.path == "/find" and "reference" in call.query for call in system.calls)
    return Outcome(
        name=scenario.name,
        lost=len(set(range(scenario.orders)) - set(booked)),
        twice=len(system.state.doubles()),
        stuck=stuck,
        disorder=disorder,
        kills=kills,
        look_ups=looked,
        seconds=seconds,
    )
