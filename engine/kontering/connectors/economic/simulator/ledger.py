"""The booked ledger: entries of invoices and of journal entries, open items, and what closes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from kontering.connectors.economic.simulator import totals
from kontering.connectors.economic.simulator.state import ZERO, Row, State, cents


def post(state: State, now: datetime, account: int, amount: Decimal, **more: Any) -> Row:
    """One entry; `amount` is in its currency, debit is positive."""
    number = state.next("entry")
    in_base = more.pop("amountInBaseCurrency", None)
    rate = more.pop("exchangeRate", Decimal(100))
    row = {
        "entryNumber": number,
        "account": {"accountNumber": account},
        "amount": amount,
        "amountInBaseCurrency": cents(amount * rate / 100) if in_base is None else in_base,
        "currency": state.base_currency,
        **{name: value for name, value in more.items() if value is not None},
    }
    state.entries[number] = row
    state.made[("entries", number)] = now
    state.by_account.setdefault(account, []).append(row)
    if "customer" in row:
        state.by_customer.setdefault(row["customer"]["customerNumber"], []).append(row)
    return row


def post_invoice(state: State, booked: Row, now: datetime) -> None:
    """Receivable against revenue by account and VAT by code; base amounts add up to zero to the cent."""
    common = _common(booked)
    group = state.customers[booked["customer"]["customerNumber"]]["customerGroup"]["customerGroupNumber"]
    receivable = state.table("customer-groups")[group]["account"]["accountNumber"]
    state.receivables[booked["bookedInvoiceNumber"]] = post(
        state,
        now,
        receivable,
        booked["grossAmount"],
        amountInBaseCurrency=booked["grossAmountInBaseCurrency"],
        customer=booked["customer"],
        dueDate=booked["dueDate"],
        remainder=booked["grossAmount"],
        remainderInBaseCurrency=booked["grossAmountInBaseCurrency"],
        **common,
    )
    _post_other_side(state, booked, now, common)


def _post_other_side(state: State, booked: Row, now: datetime, common: Row) -> None:
    """The last entry takes what rounding into the base currency has left over."""
    parts = _revenue(state, booked) + _vat(state, booked)
    left = booked["grossAmountInBaseCurrency"]
    for index, (account, code, amount) in enumerate(parts, 1):
        in_base = left if index == len(parts) else cents(amount * booked["exchangeRate"] / 100)
        left -= in_base
        vat = {"vatCode": code} if code else None
        post(state, now, account, -amount, amountInBaseCurrency=-in_base, vatAccount=vat, **common)


def _revenue(state: State, booked: Row) -> list[tuple[int, str | None, Decimal]]:
    zone = booked["recipient"]["vatZone"]["vatZoneNumber"]
    sums: dict[tuple[int, str | None], Decimal] = {}
    for line in booked["lines"]:
        if "totalNetAmount" not in line:
            continue
        account = totals.revenue_account(state, line, zone)
        if account is not None:
            key = (account, totals.vat_code(state, line, zone))
            sums[key] = sums.get(key, ZERO) + line["totalNetAmount"]
    return [(account, code, amount) for (account, code), amount in sums.items()]


def _vat(state: State, booked: Row) -> list[tuple[int, str | None, Decimal]]:
    _, vats = totals.per_code(state, booked["lines"], booked["recipient"]["vatZone"]["vatZoneNumber"])
    accounts = state.table("vat-accounts")
    return [(accounts[code]["account"]["accountNumber"], code, vat) for code, vat in vats.items() if code and vat]


def _common(booked: Row) -> Row:
    number = booked["bookedInvoiceNumber"]
    return {
        "currency": booked["currency"],
        "date": booked["date"],
        "text": booked.get("notes", {}).get("heading") or f"Faktura {number}",
        "entryType": "customerInvoice",
        "voucherNumber": number,
        "bookedInvoice": {"bookedInvoiceNumber": number},
    }


def settle(state: State, booked: Row, account: int, now: datetime) -> None:
    """The invoice is paid as it is booked."""
    entry = {
        "entryType": "customerPayment",
        "customer": booked["customer"],
        "customerInvoice": booked["bookedInvoiceNumber"],
        "amount": -booked["grossAmount"],
        "contraAccount": {"accountNumber": account},
        "currency": {"code": booked["currency"]},
        "exchangeRate": booked["exchangeRate"],
        "date": booked["date"],
        "text": f"Betaling {booked['bookedInvoiceNumber']}",
        "voucher": {"voucherNumber": booked["bookedInvoiceNumber"]},
    }
    book_entry(state, entry, now)


def book_entry(state: State, entry: Mapping[str, Any], now: datetime) -> list[Row]:
    """A journal entry becomes entries of the ledger: its own side, its contra side, and the VAT lifted out of each."""
    amount = Decimal(entry["amount"])
    own = own_account(state, entry)
    booked: list[Row] = []
    if own is not None:
        booked += _with_vat(state, now, entry, own, amount, entry.get("vatAccount"), entry.get("vatAmount"), own=True)
    if "contraAccount" in entry:
        contra = entry["contraAccount"]["accountNumber"]
        vat = entry.get("contraVatAccount")
        booked += _with_vat(state, now, entry, contra, -amount, vat, entry.get("contraVatAmount"), own=False)
    if entry["entryType"] == "customerPayment" and "customerInvoice" in entry and state.habits.matching:
        _close(state, entry["customerInvoice"], booked[0], now)
    return booked


def own_account(state: State, entry: Mapping[str, Any]) -> int | None:
    """The account that an entry's sign belongs to: its own, or that of its party's group."""
    if "customer" in entry:
        group = state.customers[entry["customer"]["customerNumber"]]["customerGroup"]["customerGroupNumber"]
        return int(state.table("customer-groups")[group]["account"]["accountNumber"])
    if "supplier" in entry:
        group = state.suppliers[entry["supplier"]["supplierNumber"]]["supplierGroup"]["supplierGroupNumber"]
        return int(state.table("supplier-groups")[group]["account"]["accountNumber"])
    return entry["account"]["accountNumber"] if "account" in entry else None


def rate_of(state: State, entry: Mapping[str, Any]) -> Decimal:
    """The exchange rate of an entry: its own, or the day's."""
    code = currency_of(state, entry)
    return (
        Decimal(100) if code == state.base_currency else Decimal(entry.get("exchangeRate", state.rates.get(code, 100)))
    )


