"""Deliveries: the intent to do one step, and what came of it; unique by connection, kind, key and action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kontering.model.plan import Found, Step
from kontering.store import codec
from kontering.store.prepared import Prepared
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
    terms = {"of": tx.project, "side": connection, "what": step.kind, "which": step.key, "does": action_of(step)}
    rows = _OF.rows(tx, **terms)
    return _delivery(rows[0]) if rows else None


def sent(tx: Tx, connection: str, document: str) -> tuple[Delivery, ...]:
    """The deliveries of a document that have an intent and no receipt, oldest first."""
    rows = _IN_STATE.rows(tx, of=tx.project, side=connection, which=document, now="sent")
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
        added = _INTEND.rows(tx, **values)
        return int(added[0][0]) if added else None
    as_it_was = (delivery.c.id == before.id, delivery.c.state == before.state, delivery.c.attempt == before.attempt)
    changed = tx.connection.execute(sa.update(delivery).where(*as_it_was).values(**values))
    return before.id if changed.rowcount == 1 else None


def was_found(tx: Tx, connection: str, kind: str, key: str) -> bool:
    """Was it in the target already when it was to be made?"""
    here = (delivery.c.project == tx.project, delivery.c.connection == connection)
    its = (delivery.c.kind == kind, delivery.c.key == key, delivery.c.action == "create")
    found = sa.exists().where(*here, *its, delivery.c.state == "done", delivery.c.first_at == 0)
    return tx.connection.scalar(sa.select(found)) is True


def doubt(tx: Tx, connection: str, step: Step) -> None:
    """A step that may have happened, as far as this store can tell: it was copied from a backup."""
    long_ago = {"state": "sent", "attempt": 1, "first_at": 0, "sent_at": 0}
    tx.connection.execute(insert_if_new(tx, delivery).values(**_values(tx, connection, step), **long_ago))


def settle(tx: Tx, row: int, state: str, *, trouble: str | None = None) -> None:
    """What was sent without a receipt is ready again, or held; what another has cleared up meanwhile stays."""
    still = (delivery.c.id == row, delivery.c.state == "sent")
    tx.connection.execute(sa.update(delivery).where(*still).values(state=state, trouble=trouble))


def take_over(tx: Tx, row: int, document: str) -> None:
    """Another document clears up what one began that will never come back to it."""
    tx.connection.execute(sa.update(delivery).where(delivery.c.id == row).values(document=document))


def sent_again(tx: Tx, row: int) -> None:
    """The stored bytes go out once more."""
    tx.connection.execute(sa.update(delivery).where(delivery.c.id == row).values(sent_at=tx.now))


def start_over(tx: Tx, row: int, attempt: int, trouble: str) -> None:
    """The target said a clear no, and may say it again to the same attempt: the next one is another."""
    changed = {"state": "ready", "attempt": attempt, "trouble": trouble}
    still = (delivery.c.id == row, delivery.c.state != "done")
    tx.connection.execute(sa.update(delivery).where(*still).values(**changed))


def release(tx: Tx, documents: Sequence[str], state: str) -> None:
    """A person has looked: what was held, or unsure, of these documents is sent anew (ready), or never (skipped)."""
    terms = (delivery.c.project == tx.project, delivery.c.document.in_(documents))
    undone = delivery.c.state.in_(("held",) if state == "ready" else ("held", "ready", "sent"))
    changed = {"state": state, "attempt": delivery.c.attempt + 1, "trouble": None}
    tx.connection.execute(sa.update(delivery).where(*terms, undone).values(**changed))


def received(tx: Tx, receipts: Sequence[tuple[int, Found]]) -> None:
    """The steps of these rows have happened, and this is what the target says of them."""
    _RECEIVED.many(tx, [{"row": row, "at": tx.now, "answer": codec.packed(receipt)} for row, receipt in receipts])


def add_done(tx: Tx, connection: str, done: Sequence[tuple[Step, Found]]) -> None:
    """Steps of an embedded target: intent and receipt in one, since effect and record are one transaction."""
    _ADD.many(tx, [_values(tx, connection, step) | _at_once(tx, receipt) for step, receipt in done])


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


def _delivery(row: Any) -> Delivery:
    id_, document, state, attempt, first_at, sent_at, sent, receipt, trouble = row
    return Delivery(
        id=id_,
        document=document,
        state=state,
        attempt=attempt,
        first_at=first_at or 0,
        sent_at=sent_at or 0,
        step=codec.step(sent),
        receipt=None if receipt is None else codec.found(receipt),
        trouble=trouble,
    )


_NAMES = ("id", "document", "state", "attempt", "first_at", "sent_at", "sent", "receipt", "trouble")
_COLUMNS = [delivery.c[name] for name in _NAMES]
_HERE = (delivery.c.project == sa.bindparam("of"), delivery.c.connection == sa.bindparam("side"))
_WHICH = (
    delivery.c.kind == sa.bindparam("what"),
    delivery.c.key == sa.bindparam("which"),
    delivery.c.action == sa.bindparam("does"),
)
_OF = Prepared(sa.select(*_COLUMNS).where(*_HERE, *_WHICH))
_DOCUMENT = (delivery.c.document == sa.bindparam("which"), delivery.c.state == sa.bindparam("now"))
_IN_STATE = Prepared(sa.select(*_COLUMNS).where(*_HERE, *_DOCUMENT).order_by(delivery.c.id))
_DONE: dict[str, Any] = {
    "state": "done",
    "done_at": sa.bindparam("at"),
    "receipt": sa.bindparam("answer"),
    "trouble": None,
}
_RECEIVED = Prepared(sa.update(delivery).where(delivery.c.id == sa.bindparam("row")).values(_DONE))


def _row(*left_out: str) -> dict[str, Any]:
    return {column.name: sa.bindparam(column.name) for column in delivery.c if column.name not in ("id", *left_out)}


_NO_ANSWER = _row("done_at", "receipt")
_INTEND = Prepared(lambda insert: insert(delivery).values(_NO_ANSWER).on_conflict_do_nothing().returning(delivery.c.id))
_ADD = Prepared(sa.insert(delivery).values(_row("trouble")))
