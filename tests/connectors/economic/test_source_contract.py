"""e-conomic's cards and booked documents keep the contract of sources: nothing is lost, nothing is news twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.connectors.economic.agreement import agreement, booked, customer, outsider
from tests.connectors.economic.test_source import SUPPLIER, pays, reader

from kontering.connectors.economic import CONNECTOR
from kontering.connectors.economic.simulator import State
from kontering.sdk.connector import Page, Position
from kontering.testing import Simulated
from kontering.testing.contract import SOURCE, Subject

COUNT = 3
BACK = {"product": {"productNumber": "SHOP"}, "description": "Back", "quantity": 1, "unitNetPrice": -9}


def suppliers() -> Simulated[State]:
    system = agreement()
    for number in range(COUNT):
        outsider(system).post("/suppliers", json=SUPPLIER | {"name": f"Supplier {number}"})
    return quiet(system)


def invoices() -> Simulated[State]:
    system = agreement()
    who = outsider(system)
    number = customer(who)
    for _ in range(COUNT):
        booked(who, number)
    return quiet(system)


def credit_notes() -> Simulated[State]:
    system = agreement()
    who = outsider(system)
    number = customer(who)
    for _ in range(COUNT):
        booked(who, number, BACK)
    return quiet(system)


def payments() -> Simulated[State]:
    system = agreement()
    who = outsider(system)
    number = customer(who)
    for _ in range(COUNT):
        pays(who, number, booked(who, number)["bookedInvoiceNumber"], 100)
    return quiet(system)


def stock() -> Simulated[State]:
    system = agreement()
    for sku in ("SHOP", "SHIP", "FEE"):
        system.state.products[sku]["inventory"] = {"available": Decimal(7), "inStock": Decimal(7)}
    return quiet(system)


def quiet(system: Simulated[State]) -> Simulated[State]:
    """Only the calls of the source count."""
    system.calls.clear()
    return system


def renamed(state: State) -> str:
    state.suppliers[2]["name"] = "Other"
    return "2"


def paid(state: State) -> str:
    state.booked[20002]["remainder"] = Decimal(0)
    return "20002"


def sold(state: State) -> str:
    state.products["SHIP"]["inventory"]["available"] = Decimal(6)
    return "SHIP"


SUBJECTS = (
    Subject(connector=CONNECTOR, kind="supplier", make=suppliers, count=COUNT, change=renamed, since=False),
    Subject(connector=CONNECTOR, kind="invoice", make=invoices, count=COUNT, change=paid, steps=True),
    Subject(connector=CONNECTOR, kind="credit_note", make=credit_notes, count=COUNT, steps=True),
    Subject(connector=CONNECTOR, kind="payment", make=payments, count=COUNT, steps=True),
    Subject(connector=CONNECTOR, kind="stock", make=stock, count=COUNT, change=sold, since=False),
)
ONE_PAGE = ("the_position_comes_last",)
"""A page of e-conomic has a thousand rows; the position is tried below."""
NOT_OF_STOCK = ("get_gives_what_reading_gave",)
"""Stock has the time at which it was read in it."""


@pytest.mark.parametrize("check", SOURCE, ids=lambda check: check.__name__)
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.kind)
def test_records_keep_the_contract(check: Any, subject: Subject) -> None:
    if check.__name__ in ONE_PAGE or (subject.kind == "stock" and check.__name__ in NOT_OF_STOCK):
        pytest.skip("a page holds a thousand rows, or the record has the time in it")
    check(subject)


def test_the_position_comes_last_and_holds_what_is_open() -> None:
    system = invoices()
    pages = list(read(system, None))

    assert [page.after is None for page in pages] == [True, False]
    assert pages[-1].after == {"number": 20003, "open": {"20001": "499.9", "20002": "499.9", "20003": "499.9"}}


def read(system: Simulated[State], after: Position | None) -> list[Page]:
    return list(reader(system).read("invoice", after))
