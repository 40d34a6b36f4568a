"""The task engine's own tables, in the store's database: its SQL files by name, each applied once."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from procrastinate.schema import SchemaManager

from kontering.store.store import Tx, exclusive, insert_if_new
from kontering.store.tables import engine_revision


def upgrade(tx: Tx) -> tuple[str, ...]:
    """Applies the files that are missing, in their order; gives back their names."""
    exclusive(tx, "migrate")
    known = set(tx.connection.scalars(sa.select(engine_revision.c.name)))
    files = [path for path in sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql")) if path.name not in known]
    for path in files:
        run_file(tx, path.read_text(encoding="utf-8"))
        tx.connection.execute(insert_if_new(tx, engine_revision).values(name=path.name))
    return tuple(path.name for path in files)


def missing(tx: Tx) -> bool:
    """Is there a file that these tables don't have yet?"""
    known = set(tx.connection.scalars(sa.select(engine_revision.c.name)))
    return any(path.name not in known for path in Path(SchemaManager.get_migrations_path()).glob("*.sql"))


def run_file(tx: Tx, text: str) -> None:
    """Many statements in one go, as they stand."""
    raw = tx.connection.connection.driver_connection
    assert raw is not None
    with raw.cursor() as cursor:
        cursor.execute(text)
