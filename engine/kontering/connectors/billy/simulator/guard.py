"""What happens around every call: throttling, tokens, rights, bodies, and the envelope of every answer."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import InvalidOperation
from typing import Any

import httpx

from kontering.connectors.billy.simulator.refusals import Bad
from kontering.connectors.billy.simulator.state import State
from kontering.sdk.wire import NotJson, write_json
from kontering.testing.simulator import Asked, Route, reply

Handler = Callable[[Asked[State]], httpx.Response]
OK = {"statusCode": 200, "success": True, "time": 0.02}


def gate(token: str, user: str, password: str) -> Callable[[Asked[State]], httpx.Response | None]:
    """Who may come in; answers those who may not."""

    def check(asked: Asked[State]) -> httpx.Response | None:
        try:
            _throttle(asked)
            if asked.headers.get("x-access-token") != token and _basic(asked) != (user, password):
                raise Bad(401, "E_UNAUTHORIZED", "Access token mangler eller er forkert.")
            _rights(asked)
            _content(asked)
        except Bad as bad:
            return refusal(bad)
        return None

    return check


def answered(handler: Handler) -> Handler:
    """The handler with errors in the system's form."""

    def answer(asked: Asked[State]) -> httpx.Response:
        try:
            return handler(asked)
        except Bad as bad:
            return refusal(bad)
        except (InvalidOperation, OverflowError):
            return refusal(Bad(400, "E_NUMBER", "Et tal kan der ikke regnes med."))
        except NotJson:
            return refusal(Bad(400, "E_JSON", "Indholdet er ikke JSON."))

    return answer


def missing(routes: Sequence[Route[State]]) -> Handler:
    """The answer where no route fits: 405 where another method would, else 404."""
    known = [(route.method, re.compile(re.sub(r"\{\w+\}", "[^/]+", route.path) + "/?")) for route in routes]

    def answer(asked: Asked[State]) -> httpx.Response:
        allowed = sorted({method for method, path in known if path.fullmatch(asked.request.url.path)})
        if allowed:
            return refusal(Bad(405, "E_METHOD", "Metoden kan ikke bruges her.", headers={"Allow": ", ".join(allowed)}))
        return refusal(Bad(404, "E_ROUTE", "Der er intet på den adresse."))

    return answer


def refusal(bad: Bad) -> httpx.Response:
    return reply(bad.body(), bad.status, bad.headers)


def told(asked: Asked[State], content: Mapping[str, Any], meta: Mapping[str, Any] | None = None) -> httpx.Response:
    """A good answer: `meta` first, then the records; some installations write log lines before it."""
    body = write_json({"meta": {**OK, **(meta or {})}, **content})
    prefix = asked.state.habits.log_prefix.encode()
    return httpx.Response(200, content=prefix + body, headers={"content-type": "application/json; charset=utf-8"})


def given(asked: Asked[State], name: str) -> Any:
    """What the body's envelope holds."""
    body = asked.json()
    return body.get(name) if isinstance(body, dict) else None


def _throttle(asked: Asked[State]) -> None:
    if asked.state.throttled:
        seconds = asked.state.throttled.pop(0)
        headers = {} if seconds is None else {"Retry-After": f"{seconds:g}"}
        raise Bad(429, "E_RATE", "Der er for mange kald.", headers=headers)


def _basic(asked: Asked[State]) -> tuple[str, str] | None:
    kind, _, value = asked.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user, password


def _rights(asked: Asked[State]) -> None:
    parts = asked.request.url.path.strip("/").split("/")
    if any(part in asked.state.forbidden for part in parts):
        raise Bad(403, "E_FORBIDDEN", "Brugeren har ikke adgang.")
    organization = asked.state.organization
    if organization.get("isLocked") and asked.method not in ("GET", "HEAD"):
        raise Bad(403, "E_LOCKED", str(organization.get("lockedReason") or "Virksomheden er låst."))


def _content(asked: Asked[State]) -> None:
    """Bodies are JSON; files come as they are."""
    if asked.method not in ("POST", "PUT", "PATCH") or not asked.body or asked.request.url.path.endswith("/files"):
        return
    kind = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Bad(415, "E_CONTENT", "Content-Type skal være application/json.")
