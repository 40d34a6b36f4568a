"""Fjordbog keeps the contracts of sources and targets; what was done is counted in the simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from kontering_fjordbog import CONNECTOR
from kontering_fjordbog.simulator import State, make

from kontering.testing import Clock, Simulated
from kontering.testing.contract import SOURCE, Subject
from kontering.testing.targets import TARGET, Books, Paper


def papers(state: State) -> Iterator[Paper]:
    for row in state.invoices.values():
        booked = row["number"] is not None
        open_ = row["open"] if booked else None
        yield Paper(
            kind=row["kind"],
            reference=row["reference"],
            gross=row["gross"],
            booked=booked,
            open=open_,
            mailed=row["mailed"],
        )


def payments(state: State) -> Iterator[Decimal]:
    for row in state.payments.values():
        goes_out = state.invoices[row["invoiceId"]]["kind"] == "credit_note"
        yield -row["amount"] if goes_out else row["amount"]


def close(state: State, until: date) -> None:
    state.closed_until = until.isoformat()


def touch(state: State, reference: str) -> None:
    for row in state.invoices.values():
        if row["reference"] == reference and not row["number"]:
            row.update(note="Seen by Lise", version=row["version"] + 1)


def fill(state: State, count: int) -> None:
    for number in range(10_001, 10_001 + count):
        state.customers[number] = {
            "id": number,
            "name": f"Customer {number}",
            "country": "DK",
            "changed": f"2026-01-01T{number}",
        }


BOOKS = Books(
    connector=CONNECTOR,
    folder=Path(__file__).parent / "books",
    make=lambda clock: make(clock=clock),
    customers=lambda state: [row["name"] for row in state.customers.values()],
    products=lambda state: [],
    papers=papers,
    payments=payments,
    close=close,
    lose_customers=lambda state: state.customers.clear(),
    touch=touch,
    fill=fill,
)


@pytest.mark.parametrize("check", TARGET, ids=lambda check: check.__name__)
def test_books_keep_the_contract(check: Callable[[Books], None]) -> None:
    check(BOOKS)


def many_customers() -> Simulated[State]:
    simulator = make(clock=Clock())
    fill(simulator.state, 250)
    return simulator


def renamed(state: State) -> str:
    row = state.customers[10_100]
    row.update(name="Another name", changed="2026-04-01T00:00:00")
    return str(row["id"])


CUSTOMERS = Subject(
    connector=CONNECTOR,
    kind="customer",
    make=many_customers,
    count=250,
    change=renamed,
    remove=lambda state: str(state.customers.pop(10_001)["id"]),
)


@pytest.mark.parametrize("check", SOURCE, ids=lambda check: check.__name__)
def test_customers_keep_the_contract(check: Callable[[Subject], None]) -> None:
    check(CUSTOMERS)
