"""Stays at it: the slots of one process serve one project or many, fair between them, until they are told to stop.

How slots come to their work is a port: `Inline` looks into the store, `cluster.Cluster` is woken by jobs.
"""

from __future__ import annotations

import heapq
import logging
import random
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Protocol

from kontering.errors import Misuse, Problems, StoreAway, StoreBusy, StoreUnusable
from kontering.store import cursors, documents, lanes, owners
from kontering.store.store import Tx
from kontering.sync import earlier, mishaps, retention, turns
from kontering.sync import flow as flows
from kontering.sync.turns import Desk

IDLE = 0.25
"""Seconds until a project that had nothing due is asked again."""

AWAY = 1.0
CHORES = 10.0
WAITING = 3600.0
GRACE = 9.0
"""Seconds that calls in flight have to come to their end; what they don't answer is looked up by the next worker."""

log = logging.getLogger("kontering.worker")


class Dispatch(Protocol):
    """Who calls for turns. The lease in a lane's row is the only ownership: a call that is lost costs time only."""

    def wake(self, tx: Tx, keys: Sequence[str]) -> None:
        """These lanes have become due in this transaction."""

    def serve(self, slots: int) -> bool:
        """Works until `stop`; False if calls were still in flight when the grace was over."""

    def stop(self) -> None:
        """No new turns; what is in flight comes to its end."""


@dataclass(slots=True)
class Rota:
    """Whose turn it is: the project that has waited longest; one with nothing to do comes back after a rest."""

    desks: Sequence[Desk]
    waiting: list[tuple[float, int, int]] = field(default_factory=list)
    number: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, desks: Sequence[Desk], slots: int) -> Rota:
        """Every project may have all slots, if nobody else wants one."""
        rota = cls(desks)
        for _ in range(slots):
            for place in range(len(desks)):
                rota.back(place, 0.0)
        return rota

    def next(self) -> int | None:
        """The place of a project whose turn has come."""
        with self.lock:
            if self.waiting and self.waiting[0][0] <= time.monotonic():
                return heapq.heappop(self.waiting)[2]
            return None

    def back(self, place: int, after: float) -> None:
        with self.lock:
            self.number += 1
            heapq.heappush(self.waiting, (time.monotonic() + after, self.number, place))


@dataclass(slots=True)
class Work:
    """What the slots of a process share."""

    desks: Sequence[Desk]
    slots: int
    rota: Rota
    stop: threading.Event
    beats: dict[str, float] = field(default_factory=dict)
    """When each slot, and the chores, were last seen alive."""
    left: set[tuple[str, str]] = field(default_factory=set)
    """Projects and owners whose last turn was ended by trouble with the store."""

    @classmethod
    def of(cls, desks: Sequence[Desk], slots: int, stop: threading.Event) -> Work:
        for desk in desks:
            desk.stop, desk.calls = stop, slots
        return cls(desks, slots, Rota.of(desks, slots), stop)

    def late(self, seconds: float = 90.0) -> list[str]:
        """Slots that haven't been seen for long: something hangs."""
        now = time.monotonic()
        return sorted(name for name, seen in self.beats.items() if now - seen > seconds)

    def one(self, owner: str) -> bool:
        """One turn of the project whose turn it is; False if nobody's is."""
        place = self.rota.next()
        if place is None:
            return False
        self.rota.back(place, self._turn(self.desks[place], owner))
        return True

    def _turn(self, desk: Desk, owner: str) -> float:
        """Seconds until the project may come again."""
        try:
            self.free_left(desk, owner)
            return 0.0 if turns.turn(desk, owner) else IDLE * self.slots
        except StoreUnusable as trouble:
            self.left.add((desk.store.project, owner))
            return self.rest(desk, trouble)
        except (Misuse, Problems) as wrong:
            self.left.add((desk.store.project, owner))
            log.error("%s: %s", desk.store.project, wrong)
            return AWAY * 10

    def free_left(self, desk: Desk, owner: str) -> None:
        """Lanes of a turn that the store's trouble ended: nobody else would get them before their leases are over."""
        mine = (desk.store.project, owner)
        if mine in self.left:
            with desk.store.begin() as tx:
                lanes.free_left(tx, owner)
            self.left.discard(mine)

    def rest(self, desk: Desk, trouble: StoreUnusable) -> float:
        """After trouble with a store: none of its own, it goes on when the store does."""
        if isinstance(trouble, StoreBusy):
            return random.uniform(0.01, 0.1)
        log.warning("%s: %s", desk.store.project, trouble)
        return AWAY if isinstance(trouble, StoreAway) else AWAY * 10


