"""Rate limits in the store: one row a limit, one UPDATE a call, shared by all workers of all machines.

GCRA keeps the *theoretical arrival time* (`tat`) to which each call adds one interval; here in milliseconds.
"""

from __future__ import annotations

import sqlalchemy as sa

from kontering.sdk.connector import Limit
from kontering.sdk.limits import interval
from kontering.store.store import Store, Tx, insert_if_new
from kontering.store.tables import gate


class Shared:
    """A connection's limits as every worker of its store sees them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._bursts: dict[str, int] = {}

    def take(self, key: str, limit: Limit, patience: float) -> float:
        """Seconds until the call may go, its place being taken; above `patience` none was taken."""
        pace = max(1, round(interval(limit) * 1000))
        burst = self._bursts[key] = (limit.burst - 1) * pace
        with self._store.begin() as tx:
            tat = _taken(tx, key, pace, burst, round(patience * 1000))
            if tat is None:
                _add(tx, key)
                tat = _taken(tx, key, pace, burst, round(patience * 1000))
            before = _tat(tx, key) if tat is None else tat - pace
            return max(0, before - burst - tx.now) / 1000

    def hold(self, key: str, seconds: float) -> None:
        """Nobody may call for so long: the system said so."""
        with self._store.begin() as tx:
            _add(tx, key)
            until = tx.now + round(seconds * 1000) + self._bursts.get(key, 0)
            later = sa.case((gate.c.tat > until, gate.c.tat), else_=until)
            tx.connection.execute(sa.update(gate).where(*_of(tx, key)).values(tat=later))


def _taken(tx: Tx, key: str, pace: int, burst: int, patience: int) -> int | None:
    """The new `tat`; None if the row isn't there, or the place too far away."""
    start = sa.case((gate.c.tat > tx.now, gate.c.tat), else_=tx.now)
    near = gate.c.tat - burst <= tx.now + patience
    taken = sa.update(gate).where(*_of(tx, key), near).values(tat=start + pace).returning(gate.c.tat)
    found: int | None = tx.connection.scalar(taken)
    return found


def _tat(tx: Tx, key: str) -> int:
    return tx.connection.scalar(sa.select(gate.c.tat).where(*_of(tx, key))) or 0


def _add(tx: Tx, key: str) -> None:
    tx.connection.execute(insert_if_new(tx, gate).values(project=tx.project, connection=key, tat=0))


def _of(tx: Tx, key: str) -> tuple[sa.ColumnElement[bool], ...]:
    return gate.c.project == tx.project, gate.c.connection == key
