"""The audit chain: whoever changes or takes out an entry is found out."""

from __future__ import annotations

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
