"""What people have said of bank lines: what each pays, or where it goes. From these the next suggestions are learnt."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from kontering.model.bank import Decision
from kontering.store import codec
from kontering.store.store import Tx, upsert
from kontering.store.tables import decision


def put(tx: Tx, said: Decision) -> None:
    """Keeps a decision, in the place of an earlier one."""
    row = {"project": tx.project, "line": said.line, "who": said.who, "at": tx.now, "said": codec.packed(said)}
    tx.connection.execute(upsert(tx, decision), [row])


def forget(tx: Tx, line: str) -> None:
    tx.connection.execute(sa.delete(decision).where(decision.c.project == tx.project, decision.c.line == line))


def of(tx: Tx, line: str) -> Decision | None:
    terms = (decision.c.project == tx.project, decision.c.line == line)
    text = tx.connection.scalar(sa.select(decision.c.said).where(*terms))
    return None if text is None else codec.decision(text)


def history(tx: Tx) -> Iterator[Decision]:
    """All decisions, the oldest first."""
    terms = sa.select(decision.c.said).where(decision.c.project == tx.project).order_by(decision.c.at, decision.c.line)
    for text in tx.connection.scalars(terms):
        yield codec.decision(text)
