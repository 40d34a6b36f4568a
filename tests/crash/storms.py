"""Storms: workers on one store are killed at random before books that answer badly; what counts is what the books have."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import sqlalchemy as sa
from tests.crash.nursery import Nursery
from tests.plain import books, shop

from kontering.errors import StoreUnusable
from kontering.sdk.connector import Again
from kontering.store.store import Store
from kontering.store.tables import document
from kontering.sync.recount import recount
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
    tenants: int = 10
    """Projects in one store, each with books of its own."""
    lanes: int = 3
    """Customers of each tenant."""
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
    lease: int = 0
    """Milliseconds, where take-overs are wanted sooner than in life."""
    steps: bool = False
    """The machines' clocks are stepped."""


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
    reported: int = 0
    """What `reconcile` says is there more than once."""

    @property
    def fine(self) -> bool:
        return not (self.lost or self.twice or self.stuck or self.disorder)


@dataclass(frozen=True, slots=True)
class Tenant:
    """One project, its books, and where they are served."""

    number: int
    name: str
    orders: list[dict[str, Any]]
    books: Simulated[books.Memory]
    url: str


@dataclass(slots=True)
class Storm:
    """A storm under way."""

    scenario: Scenario
    nursery: Nursery
    tenants: list[Tenant]
    run: dict[str, Any]
    store: Store
    clock: Path | None = None
    alive: list[int] = field(default_factory=list)
    chance: random.Random = field(default_factory=random.Random)

    def start(self, by: str) -> int:
        return self.nursery.start(**self.run, by=by)

    def booked(self) -> int:
        return sum(len(tenant.books.state.booked()) for tenant in self.tenants)

    def open(self) -> int:
        """Documents that are not yet done, as far as the store is known."""
        try:
            with self.store.look() as tx:
                return tx.connection.scalar(sa.select(sa.func.count()).where(document.c.state != "done")) or 0
        except StoreUnusable:
            return self.scenario.orders

    def is_over(self) -> bool:
        return self.booked() >= self.scenario.orders and self.open() == 0


def weather(nursery: Nursery, url: str, scenario: Scenario) -> Outcome:
    """Runs a scenario on an empty store and counts what the books have."""
    started = time.monotonic()
    with ExitStack() as stack:
        store = stack.enter_context(Store.open(url, busy=60))
        tenants = [_tenant(stack, scenario, number) for number in range(scenario.tenants)]
        given = [{"name": one.name, "orders": one.orders, "url": one.url} for one in tenants]
        run = {"to": "steady", "store": url, "tenants": given, "again": scenario.again, "guarded": scenario.guarded}
        storm = Storm(scenario, nursery, tenants, run | {"lease": scenario.lease}, store)
        if scenario.steps:
            storm.clock = Path(stack.enter_context(TemporaryDirectory()), "off")
            storm.clock.write_text("0")
            storm.run["clock"] = str(storm.clock)
        storm.chance.seed(scenario.seed)
        kills = _blow(storm)
        stuck = storm.open()
        looked = sum(_looked(tenant) for tenant in tenants)
        reported = sum(_reported(store, tenant, scenario.again) for tenant in tenants)
    counts = {"stuck": stuck, "kills": kills, "look_ups": looked, "reported": reported}
    return _counted(scenario, tenants, counts, time.monotonic() - started)


def _tenant(stack: ExitStack, scenario: Scenario, number: int) -> Tenant:
    system = books.simulator(keys=scenario.again == "same")
    faults = by_chance(scenario.faulty, FAULTS, seed=scenario.seed + number)
    if scenario.slow:
        faults = first_of(faults, by_chance(0.2, [late(scenario.slow)], seed=scenario.seed + number))
    served = stack.enter_context(serve(Faulty(system, faults)))
    mine = range(number, scenario.orders, scenario.tenants)
    orders = [shop.order(each, customer=str(_customer(scenario, each))) for each in mine]
    return Tenant(number, f"tenant{number}", orders, system, served.url)


def _customer(scenario: Scenario, number: int) -> int:
    return number // scenario.tenants % scenario.lanes


def _reported(store: Store, tenant: Tenant, again: str) -> int:
    """What `kontering reconcile` says is in a tenant's books more than once."""
    plan = shop.project([], name=tenant.name)
    wired = shop.wired(plan, again=Again(again), transport=httpx.MockTransport(tenant.books))
    with wired.client("books", read_only=True) as client:
        found = recount(store.project_of(tenant.name), wired, "books", wired.target("books", client))
    return sum("times" in one.cause for one in found.differences)


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
    while storm.booked() < number and time.monotonic() < deadline:
        if storm.scenario.trouble is not None:
            storm.scenario.trouble(storm)
        time.sleep(0.05)


def _looked(tenant: Tenant) -> int:
    """Questions by reference: what `reconcile` asks afterwards isn't among them."""
    return sum(call.path == "/find" and "reference" in call.query for call in tenant.books.calls)


def _counted(scenario: Scenario, tenants: list[Tenant], counts: dict[str, int], seconds: float) -> Outcome:
    booked = [int(number) for tenant in tenants for number in tenant.books.state.booked()]
    return Outcome(
        name=scenario.name,
        lost=len(set(range(scenario.orders)) - set(booked)),
        twice=sum(len(tenant.books.state.doubles()) for tenant in tenants),
        disorder=sum(_disorder(scenario, tenant) for tenant in tenants),
        seconds=seconds,
        **counts,
    )


def _disorder(scenario: Scenario, tenant: Tenant) -> int:
    """How often a customer's order was booked before an older one of the same customer."""
    booked = [int(number) for number in tenant.books.state.booked()]
    found = 0
    for customer in range(scenario.lanes):
        own = list(dict.fromkeys(number for number in booked if _customer(scenario, number) == customer))
        found += sum(one > other for one, other in pairwise(own))
    return found
