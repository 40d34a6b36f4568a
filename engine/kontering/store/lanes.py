"""Lanes: claim what is due, renew under work, give back. A lane has one owner at a time, by a lease in its row.

`due` stays while a lane is owned, so the lane of a process that was killed is due still; giving it back looks at what
is open by then, so nothing that came in meanwhile is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from kontering.errors import NotOurs
from kontering.store import owners, pointers
from kontering.store.prepared import Listed, Prepared
from kontering.store.store import Tx, upsert
from kontering.store.tables import document, gate, lane

LEASE = 60_000
_IS_READING = lane.c.key.startswith("read/")
OPEN = ("open", "read")
"""States of a document that its lane has work with: settled, or still to be prepared."""

FLOW: sa.ColumnElement[str] = sa.func.coalesce(document.c.flow, sa.literal_column("''"))
"""The flow as a condition that no index takes: by it all documents of a flow would be gone through."""

IS_OPEN = document.c.state.in_([sa.literal_column(f"'{state}'") for state in OPEN])


@dataclass(frozen=True, slots=True)
class Claimed:
    """A lane that is ours for now."""

    key: str
    connection: str
    owner: str

    @property
    def reads(self) -> bool:
        """Is it a flow's reading, not a delivery?"""
        return self.key.startswith("read/")

    @property
    def flow(self) -> str:
        """The flow that is read."""
        return self.key.removeprefix("read/")


def wake(tx: Tx, lanes: Iterable[tuple[str, str]]) -> None:
    """Makes lanes (key, connection) due now; one that is due already stays as long due as it is."""
    rows = [{"project": tx.project, "key": key, "connection": side, "due": tx.now} for key, side in sorted(set(lanes))]
    if rows:
        _WAKE.many(tx, rows)
        if tx.wakes is not None:
            tx.wakes(tx, [str(row["key"]) for row in rows])


def _wake(insert: Any) -> sa.Insert:
    new = insert(lane).values({name: sa.bindparam(name) for name in ("project", "key", "connection", "due")})
    sooner = sa.case((lane.c.due < new.excluded.due, lane.c.due), else_=new.excluded.due)
    woken: sa.Insert = new.on_conflict_do_update(index_elements=["project", "key"], set_={"due": sooner})
    return woken


_WAKE = Prepared(_wake)


def due_at(tx: Tx, lanes: Iterable[tuple[str, str, int]]) -> None:
    """Lanes (key, connection, due) are due then at the latest."""
    rows = [{"project": tx.project, "key": key, "connection": side, "due": due} for key, side, due in sorted(lanes)]
    for row in rows:
        sooner = sa.case((lane.c.due < row["due"], lane.c.due), else_=row["due"])
        tx.connection.execute(upsert(tx, lane, {"due": sooner}), row)


def wake_forgotten(tx: Tx, flows: Sequence[str]) -> None:
    """Lanes that have work and no time at which they are due: a wake that was lost, or a store from a backup."""
    here = (document.c.project == tx.project, document.c.state.in_(OPEN), FLOW.in_(flows))
    sleeping = sa.and_(lane.c.project == document.c.project, lane.c.key == document.c.lane, lane.c.due.is_not(None))
    rows = sa.select(document.c.lane, document.c.connection).where(*here, ~sa.exists().where(sleeping)).distinct()
    wake(tx, [(row.lane, row.connection) for row in tx.connection.execute(rows)])


def busy_or_due(tx: Tx) -> bool:
    """Is a lane being served, or free to be?"""
    owned = sa.and_(lane.c.project == tx.project, lane.c.owner.is_not(None), lane.c.until > tx.now)
    return tx.connection.scalar(sa.select(sa.exists().where(owned))) is True or bool(due_without(tx, 1))


def due_without(tx: Tx, limit: int) -> tuple[str, ...]:
    """Lanes that are due and free, whatever wakes them, longest due first."""
    rows = sa.select(lane.c.key).where(*_free(tx.project, tx.now)).order_by(lane.c.due, lane.c.key).limit(limit)
    return tuple(tx.connection.scalars(rows))


READS = "read/"


def due_kinds(tx: Tx) -> frozenset[str]:
    """What is due and free: the connections of deliveries, and READS if a flow's reading is."""
    what = sa.case((_IS_READING, READS), else_=lane.c.connection)
    return frozenset(tx.connection.scalars(sa.select(what).where(*_free(tx.project, tx.now)).distinct()))


def claim(
    tx: Tx, owner: str, *, to: Sequence[str] | None = None, reads: Sequence[str] | None = None, limit: int = 1
) -> tuple[Claimed, ...]:
    """Lanes that are due and free, longest due first; not of a connection that is stopped or must rest.

    Only deliveries `to` these connections, and only these `reads`, where they are named.
    """
    if to is not None and reads == ():
        return _claimed(tx, owner, _DUE_TO.rows(tx, to, of=tx.project, now=tx.now, most=limit))
    reading = _IS_READING if reads is None else lane.c.key.in_(reads)
    delivering = ~_IS_READING if to is None else sa.and_(lane.c.connection.in_(to), ~_IS_READING)
    rows = _first(_free(tx.project, tx.now), sa.or_(delivering, reading)).limit(limit)
    return _claimed(tx, owner, tx.connection.execute(rows).all())


