"""Once a day a worker lets go of what is older than must be kept; the books, and the proof of what was done, stay.

The day's share is what has come of age since the day before: a mark in the store says up to where that is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kontering.project.keep import DAY, Keep
from kontering.store import audit, pointers
from kontering.store.store import Store, Tx, insert_if_new
from kontering.store.tables import document, gate
from kontering.sync import keeping

NEXT, RECORDS, PEOPLE = "store/keeping", "store/kept-records", "store/kept-people"
SOME = 500
POINTERS = 30 * DAY
"""After so long nobody reads a pointer any more: its flow is gone."""


@dataclass(frozen=True, slots=True)
class Let:
    """What was let go of."""

    records: int = 0
    people: int = 0
    audit: int = 0
    pointers: int = 0


def daily(store: Store, keep: Keep) -> Let | None:
    """Does the day's share, if no worker has done it today."""
    with store.begin() as tx:
        if not _begins(tx):
            return None
    return retain(store, keep)


def retain(store: Store, keep: Keep) -> Let:
    """Lets go of everything that has come of age; in small transactions, so that nobody waits for it."""
    records = sum(_records(store, rows) for rows in _aged(store, RECORDS, keep.records, keeping.DELIVERED))
    people = sum(_people(store, rows) for rows in _aged(store, PEOPLE, keep.people, keeping.FINISHED))
    with store.begin() as tx:
        gone = pointers.expire(tx, tx.now - POINTERS)
        cut = audit.cut(tx, tx.now - keep.audit, who="kontering")
    return Let(records, people, cut, gone)


def _aged(store: Store, mark: str, age: int, states: Sequence[str]) -> Iterator[list[int]]:
    """Documents that have come of age since the last time; the mark is moved when all of them are done."""
    with store.look() as tx:
        since, before = _mark(tx, mark), tx.now - age
    last = 0
    while True:
        with store.look() as tx:
            aged = (document.c.changed_at >= since, document.c.changed_at < before, document.c.state.in_(states))
            rows = sa.select(document.c.id).where(document.c.project == tx.project, document.c.id > last, *aged)
            ids = list(tx.connection.scalars(rows.order_by(document.c.id).limit(SOME)))
        if not ids:
            break
        yield ids
        last = ids[-1]
    with store.begin() as tx:
        _set(tx, mark, max(since, before))


def _records(store: Store, ids: Sequence[int]) -> int:
    with store.begin() as tx:
        for row in _rows(tx, ids):
            changed = {"record": keeping.forgotten_record(row.record)}
            tx.connection.execute(sa.update(document).where(document.c.id == row.id).values(**changed))
        return len(ids)


def _people(store: Store, ids: Sequence[int]) -> int:
    with store.begin() as tx:
        rows = [row for row in _rows(tx, ids) if row.details != keeping.MARK]
        keeping.take_out(tx, rows, [], "kontering", "expire")
        return len(rows)


def _rows(tx: Tx, ids: Sequence[int]) -> Sequence[Any]:
    return tx.connection.execute(sa.select(document).where(document.c.id.in_(ids))).all()


def _begins(tx: Tx) -> bool:
    """One worker of all does it, once a day."""
    tx.connection.execute(insert_if_new(tx, gate).values(project=tx.project, connection=NEXT, tat=0))
    due = sa.update(gate).where(gate.c.project == tx.project, gate.c.connection == NEXT, gate.c.tat <= tx.now)
    return tx.connection.execute(due.values(tat=tx.now + DAY)).rowcount == 1


def _mark(tx: Tx, name: str) -> int:
    terms = (gate.c.project == tx.project, gate.c.connection == name)
    return tx.connection.scalar(sa.select(gate.c.tat).where(*terms)) or 0


def _set(tx: Tx, name: str, moment: int) -> None:
    tx.connection.execute(insert_if_new(tx, gate).values(project=tx.project, connection=name, tat=0))
    ours = (gate.c.project == tx.project, gate.c.connection == name)
    tx.connection.execute(sa.update(gate).where(*ours).values(tat=moment))
