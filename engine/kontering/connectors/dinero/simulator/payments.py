"""Payments of booked documents: list, add, delete."""

from __future__ import annotations

from decimal import Decimal

import httpx

from kontering.connectors.dinero.simulator import books
from kontering.connectors.dinero.simulator.chart import is_deposit
from kontering.connectors.dinero.simulator.fields import Field, day, flag, number, read, text, whole
from kontering.connectors.dinero.simulator.papers import Kind, of_path, paid, remaining, stamped, timely, total
from kontering.connectors.dinero.simulator.refusals import invalid, not_found, rule
from kontering.connectors.dinero.simulator.routing import created, json_of, missing, on
from kontering.connectors.dinero.simulator.state import ZERO, Row, State, cents, guid
from kontering.testing.simulator import Asked, Route, reply

Ask = Asked[State]

PAYMENT: tuple[Field, ...] = (
    number("Amount", required=True),
    whole("DepositAccountNumber", required=True),
    text("Description", 256, required=True),
    flag("RemainderIsFee", required=True),
    text("Timestamp", required=True),
    day("PaymentDate"),
    text("ExternalReference", 128),
    number("AmountInForeignCurrency"),
)
STAMP: tuple[Field, ...] = (text("Timestamp", required=True),)


def routes() -> list[Route[State]]:
    return [*_of("/invoices/{guid}/payments", "invoice"), *_of("/sales/creditnotes/{guid}/payments", "credit_note")]


def _of(path: str, kind: Kind) -> list[Route[State]]:
    return [
        *on("GET", path, lambda asked: _list(asked, kind), "v1 v2"),
        *on("POST", path, lambda asked: _add(asked, kind)),
        *on("DELETE", path + "/{payment}", lambda asked: _delete(asked, kind)),
    ]


def _list(asked: Ask, kind: Kind) -> httpx.Response:
    row = of_path(asked, kind)
    return reply(
        {
            "Payments": row["Payments"],
            "RemainingAmount": remaining(asked.state, row),
            "PaidAmount": paid(row),
            "InvoiceTotalIncludingReminderExpenses": total(asked.state, row),
        }
    )


def _add(asked: Ask, kind: Kind) -> httpx.Response:
    state = asked.state
    if kind == "credit_note" and not state.habits.credit_payments:
        return missing(asked)
    row = of_path(asked, kind)
    given = read(json_of(asked), PAYMENT)
    _check(asked, row, given)
    books.open_day(state, given.get("PaymentDate", asked.now.date().isoformat()))
    made = _made(asked, given)
    row["Payments"].append(made)
    left = remaining(state, row) if given["RemainderIsFee"] else ZERO
    if left:
        row["Payments"].append(_fee(state, row, made, left))
    books.payment(state, asked.now, row, _signed(made, kind), left if kind == "invoice" else -left)
    stamped(asked, row)
    return created(asked, {"Guid": made["Guid"], "TimeStamp": row["TimeStamp"]})


def _check(asked: Ask, row: Row, given: Row) -> None:
    if row["Status"] == "Draft":
        raise rule("Only booked documents can be paid")
    timely(row, given["Timestamp"])
    errors = {}
    if given["Amount"] == 0:
        errors["Amount"] = "Amount can't be 0"
    if not is_deposit(asked.state, given["DepositAccountNumber"]):
        errors["DepositAccountNumber"] = f"{given['DepositAccountNumber']} is no deposit account"
    if row["Currency"] != "DKK" and "AmountInForeignCurrency" not in given:
        errors["AmountInForeignCurrency"] = "AmountInForeignCurrency is required"
    if errors:
        raise invalid(errors)


def _made(asked: Ask, given: Row) -> Row:
    return {
        "Guid": guid(),
        "DepositAccountNumber": given["DepositAccountNumber"],
        "ExternalReference": given.get("ExternalReference"),
        "PaymentDate": given.get("PaymentDate", asked.now.date().isoformat()),
        "Description": given["Description"],
        "Amount": given["Amount"],
        "AmountInForeignCurrency": given.get("AmountInForeignCurrency"),
        "PaymentClass": "Payment",
    }


def _fee(state: State, row: Row, made: Row, left: Decimal) -> Row:
    base = left if row["Currency"] == "DKK" else cents(left * state.rates[row["Currency"]])
    foreign = None if row["Currency"] == "DKK" else left
    fee = {"Guid": guid(), "PaymentClass": "Fee", "Amount": base, "AmountInForeignCurrency": foreign}
    return {**made, **fee, "ExternalReference": None}


def _signed(made: Row, kind: Kind) -> Row:
    """Money for a credit note goes out."""
    if kind == "invoice":
        return made
    foreign = made["AmountInForeignCurrency"]
    return {**made, "Amount": -made["Amount"], "AmountInForeignCurrency": None if foreign is None else -foreign}


def _delete(asked: Ask, kind: Kind) -> httpx.Response:
    row = of_path(asked, kind)
    given = read(json_of(asked), STAMP)
    timely(row, given["Timestamp"])
    one = next((one for one in row["Payments"] if one["Guid"] == asked.ids["payment"]), None)
    if one is None:
        raise not_found("payment")
    if one["PaymentClass"] == "CreditNote":
        raise rule("What a credit note has settled can't be deleted")
    row["Payments"].remove(one)
    _take_back(asked, row, one, kind)
    stamped(asked, row)
    return reply({"Guid": row["Guid"], "TimeStamp": row["TimeStamp"]})


def _take_back(asked: Ask, row: Row, one: Row, kind: Kind) -> None:
    foreign = one["AmountInForeignCurrency"]
    turned = {**one, "Amount": -one["Amount"], "AmountInForeignCurrency": None if foreign is None else -foreign}
    if one["PaymentClass"] == "Fee":
        own = one["Amount"] if foreign is None else foreign
        nothing = {**turned, "Amount": ZERO, "AmountInForeignCurrency": None if foreign is None else ZERO}
        books.payment(asked.state, asked.now, row, nothing, -own)
    else:
        books.payment(asked.state, asked.now, row, _signed(turned, kind), ZERO)
