"""An emptied store and a filled target: what an earlier store has delivered is found there, and not made again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.plain import books, shop
from tests.plain.books import Memory

from kontering.connectors.economic.simulator import make as make_economic
from kontering.model.record import Page, Record
from kontering.project.project import load_project
from kontering.sdk.connector import Again
from kontering.store.store import Store
from kontering.sync import dispatch, status
from kontering.sync.wiring import Wired, wire
from kontering.testing import Simulated

EXAMPLE = Path(__file__).parents[2] / "examples" / "webshop"
LOOKS = replace(shop.STATES, new_store="look")


@pytest.fixture(params=["look", "same"])
def again(request: pytest.FixtureRequest) -> Again:
    return Again(request.param)


@pytest.fixture
def system(again: Again) -> Simulated[Memory]:
    """Books that have forgotten the keys of long ago, as all do."""
    return books.simulator(keys=False)


def run(
    path: Path, system: Simulated[Memory], again: Again, orders: Sequence[Any], policy: Any = LOOKS
) -> tuple[dict[str, int], dict[str, str]]:
    """What a run with this store comes to, and what it puts aside."""
    plan = shop.project(orders, policy=policy)
    wired = shop.wired(plan, again=again, transport=httpx.MockTransport(system))
    with Store.open(f"sqlite:///{path}", project="acme") as store:
        summary = dispatch.run(store, wired, threads=1, from_start=True)
        return dict(summary.ended), {entry.key: entry.code for entry in status.queue(store)}


def writes(system: Simulated[Any]) -> int:
    return sum(call.writes for call in system.calls)


def asked_by_reference(system: Simulated[Memory]) -> int:
    return sum(call.path == "/find" and "reference" in call.query for call in system.calls)


ORDERS = [shop.order(number, customer=str(number % 2)) for number in range(4)]


def test_what_is_there_is_found_and_not_made_again(tmp_path: Path, system: Simulated[Memory], again: Again) -> None:
    assert run(tmp_path / "first.db", system, again, ORDERS)[0]["done"] == 4
    before = writes(system)

    assert run(tmp_path / "second.db", system, again, ORDERS) == ({"done": 4}, {})
    assert writes(system) == before
    assert system.state.doubles() == {}


def test_what_an_earlier_store_had_begun_is_finished(tmp_path: Path, system: Simulated[Memory], again: Again) -> None:
    """A draft that it hadn't booked, and a payment that it hadn't registered."""
    drafts = [{**order, "state": "open"} for order in ORDERS]
    run(tmp_path / "first.db", system, again, drafts)
    assert system.state.booked() == []

    run(tmp_path / "second.db", system, again, ORDERS)

    assert sorted(system.state.booked()) == ["0", "1", "2", "3"]
    assert system.state.doubles() == {}
    assert system.state.count("/payments") == 4


def test_by_trust_it_is_made_again(tmp_path: Path, system: Simulated[Memory], again: Again) -> None:
    """The control: so it would be without looking."""
    run(tmp_path / "first.db", system, again, ORDERS, shop.STATES)
    run(tmp_path / "second.db", system, again, ORDERS, shop.STATES)

    assert len(system.state.doubles()) >= 4


def test_documents_of_later_days_cost_no_look_up(tmp_path: Path, system: Simulated[Memory], again: Again) -> None:
    run(tmp_path / "first.db", system, again, [shop.order(1, date="2099-01-02")])

    assert system.state.booked() == ["1"]
    assert asked_by_reference(system) == 0


def test_a_look_up_for_each_invoice_and_no_more(tmp_path: Path, system: Simulated[Memory], again: Again) -> None:
    run(tmp_path / "first.db", system, again, ORDERS)

    assert asked_by_reference(system) == len(ORDERS)


def test_another_document_with_the_same_reference_holds_ours(
    tmp_path: Path, system: Simulated[Memory], again: Again
) -> None:
    run(tmp_path / "other-shop.db", system, again, [shop.order(1, gross="200.00")])

    ended, held = run(tmp_path / "ours.db", system, again, [shop.order(1), shop.order(2)])

    assert ended == {"done": 1, "held": 1}
    assert held == {"shop/order/1": "ANOTHER_THERE"}
    assert system.state.booked() == ["1", "2"]


SECRETS = {"WOO_KEY": "a", "WOO_SECRET": "b", "ECO_APP": "app-secret", "ECO_GRANT": "agreement-grant"}
NAMES = ("5101-plain-dk", "5113-oss-germany", "5121-yen-japan", "5130-one-cent-off", "5145-gift-card-used")


class Orders:
    """Orders of the example shop, as they are read."""

    def read(self, kind: str, after: Any) -> Any:
        yield Page(records=tuple(map(_record, NAMES)))

    def get(self, pointer: Any) -> Record | None:
        raise NotImplementedError


def _record(name: str) -> Record:
    order = json.loads((EXAMPLE / "orders" / f"{name}.json").read_text(), parse_float=Decimal)
    return Record(connection="shop", kind="order", id=str(order["id"]), version="1", data=order)


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def economic(system: Simulated[Any]) -> Wired:
    project = load_project(EXAMPLE)
    return wire(
        project, ["economic"], sources={"economic": Orders()}, transports={"economic": httpx.MockTransport(system)}
    )


def test_invoices_that_stand_in_economic_are_not_booked_again(tmp_path: Path) -> None:
    system = make_economic()
    for name in ("first", "second", "third"):
        with Store.open(f"sqlite:///{tmp_path}/{name}.db", project="webshop") as store:
            summary = dispatch.run(store, economic(system), threads=1)
            assert (summary.ended["done"], status.queue(store)) == (len(NAMES), ())
        booked = sorted(row["references"]["other"] for row in system.state.booked.values())
        assert len(booked) == len(set(booked)) == len(NAMES), name
        if name == "first":
            before = writes(system)
    assert writes(system) == before