def claim_one(tx: Tx, owner: str, key: str) -> Claimed | None:
    """This very lane, if it is due and free.

    Its row is locked by its key alone, and only then looked at: with SKIP LOCKED, or with `due` in the same question, a
    row would be passed over whose new due time isn't committed yet.
    """
    locked = sa.select(lane.c.key).where(lane.c.project == tx.project, lane.c.key == key).with_for_update()
    if tx.connection.execute(locked).first() is None:
        return None
    rows = tx.connection.execute(sa.select(*_NAMED).where(*_free(tx.project, tx.now), lane.c.key == key)).all()
    return next(iter(_claimed(tx, owner, rows)), None)


_NAMED = (lane.c.key, lane.c.connection)


def _free(project: Any, now: Any) -> list[sa.ColumnElement[bool]]:
    closed = sa.or_(gate.c.stopped.is_not(None), gate.c.paused.is_not(None), gate.c.tat > now)
    shut = sa.select(gate.c.connection).where(gate.c.project == project, closed)
    due = [lane.c.project == project, lane.c.due <= now, lane.c.until <= now]
    return [*due, lane.c.connection.not_in(shut), lane.c.key.not_in(_paused(project))]


def _paused(project: Any) -> sa.Select[tuple[str]]:
    """Gates that a person has shut; the reading of a paused flow is one."""
    return sa.select(gate.c.connection).where(gate.c.project == project, gate.c.paused.is_not(None))


