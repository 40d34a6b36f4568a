"""The ledger behind the records: transactions with postings that balance, voided with what they came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from kontering.connectors.billy.simulator.saving import Changed, note
from kontering.connectors.billy.simulator.state import ZERO, Row, State, cents, moment

RECEIVABLE, PAYABLE, FX = "accountsReceivable", "accountsPayable", "exchangeDifference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An amount on an account in base currency; debit is positive."""

    account: str
    amount: Decimal
    tax_rate: str | None = None
    text: str = ""


def post(
    state: State, now: datetime, origin: str, day: str, voucher: str, entries: Iterable[Entry], changed: Changed
) -> None:
    """A transaction of these entries; those of nothing are left out."""
    lines = [entry for entry in entries if entry.amount]
    if sum((entry.amount for entry in lines), ZERO) != 0:
        raise ValueError(f"the transaction of {origin} doesn't balance: {lines}")
    transactions = state.table("transactions")
    organization = state.organization["id"]
    row: Row = {
        "id": state.fresh(),
        "organizationId": organization,
        "transactionNo": len(transactions) + 1,
        "voucherNo": voucher,
        "entryDate": day,
        "originatorReference": origin,
        "originatorName": voucher,
        "isVoided": False,
        "createdTime": moment(now),
    }
    transactions[row["id"]] = row
    note(changed, "transactions", row)
    for priority, entry in enumerate(lines, start=1):
        posting: Row = {
            "id": state.fresh(),
            "organizationId": organization,
            "transactionId": row["id"],
            "entryDate": day,
            "text": entry.text,
            "accountId": entry.account,
            "amount": abs(entry.amount),
            "side": "debit" if entry.amount > 0 else "credit",
            "currencyId": state.base_currency,
            "taxRateId": entry.tax_rate,
            "isVoided": False,
            "priority": priority,
        }
        state.table("postings")[posting["id"]] = posting
        note(changed, "postings", posting)


def void(state: State, origin: str, changed: Changed) -> None:
    """What was posted for a record doesn't count any more."""
    for row in state.table("transactions").values():
        if row["originatorReference"] == origin and not row["isVoided"]:
            row["isVoided"] = True
            note(changed, "transactions", row)
            for posting in state.below("postings", "transactionId", row["id"]):
                posting["isVoided"] = True
                note(changed, "postings", posting)


def closed(state: State, day: str) -> bool:
    """Is the day in a period in which nothing may be posted any more?"""
    until = state.organization.get("fiscalLockingDate")
    return bool(until) and day <= str(until)


def rate_of(row: Row) -> Decimal:
    """Base currency for one unit of a document's."""
    return Decimal(row.get("exchangeRate") or 1)


def in_base(row: Row, amount: Decimal) -> Decimal:
    return cents(amount * rate_of(row))


def exchange_rate(state: State, row: Row) -> Decimal:
    """The record's own rate, else the system's of the day."""
    currency = row.get("currencyId") or state.base_currency
    if currency == state.base_currency:
        return Decimal(1)
    own: Decimal | int | None = row.get("exchangeRate")
    return Decimal(own or state.rates.get(str(currency), Decimal(1)))


def tax_account(state: State, tax_rate: str | None) -> str | None:
    """Where a tax rate's tax goes."""
    rows = state.below("taxRateDeductionComponents", "taxRateId", tax_rate or "")
    return str(rows[0]["accountId"]) if rows else None
