"""The embedded ledger commits with the store: killed anywhere, it has all of a batch or nothing of it."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.crash.nursery import Nursery
from tests.plain import shop

from kontering.connectors.ledger import reads, tables
from kontering.store.store import Store

ORDERS = 6


def booked(store: Path) -> tuple[Counter[str], Decimal]:
    """How often each reference is booked, and what the buyers owe in all."""
    with Store.open(f"sqlite:///{store}", project="acme") as opened, opened.look() as tx:
        references = Counter(tx.connection.scalars(sa.select(tables.ledger_invoice.c.reference)))
        return references, reads.role_balances(tx.connection).get("receivable", Decimal(0))


@pytest.mark.parametrize(
    "kill",
    [
        "before_intent:1",
        "after_call:1",
        "after_call:9",
        "before_receipt:1",
        "after_receipt:1",
        "before_page:2",
        "after_page:2",
    ],
)
def test_killed_anywhere_each_order_is_in_the_books_once(nursery: Nursery, folder: Path, kill: str) -> None:
    store = folder / "a.db"
    orders = [shop.order(number, customer=str(number % 3)) for number in range(ORDERS)]
    run = {"store": str(store), "orders": orders, "refunds": [shop.refund("r1", "1")], "page": 2}

    assert nursery.run(**run, kill=kill) == -9
    assert nursery.run(**run) == 0

    references, owed = booked(store)
    assert references == Counter([*(str(number) for number in range(ORDERS)), "r1"])
    assert owed == 0, "every order was paid, and the refund paid back"
