"""A worker goes on: over a target that is down for long, a store that others lock, and rounds without number."""

from __future__ import annotations

import gc
import sqlite3
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from tests.crash.conftest import nursery
from tests.crash.nursery import Nursery
from tests.crash.storms import Scenario, Storm, weather
from tests.plain import books, shop
from tests.postgres import running

from kontering.model.record import Page, Pointer, Position, Record
from kontering.store import lanes, owners
from kontering.store.limits import Shared
from kontering.store.store import Store
from kontering.sync import status, turns
from kontering.sync.turns import Desk
from kontering.sync.worker import Inline, Work
from kontering.testing import serve

__all__ = ["nursery"]

ORDERS = [shop.order(number, customer=str(number % 3)) for number in range(12)]


def until(what: Callable[[], bool], seconds: float = 40.0) -> bool:
    deadline = time.monotonic() + seconds
    while not what() and time.monotonic() < deadline:
        time.sleep(0.05)
    return what()


def served(desk: Desk) -> tuple[threading.Thread, Inline]:
    inline = Inline(Work.of([desk], 3, threading.Event()))
    thread = threading.Thread(target=inline.serve, args=(3,))
    thread.start()
    return thread, inline


@pytest.mark.slow
def test_a_target_that_is_down_for_long_costs_time_and_no_document(tmp_path: Path) -> None:
    """Nobody listens at its address; then it is there."""
    system = books.simulator()
    with serve(system) as there:
        address = httpx.URL(there.url)
    with Store.open(f"sqlite:///{tmp_path}/a.db", project="acme") as store:
        desk = Desk(store=store, wired=shop.wired(shop.project(ORDERS, url=str(address))), limiter=Shared(store))
        thread, inline = served(desk)
        try:
            time.sleep(5)
            assert not status.queue(store, states=("held", "failed"))
            assert status.status(store).counts == {"waiting": len(ORDERS)}
            with serve(system, port=address.port or 0):
                assert until(lambda: len(system.state.booked()) == len(ORDERS))
        finally:
            inline.stop()
            thread.join(12)
            desk.close()
    assert system.state.doubles() == {}


@pytest.mark.slow
def test_a_store_that_others_lock_is_waited_for(tmp_path: Path) -> None:
    """Longer than the worker itself waits in one go; it comes back, and nothing was lost."""
    system, path = books.simulator(), tmp_path / "a.db"
    with serve(system) as there, Store.open(f"sqlite:///{path}", project="acme", busy=0.3) as store:
        desk = Desk(store=store, wired=shop.wired(shop.project(ORDERS, url=there.url)), limiter=Shared(store))
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            thread, inline = served(desk)
            time.sleep(2)
            assert system.state.booked() == []
            assert thread.is_alive()
            other.execute("ROLLBACK")
        try:
            assert until(lambda: len(system.state.booked()) == len(ORDERS))
        finally:
            inline.stop()
            thread.join(12)
            desk.close()
    assert system.state.doubles() == {}


@pytest.mark.slow
def test_a_database_that_stops_hard_and_comes_back_finds_the_worker_working(nursery: Nursery) -> None:
    with running() as server:
        done: list[float] = []

        def restart(storm: Storm) -> None:
            if len(done) < 2 and (not done or time.monotonic() - done[-1] > 3):
                server.restart()
                done.append(time.monotonic())

        url = server.fresh()
        with Store.open(url):
            pass
        outcome = weather(nursery, url, Scenario(name="restarted", orders=60, tenants=3, kills=1, trouble=restart))

    assert outcome.fine, outcome
    assert len(done) == 2


class Feed:
    """A source that has twenty orders more at each reading."""

    number = 0

    def read(self, kind: str, after: Position | None) -> Iterator[Page]:
        rows = [shop.order(self.number + each, customer=str(each % 5)) for each in range(20)]
        yield Page(records=tuple(shop.record("order", row) for row in rows))

    def get(self, pointer: Pointer) -> Record | None:
        raise NotImplementedError


@pytest.mark.parametrize("to", ["ledger", "plain-books"])
def test_memory_stays_level_over_many_rounds(tmp_path: Path, to: str) -> None:
    """The ledger's books are on the disk; the plain ones are in memory, so there all rounds but the first are idle."""
    feed, sizes = Feed(), []
    wired = shop.wired(shop.project([], to=to), transport=httpx.MockTransport(books.simulator()))
    with Store.open(f"sqlite:///{tmp_path}/a.db", project="acme") as store:
        desk = Desk(store=store, wired=replace(wired, sources={"orders": feed}), limiter=Shared(store), calls=3)
        tracemalloc.start()
        for round_ in range(16):
            feed.number = round_ * 20 if to == "ledger" else 0
            with store.begin() as tx:
                lanes.wake(tx, [("read/orders", "shop")])
            while turns.turn(desk, owners.me()):
                pass
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        desk.close()
        assert status.status(store).counts == {"done": 320 if to == "ledger" else 20}
    assert sizes[-1] - sizes[7] < 200_000, sizes
