"""A simulated company for tests: a client that knows the vendor's documentation only, and our connector's client."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, uuid5

import httpx

from kontering.connectors.dynaccount import CONNECTOR
from kontering.connectors.dynaccount.simulator import State, make
from kontering.connectors.dynaccount.target import Dynaccount
from kontering.sdk.connector import Found, Step
from kontering.sdk.http import client
from kontering.sdk.limits import Here
from kontering.testing import Clock, Simulated

HOST = "https://api.dynaccount.com"


def company(**options: Any) -> Simulated[State]:
    return make(**({"clock": Clock()} | options))


class Outsider:
    """A client that somebody else has written: it signs each call as the vendor's own one does."""

    def __init__(self, simulator: Any, **changes: str) -> None:
        self.given = {**simulator.credentials, **changes}
        self.http = httpx.Client(transport=httpx.MockTransport(simulator))

    def __call__(self, path: str, form: Mapping[str, Any] | None = None, **headers: str) -> httpx.Response:
        url = f"{HOST}/v7/{self.given['api_id']}/{self.given['api_key']}/{path}"
        body = urlencode(form) if form is not None else ""
        request = self.http.build_request("GET" if form is None else "POST", url, content=body)
        address = request.url.netloc.decode() + request.url.raw_path.decode()
        digest = hashlib.sha1((address + body + self.given["api_secret"]).encode()).hexdigest()
        request.headers.update({"X-Hash": digest, **headers})
        return self.http.send(request)

    def made(self, table: str, **values: Any) -> dict[str, Any]:
        answer = self(f"put/{table}/", values)
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["result"][0])

    def draft(self) -> int:
        return int(self("get/draft/?select=id&name=Webshop").json()["result"][0]["id"])


def target(answers: Any, **settings: Any) -> Dynaccount:
    """Our connector, with `answers` (a simulator, or a faulty one) behind it; an `httpx` transport may be one too."""
    credentials = getattr(answers, "credentials", company().credentials)
    own = {"name": "books", "draft": "Webshop", "book_action": "book_enclosure", **credentials} | settings
    transport = answers if isinstance(answers, httpx.BaseTransport) else httpx.MockTransport(answers)
    ready = client(CONNECTOR, own, transport=transport, limiter=Here(), sleep=lambda seconds: None)
    assert CONNECTOR.target is not None
    ours = CONNECTOR.target(own, ready)
    assert isinstance(ours, Dynaccount)
    return ours


def step(action: str, kind: str, body: dict[str, Any], key: str = "shop/order/10042", **more: Any) -> Step:
    attempt = uuid5(NAMESPACE_URL, f"{kind}|{key}|{action}|{more.pop('attempt', 1)}")
    return Step(action=action, kind=kind, key=key, document=key, body=body, attempt=attempt, **more)


def found(id_: str, *done: str) -> Found:
    return Found(id=id_, done=frozenset(done))
