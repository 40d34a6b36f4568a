"""What people decide: replay, cancel, resolve, pause, forget, apply; on both databases, and who did it is on record."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from tests.plain import books, shop
from tests.plain.books import Memory

from kontering.errors import Misuse
from kontering.project.keep import Keep
from kontering.sdk.connector import Again
from kontering.store import audit, backups, tables
from kontering.store.store import Store
from kontering.sync import apply, dispatch, dry, keeping, people, retention, status
from kontering.sync.people import Choice
from kontering.sync.retention import Let
from kontering.sync.wiring import Wired
from kontering.testing import Faulty, Simulated
from kontering.testing.faults import at, lost

DIGESTS = {"engine": "1", "project": "", "mappings": {}}


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path}/a.db" if request.param == "sqlite" else request.getfixturevalue("database")
    with Store.open(str(url), project="acme") as opened:
        yield opened


@pytest.fixture
def system() -> Simulated[Memory]:
    return books.simulator(keys=False)


def wired(system: Any, orders: Sequence[Mapping[str, Any]], again: Again = Again.LOOK, **policy: Any) -> Wired:
    plan = shop.project(orders, policy=replace(shop.STATES, **policy))
    return shop.wired(plan, again=again, transport=httpx.MockTransport(system))


def run(store: Store, flows: Wired) -> dispatch.Summary:
    return dispatch.run(store, flows, threads=1, from_start=True, patience=3.0)


def states(store: Store) -> dict[str, str]:
    found = status.queue(store, states=("done", "held", "failed", "unsure", "waiting", "skipped"))
    return {entry.key.removeprefix("shop/order/"): entry.state for entry in found}


def who_did(store: Store, subject: str) -> list[tuple[str, str]]:
    with store.look() as tx:
        return [
            (entry.who, entry.what) for entry in audit.of(tx, subject) if not entry.who.startswith(("kont", "flow"))
        ]


def saved(report: dry.Report, by: str = "lise") -> dict[str, Any]:
    plan = {"kontering": 1, "by": by, "digests": DIGESTS, **dry.as_json(report)}
    made: dict[str, Any] = json.loads(json.dumps(apply.simple(plan)))
    return made


def test_what_is_done_is_replayed_and_not_done_again(store: Store, system: Simulated[Memory]) -> None:
    orders = [shop.order(number, date=f"2026-03-0{number}") for number in (1, 2, 3)]
    run(store, wired(system, orders))

    changed = people.replay(store, Choice(since=dt.date(2026, 3, 2)), who="lise")
    assert changed.keys == ("shop/order/2", "shop/order/3")
    assert states(store) == {"1": "done", "2": "waiting", "3": "waiting"}
    run(store, wired(system, orders))

    assert states(store) == dict.fromkeys("123", "done")
    assert system.state.booked() == ["1", "2", "3"]
    assert who_did(store, "shop/order/2") == [("lise", "replay")]


def test_what_is_cancelled_is_not_delivered(store: Store, system: Simulated[Memory]) -> None:
    orders = [shop.order(1), shop.order(2)]
    flows = wired(system, orders)
    people.pause(store, flows.project, ["books"], reason="year end", who="lise")
    run(store, flows)
    assert states(store) == {"1": "waiting", "2": "waiting"}

    people.cancel(store, Choice(keys=("order/2",)), reason="a test", who="lise")
    people.resume(store, flows.project, ["books"], who="lise")
    run(store, flows)

    assert system.state.booked() == ["1"]
    assert states(store) == {"1": "done", "2": "skipped"}
    assert who_did(store, "books") == [("lise", "pause"), ("lise", "resume")]


def test_a_paused_flow_is_neither_read_nor_delivered(store: Store, system: Simulated[Memory]) -> None:
    flows = wired(system, [shop.order(1)])
    people.pause(store, flows.project, ["orders"], reason="", who="lise")
    run(store, flows)
    assert states(store) == {}

    people.resume(store, flows.project, ["orders"], who="lise")
    run(store, flows)
    assert system.state.booked() == ["1"]


@pytest.mark.parametrize("happened", [True, False])
def test_a_person_says_what_became_of_a_lost_answer(store: Store, system: Simulated[Memory], happened: bool) -> None:
    """The books can't be asked, and the answer to the invoice, the third call, was lost."""
    faulty = Faulty(system, at(3, lost))
    run(store, wired(faulty, [shop.order(1)], again=Again.NEVER))
    assert states(store) == {"1": "held"}
    with pytest.raises(Misuse, match="has an id"):
        people.resolve(store, "order/1", happened=True, who="lise")

    if not happened:
        system.state.things["/invoices"].clear()
    people.resolve(store, "order/1", happened=happened, id_="1" if happened else "", who="lise")
    run(store, wired(system, [shop.order(1)], again=Again.NEVER))

    assert system.state.booked() == ["1"]
    assert system.state.doubles() == {}
    assert who_did(store, "shop/order/1") == [("lise", "resolve")]


