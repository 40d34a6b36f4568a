"""One turn of work: lanes are claimed, served and given back, whatever happens; `dispatch` and `worker` ask for it.

The lease in a lane's row is the only ownership, so many desks may work on one store, and serving a lane twice is
harmless.
"""

from __future__ import annotations

from kontering.errors import Denied, Misuse, NotOurs, Problems, Refused, TryLater, Unsure
from kontering.store import cursors, lanes
from kontering.store.lanes import Claimed
from kontering.sync import desk as desks
from kontering.sync import mishaps, schedules
from kontering.sync.desk import Desk, next_reading
from kontering.sync.embedded import serve_batch
from kontering.sync.flow import Reading, read_flow
from kontering.sync.outcomes import outcome
from kontering.sync.rounds import Rounds

__all__ = ["Desk", "next_reading", "turn", "turn_of"]


def turn(desk: Desk, owner: str) -> bool:
    """Reads a flow that is due, and delivers what is; False if nothing was."""
    with desk.store.look() as tx:
        due = lanes.due_kinds(tx)
    read = lanes.READS in due and _read_one(desk, owner)
    sent = not due.isdisjoint(desk.remote) and _deliver(desk, owner)
    booked = [_batch(desk, name, owner) for name in desk.embedded if name in due]
    return read or sent or any(booked)


def turn_of(desk: Desk, owner: str, key: str) -> bool:
    """Serves this very lane, if it is due and free, and others that are."""
    with desk.store.begin() as tx:
        ours = lanes.claim_one(tx, owner, key)
    if ours is None:
        return False
    if ours.reads:
        handle(desk, ours)
        return True
    if ours.connection in desk.embedded:
        with desk.store.begin() as tx:
            lanes.put_off(tx, ours, tx.now)
        return _batch(desk, ours.connection, owner)
    if not _deliver(desk, owner, ours):
        Rounds(desk, owner, claims=False).run([ours])
    return True


def _deliver(desk: Desk, owner: str, *first: Claimed) -> bool:
    """One thread at a time begins lanes of a project, so that many share each commit; False if another does."""
    if not desk.delivering.acquire(blocking=False):
        return False
    rounds = Rounds(desk, owner, leave=desk.delivering.release)
    try:
        return rounds.run(first) > 0
    finally:
        if rounds.claims:
            desk.delivering.release()


def _read_one(desk: Desk, owner: str) -> bool:
    reads = [f"read/{name}" for name in desk.wired.flows]
    with desk.store.begin() as tx:
        claimed = lanes.claim(tx, owner, to=(), reads=reads)
    for ours in claimed:
        handle(desk, ours)
    return bool(claimed)


def handle(desk: Desk, ours: Claimed) -> None:
    """Reads a flow and gives its lane back, whatever happens."""
    trouble: Exception | None = None

    def met(error: Exception) -> None:
        nonlocal trouble
        trouble = error

    with mishaps.Caught(met):
        try:
            _read(desk, ours)
        except (NotOurs, TryLater, Unsure, Denied, Refused, Misuse, Problems) as error:
            met(error)
    with desk.store.begin() as tx:
        told = () if trouble is None else outcome(desk, tx, ours, trouble)
        if trouble is None:
            read_at = cursors.read_at(tx, ours.flow) or tx.now
            lanes.read_again(tx, ours, tx.now if desk.stop.is_set() else next_reading(desk, ours.flow, read_at))
    for event in told:
        desk.tell(event)


def _batch(desk: Desk, connection: str, owner: str) -> bool:
    """One thread at a time works in the embedded books: they have one writer."""
    if not desk.batching.acquire(blocking=False):
        return False
    try:
        return serve_batch(desk.store, desk.wired, connection, owner, desk.tell) > 0
    finally:
        desk.batching.release()


def _read(desk: Desk, ours: Claimed) -> None:
    wired, name = desk.wired, ours.flow
    chosen = wired.flows[name]
    stands_in = wired.sources.get(name)
    source = stands_in or wired.source(chosen, desks.client(desk, chosen.source), desk.store.look)
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
