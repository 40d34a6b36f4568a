"""e-conomic keeps the contract for targets, counted in its simulator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from kontering.connectors.economic import CONNECTOR
from kontering.connectors.economic.simulator import State, make
from kontering.testing.targets import TARGET, Books, Paper


def papers(state: State) -> Iterator[Paper]:
    """Drafts and booked ones; a credit note has negative amounts."""
    sent = {row["invoice"]["bookedInvoiceNumber"] for row in state.sent.values()}
    for row in (*state.drafts.values(), *state.booked.values()):
        gross, number = Decimal(row["grossAmount"]), row.get("bookedInvoiceNumber")
        yield Paper(
            kind="credit_note" if gross < 0 else "invoice",
            reference=row["references"]["other"],
            gross=abs(gross),
            booked=number is not None,
            open=abs(row["remainder"]) if number else None,
            mailed=number in sent,
        )


def payments(state: State) -> Iterator[Decimal]:
    for row in state.entries.values():
        if row["entryType"] == "customerPayment" and row["account"]["accountNumber"] in (5600, 5605):
            yield -Decimal(row["amount"])


def close(state: State, until: dt.date) -> None:
    for periods in state.periods.values():
        for row in periods:
            row["closed"] = row["toDate"] <= until.isoformat()


def touch(state: State, reference: str) -> None:
    for row in state.drafts.values():
        if row["references"]["other"] == reference:
            row.setdefault("notes", {})["textLine2"] = "Seen by Lise"


def fill(state: State, count: int) -> None:
    for number in range(9_000, 9_000 + count):
        own = {"customerNumber": number, "name": f"Customer {number}", "email": f"{number}@example.dk"}
        state.customers[number] = own | {
            "currency": "DKK",
            "vatZone": {"vatZoneNumber": 1},
            "lastUpdated": "2026-01-01T00:00:00Z",
        }


BOOKS = Books(
    connector=CONNECTOR,
    folder=Path(__file__).parent / "projects" / "economic",
    make=lambda clock: make(clock=clock),
    customers=lambda state: [row["name"] for row in state.customers.values()],
    products=lambda state: [row["name"] for row in state.products.values()],
    papers=papers,
    payments=payments,
    close=close,
    lose_customers=lambda state: state.customers.clear(),
    touch=touch,
    fill=fill,
    balance=lambda state: sum(state.trial_balance().values(), Decimal(0)),
)


@pytest.mark.parametrize("check", TARGET, ids=lambda check: check.__name__)
def test_books_keep_the_contract(check: Callable[[Books], None]) -> None:
    check(BOOKS)
