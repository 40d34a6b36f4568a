"""Once a day a worker lets go of what is older than must be kept; the books, and the proof of what was done, stay.

The day's share is what has come of age since the day before: a mark in the store says up to where that is done.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kontering.project.keep import DAY, Keep
from kontering.store import audit, pointers
from kontering.store.store import Store, Tx, insert_if_new, upsert
from kontering.store.tables import document, gate
from kontering.sync import forgotten_lines, keeping

NEXT, RECORDS, PEOPLE = "store/keeping", "store/kept-records", "store/kept-people"
SOME = 200
BUDGET = 10.0
"""Seconds for one call: a worker has other chores."""
POINTERS = 30 * DAY
"""After so long nobody reads a pointer any more: its flow is gone."""

LetGo = Callable[[Tx, Sequence[Any]], int]


@dataclass(frozen=True, slots=True)
class Let:
    """What was let go of."""

    records: int = 0
    people: int = 0
    audit: int = 0
    pointers: int = 0


def daily(store: Store, keep: Keep, budget: float = BUDGET) -> Let | None:
    """Does the day's share, if no worker has done it today; what doesn't fit into the budget comes at the next call."""
    with store.begin() as tx:
        if not _begins(tx):
            return None
    until = time.monotonic() + budget
    records = _share(store, RECORDS, keep.records, keeping.DELIVERED, _records, until)
    people = _share(store, PEOPLE, keep.people, keeping.FINISHED, _people, until)
    with store.begin() as tx:
        gone = pointers.expire(tx, tx.now - POINTERS)
        cut = audit.cut(tx, tx.now - keep.audit, who="kontering")
        if time.monotonic() > until:
            _again(tx)
    return Let(records, people, cut, gone)


def _share(store: Store, mark: str, age: int, states: Sequence[str], let_go: LetGo, until: float) -> int:
    """What has come of age since the mark, oldest first, in small transactions that move it along."""
    number = 0
    while time.monotonic() <= until:
        with store.begin() as tx:
            rows = _aged(tx, _mark(tx, mark), tx.now - age, states)
            number += let_go(tx, rows)
            if not rows:
                return number
            _move(tx, mark, rows[-1])
    return number


def _aged(tx: Tx, mark: tuple[int, int], before: int, states: Sequence[str]) -> Sequence[Any]:
    since, last = mark
    behind = sa.or_(document.c.changed_at > since, sa.and_(document.c.changed_at == since, document.c.id > last))
    aged = (document.c.project == tx.project, document.c.state.in_(states), behind, document.c.changed_at < before)
    rows = sa.select(document).where(*aged).order_by(document.c.changed_at, document.c.id).limit(SOME)
    return tx.connection.execute(rows).all()


def _records(tx: Tx, rows: Sequence[Any]) -> int:
    for row in rows:
        record = keeping.forgotten_record(row.record)
        changed = {"record": forgotten_lines.of_record(record) if row.kind == "bank_line" else record}
        tx.connection.execute(sa.update(document).where(document.c.id == row.id).values(**changed))
    return len(rows)


def _people(tx: Tx, rows: Sequence[Any]) -> int:
    known = [row for row in rows if row.details != keeping.MARK]
    keeping.take_out(tx, known, [], "kontering", "expire")
    return len(known)


def _begins(tx: Tx) -> bool:
    """One worker of all does it, once a day."""
    tx.connection.execute(insert_if_new(tx, gate).values(project=tx.project, connection=NEXT, tat=0))
    due = sa.update(gate).where(*_of(tx, NEXT), gate.c.tat <= tx.now)
    return tx.connection.execute(due.values(tat=tx.now + DAY)).rowcount == 1


def _again(tx: Tx) -> None:
    tx.connection.execute(sa.update(gate).where(*_of(tx, NEXT)).values(tat=tx.now))


def _mark(tx: Tx, name: str) -> tuple[int, int]:
    """When the last document that is done with was changed, and its number."""
    row = tx.connection.execute(sa.select(gate.c.tat, gate.c.trouble).where(*_of(tx, name))).first()
    return (row.tat, int(row.trouble or 0)) if row else (0, 0)


def _move(tx: Tx, name: str, row: Any) -> None:
    mark = {"tat": row.changed_at, "trouble": str(row.id)}
    tx.connection.execute(upsert(tx, gate, mark), [{"project": tx.project, "connection": name, **mark}])


def _of(tx: Tx, name: str) -> tuple[sa.ColumnElement[bool], ...]:
    return gate.c.project == tx.project, gate.c.connection == name
