"""Drafts, what they come to, and their booking: totals, VAT by product group and zone, postings, the number series."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from kontering.connectors.economic.simulator import ledger
from kontering.connectors.economic.simulator.checks import checked, whole
from kontering.connectors.economic.simulator.papers import DRAFTS, LINE
from kontering.connectors.economic.simulator.refusals import (
    INVALID,
    MISSING_RESOURCE,
    NO_IDENTIFIER,
    QUANTITY,
    Errors,
    invalid,
    one,
    refused,
)
from kontering.connectors.economic.simulator.state import Row, State, closed
from kontering.connectors.economic.simulator.totals import priced, rate_of, revenue_account, totals, vat_code

SEND_BY = {"none": "none", "ean": "ean", "email": "email", "mobilepay": "mobilePay"}


def draft(state: State, body: Any, number: int, now: datetime) -> Row:
    """A draft as it is kept, its totals reckoned; raises what is wrong with it."""
    row = checked(body, DRAFTS.fields, state.exists)
    row["currency"] = row["currency"].upper()
    _demand(_currency_errors(state, row))
    row["lines"] = [numbered(line, index) for index, line in enumerate(row.get("lines", []), 1)]
    row["draftInvoiceNumber"] = number
    row["exchangeRate"] = _rate(state, row)
    row["dueDate"] = due(state, row)
    row["lastUpdated"] = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    return reckoned(state, row)


def more_lines(state: State, row: Row, body: Any) -> Row:
    """A draft with the lines that are appended to it."""
    if not isinstance(body, dict) or not isinstance(body.get("lines"), list) or not body["lines"]:
        raise invalid({"lines": one(INVALID, "lines must be given.")})
    added = [checked(line, LINE, state.exists) for line in body["lines"]]
    lines = row["lines"] + [numbered(line, len(row["lines"]) + index) for index, line in enumerate(added, 1)]
    return reckoned(state, {**row, "lines": lines})


def numbered(line: Row, index: int) -> Row:
    return {"lineNumber": index, "sortKey": index, **line}


def reckoned(state: State, row: Row) -> Row:
    """The draft with the net of each line, and its totals; a line that can't be reckoned is an error with its index."""
    zone = row["recipient"]["vatZone"]["vatZoneNumber"]
    wrong = [
        {"arrayIndex": index, **errors}
        for index, line in enumerate(row["lines"])
        if (errors := _line_errors(state, line, zone))
    ]
    _demand({"lines": wrong} if wrong else {})
    lines = [priced(state, line) for line in row["lines"]]
    return {**row, "lines": lines, **totals(state, lines, zone, row["exchangeRate"])}


def book(state: State, body: Any, now: datetime) -> Row:
    """Turn a draft into a booked invoice: a number of its own series, postings, and the draft is gone."""
    row = _draft_of(state, body)
    send = _send_by(state, body, row)
    problem = closed(state, row["date"])
    if problem:
        raise refused(problem)
    if not any("product" in line for line in row["lines"]):
        raise refused("A draft without product lines can't be booked.")
    number = _number(state, body)
    del state.drafts[row["draftInvoiceNumber"]]
    booked = _booked(state, row, number)
    state.booked[number] = booked
    state.made[("invoices/booked", number)] = now
    ledger.post_invoice(state, booked, now)
    _settle_in_cash(state, booked, now)
    if send != "none":
        _send(state, booked, send, now)
    return booked


def due(state: State, row: Row) -> str:
    """The due date that terms give; terms of the type dueDate ask for one."""
    terms = state.table("payment-terms")[row["paymentTerms"]["paymentTermsNumber"]]
    kind, days = terms["paymentTermsType"], terms.get("daysOfCredit", 0)
    if kind == "dueDate":
        _demand({} if "dueDate" in row else {"dueDate": one(INVALID, "dueDate must be given with these terms.")})
        return str(row["dueDate"])
    day = date.fromisoformat(row["date"])
    if kind == "invoiceMonth":
        day = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    if kind in ("invoiceWeekStartingMonday", "invoiceWeekStartingSunday"):
        day += timedelta(days=6 - (day.weekday() + (kind == "invoiceWeekStartingSunday")) % 7)
    pays_at_once = kind in ("paidInCash", "creditcard", "prepaid")
    return (day if pays_at_once else day + timedelta(days=days)).isoformat()


def _line_errors(state: State, line: Row, zone: int) -> Errors:
    if "product" not in line:
        bare = line.get("unitNetPrice") and not state.habits.bare_price
        return {"product": one(INVALID, "A line with a price needs a product.")} if bare else {}
    if "quantity" not in line:
        return {"quantity": one(QUANTITY, "A line with a product needs a quantity.")}
    if not line["quantity"] and not state.habits.zero_quantity:
        return {"quantity": one(INVALID, "The quantity can't be zero.", 0)}
    item = state.products[line["product"]["productNumber"]]
    if item.get("barred"):
        return {"product": one(INVALID, "The product is barred.", item["productNumber"])}
    if revenue_account(state, line, zone) is None:
        hint = "Give the product group an account for this zone."
        return {"product": one(INVALID, f"The product's group has no account for VAT zone {zone}.", hint=hint)}
    return {}


