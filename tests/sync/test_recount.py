"""`reconcile --connection`: a target is asked for each thing that was delivered, and has to have it once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.plain import books, shop
from tests.plain.books import Memory

from kontering.sdk.connector import Again
from kontering.store.store import Store
from kontering.sync import dispatch
from kontering.sync.recount import Recounted, recount
from kontering.sync.wiring import Wired
from kontering.testing import Simulated

ORDERS = [shop.order(1), shop.order(2), shop.order(3)]


@pytest.fixture
def system() -> Simulated[Memory]:
    return books.simulator(keys=False)


@pytest.fixture
def wired(system: Simulated[Memory]) -> Wired:
    return shop.wired(shop.project(ORDERS), again=Again.LOOK, transport=httpx.MockTransport(system))


@pytest.fixture
def store(tmp_path: Path, wired: Wired) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path}/a.db", project="acme") as opened:
        dispatch.run(opened, wired, threads=1)
        yield opened


def counted(store: Store, wired: Wired, since: dt.date | None = None) -> Recounted:
    with wired.client("books", read_only=True) as client:
        return recount(store, wired, "books", wired.target("books", client), since)


def causes(found: Recounted) -> dict[str, str]:
    return {one.name: one.cause.partition(":")[0].partition(";")[0] for one in found.differences}


def test_what_is_there_once_agrees(store: Store, wired: Wired) -> None:
    found = counted(store, wired)

    assert (found.asked, found.not_asked, found.differences) == (8, 0, ()), "a buyer, a product, 3 invoices, 3 payments"


def test_a_double_and_what_is_gone_and_what_was_changed_are_told(
    store: Store, wired: Wired, system: Simulated[Memory]
) -> None:
    invoices = system.state.things["/invoices"]
    invoices.append({**invoices[0], "id": 9, "number": "1009"})
    invoices[1]["reference"] = "something else"
    invoices[2] |= {"net": 80, "vat": 20, "gross": 100}
    system.state.things["/payments"].append({**system.state.things["/payments"][0], "id": 9})

    assert causes(counted(store, wired)) == {
        "invoice 1": "it is there 2 times",
        "invoice 2": "it was delivered and isn't there any more",
        "invoice 3": "it is there with another amount",
        "payment 1#1": "it is there 2 times",
    }


def test_only_what_was_delivered_since_a_day_is_asked_for(store: Store, wired: Wired) -> None:
    with store.look() as tx:
        today = dt.datetime.fromtimestamp(tx.now / 1000, tz=dt.UTC).date()

    assert counted(store, wired, today).asked == 8
    assert counted(store, wired, today + dt.timedelta(days=2)).asked == 0
