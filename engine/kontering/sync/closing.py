"""What is still on its way into books whose days are to be closed: documents, and months not recognised."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa

from kontering.project.parts import Project
from kontering.store.recognitions import KIND
from kontering.store.store import Tx
from kontering.store.tables import document
from kontering.sync.recognitions import Recognitions
from kontering.sync.wiring import settings_of

ON_ITS_WAY = ("open", "read", "waiting", "held", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class InTheWay:
    """Something of these days that isn't in the books: what it is, and which document."""

    code: str
    message: str
    key: str | None = None


def in_the_way(tx: Tx, project: Project, target: str, until: dt.date) -> Iterator[InTheWay]:
    """Everything of the days up to `until`."""
    yield from _documents(tx, target, until)
    yield from _months(tx, project, target, until)


def _documents(tx: Tx, target: str, until: dt.date) -> Iterator[InTheWay]:
    """What has no day could not be read: it may be of any."""
    of_days = sa.or_(document.c.day.is_(None), document.c.day <= until.isoformat())
    terms = (document.c.project == tx.project, document.c.connection == target, document.c.state.in_(ON_ITS_WAY))
    rows = sa.select(document).where(*terms, of_days).order_by(document.c.day, document.c.id)
    for row in tx.connection.execute(rows):
        day = f" of {row.day}" if row.day else ""
        why = f": {row.reason}" if row.reason else ""
        yield InTheWay(code=row.state.upper(), message=f"{row.key}{day} is {_said(row.state)}{why}", key=row.key)


def _said(state: str) -> str:
    return "not delivered yet" if state in ("open", "read") else state


def _months(tx: Tx, project: Project, target: str, until: dt.date) -> Iterator[InTheWay]:
    """Months that are over and whose deferred revenue isn't recognised."""
    flow = next((flow for flow in project.flows.values() if flow.kind == KIND and flow.target == target), None)
    source = Recognitions(
        look=lambda: nullcontext(tx),
        name=flow.source if flow else KIND,
        target=target,
        settings=settings_of(project, flow) if flow else project.accounting,
        zone="UTC",
    )
    sums: dict[str, list[Decimal]] = defaultdict(list)
    for record in source.due(tx):
        if str(record.data["until"]) <= until.isoformat():
            sums[record.data["month"]].append(Decimal(record.data["amount"]))
    hint = f"run the flow {flow.name}" if flow else "let a flow from store/recognition do it"
    for month, amounts in sorted(sums.items()):
        message = f"{sum(amounts)} of deferred revenue is earned in {month} and isn't recognised: {hint}"
        yield InTheWay(code="NOT_RECOGNISED", message=message)
