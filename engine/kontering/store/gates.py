"""Gates: a connection that refuses our credentials is stopped, one that asks for a pause rests until its time."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from kontering.store.store import Tx, upsert
from kontering.store.tables import gate


def stop(tx: Tx, connection: str, reason: str) -> None:
    """Nothing of this connection is claimed any more until it is opened."""
    _put(tx, connection, stopped=reason)


def pause(tx: Tx, connection: str, until: int, trouble: str) -> None:
    """Nothing of this connection is claimed before `until`."""
    _put(tx, connection, tat=until, trouble=trouble)


def open_again(tx: Tx, connections: Sequence[str]) -> None:
    """A person has mended it, or wants it tried: stops and pauses are over."""
    gates = sa.update(gate).where(gate.c.project == tx.project, gate.c.connection.in_(connections))
    tx.connection.execute(gates.values(stopped=None, tat=0, trouble=None))


def all_gates(tx: Tx) -> tuple[sa.Row[tuple[str, int, str | None, str | None]], ...]:
    """(connection, tat, stopped, trouble) of every connection that ever had trouble."""
    rows = sa.select(gate.c.connection, gate.c.tat, gate.c.stopped, gate.c.trouble).where(gate.c.project == tx.project)
    return tuple(tx.connection.execute(rows.order_by(gate.c.connection)))


def _put(tx: Tx, connection: str, **values: object) -> None:
    row = {"project": tx.project, "connection": connection, **values}
    tx.connection.execute(upsert(tx, gate, values), [row])