def currency_of(state: State, entry: Mapping[str, Any]) -> str:
    return str(entry.get("currency", {}).get("code", state.base_currency)).upper()


def _with_vat(
    state: State,
    now: datetime,
    entry: Mapping[str, Any],
    account: int,
    amount: Decimal,
    vat: Mapping[str, Any] | None,
    given: Decimal | None,
    *,
    own: bool,
) -> list[Row]:
    """An amount with a VAT code includes the VAT; without one it is posted as it is."""
    common = _entry_common(state, entry, own=own)
    row = state.table("vat-accounts").get(vat["vatCode"]) if vat else None
    if row is None or not row.get("ratePercentage"):
        return [post(state, now, account, amount, vatAccount=vat, **common)]
    rate = Decimal(row["ratePercentage"])
    tax = Decimal(given) if given is not None else cents(amount * rate / (100 + rate))
    net = post(state, now, account, amount - tax, vatAccount=vat, **common)
    return [net, post(state, now, row["account"]["accountNumber"], tax, vatAccount=vat, **common)]


def _entry_common(state: State, entry: Mapping[str, Any], *, own: bool) -> Row:
    party = entry.get("customer") or entry.get("supplier")
    open_item = {"remainder": Decimal(entry["amount"])} if own and party else {}
    invoice = entry.get("customerInvoice")
    return {
        "exchangeRate": rate_of(state, entry),
        "currency": currency_of(state, entry),
        "date": entry["date"],
        "dueDate": entry.get("dueDate"),
        "text": entry.get("text"),
        "entryType": "manualDebtorInvoice" if entry["entryType"] == "manualCustomerInvoice" else entry["entryType"],
        "voucherNumber": entry["voucher"]["voucherNumber"],
        "customer": entry.get("customer") if own else None,
        "supplier": entry.get("supplier") if own else None,
        "supplierInvoiceNumber": entry.get("supplierInvoiceNumber"),
        "bookedInvoice": {"bookedInvoiceNumber": invoice} if invoice else None,
        **open_item,
    }


def _close(state: State, number: int, payment: Row, now: datetime) -> None:
    """A payment that names an invoice of the same currency lowers what is open on both."""
    invoice = state.booked.get(number)
    if invoice is None or invoice["currency"] != payment["currency"]:
        return
    match(state, [state.receivables[number], payment], now)


def match(state: State, items: list[Row], now: datetime) -> None:
    """Close open items of one party against each other; a rest in base currency is the difference of rates."""
    before = sum((_open_in_base(row) for row in items), ZERO)
    for debit in (row for row in items if row.get("remainder", ZERO) > 0):
        for credit in (row for row in items if row.get("remainder", ZERO) < 0):
            part = min(debit["remainder"], -credit["remainder"])
            debit["remainder"] -= part
            credit["remainder"] += part
    for row in items:
        row["remainderInBaseCurrency"] = _open_in_base(row)
        _show_on_invoice(state, row)
    left = before - sum((row["remainderInBaseCurrency"] for row in items), ZERO)
    _post_difference(state, items, left, now)


def _open_in_base(row: Row) -> Decimal:
    """What is open of an entry, at its own rate."""
    return cents(row["amountInBaseCurrency"] * row["remainder"] / row["amount"]) if row["amount"] else ZERO


def _show_on_invoice(state: State, row: Row) -> None:
    invoice = state.booked.get(row.get("bookedInvoice", {}).get("bookedInvoiceNumber"))
    if invoice is not None and row["entryType"] == "customerInvoice":
        invoice["remainder"] = row["remainder"]
        invoice["remainderInBaseCurrency"] = row["remainderInBaseCurrency"]


def _post_difference(state: State, items: list[Row], left: Decimal, now: datetime) -> None:
    """What the closed parts leave on the party's account goes to the account of exchange differences."""
    if not left or not state.fx_account:
        return
    last = items[-1]
    common = {"date": last["date"], "text": "Valutakursdifference", "entryType": "systemEntry"}
    common["voucherNumber"] = last["voucherNumber"]
    post(state, now, items[0]["account"]["accountNumber"], -left, **common)
    post(state, now, state.fx_account, left, **common)
