"""Questions of people to the store: how many, what is held, all about one document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from kontering.store.lanes import OPEN, next_due
from kontering.store.store import Tx
from kontering.store.tables import delivery, document

__all__ = ["counts", "editions", "in_states", "keys_like", "newest", "next_due", "oldest_open", "set_skipped"]


def counts(tx: Tx) -> dict[str, dict[str, int]]:
    """Flow → state → how many documents."""
    columns = (document.c.flow, document.c.state)
    rows = sa.select(*columns, sa.func.count().label("number")).where(*_current(tx)).group_by(*columns)
    found: dict[str, dict[str, int]] = {}
    for row in tx.connection.execute(rows):
        found.setdefault(row.flow, {})[row.state] = row.number
    return found


def unsure_by_flow(tx: Tx) -> dict[str, int]:
    """How many open documents have a step whose answer was lost."""
    rows = sa.select(document.c.flow, sa.func.count().label("number")).where(
        *_current(tx), document.c.state.in_(OPEN), _is_unsure()
    )
    return {row.flow: row.number for row in tx.connection.execute(rows.group_by(document.c.flow))}


def oldest_open(tx: Tx) -> dict[str, int]:
    """Since when the oldest document of each flow waits."""
    rows = sa.select(document.c.flow, sa.func.min(document.c.seen_at).label("since"))
    rows = rows.where(*_current(tx), document.c.state.in_((*OPEN, "waiting"))).group_by(document.c.flow)
    return {row.flow: row.since for row in tx.connection.execute(rows)}


def in_states(tx: Tx, states: Sequence[str], flow: str | None) -> Sequence[Any]:
    """Documents in these states, longest there first; `unsure` says whether one has a step whose answer was lost."""
    brief = [column for column in document.c if column.name not in ("record", "document")]
    trouble = sa.select(delivery.c.trouble).where(*_its_delivery()).limit(1).scalar_subquery()
    rows = sa.select(*brief, _is_unsure().label("unsure"), trouble.label("trouble"))
    rows = rows.where(*_current(tx), document.c.state.in_(states))
    if flow is not None:
        rows = rows.where(document.c.flow == flow)
    return tx.connection.execute(rows.order_by(document.c.changed_at, document.c.id)).all()


def keys_like(tx: Tx, given: str) -> tuple[str, ...]:
    """The documents that a person may mean: by whole key, by its end (`order/5121`, `5121`), or by printed number."""
    exact = tx.connection.scalar(sa.select(document.c.key).where(*_in_project(tx), document.c.key == given).limit(1))
    if exact is not None:
        return (exact,)
    ends = document.c.key.endswith(f"/{given}", autoescape=True)
    rows = sa.select(document.c.key).where(*_in_project(tx), sa.or_(ends, document.c.number == given))
    return tuple(tx.connection.scalars(rows.distinct().order_by(document.c.key).limit(20)))


def editions(tx: Tx, key: str) -> Sequence[Any]:
    rows = sa.select(document).where(*_in_project(tx), document.c.key == key).order_by(document.c.id)
    return tx.connection.execute(rows).all()


def newest(tx: Tx, key: str) -> Sequence[Any]:
    """The current edition of a document in each flow that has it."""
    rows = sa.select(document).where(*_current(tx), document.c.key == key).order_by(document.c.id)
    return tx.connection.execute(rows).all()


def of_days(
    tx: Tx, states: Sequence[str], flow: str | None, since: dt.date | None, until: dt.date | None
) -> Sequence[Any]:
    """Current documents in these states, of a flow, of days (both included), oldest first."""
    terms = [*_current(tx), document.c.state.in_(states)]
    if flow is not None:
        terms.append(document.c.flow == flow)
    if since is not None:
        terms.append(document.c.day >= since.isoformat())
    if until is not None:
        terms.append(document.c.day <= until.isoformat())
    return tx.connection.execute(sa.select(document).where(*terms).order_by(document.c.id)).all()


def set_done(tx: Tx, ids: Sequence[int]) -> None:
    """They were done, and nothing more is asked of them."""
    done = {"state": "done", "code": None, "reason": None, "waits": None, "details": None, "changed_at": tx.now}
    tx.connection.execute(sa.update(document).where(document.c.id.in_(ids)).values(**done))


def set_skipped(tx: Tx, ids: Sequence[int], reason: str) -> None:
    """A person leaves them out."""
    skipped = {"state": "skipped", "code": "BY_HAND", "reason": reason, "waits": None, "changed_at": tx.now}
    tx.connection.execute(sa.update(document).where(document.c.id.in_(ids)).values(**skipped))


def _in_project(tx: Tx) -> tuple[sa.ColumnElement[bool], ...]:
    return (document.c.project == tx.project,)


def _current(tx: Tx) -> tuple[sa.ColumnElement[bool], ...]:
    return (*_in_project(tx), document.c.state != "superseded")


def _its_delivery() -> tuple[sa.ColumnElement[bool], ...]:
    same = (delivery.c.project == document.c.project, delivery.c.connection == document.c.connection)
    return (*same, delivery.c.document == document.c.key, delivery.c.state == "sent")


def _is_unsure() -> sa.ColumnElement[bool]:
    return sa.exists().where(*_its_delivery())
