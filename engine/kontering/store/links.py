"""Links: what our documents, customers and products are in a target."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from kontering.model.link import Linked
from kontering.store import codec
from kontering.store.prepared import ListedPairs, Prepared
from kontering.store.store import Tx
from kontering.store.tables import link

Thing = tuple[str, str]
"""Kind and key of something that a target has, or shall have."""


def of(tx: Tx, connection: str, things: Iterable[Thing]) -> dict[Thing, Linked]:
    """The links of these things, as far as there are any."""
    rows = _OF.rows(tx, sorted(set(things)), of=tx.project, side=connection)
    return {(row[0], row[1]): _linked(row) for row in rows}


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


def _linked(row: Sequence[Any]) -> Linked:
    kind, key, found, edition, keeps = row
    return Linked(kind=kind, key=key, found=codec.found(found), edition=edition, keeps=codec.unpacked(keeps))


_HERE = (link.c.project == sa.bindparam("of"), link.c.connection == sa.bindparam("side"))
_COLUMNS = (link.c.kind, link.c.key, link.c.found, link.c.edition, link.c.keeps)


def _one_of(things: Sequence[Sequence[sa.BindParameter[Any]]]) -> sa.Select[Any]:
    """By their whole keys, or all keys of a target would be gone through."""
    each = [sa.and_(*_HERE, link.c.kind == kind, link.c.key == key) for kind, key in things]
    return sa.select(*_COLUMNS).where(sa.or_(*each))


_OF = ListedPairs(_one_of)


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
