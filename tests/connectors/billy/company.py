"""A simulated company for tests: a client that knows the vendor's documentation only, and our connector's client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx

from kontering.connectors.billy import CONNECTOR
from kontering.connectors.billy.simulator import State, make
from kontering.connectors.billy.target import Billy
from kontering.sdk.connector import Found, Step
from kontering.sdk.http import client
from kontering.sdk.limits import Here
from kontering.testing import Clock, Simulated

URL = "https://api.billysbilling.com/v2"
TOKEN = {"X-Access-Token": "billy-token"}

CONTACT = {
    "type": "company",
    "name": "Nordlys Cykler ApS",
    "countryId": "DK",
    "registrationNo": "29384754",
    "contactPersons": [{"name": "Bo Refsgaard", "email": "post@nordlys.example", "isPrimary": True}],
}


def company(**options: Any) -> Simulated[State]:
    return make(**({"clock": Clock()} | options))


def outsider(simulator: Any, **headers: str) -> httpx.Client:
    """A client that somebody else has written."""
    return httpx.Client(transport=httpx.MockTransport(simulator), base_url=URL, headers=TOKEN | headers)


def made(who: httpx.Client, resource: str, one: str, **body: Any) -> dict[str, Any]:
    """A record, fresh."""
    answer = who.post(f"/{resource}", json={one: body})
    assert answer.status_code == 200, answer.text
    return dict(answer.json()[resource][0])


def contact(who: httpx.Client, **more: Any) -> str:
    return str(made(who, "contacts", "contact", **(CONTACT | more))["id"])


def named(who: httpx.Client, resource: str, name: str, value: str) -> str:
    """The id of a record by one of its properties."""
    return next(str(row["id"]) for row in who.get(f"/{resource}").json()[resource] if row.get(name) == value)


def account(who: httpx.Client, number: str) -> str:
    return named(who, "accounts", "accountNo", number)


def product(who: httpx.Client, number: str = "SHOP") -> str:
    return named(who, "products", "productNo", number)


def draft(who: httpx.Client, contact_id: str, *lines: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The body of a draft; without lines it has one of two helmets, 249.95 each with VAT."""
    helmet = {"productId": product(who), "description": "Helmet", "quantity": 2, "unitPrice": 249.95}
    body: dict[str, Any] = {
        "contactId": contact_id,
        "entryDate": "2026-03-01",
        "currencyId": "DKK",
        "taxMode": "incl",
        "lines": [dict(line) for line in lines] or [helmet],
    }
    return body | more


def approved(who: httpx.Client, contact_id: str, *lines: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """An approved invoice, fresh."""
    return made(who, "invoices", "invoice", **draft(who, contact_id, *lines, **({"state": "approved"} | more)))


def paid(who: httpx.Client, amount: float, *references: str, **more: Any) -> dict[str, Any]:
    """A bank payment, fresh."""
    body = {
        "entryDate": "2026-03-03",
        "cashAmount": amount,
        "cashSide": "debit",
        "cashAccountId": account(who, "5720"),
        "associations": [{"subjectReference": reference} for reference in references],
    }
    return made(who, "bankPayments", "bankPayment", **(body | more))


def target(answers: Any, **settings: Any) -> Billy:
    """Our connector, with `answers` (a simulator, or a faulty one) behind it; an `httpx` transport may be one too."""
    own = {"name": "books", "token": "billy-token"} | settings
    transport = answers if isinstance(answers, httpx.BaseTransport) else httpx.MockTransport(answers)
    ready = client(CONNECTOR, own, transport=transport, limiter=Here(), sleep=lambda seconds: None)
    assert CONNECTOR.target is not None
    ours = CONNECTOR.target(own, ready)
    assert isinstance(ours, Billy)
    return ours


def step(action: str, kind: str, body: dict[str, Any], key: str = "shop/order/10042", **more: Any) -> Step:
    attempt = uuid5(NAMESPACE_URL, f"{kind}|{key}|{action}|{more.pop('attempt', 1)}")
    return Step(action=action, kind=kind, key=key, document=key, body=body, attempt=attempt, **more)


def found(id_: str, *done: str) -> Found:
    return Found(id=id_, done=frozenset(done))
