"""Manual vouchers and purchase vouchers: drafts, booking, deletion, credit notes and payments of purchases."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import httpx

from kontering.connectors.dinero.simulator import books
from kontering.connectors.dinero.simulator.chart import PAYABLES, is_balance, is_deposit
from kontering.connectors.dinero.simulator.fields import Field, day, flag, id_of, number, read, rows, text, whole
from kontering.connectors.dinero.simulator.papers import stamped, timely
from kontering.connectors.dinero.simulator.refusals import deleted, duplicate, invalid, not_found, rule
from kontering.connectors.dinero.simulator.routing import created, json_of, on
from kontering.connectors.dinero.simulator.state import Row, State, Table, cents, guid, written
from kontering.testing.simulator import Asked, Route, reply

Ask = Asked[State]

SIDES: tuple[Field, ...] = (
    text("Description", 256, required=True),
    number("Amount", required=True),
    whole("AccountNumber", required=True),
    text("AccountVatCode"),
    whole("BalancingAccountNumber"),
    text("BalancingAccountVatCode"),
)
MANUAL: tuple[Field, ...] = (
    day("VoucherDate", required=True),
    text("ExternalReference", 128),
    id_of("FileGuid"),
    text("Timestamp"),
    rows("Lines", SIDES, required=True),
)
PURCHASE_LINE: tuple[Field, ...] = (
    text("Description", 256, required=True),
    whole("AccountNumber", required=True),
    text("VatCode"),
    number("Amount", required=True),
)
PURCHASE: tuple[Field, ...] = (
    text("PurchaseType", required=True, one_of=("cash", "credit")),
    day("VoucherDate", required=True),
    id_of("ContactGuid"),
    text("CurrencyKey", 3),
    text("RegionKey", one_of=("DK", "EU", "World")),
    whole("DepositAccountNumber"),
    day("PaymentDate"),
    id_of("FileGuid"),
    text("ExternalReference", 128),
    text("Timestamp"),
    rows("Lines", PURCHASE_LINE, required=True),
)
STAMP: tuple[Field, ...] = (text("Timestamp", required=True), whole("Number"))
PAYMENT: tuple[Field, ...] = (
    number("Amount", required=True),
    whole("DepositAccountNumber", required=True),
    text("Description", 256, required=True),
    flag("RemainderIsFee", required=True),
    text("Timestamp", required=True),
    day("PaymentDate"),
    text("ExternalReference", 128),
)

_REGIONS: Mapping[str, tuple[str, ...]] = {
    "DK": ("I25", "OBPK", "REP", "NONE"),
    "EU": ("IEUV", "IEUY", "NONE"),
    "World": ("IVV", "IVY", "NONE"),
}


def routes() -> list[Route[State]]:
    manual, purchase = "/vouchers/manuel/{guid}", "/vouchers/purchase/{guid}"
    return [
        *on("POST", "/vouchers/manuel", _create_manual),
        *on("GET", manual, lambda asked: reply(_shown(_row(asked, asked.state.manual)))),
        *on("PUT", manual, _update_manual),
        *on("DELETE", manual, lambda asked: _delete(asked, asked.state.manual)),
        *on("POST", manual + "/book", _book_manual),
        *on("POST", "/vouchers/purchase/creditnotes", lambda asked: _create_purchase(asked, -1), "v1.2 v1.1 v1"),
        *on("POST", "/vouchers/purchase", lambda asked: _create_purchase(asked, 1), "v1.2"),
        *_of_purchases(purchase),
        *_of_purchases("/vouchers/purchase/creditnotes/{guid}"),
        *on("POST", purchase + "/generate-creditnote", _generate),
        *on("POST", "/purchase-vouchers/{guid}/payments", _pay, "v1 v1.1 v1.2 v2"),
    ]


def _of_purchases(path: str) -> list[Route[State]]:
    return [
        *on("GET", path, lambda asked: reply(_shown(_row(asked, asked.state.purchases)))),
        *on("PUT", path, _update_purchase, "v1.1"),
        *on("DELETE", path, lambda asked: _delete(asked, asked.state.purchases)),
        *on("POST", path + "/book", _book_purchase),
    ]


def _row(asked: Ask, table: Table) -> Row:
    row = table.get(asked.ids["guid"].lower())
    if row is None:
        raise not_found("voucher")
    if row["DeletedAt"]:
        raise deleted("voucher")
    return row


def _shown(row: Row) -> Row:
    """Vouchers write their row version `Timestamp`."""
    seen = {name: value for name, value in row.items() if name not in ("TimeStamp", "Sign")}
    return {**seen, "Timestamp": row["TimeStamp"]}


def _answer(row: Row) -> Row:
    return {name: _shown(row).get(name) for name in ("Guid", "Timestamp", "VoucherNumber", "Status")}


def _new(asked: Ask, given: Row) -> Row:
    reference, state = given.get("ExternalReference"), asked.state
    every = (*state.manual.values(), *state.purchases.values())
    if reference and state.habits.unique_references and any(row["ExternalReference"] == reference for row in every):
        raise duplicate()
    now = written(asked.now)
    own = {"Guid": guid(), "VoucherNumber": 0, "Status": "Draft", "CreatedAt": now, "DeletedAt": None}
    return stamped(asked, {"ExternalReference": None, "FileGuid": None, **given, **own})


def _draft(asked: Ask, table: Table, stamp: str | None) -> Row:
    row = _row(asked, table)
    if row["Status"] != "Draft":
        raise rule("A booked voucher can't be changed")
    timely(row, stamp)
    return row


def _delete(asked: Ask, table: Table) -> httpx.Response:
    row = _draft(asked, table, read(json_of(asked), STAMP)["Timestamp"])
    row["DeletedAt"] = written(asked.now)
    stamped(asked, row)
    return httpx.Response(200)


# --- manual


def _given_manual(asked: Ask) -> Row:
    given = read(json_of(asked), MANUAL)
    check_sides(asked.state, given["Lines"], "")
    _check_file(asked, given)
    return given


def check_sides(state: State, lines: list[Row], at: str, balancing: bool = False) -> None:
    """Accounts and VAT codes are there; what has no other side must add up to nothing."""
    errors = {}
    if not lines:
        errors[f"{at}Lines"] = "A voucher has at least one line"
    for index, line in enumerate(lines):
        for name in ("AccountNumber", "BalancingAccountNumber"):
            if name in line and line[name] not in state.accounts:
                errors[f"{at}Lines[{index}].{name}"] = f"There is no account {line[name]}"
        for name in ("AccountVatCode", "BalancingAccountVatCode"):
            if name in line and line[name] not in state.vat_types:
                errors[f"{at}Lines[{index}].{name}"] = f"There is no VAT code {line[name]}"
        if balancing and "BalancingAccountNumber" not in line:
            errors[f"{at}Lines[{index}].BalancingAccountNumber"] = "BalancingAccountNumber is required"
    alone = sum((line["Amount"] for line in lines if "BalancingAccountNumber" not in line), Decimal(0))
    if alone:
        errors[f"{at}Lines"] = f"The voucher doesn't balance: {alone}"
    if errors:
        raise invalid(errors)


def _check_file(asked: Ask, given: Row) -> None:
    if "FileGuid" in given and given["FileGuid"] not in asked.state.files:
        raise invalid({"FileGuid": "The file was not found"})


def _create_manual(asked: Ask) -> httpx.Response:
    row = _new(asked, _given_manual(asked))
    asked.state.manual[row["Guid"]] = row
    return created(asked, _answer(row))


def _update_manual(asked: Ask) -> httpx.Response:
    given = _given_manual(asked)
    row = _draft(asked, asked.state.manual, given.pop("Timestamp", None))
    row.update(given)
    return reply(_answer(stamped(asked, row)))


def _book_manual(asked: Ask) -> httpx.Response:
    state = asked.state
    row = _draft(asked, state.manual, read(json_of(asked), STAMP)["Timestamp"])
    books.open_day(state, row["VoucherDate"])
    row["VoucherNumber"], row["Status"] = state.next("voucher"), "Booked"
    books.journal(state, asked.now, row, "Manual")
    return reply(_answer(stamped(asked, row)))


# --- purchases


def _given_purchase(asked: Ask) -> Row:
    given = read(json_of(asked), PURCHASE)
    errors = dict(_wrong(asked.state, given))
    if errors:
        raise invalid(errors)
    _check_file(asked, given)
    return given


def _wrong(state: State, given: Row) -> Any:
    """What the kind of purchase asks for, or can't have."""
    cash = given["PurchaseType"] == "cash"
    if not given["Lines"]:
        yield "Lines", "A voucher has at least one line"
    if cash and not is_deposit(state, given.get("DepositAccountNumber", 0)):
        yield "DepositAccountNumber", "A cash purchase needs a deposit account"
    if cash and "RegionKey" not in given:
        yield "RegionKey", "A cash purchase needs a region"
    if cash and "PaymentDate" in given:
        yield "PaymentDate", "A cash purchase has no payment date"
    if cash and given.get("CurrencyKey", "DKK") != "DKK":
        yield "CurrencyKey", "Purchases in other currencies are on credit"
    if not cash and given.get("ContactGuid", "") not in state.contacts:
        yield "ContactGuid", "A purchase on credit needs a contact"
    if given.get("CurrencyKey", "DKK") not in state.rates:
        yield "CurrencyKey", "The currency is not known"
    for index, line in enumerate(given["Lines"]):
        yield from _wrong_line(state, given, line, f"Lines[{index}]")


