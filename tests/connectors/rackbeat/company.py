"""A simulated company for tests: a client that knows the vendor's documentation only, and our connector's client."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx

from kontering.connectors.rackbeat import CONNECTOR
from kontering.connectors.rackbeat.simulator import State, make
from kontering.connectors.rackbeat.source import Reader
from kontering.connectors.rackbeat.target import Rackbeat
from kontering.model.plan import Found, Step
from kontering.sdk.http import client
from kontering.sdk.limits import Here
from kontering.testing import Clock, Simulated

BASE = "https://app.rackbeat.com/api/"
CUSTOMER = {"name": "Kaffebaren ApS", "contact_email": "post@kaffebaren.example", "payment_terms_id": 1001}
SUPPLIER = {
    "company_name": "Nordlys Papir A/S",
    "contact_email": "post@nordlys.example",
    "payment_terms_id": 1001,
    "supplier_group_id": 1,
}
COFFEE = {"number": "KAF/500", "name": "Kaffe 500 g", "group": 1, "sales_price": 52}


def company(**options: Any) -> Simulated[State]:
    return make(**({"clock": Clock()} | options))


def outsider(simulator: Any, **headers: str) -> httpx.Client:
    """A client that somebody else has written."""
    own = {"Authorization": "Bearer rackbeat-key"} | headers
    return httpx.Client(transport=httpx.MockTransport(simulator), base_url=BASE, headers=own)


def connected(answers: Any, **settings: Any) -> tuple[dict[str, Any], httpx.Client]:
    own = {"name": "stock", "key": "rackbeat-key"} | settings
    transport = httpx.MockTransport(answers)
    return own, client(CONNECTOR, own, transport=transport, limiter=Here(), sleep=lambda seconds: None)


def target(answers: Any, **settings: Any) -> Rackbeat:
    """Our connector, with `answers` (a simulator, or a faulty one) behind it."""
    return Rackbeat(*connected(answers, **settings))


def reader(answers: Any, **settings: Any) -> Reader:
    return Reader(*connected(answers, **settings))


def step(action: str, kind: str, body: dict[str, Any], key: str = "books/customer/1", of: Found | None = None) -> Step:
    return Step(
        action=action,
        kind=kind,
        key=key,
        document=key,
        body=body,
        attempt=uuid5(NAMESPACE_URL, f"{action}|{kind}|{key}"),
        terms={"key": key},
        of=of,
    )


def made(who: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What a call has made, fresh."""
    answer = who.post(path, json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = next(iter(answer.json().values()))
    return found
