"""Stores of each released version are brought up to date in place, on both databases, and nothing in them is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from kontering.errors import StoreUnusable
from kontering.store import audit, engines, tables
from kontering.store.revisions import r0001
from kontering.store.store import Store

CASES = Path(__file__).parents[1] / "cases" / "store"


def released(url: str) -> None:
    """The tables of 0.1.0, with a row in each that a later version changes."""
    engine = engines.engine(url, read_only=False)
    with engine.begin() as connection:
        r0001.metadata.create_all(connection)
        connection.execute(sa.insert(r0001.version).values(number=1))
        connection.execute(sa.insert(r0001.gate).values(project="acme", connection="books", tat=7, stopped="denied"))
        connection.execute(sa.insert(r0001.audit), list(chained()))
    engine.dispose()


def chained() -> Iterator[dict[str, Any]]:
    """The one chain of two projects, of which the third entry was changed afterwards."""
    before = audit.FIRST
    for seq, project in enumerate(["acme", "other", "acme", "other"], start=1):
        row = {"seq": seq, "project": project, "at": seq, "who": "kontering", "what": "done", "subject": f"a/b/{seq}"}
        row |= {"data": "{}", "before": before}
        before = audit.hash_of(row)
        yield row | {"hash": before} | ({"who": "nobody"} if seq == 3 else {})


@pytest.fixture(params=["sqlite", "postgres"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/a.db" if request.param == "sqlite" else request.getfixturevalue("database")
    released(str(url))
    return str(url)


def test_an_old_store_gets_the_tables_of_a_new_one_and_keeps_its_rows(old: str) -> None:
    with Store.open(old, project="acme", migrate=True) as store, store.begin() as tx:
        context = MigrationContext.configure(tx.connection)
        differences = compare_metadata(context, tables.metadata)
        gate = tx.connection.execute(sa.select(tables.gate).where(tables.gate.c.project == "acme")).one()
        version = tx.connection.scalar(sa.select(tables.version.c.number))

    assert differences == []
    assert version == tables.VERSION
    assert (gate.connection, gate.tat, gate.stopped, gate.paused) == ("books", 7, "denied", None)


def test_one_chain_of_all_projects_becomes_a_chain_for_each_and_hides_nothing(old: str) -> None:
    with Store.open(old, project="other", migrate=True) as other, other.look() as tx:
        assert list(audit.verify(tx)) == []
        assert [row.seq for row in audit.since(tx, 0)] == [1, 2]
    with Store.open(old, project="acme") as acme, acme.look() as tx:
        assert list(audit.verify(tx)) == ["entry 2 was changed: done of a/b/3"]


def test_the_released_file_of_0_1_0_is_opened_and_brought_up(tmp_path: Path) -> None:
    path = tmp_path / "kontering.db"
    with sqlite3.connect(path) as made:
        made.executescript((CASES / "0.1.0.sql").read_text(encoding="utf-8"))
    made.close()

    with Store.open(f"sqlite:///{path}", project="acme") as store, store.look() as tx:
        assert tx.connection.scalar(sa.select(tables.version.c.number)) == tables.VERSION
        assert compare_metadata(MigrationContext.configure(tx.connection), tables.metadata) == []
        assert tx.connection.scalar(sa.select(tables.cursor.c.position)) == '{"page":7}'


def test_postgres_is_brought_up_only_when_asked_to(database: str) -> None:
    released(database)

    with pytest.raises(StoreUnusable, match="kontering worker --migrate"):
        Store.open(database, project="acme")


def test_an_old_store_is_not_changed_by_looking(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    released(url)

    with pytest.raises(StoreUnusable, match="store version 1, this Kontering needs"):
        Store.open(url, project="acme", read_only=True)
