"""Pointers: what webhooks have named, for each flow that reads it, until it has read it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from kontering.model.record import Pointer
from kontering.store.store import Tx
from kontering.store.tables import pointer


@dataclass(frozen=True, slots=True)
class Named:
    """One row; a thing that was named twice has two."""

    row: int
    pointer: Pointer


def add(tx: Tx, connection: str, named: Iterable[tuple[str, Pointer]]) -> None:
    """Keeps what was named (flow, pointer) until the flow has read it."""
    always = {"project": tx.project, "connection": connection, "at": tx.now}
    rows = [{**always, "flow": flow, "kind": one.kind, "record": one.id} for flow, one in named]
    if rows:
        tx.connection.execute(sa.insert(pointer), rows)


def of(tx: Tx, flow: str, limit: int) -> tuple[Named, ...]:
    """What a flow still has to read, oldest first."""
    rows = sa.select(pointer).where(*_its(tx, flow)).order_by(pointer.c.id).limit(limit)
    return tuple(Named(row.id, Pointer(kind=row.kind, id=row.record)) for row in tx.connection.execute(rows))


def is_there(tx: Tx, flow: str) -> bool:
    return tx.connection.scalar(sa.select(sa.exists().where(*_its(tx, flow)))) is True


def remove(tx: Tx, named: Sequence[Named]) -> None:
    """They are read, in this very transaction; what was named meanwhile stays."""
    if named:
        tx.connection.execute(sa.delete(pointer).where(pointer.c.id.in_([one.row for one in named])))


def expire(tx: Tx, before: int) -> int:
    """Those that nobody reads: their flow is gone."""
    return tx.connection.execute(
        sa.delete(pointer).where(pointer.c.project == tx.project, pointer.c.at < before)
    ).rowcount


def _its(tx: Tx, flow: str) -> tuple[sa.ColumnElement[bool], ...]:
    return pointer.c.project == tx.project, pointer.c.flow == flow
