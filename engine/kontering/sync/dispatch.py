"""Inline dispatch: threads of this process claim what is due from the store, until nothing is, or for ever.

The lease in a lane's row is the only ownership, so several processes may do this at once. Ctrl-C and SIGTERM let the
call in flight come to its end, and give the leases back.
"""

from __future__ import annotations

import contextlib
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from kontering.errors import StoreBusy
from kontering.store import cursors, documents, gates, lanes, owners
from kontering.store.limits import Shared
from kontering.store.store import Store, Tx
from kontering.sync import earlier, flow, guard, turns
from kontering.sync.guard import Judge
from kontering.sync.progress import Ended, Event, Tell, Tick, Troubled, Unreadable, quiet
from kontering.sync.turns import Desk
from kontering.sync.wiring import Wired, WiredFlow

SLOTS = 8
"""Calls at once to targets on a network; more only wait for the same rate limit."""

COUNTS = 0.5
"""Seconds between two counts of what is left."""

PATIENCE = 20.0
"""Seconds that a run waits for something to become due before it ends and leaves that to the next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a run did: records read, documents by the state they ended in, and what stands in the way of the rest."""

    read: Mapping[str, int]
    ended: Mapping[str, int]
    unreadable: int = 0
    troubles: tuple[Troubled, ...] = ()
    waiting: int = 0
    next_due: int | None = None


@dataclass(slots=True)
class Inline:
    """One run of a project in this process, and what came of it."""

    desk: Desk
    patience: float = PATIENCE
    busy: int = 0
    done: int = 0
    aside: dict[str, str] = field(default_factory=dict)
    """Documents that are put aside, by key: one that goes on later in the same run isn't any more."""
    served: int = 0
    left: int = 0
    count_at: float = 0.0
    unreadable: int = 0
    troubles: dict[str, Troubled] = field(default_factory=dict)


def run(
    store: Store,
    wired: Wired,
    *,
    threads: int | None = None,
    tell: Tell = quiet,
    from_start: bool = False,
    patience: float = PATIENCE,
    judge: Judge = guard.verdict,
) -> Summary:
    """Reads the flows and delivers what is due, until nothing is; raises KeyboardInterrupt when it was stopped."""
    desk = Desk(store=store, wired=wired, judge=judge, limiter=Shared(store), asked_for=True)
    inline = Inline(desk=desk, patience=patience)
    desk.tell = lambda event: _heard(inline, tell, event)
    desk.calls = threads or slots_of(wired)
    _make_due(desk, from_start=from_start)
    try:
        with stoppable(desk.stop) as was_stopped:
            _work(inline)
            if _read_own(desk) and not was_stopped():
                _work(inline)
        if was_stopped():
            raise KeyboardInterrupt
    finally:
        desk.close()
    return _summary(inline)


def _make_due(desk: Desk, *, from_start: bool) -> None:
    """A person, or cron, wants it now: everything is tried, whatever stood in the way of the last run."""
    wired = desk.wired
    desk.store.follow_the_clock()
    with desk.store.begin() as tx:
        earlier.remember(tx)
        lanes.free_the_dead(tx)
        gates.open_again(tx, sorted(wired.connectors))
        for name in wired.flows if from_start else ():
            cursors.forget(tx, name)
        documents.wake_all_waiting(tx, sorted(wired.connectors))
        lanes.wake_all_open(tx, tuple(wired.flows))
        lanes.wake(tx, [(flow.lane_of(one), one.source) for one in _flows(desk, own=False)])


def _read_own(desk: Desk) -> bool:
    """What the store itself finds to be due comes after all that the others brought."""
    own = _flows(desk, own=True)
    with desk.store.begin() as tx:
        lanes.wake(tx, [(flow.lane_of(one), one.source) for one in own])
    return bool(own)


def _flows(desk: Desk, *, own: bool) -> list[WiredFlow]:
    return [one for one in desk.wired.flows.values() if desk.wired.connectors[one.source].stored is own]


def slots_of(wired: Wired) -> int:
    return SLOTS if any(not wired.is_embedded(one.target) for one in wired.flows.values()) else 1


def _work(inline: Inline) -> None:
    """One slot works in this thread; several have threads, and the first that fails stops the others.

    One of them delivers, with calls at once in threads of their own; the others read, or work in the embedded books.
    """
    slots = min(inline.desk.calls, len(inline.desk.wired.flows) + 1)
    if slots == 1:
        _slot(inline, 0)
        return
    with ThreadPoolExecutor(slots, thread_name_prefix="kontering") as pool:
        futures = [pool.submit(_slot, inline, number) for number in range(slots)]
        done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        if any(future.exception() for future in done):
            inline.desk.stop.set()
    for future in futures:
        future.result()


