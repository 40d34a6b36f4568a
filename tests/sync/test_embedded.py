"""Into the embedded ledger: many documents a transaction, and each refusal stays its own document's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.plain import shop

from kontering.connectors.ledger import periods, reads, tables
from kontering.model.plan import Step
from kontering.project.policy import Policy
from kontering.store.store import Store
from kontering.sync import dispatch, dry, status
from kontering.sync.dispatch import Summary

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'a.db'}", project="acme") as opened:
        yield opened


def run(
    store: Store,
    orders: Sequence[Mapping[str, Any]],
    *,
    refunds: Sequence[Mapping[str, Any]] = (),
    policy: Policy = shop.STATES,
) -> Summary:
    plan = shop.project(orders, refunds=refunds, to="ledger", policy=policy)
    return dispatch.run(store, shop.wired(plan), from_start=True)


def invoices(store: Store) -> dict[str, dt.date]:
    with store.look() as tx:
        rows = tx.connection.execute(sa.select(tables.ledger_invoice.c.reference, tables.ledger_invoice.c.date))
        return {row.reference: row.date for row in rows}


def balance(store: Store, role: str) -> Decimal:
    with store.look() as tx:
        return reads.role_balances(tx.connection).get(role, Decimal(0))


def close(store: Store, until: dt.date) -> None:
    with store.begin() as tx:
        assert periods.close(tx.connection, until, by="lise", at=NOW).closed


def test_many_orders_are_booked_and_a_second_run_does_nothing(store: Store) -> None:
    orders = [shop.order(number, customer=str(number % 7)) for number in range(30)]
    first, second = run(store, orders), run(store, orders)

    assert (first.ended["done"], second.ended["done"]) == (30, 0)
    assert len(invoices(store)) == 30
    assert balance(store, "receivable") == 0
    assert balance(store, "revenue") == -3000


def test_refunds_are_booked_behind_their_orders_in_whatever_order_they_are_read(store: Store) -> None:
    orders = [shop.order(number) for number in range(3)]
    run(store, [], refunds=[shop.refund("r0", "0"), shop.refund("r1", "1")])
    assert status.status(store).counts == {"held": 2}

    run(store, orders, refunds=[shop.refund("r0", "0"), shop.refund("r1", "1")])

    assert set(invoices(store)) == {"0", "1", "2", "r0", "r1"}
    assert balance(store, "revenue") == -100
    assert status.status(store).counts == {"done": 5}


def test_a_closed_period_is_for_a_person(store: Store) -> None:
    run(store, [shop.order(1)])
    close(store, dt.date(2026, 3, 31))

    summary = run(store, [shop.order(2), shop.order(3, date="2026-04-02")])

    assert summary.ended == {"done": 1, "held": 1}
    (entry,) = status.queue(store)
    assert (entry.key, entry.code) == ("shop/order/2", "PERIOD_CLOSED")
    assert "2026-03-31" in entry.reason


def test_or_takes_the_next_open_day_where_the_flow_says_so(store: Store) -> None:
    policy = replace(shop.STATES, closed_period="next_open_day")
    run(store, [shop.order(1)])
    close(store, dt.date(2026, 3, 31))

    run(store, [shop.order(2)], policy=policy)

    assert invoices(store)["2"] == dt.date(2026, 4, 1)


def test_a_changed_draft_is_changed_and_a_booked_one_held(store: Store) -> None:
    run(store, [shop.order(1, version="1", state="open"), shop.order(2, version="1")])
    run(store, [shop.order(1, version="2", gross="250.00"), shop.order(2, version="2", gross="250.00")])

    assert balance(store, "revenue") == -300
    assert [(entry.key, entry.code) for entry in status.queue(store)] == [("shop/order/2", "EDITED_AFTER_BOOKING")]


def test_a_dry_run_reads_the_books_and_leaves_them_alone(store: Store, tmp_path: Path) -> None:
    run(store, [shop.order(1)])
    plan = shop.project([shop.order(1), shop.order(2)], to="ledger")
    with Store.open(store.url, project="acme", read_only=True) as reading:
        report = dry.dry_run(reading, shop.wired(plan))

    assert [(item.key, item.outcome) for item in report.items] == [("shop/order/2", "deliver")]
    steps = [entry for entry in report.items[0].todo if isinstance(entry, Step)]
    assert [step.kind for step in steps] == ["invoice", "invoice", "payment"]
    assert set(invoices(store)) == {"1"}


def test_a_dry_run_needs_no_store(tmp_path: Path) -> None:
    plan = shop.project([shop.order(1)], to="ledger")
    path = tmp_path / "none.db"
    with Store.open(f"sqlite:///{path}", project="acme", read_only=True) as reading:
        report = dry.dry_run(reading, shop.wired(plan))

    assert [item.outcome for item in report.items] == ["deliver"]
    assert report.items[0].postings
    assert not path.exists()
