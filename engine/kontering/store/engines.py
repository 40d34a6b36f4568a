"""The two databases that a store can be in, set up alike: durable commits, transactions that begin when we say so."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import StaticPool

from kontering.errors import StoreAway, StoreBusy, StoreUnusable

BUSY_SECONDS = 30
POOL = 20
IDLE_IN_TRANSACTION = "60s"
"""A worker that stops in the middle of a transaction gives its locks back after so long."""


def engine(url: str, *, read_only: bool, busy: float = BUSY_SECONDS) -> sa.Engine:
    """`sqlite:///file.db`, `sqlite://` (in memory) or `postgresql://user@host/database`."""
    address = address_of(url)
    match address.get_backend_name():
        case "sqlite":
            return _sqlite(address, read_only, busy)
        case "postgresql":
            return _postgres(address, read_only)
        case other:
            raise StoreUnusable(
                f"{other}: a store is kept in SQLite (sqlite:///kontering.db) or PostgreSQL (postgresql://…)"
            )


_writers: WeakKeyDictionary[sa.Engine, threading.Lock] = WeakKeyDictionary()


def writer(engine: sa.Engine) -> AbstractContextManager[Any]:
    """SQLite has one writer: threads of a process wait for each other here, which is quicker than trying again."""
    if engine.dialect.name != "sqlite":
        return nullcontext()
    return _writers.setdefault(engine, threading.Lock())


def address_of(url: str) -> URL:
    """The parts of a store's address."""
    try:
        return make_url(url)
    except sa.exc.ArgumentError as wrong:
        raise StoreUnusable(f"`store` in the project file is no address of a database: {wrong}") from None


def is_postgres(url: str) -> bool:
    return address_of(url).get_backend_name() == "postgresql"


def is_file(url: str) -> bool:
    """Is it an SQLite file, which has one machine?"""
    address = address_of(url)
    return address.get_backend_name() == "sqlite" and bool(address.database)


def is_there(url: str) -> bool:
    """Could there be a store? Only a file can be seen to be missing."""
    address = address_of(url)
    if address.get_backend_name() != "sqlite":
        return True
    return bool(address.database) and Path(str(address.database)).exists()


def shown(url: str) -> str:
    """The store as messages name it, without a password."""
    address = address_of(url)
    if address.get_backend_name() == "sqlite":
        return address.database or "the store in memory"
    return address.render_as_string(hide_password=True)


def trouble(url: str, error: sa.exc.DatabaseError) -> StoreUnusable | None:
    """What a failure of the database is to whoever asked; None: a mistake of ours."""
    if address_of(url).get_backend_name() == "postgresql":
        return _postgres_trouble(url, error)
    if type(error) not in (sa.exc.OperationalError, sa.exc.DatabaseError):
        return None
    name = str(getattr(error.orig, "sqlite_errorname", "SQLITE_ERROR"))
    known = next((way for start, way in _WAYS_ON.items() if name.startswith(start)), _WAYS_ON["SQLITE_ERROR"])
    kind = StoreBusy if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) else StoreUnusable
    return kind(f"{shown(url)}: {known} ({error.orig})")


def _sqlite(address: URL, read_only: bool, busy: float) -> sa.Engine:
    if not address.database:
        made = sa.create_engine(address, poolclass=StaticPool, connect_args={"check_same_thread": False})
    elif read_only:
        path = str(address.database)
        made = sa.create_engine("sqlite://", creator=lambda: _opened_for_reading(path, busy), pool_size=POOL)
    else:
        made = sa.create_engine(address, connect_args={"timeout": busy}, pool_size=POOL)
    _set_up(made, read_only, busy)
    return made


def _opened_for_reading(path: str, busy: float) -> sqlite3.Connection:
    uri = f"{Path(path).absolute().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, timeout=busy, check_same_thread=False)


def _set_up(made: sa.Engine, read_only: bool, busy: float) -> None:
    """Durable commits, and transactions that begin when we say so: the driver's own would begin them too late."""

    @sa.event.listens_for(made, "connect")
    def connected(raw: Any, _record: object) -> None:
        raw.isolation_level = None
        for pragma in _pragmas(read_only, busy):
            raw.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(made, "begin")
    def began(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _pragmas(read_only: bool, busy: float) -> tuple[str, ...]:
    always = (f"busy_timeout={round(busy * 1000)}", "foreign_keys=ON")
    return (*always, "query_only=ON") if read_only else (*always, "journal_mode=WAL", "synchronous=FULL")


def _postgres(address: URL, read_only: bool) -> sa.Engine:
    settings = {"idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION, "timezone": "UTC"}
    if read_only:
        settings["default_transaction_read_only"] = "on"
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    arguments = {"options": options, "connect_timeout": 10, "application_name": "kontering"}
    try:
        return sa.create_engine(
            address.set(drivername="postgresql+psycopg"), connect_args=arguments, pool_size=POOL, max_overflow=POOL
        )
    except ModuleNotFoundError as missing:
        raise StoreUnusable("PostgreSQL needs an extra: pip install 'kontering[postgres]'") from missing


def _postgres_trouble(url: str, error: sa.exc.DatabaseError) -> StoreUnusable | None:
    code = str(getattr(error.orig, "sqlstate", None) or "")
    if code in ("40001", "40P01", "55P03"):
        return StoreBusy(f"{shown(url)}: two transactions wanted the same rows ({error.orig})")
    if error.connection_invalidated or code[:2] in _AWAY or (not code and isinstance(error, sa.exc.OperationalError)):
        return StoreAway(f"{shown(url)}: the database doesn't answer: see whether it runs ({error.orig})")
    known = next((way for start, way in _POSTGRES_WAYS_ON.items() if code.startswith(start)), None)
    return StoreUnusable(f"{shown(url)}: {known} ({error.orig})") if known else None


_AWAY = ("08", "57")
"""Connections that broke, and servers that start or stop."""

_POSTGRES_WAYS_ON = {
    "25006": "it can't be written: this was opened for reading",
    "53100": "the disk is full: make room and run the same command again; nothing is half-written",
    "53": "the server has no connections or memory left: raise its limits, or run fewer workers",
    "28": "user or password is refused: see `store` in the project file",
    "3D000": "there is no such database: make it with createdb",
    "42501": "the user lacks rights on the tables: grant them, or name another user in `store`",
    "42P01": "it isn't a store of Kontering, or of another version",
}

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
