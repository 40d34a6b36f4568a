"""What an earlier store may have delivered: a store that was emptied, or lost without a backup, meets a filled target.

A document from before the store was begun is looked for in the target by its reference, before it is made there: one
look-up for each. Younger ones can't have been delivered by an earlier store, so they cost nothing.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from kontering.accounting.totals import Beyond, prove
from kontering.model.document import Planned
from kontering.model.plan import Found, Hold, Step
from kontering.sdk.connector import Again
from kontering.store import codec, deliveries
from kontering.store.documents import Row
from kontering.store.store import Tx, insert_if_new
from kontering.store.tables import gate
from kontering.sync import holds
from kontering.sync.course import Course
from kontering.sync.taker import finds
from kontering.sync.wiring import WiredFlow

BEGUN = "store/begun"
"""The gate's row that says since when a project's store remembers."""

MASTERS = ("customer", "supplier", "product")
"""What is looked for in any case, before it is made."""


def remember(tx: Tx) -> None:
    """The project's store begins now, if it hasn't begun."""
    if begun(tx) is None:
        tx.connection.execute(insert_if_new(tx, gate).values(project=tx.project, connection=BEGUN, tat=tx.now))


def begun(tx: Tx) -> dt.date | None:
    """The last day whose documents an earlier store may have delivered; a day more, as days begin elsewhere before."""
    at = tx.connection.scalar(sa.select(gate.c.tat).where(gate.c.project == tx.project, gate.c.connection == BEGUN))
    return None if at is None else dt.datetime.fromtimestamp(at / 1000, tz=dt.UTC).date() + dt.timedelta(days=1)


def may_be_there(tx: Tx, course: Course, step: Step, last: dt.date | None) -> bool:
    """Is the step to be looked for before it is made? What hangs on a document that was found there already is, too."""
    want = course.want
    call = want.taker.call(step.kind, step.action)
    date = want.document.date
    if want.policy.new_store == "trust" or call is None or date is None or (last is not None and date > last):
        return False
    if step.action != "create":
        return call.again is Again.NEVER and _was_found(tx, course)
    asks = call.again is not Again.NEVER and "reference" in finds(want.taker, step.kind)
    return asks and step.kind not in MASTERS and (step.key == want.document.key or _was_found(tx, course))


def _was_found(tx: Tx, course: Course) -> bool:
    return deliveries.was_found(tx, course.row.connection, course.row.kind, course.row.key)


def another(row: Row, flow: WiredFlow, found: Found) -> Hold | None:
    """Why what has the document's reference can't be taken for it: the amount is another."""
    document = codec.document(row.kind, row.document) if row.document else None
    if not isinstance(document, Planned) or found.totals is None or found.totals.gross is None:
        return None
    match prove(document.totals, found.totals, flow.policy.totals.tolerance):
        case Beyond():
            there = found.number or found.id
            return holds.another_there(row.key, document.mark, there, found.totals.gross, document.totals.gross)
        case _:
            return None