def test_a_plan_is_applied_as_it_was_reviewed(store: Store, system: Simulated[Memory]) -> None:
    orders = [shop.order(1), shop.order(2), shop.order(3)]
    plan = saved(dry.dry_run(store, wired(system, orders[:2])))

    changed = [shop.order(1), shop.order(2, gross="250.00", version="2"), shop.order(3)]
    applied = apply.apply(store, wired(system, changed), plan, DIGESTS, who="lise")

    assert applied.delivered == ("shop/order/1",)
    assert applied.left == {"shop/order/2": "the record has changed in the source"}
    assert system.state.booked() == ["1"], "the third was in no plan"
    run(store, wired(system, changed))
    assert system.state.booked() == ["1", "2", "3"]


def test_a_step_that_the_plan_lacks_is_held(store: Store, system: Simulated[Memory]) -> None:
    """Only the draft reveals that the books reckon a cent more: a rounding line is a step that nobody has seen."""
    flows = wired(system, [shop.order(1)])
    plan = saved(dry.dry_run(store, flows))
    system.state.off = Decimal("0.01")

    applied = apply.apply(store, flows, plan, DIGESTS, who="lise")

    assert applied.delivered == ()
    assert {entry.code for entry in status.queue(store)} == {"NOT_REVIEWED"}
    assert system.state.booked() == []


def test_a_plan_of_other_mappings_is_refused_whole(store: Store, system: Simulated[Memory]) -> None:
    flows = wired(system, [shop.order(1)])
    plan = saved(dry.dry_run(store, flows)) | {"digests": DIGESTS | {"mappings": {"orders": "old"}}}

    applied = apply.apply(store, flows, plan, DIGESTS | {"mappings": {"orders": "new"}}, who="lise")

    assert applied.refused == "the mapping of the flow orders has changed since the plan was made"
    assert not any(call.writes for call in system.calls)


def test_above_an_amount_another_person_signs(store: Store, system: Simulated[Memory]) -> None:
    flows = wired(system, [shop.order(1), shop.order(2, gross="5000.00")], sign_off_above=Decimal(1000))
    run(store, flows)
    assert {entry.key: entry.code for entry in status.queue(store)} == {"shop/order/2": "SIGN_OFF"}
    status.retry(store, ["order/2"], who="lise")
    plan = saved(dry.dry_run(store, flows), by="lise")

    with pytest.raises(Misuse, match="somebody else signs it off"):
        apply.sign_off(store, flows, plan, DIGESTS, who="lise")
    apply.sign_off(store, flows, plan, DIGESTS, who="bo")
    applied = apply.apply(store, flows, plan, DIGESTS, who="lise")

    assert applied.delivered == ("shop/order/2",)
    assert sorted(system.state.booked()) == ["1", "2"]
    assert ("bo", "sign off") in who_did(store, "shop/order/2")


def test_a_person_is_forgotten_and_the_books_stay_whole(store: Store, system: Simulated[Memory]) -> None:
    orders = [shop.order(1, customer="7"), shop.order(2, customer="8")]
    run(store, wired(system, orders))

    assert keeping.forget(store, "7@example.dk", who="lise") == ("shop/order/1",)

    with store.look() as tx:
        texts = [str(row) for name in ("document", "delivery", "link") for row in _all(tx.connection, name)]
        assert not [text for text in texts if "7@example.dk" in text or "Buyer 7" in text]
        assert [text for text in texts if "Buyer 8" in text]
        assert list(audit.verify(tx)) == []
    writes = sum(call.writes for call in system.calls)
    run(store, wired(system, orders))
    assert sum(call.writes for call in system.calls) == writes, "and a second run does nothing still"


def _all(connection: Any, name: str) -> Any:
    return connection.exec_driver_sql(f"SELECT * FROM {name}").all()


def test_a_restored_store_looks_up_what_it_does_not_know(
    store: Store, system: Simulated[Memory], tmp_path: Path
) -> None:
    run(store, wired(system, [shop.order(1)]))
    backups.backup(store, tmp_path / "copy.db")
    orders = [shop.order(1), shop.order(2)]
    run(store, wired(system, orders))
    store.close()

    backups.restore(store.url, tmp_path / "copy.db", project="acme", replace=True)

    with Store.open(store.url, project="acme") as again:
        assert states(again) == {"1": "done"}
        run(again, wired(system, orders))
        assert states(again) == {"1": "done", "2": "done"}
        with again.look() as tx:
            assert list(audit.verify(tx)) == []
    assert system.state.booked() == ["1", "2"]
    assert system.state.doubles() == {}


