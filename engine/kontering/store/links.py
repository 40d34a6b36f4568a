"""Links: what our documents, customers and products are in a target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from kontering.model.link import Linked
from kontering.store import codec
from kontering.store.store import Tx, upsert
from kontering.store.tables import link

Thing = tuple[str, str]
"""Kind and key of something that a target has, or shall have."""

_SOME = 500


def of(tx: Tx, connection: str, things: Iterable[Thing]) -> dict[Thing, Linked]:
    """The links of these things, as far as there are any."""
    wanted = set(things)
    kinds = sorted({kind for kind, _ in wanted})
    rows = _rows(tx, connection, kinds, sorted({key for _, key in wanted}))
    return {(row.kind, row.key): _linked(row) for row in rows if (row.kind, row.key) in wanted}


def put(tx: Tx, connection: str, links: Sequence[Linked]) -> None:
    """What the target has said last about these things."""
    if links:
        tx.connection.execute(upsert(tx, link), [_row(tx, connection, one) for one in links])


def far_sides(tx: Tx, connection: str, ids: Sequence[str]) -> set[tuple[str, str, str]]:
    """(kind, id, version) of what we have written ourselves, among these ids of a target: its echoes aren't news."""
    terms = (link.c.project == tx.project, link.c.connection == connection, link.c.id.in_(ids), link.c.version != "")
    rows = tx.connection.execute(sa.select(link.c.kind, link.c.id, link.c.version).where(*terms))
    return {(row.kind, row.id, row.version) for row in rows}


def keys_of(tx: Tx, connection: str, kinds: Sequence[str], id_: str) -> tuple[str, ...]:
    """Our keys of a thing that a target has under this id."""
    terms = (link.c.project == tx.project, link.c.connection == connection, link.c.id == id_, link.c.kind.in_(kinds))
    return tuple(tx.connection.scalars(sa.select(link.c.key).where(*terms).order_by(link.c.key)))


def _rows(tx: Tx, connection: str, kinds: Sequence[str], keys: Sequence[str]) -> Iterable[sa.Row[Any]]:
    for start in range(0, len(keys), _SOME):
        some = keys[start : start + _SOME]
        terms = (link.c.project == tx.project, link.c.connection == connection, link.c.kind.in_(kinds))
        yield from tx.connection.execute(sa.select(link).where(*terms, link.c.key.in_(some)))


def _linked(row: sa.Row[Any]) -> Linked:
    keeps: Mapping[str, str] = codec.unpacked(row.keeps)
    return Linked(kind=row.kind, key=row.key, found=codec.found(row.found), edition=row.edition, keeps=keeps)


def _row(tx: Tx, connection: str, one: Linked) -> dict[str, Any]:
    return {
        "project": tx.project,
        "connection": connection,
        "kind": one.kind,
        "key": one.key,
        "id": one.found.id,
        "version": one.found.version,
        "edition": one.edition,
        "found": codec.packed(one.found),
        "keeps": codec.packed(one.keeps),
        "changed_at": tx.now,
    }
