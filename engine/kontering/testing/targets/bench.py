"""Where the contract runs: a store of its own, the project's connection on a simulator, and a clock that never waits.

What was done is counted in the simulator, never in the store's own tables.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

from kontering.diagnostics import Span
from kontering.mapping.roots import Roots
from kontering.model.record import JsonObject, Page, Pointer, Position, Record
from kontering.project.parts import Connection, Flow, Project
from kontering.project.policy import Policy
from kontering.project.project import load_project
from kontering.project.secrets import Secret
from kontering.sdk.connector import SDK, Connector, Limit, Reads
from kontering.store.store import MEMORY, Store
from kontering.sync import dispatch, status
from kontering.sync.progress import Event, Troubled
from kontering.sync.wiring import Wired, wire
from kontering.testing.faults import Faulty, Plan
from kontering.testing.simulator import Clock, Seen, Simulator
from kontering.testing.targets.books import Books, NotTaken, Paper

HERE = Path(__file__).parent / "project"
PATIENCE = 10_000_000.0
ALWAYS: Mapping[str, Any] = {
    "states": {"paid": "book", "open": "draft", "waits": "hold", "cancelled": "cancel", "*": "skip"},
    "schedule": "on webhook only",
}
"""What each policy of the contract has: nothing is read again by itself, however far the clock goes on."""


class Listed:
    """A source that gives the records it was made with."""

    def __init__(self, kind: str, connection: str, rows: Sequence[JsonObject]) -> None:
        self.records = tuple(_record(kind, connection, row) for row in rows)

    def read(self, kind: str, after: Position | None) -> Iterator[Page]:
        yield Page(records=self.records, after=None, total=len(self.records))

    def get(self, pointer: Pointer) -> Record | None:
        return next((record for record in self.records if record.id == pointer.id), None)


def _record(kind: str, connection: str, row: JsonObject) -> Record:
    data = {name: value for name, value in row.items() if name != "version"}
    return Record(
        connection=connection, kind=kind, id=str(row["number"]), version=str(row.get("version", "1")), data=data
    )


SHOP = Connector(
    name="contract",
    title="Sales of the contract",
    sdk=SDK,
    settings={},
    reads={"invoice": Reads(schema="contract/invoice"), "credit_note": Reads(schema="contract/credit_note")},
    source=lambda settings, client: Listed("invoice", "shop", ()),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What the system holds, each thing once: two runs that came to the same have equal counts."""

    customers: tuple[str, ...]
    products: tuple[str, ...]
    papers: tuple[Paper, ...]
    payments: tuple[Decimal, ...]

    @property
    def booked(self) -> tuple[Paper, ...]:
        return tuple(paper for paper in self.papers if paper.booked)

    @property
    def drafts(self) -> tuple[Paper, ...]:
        return tuple(paper for paper in self.papers if not paper.booked)


@dataclass(slots=True, kw_only=True)
class Bench:
    """One target under test: its simulator, its store, and what became of each document."""

    books: Books
    store: Store
    clock: Clock
    system: Simulator | None
    shop: str = "shop"
    troubles: list[str] = field(default_factory=list)

    def run(
        self,
        *sales: JsonObject,
        refunds: Sequence[JsonObject] = (),
        faults: Plan | None = None,
        policy: Policy | None = None,
        tables: Mapping[str, Any] | None = None,
        threads: int = 1,
    ) -> dict[str, str]:
        """Delivers until nothing is due, in no time; gives back what isn't done, and why."""
        wired = self.wired(sales, refunds, faults, policy or self.books.policy, tables)
        dispatch.run(self.store, wired, threads=threads, from_start=True, patience=PATIENCE, tell=self._hears)
        return self.ended()

    def wired(
        self,
        sales: Sequence[JsonObject],
        refunds: Sequence[JsonObject],
        faults: Plan | None,
        policy: Policy,
        tables: Mapping[str, Any] | None = None,
    ) -> Wired:
        """The flows as in earnest; mappings are compiled once for all systems of one kind."""
        shelf, about = self.books.compiled, (self.shop, repr(policy), repr(tables))
        if about not in shelf:
            project = _project(self.books, self.system, self.shop, replace(policy, **ALWAYS), tables or {})
            connectors = {"contract": SHOP, self.books.connector.name: _unhurried(self.books.connector)}
            shelf[about] = wire(project, connectors=connectors)
        answers = Faulty(self.system, faults) if self.system and faults else self.system
        sources = {"sales": Listed("invoice", self.shop, sales), "refunds": Listed("credit_note", self.shop, refunds)}
        transports = {self.books.connection: httpx.MockTransport(answers)} if answers else {}
        return replace(shelf[about], sources=sources, transports=transports)

    def ended(self) -> dict[str, str]:
        entries = status.queue(self.store, states=("held", "failed", "waiting", "unsure", "skipped"))
        return {entry.key.partition("/")[2]: f"{entry.state}: {entry.code} {entry.reason}" for entry in entries}

    def another_store(self) -> Store:
        """The same store, opened by another process."""
        return Store.open(self.store.url, project=self.store.project, clock=self.store.clock)

    def retry(self) -> None:
        """A person has looked, and lets everything that is held be tried again."""
        keys = [entry.key for entry in status.queue(self.store, states=("held", "failed"))]
        status.retry(self.store, keys, who="contract")

    def count(self) -> Count:
        with self.state() as state:
            books = self.books
            return Count(
                customers=tuple(sorted(books.customers(state))),
                products=tuple(sorted(books.products(state))),
                papers=tuple(sorted(books.papers(state), key=lambda paper: (paper.reference, paper.kind, paper.gross))),
                payments=tuple(sorted(books.payments(state))),
            )

    @contextlib.contextmanager
    def state(self) -> Iterator[Any]:
        """The simulator's state, or the store's open connection where the target lives in it."""
        if self.system is not None:
            yield self.system.state
            return
        with self.store.begin() as tx:
            yield tx.connection

    @property
    def writes(self) -> list[Seen]:
        return [call for call in self.calls if call.writes]

    @property
    def calls(self) -> list[Seen]:
        if self.system is None:
            raise NotTaken(f"{self.books.connector.name} lives in the store: there are no calls that could go wrong")
        return self.system.calls

    def _hears(self, event: Event) -> None:
        """Whoever would wait needn't: the clock goes on to when it is tried again."""
        if isinstance(event, Troubled):
            self.troubles.append(event.trouble)
            if event.due is not None:
                self.clock.time = max(self.clock.time, datetime.fromtimestamp(event.due / 1000, UTC))


