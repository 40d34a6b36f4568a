"""Opening a store: what makes it unusable is said with what to do about it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from kontering.errors import StoreUnusable
from kontering.store import cursors, tables
from kontering.store.store import Store


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def fails_halfway(store: Store) -> None:
    with store.begin() as tx:
        cursors.move(tx, "orders", {"page": 7})
        raise KeyError("a mistake in the middle")


def fills_the_disk(store: Store) -> None:
    with store.begin() as tx:
        pages = tx.connection.exec_driver_sql("PRAGMA page_count").scalar()
        tx.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        cursors.move(tx, "orders", {"page": "9" * 1_000_000})


def test_a_store_is_made_where_there_is_none_and_found_again(tmp_path: Path) -> None:
    with Store.open(url(tmp_path / "a.db"), project="acme") as store, store.begin() as tx:
        cursors.move(tx, "orders", {"page": 7})

    with Store.open(url(tmp_path / "a.db"), project="acme") as store, store.look() as tx:
        assert cursors.position(tx, "orders") == {"page": 7}


def test_projects_in_one_store_do_not_see_each_other(tmp_path: Path) -> None:
    with Store.open(url(tmp_path / "a.db"), project="acme") as store, store.begin() as tx:
        cursors.move(tx, "orders", {"page": 7})

    with Store.open(url(tmp_path / "a.db"), project="other") as store, store.look() as tx:
        assert cursors.position(tx, "orders") is None


def test_commits_are_durable(tmp_path: Path) -> None:
    with Store.open(url(tmp_path / "a.db")) as store, store.look() as tx:
        assert tx.connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert tx.connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with Store.open(url(tmp_path / "a.db")) as store:
        with pytest.raises(KeyError):
            fails_halfway(store)
        with store.look() as tx:
            assert cursors.position(tx, "orders") is None


def test_a_dry_run_makes_no_store_and_writes_into_none(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with Store.open(url(path), read_only=True) as store, store.look() as tx:
        assert cursors.position(tx, "orders") is None
    assert not path.exists()
    Store.open(url(path)).close()

    with (
        Store.open(url(path), read_only=True) as store,
        pytest.raises(StoreUnusable, match="can't be written"),
        store.begin() as tx,
    ):
        cursors.move(tx, "orders", {"page": 7})


def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    with Store.open(url(tmp_path / "a.db")) as store, store.begin() as tx:
        tx.connection.execute(sa.update(tables.version).values(number=tables.VERSION + 1))

    with pytest.raises(StoreUnusable, match="newer Kontering"):
        Store.open(url(tmp_path / "a.db"))


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_text("orders, as a text, and long enough to be read as a page of a database " * 20)

    with pytest.raises(StoreUnusable, match="it is no SQLite database: name another file"):
        Store.open(url(path))
    assert path.read_text().startswith("orders")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="look whether its folder exists"):
        Store.open(url(tmp_path / "nowhere" / "a.db"))


def test_a_locked_store_names_the_way_on(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with Store.open(url(path), busy=0.05) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnusable, match="it was locked for too long: see which other program"), store.begin():
            pass
        other.close()


def test_a_full_disk_says_so_and_keeps_what_was_there(tmp_path: Path) -> None:
    with Store.open(url(tmp_path / "a.db")) as store:
        with store.begin() as tx:
            cursors.move(tx, "orders", {"page": 7})
        with pytest.raises(StoreUnusable, match="the disk is full: make room"):
            fills_the_disk(store)
        with store.look() as tx:
            assert cursors.position(tx, "orders") == {"page": 7}


def test_another_kind_of_database_is_not_guessed_at() -> None:
    with pytest.raises(StoreUnusable, match=r"mysql: a store is kept in SQLite .* or PostgreSQL"):
        Store.open("mysql://somewhere/acme")
