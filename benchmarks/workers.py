"""How much workers deliver: one and two, on both databases, into the ledger and over HTTP; how it grows, and how fair.

PostgreSQL is the tests' own server, made durable.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import sqlalchemy as sa
from tests.plain import shop
from tests.postgres import running

from kontering.sdk.connector import Again
from kontering.store.store import Store
from kontering.store.tables import document
from kontering.sync import dispatch, worker
from kontering.sync.turns import Desk

SLOTS = 8
CUSTOMERS = 20


@dataclass(frozen=True, slots=True)
class Speed:
    """Documents a second."""

    database: str
    target: str
    workers: int
    per_second: float


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


def _instant(port: int) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", port), Instant)
    server.daemon_threads = True
    server.serve_forever()


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
    return [shop.order(number, customer=str(number % CUSTOMERS)) for number in range(first, first + count)]


def flows(some: Sequence[dict[str, Any]], url: str, name: str = "acme") -> Any:
    to = "plain-books" if url else "ledger"
    plan = replace(shop.project(some, to=to, url=url, page=200), name=name)
    return shop.wired(plan, again=Again.LOOK, names=["orders"])


def _serve(store: str, some: list[dict[str, Any]], url: str, afresh: bool = False) -> None:
    with Store.open(store, project="acme", busy=60) as opened:
        dispatch.run(opened, flows(some, url), threads=SLOTS if url else None, from_start=afresh)


def speed(database: str, target: str, workers: int, count: int) -> Speed:
    """One store that is full of read orders, and workers that deliver them."""
    some = orders(count)
    with stores(database) as fresh, instant() as url:
        address = fresh()
        books = url if target == "HTTP" else ""
        began = time.perf_counter()
        _together(workers, (address, some, books))
        seconds = time.perf_counter() - began
        with Store.open(address, project="acme") as store, store.look() as tx:
            done = tx.connection.scalar(sa.select(sa.func.count()).where(document.c.state == "done")) or 0
    assert done == count, f"{done} of {count} delivered"
    return Speed(database, target, workers, count / seconds)


def _together(workers: int, arguments: tuple[Any, ...]) -> None:
    if workers == 1:
        _serve(*arguments)
        return
    processes = [multiprocessing.get_context("fork").Process(target=_serve, args=arguments) for _ in range(workers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


def growth(sizes: Sequence[int], sample: int = 500) -> list[tuple[int, float, float]]:
    """For each number of stored documents: milliseconds for each of the next ones, and the most memory so far in MB."""
    found = []
    with stores("SQLite") as fresh:
        address, stored = fresh(), 0
        for size in sizes:
            while stored < size:
                some = min(5000, size - stored)
                _serve(address, orders(some, stored), "", afresh=True)
                stored += some
            began = time.perf_counter()
            _serve(address, orders(sample, stored), "", afresh=True)
            stored += sample
            each = (time.perf_counter() - began) / sample * 1000
            found.append((size, each, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
    return found


def beside_a_busy_one(projects: int = 200, busy: int = 2000, few: int = 3) -> tuple[float, float, float]:
    """Seconds until the others' few documents are done, the median and the last, beside one with many; and its own."""
    with stores("SQLite") as fresh:
        many = [_desk(fresh(), orders(busy if number == 0 else few), f"p{number}") for number in range(projects)]
        work = worker.Work.of(many, 4, threading.Event())
        thread = threading.Thread(target=worker.Inline(work).serve, args=(4,))
        began = time.perf_counter()
        thread.start()
        ends: dict[int, float] = {}
        while len(ends) < projects and time.perf_counter() - began < 300:
            for number, desk in enumerate(many):
                if number not in ends and _is_done(desk, busy if number == 0 else few):
                    ends[number] = time.perf_counter() - began
            time.sleep(0.2)
        work.stop.set()
        thread.join()
        for desk in many:
            desk.store.close()
    others = sorted(seconds for number, seconds in ends.items() if number)
    return others[len(others) // 2], others[-1], ends.get(0, float("inf"))


def _desk(address: str, some: list[dict[str, Any]], name: str) -> Desk:
    return Desk(store=Store.open(address, project=name), wired=flows(some, "", name))


def _is_done(desk: Desk, count: int) -> bool:
    with desk.store.look() as tx:
        return tx.connection.scalar(sa.select(sa.func.count()).where(document.c.state == "done")) == count


def figures(count: int = 600) -> Iterator[Speed]:
    """Every pair of database and target, with one worker and with two."""
    for database in ("SQLite", "PostgreSQL"):
        for target in ("ledger", "HTTP"):
            for workers in (1, 2):
                yield speed(database, target, workers, count)
