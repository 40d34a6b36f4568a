"""Ctrl-C and SIGTERM: the call in flight comes to its end, leases are given back, and the next run goes on."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.crash.nursery import Nursery
from tests.plain import books, shop

from kontering.store import tables
from kontering.store.store import Store
from kontering.testing import Faulty, serve
from kontering.testing.faults import always, late

INTERRUPTED = 130
ORDERS = 40


def leftovers(store: Path) -> tuple[int, int]:
    """Lanes that somebody owns, and steps without an answer."""
    with Store.open(f"sqlite:///{store}", project="acme") as opened, opened.look() as tx:
        owned = tx.connection.scalars(sa.select(tables.lane.c.key).where(tables.lane.c.owner.is_not(None))).all()
        unsure = tx.connection.scalars(sa.select(tables.delivery.c.id).where(tables.delivery.c.state == "sent")).all()
        return len(owned), len(unsure)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("threads", [1, 3])
def test_stopped_in_the_middle_nothing_is_left_open(
    nursery: Nursery, folder: Path, number: signal.Signals, threads: int
) -> None:
    system = books.simulator()
    orders = [shop.order(each, customer=str(each % 5)) for each in range(ORDERS)]
    run = {"store": str(folder / "a.db"), "orders": orders, "threads": threads, "page": 10}
    with serve(Faulty(system, always(late(0.02)))) as served:
        run["url"] = served.url
        worker = nursery.start(**run)
        while system.state.count("/invoices") < 3:
            time.sleep(0.02)
        nursery.kill(worker, number)
        assert nursery.wait(worker) == INTERRUPTED
        assert 0 < len(system.state.booked()) < ORDERS
        assert leftovers(folder / "a.db") == (0, 0)
        assert nursery.run(**run) == 0

    assert sorted(map(int, system.state.booked())) == list(range(ORDERS))
    assert system.state.doubles() == {}