class Inline:
    """Threads of this process claim what is due from the store; SQLite or PostgreSQL, no broker."""

    def __init__(self, work: Work) -> None:
        self.work = work

    def wake(self, tx: Tx, keys: Sequence[str]) -> None:
        """The lane's row says it all."""

    def serve(self, slots: int) -> bool:
        names = [f"slot {number}" for number in range(slots)]
        threads = [threading.Thread(target=self._slot, args=(name, n), daemon=True) for n, name in enumerate(names)]
        return serve_threads(self.work, [*threads, threading.Thread(target=chores, args=(self.work,), daemon=True)])

    def stop(self) -> None:
        self.work.stop.set()

    def _slot(self, name: str, number: int) -> None:
        owner = owners.me(number)
        with stopping(self.work.stop):
            while not self.work.stop.is_set():
                self.work.beats[name] = time.monotonic()
                if not self.work.one(owner):
                    self.work.stop.wait(IDLE / 10)


@contextmanager
def stopping(stop: threading.Event) -> Iterator[None]:
    """A thread that fails stops the others: a worker with half of its slots would look alive."""
    whole = False
    try:
        yield
        whole = True
    finally:
        if not whole:
            log.critical("a slot failed", exc_info=True)
            stop.set()


def stop_when_idle(work: Work) -> None:
    """Stops when no project has anything due, and nobody is at anything."""
    quiet = 0
    while not work.stop.wait(IDLE):
        quiet = 0 if any(_has_work(desk) for desk in work.desks) else quiet + 1
        if quiet > 2:
            work.stop.set()


def _has_work(desk: Desk) -> bool:
    with desk.store.look() as tx:
        return lanes.busy_or_due(tx)


def serve_threads(work: Work, threads: Sequence[threading.Thread]) -> bool:
    """Runs threads until the stop, and then for the grace."""
    for thread in threads:
        thread.start()
    while not work.stop.wait(0.2):
        pass
    until = time.monotonic() + GRACE
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    return not any(thread.is_alive() for thread in threads)


def chores(work: Work) -> None:
    """What nobody wakes: leases of the dead, readings whose time has come, documents that wait for something."""
    waiting_at = time.monotonic() + WAITING
    with stopping(work.stop):
        while not work.stop.is_set():
            hour = time.monotonic() >= waiting_at
            waiting_at += WAITING * hour
            for desk in work.desks:
                work.beats["chores"] = time.monotonic()
                with mishaps.Caught(partial(mishaps.note, project=desk.store.project)):
                    _chores(work, desk, wake_waiting=hour)
            work.stop.wait(CHORES)


def _chores(work: Work, desk: Desk, *, wake_waiting: bool) -> None:
    try:
        begin(desk, wake_waiting=wake_waiting)
        let = retention.daily(desk.store, desk.wired.project.keep)
        if let is not None:
            log.info("retention", extra={"project": desk.store.project, **asdict(let)})
    except StoreUnusable as trouble:
        work.rest(desk, trouble)


def begin(desk: Desk, *, wake_waiting: bool = False) -> None:
    """Everything that is there to be done is due, also what a worker left behind that never came back."""
    moved = desk.store.follow_the_clock()
    if moved:
        log.warning("the clock was set", extra={"project": desk.store.project, "milliseconds": moved})
    with desk.store.begin() as tx:
        earlier.remember(tx)
        lanes.free_the_dead(tx)
        lanes.wake_forgotten(tx, tuple(desk.wired.flows))
        lanes.due_at(tx, _readings(desk, tx))
        if wake_waiting:
            documents.wake_all_waiting(tx, sorted(desk.wired.connectors))


def _readings(desk: Desk, tx: Tx) -> Iterable[tuple[str, str, int]]:
    known = cursors.all_cursors(tx)
    for name, flow in desk.wired.flows.items():
        due = turns.next_reading(desk, name, known[name].read_at if name in known else None)
        if due is not None:
            yield flows.lane_of(flow), flow.source, due
