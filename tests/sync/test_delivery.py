"""From a shop's orders to the plain books, with everything that can come between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from tests.plain import books, shop
from tests.plain.books import Memory

from kontering.model.link import Linked
from kontering.model.plan import Found, Step
from kontering.project.policy import Customers, Policy, Products
from kontering.sdk.connector import Again
from kontering.store import deliveries, links, tables
from kontering.store.store import Store
from kontering.sync import dispatch, dry, status
from kontering.sync.dispatch import Summary
from kontering.sync.progress import Event, Troubled
from kontering.testing import Faulty, Plan, Simulated
from kontering.testing.faults import after, always, at, before, first_of, in_turn, lost, throttled, to, unreachable


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'a.db'}", project="acme") as opened:
        yield opened


@pytest.fixture
def system() -> Simulated[Memory]:
    return books.simulator()


def run(
    store: Store,
    system: Simulated[Memory],
    orders: Sequence[Mapping[str, Any]],
    *,
    refunds: Sequence[Mapping[str, Any]] = (),
    faults: Plan | None = None,
    again: Again = Again.SAME,
    policy: Policy = shop.STATES,
    tell: Any = None,
    patience: float = 3.0,
) -> Summary:
    """One run; the shop's list is read from its start each time, as a shop is that tells what has changed."""
    transport = httpx.MockTransport(Faulty(system, faults) if faults else system)
    plan = shop.project(orders, refunds=refunds, policy=policy)
    wired = shop.wired(plan, again=again, transport=transport)
    return dispatch.run(store, wired, threads=1, from_start=True, patience=patience, tell=tell or (lambda event: None))


def held(store: Store) -> dict[str, str]:
    return {entry.key: entry.code for entry in status.queue(store)}


def writes(system: Simulated[Memory]) -> int:
    return sum(call.writes for call in system.calls)


def test_an_order_is_booked_once_however_often_it_is_run(store: Store, system: Simulated[Memory]) -> None:
    first = run(store, system, [shop.order(1)])
    calls = writes(system)
    second = run(store, system, [shop.order(1)])

    assert (first.ended["done"], second.ended["done"]) == (1, 0)
    assert system.state.booked() == ["1"]
    assert writes(system) == calls == 5


def test_two_orders_of_one_buyer_share_customer_and_product(store: Store, system: Simulated[Memory]) -> None:
    run(store, system, [shop.order(1), shop.order(2)])

    assert (system.state.count("/customers"), system.state.count("/products")) == (1, 1)
    assert {row["customer"] for row in system.state.things["/invoices"]} == {1}


def test_a_customer_that_is_there_is_used(store: Store, system: Simulated[Memory]) -> None:
    system.state.things["/customers"] += [{"id": 1, "email": "7@example.dk", "done": ["create"]}]

    run(store, system, [shop.order(1)])

    assert system.state.count("/customers") == 1


def test_two_customers_that_fit_hold_the_order_and_one_fewer_frees_it(store: Store, system: Simulated[Memory]) -> None:
    twins = [{"id": number, "email": "7@example.dk", "done": ["create"]} for number in (1, 2)]
    system.state.things["/customers"] += twins
    run(store, system, [shop.order(1)])
    assert held(store) == {"shop/order/1": "AMBIGUOUS"}

    system.state.things["/customers"].pop()
    assert status.retry(store, ["1"], who="lise").keys == ("shop/order/1",)
    run(store, system, [shop.order(1)])

    assert system.state.booked() == ["1"]


def test_a_doubled_an_older_and_an_unchanged_edition_are_nothing_new(store: Store, system: Simulated[Memory]) -> None:
    run(store, system, [shop.order(1, version="5"), shop.order(1, version="5")])
    calls = writes(system)

    late = run(store, system, [shop.order(1, version="4", gross="1.25")])
    touched = run(store, system, [shop.order(1, version="6")])

    assert (late.read["orders"], touched.read["orders"]) == (0, 0)
    assert writes(system) == calls


def test_a_changed_order_changes_its_draft(store: Store, system: Simulated[Memory]) -> None:
    run(store, system, [shop.order(1, version="1", state="open")])
    run(store, system, [shop.order(1, version="2", state="open", gross="250.00")])
    run(store, system, [shop.order(1, version="3", gross="250.00")])

    assert system.state.booked() == ["1"]
    assert [str(row["gross"]) for row in system.state.things["/invoices"]] == ["250.00"]


