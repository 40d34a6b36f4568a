"""A simulated organisation for tests: a client that knows the vendor's documentation only, and our connector's client."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

import httpx

from kontering.connectors.dinero import CONNECTOR
from kontering.connectors.dinero.simulator import State, make
from kontering.connectors.dinero.target import Dinero
from kontering.sdk.connector import Found, Step
from kontering.sdk.http import client
from kontering.sdk.limits import Here
from kontering.testing import Clock, Simulated

API = "https://api.dinero.dk"
BASIC = "Basic " + b64encode(b"client:client-secret").decode()
PASSWORD = {"grant_type": "password", "scope": "read write", "username": "api-key", "password": "api-key"}
SETTINGS = {
    "name": "books",
    "organization": 123456,
    "client_id": "client",
    "client_secret": "client-secret",
    "api_key": "api-key",
    "credit_payments": "invoice",
    "calls_a_minute": 100_000,
}

CONTACT = {
    "Name": "Nordlys Cykler ApS",
    "CountryKey": "DK",
    "IsPerson": False,
    "IsMember": False,
    "UseCvr": False,
    "VatNumber": "29384754",
    "Email": "post@nordlys.example",
    "ExternalReference": "shop/customer/77",
}
PRODUCT = {"ProductNumber": "SKU-77", "Name": "Helmet", "BaseAmountValue": 199.96, "Quantity": 1}
PRODUCT |= {"AccountNumber": 1000, "Unit": "parts"}


def organisation(**options: Any) -> Simulated[State]:
    """Without a limit of calls, unless it is asked for: the clock stands still."""
    free = {"calls_a_minute": 10_000, "personal_calls_a_minute": 10_000}
    return make(**({"clock": Clock()} | free | options))


def token(simulator: Any) -> str:
    with httpx.Client(transport=httpx.MockTransport(simulator), base_url=API) as who:
        answer = who.post("/dineroapi/oauth/token", data=PASSWORD, headers={"Authorization": BASIC})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def outsider(simulator: Any) -> httpx.Client:
    """A client that somebody else has written."""
    headers = {"Authorization": f"Bearer {token(simulator)}"}
    return httpx.Client(transport=httpx.MockTransport(simulator), base_url=API, headers=headers)


def own(path: str, version: str = "v1") -> str:
    return f"/{version}/123456{path}"


def contact(who: httpx.Client, **more: Any) -> str:
    """A contact's guid, fresh."""
    answer = who.post(own("/contacts"), json=CONTACT | more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["ContactGuid"])


def sale(contact_guid: str | None, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The body of a draft; without lines it has one of two helmets, with VAT in the price."""
    helmet = {"Description": "Helmet", "Quantity": 2, "BaseAmountValue": 249.95, "AccountNumber": 1000, "Discount": 0}
    body = {
        "Guid": str(uuid4()),
        "ContactGuid": contact_guid,
        "Date": "2026-03-01",
        "Currency": "DKK",
        "ShowLinesInclVat": True,
        "ExternalReference": "SHOP-10042",
        "ProductLines": list(lines) or [helmet],
    }
    return {name: value for name, value in (body | more).items() if value is not None}


def drafted(who: httpx.Client, body: dict[str, Any], path: str = "/invoices") -> dict[str, Any]:
    answer = who.post(own(path), json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def booked(who: httpx.Client, body: dict[str, Any], path: str = "/invoices") -> dict[str, Any]:
    """A booked document as it is read, fresh."""
    made = drafted(who, body, path)
    answer = who.post(own(f"{path}/{made['Guid']}/book"), json={"Timestamp": made["TimeStamp"]})
    assert answer.status_code == 200, answer.text
    return dict(who.get(own(f"{path}/{made['Guid']}")).json())


def target(answers: Any, **settings: Any) -> Dinero:
    """Our connector, with `answers` (a simulator, or a faulty one) behind it; an `httpx` transport may be one too."""
    given = SETTINGS | settings
    transport = answers if isinstance(answers, httpx.BaseTransport) else httpx.MockTransport(answers)
    ready = client(CONNECTOR, given, transport=transport, limiter=Here(), sleep=lambda seconds: None)
    assert CONNECTOR.target is not None
    made = CONNECTOR.target(given, ready)
    assert isinstance(made, Dinero)
    return made


def step(action: str, kind: str, body: dict[str, Any], key: str = "shop/order/10042", **more: Any) -> Step:
    attempt = uuid5(NAMESPACE_URL, f"{kind}|{key}|{action}|{more.pop('attempt', 1)}")
    return Step(action=action, kind=kind, key=key, document=key, body=body, attempt=attempt, **more)


def found(id_: str, *done: str, version: str = "") -> Found:
    return Found(id=id_, done=frozenset(done), version=version)
