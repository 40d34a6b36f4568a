"""Gates: a connection that refuses our credentials is stopped, one that asks for a pause rests until its time."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from kontering.store.prepared import Prepared
from kontering.store.store import Tx, upsert
from kontering.store.tables import gate


def stop(tx: Tx, connection: str, reason: str) -> None:
    """Nothing of this connection is claimed any more until it is opened."""
    _put(tx, connection, stopped=reason)


def pause(tx: Tx, connection: str, until: int, trouble: str) -> None:
    """Nothing of this connection is claimed before `until`."""
    _put(tx, connection, tat=until, trouble=trouble)


def set_paused(tx: Tx, name: str, words: str | None) -> None:
    """A person shuts a connection, or the reading of a flow (`read/<flow>`), and nobody but a person opens it again."""
    _put(tx, name, paused=words)


def paused_flows(tx: Tx) -> frozenset[str]:
    """Flows that a person has paused: neither read nor delivered."""
    names = [str(name) for (name,) in _PAUSED.rows(tx, of=tx.project)]
    return frozenset(name.removeprefix("read/") for name in names if name.startswith("read/"))


_PAUSED = Prepared(sa.select(gate.c.connection).where(gate.c.project == sa.bindparam("of"), gate.c.paused.is_not(None)))


def open_again(tx: Tx, connections: Sequence[str]) -> None:
    """A person has mended it, or wants it tried: stops and pauses are over."""
    gates = sa.update(gate).where(gate.c.project == tx.project, gate.c.connection.in_(connections))
    tx.connection.execute(gates.values(stopped=None, tat=0, trouble=None))


def all_gates(tx: Tx) -> tuple[sa.Row[tuple[str, int, str | None, str | None, str | None]], ...]:
    """(connection, tat, stopped, trouble, paused) of every connection that ever had trouble, and of paused flows."""
    rows = sa.select(gate.c.connection, gate.c.tat, gate.c.stopped, gate.c.trouble, gate.c.paused)
    rows = rows.where(
        gate.c.project == tx.project, sa.or_(gate.c.connection.not_like("%/%"), gate.c.paused.is_not(None))
    )
    return tuple(tx.connection.execute(rows.order_by(gate.c.connection)))


def _put(tx: Tx, connection: str, **values: object) -> None:
    row = {"project": tx.project, "connection": connection, **values}
    tx.connection.execute(upsert(tx, gate, values), [row])
