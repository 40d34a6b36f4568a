"""How much workers deliver: one and two, on both databases, into the ledger and over HTTP; and how fair they are.

Each figure is the whole path, from reading on. PostgreSQL is the tests' own server, made durable.
"""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import os
import socket
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import sqlalchemy as sa
from tests.plain import shop
from tests.postgres import running

from kontering.sdk.connector import Again
from kontering.store.store import Store
from kontering.store.tables import document
from kontering.sync import dispatch, worker
from kontering.sync.progress import Ended, Event
from kontering.sync.turns import Desk

SLOTS = 16
CUSTOMERS = 20


@dataclass(frozen=True, slots=True)
class Speed:
    """Documents a second; milliseconds of the workers' processor time for each; how busy the machine was."""

    database: str
    target: str
    workers: int
    per_second: float
    processor: float
    load: float


class Instant(BaseHTTPRequestHandler):
    """Books that take everything at once and keep nothing: what is left is our own time."""

    protocol_version = "HTTP/1.1"
    numbers = iter(range(1, 10**9))

    def do_GET(self) -> None:
        self._answer(b"[]")

    def do_POST(self) -> None:
        body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        lines = body.get("lines", [])
        net, vat = (sum(float(line[name]) for line in lines) for name in ("net", "vat"))
        number = next(self.numbers)
        made = {
            "id": number,
            "number": str(number),
            "net": f"{net:.2f}",
            "vat": f"{vat:.2f}",
            "gross": f"{net + vat:.2f}",
        }
        self._answer(json.dumps(made | {"done": ["create"]}).encode())

    def _answer(self, body: bytes) -> None:
        self.wfile.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )

    def log_message(self, *args: Any) -> None:
        """Nothing."""


class Quick(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def _instant(port: int) -> None:
    Quick(("127.0.0.1", port), Instant).serve_forever()


@contextmanager
def instant() -> Iterator[str]:
    """The instant books in a process of their own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = multiprocessing.get_context("spawn").Process(target=_instant, args=(port,), daemon=True)
    process.start()
    while not _listens(port):
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.join()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def stores(database: str) -> Iterator[Callable[[], str]]:
    """Makes addresses of empty stores, on disk."""
    with tempfile.TemporaryDirectory() as folder:
        if database == "SQLite":
            numbers = iter(range(10**6))
            yield lambda: f"sqlite:///{folder}/{next(numbers)}.db"
            return
        with running(durable=True) as server:
            yield server.fresh


def orders(count: int, first: int = 0) -> list[dict[str, Any]]:
    """Of days after today: what is older is looked for first in the target of a new store."""
    day = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=3)).isoformat()
    return [shop.order(number, customer=str(number % CUSTOMERS), date=day) for number in range(first, first + count)]


def flows(some: Sequence[dict[str, Any]], url: str, name: str = "acme") -> Any:
    to = "plain-books" if url else "ledger"
    plan = replace(shop.project(some, to=to, url=url, page=200), name=name)
    return shop.wired(plan, again=Again.LOOK, names=["orders"])


def serve(store: str, some: list[dict[str, Any]], url: str, said: Any = None, afresh: bool = False) -> float:
    """Seconds of processor time."""
    spent = time.process_time()
    with Store.open(store, project="acme", busy=60) as opened:
        dispatch.run(opened, flows(some, url), threads=SLOTS if url else None, from_start=afresh)
    used = time.process_time() - spent
    if said is not None:
        said.put(used)
    return used


def speed(database: str, target: str, workers: int, count: int) -> Speed:
    """A store that knows its customers and products, and workers that read and deliver what is new."""
    some = orders(count, CUSTOMERS)
    with stores(database) as fresh, instant() as url:
        books = url if target == "HTTP" else ""
        address = fresh()
        serve(address, orders(CUSTOMERS), books)
        began = time.perf_counter()
        used = _together(workers, (address, some, books, None, True))
        seconds = time.perf_counter() - began
        assert _done(address) == count + CUSTOMERS, f"{_done(address)} of {count + CUSTOMERS} delivered"
    return Speed(database, target, workers, count / seconds, used / count * 1000, os.getloadavg()[0])


def _done(address: str) -> int:
    with Store.open(address, project="acme") as store, store.look() as tx:
        return tx.connection.scalar(sa.select(sa.func.count()).where(document.c.state == "done")) or 0


def _together(workers: int, arguments: tuple[Any, ...]) -> float:
    if workers == 1:
        return serve(*arguments)
    context = multiprocessing.get_context("fork")
    said = context.SimpleQueue()
    processes = [context.Process(target=serve, args=(*arguments[:3], said, True)) for _ in range(workers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return float(sum(said.get() for _ in processes))


@dataclass(slots=True)
class Ends:
    """When each project was done with all that it had, in seconds."""

    wanted: Sequence[int]
    began: float = field(default_factory=time.perf_counter)
    done: Counter[int] = field(default_factory=Counter)
    at: dict[int, float] = field(default_factory=dict)

    def heard(self, number: int, event: Event) -> None:
        if isinstance(event, Ended):
            self.done[number] += 1
            if self.done[number] == self.wanted[number]:
                self.at[number] = time.perf_counter() - self.began


def beside_a_busy_one(projects: int = 200, busy: int = 2000, few: int = 3) -> tuple[float, float, float]:
    """Seconds until the others' few documents are done, the median and the last, beside one with many; and its own."""
    ends = Ends([busy, *[few] * (projects - 1)])
    with stores("SQLite") as fresh:
        many = [_desk(fresh(), orders(count), number, ends) for number, count in enumerate(ends.wanted)]
        work = worker.Work.of(many, 4, threading.Event())
        thread = threading.Thread(target=worker.Inline(work).serve, args=(4,))
        ends.began = time.perf_counter()
        thread.start()
        while len(ends.at) < projects and time.perf_counter() - ends.began < 300:
            time.sleep(0.1)
        work.stop.set()
        thread.join()
        for desk in many:
            desk.store.close()
    others = sorted(seconds for number, seconds in ends.at.items() if number)
    return others[len(others) // 2], others[-1], ends.at.get(0, float("inf"))


def _desk(address: str, some: list[dict[str, Any]], number: int, ends: Ends) -> Desk:
    name = f"p{number}"
    desk = Desk(store=Store.open(address, project=name), wired=flows(some, "", name))
    desk.tell = partial(ends.heard, number)
    return desk


def figures(count: int = 600, rounds: int = 3) -> Iterator[tuple[Speed, ...]]:
    """Every pair of database and target, with one worker and with two, each so often, slowest first."""
    for database in ("SQLite", "PostgreSQL"):
        for target in ("ledger", "HTTP"):
            for workers in (1, 2):
                found = [speed(database, target, workers, count) for _ in range(rounds)]
                yield tuple(sorted(found, key=lambda one: one.per_second))
