"""Opens a project's store and hands out its transactions: durable, never half-written, in SQLite or PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from kontering.errors import StoreUnusable
from kontering.store import clocks, engines, tables
from kontering.store.engines import BUSY_SECONDS

MEMORY = "sqlite://"
Clock = Callable[[], int]


def milliseconds() -> int:
    """Now, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tx:
    """One open transaction of one project; `now` is when it began. `at_end` is what is done just before the commit."""

    connection: sa.Connection
    project: str
    now: int
    at_end: list[Callable[[], None]] = field(default_factory=list)
    wakes: Wakes | None = None
    """Who is told of lanes that become due, in the transaction that makes them due."""
    entries: list[Any] = field(default_factory=list)
    """What goes into the audit chain: locked as late and as briefly as can be."""

    @property
    def on_postgres(self) -> bool:
        return self.connection.dialect.name == "postgresql"


class Store:
    """A project's memory. Use it as a context manager, or call `close`."""

    def __init__(self, engine: sa.Engine, *, project: str, url: str, read_only: bool, clock: Clock | None) -> None:
        self.engine = engine
        self.project = project
        self.url = url
        self.read_only = read_only
        self.clock = clock or milliseconds
        self.wakes: Wakes | None = None
        self._asks_database = clock is None and engine.dialect.name == "postgresql"
        self._is_steady = False
        self._driver: Any = engine.dialect.loaded_dbapi
        self._writer = engines.writer(engine)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        project: str = "",
        read_only: bool = False,
        clock: Clock | None = None,
        busy: float = BUSY_SECONDS,
        migrate: bool = False,
    ) -> Store:
        """Opens a store, or makes it. Read-only, a store that isn't there yet is an empty one in memory.

        An older SQLite file is brought up to date at once, an older PostgreSQL database only if `migrate` says so.
        """
        if read_only and not engines.is_there(url):
            return cls.open(MEMORY, project=project, clock=clock)
        engine = engines.engine(url, read_only=read_only, busy=busy)
        store = cls(engine, project=project, url=url, read_only=read_only, clock=clock)
        try:
            store._prepare(migrate=migrate)
            store._is_steady = clock is None and engines.is_file(url)
            store.follow_the_clock()
        except StoreUnusable:
            store.close()
            raise
        return store

    @property
    def on_postgres(self) -> bool:
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def begin(self) -> Iterator[Tx]:
        """A writing transaction: all of it is kept, or nothing."""
        with (
            self._usable(),
            self._writer,
            self.engine.connect() as connection,
            connection.execution_options(writes=True).begin(),
        ):
            tx = self._tx(connection)
            yield tx
            for each in tx.at_end:
                each()

    @contextmanager
    def look(self) -> Iterator[Tx]:
        """A reading transaction: one moment's state of everything."""
        with self._usable(), self.engine.connect() as connection:
            if self.on_postgres:
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield self._tx(connection)

    def project_of(self, project: str) -> Store:
        """Another project in the same database, over the same connections."""
        clock = None if self._asks_database or self._is_steady else self.clock
        store = Store(self.engine, project=project, url=self.url, read_only=self.read_only, clock=clock)
        store._is_steady = self._is_steady
        return store

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, _kind: object, _error: object, _trace: TracebackType | None) -> None:
        self.close()

    def _tx(self, connection: sa.Connection) -> Tx:
        """Several machines share one clock: the database's."""
        now = int(connection.scalar(_DATABASE_NOW) or 0) if self._asks_database else self.clock()
        if self._is_steady:
            now = clocks.now(connection, now)
        return Tx(connection=connection, project=self.project, now=now, wakes=self.wakes)

    def follow_the_clock(self) -> int:
        """Sets the clock of an SQLite file by the time of day; gives back by how many milliseconds it was moved."""
        if not self._is_steady or self.read_only:
            return 0
        with self.look() as tx:
            if clocks.agree(tx.connection, self.clock()):
                return 0
        with self.begin() as tx:
            return clocks.follow(tx.connection, self.clock())

    def _prepare(self, *, migrate: bool) -> None:
        with self._usable(), self.engine.connect() as connection:
            there = sa.inspect(connection).has_table("version")
            number = connection.scalar(sa.select(tables.version.c.number)) if there else None
            connection.rollback()
        if number is None and self.read_only and self.on_postgres:
            raise StoreUnusable(f"{engines.shown(self.url)}: there is no store yet; `kontering run` makes it")
        if number is None and not self.read_only:
            self._create()
        elif number is not None and number > tables.VERSION:
            raise StoreUnusable(_newer(self.url, number))
        elif number is not None and number < tables.VERSION:
            self._bring_up(number, migrate=migrate)

    def _bring_up(self, number: int, *, migrate: bool) -> None:
        if self.read_only or (self.on_postgres and not migrate):
            raise StoreUnusable(_older(self.url, number))
        from kontering.store import migrations  # alembic costs half a second at start

        with self.begin() as tx:
            exclusive(tx, "migrate")
            migrations.upgrade(tx)

    def _create(self) -> None:
        with self.begin() as tx:
            exclusive(tx, "migrate")
            tables.metadata.create_all(tx.connection)
            if tx.connection.scalar(sa.select(tables.version.c.number)) is None:
                tx.connection.execute(sa.insert(tables.version).values(number=tables.VERSION))

    @contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except (sa.exc.DatabaseError, self._driver.Error) as error:
            trouble = engines.trouble(self.url, self._named(error))
            if trouble is None:
                raise  # a broken rule of our own tables is a mistake of ours, not of the disk
            raise trouble from error

    def _named(self, error: Any) -> Any:
        """A failure of a prepared statement, which comes from the driver itself, as SQLAlchemy would name it."""
        if isinstance(error, sa.exc.DatabaseError):
            return error
        dialect = self.engine.dialect
        lost = dialect.is_disconnect(error, None, None)
        return sa.exc.DBAPIError.instance(
            "", None, error, self._driver.Error, connection_invalidated=lost, dialect=dialect
        )


