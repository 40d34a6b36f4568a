"""Billy keeps the contract for targets, counted in its simulator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from kontering.connectors.billy import CONNECTOR
from kontering.connectors.billy.simulator import State, make
from kontering.connectors.billy.simulator.state import id_of
from kontering.testing.targets import TARGET, Books, Paper


def papers(state: State) -> Iterator[Paper]:
    for row in state.table("invoices").values():
        approved = row["state"] == "approved"
        yield Paper(
            kind="credit_note" if row["type"] == "creditNote" else "invoice",
            reference=row["invoiceNo"],
            gross=row["amount"] + row["tax"],
            booked=approved,
            open=row["balance"] if approved else None,
            mailed=row["sentState"] == "sent",
        )


def payments(state: State) -> Iterator[Decimal]:
    for row in state.table("bankPayments").values():
        if not row["isVoided"]:
            yield Decimal(row["cashAmount"]) * (1 if row["cashSide"] == "debit" else -1)


def close(state: State, until: dt.date) -> None:
    state.organization["fiscalLockingDate"] = until.isoformat()


def touch(state: State, reference: str) -> None:
    for row in state.table("invoices").values():
        if row["invoiceNo"] == reference and row["state"] == "draft":
            row["contactMessage"] = "Seen by Lise"


def fill(state: State, count: int) -> None:
    for number in range(count):
        id_ = id_of("contacts", number)
        name = f"Customer {number}"
        state.table("contacts")[id_] = {
            "id": id_,
            "type": "company",
            "name": name,
            "countryId": "DK",
            "isCustomer": True,
        }


BOOKS = Books(
    connector=CONNECTOR,
    folder=Path(__file__).parent / "projects" / "billy",
    make=lambda clock: make(clock=clock),
    customers=lambda state: [row["name"] for row in state.table("contacts").values()],
    products=lambda state: [row["name"] for row in state.table("products").values()],
    papers=papers,
    payments=payments,
    close=close,
    lose_customers=lambda state: state.table("contacts").clear(),
    touch=touch,
    fill=fill,
    balance=lambda state: sum(state.trial_balance().values(), Decimal(0)),
)


@pytest.mark.parametrize("check", TARGET, ids=lambda check: check.__name__)
def test_books_keep_the_contract(check: Callable[[Books], None]) -> None:
    check(BOOKS)
