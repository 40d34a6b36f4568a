"""One turn of work: a lane is claimed, served and given back, whatever happens; `dispatch` and `worker` ask for it.

A `Desk` is one project's work in one process. The lease in a lane's row is the only ownership, so many desks may work
on one store, and serving a lane twice is harmless.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import httpx

from kontering.errors import Denied, Misuse, NotOurs, Problems, Refused, TryLater, Unsure
from kontering.sdk.connector import Target
from kontering.sdk.limits import Limiter
from kontering.store import audit, cursors, documents, gates, lanes
from kontering.store.lanes import Claimed
from kontering.store.store import Store, Tx
from kontering.sync import course, guard, holds, mishaps, schedules
from kontering.sync.deliverer import Later, Serving, end_document
from kontering.sync.embedded import serve_batch
from kontering.sync.flow import Reading, read_flow
from kontering.sync.guard import Judge
from kontering.sync.progress import Tell, Troubled, quiet
from kontering.sync.wiring import Wired

LADDER = (5, 60, 300, 1800, 7200, 43200)
"""Seconds before a lane in trouble is tried again; after the last a person looks at its first document."""

SOON = 200
"""Milliseconds before the first look at an answer that was lost."""

PAUSES = (2, 4, 8, 16, 32, 60)
"""Seconds that a whole connection rests when nothing of it answers, one after another."""


@dataclass(slots=True)
class Desk:
    """One project's work in one process: its store, its flows, its open clients."""

    store: Store
    wired: Wired
    judge: Judge = guard.verdict
    tell: Tell = quiet
    limiter: Limiter | None = None
    ladder: Sequence[float] = LADDER
    asked_for: bool = False
    """A person, or cron, wants all of the sources read now."""
    stop: threading.Event = field(default_factory=threading.Event)
    clients: dict[str, httpx.Client] = field(default_factory=dict)
    read: Counter[str] = field(default_factory=Counter)
    fails: Counter[str] = field(default_factory=Counter)
    guard: threading.RLock = field(default_factory=threading.RLock)
    batching: threading.Lock = field(default_factory=threading.Lock)

    @property
    def embedded(self) -> list[str]:
        """Connections that live in the store."""
        return [name for name in self.wired.connectors if self.wired.is_embedded(name)]

    def close(self) -> None:
        for client in self.clients.values():
            client.close()


def turn(desk: Desk, owner: str) -> bool:
    """Serves one lane that is due, and many of an embedded target; False if nothing was."""
    with desk.store.begin() as tx:
        claimed = lanes.claim(tx, owner, but=desk.embedded, reads=[f"read/{name}" for name in desk.wired.flows])
    for ours in claimed:
        handle(desk, ours)
    return bool(claimed) or any(_batch(desk, name, owner) for name in desk.embedded)


def turn_of(desk: Desk, owner: str, key: str) -> bool:
    """Serves this very lane, if it is due and free; a lane of an embedded target brings along the others that are."""
    with desk.store.begin() as tx:
        ours = lanes.claim_one(tx, owner, key)
    if ours is None:
        return False
    if ours.connection in desk.embedded and not ours.reads:
        with desk.store.begin() as tx:
            lanes.put_off(tx, ours, tx.now)
        return _batch(desk, ours.connection, owner)
    handle(desk, ours)
    return True


def handle(desk: Desk, ours: Claimed) -> None:
    """Serves a lane and gives it back, whatever happens."""
    with mishaps.Caught(partial(_mishap, desk, ours)):
        _handle(desk, ours)


def _handle(desk: Desk, ours: Claimed) -> None:
    serving: Serving | None = None
    try:
        if ours.reads:
            _read(desk, ours)
        else:
            serving = _serving(desk, ours)
            serving.serve()
            desk.fails[ours.connection] = 0
    except NotOurs:
        return
    except Later as later:
        _put_off(desk, ours, serving, later.after, later.trouble)
    except TryLater as nothing:
        _no_answer(desk, ours, serving, nothing)
    except Unsure as lost:
        after = max(round(lost.after * 1000), SOON)
        _put_off(desk, ours, serving, after, str(lost), ladder=True)
    except (Denied, Refused, Misuse, Problems) as refused:
        _stopped(desk, ours, str(refused))
    else:
        _give_back(desk, ours)


def next_reading(desk: Desk, flow: str, last: int | None) -> int | None:
    """When a flow is to be read again by itself."""
    wired = desk.wired.flows[flow]
    return schedules.next_time(schedules.parse(wired.policy.schedule), last, wired.maker.zone)


def _give_back(desk: Desk, ours: Claimed) -> None:
    with desk.store.begin() as tx:
        if ours.reads:
            read_at = cursors.read_at(tx, ours.flow) or tx.now
            lanes.read_again(tx, ours, tx.now if desk.stop.is_set() else next_reading(desk, ours.flow, read_at))
        else:
            flows = () if desk.wired.reviewed else desk.wired.running(gates.paused_flows(tx))
            lanes.give_back(tx, [ours], flows)


