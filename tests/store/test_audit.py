"""The audit chain: whoever changes or takes out an entry is found out."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from kontering.store import audit
from kontering.store.audit import Entry
from kontering.store.store import Store
from kontering.store.tables import audit as table


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("database")
    with Store.open(url, project="acme") as opened:
        with opened.begin() as tx:
            audit.append(
                tx, [Entry(who="kontering", what="create invoice", subject=f"shop/order/{n}") for n in range(3)]
            )
        with opened.begin() as tx:
            audit.append(tx, [Entry(who="lise", what="skip", subject="shop/order/1", data={"because": "a test order"})])
        yield opened


def broken(store: Store) -> list[str]:
    with store.look() as tx:
        return list(audit.verify(tx))


def change(store: Store, statement: sa.Update | sa.Delete) -> None:
    with store.begin() as tx:
        tx.connection.execute(statement)


def test_a_chain_that_nobody_touched_is_whole(store: Store) -> None:
    assert broken(store) == []
    with store.look() as tx:
        assert [entry.what for entry in audit.of(tx, "shop/order/1")] == ["create invoice", "skip"]


def test_a_changed_entry_is_found(store: Store) -> None:
    change(store, sa.update(table).where(table.c.seq == 2).values(who="nobody"))

    assert broken(store) == ["entry 2 was changed: create invoice of shop/order/1"]


def test_an_entry_that_is_taken_out_is_found(store: Store) -> None:
    change(store, sa.delete(table).where(table.c.seq == 2))

    assert broken(store) == ["entry 2 is missing", "entry 3 doesn't follow the one before it"]


def test_a_changed_entry_with_a_new_hash_breaks_the_next(store: Store) -> None:
    with store.look() as tx:
        row = tx.connection.execute(sa.select(table).where(table.c.seq == 2)).one()._asdict()
    forged = audit.hash_of(row | {"who": "nobody"})
    change(store, sa.update(table).where(table.c.seq == 2).values(who="nobody", hash=forged))

    assert broken(store) == ["entry 3 doesn't follow the one before it"]


def test_each_project_has_its_own_chain(store: Store) -> None:
    other = store.project_of("other")
    with other.begin() as tx:
        audit.append(tx, [Entry(who="ole", what="skip", subject="shop/order/9")])
    change(store, sa.delete(table).where(table.c.project == "acme", table.c.seq == 2))

    assert broken(other) == []
    assert broken(store)[0] == "entry 2 is missing"


def test_projects_in_one_database_do_not_wait_for_each_others_commit(database: str) -> None:
    """Both transactions have written their entry before either commits."""
    with Store.open(database, project="acme") as acme:
        other, written, seen = acme.project_of("other"), threading.Event(), []

        def beside() -> None:
            with other.begin() as tx:
                tx.connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
                audit.append(tx, [Entry(who="ole", what="skip", subject="shop/order/9")])
            seen.append("committed")
            written.set()

        with acme.begin() as tx:
            audit.append(tx, [Entry(who="lise", what="skip", subject="shop/order/1")])
            tx.at_end.append(lambda: threading.Thread(target=beside).start())
            tx.at_end.append(lambda: seen.append("in time" if written.wait(10) else "too late"))

    assert seen == ["committed", "in time"]


def test_what_is_cut_off_is_said_and_the_rest_is_still_proved(store: Store) -> None:
    with store.begin() as tx:
        at = tx.now + 1
    later = Store(store.engine, project="acme", url=store.url, read_only=False, clock=lambda: at + 10)
    with later.begin() as tx:
        audit.append(tx, [Entry(who="lise", what="retry", subject="shop/order/2")])
    with later.begin() as tx:
        gone = audit.cut(tx, at, who="kontering")

    assert gone == 4
    assert broken(store) == []
    with store.look() as tx:
        assert [(row.seq, row.what) for row in audit.since(tx, 0)] == [(5, "retry"), (6, "cut")]
    change(store, sa.delete(table).where(table.c.seq == 5))
    assert broken(store) == ["entry 5 is missing", "entry 6 doesn't follow the one before it"]
