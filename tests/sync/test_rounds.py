"""Many lanes share each commit, and every promise holds for each: durable before it leaves, in order, one at a time."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from tests.plain import books, shop
from tests.plain.books import Memory

from kontering.errors import Unsure
from kontering.sdk import http, moments
from kontering.store import lanes, owners
from kontering.store.store import Store
from kontering.store.tables import lane
from kontering.sync import dispatch, rounds, turns
from kontering.sync.callers import Callers
from kontering.sync.desk import Desk
from kontering.testing import Simulated, serve

CUSTOMERS = 6
ORDERS = [shop.order(number, customer=str(number % CUSTOMERS)) for number in range(36)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{path}", project="acme") as opened:
        yield opened


@pytest.fixture
def system() -> Simulated[Memory]:
    return books.simulator(keys=False)


def commits(store: Store) -> list[int]:
    """Grows by one with each commit that has written something."""
    seen: list[int] = []
    sa.event.listen(store.engine, "commit", lambda connection: seen.append(1))
    return seen


def test_an_intent_is_on_the_disk_before_its_call_leaves(store: Store, path: Path, system: Simulated[Memory]) -> None:
    missing: list[str] = []

    def looks(request: httpx.Request) -> httpx.Response:
        if request.method != "GET":
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as other:
                kept = other.execute("SELECT sent FROM delivery WHERE state = 'sent'").fetchall()
            if not any(request.content.decode() in text or not request.content.strip(b"{}") for (text,) in kept):
                missing.append(f"{request.method} {request.url.path}")
        return system(request)

    wired = shop.wired(shop.project(ORDERS), transport=httpx.MockTransport(looks))
    dispatch.run(store, wired, threads=6)

    assert len(system.state.booked()) == len(ORDERS)
    assert missing == []


def test_lanes_share_commits(store: Store, system: Simulated[Memory]) -> None:
    seen = commits(store)
    with serve(system) as served:
        plan = shop.project(ORDERS, url=served.url)
        dispatch.run(store, shop.wired(plan), threads=6)

    steps = sum(call.writes for call in system.calls)
    assert steps > 3 * len(ORDERS)
    assert len(seen) < steps, "less than one commit for each step, its receipt included"


def test_a_customer_s_orders_stay_in_order_and_never_two_at_once(store: Store, system: Simulated[Memory]) -> None:
    under_way: set[str] = set()
    doubled: list[str] = []
    guard = threading.Lock()

    def watches(request: httpx.Request) -> httpx.Response:
        whose = threading.current_thread().name
        with guard:
            doubled.extend([whose] if whose in under_way else [])
            under_way.add(whose)
        answer = system(request)
        with guard:
            under_way.discard(whose)
        return answer

    wired = shop.wired(shop.project(ORDERS), transport=httpx.MockTransport(watches))
    dispatch.run(store, wired, threads=6)

    booked = [int(number) for number in system.state.booked()]
    for customer in range(CUSTOMERS):
        own = [number for number in booked if number % CUSTOMERS == customer]
        assert own == sorted(own)
    assert (len(booked), doubled) == (len(ORDERS), [])


def test_what_one_lane_meets_undoes_nothing_of_the_others(store: Store, system: Simulated[Memory]) -> None:
    """An order whose record can't be planned stands among others whose intents are in the same transaction."""
    wired = shop.wired(shop.project(ORDERS[:12]), transport=httpx.MockTransport(system))
    desk = Desk(store=store, wired=wired, asked_for=True, calls=6)
    read_only(desk)
    with store.begin() as tx:
        tx.connection.exec_driver_sql("UPDATE document SET document = 'no JSON' WHERE key = 'shop/order/3'")

    states = {"": "open"}
    deadline = time.monotonic() + 20
    while "open" in states.values() and time.monotonic() < deadline:
        rounds.Rounds(desk, owners.me(0)).run()
        time.sleep(0.05)
        with store.look() as tx:
            states = {row[0]: row[1] for row in tx.connection.exec_driver_sql("SELECT key, state FROM document")}

    assert states.pop("shop/order/3") == "failed"
    assert set(states.values()) == {"done"}
    assert len(system.state.booked()) == 11


def read_only(desk: Desk) -> None:
    """Reads the orders and delivers nothing."""
    with desk.store.begin() as tx:
        lanes.wake(tx, [("read/orders", "shop")])
        (ours,) = lanes.claim(tx, owners.me(0), to=(), reads=["read/orders"])
    turns.handle(desk, ours)


def test_a_lane_that_another_took_sends_nothing_more(store: Store, system: Simulated[Memory]) -> None:
    """Its answer is kept; the next call is the other's."""
    calls: list[str] = []

    def is_robbed(request: httpx.Request) -> httpx.Response:
        if request.method != "GET":
            calls.append(request.url.path)
            with store.begin() as tx:
                tx.connection.execute(
                    sa.update(lane).where(lane.c.connection == "books").values(owner="elsewhere|1|5|0")
                )
        return system(request)

    wired = shop.wired(shop.project(ORDERS[:1]), transport=httpx.MockTransport(is_robbed))
    desk = Desk(store=store, wired=wired, asked_for=True, calls=1)
    read_only(desk)
    rounds.Rounds(desk, owners.me(0)).run()

    with store.look() as tx:
        done = tx.connection.exec_driver_sql("SELECT kind, state FROM delivery").all()
    assert calls == ["/customers"]
    assert [tuple(row) for row in done] == [("customer", "done")]


def test_a_call_that_comes_too_late_doesn_t_leave(system: Simulated[Memory]) -> None:
    client = http.client(
        books.connector(), {"url": "http://books", "name": "books"}, transport=httpx.MockTransport(system)
    )
    with moments.leaving(moments.clock() - 1):
        assert client.get("/find", params={"kind": "customer", "email": "a"}).json() == []
        with pytest.raises(Unsure, match="another worker's"):
            client.post("/customers", json={"number": "1"})
    with moments.leaving(moments.clock() + 30):
        assert client.post("/customers", json={"number": "1"}).status_code == 201

    assert [call.method for call in system.calls] == ["GET", "POST"]


def test_callers_make_calls_at_once_and_no_more_than_so_many() -> None:
    gate, most, now, lock = threading.Barrier(3), [0], [0], threading.Lock()

    def call() -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        gate.wait(5)
        with lock:
            now[0] -= 1

    found: list[tuple[int, BaseException | None]] = []
    with Callers[int](3) as callers:
        for number in range(6):
            callers.call(number, call)
        while callers.flying:
            found += callers.answers(5.0)

    assert sorted(found) == [(number, None) for number in range(6)]
    assert most == [3]


def test_what_goes_wrong_in_a_call_is_its_lane_s() -> None:
    def falls() -> None:
        raise KeyError("bookedInvoiceNumber")

    with Callers[str](1) as callers:
        callers.call("a", falls)
        ((whose, error),) = callers.answers(1.0)

    assert (whose, type(error)) == ("a", KeyError)


def test_a_run_of_one_flow_doesn_t_wait_for_what_another_has_to_do(store: Store, system: Simulated[Memory]) -> None:
    with store.begin() as tx:
        lanes.wake(tx, [("read/others", "elsewhere"), ("elsewhere/customer/1", "elsewhere")])
    wired = shop.wired(shop.project(ORDERS[:2]), transport=httpx.MockTransport(system), names=["orders"])

    began = time.monotonic()
    summary = dispatch.run(store, wired, threads=1)

    assert summary.ended == {"done": 2}
    assert time.monotonic() - began < 15
