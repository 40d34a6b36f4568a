"""Journals: vouchers are checked and kept as draft entries, until somebody books them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from kontering.connectors.economic.simulator import ledger
from kontering.connectors.economic.simulator.checks import checked, whole
from kontering.connectors.economic.simulator.papers import ENTRY_TYPES, VOUCHER
from kontering.connectors.economic.simulator.refusals import INVALID, MISSING_RESOURCE, Errors, invalid, one, refused
from kontering.connectors.economic.simulator.state import ZERO, Row, State, closed

PARTY = {
    "customerPayments": "customer",
    "manualCustomerInvoices": "customer",
    "supplierInvoices": "supplier",
    "supplierPayments": "supplier",
}


def take(state: State, journal: int, body: Any, now: datetime) -> tuple[str, int]:
    """Keep one voucher's entries; gives its year and number."""
    voucher = checked(body, VOUCHER, state.exists)
    year = state.table("accounting-years")[voucher["accountingYear"]["year"]]
    entries = voucher.get("entries", {})
    _demand(_entry_errors(state, entries, year))
    number = _number(state, journal, voucher, year["year"])
    for kind, type_ in ENTRY_TYPES.items():
        for entry in entries.get(kind, []):
            _keep(state, journal, year["year"], number, {**entry, "entryType": type_}, now)
    return year["year"], number


def gathered(state: State, journal: int | None = None) -> dict[tuple[int, str, int], list[Row]]:
    """Draft entries by their voucher: journal, year, number."""
    out: dict[tuple[int, str, int], list[Row]] = {}
    for row in state.draft_entries.values():
        number = row["journal"]["journalNumber"]
        if journal in (None, number):
            key = (number, row["voucher"]["accountingYear"]["year"], row["voucher"]["voucherNumber"])
            out.setdefault(key, []).append(row)
    return out


def book(state: State, journal: int | None, numbers: Iterable[int], now: datetime) -> list[Row]:
    """Book draft entries, all of them or none; they leave the journal."""
    rows = [_draft(state, journal, number) for number in numbers]
    if not rows:
        raise refused("No entries were named.", "InvalidInput")
    for row in rows:
        problem = closed(state, row["date"])
        if problem:
            raise refused(problem, "EntryDateInClosedPeriod")
    _balance(rows)
    booked: list[Row] = []
    for row in rows:
        booked += ledger.book_entry(state, row, now)
        del state.draft_entries[row["journalEntryNumber"]]
    return booked


def _draft(state: State, journal: int | None, number: Any) -> Row:
    row = state.draft_entries.get(number) if whole(number) else None
    if row is None or journal not in (None, row["journal"]["journalNumber"]):
        raise refused(f"There is no draft entry {number}.", "InvalidInput")
    return row


def _balance(rows: list[Row]) -> None:
    """Entries without a contra account must come to zero by voucher and date."""
    sums: dict[tuple[Any, str], Decimal] = {}
    for row in rows:
        if "contraAccount" not in row:
            key = (row["voucher"]["voucherNumber"], row["date"])
            sums[key] = sums.get(key, ZERO) + row["amountDefaultCurrency"]
    for (number, day), amount in sums.items():
        if amount:
            raise refused(f"Voucher {number} doesn't balance on {day}: {amount}.", "VoucherNotInBalance")


def _entry_errors(state: State, entries: Mapping[str, list[Row]], year: Row) -> Errors:
    wrong: Errors = {}
    if not any(entries.values()):
        return {"entries": one(INVALID, "A voucher needs at least one entry.")}
    for kind, rows in entries.items():
        found = [
            {"arrayIndex": i, **errors} for i, row in enumerate(rows) if (errors := _errors(state, kind, row, year))
        ]
        if found:
            wrong[kind] = found
    return {"entries": wrong} if wrong else {}


def _errors(state: State, kind: str, row: Row, year: Row) -> Errors:
    errors: Errors = {}
    party = PARTY.get(kind)
    names = (party or "account", "contraAccount")
    if not any(name in row for name in names):
        errors["contraAccount"] = one(INVALID, f"Either {names[0]} or contraAccount must be given.")
    if not year["fromDate"] <= row["date"] <= year["toDate"]:
        errors["date"] = one(INVALID, f"The date is outside of the accounting year {year['year']}.", row["date"])
    code = ledger.currency_of(state, row)
    if not state.exists("currencies", code):
        errors["currency"] = one(MISSING_RESOURCE, "currency does not exist.", code)
    for name in ("account", "contraAccount"):
        problem = _account_problem(state, row.get(name, {}).get("accountNumber"))
        if problem:
            errors[name] = one(INVALID, problem, row[name]["accountNumber"])
    return errors


def _account_problem(state: State, number: int | None) -> str | None:
    account = state.table("accounts").get(number)
    if account is None:
        return None
    if account["accountType"] not in ("profitAndLoss", "status"):
        return "Nothing can be posted on an account of this type."
    return "The account is barred." if account.get("barred") else None


def _number(state: State, journal: int, voucher: Row, year: str) -> int:
    wanted = voucher.get("voucherNumber")
    taken = {number for (_, of_year, number) in gathered(state) if of_year == year}
    if wanted in taken:
        raise invalid({"voucherNumber": one(INVALID, "A voucher of this year has the number already.", wanted)})
    if wanted is not None:
        return int(wanted)
    settings = state.table("journals")[journal].get("settings", {}).get("voucherNumbers", {})
    first = settings.get("minimumVoucherNumber", 1)
    return state.next(f"voucher/{journal}/{year}", dict.fromkeys(taken), first)


def _keep(state: State, journal: int, year: str, number: int, entry: Row, now: datetime) -> None:
    entry_number = state.next("draft-entry")
    amount = Decimal(entry["amount"]) * ledger.rate_of(state, entry) / 100
    kept = {
        **entry,
        "journalEntryNumber": entry_number,
        "journal": {"journalNumber": journal},
        "currency": {"code": ledger.currency_of(state, entry)},
        "voucher": {"voucherNumber": number, "accountingYear": {"year": year}},
        "amountDefaultCurrency": state.rounded(amount),
        "remainder": entry["amount"],
        "objectVersion": f"v{entry_number}",
    }
    state.draft_entries[entry_number] = kept
    state.made[("draft-entries", entry_number)] = now


def _demand(errors: Errors) -> None:
    if errors:
        raise invalid(errors)
