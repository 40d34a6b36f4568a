"""A mistake that nobody foresaw costs one document: the others go on, nothing is lost, and a retry looks first."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from tests.plain import books, shop
from tests.plain.books import Memory

from kontering.connectors import registry
from kontering.connectors.ledger.tables import ledger_invoice
from kontering.errors import StoreUnusable
from kontering.model.plan import Found, Receipt, Step, Totals
from kontering.model.record import Page, Position
from kontering.sdk.connector import Again, Connector, Settings, Target
from kontering.store import audit, tables
from kontering.store.store import Store
from kontering.sync import dispatch, status
from kontering.sync.wiring import Wired, wire
from kontering.testing import Simulated

ORDERS = [shop.order(number, customer="7") for number in range(1, 5)]


class Careless(books.PlainTarget):
    """A connector with a mistake: it falls over the answer to one order, after it was sent, as long as it isn't mended."""

    mended = False
    where = "answer"

    def send(self, step: Step) -> Receipt:
        receipt = super().send(step)
        if step.document == "shop/order/2" and step.kind == "invoice" and self.where == "answer" and not self.mended:
            raise KeyError("bookedInvoiceNumber")
        return receipt

    def find(self, kind: str, by: Mapping[str, str]) -> list[Found]:
        if by.get("reference") == "2" and self.where == "look-up" and not self.mended:
            raise ZeroDivisionError("division by zero")
        return super().find(kind, by)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'a.db'}", project="acme") as opened:
        yield opened


@pytest.fixture
def system() -> Simulated[Memory]:
    return books.simulator(keys=False)


def careless(system: Simulated[Memory], target: type[Careless]) -> Wired:
    def made(settings: Settings, client: httpx.Client) -> Careless:
        return target(settings, client, Again.LOOK)

    connector = replace(books.connector(Again.LOOK), target=made)
    return wire(
        shop.project(ORDERS),
        connectors={"plain-shop": shop.SHOP, "plain-books": connector},
        transports={"books": httpx.MockTransport(system)},
    )


