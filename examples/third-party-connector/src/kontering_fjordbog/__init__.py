"""Fjordbog for Kontering: what it reads, what it takes, and how it says no. Most of it is tables."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from kontering.sdk import calls
from kontering.sdk.auth import Credential, headers
from kontering.sdk.connector import SDK, Again, Call, Connector, Limit, Reads, Receipt, Rounding, Settings, Step, Takes
from kontering.sdk.finds import Find, Taker
from kontering.sdk.lists import List, Lister, Numbered
from kontering.sdk.says import Says, problem

if TYPE_CHECKING:
    import httpx

SETTINGS = {
    "type": "object",
    "additionalProperties": False,
    "required": ["key"],
    "properties": {
        "key": {
            "type": "string",
            "title": "API key",
            "description": "Made under Settings, API; sent as X-Fjordbog-Key.",
            "x-secret": True,
        },
        "url": {
            "type": "string",
            "title": "Address",
            "description": "Where the books are.",
            "default": "https://api.fjordbog.example",
        },
    },
}

SAYS = Says(
    code="error.code",
    message="error.message",
    place="error.field",
    until="error.closedUntil",
    means={"period_closed": "closed", "stale": "later"},
)

PAGES = Numbered(page="page", size="pageSize", most=100, pages="pages")
LISTS = {
    "account": List(path="/accounts", rows="rows", id="number", paging=PAGES),
    "vat_code": List(path="/vat-codes", rows="rows", id="code", paging=PAGES),
    "period": List(path="/periods", rows="rows", id="from", paging=PAGES),
    "customer": List(path="/customers", rows="rows", version="changed", since="changedSince", paging=PAGES),
}

TOTALS = ("net", "vat", "gross")
SETTLE = timedelta(seconds=40)
"""Our patience with a writing call is 30 seconds, and Fjordbog's search is 5 seconds behind."""


def newest(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """Fjordbog changes and books only the version that is named: it is read just before."""
    call = TAKES[step.kind].call(step.action)
    assert call is not None
    assert step.of is not None
    there = client.get(f"/invoices/{step.of.id}").json()
    answer = calls.request(client, call, settings, step, headers={"If-Match": str(there["version"])})
    return calls.receipt(call, step, answer)


def row(kind: str, action: str, method: str, path: str, again: Again = Again.LOOK) -> Call:
    """No call has a key by which Fjordbog would know it again: what is lost is looked up, but a PUT may be repeated."""
    invoice = path.startswith("/invoices")
    return Call(
        action=action,
        kind=kind,
        method=method,
        path=path,
        again=again,
        settle=SETTLE,
        number="number" if action == "book" else None,
        totals=TOTALS if invoice else (),
        run=newest if action in ("change", "book") and invoice else None,
    )


def paper(kind: str) -> Takes:
    """Invoices and credit notes are the same to Fjordbog, but for their kind."""
    return Takes(
        payload="fjordbog/invoice",
        calls=(
            row(kind, "create", "POST", "/invoices"),
            row(kind, "change", "PUT", "/invoices/{id}", Again.SAME),
            row(kind, "book", "POST", "/invoices/{id}/book"),
            row(kind, "mail", "POST", "/invoices/{id}/mail", Again.NEVER),
        ),
        finds=frozenset({"reference", "number"}),
        rounding=Rounding(per="rate", half="up"),
        mail="step",
    )


TAKES = {
    "customer": Takes(
        payload="fjordbog/customer",
        calls=(
            row("customer", "create", "POST", "/customers"),
            row("customer", "change", "PATCH", "/customers/{id}", Again.SAME),
        ),
        finds=frozenset({"email", "vat_number"}),
    ),
    "invoice": paper("invoice"),
    "credit_note": paper("credit_note"),
    "payment": Takes(
        payload="fjordbog/payment",
        calls=(row("payment", "create", "POST", "/payments"),),
        finds=frozenset({"reference"}),
    ),
}


def sought(kind: str) -> Find:
    return Find(
        path="/invoices",
        query={"kind": kind},
        asks={"reference": "reference", "number": "number"},
        rows="rows",
        number="number",
        totals=TOTALS,
        done={"book": "number", "mail": "mailed"},
        says={"reference": "reference"},
    )


CARD = {"key": "externalKey", "email": "email", "vat_number": "vatNumber"}
MARK = {"reference": "reference"}
FINDS = {
    "customer": Find(path="/customers", rows="rows", asks=CARD, says=CARD),
    "invoice": sought("invoice"),
    "credit_note": sought("credit_note"),
    "payment": Find(path="/payments", rows="rows", asks=MARK, says=MARK),
}


def auth(settings: Settings) -> Credential:
    return headers({"X-Fjordbog-Key": str(settings["key"])})


CONNECTOR = Connector(
    name="fjordbog",
    title="Fjordbog",
    sdk=SDK,
    settings=SETTINGS,
    reads={
        "account": Reads(schema="fjordbog/account", reference=True, proves={"accounts.account": "number"}),
        "vat_code": Reads(schema="fjordbog/vat_code", reference=True, proves={"vat_codes.vat_code": "code"}),
        "period": Reads(schema="fjordbog/period", reference=True, days=("from", "to", "closed")),
        "customer": Reads(schema="fjordbog/customer"),
    },
    takes=TAKES,
    limits=(Limit(calls=120, per=timedelta(minutes=1), burst=30),),
    base_url=lambda settings: str(settings["url"]),
    auth=auth,
    problem=problem(SAYS),
    source=lambda settings, client: Lister(LISTS, settings, client),
    target=lambda settings, client: Taker(TAKES, FINDS, settings, client),
    simulator="kontering_fjordbog.simulator:make",
    facts=(
        "Unknown: how long a fresh invoice is missing from searches. 40 seconds are waited before a lost answer is "
        "looked up.",
    ),
)