def test_two_editions_with_one_version_are_told_apart(store: Store, system: Simulated[Memory]) -> None:
    for gross in ("125.00", "250.00", "125.00", "250.00"):
        run(store, system, [shop.order(1, version="#", state="open", gross=gross)])

    assert [str(row["gross"]) for row in system.state.things["/invoices"]] == ["250.00"]


def test_an_order_that_changes_after_booking_is_held_and_nothing_is_sent(
    store: Store, system: Simulated[Memory]
) -> None:
    run(store, system, [shop.order(1, version="1")])
    calls = writes(system)

    run(store, system, [shop.order(1, version="2", gross="250.00")])

    assert held(store) == {"shop/order/1": "EDITED_AFTER_BOOKING"}
    assert writes(system) == calls


def test_a_cancelled_order_is_credited_in_full(store: Store, system: Simulated[Memory]) -> None:
    run(store, system, [shop.order(1, version="1")])
    run(store, system, [shop.order(1, version="2", state="cancelled")])
    run(store, system, [shop.order(1, version="2", state="cancelled")])

    assert system.state.booked() == ["1", "1#cancelled"]


def test_a_refund_waits_for_its_order_and_then_names_it(store: Store, system: Simulated[Memory]) -> None:
    run(store, system, [], refunds=[shop.refund("r1", "1")])
    assert system.state.booked() == []

    run(store, system, [shop.order(1)], refunds=[shop.refund("r1", "1")])

    assert system.state.booked() == ["1", "r1"]
    assert system.state.things["/invoices"][1]["credits"] == 1
    assert held(store) == {}


def test_refunds_never_come_to_more_than_the_order(store: Store, system: Simulated[Memory]) -> None:
    refunds = [shop.refund(f"r{number}", "1", gross="60.00") for number in range(3)]
    run(store, system, [shop.order(1)], refunds=refunds)

    assert len(system.state.booked()) == 3
    assert list(held(store).values()) == ["REFUND_EXCEEDS_REMAINING"]


def test_a_refund_of_a_draft_waits_until_it_is_booked(store: Store, system: Simulated[Memory]) -> None:
    run(store, system, [shop.order(1, version="1", state="open")], refunds=[shop.refund("r1", "1")])
    assert system.state.count("/invoices") == 1
    assert status.status(store).counts == {"done": 1, "waiting": 1}

    run(store, system, [shop.order(1, version="2")], refunds=[shop.refund("r1", "1")])

    assert system.state.booked() == ["1", "r1"]


def test_a_draft_that_is_an_ore_off_gets_a_line_for_it(store: Store, system: Simulated[Memory]) -> None:
    system.state.off -= 1
    system.state.off /= 100

    run(store, system, [shop.order(1)])

    (booked,) = system.state.things["/invoices"]
    assert [str(line["net"]) for line in booked["lines"]] == ["100.00", "0.01"]
    assert str(booked["gross"]) == "125.00"


def test_a_draft_that_is_a_krone_off_is_never_booked(store: Store, system: Simulated[Memory]) -> None:
    system.state.off += 1

    run(store, system, [shop.order(1)])

    assert held(store) == {"shop/order/1": "TOTALS_DIFFER"}
    assert system.state.booked() == []


@pytest.mark.parametrize("again", [Again.SAME, Again.LOOK])
@pytest.mark.parametrize("fault", [lost, after(500)], ids=["lost", "500 after"])
@pytest.mark.parametrize("call", range(1, 6))
def test_a_lost_answer_makes_nothing_twice(store: Store, again: Again, fault: Any, call: int) -> None:
    system = books.simulator(keys=again is Again.SAME)

    summary = run(store, system, [shop.order(1)], faults=at(call, fault), again=again)

    assert system.state.booked() == ["1"]
    assert system.state.doubles() == {}
    assert summary.troubles == ()


