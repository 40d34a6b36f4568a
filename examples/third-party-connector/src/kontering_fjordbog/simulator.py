"""A simulated Fjordbog, made from its documentation: it refuses what the real one refuses, and tests count in it."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import httpx

from kontering.sdk.wire import NotJson
from kontering.testing.simulator import Asked, Route, Simulated, now, reply

Row = dict[str, Any]
Rows = dict[int, Row]
CENT = Decimal("0.01")
RATES = {"U25": 25, "U0": 0, "EU": 0}
ACCOUNTS = {1000: "Sales", 1010: "Freight", 1100: "Sales abroad", 2900: "Rounding", 5820: "Bank", 5830: "Cards"}


@dataclass
class State:
    """The books: everything by its id."""

    customers: Rows = field(default_factory=dict)
    invoices: Rows = field(default_factory=dict)
    payments: Rows = field(default_factory=dict)
    accounts: Rows = field(
        default_factory=lambda: {number: {"number": number, "name": name} for number, name in ACCOUNTS.items()}
    )
    closed_until: str = ""


class No(Exception):
    """An answer that is a no."""

    def __init__(self, code: str, message: str, place: str = "", status: int = 422, **more: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"code": code, "message": message, "field": place, **more}}


def make(*, key: str = "fjordbog-key", clock: Callable[[], datetime] | None = None) -> Simulated[State]:
    """Fresh books. Nothing in them is real, the key neither."""
    routes = [Route(method, path, answered(answer)) for method, path, answer in ROUTES]

    def check(asked: Asked[State]) -> httpx.Response | None:
        no = No("key", "the API key is wrong", status=401)
        return None if asked.headers.get("x-fjordbog-key") == key else reply(no.body, no.status)

    return Simulated(State(), routes, check=check, clock=clock or now, credentials={"key": key})


def answered(answer: Callable[[Asked[State]], httpx.Response]) -> Callable[[Asked[State]], httpx.Response]:
    def of(asked: Asked[State]) -> httpx.Response:
        try:
            return answer(asked)
        except No as no:
            return reply(no.body, no.status)
        except NotJson:
            return reply({"error": {"code": "json", "message": "the body is no JSON"}}, 400)

    return of


def paged(asked: Asked[State], rows: Iterable[Row]) -> httpx.Response:
    """`{"rows": [...], "pages": 3}`, at most 100 a page; other parameters are filters."""
    query = dict(asked.query)
    page, size = int(query.pop("page", "1")), min(int(query.pop("pageSize", "50")), 100)
    since = query.pop("changedSince", "")
    found = [row for row in rows if row.get("changed", "") >= since and fits(row, query)]
    pages = -(-len(found) // size)
    return reply({"rows": found[(page - 1) * size : page * size], "pages": pages})


def fits(row: Row, query: Mapping[str, str]) -> bool:
    return all(str(row.get(name, "")).casefold() == value.casefold() for name, value in query.items())


def one(rows: Rows, asked: Asked[State]) -> Row:
    found = rows.get(int(asked.ids["id"])) if asked.ids["id"].isdecimal() else None
    if found is None:
        raise No("not_found", "it isn't there", status=404)
    return found


def needed(body: Row, *names: str) -> None:
    for name in names:
        if body.get(name) in (None, "", []):
            raise No("required", f"{name} is required", name)


def stamp(asked: Asked[State]) -> str:
    return asked.now.isoformat()


def periods(asked: Asked[State]) -> httpx.Response:
    """The months of this year, and whether they are closed."""
    year, until = asked.now.year, asked.state.closed_until
    months = [(date(year, month, 1), date(year, month, monthrange(year, month)[1])) for month in range(1, 13)]
    rows = [{"from": str(first), "to": str(last), "closed": str(last) <= until} for first, last in months]
    return paged(asked, rows)


def create_customer(asked: Asked[State]) -> httpx.Response:
    body, rows = asked.json(), asked.state.customers
    needed(body, "name", "country")
    if len(body["name"]) > 100:
        raise No("too_long", "a name has at most 100 letters", "name")
    row = {**body, "id": len(rows) + 1, "changed": stamp(asked)}
    rows[row["id"]] = row
    return reply(row, 201)


def change_customer(asked: Asked[State]) -> httpx.Response:
    row = one(asked.state.customers, asked)
    row.update({**asked.json(), "id": row["id"], "changed": stamp(asked)})
    return reply(row)


def create_invoice(asked: Asked[State]) -> httpx.Response:
    body, rows = asked.json(), asked.state.invoices
    row = {**checked(asked.state, body), "id": len(rows) + 1, "version": 1, "number": None, "mailed": False}
    rows[row["id"]] = row
    return reply(row, 201)


def change_invoice(asked: Asked[State]) -> httpx.Response:
    row = current(asked)
    row.update(checked(asked.state, asked.json()) | {"version": row["version"] + 1})
    return reply(row)


def book_invoice(asked: Asked[State]) -> httpx.Response:
    row, state = current(asked), asked.state
    if row["date"] <= state.closed_until:
        raise No("period_closed", "the period is closed", "date", closedUntil=state.closed_until)
    numbers = [other["number"] for other in state.invoices.values() if other["number"]]
    row.update(number=max(numbers, default=2000) + 1, open=row["gross"], version=row["version"] + 1)
    return reply(row)


def mail_invoice(asked: Asked[State]) -> httpx.Response:
    row = one(asked.state.invoices, asked)
    row["mailed"] = True
    return reply(row)


def current(asked: Asked[State]) -> Row:
    """A draft, if the caller means its newest version."""
    row = one(asked.state.invoices, asked)
    if asked.headers.get("if-match") != str(row["version"]):
        raise No("stale", "somebody has changed it meanwhile", status=412)
    if row["number"]:
        raise No("booked", "it is booked", status=409)
    return row


def checked(state: State, body: Row) -> Row:
    """An invoice with its totals: VAT is rounded once for each rate."""
    needed(body, "kind", "reference", "date", "customerId", "lines")
    if body["customerId"] not in state.customers:
        raise No("unknown_customer", f"there is no customer {body['customerId']}", "customerId")
    bases: dict[str, Decimal] = {}
    for place, line in enumerate(body["lines"]):
        if line.get("account") not in state.accounts:
            raise No("unknown_account", f"there is no account {line.get('account')}", f"lines.{place}.account")
        if line.get("vatCode") not in RATES:
            raise No("unknown_vat", f"there is no VAT code {line.get('vatCode')}", f"lines.{place}.vatCode")
        bases[line["vatCode"]] = bases.get(line["vatCode"], Decimal(0)) + Decimal(str(line["amount"]))
    net = sum(bases.values(), Decimal(0))
    vat = sum((cents(base * RATES[code] / 100) for code, base in bases.items()), Decimal(0))
    return {**body, "net": net, "vat": vat, "gross": net + vat, "open": net + vat}


def create_payment(asked: Asked[State]) -> httpx.Response:
    body, state = asked.json(), asked.state
    needed(body, "reference", "invoiceId", "date", "amount", "account")
    invoice = state.invoices.get(body["invoiceId"])
    if invoice is None or not invoice["number"]:
        raise No("unknown_invoice", "only booked invoices can be paid", "invoiceId")
    if body["account"] not in state.accounts:
        raise No("unknown_account", f"there is no account {body['account']}", "account")
    if body["date"] <= state.closed_until:
        raise No("period_closed", "the period is closed", "date", closedUntil=state.closed_until)
    row = {**body, "id": len(state.payments) + 1}
    state.payments[row["id"]] = row
    invoice["open"] -= Decimal(str(body["amount"]))
    return reply(row, 201)


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


ROUTES: tuple[tuple[str, str, Callable[[Asked[State]], httpx.Response]], ...] = (
    ("GET", "/accounts", lambda asked: paged(asked, asked.state.accounts.values())),
    ("GET", "/vat-codes", lambda asked: paged(asked, [{"code": code, "rate": rate} for code, rate in RATES.items()])),
    ("GET", "/periods", periods),
    ("GET", "/customers", lambda asked: paged(asked, asked.state.customers.values())),
    ("POST", "/customers", create_customer),
    ("GET", "/customers/{id}", lambda asked: reply(one(asked.state.customers, asked))),
    ("PATCH", "/customers/{id}", change_customer),
    ("GET", "/invoices", lambda asked: paged(asked, asked.state.invoices.values())),
    ("POST", "/invoices", create_invoice),
    ("GET", "/invoices/{id}", lambda asked: reply(one(asked.state.invoices, asked))),
    ("PUT", "/invoices/{id}", change_invoice),
    ("POST", "/invoices/{id}/book", book_invoice),
    ("POST", "/invoices/{id}/mail", mail_invoice),
    ("GET", "/payments", lambda asked: paged(asked, asked.state.payments.values())),
    ("POST", "/payments", create_payment),
)
