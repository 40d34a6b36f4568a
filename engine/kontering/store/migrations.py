"""Brings an older store up to date, revision by revision, in one transaction; alembic's operations, so both databases.

The revisions are the modules of `revisions`, by number; the version that a store has is in its own table `version`.
"""

from __future__ import annotations

import importlib

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from kontering.store import tables
from kontering.store.store import Tx


def upgrade(tx: Tx, to: int = tables.VERSION) -> tuple[int, ...]:
    """Applies what is missing; gives back the numbers of the revisions that were applied."""
    number = tx.connection.scalar(sa.select(tables.version.c.number)) or 0
    operations = Operations(MigrationContext.configure(tx.connection))
    missing = tuple(range(number + 1, to + 1))
    for one in missing:
        importlib.import_module(f"kontering.store.revisions.r{one:04}").upgrade(operations)
    if missing:
        tx.connection.execute(sa.update(tables.version).values(number=to))
    return missing
