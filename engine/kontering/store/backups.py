"""Copies a store while it is in use, into one SQLite file, whatever database it is in; and puts such a copy back.

The copy is one moment's state. So a project can move from SQLite to PostgreSQL by a backup and a restore.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kontering.errors import Misuse
from kontering.store import engines, tables
from kontering.store.prepared import Prepared
from kontering.store.store import Store, Tx, upsert

SOME = 1000
RESTORED = "restored"
"""A gate's row that says since when this store is a copy: what happened after the copy isn't in it."""


def backup(store: Store, path: Path) -> int:
    """Writes the copy; gives back its size in bytes."""
    if path.exists():
        raise Misuse(f"{path} is there already: name another file")
    beside = path.with_name(f".{path.name}.part")
    beside.unlink(missing_ok=True)
    if store.on_postgres:
        _copy_out(store, beside)
    else:
        _copy_file(Path(str(engines.address_of(store.url).database)), beside)
    _check(beside)
    beside.chmod(0o600)
    beside.rename(path)
    return path.stat().st_size


def restore(url: str, path: Path, *, project: str, replace: bool = False) -> None:
    """Puts a copy in the place of a store, which is empty or may be replaced."""
    if not path.is_file():
        raise Misuse(f"{path} is no file")
    _check(path)
    if engines.is_postgres(url):
        _copy_in(url, path, replace=replace)
    else:
        _put_file(Path(str(engines.address_of(url).database)), path, replace=replace)
    with Store.open(url, project=project, migrate=True) as store, store.begin() as tx:
        projects = tx.connection.scalars(sa.select(tables.document.c.project).distinct()).all()
        row = {"connection": RESTORED, "tat": tx.now}
        tx.connection.execute(
            upsert(tx, tables.gate, {"tat": tx.now}),
            [row | {"project": one} for one in projects] or [row | {"project": project}],
        )


def is_restored(tx: Tx) -> bool:
    """Is the store a copy, so that a step that it doesn't know may have happened after all?"""
    return bool(_RESTORED.rows(tx, of=tx.project, name=RESTORED))


_GATE = (tables.gate.c.project == sa.bindparam("of"), tables.gate.c.connection == sa.bindparam("name"))
_RESTORED = Prepared(sa.select(tables.gate.c.tat).where(*_GATE))


def _copy_file(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(target)) as here:
        there.backup(here)


def _put_file(target: Path, source: Path, *, replace: bool) -> None:
    if target.exists() and not replace:
        raise Misuse(f"{target} is there already: --replace puts the backup in its place")
    for end in ("", "-wal", "-shm"):
        target.with_name(target.name + end).unlink(missing_ok=True)
    _copy_file(source, target)


def _check(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as copy:
            whole = copy.execute("PRAGMA quick_check").fetchone()[0]
            copy.execute("SELECT number FROM version").fetchone()
    except sqlite3.DatabaseError as wrong:
        raise Misuse(f"{path} is no backup of a store: {wrong}") from None
    if whole != "ok":
        raise Misuse(f"{path} is damaged: {whole}")


def _copy_out(store: Store, path: Path) -> None:
    made = sa.create_engine(f"sqlite:///{path}")
    with store.look() as tx, made.begin() as copy:
        known = _tables(tx.connection)
        known.create_all(copy)
        for table in known.sorted_tables:
            for rows in _rows(tx.connection, table):
                copy.execute(sa.insert(table), rows)
    made.dispose()


def _copy_in(url: str, path: Path, *, replace: bool) -> None:
    copy = sa.create_engine(f"sqlite:///{path}")
    with Store.open(url, migrate=True) as store, store.begin() as tx, copy.connect() as source:
        if tx.connection.scalar(sa.select(sa.exists().where(tables.document.c.id > 0))) and not replace:
            raise Misuse(f"{engines.shown(url)} isn't empty: --replace puts the backup in its place")
        old = _tables(tx.connection)
        old.drop_all(tx.connection)
        known = _tables(source)
        known.create_all(tx.connection)
        for table in known.sorted_tables:
            for rows in _rows(source, table):
                tx.connection.execute(sa.insert(table), rows)
            _go_on_counting(tx, table)
    copy.dispose()


def _tables(connection: sa.Connection) -> sa.MetaData:
    """Our tables, and those of embedded books as they are found; not the task engine's."""
    found = sa.MetaData()
    found.reflect(connection, only=lambda name, _: not name.startswith("procrastinate"))
    known = sa.MetaData()
    for table in found.sorted_tables:
        ours = tables.metadata.tables.get(table.name)
        (ours if ours is not None else _portable(table)).to_metadata(known)
    return known


def _portable(table: sa.Table) -> sa.Table:
    """A table that was found, in types that both databases have; a single number as key counts by itself."""
    keys = list(table.primary_key)
    for column in table.c:
        column.server_default = None
        if isinstance(column.type, sa.Integer):
            column.type = tables.ROW_ID if [column] == keys else sa.BigInteger()
    return table


def _rows(connection: sa.Connection, table: sa.Table) -> Iterator[list[dict[str, Any]]]:
    found = connection.execute(sa.select(table).execution_options(yield_per=SOME))
    for part in found.mappings().partitions():
        yield [dict(row) for row in part]


def _go_on_counting(tx: Tx, table: sa.Table) -> None:
    key = table.autoincrement_column
    if key is not None:
        name = sa.func.pg_get_serial_sequence(table.name, key.name)
        highest = tx.connection.scalar(sa.select(sa.func.max(key)))
        if highest:
            tx.connection.execute(sa.select(sa.func.setval(name, highest)))
