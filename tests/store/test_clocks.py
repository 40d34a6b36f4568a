"""The clock of an SQLite store counts what has passed; the time of day may be set under it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from kontering.store import clocks, gates, lanes, tables
from kontering.store.store import Store

pytestmark = pytest.mark.skipif(clocks.elapsed() is None, reason="this system doesn't count since its start")
HOUR = 3_600_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'a.db'}", project="acme") as opened:
        yield opened


def now(store: Store) -> int:
    with store.look() as tx:
        return tx.now


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_setting_the_time_of_day_changes_no_span(store: Store, step: int) -> None:
    """A lease that has a minute to run, and a lane that is due in two, have them still."""
    with store.begin() as tx:
        began = tx.now
        lanes.due_at(tx, [("books/a", "books", tx.now + 120_000), ("books/b", "books", tx.now)])
        (ours,) = lanes.claim(tx, "elsewhere|1|5|0")
        gates.pause(tx, "books", tx.now - 5_000, "asked to")
        gates.pause(tx, "shop", tx.now + 60_000, "asked to")
    store.clock = lambda: time.time_ns() // 1_000_000 + step

    before = now(store)
    moved = store.follow_the_clock()

    assert 0 <= before - began < HOUR / 2, "it isn't seen before the store's own clock was moved"
    assert abs(moved - step) < HOUR / 2
    assert abs(now(store) - began - step) < HOUR / 2
    with store.look() as tx:
        rows = {row.key: row for row in tx.connection.execute(sa.select(tables.lane))}
        assert ours.key == "books/b"
        assert abs(rows["books/b"].until - tx.now - lanes.LEASE) < 20_000
        assert abs(rows["books/a"].due - tx.now - 120_000) < 20_000
        assert not lanes.due_without(tx, 9)
        rests = {gate.connection: gate.tat - tx.now for gate in gates.all_gates(tx)}
        assert rests["books"] < 0 < rests["shop"] <= 60_000, "what is over doesn't come back"


def test_all_processes_reckon_alike_from_the_next_transaction_on(store: Store) -> None:
    with Store.open(store.url, project="acme") as other:
        store.clock = lambda: time.time_ns() // 1_000_000 + HOUR
        store.follow_the_clock()

        assert abs(now(other) - now(store)) < 5_000


def test_a_store_of_another_start_of_the_machine_takes_the_time_of_day(store: Store) -> None:
    with store.begin() as tx:
        tx.connection.execute(
            sa.update(tables.gate).where(tables.gate.c.connection == clocks.NAME).values(trouble="another", tat=5)
        )

    assert abs(now(store) - time.time_ns() // 1_000_000) < 5_000
    assert store.follow_the_clock() == 0
    assert abs(now(store) - time.time_ns() // 1_000_000) < 5_000