def test_a_connector_that_falls_over_one_answer_costs_one_document(
    store: Store, system: Simulated[Memory], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        summary = dispatch.run(store, careless(system, Careless), threads=2)

    assert summary.ended == {"done": 3, "failed": 1}
    assert system.state.booked() == ["1", "3", "4"]
    (entry,) = status.queue(store)
    assert (entry.key, entry.state, entry.code) == ("shop/order/2", "failed", "MISHAP")
    assert "KeyError: 'bookedInvoiceNumber'" in entry.reason
    (line,) = [line for line in caplog.records if line.name == "kontering.mishap"]
    assert (vars(line)["document"], len(vars(line)["deliveries"])) == ("shop/order/2", 1)
    assert line.exc_info is not None


def test_when_it_is_mended_a_retry_looks_before_it_sends(store: Store, system: Simulated[Memory]) -> None:
    dispatch.run(store, careless(system, Careless), threads=1)
    status.retry(store, ["order/2"], who="lise")
    mended = type("Mended", (Careless,), {"mended": True})
    summary = dispatch.run(store, careless(system, mended), threads=1)

    assert summary.ended["done"] == 1
    assert system.state.booked() == ["1", "3", "4", "2"]
    assert system.state.doubles() == {}
    with store.look() as tx:
        assert list(audit.verify(tx)) == []


def test_a_record_that_the_engine_falls_over_is_failed_and_the_page_is_read_on(store: Store) -> None:
    """An amount of a type that no mapping expects stands for a mistake of ours."""
    wired = shop.wired(shop.project(ORDERS, to="ledger"))
    broken = replace(wired, flows={**wired.flows, "orders": _breaking(wired)})

    assert dispatch.run(store, broken).ended == {"done": 3, "failed": 1}
    assert {entry.key: entry.code for entry in status.queue(store)} == {"shop/order/3": "MISHAP"}


def _breaking(wired: Wired) -> Any:
    flow = wired.flows["orders"]
    states = Tripped(flow.policy.states)
    return replace(
        flow,
        maker=replace(flow.maker, policy=replace(flow.policy, states=states)),
    )


class Tripped(dict[str, Any]):
    """The states of a flow, until the third one is asked for."""

    asked = 0

    def __contains__(self, key: object) -> bool:
        self.asked += 1
        if self.asked == 3:
            raise RuntimeError("the third")
        return super().__contains__(key)


def test_the_books_in_the_store_lose_a_batch_to_a_mishap_and_do_the_others_again(store: Store) -> None:
    class Falls(Wrapped):
        def send(self, step: Step) -> Receipt:
            receipt = self.inner.send(step)
            if step.document == "shop/order/3" and step.kind == "invoice":
                raise LookupError("no such account")
            return receipt

    summary = dispatch.run(store, embedded(Falls))

    assert summary.ended == {"done": 3, "failed": 1}
    assert {entry.key: entry.code for entry in status.queue(store)} == {"shop/order/3": "MISHAP"}
    with store.look() as tx:
        references = tx.connection.scalars(sa.select(ledger_invoice.c.reference).order_by(ledger_invoice.c.reference))
        assert references.all() == ["1", "2", "4"]
        assert list(audit.verify(tx)) == []


@dataclass
class Wrapped:
    """The ledger, with something around it."""

    inner: Target

    def find(self, kind: str, by: Mapping[str, str]) -> Sequence[Found]:
        return self.inner.find(kind, by)

    def send(self, step: Step) -> Receipt:
        return self.inner.send(step)

    def trial(self, step: Step) -> Totals:
        return self.inner.trial(step)


def embedded(around: type[Wrapped]) -> Wired:
    ledger = registry.load("ledger")
    assert ledger.embedded is not None
    opened = ledger.embedded
    wrapped = replace(ledger, embedded=lambda settings, transaction: around(opened(settings, transaction)))
    return wire(shop.project(ORDERS, to="ledger"), connectors={"plain-shop": shop.SHOP, "ledger": wrapped})


def test_a_source_that_falls_over_is_tried_again_and_the_run_ends_well(
    store: Store, system: Simulated[Memory], caplog: pytest.LogCaptureFixture
) -> None:
    class Falls(shop.Listed):
        def read(self, kind: str, after: Position | None) -> Iterator[Page]:
            yield from super().read(kind, after)
            raise IndexError("list index out of range")

    falling: Connector = replace(shop.SHOP, source=lambda settings, client: Falls(settings["orders"], 2))
    wired = wire(
        shop.project(ORDERS),
        connectors={"plain-shop": falling, "plain-books": books.connector()},
        transports={"books": httpx.MockTransport(system)},
    )

    summary = dispatch.run(store, wired, threads=1, patience=0.5)

    assert summary.ended == {"done": 4}
    assert any("IndexError" in str(line.exc_info) for line in caplog.records)


def test_a_store_that_fails_while_a_record_is_prepared_is_no_mistake_of_the_record(store: Store) -> None:
    """Its trouble is told as the store's, and the record is read again when it is back."""
    wired = shop.wired(shop.project(ORDERS, to="ledger"))
    flow = wired.flows["orders"]
    states = Cut(flow.policy.states)
    broken = replace(flow, maker=replace(flow.maker, policy=replace(flow.policy, states=states)))

    with pytest.raises(StoreUnusable):
        dispatch.run(store, replace(wired, flows={**wired.flows, "orders": broken}))

    assert status.status(store).counts == {}
    with store.begin() as tx:  # its lease ends
        tx.connection.execute(sa.update(tables.lane).values(owner=None, until=0))
    assert dispatch.run(store, wired).ended == {"done": 4}


class Cut(dict[str, Any]):
    """The states of a flow; in the middle of asking for one the store's connection is gone."""

    def __contains__(self, key: object) -> bool:
        raise sqlite3.OperationalError("the connection is closed")