def _wrong_line(state: State, given: Row, line: Row, at: str) -> Any:
    account = line["AccountNumber"]
    if account not in state.accounts:
        yield f"{at}.AccountNumber", f"There is no account {account}"
    elif is_balance(state, account):
        yield f"{at}.AccountNumber", "Accounts of the balance sheet can't be used here"
    code = line.get("VatCode")
    if code is not None and code not in state.vat_types:
        yield f"{at}.VatCode", f"There is no VAT code {code}"
    elif code is not None and "RegionKey" in given and code not in _REGIONS[given["RegionKey"]]:
        yield f"{at}.VatCode", f"{code} doesn't fit the region {given['RegionKey']}"


def _create_purchase(asked: Ask, sign: int) -> httpx.Response:
    row = _new(asked, {"CurrencyKey": "DKK", **_given_purchase(asked), "Sign": sign, "Payments": []})
    asked.state.purchases[row["Guid"]] = row
    return created(asked, _answer(row))


def _update_purchase(asked: Ask) -> httpx.Response:
    given = _given_purchase(asked)
    row = _draft(asked, asked.state.purchases, given.pop("Timestamp", None))
    row.update(given)
    return reply(_answer(stamped(asked, row)))


def _book_purchase(asked: Ask) -> httpx.Response:
    state = asked.state
    row = _draft(asked, state.purchases, read(json_of(asked), STAMP)["Timestamp"])
    if row["PurchaseType"] == "credit" and not row.get("PaymentDate"):
        raise rule("A payment date is required to book", "PaymentDate")
    books.open_day(state, row["VoucherDate"])
    row["VoucherNumber"], row["Status"] = state.next("voucher"), "Booked"
    if row.get("ContactGuid"):
        state.contacts[row["ContactGuid"]]["IsCreditor"] = True
    lines = [{**line, "Amount": row["Sign"] * line["Amount"]} for line in row["Lines"]]
    books.purchase(state, asked.now, {**row, "Lines": lines})
    return reply(_answer(stamped(asked, row)))


