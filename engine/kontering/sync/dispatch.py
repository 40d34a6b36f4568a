"""Inline dispatch: threads of this process claim what is due from the store, until nothing is, or for ever.

The lease in a lane's row is the only ownership, so several processes may do this at once. Ctrl-C and SIGTERM let the
call in flight come to its end, and give the leases back.
"""

from __future__ import annotations

import contextlib
import random
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import httpx

from kontering.errors import Denied, NotOurs, Refused, TryLater, Unsure
from kontering.sdk.connector import Target
from kontering.store import audit, cursors, documents, gates, lanes, owners
from kontering.store.lanes import Claimed
from kontering.store.store import Store, Tx
from kontering.sync import course, flow, guard, holds
from kontering.sync.deliverer import Later, Serving, end_document
from kontering.sync.embedded import serve_batch
from kontering.sync.flow import Reading, read_flow
from kontering.sync.guard import Judge
from kontering.sync.progress import Ended, Event, Tell, Tick, Troubled, Unreadable, quiet
from kontering.sync.wiring import Wired

SLOTS = 4
"""Threads for targets on a network; more only wait for the same rate limit."""

LADDER = (5, 60, 300, 1800, 7200, 43200)
"""Seconds before a lane in trouble is tried again; after the last a person looks at its first document."""

SOON = 200
"""Milliseconds before the first look at an answer that was lost."""

PATIENCE = 20.0
"""Seconds that a run waits for something to become due before it ends and leaves that to the next one."""

PAUSES = (2, 4, 8, 16, 32, 60)
"""Seconds that a whole connection rests when nothing of it answers, one after another."""


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
    """The work of one process on one store."""

    store: Store
    wired: Wired
    judge: Judge = guard.verdict
    tell: Tell = quiet
    patience: float = PATIENCE
    stop: threading.Event = field(default_factory=threading.Event)
    clients: dict[str, httpx.Client] = field(default_factory=dict)
    busy: int = 0
    read: Counter[str] = field(default_factory=Counter)
    done: int = 0
    aside: dict[str, str] = field(default_factory=dict)
    """Documents that are put aside, by key: one that goes on later in the same run isn't any more."""
    served: int = 0
    left: int = 0
    unreadable: int = 0
    troubles: dict[str, Troubled] = field(default_factory=dict)
    fails: Counter[str] = field(default_factory=Counter)
    guard: threading.RLock = field(default_factory=threading.RLock)
    batching: threading.Lock = field(default_factory=threading.Lock)


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
    inline = Inline(store=store, wired=wired, judge=judge, patience=patience)
    inline.tell = lambda event: _heard(inline, tell, event)
    _make_due(inline, from_start=from_start)
    try:
        with _stoppable(inline.stop) as was_stopped:
            _work(inline, threads or _slots(wired))
        if was_stopped():
            raise KeyboardInterrupt
    finally:
        for client in inline.clients.values():
            client.close()
    return _summary(inline)


def _make_due(inline: Inline, *, from_start: bool) -> None:
    """A person, or cron, wants it now: everything is tried, whatever stood in the way of the last run."""
    wired = inline.wired
    with inline.store.begin() as tx:
        lanes.free_the_dead(tx)
        gates.open_again(tx, sorted(wired.connectors))
        for name in wired.flows if from_start else ():
            cursors.forget(tx, name)
        documents.wake_all_waiting(tx, sorted(wired.connectors))
        lanes.wake_all_open(tx, tuple(wired.flows))
        lanes.wake(tx, [(flow.lane_of(one), one.source) for one in wired.flows.values()])


def _slots(wired: Wired) -> int:
    return SLOTS if any(not wired.is_embedded(one.target) for one in wired.flows.values()) else 1


def _work(inline: Inline, slots: int) -> None:
    """One slot works in this thread; several have threads, and the first that fails stops the others."""
    if slots == 1:
        _slot(inline, 0)
        return
    with ThreadPoolExecutor(slots, thread_name_prefix="kontering") as pool:
        futures = [pool.submit(_slot, inline, number) for number in range(slots)]
        done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        if any(future.exception() for future in done):
            inline.stop.set()
    for future in futures:
        future.result()


def _slot(inline: Inline, number: int) -> None:
    owner = owners.me(number)
    while not inline.stop.is_set():
        if not _turn(inline, owner) and not _rest(inline):
            return


def _turn(inline: Inline, owner: str) -> bool:
    """Serves one lane, or many of an embedded target; False if nothing was due."""
    with _busy(inline):
        embedded = [name for name in inline.wired.connectors if inline.wired.is_embedded(name)]
        with inline.store.begin() as tx:
            claimed = lanes.claim(tx, owner, but=embedded)
            left = sum(documents.count_open(tx, name) for name in inline.wired.connectors)
        with inline.guard:
            inline.left = left
        for ours in claimed:
            _handle(inline, ours)
        return bool(claimed) or any(_batch(inline, name, owner) for name in embedded)


def _batch(inline: Inline, connection: str, owner: str) -> bool:
    """One thread at a time works in the embedded books: the store has one writer."""
    if not inline.batching.acquire(blocking=False):
        return False
    try:
        return serve_batch(inline.store, inline.wired, connection, owner, inline.tell) > 0
    finally:
        inline.batching.release()


