"""A simulated agreement for tests: a client that knows the vendor's documentation only, and our connector's client."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx

from kontering.connectors.economic import CONNECTOR
from kontering.connectors.economic.simulator import State, make
from kontering.connectors.economic.target import Economic
from kontering.sdk.connector import Found, Step
from kontering.sdk.http import client
from kontering.sdk.limits import Here
from kontering.testing import Clock, Simulated

REST = "https://restapi.e-conomic.com"
APIS = "https://apis.e-conomic.com"
TOKENS = {"X-AppSecretToken": "app-secret", "X-AgreementGrantToken": "agreement-grant"}

CUSTOMER = {
    "name": "Nordlys Cykler ApS",
    "currency": "DKK",
    "customerGroup": {"customerGroupNumber": 2},
    "vatZone": {"vatZoneNumber": 1},
    "paymentTerms": {"paymentTermsNumber": 1},
    "corporateIdentificationNumber": "29384754",
    "email": "post@nordlys.example",
}


def agreement(**options: Any) -> Simulated[State]:
    return make(**({"clock": Clock()} | options))


def outsider(simulator: Any, **headers: str) -> httpx.Client:
    """A client that somebody else has written."""
    return httpx.Client(transport=httpx.MockTransport(simulator), base_url=REST, headers=TOKENS | headers)


def customer(who: httpx.Client, **more: Any) -> int:
    """A customer's number, fresh."""
    answer = who.post("/customers", json=CUSTOMER | more)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["customerNumber"])


def draft(number: int, *lines: dict[str, Any], zone: int = 1, **more: Any) -> dict[str, Any]:
    """The body of a draft; without lines it has one of two helmets."""
    helmet = {"product": {"productNumber": "SHOP"}, "description": "Helmet", "quantity": 2, "unitNetPrice": 199.96}
    body: dict[str, Any] = {
        "date": "2026-03-01",
        "currency": "DKK",
        "layout": {"layoutNumber": 19},
        "paymentTerms": {"paymentTermsNumber": 1},
        "customer": {"customerNumber": number},
        "recipient": {"name": "Nordlys Cykler ApS", "vatZone": {"vatZoneNumber": zone}},
        "references": {"other": "SHOP-10042"},
        "lines": list(lines) or [helmet],
    }
    return body | more


def booked(who: httpx.Client, number: int, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A booked invoice, fresh."""
    made = who.post("/invoices/drafts", json=draft(number, *lines, **more))
    assert made.status_code == 201, made.text
    body = {"draftInvoice": {"draftInvoiceNumber": made.json()["draftInvoiceNumber"]}}
    answer = who.post("/invoices/booked", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def target(answers: Any, **settings: Any) -> Economic:
    """Our connector, with `answers` (a simulator, or a faulty one) behind it; an `httpx` transport may be one too."""
    own = {"name": "books", "app_secret": "app-secret", "agreement_grant": "agreement-grant", "journal": 3} | settings
    transport = answers if isinstance(answers, httpx.BaseTransport) else httpx.MockTransport(answers)
    ready = client(CONNECTOR, own, transport=transport, limiter=Here(), sleep=lambda seconds: None)
    assert CONNECTOR.target is not None
    made = CONNECTOR.target(own, ready)
    assert isinstance(made, Economic)
    return made


def step(action: str, kind: str, body: dict[str, Any], key: str = "shop/order/10042", **more: Any) -> Step:
    attempt = uuid5(NAMESPACE_URL, f"{kind}|{key}|{action}|{more.pop('attempt', 1)}")
    return Step(action=action, kind=kind, key=key, document=key, body=body, attempt=attempt, **more)


def found(id_: str, *done: str) -> Found:
    return Found(id=id_, done=frozenset(done))