def _batch(desk: Desk, connection: str, owner: str) -> bool:
    """One thread at a time works in the embedded books: they have one writer."""
    if not desk.batching.acquire(blocking=False):
        return False
    try:
        return serve_batch(desk.store, desk.wired, connection, owner, desk.tell) > 0
    finally:
        desk.batching.release()


def _serving(desk: Desk, ours: Claimed) -> Serving:
    return Serving(
        store=desk.store,
        wired=desk.wired,
        ours=ours,
        target=_target(desk, ours.connection),
        judge=desk.judge,
        tell=desk.tell,
        stops=desk.stop.is_set,
    )


def _read(desk: Desk, ours: Claimed) -> None:
    wired, name = desk.wired, ours.flow
    chosen = wired.flows[name]
    stands_in = wired.sources.get(name)
    source = stands_in or wired.source(chosen, _client(desk, chosen.source), desk.store.look)
    reading = Reading(
        flow=chosen,
        source=source,
        store=desk.store,
        ours=ours,
        stands_in=stands_in is not None,
        tell=desk.tell,
        stops=desk.stop.is_set,
        is_due=lambda: desk.asked_for or _is_due(desk, name),
    )
    accepted = read_flow(reading)
    with desk.guard:
        desk.read[name] += accepted


def _is_due(desk: Desk, flow: str) -> bool:
    """Is all of the source to be read, or only what webhooks have named?"""
    with desk.store.look() as tx:
        due = next_reading(desk, flow, cursors.read_at(tx, flow))
        by_webhook = schedules.parse(desk.wired.flows[flow].policy.schedule) == schedules.OnWebhook()
        return by_webhook or (due is not None and due <= tx.now)


def _target(desk: Desk, connection: str) -> Target:
    return desk.wired.target(connection, _client(desk, connection))


def _client(desk: Desk, connection: str) -> httpx.Client:
    """One client for each connection of this process: its pool is shared by the threads."""
    with desk.guard:
        if connection not in desk.clients:
            desk.clients[connection] = desk.wired.client(connection, limiter=desk.limiter)
        return desk.clients[connection]


def _put_off(
    desk: Desk, ours: Claimed, serving: Serving | None, after: int, trouble: str | None, *, ladder: bool = False
) -> None:
    """The lane is due later; trouble that lasts is longer and longer apart, and in the end a person's."""
    with desk.store.begin() as tx:
        progress = serving is not None and serving.ended > 0
        tries = 0 if trouble is None else 1 if progress else lanes.tries(tx, ours.key) + 1
        if ladder and tries > len(desk.ladder) and not ours.reads:
            _give_up(desk, tx, ours, str(trouble))
            return
        if ladder and tries > 1:
            after = max(after, round(_rung(desk, tries) * 1000 * random.uniform(0.9, 1.1)))
        lanes.put_off(tx, ours, tx.now + after, tries=tries, trouble=trouble)
    if trouble is not None:
        desk.tell(Troubled(connection=ours.connection, trouble=trouble, due=desk.store.clock() + after))


def _rung(desk: Desk, tries: int) -> float:
    return desk.ladder[min(tries - 1, len(desk.ladder)) - 1]


def _no_answer(desk: Desk, ours: Claimed, serving: Serving | None, nothing: TryLater) -> None:
    """Nothing happened. The whole connection rests: what one lane was told holds for the others too."""
    with desk.guard:
        desk.fails[ours.connection] += 1
        pause = PAUSES[min(desk.fails[ours.connection], len(PAUSES)) - 1]
    after = round((pause if nothing.after is None else nothing.after) * 1000)
    with desk.store.begin() as tx:
        gates.pause(tx, ours.connection, tx.now + after, str(nothing))
    _put_off(desk, ours, serving, after, str(nothing), ladder=nothing.after is None)


def _stopped(desk: Desk, ours: Claimed, reason: str) -> None:
    """Credentials are refused, or a source can't be read as it is set up: nothing more of it until a person looks."""
    entry = audit.Entry(who="kontering", what="stopped", subject=ours.connection, data={"reason": reason})
    with desk.store.begin() as tx:
        gates.stop(tx, ours.connection, reason)
        audit.append(tx, [entry])
        lanes.put_off(tx, ours, tx.now, trouble=reason)
    desk.tell(Troubled(connection=ours.connection, trouble=reason))


def _mishap(desk: Desk, ours: Claimed, error: Exception) -> None:
    """Nobody foresaw it, and it is no single document's: the lane is tried again, longer and longer apart."""
    mishaps.note(error, project=desk.store.project, connection=ours.connection, lane=ours.key)
    _put_off(desk, ours, None, round(desk.ladder[0] * 1000), mishaps.words(error), ladder=True)


def _give_up(desk: Desk, tx: Tx, ours: Claimed, trouble: str) -> None:
    for row in documents.open_in(tx, [ours.key], tuple(desk.wired.flows), 1):
        state, columns = course.ends(holds.gave_up(row.key, ours.connection, trouble))
        end_document(tx, row, state, columns)
    lanes.give_back(tx, [ours], tuple(desk.wired.flows))