@contextlib.contextmanager
def bench(books: Books, *, on_disk: bool = False) -> Iterator[Bench]:
    """A fresh system and a fresh store, in memory unless several workers are to share it."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        system = books.make(clock) if books.make else None
        with opened(clock, f"sqlite:///{Path(folder) / 'contract.db'}" if on_disk else MEMORY) as store:
            yield Bench(books=books, store=store, clock=clock, system=system)


@contextlib.contextmanager
def forgotten(before: Bench, shop: str = "other") -> Iterator[Bench]:
    """The same system with a store that knows nothing: seen by another shop, or by the same one after a mishap."""
    if before.system is None:
        yield replace(before, shop=shop)
        return
    with opened(before.clock, MEMORY) as store:
        yield replace(before, store=store, shop=shop, troubles=[])


def opened(clock: Clock, url: str) -> Store:
    """A store that goes by the bench's clock, and ticks: what another worker is at is asked for again in a moment."""
    began = time.monotonic()

    def ticks() -> int:
        return round((clock().timestamp() + time.monotonic() - began) * 1000)

    return Store.open(url, project="contract", clock=ticks)


def doubles(before: Count, after: Count) -> list[str]:
    """What is there more often than it should be."""
    wanted, there = _names(before), _names(after)
    return sorted(f"{name} ({there[name]} instead of {wanted[name]})" for name in there if there[name] > wanted[name])


def _names(count: Count) -> Counter[str]:
    papers = [f"{paper.kind.replace('_', ' ')} {paper.reference} of {paper.gross}" for paper in count.papers]
    payments = [f"payment of {amount}" for amount in count.payments]
    return Counter([*count.customers, *count.products, *papers, *payments])


def _project(books: Books, system: Simulator | None, shop: str, policy: Policy, tables: Mapping[str, Any]) -> Project:
    project = load_project(books.folder)
    nowhere = Span("kontering.yaml")
    given = project.connections[books.connection]
    plain = {name: value for name, value in given.settings.items() if not isinstance(value, Secret)}
    settings = {**plain, **(system.credentials if system else {}), **books.settings}
    target = replace(given, settings=settings, tables={**given.tables, **tables})
    source = Connection(name=shop, connector="contract", settings={"timezone": "Europe/Copenhagen"}, span=nowhere)
    flows = {
        name: Flow(
            name=name,
            source=shop,
            kind=kind,
            mapping=f"contract/{kind}-to-{kind}",
            target=books.connection,
            policy=policy,
            span=nowhere,
        )
        for name, kind in (("sales", "invoice"), ("refunds", "credit_note"))
    }
    return replace(
        project,
        name="contract",
        connections={shop: source, books.connection: target},
        flows=flows,
        accounting=replace(project.accounting, project="contract"),
        roots=Roots(books.folder, (HERE,)),
    )


def _unhurried(connector: Connector) -> Connector:
    """Without the waits of its rate limits: only how long to rest after a 429 stays."""
    return replace(
        connector, limits=tuple(Limit(calls=10**9, per=one.per, burst=10**9, on=one.on) for one in connector.limits)
    )