def _currency_errors(state: State, row: Row) -> Errors:
    known = state.exists("currencies", row["currency"])
    return {} if known else {"currency": one(MISSING_RESOURCE, "currency does not exist.", row["currency"])}


def _rate(state: State, row: Row) -> Decimal:
    if row["currency"] == state.base_currency:
        return Decimal(100)
    return Decimal(row.get("exchangeRate", state.rates.get(row["currency"], 100)))


def _draft_of(state: State, body: Any) -> Row:
    given = body.get("draftInvoice") if isinstance(body, dict) else None
    if not isinstance(given, dict):
        raise invalid({"draftInvoice": one(INVALID, "draftInvoice must be given.")})
    number = given.get("draftInvoiceNumber", _last_part(given.get("self")))
    if number is None:
        raise invalid({"draftInvoice": one(NO_IDENTIFIER, "draftInvoice needs draftInvoiceNumber or self.")})
    if not whole(number) or number not in state.drafts:
        raise invalid(
            {"draftInvoice": one(MISSING_RESOURCE, "draftInvoice does not exist.", number, "See /invoices/drafts.")}
        )
    return state.drafts[number]


def _last_part(link: Any) -> int | None:
    number = link.rstrip("/").rpartition("/")[2] if isinstance(link, str) else ""
    return int(number) if number.isdecimal() else None


def _number(state: State, body: Row) -> int:
    wanted = body.get("bookWithNumber")
    if wanted is None:
        return state.next("booked", state.booked)
    if not whole(wanted) or wanted < 1:
        raise invalid({"bookWithNumber": one(INVALID, "bookWithNumber must be a whole number above 0.", wanted)})
    if wanted in state.booked:
        raise invalid({"bookWithNumber": one(INVALID, "An invoice has this number already.", wanted)})
    number = int(wanted)
    state.last["booked"] = max(state.last.get("booked", 0), number)
    return number


def _send_by(state: State, body: Row, row: Row) -> str:
    """How the invoice is to be sent; an e-invoice needs more than a booked one."""
    given = body.get("sendBy", "none")
    way = SEND_BY.get(str(given).lower())
    if way is None:
        raise invalid({"sendBy": one(INVALID, "sendBy must be none, EAN or Email.", given)})
    if way == "ean":
        _demand(_ean_errors(state, row))
    customer = state.customers[row["customer"]["customerNumber"]]
    if way == "email" and not customer.get("email"):
        raise invalid({"sendBy": one(INVALID, "The customer has no e-mail address.", given)})
    return way


def _ean_errors(state: State, row: Row) -> Errors:
    customer = state.customers[row["customer"]["customerNumber"]]
    if not state.company.get("companyIdentificationNumber"):
        return {"sendBy": one(INVALID, "The agreement's company has no CVR number.")}
    if not customer.get("ean"):
        return {"sendBy": one(INVALID, "The customer has no EAN number.")}
    named = "attention" in row["recipient"] or "customerContact" in row.get("references", {})
    if state.habits.ean_contact and not (named and ("attention" in customer or _contacts(state, customer))):
        return {"sendBy": one(INVALID, "An e-invoice needs a contact on the customer and on the invoice.")}
    return {}


def _contacts(state: State, customer: Row) -> bool:
    number = customer["customerNumber"]
    contacts = state.table("customer-contacts").values()
    return any(row["customer"]["customerNumber"] == number for row in contacts)


def _booked(state: State, row: Row, number: int) -> Row:
    """The booked invoice: what the draft was, VAT shown on each line, all of it still to be paid."""
    zone = row["recipient"]["vatZone"]["vatZoneNumber"]
    kept = {
        name: value for name, value in row.items() if not name.startswith(("draftInvoice", "last", "margin", "cost"))
    }
    remainder = {
        "remainder": row["grossAmount"],
        "remainderInBaseCurrency": row["grossAmountInBaseCurrency"],
    }
    lines = [_with_vat(state, line, zone) for line in row["lines"]]
    return {"bookedInvoiceNumber": number, **kept, **remainder, "lines": lines}


def _with_vat(state: State, line: Row, zone: int) -> Row:
    if "product" not in line:
        return line
    rate = rate_of(state, vat_code(state, line, zone))
    vat = state.rounded(line["totalNetAmount"] * rate / 100)
    return {**line, "vatRate": rate, "vatAmount": vat}


def _settle_in_cash(state: State, booked: Row, now: datetime) -> None:
    """Terms that mean «paid already» post the money with the invoice, against the terms' own account."""
    terms = state.table("payment-terms")[booked["paymentTerms"]["paymentTermsNumber"]]
    account = terms.get("contraAccountForPrepaidAmount", terms.get("contraAccountForRemainderAmount"))
    if state.habits.cash_terms and account and terms["paymentTermsType"] in ("paidInCash", "creditcard", "prepaid"):
        ledger.settle(state, booked, account["accountNumber"], now)


def _send(state: State, booked: Row, way: str, now: datetime) -> None:
    number = state.next("sent")
    state.sent[number] = {
        "id": number,
        "invoice": {"bookedInvoiceNumber": booked["bookedInvoiceNumber"]},
        "status": "sent",
        "sendBy": way,
        "creationDate": now.date().isoformat(),
        "recipient": {"name": booked["recipient"]["name"]},
    }


def _demand(errors: Errors) -> None:
    if errors:
        raise invalid(errors)
