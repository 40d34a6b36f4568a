"""What every dispatch does, inline on both databases and woken by jobs: it serves what is due, and stops when told to."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.plain import books, shop
from tests.plain.books import Memory
from tests.postgres import Server

from kontering.store import cursors, engine_tables, lanes, tables
from kontering.store.limits import Shared
from kontering.store.store import Store
from kontering.sync import cluster, dispatch, worker
from kontering.sync.turns import Desk
from kontering.testing import Faulty, Simulated, serve
from kontering.testing.faults import always, late


@dataclass
class Place:
    """An empty store's address, and by which dispatch it is served."""

    url: str
    by: str

    def dispatch(self, work: worker.Work) -> worker.Dispatch:
        return cluster.Cluster(work) if self.by == "cluster" else worker.Inline(work)


@pytest.fixture(params=["inline on SQLite", "inline on PostgreSQL", "cluster"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "inline on SQLite":
        return Place(f"sqlite:///{tmp_path}/a.db", "inline")
    url = str(request.getfixturevalue("database"))
    with Store.open(url) as store, store.begin() as tx:
        engine_tables.upgrade(tx)
    return Place(url, request.param.split()[0])


@contextlib.contextmanager
def working(place: Place, projects: Mapping[str, Any], slots: int = 3) -> Iterator[worker.Work]:
    """A worker on these projects (name → wired), in threads of the test."""
    with contextlib.ExitStack() as stack:
        stores = {name: stack.enter_context(Store.open(place.url, project=name)) for name in projects}
        desks = [
            Desk(store=stores[name], wired=flows, limiter=Shared(stores[name])) for name, flows in projects.items()
        ]
        work = worker.Work.of(desks, slots, threading.Event())
        served = place.dispatch(work)
        thread = threading.Thread(target=served.serve, args=(slots,))
        thread.start()
        try:
            yield work
        finally:
            served.stop()
            thread.join(12)
            assert not thread.is_alive(), "it didn't stop"
            for desk in desks:
                desk.close()


def until(what: Callable[[], bool], seconds: float = 25.0) -> bool:
    deadline = time.monotonic() + seconds
    while not what() and time.monotonic() < deadline:
        time.sleep(0.05)
    return what()


def flows(orders: Sequence[Mapping[str, Any]], url: str, name: str = "acme", **policy: Any) -> Any:
    plan = shop.project(orders, url=url, policy=replace(shop.STATES, **policy))
    return shop.wired(replace(plan, name=name))


@pytest.fixture
def system() -> Simulated[Memory]:
    return books.simulator()


def test_everything_is_delivered_once_and_in_order(place: Place, system: Simulated[Memory]) -> None:
    orders = [shop.order(number, customer=str(number % 4)) for number in range(20)]
    with serve(system) as served, working(place, {"acme": flows(orders, served.url)}):
        assert until(lambda: len(system.state.booked()) == 20)

    assert system.state.doubles() == {}
    for customer in range(4):
        own = [number for number in map(int, system.state.booked()) if number % 4 == customer]
        assert own == sorted(own)


def test_what_is_read_by_schedule_is_read_again_only_then(place: Place, system: Simulated[Memory]) -> None:
    with serve(system) as served, working(place, {"acme": flows([shop.order(1)], served.url)}) as work:
        assert until(lambda: system.state.booked() == ["1"])
        store = work.desks[0].store
        with store.look() as tx:
            read = cursors.all_cursors(tx)["orders"].read_at
            due = tx.connection.scalar(sa.select(tables.lane.c.due).where(tables.lane.c.key == "read/orders"))

    assert 0 <= due - read - 300_000 < 5_000, "every 5 minutes"


def test_a_lane_that_something_wakes_is_served_at_once(place: Place, system: Simulated[Memory]) -> None:
    """As a webhook does: the row is due, in a transaction of somebody else."""
    policy = {"schedule": "on webhook only"}
    with serve(system) as served, working(place, {"acme": flows([shop.order(1)], served.url, **policy)}) as work:
        time.sleep(0.5)
        assert system.state.booked() == []
        with work.desks[0].store.begin() as tx:
            lanes.wake(tx, [("read/orders", "shop")])
        assert until(lambda: system.state.booked() == ["1"], 10)


def test_it_stops_after_the_call_in_flight_and_gives_everything_back(place: Place, system: Simulated[Memory]) -> None:
    orders = [shop.order(number, customer=str(number)) for number in range(30)]
    with serve(Faulty(system, always(late(0.05)))) as served:
        with working(place, {"acme": flows(orders, served.url)}):
            assert until(lambda: len(system.state.booked()) > 2)
            began = time.monotonic()
        assert time.monotonic() - began < 10
        with Store.open(place.url, project="acme") as store, store.look() as tx:
            owned = tx.connection.scalar(sa.select(sa.func.count()).where(tables.lane.c.owner.is_not(None)))
            unsure = tx.connection.scalar(sa.select(sa.func.count()).where(tables.delivery.c.state == "sent"))
        assert (owned, unsure) == (0, 0)
        assert len(system.state.booked()) < 30

        with working(place, {"acme": flows(orders, served.url)}):
            assert until(lambda: len(system.state.booked()) == 30)
    assert system.state.doubles() == {}


def test_a_small_project_does_not_wait_for_a_large_one(place: Place, system: Simulated[Memory]) -> None:
    small = books.simulator()
    many = [shop.order(number, customer=str(number)) for number in range(200)]
    few = [shop.order(number) for number in range(3)]
    with serve(Faulty(system, always(late(0.01)))) as large, serve(small) as other:
        projects = {"large": flows(many, large.url, "large"), "small": flows(few, other.url, "small")}
        with working(place, projects):
            assert until(lambda: len(small.state.booked()) == 3)
            assert len(system.state.booked()) < 200, "the large one has work left"


def test_a_run_beside_a_worker_does_nothing_twice(place: Place, system: Simulated[Memory]) -> None:
    orders = [shop.order(number, customer=str(number % 4)) for number in range(20)]
    with serve(system) as served, working(place, {"acme": flows(orders, served.url)}):
        with Store.open(place.url, project="acme") as store:
            dispatch.run(store, flows(orders, served.url), threads=2, patience=1)
        assert until(lambda: len(system.state.booked()) == 20)
    assert system.state.doubles() == {}


def test_jobs_that_the_engine_loses_cost_time_only(database: str, postgres: Server, system: Simulated[Memory]) -> None:
    place = Place(database, "cluster")
    with Store.open(database) as store, store.begin() as tx:
        engine_tables.upgrade(tx)
    orders = [shop.order(number, customer=str(number)) for number in range(30)]
    name = str(sa.engine.make_url(database).database)
    with serve(Faulty(system, always(late(0.01)))) as served, working(place, {"acme": flows(orders, served.url)}):
        for _ in range(4):
            time.sleep(0.4)
            postgres.do("DELETE FROM procrastinate_jobs WHERE status = 'todo'", name)
        assert until(lambda: len(system.state.booked()) == 30)
    assert system.state.doubles() == {}
