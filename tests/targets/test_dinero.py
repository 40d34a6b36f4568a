"""Dinero keeps the contract for targets, counted in its simulator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kontering.connectors.dinero import CONNECTOR
from kontering.connectors.dinero.simulator import State, make
from kontering.connectors.dinero.simulator.papers import remaining, total
from kontering.testing import Clock
from kontering.testing.targets import TARGET, Books, Paper


def papers(state: State) -> Iterator[Paper]:
    """Drafts and booked ones that nobody has deleted."""
    mailed = {mail["Guid"] for mail in state.mails}
    for row in state.sales():
        if row["DeletedAt"] is None:
            booked = row["Status"] != "Draft"
            yield Paper(
                kind="credit_note" if row["Guid"] in state.credit_notes else "invoice",
                reference=row["ExternalReference"],
                gross=total(state, row),
                booked=booked,
                open=remaining(state, row) if booked else None,
                mailed=row["Guid"] in mailed,
            )


def payments(state: State) -> Iterator[Decimal]:
    for row in state.invoices.values():
        yield from (one["Amount"] for one in row["Payments"] if one["PaymentClass"] == "Payment")


def lose_customers(state: State) -> None:
    for row in state.contacts.values():
        row["DeletedAt"] = "2026-03-02T09:00:00.00"


def touch(state: State, reference: str) -> None:
    for row in state.invoices.values():
        if row["ExternalReference"] == reference and row["Status"] == "Draft":
            row["Comment"], row["TimeStamp"] = "Seen by Lise", state.stamp()


def fill(state: State, count: int) -> None:
    for number in range(count):
        guid = f"00000000-0000-4000-8000-{number:012d}"
        state.contacts[guid] = {"ContactGuid": guid, "Name": f"Customer {number}", "Email": f"{number}@example.dk"} | {
            "CountryKey": "DK",
            "UpdatedAt": "2026-01-01T00:00:00.00",
            "DeletedAt": None,
        }


def close(state: State, until: dt.date) -> None:
    state.closed_until = until.isoformat()


def books(clock: Clock) -> Any:
    return make(clock=clock, personal_calls_a_minute=100_000)


BOOKS = Books(
    connector=CONNECTOR,
    folder=Path(__file__).parent / "projects" / "dinero",
    make=books,
    customers=lambda state: [row["Name"] for row in state.contacts.values() if row["DeletedAt"] is None],
    products=lambda state: [row["Name"] for row in state.products.values()],
    papers=papers,
    payments=payments,
    close=close,
    lose_customers=lose_customers,
    touch=touch,
    fill=fill,
    balance=lambda state: sum(state.trial_balance().values(), Decimal(0)),
)


@pytest.mark.parametrize("check", TARGET, ids=lambda check: check.__name__)
def test_books_keep_the_contract(check: Callable[[Books], None]) -> None:
    check(BOOKS)
