"""What becomes of a lane that met trouble: due later, its connection resting or stopped, its first document a person's.

All of it happens in the transaction that keeps what came of the lane's calls; the events are told once that is through.
"""

from __future__ import annotations

import random

from kontering.errors import Denied, Misuse, NotOurs, Problems, Refused, TryLater, Unsure
from kontering.store import audit, documents, gates, lanes
from kontering.store.lanes import Claimed
from kontering.store.store import Tx
from kontering.sync import course, holds, mishaps
from kontering.sync.deliverer import Rest
from kontering.sync.desk import Desk
from kontering.sync.kept import end_document
from kontering.sync.progress import Event, Troubled

SOON = 200
"""Milliseconds before the first look at an answer that was lost."""

PAUSES = (2, 4, 8, 16, 32, 60)
"""Seconds that a whole connection rests when nothing of it answers, one after another."""


def outcome(
    desk: Desk, tx: Tx, ours: Claimed, trouble: Exception | Rest, *, progress: bool = False
) -> tuple[Event, ...]:
    """Gives the lane back as the trouble asks for; `progress`: a document came to its end before it."""
    match trouble:
        case NotOurs():
            return ()
        case Rest(after=after, trouble=words):
            return _put_off(desk, tx, ours, after, words, progress=progress)
        case TryLater():
            return _no_answer(desk, tx, ours, trouble, progress=progress)
        case Unsure(after=seconds):
            after = max(round(seconds * 1000), SOON)
            return _put_off(desk, tx, ours, after, str(trouble), ladder=True, progress=progress)
        case Denied() | Refused() | Misuse() | Problems():
            return _stopped(tx, ours, str(trouble))
        case _:
            return _mishap(desk, tx, ours, trouble)


def _put_off(
    desk: Desk, tx: Tx, ours: Claimed, after: int, trouble: str | None, *, ladder: bool = False, progress: bool = False
) -> tuple[Event, ...]:
    """The lane is due later; trouble that lasts is longer and longer apart, and in the end a person's."""
    if trouble is None:
        lanes.put_off(tx, ours, tx.now + after)
        return ()
    tries = 1 if progress else lanes.tries(tx, ours.key) + 1
    if ladder and tries > len(desk.ladder) and not ours.reads:
        return _give_up(desk, tx, ours, trouble)
    if ladder and tries > 1:
        after = max(after, round(_rung(desk, tries) * 1000 * random.uniform(0.9, 1.1)))
    lanes.put_off(tx, ours, tx.now + after, tries=tries, trouble=trouble)
    return (Troubled(connection=ours.connection, trouble=trouble, due=tx.now + after),)


def _rung(desk: Desk, tries: int) -> float:
    return desk.ladder[min(tries - 1, len(desk.ladder)) - 1]


def _no_answer(desk: Desk, tx: Tx, ours: Claimed, nothing: TryLater, *, progress: bool) -> tuple[Event, ...]:
    """Nothing happened. The whole connection rests: what one lane was told holds for the others too."""
    with desk.guard:
        desk.fails[ours.connection] += 1
        pause = PAUSES[min(desk.fails[ours.connection], len(PAUSES)) - 1]
    after = round((pause if nothing.after is None else nothing.after) * 1000)
    gates.pause(tx, ours.connection, tx.now + after, str(nothing))
    return _put_off(desk, tx, ours, after, str(nothing), ladder=nothing.after is None, progress=progress)


def _stopped(tx: Tx, ours: Claimed, reason: str) -> tuple[Event, ...]:
    """Credentials are refused, or a source can't be read as it is set up: nothing more of it until a person looks."""
    gates.stop(tx, ours.connection, reason)
    audit.append(tx, [audit.Entry(who="kontering", what="stopped", subject=ours.connection, data={"reason": reason})])
    lanes.put_off(tx, ours, tx.now, trouble=reason)
    return (Troubled(connection=ours.connection, trouble=reason),)


def _mishap(desk: Desk, tx: Tx, ours: Claimed, error: Exception | Rest) -> tuple[Event, ...]:
    """Nobody foresaw it, and it is no single document's: the lane is tried again, longer and longer apart."""
    assert isinstance(error, Exception)
    mishaps.note(error, project=tx.project, connection=ours.connection, lane=ours.key)
    return _put_off(desk, tx, ours, round(desk.ladder[0] * 1000), mishaps.words(error), ladder=True)


def _give_up(desk: Desk, tx: Tx, ours: Claimed, trouble: str) -> tuple[Event, ...]:
    told: list[Event] = []
    for row in documents.open_in(tx, [ours.key], tuple(desk.wired.flows), 1):
        state, columns = course.ends(holds.gave_up(row.key, ours.connection, trouble))
        told.append(end_document(tx, row, state, columns))
    lanes.give_back(tx, [ours], tuple(desk.wired.flows))
    return tuple(told)