Wakes: TypeAlias = Callable[[Tx, Sequence[str]], None]
_DATABASE_NOW = sa.text("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")


def exclusive(tx: Tx, name: str) -> None:
    """Until the commit nobody else has this name; SQLite has one writer anyway."""
    if tx.on_postgres:
        tx.connection.execute(_LOCK, {"name": f"kontering/{name}"})


_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


def upsert(tx: Tx, table: sa.Table, changes: Mapping[str, Any] | None = None) -> sa.Insert:
    """Inserts rows of a table whose key is its identity; one that is there gets `changes`, or else the row's values."""
    dialect = postgresql if tx.on_postgres else sqlite
    insert = dialect.insert(table)
    keys = [column.name for column in table.primary_key]
    new = {column.name: insert.excluded[column.name] for column in table.c if column.name not in keys}
    changed: sa.Insert = insert.on_conflict_do_update(
        index_elements=keys, set_=new if changes is None else dict(changes)
    )
    return changed


def insert_if_new(tx: Tx, table: sa.Table) -> sa.Insert:
    """Inserts a row, unless one with its identity is there: another was quicker."""
    dialect = postgresql if tx.on_postgres else sqlite
    added: sa.Insert = dialect.insert(table).on_conflict_do_nothing()
    return added


def _newer(url: str, number: int) -> str:
    return (
        f"{engines.shown(url)} was written by a newer Kontering (store version {number}, this one knows "
        f"{tables.VERSION}): upgrade Kontering, or name another store in the project file"
    )


def _older(url: str, number: int) -> str:
    return (
        f"{engines.shown(url)} is of store version {number}, this Kontering needs {tables.VERSION}: stop all workers, "
        "make a backup, then run `kontering worker --migrate`"
    )