def test_what_cannot_be_found_out_is_for_a_person(store: Store, system: Simulated[Memory]) -> None:
    run(store, system, [shop.order(1)], faults=at(3, lost), again=Again.NEVER)
    assert held(store) == {"shop/order/1": "UNSURE"}
    assert system.state.count("/invoices") == 1

    run(store, system, [shop.order(1)], again=Again.NEVER)

    assert system.state.count("/invoices") == 1, "it isn't tried again by itself"


def test_found_twice_is_for_a_person(store: Store) -> None:
    system = books.simulator(keys=False)
    twin = {"id": 9, "reference": "1", "done": ["create"], "net": 100, "vat": 25, "gross": 125}

    def lost_and_doubled(simulator: Any, request: httpx.Request) -> httpx.Response:
        system.state.things["/invoices"].append(twin)
        return lost(simulator, request)

    run(store, system, [shop.order(1)], faults=at(3, lost_and_doubled), again=Again.LOOK)

    assert held(store) == {"shop/order/1": "MADE_TWICE"}


def test_a_refusal_holds_one_order_and_not_the_next(store: Store, system: Simulated[Memory]) -> None:
    refuses = at(3, lambda simulator, request: httpx.Response(400, json={"message": "the account is closed"}))

    run(store, system, [shop.order(1), shop.order(2)], faults=refuses)

    assert system.state.booked() == ["2"]
    (entry,) = status.queue(store)
    assert "the account is closed" in entry.reason


def test_a_refusal_leads_to_the_line_of_the_mapping(store: Store, system: Simulated[Memory]) -> None:
    run(store, system, [shop.order(1)], faults=at(3, books.refuses("/lines/0/product", "no such product")))

    (entry,) = status.queue(store)
    (problem,) = entry.problems
    assert (problem.code, problem.field) == ("K701", "lines.0.product")
    assert problem.span
    assert Path(problem.span.file).name == "invoice.yaml"
    assert (
        (Path(shop.FOLDER / "mappings/plain/invoice.yaml").read_text().splitlines()[problem.span.line - 1])
        .strip()
        .startswith("product:")
    )


def test_after_a_refusal_the_target_gets_another_key(store: Store, system: Simulated[Memory]) -> None:
    """A target that answers the same key with the same refusal would refuse for ever what has long been mended."""
    refuses = at(3, lambda simulator, request: httpx.Response(400, json={"message": "the account is closed"}))
    run(store, system, [shop.order(1)], faults=refuses)
    status.retry(store, ["shop/order/1"], who="lise")

    run(store, system, [shop.order(1)])

    assert system.state.booked() == ["1"]
    with store.look() as tx:
        attempts = tx.connection.scalars(sa.select(tables.delivery.c.attempt).order_by(tables.delivery.c.id)).all()
    assert attempts == [1, 1, 2, 1, 1]


def test_refused_credentials_stop_the_connection_and_nothing_is_tried_again(
    store: Store, system: Simulated[Memory]
) -> None:
    denies = always(before(401))
    summary = run(store, system, [shop.order(1), shop.order(2, customer="8")], faults=denies)

    assert [trouble.connection for trouble in summary.troubles] == ["books"]
    assert summary.waiting == 2
    assert status.status(store).connections[0].stopped
    assert run(store, system, []).ended["done"] == 2, "a person runs it again: it is tried again"


def test_too_many_calls_are_made_later(store: Store, system: Simulated[Memory]) -> None:
    summary = run(store, system, [shop.order(1)], faults=in_turn([throttled("1"), None, throttled("1")]))

    assert system.state.booked() == ["1"]
    assert summary.troubles == ()


def test_a_target_that_is_down_keeps_everything_waiting(store: Store, system: Simulated[Memory]) -> None:
    summary = run(store, system, [shop.order(1), shop.order(2)], faults=always(unreachable), patience=0.0)

    assert (summary.waiting, summary.ended["done"]) == (2, 0)
    assert "connection refused" in summary.troubles[0].trouble
    assert run(store, system, []).ended["done"] == 2


def test_a_look_up_that_fails_is_made_again(store: Store, system: Simulated[Memory]) -> None:
    fails = first_of(at(1, before(503), to("GET", "/find")), at(3, lost, to("GET", "/find")))

    run(store, system, [shop.order(1)], faults=fails, patience=10.0)

    assert system.state.booked() == ["1"]


