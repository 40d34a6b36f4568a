"""Webhooks through real HTTP: proved, kept before the answer, read at once; forged, replayed, doubled and reordered ones
change nothing in the books."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from tests.connectors.woocommerce.shops import SITE, api, case, empty, with_cases, with_goods

from kontering.connectors.ledger import reads
from kontering.connectors.ledger.tables import ledger_invoice
from kontering.connectors.woocommerce.simulator import KEY, SECRET, Shop, Simulated, deliver_webhooks
from kontering.project.project import load_project
from kontering.store import audit, cursors, engine_tables, tables
from kontering.store.limits import Shared
from kontering.store.store import Store, Tx
from kontering.sync import cluster, dispatch, hooks, server, worker
from kontering.sync.turns import Desk
from kontering.sync.wiring import Wired, wire
from kontering.testing import Faulty
from kontering.testing.faults import late

EXAMPLE = Path(__file__).parents[2] / "examples" / "webshop"
FIRST = ("plain-dk", "fee")
LATER = ("oss-germany", "one-cent-off", "gift-card-used")
HOOK = "hemmelig-7"


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"WOO_KEY": KEY, "WOO_SECRET": SECRET, "ECO_APP": "a", "ECO_GRANT": "b"}.items():
        monkeypatch.setenv(name, value)


def shop_of(*cases: str) -> Simulated[Shop]:
    shop = with_cases([case(name) for name in cases], with_goods(empty()))
    for topic in ("order.updated", "order.created"):
        hook = {"topic": topic, "delivery_url": "http://hooks/hooks/webshop/shop", "secret": HOOK}
        assert api(shop).post("webhooks", json=hook).status_code == 201
    return shop


def flows(shop: Callable[[httpx.Request], httpx.Response], schedule: str = "every 1 day") -> Wired:
    """The example's shop into its ledger, read once a day if nothing hurries it."""
    project = load_project(EXAMPLE)
    seller = project.connections["shop"]
    seller = replace(seller, settings={**seller.settings, "webhook_secret": HOOK, "url": SITE})
    flow = project.flows["ledger"]
    flow = replace(flow, policy=replace(flow.policy, schedule=schedule))
    project = replace(project, connections={**project.connections, "shop": seller}, flows={"ledger": flow})
    return wire(project, transports={"shop": httpx.MockTransport(shop)})


class Inbox:
    """Keeps what the shop sends, for later."""

    def __init__(self) -> None:
        self.got: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.got.append(request)
        return httpx.Response(200)