def _first(free: Sequence[sa.ColumnElement[bool]], which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Lanes that are free, locked where others could see them too; what others have locked is passed over."""
    rows = sa.select(*_NAMED).where(*free, which).order_by(lane.c.due, lane.c.key)
    return rows.with_for_update(of=lane, skip_locked=True)


_OF: Any = sa.bindparam("of")
_NOW: Any = sa.bindparam("now", type_=sa.BigInteger)
_DUE_TO = Listed(
    lambda names: _first(_free(_OF, _NOW), sa.and_(lane.c.connection.in_(names), ~_IS_READING)).limit(
        sa.bindparam("most", type_=sa.Integer)
    )
)


def _claimed(tx: Tx, owner: str, rows: Sequence[Any]) -> tuple[Claimed, ...]:
    keys = [key for key, _ in rows]
    _CLAIM.run(tx, keys, of=tx.project, by=owner, lease=tx.now + LEASE)
    return tuple(Claimed(key, connection, owner) for key, connection in rows)


_CLAIM = Listed(
    lambda keys: (
        sa.update(lane)
        .where(lane.c.project == _OF, lane.c.key.in_(keys))
        .values(owner=sa.bindparam("by"), until=sa.bindparam("lease"))
    )
)


def renew(tx: Tx, ours: Claimed) -> None:
    """The lease runs anew; raises NotOurs if another has taken the lane over."""
    if renew_all(tx, [ours]):
        raise NotOurs(f"the lane {ours.key} has another owner by now")


def renew_all(tx: Tx, ours: Sequence[Claimed]) -> frozenset[str]:
    """The leases of one owner's lanes run anew; gives back the lanes that another has taken over."""
    keys = sorted({one.key for one in ours})
    if not keys:
        return frozenset()
    terms = {"of": tx.project, "by": ours[0].owner}
    if _RENEW.run(tx, keys, **terms, lease=tx.now + LEASE) == len(keys):
        return frozenset()
    return frozenset(keys) - {key for (key,) in _OWNED.rows(tx, keys, **terms)}


_OWN = (lane.c.project == sa.bindparam("of"), lane.c.owner == sa.bindparam("by"))
_RENEW = Listed(lambda keys: sa.update(lane).where(*_OWN, lane.c.key.in_(keys)).values(until=sa.bindparam("lease")))
_OWNED = Listed(lambda keys: sa.select(lane.c.key).where(*_OWN, lane.c.key.in_(keys)))


def give_back(tx: Tx, ours: Sequence[Claimed], flows: Sequence[str]) -> None:
    """Frees lanes: due at once if they have more work for these flows, else when something wakes them.

    Work of other flows is left to whoever runs them: the lane is due again in a while.
    """
    keys, owner = sorted(one.key for one in ours), ours[0].owner
    _lock(tx, keys)  # what is open is asked for by a later statement, which sees what wakers before us have committed
    named = {f"flow_{place}": flow for place, flow in enumerate(flows)}
    values = {"of": tx.project, "by": owner, "now": tx.now, "later": tx.now + LEASE, **named}
    rows = _give_back(len(flows)).rows(tx, keys, **values)
    again = sorted(key for key, due in rows if due is not None and due <= tx.now)
    if again and tx.wakes is not None:
        tx.wakes(tx, again)


@cache
def _give_back(flows: int) -> Listed:
    """The statement, for so many flows."""
    named: list[Any] = [sa.bindparam(f"flow_{place}") for place in range(flows)]
    work = sa.select(document.c.lane).where(document.c.project == _OF, document.c.lane == lane.c.key, IS_OPEN)
    later = sa.bindparam("later", type_=sa.BigInteger)
    has_work = [(work.where(FLOW.in_(named)).exists(), _NOW)] if named else []
    due = sa.case(*has_work, (work.exists(), later), else_=None)
    freed = {"owner": None, "until": 0, "due": due, "tries": 0, "trouble": None}
    return Listed(
        lambda keys: (
            sa.update(lane)
            .where(lane.c.project == _OF, lane.c.key.in_(keys), lane.c.owner == sa.bindparam("by"))
            .values(freed)
            .returning(lane.c.key, lane.c.due)
        )
    )


def put_off(tx: Tx, ours: Claimed, due: int | None, *, tries: int = 0, trouble: str | None = None) -> None:
    """Frees a lane until `due`, or until something wakes it: after trouble, or when a source is read to its end."""
    freed = sa.update(lane).where(*_ours(tx, ours))
    tx.connection.execute(freed.values(owner=None, until=0, due=due, tries=tries, trouble=trouble))


def read_again(tx: Tx, ours: Claimed, due: int | None) -> None:
    """Frees a reading lane until `due`; until now, if webhooks have named something since it was read."""
    _lock(tx, [ours.key])  # as in `give_back`: what wakers before us have committed is seen
    named = pointers.is_there(tx, ours.flow)
    put_off(tx, ours, tx.now if named else due)
    if named and tx.wakes is not None:
        tx.wakes(tx, [ours.key])


def wake_all_open(tx: Tx, flows: Sequence[str]) -> None:
    """Every lane that has work for these flows is due: whoever runs a flow means all of it."""
    terms = (document.c.project == tx.project, document.c.state.in_(OPEN), FLOW.in_(flows))
    rows = tx.connection.execute(sa.select(document.c.lane, document.c.connection).where(*terms))
    wake(tx, {(row.lane, row.connection) for row in rows})


def tries(tx: Tx, key: str) -> int:
    """How often in a row a lane was given back because of trouble."""
    found = tx.connection.scalar(sa.select(lane.c.tries).where(lane.c.project == tx.project, lane.c.key == key))
    return found or 0


def free_left(tx: Tx, owner: str) -> int:
    """Ends the leases that an owner left behind when the store failed it: it is at none of these lanes any more."""
    freed = sa.update(lane).where(lane.c.project == tx.project, lane.c.owner == owner).values(owner=None, until=0)
    return tx.connection.execute(freed).rowcount


def free_the_dead(tx: Tx) -> int:
    """Ends the leases of processes of this machine that are gone: what was killed can be taken over at once."""
    held = sa.select(lane.c.owner).where(lane.c.project == tx.project, lane.c.owner.is_not(None)).distinct()
    gone = [owner for owner in tx.connection.scalars(held) if owners.is_gone(owner)]
    if not gone:
        return 0
    freed = sa.update(lane).where(lane.c.project == tx.project, lane.c.owner.in_(gone)).values(owner=None, until=0)
    return tx.connection.execute(freed).rowcount


def next_due(tx: Tx, to: Sequence[str] | None = None, reads: Sequence[str] | None = None) -> int | None:
    """When the next lane that nobody holds becomes due, its connection's rest included; None if none will.

    Only deliveries `to` these connections, and only these `reads`, where they are named: others are for others.
    """
    rest = sa.func.coalesce(gate.c.tat, 0)
    moment = sa.case((rest > lane.c.due, rest), else_=lane.c.due)
    both = lane.outerjoin(gate, sa.and_(gate.c.project == lane.c.project, gate.c.connection == lane.c.connection))
    waits = sa.select(sa.func.min(moment)).select_from(both).where(lane.c.project == tx.project, lane.c.owner.is_(None))
    waits = waits.where(lane.c.due.is_not(None), gate.c.stopped.is_(None), gate.c.paused.is_(None))
    waits = waits.where(lane.c.key.not_in(_paused(tx.project)))
    if to is not None and reads is not None:
        waits = waits.where(sa.or_(sa.and_(lane.c.connection.in_(to), ~_IS_READING), lane.c.key.in_(reads)))
    found: int | None = tx.connection.scalar(waits)
    return found


def _lock(tx: Tx, keys: Sequence[str]) -> None:
    if tx.on_postgres:
        _LOCK.rows(tx, keys, of=tx.project)


_LOCK = Listed(
    lambda keys: (
        sa.select(lane.c.key).where(lane.c.project == _OF, lane.c.key.in_(keys)).order_by(lane.c.key).with_for_update()
    )
)


def _ours(tx: Tx, ours: Claimed) -> list[sa.ColumnElement[bool]]:
    return [lane.c.project == tx.project, lane.c.key == ours.key, lane.c.owner == ours.owner]