def test_a_broken_record_is_failed_and_the_others_go_on(store: Store, system: Simulated[Memory]) -> None:
    broken = {name: value for name, value in shop.order(1).items() if name != "date"}

    summary = run(store, system, [broken, shop.order(2)])

    assert summary.ended == {"done": 1, "failed": 1}
    (entry,) = status.queue(store)
    assert (entry.key, entry.problems[0].record) == ("shop/order/1", "shop/order/1 order.date")


def test_events_tell_what_happens(store: Store, system: Simulated[Memory]) -> None:
    heard: list[Event] = []
    run(store, system, [shop.order(1)], faults=at(1, lost), tell=heard.append)

    assert [type(event).__name__ for event in heard if not isinstance(event, Troubled)] == [
        "Tick",
        "Ended",
        "Tick",
    ]


def test_everything_done_is_in_the_audit_chain(store: Store, system: Simulated[Memory]) -> None:
    run(store, system, [shop.order(1)])
    history = status.history(store, "order/1")

    assert history is not None
    assert [entry.what for entry in history.audit] == [
        "create customer",
        "create product",
        "create invoice",
        "book invoice",
        "create payment",
        "done",
    ]
    assert [(step.action, step.state) for step in history.deliveries][-1] == ("create", "done")


def test_skipped_by_hand_it_is_left_out_with_its_reason(store: Store, system: Simulated[Memory]) -> None:
    run(store, system, [shop.order(1, total="999.00")])
    changed = status.skip(store, ["1", "17"], reason="a test order", who="lise")
    run(store, system, [shop.order(1, total="999.00")])

    assert (changed.keys, list(changed.left)) == (("shop/order/1",), ["17"])
    history = status.history(store, "1")
    assert history is not None
    assert history.editions[-1].reason == "a test order"
    assert (history.audit[-1].who, history.audit[-1].data["because"]) == ("lise", "a test order")


def test_our_own_writing_that_comes_back_is_no_news(store: Store, system: Simulated[Memory]) -> None:
    echo = Found(id="1", version="7", done=frozenset({"create"}))
    with store.begin() as tx:
        links.put(tx, "shop", [Linked(kind="order", key="books/invoice/4", found=echo)])

    same = run(store, system, [shop.order(1, version="7")])
    changed = run(store, system, [shop.order(1, version="8")])

    assert (same.read["orders"], changed.read["orders"]) == (0, 1)


def test_a_product_that_the_books_lack_gets_the_fallback(store: Store, system: Simulated[Memory]) -> None:
    system.state.things["/products"] += [{"id": 1, "number": "SHOP", "done": ["create"]}]
    policy = replace(shop.STATES, products=Products(missing="fallback", fallback="SHOP"))

    run(store, system, [shop.order(1)], policy=policy)

    assert system.state.things["/invoices"][0]["lines"][0]["product"] == "1"


def test_one_customer_takes_every_sale(store: Store, system: Simulated[Memory]) -> None:
    policy = replace(shop.STATES, customers=Customers(single="42"))

    run(store, system, [shop.order(1), shop.order(2, customer="8")], policy=policy)

    assert {row["customer"] for row in system.state.things["/invoices"]} == {42}


def test_a_dry_run_says_what_a_run_then_does_and_writes_nothing(store: Store, system: Simulated[Memory]) -> None:
    orders = [shop.order(1), shop.order(2), shop.order(3, state="waits")]
    wired = shop.wired(shop.project(orders), transport=httpx.MockTransport(system))

    report = dry.dry_run(store, wired)

    assert writes(system) == 0
    assert {item.key: item.outcome for item in report.items} == {
        "shop/order/1": "deliver",
        "shop/order/2": "deliver",
        "shop/order/3": "held",
    }
    steps = [entry for item in report.items for entry in item.todo if isinstance(entry, Step)]
    dispatch.run(store, wired, threads=1)
    with store.look() as tx:
        rows = [*deliveries.all_of(tx, "shop/order/1"), *deliveries.all_of(tx, "shop/order/2")]
    assert [(step.action, step.kind) for step in steps] == [(row.action, row.kind) for row in rows]
    assert dry.dry_run(store, wired).items == ()
