"""The clock of an SQLite store: what has passed is counted by the machine since it was started, which nobody can set.

Leases, settle times and due times are spans. If the machine's clock is set back or forward in the middle of them, they
would all seem to be over, or never to end; so the store keeps by how much the machine's count differs from the time of
day, and all processes reckon with that. When the time of day was set, everything that is due moves along with it, in
one transaction. PostgreSQL needs none of this: there the database's own clock decides.
"""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa

from kontering.store import owners
from kontering.store.tables import delivery, gate, lane

NAME = "store/clock"
TOLERANCE = 2_000
"""Milliseconds by which the two may differ; clocks are set right by small amounts all the time."""


def elapsed() -> int | None:
    """Milliseconds since the machine was started, sleep included; None where they can't be had."""
    number = getattr(time, "CLOCK_BOOTTIME", None)
    return None if number is None or not owners.boot() else time.clock_gettime_ns(number) // 1_000_000


def now(connection: sa.Connection, wall: int) -> int:
    """Milliseconds since 1970 as this store reckons them; `wall` is the time of day."""
    offset, since_start = _offset(connection), elapsed()
    return wall if offset is None or since_start is None else since_start + offset


def agree(connection: sa.Connection, wall: int) -> bool:
    """Is the store's clock set, and right by the time of day?"""
    return _step(connection, wall) == 0


def follow(connection: sa.Connection, wall: int) -> int:
    """Sets the store's clock by the time of day, if they differ; gives back by how many milliseconds it was moved."""
    since_start, step = elapsed(), _step(connection, wall)
    if since_start is None or step == 0:
        return 0
    if step is not None:
        _move(connection, step)
    _keep(connection, wall - since_start)
    return step or 0


def _step(connection: sa.Connection, wall: int) -> int | None:
    """By how much the time of day is ahead, if that is worth moving for; None if the clock was never set."""
    since_start, offset = elapsed(), _offset(connection)
    if since_start is None:
        return 0
    step = None if offset is None else wall - (since_start + offset)
    return step if step is None or abs(step) > TOLERANCE else 0


def _move(connection: sa.Connection, step: int) -> None:
    """What lies ahead stays as far ahead, and what is in doubt as long ago; so does what is over, lest it come back."""
    connection.execute(sa.update(lane).where(lane.c.due.is_not(None)).values(due=lane.c.due + step))
    connection.execute(sa.update(lane).where(lane.c.until > 0).values(until=lane.c.until + step))
    connection.execute(sa.update(gate).where(gate.c.tat > 0, *_SPANS).values(tat=gate.c.tat + step))
    moved = {"sent_at": delivery.c.sent_at + step, "first_at": delivery.c.first_at + step}
    connection.execute(sa.update(delivery).where(delivery.c.state == "sent").values(**moved))


def _keep(connection: sa.Connection, offset: int) -> None:
    row = {"project": "", "connection": NAME, "tat": offset, "trouble": owners.boot()}
    connection.execute(sa.delete(gate).where(gate.c.project == "", gate.c.connection == NAME))
    connection.execute(sa.insert(gate).values(**row))


def _offset(connection: sa.Connection) -> int | None:
    """By how much the time of day is ahead of the count; None if this isn't said, or of another start."""
    raw: Any = connection.connection.driver_connection
    row = raw.execute("SELECT tat, trouble FROM gate WHERE project = '' AND connection = ?", (NAME,)).fetchone()
    return int(row[0]) if row and row[1] == owners.boot() else None


_SPANS = (gate.c.connection.not_like("store/%"), gate.c.connection != "restored")
"""Gates whose `tat` is the end of a span, not a day in the store's life."""