def _handle(inline: Inline, ours: Claimed) -> None:
    """Serves a lane and gives it back, whatever happens."""
    reads = ours.key.startswith("read/")
    serving: Serving | None = None
    try:
        if reads:
            _read(inline, ours)
        else:
            serving = _serving(inline, ours)
            serving.serve()
            inline.fails[ours.connection] = 0
    except NotOurs:
        return
    except Later as later:
        _put_off(inline, ours, serving, later.after, later.trouble)
    except TryLater as nothing:
        _no_answer(inline, ours, serving, nothing)
    except Unsure as lost:
        after = max(round(lost.after * 1000), SOON)
        _put_off(inline, ours, serving, after, str(lost), ladder=True)
    except (Denied, Refused) as refused:
        _stopped(inline, ours, str(refused))
    else:
        with inline.store.begin() as tx:
            lanes.put_off(tx, ours, None) if reads else lanes.give_back(tx, [ours], tuple(inline.wired.flows))


def _serving(inline: Inline, ours: Claimed) -> Serving:
    return Serving(
        store=inline.store,
        wired=inline.wired,
        ours=ours,
        target=_target(inline, ours.connection),
        judge=inline.judge,
        tell=inline.tell,
        stops=inline.stop.is_set,
    )


def _read(inline: Inline, ours: Claimed) -> None:
    wired, name = inline.wired, ours.key.removeprefix("read/")
    chosen = wired.flows[name]
    stands_in = wired.sources.get(name)
    source = stands_in or wired.source(chosen, _client(inline, chosen.source))
    reading = Reading(
        flow=chosen,
        source=source,
        store=inline.store,
        ours=ours,
        stands_in=stands_in is not None,
        tell=inline.tell,
        stops=inline.stop.is_set,
    )
    accepted = read_flow(reading)
    with inline.guard:
        inline.read[name] += accepted


def _target(inline: Inline, connection: str) -> Target:
    return inline.wired.target(connection, _client(inline, connection))


def _client(inline: Inline, connection: str) -> httpx.Client:
    """One client for each connection of this process: its pool is shared by the threads."""
    with inline.guard:
        if connection not in inline.clients:
            inline.clients[connection] = inline.wired.client(connection)
        return inline.clients[connection]


def _put_off(
    inline: Inline, ours: Claimed, serving: Serving | None, after: int, trouble: str | None, *, ladder: bool = False
) -> None:
    """The lane is due later; trouble that lasts is longer and longer apart, and in the end a person's."""
    with inline.store.begin() as tx:
        progress = serving is not None and serving.ended > 0
        tries = 0 if trouble is None else 1 if progress else lanes.tries(tx, ours.key) + 1
        if ladder and tries > len(LADDER):
            _give_up(inline, tx, ours, str(trouble))
            return
        if ladder and tries > 1:
            after = max(after, round(LADDER[tries - 2] * 1000 * random.uniform(0.9, 1.1)))
        lanes.put_off(tx, ours, tx.now + after, tries=tries, trouble=trouble)
    if trouble is not None:
        inline.tell(Troubled(connection=ours.connection, trouble=trouble, due=inline.store.clock() + after))


def _no_answer(inline: Inline, ours: Claimed, serving: Serving | None, nothing: TryLater) -> None:
    """Nothing happened. The whole connection rests: what one lane was told holds for the others too."""
    with inline.guard:
        inline.fails[ours.connection] += 1
        pause = PAUSES[min(inline.fails[ours.connection], len(PAUSES)) - 1]
    after = round((pause if nothing.after is None else nothing.after) * 1000)
    with inline.store.begin() as tx:
        gates.pause(tx, ours.connection, tx.now + after, str(nothing))
    _put_off(inline, ours, serving, after, str(nothing), ladder=nothing.after is None)


def _stopped(inline: Inline, ours: Claimed, reason: str) -> None:
    """Credentials are refused, or a source can't be read as it is set up: nothing more of it until a person looks."""
    entry = audit.Entry(who="kontering", what="stopped", subject=ours.connection, data={"reason": reason})
    with inline.store.begin() as tx:
        gates.stop(tx, ours.connection, reason)
        audit.append(tx, [entry])
        lanes.put_off(tx, ours, tx.now, trouble=reason)
    inline.tell(Troubled(connection=ours.connection, trouble=reason))


def _give_up(inline: Inline, tx: Tx, ours: Claimed, trouble: str) -> None:
    for row in documents.open_in(tx, [ours.key], tuple(inline.wired.flows), 1):
        state, columns = course.ends(holds.gave_up(row.key, ours.connection, trouble))
        end_document(tx, row, state, columns)
    lanes.give_back(tx, [ours], tuple(inline.wired.flows))


def _rest(inline: Inline) -> bool:
    """Waits while others are busy, or for what is due soon; False when there is nothing to wait for."""
    if inline.busy:
        return not inline.stop.wait(0.02)
    with inline.store.look() as tx:
        due = lanes.next_due(tx)
        soon = None if due is None else (due - tx.now) / 1000
    if soon is None or soon > inline.patience:
        return False
    inline.stop.wait(max(0.01, min(soon, 0.5)))
    return True


@contextlib.contextmanager
def _busy(inline: Inline) -> Iterator[None]:
    with inline.guard:
        inline.busy += 1
    try:
        yield
    finally:
        with inline.guard:
            inline.busy -= 1


@contextlib.contextmanager
def _stoppable(stop: threading.Event) -> Iterator[Callable[[], bool]]:
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
    with inline.guard:
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
    with inline.store.look() as tx:
        waiting = sum(documents.count_open(tx, name) for name in inline.wired.connectors)
        due = lanes.next_due(tx)
    return Summary(
        read=dict(inline.read),
        ended={"done": inline.done, **Counter(inline.aside.values())},
        unreadable=inline.unreadable,
        troubles=tuple(inline.troubles.values()) if waiting or _still(inline) else (),
        waiting=waiting,
        next_due=due,
    )


def _still(inline: Inline) -> bool:
    """Does a connection stand still at the end, or has the trouble passed?"""
    with inline.store.look() as tx:
        return any(gate.stopped or gate.tat > tx.now for gate in gates.all_gates(tx))
