"""Opens a project's store and hands out its transactions: SQLite, durable, one writer at a time, never half-written."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.pool import StaticPool

from kontering.errors import StoreUnusable
from kontering.store import tables

BUSY_SECONDS = 30
MEMORY = "sqlite://"
Clock = Callable[[], int]


def milliseconds() -> int:
    """Now, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tx:
    """One open transaction of one project; `now` is when it began."""

    connection: sa.Connection
    project: str
    now: int


class Store:
    """A project's memory. Use it as a context manager, or call `close`."""

    def __init__(self, engine: sa.Engine, *, project: str, url: str, read_only: bool, clock: Clock) -> None:
        self.engine = engine
        self.project = project
        self.url = url
        self.read_only = read_only
        self.clock = clock

    @classmethod
    def open(
        cls,
        url: str,
        *,
        project: str = "",
        read_only: bool = False,
        clock: Clock = milliseconds,
        busy: float = BUSY_SECONDS,
    ) -> Store:
        """Opens `sqlite:///file.db`, or makes it. Read-only, a store that isn't there yet is an empty one in memory."""
        if read_only and not _is_there(url):
            return cls.open(MEMORY, project=project, clock=clock)
        store = cls(_engine(url, read_only, busy), project=project, url=url, read_only=read_only, clock=clock)
        try:
            store._prepare()
        except StoreUnusable:
            store.close()
            raise
        return store

    @contextmanager
    def begin(self) -> Iterator[Tx]:
        """A writing transaction: all of it is kept, or nothing."""
        with self._usable(), self.engine.connect() as connection, connection.execution_options(writes=True).begin():
            yield Tx(connection=connection, project=self.project, now=self.clock())

    @contextmanager
    def look(self) -> Iterator[Tx]:
        """A reading transaction: one moment's state of everything."""
        with self._usable(), self.engine.connect() as connection, connection.begin():
            yield Tx(connection=connection, project=self.project, now=self.clock())

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, _kind: object, _error: object, _trace: TracebackType | None) -> None:
        self.close()

    def _prepare(self) -> None:
        with self._usable(), self.engine.connect() as connection:
            there = sa.inspect(connection).has_table("version")
            number = connection.scalar(sa.select(tables.version.c.number)) if there else None
            connection.rollback()
        if number is None and not self.read_only:
            self._create()
        elif number is not None and number > tables.VERSION:
            raise StoreUnusable(_newer(self.url, number))

    def _create(self) -> None:
        with self.begin() as tx:
            tables.metadata.create_all(tx.connection)
            if tx.connection.scalar(sa.select(tables.version.c.number)) is None:
                tx.connection.execute(sa.insert(tables.version).values(number=tables.VERSION))

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.DatabaseError as error:
            if type(error) not in (sa.exc.OperationalError, sa.exc.DatabaseError):
                raise  # a broken rule of our own tables is a mistake of ours, not of the disk
            raise StoreUnusable(_words(self.url, error)) from error


def upsert(tx: Tx, table: sa.Table, changes: Mapping[str, Any] | None = None) -> sa.Insert:
    """Inserts rows of a table whose key is its identity; one that is there gets `changes`, or else the row's values."""
    dialect = postgresql if tx.connection.dialect.name == "postgresql" else sqlite
    insert = dialect.insert(table)
    keys = [column.name for column in table.primary_key]
    new = {column.name: insert.excluded[column.name] for column in table.c if column.name not in keys}
    changed: sa.Insert = insert.on_conflict_do_update(
        index_elements=keys, set_=new if changes is None else dict(changes)
    )
    return changed


def _is_there(url: str) -> bool:
    place = make_url(url).database
    return bool(place) and Path(str(place)).exists()


def _engine(url: str, read_only: bool, busy: float) -> sa.Engine:
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        raise StoreUnusable(
            f"{address.render_as_string()}: this version keeps its store in SQLite: sqlite:///kontering.db"
        )
    if not address.database:
        engine = sa.create_engine(address, poolclass=StaticPool, connect_args={"check_same_thread": False})
    elif read_only:
        engine = sa.create_engine("sqlite://", creator=lambda: _opened_for_reading(str(address.database)), pool_size=20)
    else:
        engine = sa.create_engine(address, connect_args={"timeout": busy}, pool_size=20)
    _set_up(engine, read_only, busy)
    return engine


def _opened_for_reading(path: str) -> sqlite3.Connection:
    uri = f"{Path(path).absolute().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, check_same_thread=False)


def _set_up(engine: sa.Engine, read_only: bool, busy: float) -> None:
    """Durable commits, and transactions that begin when we say so: the driver's own would begin them too late."""

    @sa.event.listens_for(engine, "connect")
    def connected(raw: Any, _record: object) -> None:
        raw.isolation_level = None
        for pragma in _pragmas(read_only, busy):
            raw.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def began(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _pragmas(read_only: bool, busy: float) -> tuple[str, ...]:
    always = (f"busy_timeout={round(busy * 1000)}", "foreign_keys=ON")
    return (*always, "query_only=ON") if read_only else (*always, "journal_mode=WAL", "synchronous=FULL")


def _newer(url: str, number: int) -> str:
    return (
        f"{_shown(url)} was written by a newer Kontering (store version {number}, this one knows {tables.VERSION}): "
        "upgrade Kontering, or name another store in the project file"
    )


_WAYS_ON = {
    "SQLITE_FULL": "the disk is full: make room and run the same command again; nothing is half-written",
    "SQLITE_BUSY": "it was locked for too long: see which other program has it open, then run again",
    "SQLITE_LOCKED": "it was locked for too long: see which other program has it open, then run again",
    "SQLITE_NOTADB": "it is no SQLite database: name another file in the project file's `store`, or move this one away",
    "SQLITE_CORRUPT": "it is damaged: restore the last backup; deliveries are looked up before they are sent again",
    "SQLITE_READONLY": "it can't be written: look at the rights of the file and of its folder",
    "SQLITE_CANTOPEN": "it can't be opened: look whether its folder exists and may be written",
    "SQLITE_IOERR": "the disk failed to read or write: look at the disk; a store can't lie on a network file system",
    "SQLITE_ERROR": "it isn't a store of Kontering, or of another version",
}


def _words(url: str, error: sa.exc.DBAPIError | sa.exc.DatabaseError) -> str:
    name = str(getattr(error.orig, "sqlite_errorname", "SQLITE_ERROR"))
    known = next((way for start, way in _WAYS_ON.items() if name.startswith(start)), _WAYS_ON["SQLITE_ERROR"])
    return f"{_shown(url)}: {known} ({error.orig})"


def _shown(url: str) -> str:
    address = make_url(url)
    return address.database or "the store in memory"