def _slot(inline: Inline, number: int) -> None:
    owner, idle = owners.me(number), 0
    while not inline.desk.stop.is_set():
        idle = 0 if _turn(inline, owner) else idle + 1
        if idle and not _rest(inline, idle):
            return


def _turn(inline: Inline, owner: str) -> bool:
    """Serves what is due; False if nothing was."""
    with _busy(inline):
        _count_left(inline)
        try:
            return turns.turn(inline.desk, owner)
        except StoreBusy:
            return not inline.desk.stop.wait(random.uniform(0.01, 0.1))


def _count_left(inline: Inline) -> None:
    """What is still to be delivered, for whoever watches; not oftener than that somebody could."""
    with inline.desk.guard:
        if inline.left and time.monotonic() < inline.count_at:
            return
        inline.count_at = time.monotonic() + COUNTS
    with inline.desk.store.look() as tx:
        left = sum(documents.count_open(tx, name) for name in inline.desk.wired.connectors)
    with inline.desk.guard:
        inline.left = left


def _rest(inline: Inline, idle: int) -> bool:
    """Waits while others are busy, or for what is due soon; False when there is nothing to wait for."""
    if inline.busy:
        return not inline.desk.stop.wait(min(0.01 * 2 ** min(idle, 5), 0.25))
    with inline.desk.store.look() as tx:
        due = _next_due(inline, tx)
        soon = None if due is None else (due - tx.now) / 1000
    if soon is None or soon > inline.patience:
        return False
    inline.desk.stop.wait(max(0.01, min(soon, 0.5)))
    return True


def _next_due(inline: Inline, tx: Tx) -> int | None:
    """When this run has something to do again: what other flows wait for isn't its business."""
    wired = inline.desk.wired
    return lanes.next_due(tx, list(wired.connectors), [f"read/{name}" for name in wired.flows])


@contextlib.contextmanager
def _busy(inline: Inline) -> Iterator[None]:
    with inline.desk.guard:
        inline.busy += 1
    try:
        yield
    finally:
        with inline.desk.guard:
            inline.busy -= 1


@contextlib.contextmanager
def stoppable(stop: threading.Event) -> Iterator[Callable[[], bool]]:
    """SIGINT and SIGTERM stop the work after the call in flight; a second one ends the process at once."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    told = threading.Event()

    def on_signal(number: int, frame: object) -> None:
        told.set()
        stop.set()
        for each, old in before.items():
            signal.signal(each, old)

    for number in before:
        signal.signal(number, on_signal)
    try:
        yield told.is_set
    finally:
        for each, old in before.items():
            signal.signal(each, old)


def _heard(inline: Inline, tell: Tell, event: Event) -> None:
    """Counts an event, and passes it on: one thread at a time."""
    with inline.desk.guard:
        match event:
            case Ended(key=key, state=state):
                _count(inline, key, state)
            case Troubled(connection=connection):
                inline.troubles[connection] = event
            case Unreadable():
                inline.unreadable += 1
        tell(event)
        if isinstance(event, Ended) and inline.left:
            inline.served += 1
            inline.left -= 1
            tell(Tick(stage="deliver", name="", done=inline.served, total=inline.served + inline.left))


def _count(inline: Inline, key: str, state: str) -> None:
    inline.done += state == "done"
    inline.aside.pop(key, None)
    if state != "done":
        inline.aside[key] = state


def _summary(inline: Inline) -> Summary:
    with inline.desk.store.look() as tx:
        waiting = sum(documents.count_open(tx, name) for name in inline.desk.wired.connectors)
        due = _next_due(inline, tx)
    return Summary(
        read=dict(inline.desk.read),
        ended={"done": inline.done, **Counter(inline.aside.values())},
        unreadable=inline.unreadable,
        troubles=tuple(inline.troubles.values()) if waiting or _still(inline) else (),
        waiting=waiting,
        next_due=due,
    )


def _still(inline: Inline) -> bool:
    """Does a connection stand still at the end, or has the trouble passed?"""
    with inline.desk.store.look() as tx:
        return any(gate.stopped or gate.tat > tx.now for gate in gates.all_gates(tx))
