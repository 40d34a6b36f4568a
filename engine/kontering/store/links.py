"""Links: what our documents, customers and products are in a target."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from kontering.model.link import Linked
from kontering.store import codec
from kontering.store.prepared import Listed, Prepared
from kontering.store.store import Tx
from kontering.store.tables import link

Thing = tuple[str, str]
"""Kind and key of something that a target has, or shall have."""


def of(tx: Tx, connection: str, things: Iterable[Thing]) -> dict[Thing, Linked]:
    """The links of these things, as far as there are any."""
    wanted = set(things)
    found: dict[Thing, Linked] = {}
    for kind in sorted({kind for kind, _ in wanted}):  # by its whole key, or all keys of a target would be gone through
        keys = sorted(key for one, key in wanted if one == kind)
        for row in _OF.rows(tx, keys, of=tx.project, side=connection, what=kind):
            found[kind, row[0]] = _linked(kind, row)
    return found


def put(tx: Tx, connection: str, links: Sequence[Linked]) -> None:
    """What the target has said last about these things."""
    _PUT.many(tx, [_row(tx, connection, one) for one in sorted(links, key=lambda one: (one.kind, one.key))])


def far_sides(tx: Tx, connection: str, ids: Sequence[str], of: Sequence[str]) -> set[tuple[str, str, str]]:
    """(kind, id, version) of what we have written ourselves for things of these sources, among these ids of a target.

    To the source that it came from it is an echo; to anybody else it is news.
    """
    terms = (link.c.project == tx.project, link.c.connection == connection, link.c.id.in_(ids), link.c.version != "")
    rows = tx.connection.execute(sa.select(link.c.kind, link.c.id, link.c.version, link.c.key).where(*terms))
    return {(row.kind, row.id, row.version) for row in rows if row.key.partition("/")[0] in of}


def keys_of(tx: Tx, connection: str, kinds: Sequence[str], id_: str) -> tuple[str, ...]:
    """Our keys of a thing that a target has under this id."""
    terms = (link.c.project == tx.project, link.c.connection == connection, link.c.id == id_, link.c.kind.in_(kinds))
    return tuple(tx.connection.scalars(sa.select(link.c.key).where(*terms).order_by(link.c.key)))


def _linked(kind: str, row: Sequence[Any]) -> Linked:
    key, found, edition, keeps = row
    return Linked(kind=kind, key=key, found=codec.found(found), edition=edition, keeps=codec.unpacked(keeps))


_HERE = (link.c.project == sa.bindparam("of"), link.c.connection == sa.bindparam("side"))
_COLUMNS = (link.c.key, link.c.found, link.c.edition, link.c.keeps)
_OF = Listed(lambda keys: sa.select(*_COLUMNS).where(*_HERE, link.c.kind == sa.bindparam("what"), link.c.key.in_(keys)))


def _put(insert: Any) -> sa.Insert:
    new = insert(link).values({column.name: sa.bindparam(column.name) for column in link.c})
    keys = [column.name for column in link.primary_key]
    values = {column.name: new.excluded[column.name] for column in link.c if column.name not in keys}
    put_: sa.Insert = new.on_conflict_do_update(index_elements=keys, set_=values)
    return put_


_PUT = Prepared(_put)


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
