"""What the store knows of deferred revenue: invoices that were delivered with some, and what was recognised of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kontering.model.document import Planned
from kontering.model.record import Record
from kontering.model.voucher import PlannedVoucher
from kontering.store import codec
from kontering.store.documents import record
from kontering.store.lanes import OPEN
from kontering.store.store import Tx
from kontering.store.tables import document

KIND = "recognition"
COUNTED = (*OPEN, "waiting", "done", "held")
"""Recognitions that are posted, or will be once a person has said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A recognition as it stands; without `voucher` it could not be settled, or need not be."""

    key: str
    state: str
    code: str | None
    record: Record
    voucher: PlannedVoucher | None


def edition(tx: Tx, connection: str, key: str) -> Planned | None:
    """The sale of this very key, as it was delivered last; an edited order has others beside it."""
    terms = (*_here(tx, connection), document.c.key == key, document.c.kind.in_(codec.SALES))
    rows = sa.select(document.c.document).where(*terms, document.c.document.is_not(None))
    newest = rows.order_by(document.c.done_at.is_(None), document.c.id.desc()).limit(1)
    text = tx.connection.scalar(newest)
    return None if text is None else codec.planned(text)


def of(tx: Tx, connection: str, key: str) -> tuple[PlannedVoucher, ...]:
    """What was recognised of an invoice, or will be."""
    terms = (*_here(tx, connection), document.c.of == key, document.c.kind == KIND)
    rows = sa.select(document.c.document).where(*terms, document.c.state.in_(COUNTED), document.c.document.is_not(None))
    return tuple(_voucher(text) for text in tx.connection.scalars(rows.order_by(document.c.id)))


def delivered(tx: Tx, connection: str) -> Iterator[Planned]:
    """Invoices and credit notes that were delivered, whatever came of their records since; newest edition of each."""
    yield from _newest(tx, connection, document.c.done_at.is_not(None))


def deferring(tx: Tx, connection: str) -> Iterator[Planned]:
    """Delivered sales with lines on deferred revenue, and credit notes that take back from there, or will."""
    taken_back = sa.and_(document.c.of.is_not(None), document.c.state.in_((*OPEN, "waiting", "done")))
    some = document.c.document.contains('"role":"deferred_revenue"', autoescape=True)
    yield from _newest(tx, connection, sa.and_(sa.or_(document.c.done_at.is_not(None), taken_back), some))


def _newest(tx: Tx, connection: str, which: sa.ColumnElement[bool]) -> Iterator[Planned]:
    terms = (*_here(tx, connection), document.c.kind.in_(codec.SALES), document.c.document.is_not(None), which)
    rows = sa.select(document.c.kind, document.c.key, document.c.document).where(*terms).order_by(document.c.id)
    newest = {(row.kind, row.key): row.document for row in tx.connection.execute(rows)}
    yield from map(codec.planned, newest.values())


def recognised(tx: Tx, connection: str) -> Iterator[Kept]:
    """All recognitions, also those that are put aside."""
    terms = (*_here(tx, connection), document.c.kind == KIND, document.c.state != "superseded")
    rows = sa.select(document).where(*terms).order_by(document.c.id)
    for row in tx.connection.execute(rows):
        voucher = _voucher(row.document) if row.document and row.state in COUNTED else None
        yield Kept(key=row.key, state=row.state, code=row.code, record=record(row.record), voucher=voucher)


def state_of_all(tx: Tx, connection: str) -> str:
    """Changes whenever a sale or a recognition does."""
    terms = (*_here(tx, connection), document.c.kind.in_((*codec.SALES, KIND)))
    count, last = sa.func.count(), sa.func.max(document.c.changed_at)
    found: Any = tx.connection.execute(sa.select(count, last).where(*terms)).one()
    return f"{found[0]}/{found[1] or 0}"


def _here(tx: Tx, connection: str) -> tuple[sa.ColumnElement[bool], ...]:
    return document.c.project == tx.project, document.c.connection == connection


def _voucher(text: str) -> PlannedVoucher:
    found = codec.document(KIND, text)
    assert isinstance(found, PlannedVoucher)
    return found