@dataclass
class Site:
    """A worker with its HTTP server, and everything that was sent to it."""

    store: Store
    url: str
    sent: list[httpx.Request] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def post(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        return self.again(request)

    def again(self, request: httpx.Request, **headers: str) -> httpx.Response:
        path = request.url.path
        given = {**{name: value for name, value in request.headers.items() if name != "host"}, **headers}
        with httpx.Client(trust_env=False) as client:
            answer = client.post(self.url + path, content=request.content, headers=given)
        self.statuses[answer.status_code] += 1
        return answer

    def booked(self) -> list[str]:
        with self.store.look() as tx:
            numbers = sa.select(ledger_invoice.c.reference).where(ledger_invoice.c.number.is_not(None))
            return sorted(tx.connection.scalars(numbers)) if self.has_books(tx) else []

    def has_books(self, tx: Tx) -> bool:
        return bool(sa.inspect(tx.connection).has_table("ledger_invoice"))

    def pointers(self) -> int:
        with self.store.look() as tx:
            return tx.connection.scalar(sa.select(sa.func.count()).select_from(tables.pointer)) or 0

    def is_quiet(self) -> bool:
        with self.store.look() as tx:
            owned = tx.connection.scalar(sa.select(sa.func.count()).where(tables.lane.c.owner.is_not(None)))
            due = tx.connection.scalar(sa.select(sa.func.count()).where(tables.lane.c.due <= tx.now))
            return not owned and not due and cursors.read_at(tx, "ledger") is not None


@pytest.fixture(params=["SQLite", "PostgreSQL", "cluster"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "SQLite":
        return f"sqlite:///{tmp_path}/a.db"
    url = str(request.getfixturevalue("database"))
    with Store.open(url) as store, store.begin() as tx:
        engine_tables.upgrade(tx)
    return url + ("#cluster" if request.param == "cluster" else "")


@contextlib.contextmanager
def site(address: str, wired: Wired) -> Iterator[Site]:
    url, _, by = address.partition("#")
    with Store.open(url, project="webshop") as store:
        desk = Desk(store=store, wired=wired, limiter=Shared(store))
        work = worker.Work.of([desk], 3, threading.Event())
        served = cluster.Cluster(work) if by else worker.Inline(work)
        thread = threading.Thread(target=served.serve, args=(3,))
        thread.start()
        try:
            with server.served(
                ("127.0.0.1", 0), get=lambda path: server.plain(404, ""), post=hooks.Hooks.of([desk]).page
            ) as port:
                yield Site(store, f"http://127.0.0.1:{port}")
        finally:
            served.stop()
            thread.join(12)
            desk.close()
        with store.look() as tx:
            assert list(audit.verify(tx)) == []


def until(what: Callable[[], bool], seconds: float = 25.0) -> bool:
    deadline = time.monotonic() + seconds
    while not what() and time.monotonic() < deadline:
        time.sleep(0.05)
    return what()


def test_what_a_webhook_names_is_booked_at_once_and_its_pointer_is_gone(address: str) -> None:
    shop = shop_of(*FIRST)
    with site(address, flows(shop)) as here:
        assert until(lambda: len(here.booked()) == 2 and here.is_quiet())
        with_cases([case(name) for name in LATER], shop)
        for id_ in (5113, 5130, 5145):
            api(shop).put(f"orders/{id_}", json={"customer_note": "quick"}).raise_for_status()
        deliver_webhooks(shop, here.post)

        assert here.statuses == {200: 5}, "two pings, three orders"
        assert until(lambda: len(here.booked()) == 5)
        assert until(lambda: here.pointers() == 0)


def test_doubled_replayed_and_reordered_webhooks_change_nothing_in_the_books(tmp_path: Path) -> None:
    shop = shop_of(*FIRST, *LATER)
    calm = tmp_path / "calm.db"
    with Store.open(f"sqlite:///{calm}", project="webshop") as store:
        dispatch.run(store, flows(shop))
    held = Inbox()
    for note in ("one", "two"):
        for id_ in (5101, 5113, 5130):
            api(shop).put(f"orders/{id_}", json={"meta_data": [{"key": "note", "value": note}]}).raise_for_status()
        deliver_webhooks(shop, held)

    with site(f"sqlite:///{tmp_path}/a.db", flows(shop)) as here:
        storm = held.got * 5
        random.Random(7).shuffle(storm)
        for request in storm:
            here.again(request)
        assert here.statuses == {200: len(storm)}
        assert until(lambda: len(here.booked()) == 5 and here.pointers() == 0 and here.is_quiet())
        assert journal(tmp_path / "a.db") == journal(calm)


def journal(path: Path) -> tuple[list[Any], Mapping[str, Decimal]]:
    """What the ledger has: document by document, and account by account. Numbers follow the order of arrival."""
    with Store.open(f"sqlite:///{path}", project="webshop", read_only=True) as store, store.look() as tx:
        invoices = sa.select(ledger_invoice.c.reference, ledger_invoice.c.gross).order_by(ledger_invoice.c.reference)
        return [tuple(row) for row in tx.connection.execute(invoices)], reads.role_balances(tx.connection)


@pytest.mark.parametrize("forged", ["another secret", "another body", "no signature", "an empty signature"])
def test_a_forged_webhook_is_refused_and_nothing_is_kept(tmp_path: Path, forged: str) -> None:
    shop = shop_of(*FIRST)
    api(shop).put("orders/5101", json={"customer_note": "mine"}).raise_for_status()
    inbox = Inbox()
    deliver_webhooks(shop, inbox)
    request = inbox.got[-1]
    with site(f"sqlite:///{tmp_path}/a.db", flows(shop)) as here:
        assert until(lambda: len(here.booked()) == 2 and here.is_quiet())
        before = len(shop.calls)
        match forged:
            case "another secret":
                answer = here.again(request, **{"x-wc-webhook-signature": "aGVtbWVsaWc="})
            case "another body":
                answer = here.again(
                    httpx.Request("POST", request.url, content=b'{"id":5101 }', headers=signed(request))
                )
            case "no signature":
                headers = {name: value for name, value in signed(request).items() if "signature" not in name}
                answer = here.again(httpx.Request("POST", request.url, content=request.content, headers=headers))
            case _:
                answer = here.again(request, **{"x-wc-webhook-signature": ""})
        time.sleep(0.5)

        assert answer.status_code == 401
        assert here.pointers() == 0
        assert len(shop.calls) == before, "it made us read"


def signed(request: httpx.Request) -> dict[str, str]:
    return {name: value for name, value in request.headers.items() if name not in ("content-length", "host")}


def test_a_webhook_that_comes_during_a_reading_is_read_right_after(address: str) -> None:
    """The reading has passed the order already; by the schedule it would be seen tomorrow."""
    shop = shop_of(*FIRST)
    slow, listed = threading.Event(), threading.Event()

    def hold(request: httpx.Request) -> httpx.Response:
        answer = shop(request)
        if request.url.path.endswith("/orders") and "trash" in str(request.url) and not slow.is_set():
            listed.set()
            slow.wait(20)
        return answer

    with site(address, flows(hold)) as here:
        assert listed.wait(20)
        with_cases([case("oss-germany")], shop)
        api(shop).put("orders/5113", json={"customer_note": "quick"}).raise_for_status()
        deliver_webhooks(shop, here.post)
        assert here.pointers() == 1
        slow.set()
        assert until(lambda: len(here.booked()) == 3)
        assert until(lambda: here.pointers() == 0)


def test_webhooks_do_not_put_off_the_reading_by_schedule(tmp_path: Path) -> None:
    shop = shop_of(*FIRST)
    with site(f"sqlite:///{tmp_path}/a.db", flows(shop, "every 1 hour")) as here:
        assert until(lambda: len(here.booked()) == 2 and here.is_quiet())
        with here.store.look() as tx:
            read = cursors.read_at(tx, "ledger") or 0
        api(shop).put("orders/5101", json={"customer_note": "quick"}).raise_for_status()
        deliver_webhooks(shop, here.post)
        assert until(lambda: here.pointers() == 0 and here.is_quiet())
        with here.store.look() as tx:
            due = tx.connection.scalar(sa.select(tables.lane.c.due).where(tables.lane.c.key == "read/ledger"))
        assert due == read + 3_600_000


def test_what_is_too_large_or_goes_nowhere_is_not_read(tmp_path: Path) -> None:
    with site(f"sqlite:///{tmp_path}/a.db", flows(shop_of())) as here:
        path = "/hooks/webshop/shop"
        large = raw(here.url, f"POST {path} HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n")
        endless = raw(here.url, f"POST {path} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
        answers = {
            name: httpx.post(here.url + name, content=b"{}").status_code for name in ("/", "/hooks/webshop/ledger")
        }
        answers["/hooks/other/shop"] = httpx.post(here.url + "/hooks/other/shop", content=b"{}").status_code
        answers["not JSON"] = httpx.post(here.url + path, content=b"{", headers=_signature(b"{")).status_code
        answers["not an object"] = httpx.post(here.url + path, content=b"[]", headers=_signature(b"[]")).status_code

        assert "413" in large.splitlines()[0]
        assert "411" in endless.splitlines()[0]
        assert answers == {
            "/": 404,
            "/hooks/webshop/ledger": 404,
            "/hooks/other/shop": 404,
            "not JSON": 401,
            "not an object": 200,
        }
        assert here.pointers() == 0


def _signature(body: bytes) -> dict[str, str]:
    from kontering.connectors.woocommerce.webhook import signature

    return {"x-wc-webhook-signature": signature(body, HOOK).decode(), "x-wc-webhook-resource": "order"}


def raw(url: str, text: str) -> str:
    address = httpx.URL(url)
    with socket.create_connection((address.host, address.port or 80), timeout=5) as wire:
        wire.sendall(text.encode())
        return wire.recv(4096).decode()


def test_a_source_that_is_slow_keeps_the_pointer_until_it_has_answered(tmp_path: Path) -> None:
    """The shop is down when the webhook comes: the pointer stays, and the order is read when it is back."""
    shop = shop_of(*FIRST)
    down = threading.Event()

    def sometimes(request: httpx.Request) -> httpx.Response:
        return httpx.Response(503) if down.is_set() else Faulty(shop, lambda request: late(0.01))(request)

    with site(f"sqlite:///{tmp_path}/a.db", flows(sometimes)) as here:
        assert until(lambda: len(here.booked()) == 2 and here.is_quiet())
        with_cases([case("oss-germany")], shop)
        api(shop).put("orders/5113", json={"customer_note": "quick"}).raise_for_status()
        down.set()
        deliver_webhooks(shop, here.post)
        time.sleep(1)
        assert here.pointers() == 1
        down.clear()
        assert until(lambda: len(here.booked()) == 3 and here.pointers() == 0)
