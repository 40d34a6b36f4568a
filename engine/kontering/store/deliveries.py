"""Deliveries: the intent to do one step, and what came of it; unique by connection, kind, key and action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kontering.model.plan import Found, Step
from kontering.store import codec
from kontering.store.store import Tx, insert_if_new
from kontering.store.tables import delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One row: `state` is ready, sent, done, held or skipped; `step` is the step exactly as it was sent.

    `first_at` is when its bytes were sent first, `sent_at` when they were sent last.
    """

    id: int
    document: str
    state: str
    attempt: int
    first_at: int
    sent_at: int
    step: Step
    receipt: Found | None
    trouble: str | None


def action_of(step: Step) -> str:
    """The action as it is unique: the second change of one thing is another delivery than the first.

    >>> from uuid import UUID
    >>> action_of(Step(action="change", kind="k", key="a", document="a", body={}, attempt=UUID(int=0), edition=2))
    'change:2'
    """
    return step.action if step.edition == 1 else f"{step.action}:{step.edition}"


def of(tx: Tx, connection: str, step: Step) -> Delivery | None:
    """The delivery of a step, if it was ever begun."""
    terms = (
        delivery.c.project == tx.project,
        delivery.c.connection == connection,
        delivery.c.kind == step.kind,
        delivery.c.key == step.key,
        delivery.c.action == action_of(step),
    )
    row = tx.connection.execute(sa.select(delivery).where(*terms)).first()
    return None if row is None else _delivery(row)


def in_state(tx: Tx, connection: str, documents: Sequence[str], states: Sequence[str]) -> tuple[Delivery, ...]:
    """The deliveries of these documents that are in one of the states, oldest first."""
    terms = (
        delivery.c.project == tx.project,
        delivery.c.connection == connection,
        delivery.c.document.in_(documents),
        delivery.c.state.in_(states),
    )
    rows = tx.connection.execute(sa.select(delivery).where(*terms).order_by(delivery.c.id))
    return tuple(_delivery(row) for row in rows)


def all_of(tx: Tx, document: str) -> tuple[sa.Row[Any], ...]:
    """Every delivery of a document in any target, oldest first, as it is stored."""
    rows = sa.select(delivery).where(delivery.c.project == tx.project, delivery.c.document == document)
    return tuple(tx.connection.execute(rows.order_by(delivery.c.id)))


def intend(tx: Tx, connection: str, step: Step, *, attempt: int, before: Delivery | None) -> int | None:
    """Writes the intent: from here on, and until there is a receipt, the step may have happened.

    None: another lane has begun the same step since it was looked at.
    """
    sent = {"state": "sent", "attempt": attempt, "first_at": tx.now, "sent_at": tx.now, "trouble": None}
    values = _values(tx, connection, step) | sent
    if before is None:
        added = insert_if_new(tx, delivery).values(**values).returning(delivery.c.id)
        number: int | None = tx.connection.execute(added).scalar_one_or_none()
        return number
    as_it_was = (delivery.c.id == before.id, delivery.c.state == before.state, delivery.c.attempt == before.attempt)
    changed = tx.connection.execute(sa.update(delivery).where(*as_it_was).values(**values))
    return before.id if changed.rowcount == 1 else None


def doubt(tx: Tx, connection: str, step: Step) -> None:
    """A step that may have happened, as far as this store can tell: it was copied from a backup."""
    long_ago = {"state": "sent", "attempt": 1, "first_at": 0, "sent_at": 0}
    tx.connection.execute(insert_if_new(tx, delivery).values(**_values(tx, connection, step), **long_ago))


def settle(tx: Tx, ids: Sequence[int], state: str, *, trouble: str | None = None) -> None:
    """Back to ready, or held, or skipped: what isn't a receipt."""
    tx.connection.execute(sa.update(delivery).where(delivery.c.id.in_(ids)).values(state=state, trouble=trouble))


def take_over(tx: Tx, row: int, document: str) -> None:
    """Another document clears up what one began that will never come back to it."""
    tx.connection.execute(sa.update(delivery).where(delivery.c.id == row).values(document=document))


def sent_again(tx: Tx, row: int) -> None:
    """The stored bytes go out once more."""
    tx.connection.execute(sa.update(delivery).where(delivery.c.id == row).values(sent_at=tx.now))


def start_over(tx: Tx, row: int, attempt: int, trouble: str) -> None:
    """The target said a clear no, and may say it again to the same attempt: the next one is another."""
    changed = {"state": "ready", "attempt": attempt, "trouble": trouble}
    tx.connection.execute(sa.update(delivery).where(delivery.c.id == row).values(**changed))


def release(tx: Tx, documents: Sequence[str], state: str) -> None:
    """A person has looked: what was held, or unsure, of these documents is sent anew (ready), or never (skipped)."""
    terms = (delivery.c.project == tx.project, delivery.c.document.in_(documents))
    undone = delivery.c.state.in_(("held",) if state == "ready" else ("held", "ready", "sent"))
    changed = {"state": state, "attempt": delivery.c.attempt + 1, "trouble": None}
    tx.connection.execute(sa.update(delivery).where(*terms, undone).values(**changed))


def received(tx: Tx, row: int, receipt: Found) -> None:
    """The step has happened, and this is what the target says of it."""
    done = {"state": "done", "done_at": tx.now, "receipt": codec.packed(receipt), "trouble": None}
    tx.connection.execute(sa.update(delivery).where(delivery.c.id == row).values(**done))


def add_done(tx: Tx, connection: str, done: Sequence[tuple[Step, Found]]) -> None:
    """Steps of an embedded target: intent and receipt in one, since effect and record are one transaction."""
    if done:
        rows = [_values(tx, connection, step) | _at_once(tx, receipt) for step, receipt in done]
        tx.connection.execute(sa.insert(delivery), rows)


def _values(tx: Tx, connection: str, step: Step) -> dict[str, Any]:
    return {
        "project": tx.project,
        "connection": connection,
        "kind": step.kind,
        "key": step.key,
        "action": action_of(step),
        "document": step.document,
        "reference": step.reference,
        "sent": codec.packed(step),
    }


def _at_once(tx: Tx, receipt: Found) -> dict[str, Any]:
    packed = codec.packed(receipt)
    times = {"first_at": tx.now, "sent_at": tx.now, "done_at": tx.now}
    return {"state": "done", "attempt": 1, "receipt": packed, **times}


def _delivery(row: sa.Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        document=row.document,
        state=row.state,
        attempt=row.attempt,
        first_at=row.first_at or 0,
        sent_at=row.sent_at or 0,
        step=codec.step(row.sent),
        receipt=None if row.receipt is None else codec.found(row.receipt),
        trouble=row.trouble,
    )
