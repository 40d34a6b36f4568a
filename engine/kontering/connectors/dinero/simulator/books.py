"""The ledger behind it all: what is booked balances, and only on days that are open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from kontering.connectors.dinero.simulator.chart import (
    EXCHANGE,
    FEES,
    PAYABLES,
    PURCHASE_VAT,
    RECEIVABLES,
    REVERSED_VAT,
    SALES_VAT,
    rate_of,
)
from kontering.connectors.dinero.simulator.money import Part
from kontering.connectors.dinero.simulator.refusals import Bad
from kontering.connectors.dinero.simulator.state import ZERO, Row, State, cents, guid, written

REVERSED = frozenset({"IEUV", "IEUY", "IVV", "IVY", "OBPK"})
"""Codes of purchases for which the buyer accounts."""


def open_day(state: State, day: str) -> None:
    """Refuses a day that is closed, or that no accounting year has."""
    year = next((row for row in state.years if row["FromDate"] <= day <= row["ToDate"]), None)
    if year is None:
        raise _closed(state, f"There is no accounting year for {day}")
    if year["IsClosed"] or day <= state.closed_until:
        raise _closed(state, f"The accounting period of {day} is closed")


def _closed(state: State, message: str) -> Bad:
    return Bad(400, state.habits.closed_code, message, {"Date": message})


def post(state: State, now: datetime, lines: Sequence[tuple[int, Decimal, str]], **head: object) -> None:
    """Writes entries of one voucher: account, amount in base currency with a debit positive, VAT code."""
    total = sum((amount for _, amount, _ in lines), ZERO)
    if total:
        raise ValueError(f"a voucher that doesn't balance: {total} in {lines}")
    for account, amount, code in lines:
        if amount:
            named = state.accounts.get(account, {"Name": ""})
            state.entries.append(
                {
                    "EntryGuid": guid(),
                    "AccountNumber": account,
                    "AccountName": named["Name"],
                    "Amount": amount,
                    "VatCode": code,
                    "Type": "Normal",
                    "CreatedAt": written(now),
                    **head,
                }
            )


def sale(state: State, now: datetime, row: Row, found: Sequence[Part], sign: int) -> None:
    """An invoice, or with the sign turned a credit note."""
    rate = state.rates[row["Currency"]]
    lines: list[tuple[int, Decimal, str]] = []
    for part in found:
        lines.append((part.account, -sign * cents(part.net * rate), part.code))
        lines.append((SALES_VAT, -sign * cents(part.vat * rate), part.code))
    owed = -sum((amount for _, amount, _ in lines), ZERO)
    head = {"Date": row["Date"], "VoucherNumber": row["Number"], "ContactGuid": row["ContactGuid"]}
    kind = "Invoice" if sign > 0 else "CreditNote"
    post(state, now, [(RECEIVABLES, owed, "NONE"), *lines], VoucherType=kind, Description=row["Description"], **head)


def payment(state: State, now: datetime, row: Row, paid: Row, fee: Decimal) -> None:
    """Money on an account, and what it closes at the document's own rate; a fee is in document currency."""
    rate, currency = state.rates[row["Currency"]], row["Currency"]
    own = paid["Amount"] if currency == "DKK" else cents(paid["AmountInForeignCurrency"] * rate)
    charged = cents(fee * rate)
    lines = [
        (paid["DepositAccountNumber"], paid["Amount"], "NONE"),
        (FEES, charged, "NONE"),
        (RECEIVABLES, -own - charged, "NONE"),
        (EXCHANGE, own - paid["Amount"], "NONE"),
    ]
    head = {"VoucherNumber": row["Number"], "ContactGuid": row["ContactGuid"], "Date": paid["PaymentDate"]}
    post(state, now, lines, VoucherType="Payment", Description=paid["Description"], **head)


def purchase(state: State, now: datetime, row: Row) -> None:
    """A bill: amounts have their VAT inside, unless the buyer accounts for it."""
    rate = state.rates[row.get("CurrencyKey", "DKK")]
    lines: list[tuple[int, Decimal, str]] = []
    for line in row["Lines"]:
        code = code_for(state, line)
        share, whole = rate_of(state, code), cents(line["Amount"] * rate)
        if code in REVERSED:
            vat = cents(whole * share)
            lines += [(line["AccountNumber"], whole, code), (PURCHASE_VAT, vat, code), (REVERSED_VAT, -vat, code)]
        else:
            vat = cents(whole * share / (1 + share))
            lines += [(line["AccountNumber"], whole - vat, code), (PURCHASE_VAT, vat, code)]
    owed = -sum((amount for _, amount, _ in lines), ZERO)
    account = row["DepositAccountNumber"] if row["PurchaseType"] == "cash" else PAYABLES
    head = {"Date": row["VoucherDate"], "VoucherNumber": row["VoucherNumber"], "ContactGuid": row.get("ContactGuid")}
    post(state, now, [*lines, (account, owed, "NONE")], VoucherType="Purchase", Description="", **head)


def code_for(state: State, line: Row, name: str = "VatCode", account: str = "AccountNumber") -> str:
    """A line without a code has its account's; NONE says that there is none."""
    return str(line.get(name) or state.accounts[line[account]]["VatCode"])


def journal(state: State, now: datetime, row: Row, kind: str) -> None:
    """Ledger items and manual vouchers: each line has two sides, VAT is taken out of the amount on either."""
    lines: list[tuple[int, Decimal, str]] = []
    for line in row["Lines"]:
        lines += _side(state, line["AccountNumber"], line["Amount"], code_for(state, line, "AccountVatCode"))
        if line.get("BalancingAccountNumber"):
            code = code_for(state, line, "BalancingAccountVatCode", "BalancingAccountNumber")
            lines += _side(state, line["BalancingAccountNumber"], -line["Amount"], code)
    text = row["Lines"][0]["Description"]
    head = {"Date": row["VoucherDate"], "VoucherNumber": row["VoucherNumber"], "Description": text}
    post(state, now, lines, VoucherType=kind, ContactGuid=None, **head)


def _side(state: State, account: int, amount: Decimal, code: str) -> list[tuple[int, Decimal, str]]:
    share = rate_of(state, code)
    vat_account = SALES_VAT if code.startswith("U") else PURCHASE_VAT
    if code in REVERSED:
        vat = cents(amount * share)
        return [(account, amount, code), (PURCHASE_VAT, vat, code), (REVERSED_VAT, -vat, code)]
    vat = cents(amount * share / (1 + share))
    return [(account, amount - vat, code), (vat_account, vat, code)]
