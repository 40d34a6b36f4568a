"""Recounts in a target what was delivered there: each thing is asked for by its reference, and must be there once.

It finds what no fence can prevent: a worker that was stopped between its last look at the clock and the socket, and
sent after another had taken over. A target of its own memory is the judge; our tables only say what to ask for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from kontering.model.document import Planned
from kontering.model.money import ZERO
from kontering.model.plan import Found, Step
from kontering.sdk.connector import Target
from kontering.store import codec
from kontering.store.store import Store, Tx
from kontering.store.tables import delivery, document
from kontering.sync.reconciling import Difference
from kontering.sync.wiring import Wired

SOME = 200


@dataclass(frozen=True, slots=True)
class Recounted:
    """How many things were asked for, how many can't be asked for, and what isn't there exactly once."""

    asked: int
    not_asked: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Delivered:
    """One thing that we have made, or may have made, and the gross amount of its document if it is the document."""

    row: int
    step: Step
    gross: Decimal | None
    deleted: bool


def recount(store: Store, wired: Wired, connection: str, target: Target, since: dt.date | None = None) -> Recounted:
    """Asks for everything that was delivered since a day; one look-up each, within the connection's limits."""
    finds = {kind: takes.finds for kind, takes in wired.connectors[connection].takes.items()}
    asked = not_asked = 0
    found: list[Difference] = []
    for one in _delivered(store, connection, since):
        if not _terms(one.step, finds):
            not_asked += 1
            continue
        asked += 1
        there = {each.id: each for each in target.find(one.step.kind, one.step.terms)}
        found += _differs(one, tuple(there.values()))
    return Recounted(asked, not_asked, tuple(found))


def _terms(step: Step, finds: Mapping[str, frozenset[str]]) -> bool:
    return any(name in finds.get(step.kind, ()) for name in step.terms)


def _differs(one: Delivered, there: Sequence[Found]) -> Iterator[Difference]:
    made = [each for each in there if "create" in each.done or not each.done]
    name = f"{one.step.kind} {one.step.reference or one.step.key}"
    gross = one.gross or ZERO
    seen = sum((_gross(each) for each in made), ZERO)
    if len(made) > 1:
        ids = ", ".join(each.number or each.id for each in made[:5])
        cause = f"it is there {len(made)} times: {ids}; take out what is too much"
    elif not made and not one.deleted:
        cause = "it was delivered and isn't there any more: deleted by hand, or its reference was changed"
    elif made and one.gross is not None and made[0].totals and made[0].totals.gross is not None and gross != seen:
        cause = "it is there with another amount: changed after it was delivered"
    else:
        return
    yield Difference(level="document", name=name, source=None, documents=gross, target=seen, cause=cause)


def _gross(found: Found) -> Decimal:
    return abs(found.totals.gross) if found.totals and found.totals.gross is not None else ZERO


def _delivered(store: Store, connection: str, since: dt.date | None) -> Iterator[Delivered]:
    """Creations that have happened or may have, oldest first; the store isn't held open while the target is asked."""
    last = 0
    while True:
        with store.look() as tx:
            rows = _rows(tx, connection, last, since)
        for row in rows:
            yield _one(row)
            last = row.id
        if len(rows) < SOME:
            return


def _rows(tx: Tx, connection: str, last: int, since: dt.date | None) -> Sequence[Any]:
    own = sa.and_(
        document.c.project == delivery.c.project,
        document.c.key == delivery.c.key,
        document.c.kind == delivery.c.kind,
        document.c.connection == delivery.c.connection,
        document.c.state != "superseded",
    )
    gone = delivery.alias()
    deleted = sa.exists().where(
        gone.c.project == delivery.c.project,
        gone.c.connection == delivery.c.connection,
        gone.c.kind == delivery.c.kind,
        gone.c.key == delivery.c.key,
        gone.c.action == "delete",
        gone.c.state == "done",
    )
    text = sa.select(document.c.document).where(own).order_by(document.c.id.desc()).limit(1).scalar_subquery()
    columns = (delivery.c.id, delivery.c.sent, text.label("document"), deleted.label("deleted"))
    rows = sa.select(*columns).where(
        delivery.c.project == tx.project,
        delivery.c.connection == connection,
        delivery.c.action == "create",
        delivery.c.state.in_(("done", "sent")),
        delivery.c.id > last,
    )
    if since is not None:
        moment = dt.datetime.combine(since, dt.time(), tzinfo=dt.UTC)
        at = sa.func.coalesce(delivery.c.done_at, delivery.c.sent_at)
        rows = rows.where(at >= round(moment.timestamp() * 1000))
    return tx.connection.execute(rows.order_by(delivery.c.id).limit(SOME)).all()


def _one(row: Any) -> Delivered:
    step = codec.step(row.sent)
    made = codec.document(step.kind, row.document) if row.document else None
    gross = made.totals.gross if isinstance(made, Planned) else None
    return Delivered(row=row.id, step=step, gross=gross, deleted=bool(row.deleted))
