"""Cursors: how far each flow has read its source; only the connector understands a position."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kontering.model.record import Position
from kontering.store import codec
from kontering.store.store import Tx, upsert
from kontering.store.tables import cursor


def position(tx: Tx, flow: str) -> Position | None:
    """How far the flow has read; None: nothing yet."""
    text = tx.connection.scalar(sa.select(cursor.c.position).where(*_of(tx, flow)))
    return None if text is None else codec.unpacked(text)


def move(tx: Tx, flow: str, after: Position) -> None:
    """Everything up to `after` is stored, in this very transaction."""
    _put(tx, flow, position=codec.packed(after), moved_at=tx.now)


def was_read(tx: Tx, flow: str) -> None:
    """The source was read to its end."""
    _put(tx, flow, read_at=tx.now)


def read_at(tx: Tx, flow: str) -> int | None:
    """When the source was last read to its end."""
    found: int | None = tx.connection.scalar(sa.select(cursor.c.read_at).where(*_of(tx, flow)))
    return found


def forget(tx: Tx, flow: str) -> None:
    """The next reading begins at the very start; what is stored already falls out by its version."""
    _put(tx, flow, position=None)


def all_cursors(tx: Tx) -> dict[str, sa.Row[Any]]:
    rows = tx.connection.execute(sa.select(cursor).where(cursor.c.project == tx.project))
    return {row.flow: row for row in rows}


def _put(tx: Tx, flow: str, **values: Any) -> None:
    tx.connection.execute(upsert(tx, cursor, values), [{"project": tx.project, "flow": flow, **values}])


def _of(tx: Tx, flow: str) -> tuple[sa.ColumnElement[bool], ...]:
    return cursor.c.project == tx.project, cursor.c.flow == flow