def test_a_store_moves_to_postgres_by_backup_and_restore(
    database: str, system: Simulated[Memory], tmp_path: Path
) -> None:
    with Store.open(f"sqlite:///{tmp_path}/a.db", project="acme") as old:
        run(old, wired(system, [shop.order(1)]))
        backups.backup(old, tmp_path / "copy.db")
    backups.restore(database, tmp_path / "copy.db", project="acme")

    with Store.open(database, project="acme") as new:
        run(new, wired(system, [shop.order(1), shop.order(2)]))
        assert states(new) == {"1": "done", "2": "done"}
    assert system.state.booked() == ["1", "2"]


DAYS = 86_400_000


def later(store: Store, days: int) -> Store:
    """The same store, so many days on."""
    with store.look() as tx:
        at = tx.now + days * DAYS
    return Store(store.engine, project="acme", url=store.url, read_only=False, clock=lambda: at)


def texts(store: Store) -> str:
    with store.look() as tx:
        return " ".join(str(row) for name in ("document", "delivery", "link") for row in _all(tx.connection, name))


def test_records_go_first_people_after_five_years_and_the_books_stay_whole(
    store: Store, system: Simulated[Memory]
) -> None:
    flows = wired(system, [shop.order(1, customer="7"), shop.order(2, customer="8", state="waits")])
    run(store, flows)
    keep = Keep(records=90 * DAYS)
    assert retention.daily(later(store, 30), keep) == Let()

    assert retention.daily(later(store, 100), keep) == Let(records=1)
    with store.look() as tx:
        records = tx.connection.scalars(sa.select(tables.document.c.record).order_by(tables.document.c.key)).all()
    assert "7@example.dk" not in records[0], "it is delivered"
    assert "8@example.dk" in records[1], "it is held, and not finished"
    assert "7@example.dk" in texts(store), "in the document, which the law keeps for five years"

    assert retention.daily(later(store, 5 * 366), keep) == Let(people=1)
    assert "7@example.dk" not in texts(store)
    with store.look() as tx:
        assert list(audit.verify(tx)) == []
    writes = sum(call.writes for call in system.calls)
    run(store, flows)
    assert sum(call.writes for call in system.calls) == writes, "and a second run does nothing still"


def test_old_entries_are_cut_off_the_chain_and_the_rest_verifies(store: Store, system: Simulated[Memory]) -> None:
    run(store, wired(system, [shop.order(1)]))
    on = later(store, 7 * 366)
    run(on, wired(system, [shop.order(1), shop.order(2)]))

    let = retention.daily(on, Keep())

    assert let is not None
    assert let.audit > 0
    with store.look() as tx:
        assert list(audit.verify(tx)) == []
        assert {row.subject for row in audit.since(tx, 0)} == {"shop/order/2", "audit"} | {
            row.subject for row in audit.since(tx, 0) if row.what == "expire"
        }


def test_it_is_done_once_a_day_by_whoever_comes_first(store: Store) -> None:
    assert retention.daily(store, Keep()) == Let()
    assert retention.daily(store, Keep()) is None
    assert retention.daily(later(store, 1), Keep()) == Let()


def test_what_does_not_fit_into_one_call_comes_at_the_next(store: Store, system: Simulated[Memory]) -> None:
    run(store, wired(system, [shop.order(number, customer=str(number)) for number in range(5)]))
    on, keep = later(store, 100), Keep(records=90 * DAYS)

    lets = [retention.daily(on, keep, budget=budget) for budget in (-1.0, 10.0, 10.0)]

    assert lets == [Let(), Let(records=5), None]


def test_what_is_not_kept_is_not_made_anew(store: Store, system: Simulated[Memory]) -> None:
    run(store, wired(system, [shop.order(1)]))
    retention.daily(later(store, 100), Keep(records=90 * DAYS))

    changed = people.replay(store, Choice(keys=("order/1",)), who="lise")

    assert (changed.keys, changed.left) == ((), {"shop/order/1": "its record isn't kept any more"})


def test_a_replay_that_is_cancelled_leaves_what_is_done_done(store: Store, system: Simulated[Memory]) -> None:
    run(store, wired(system, [shop.order(1), shop.order(2, state="waits")]))
    everything = Choice(flow="orders")
    people.replay(store, everything, who="lise")

    people.cancel(store, everything, reason="a mistake", who="lise")

    assert states(store) == {"1": "done", "2": "skipped"}
    assert ("lise", "cancel") in who_did(store, "shop/order/1")
