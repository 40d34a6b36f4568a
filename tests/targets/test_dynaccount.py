"""Dynaccount, a preview, keeps the contract for targets, counted in its simulator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from kontering.connectors.dynaccount import CONNECTOR
from kontering.connectors.dynaccount.simulator import State, make
from kontering.connectors.dynaccount.simulator.chart import put, put_year
from kontering.testing.targets import TARGET, Books, Paper


def papers(state: State) -> Iterator[Paper]:
    """Vouchers with a line of what a customer owes; which way it goes says what they are."""
    for row in state.table("enclosure").values():
        owed = [line["amount"] for line in state.lines(row["id"]) if line["type"] == "DEBTOR_INVOICE"]
        if owed:
            gross = -sum(owed, Decimal(0))
            yield Paper(
                kind="invoice" if gross >= 0 else "credit_note",
                reference=row["txt"],
                gross=abs(gross),
                booked=row["is_booked"] == "YES",
            )


def payments(state: State) -> Iterator[Decimal]:
    for row in state.table("accounting").values():
        if row["type"] == "DEBTOR_PAYMENT" and state.table("enclosure")[row["enclosure_id"]]["is_booked"] == "YES":
            yield Decimal(row["amount"])


def close(state: State, until: dt.date) -> None:
    """A year that ends with the day; the next one begins after it."""
    state.table("year").clear()
    put_year(state, "2020-01-01", until.isoformat(), closed="YES")
    put_year(state, (until + dt.timedelta(days=1)).isoformat(), "2030-12-31")


def touch(state: State, reference: str) -> None:
    for row in state.table("enclosure").values():
        if row["txt"] == reference:
            row["note"] = "Seen by Lise"


def fill(state: State, count: int) -> None:
    for number in range(count):
        put(state, "debtor", module_id_=str(number + 1), module_group_name="Firmaer", name=f"Customer {number}")


BOOKS = Books(
    connector=CONNECTOR,
    folder=Path(__file__).parent / "projects" / "dynaccount",
    make=lambda clock: make(clock=clock),
    customers=lambda state: [row["name"] for row in state.table("debtor").values()],
    products=lambda state: [row["name"] for row in state.table("product").values()],
    papers=papers,
    payments=payments,
    close=close,
    lose_customers=lambda state: state.table("debtor").clear(),
    touch=touch,
    fill=fill,
    balance=lambda state: sum(state.trial_balance().values(), Decimal(0)),
)


@pytest.mark.parametrize("check", TARGET, ids=lambda check: check.__name__)
def test_books_keep_the_contract(check: Callable[[Books], None]) -> None:
    check(BOOKS)
