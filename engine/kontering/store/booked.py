"""Sales that a target has booked, in the order in which it did: what the audit chain says, with document and link."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from kontering.model.document import Planned
from kontering.model.link import Linked
from kontering.store import codec, documents, links
from kontering.store.store import Tx
from kontering.store.tables import audit, document

KIND = "booked"
ACTIONS = {"book invoice": "invoice", "book credit_note": "credit_note"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A sale as it was settled, and what the target has of it; `seq` is its place in the project's audit chain."""

    seq: int
    document: Planned
    linked: Linked


def since(tx: Tx, connection: str, seq: int, most: int) -> Iterator[Booked]:
    """What this target booked after a place of the chain, at most so many, oldest first.

    The chain of a project has no gaps and is written in order, so nothing can appear before a place that was passed.
    """
    terms = (audit.c.project == tx.project, audit.c.seq > seq, audit.c.what.in_(ACTIONS))
    rows = sa.select(audit.c.seq, audit.c.what, audit.c.data).where(*terms).order_by(audit.c.seq)
    for row in tx.connection.execute(rows.limit(most)):
        said = codec.unpacked(row.data)
        if said.get("connection") == connection:
            found = of(tx, connection, ACTIONS[row.what], said["key"], row.seq)
            if found is not None:
                yield found


def last(tx: Tx, seq: int, most: int) -> int:
    """The place of the last booking among the next `most`, of whatever target; `seq` itself if there is none."""
    terms = (audit.c.project == tx.project, audit.c.seq > seq, audit.c.what.in_(ACTIONS))
    some = sa.select(audit.c.seq).where(*terms).order_by(audit.c.seq).limit(most).subquery()
    return tx.connection.scalar(sa.select(sa.func.max(some.c.seq))) or seq


def of(tx: Tx, connection: str, kind: str, key: str, seq: int = 0) -> Booked | None:
    """One sale that a target has; None if it hasn't, or the sale was forgotten."""
    terms = (*documents.in_target(tx, connection), document.c.key == key, document.c.kind == kind)
    whole = sa.select(document.c.document).where(*terms, document.c.document.is_not(None))
    text = tx.connection.scalar(whole.order_by(document.c.done_at.is_(None), document.c.id.desc()).limit(1))
    linked = links.of(tx, connection, [(kind, key)]).get((kind, key))
    return Booked(seq=seq, document=codec.planned(text), linked=linked) if text and linked else None