def _generate(asked: Ask) -> httpx.Response:
    bill = _row(asked, asked.state.purchases)
    timely(bill, read(json_of(asked), STAMP)["Timestamp"])
    if bill["Status"] == "Draft":
        raise rule("Only a booked voucher can be credited")
    names = ("PurchaseType", "VoucherDate", "ContactGuid", "CurrencyKey", "PaymentDate", "Lines")
    row = _new(asked, {name: bill[name] for name in names if name in bill} | {"Sign": -1, "Payments": []})
    asked.state.purchases[row["Guid"]] = row
    return created(asked, _answer(row))


def _pay(asked: Ask) -> httpx.Response:
    """Money to a supplier."""
    state, row = asked.state, _row(asked, asked.state.purchases)
    given = read(json_of(asked), PAYMENT)
    timely(row, given["Timestamp"])
    if row["Status"] == "Draft" or row["PurchaseType"] == "cash":
        raise rule("Only booked purchases on credit can be paid")
    if not is_deposit(state, given["DepositAccountNumber"]):
        raise invalid({"DepositAccountNumber": f"{given['DepositAccountNumber']} is no deposit account"})
    on_day = given.get("PaymentDate", asked.now.date().isoformat())
    books.open_day(state, on_day)
    amount = cents(given["Amount"])
    lines = [(PAYABLES, amount, "NONE"), (given["DepositAccountNumber"], -amount, "NONE")]
    head = {"Date": on_day, "VoucherNumber": row["VoucherNumber"], "ContactGuid": row["ContactGuid"]}
    books.post(state, asked.now, lines, VoucherType="Payment", Description=given["Description"], **head)
    made = {"Guid": guid(), **given}
    row["Payments"].append(made)
    stamped(asked, row)
    return created(asked, {"Guid": made["Guid"], "Timestamp": row["TimeStamp"]})
