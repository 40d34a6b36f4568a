"""Who may come in: token endpoints, bearer tokens, organisation, subscription, the limit of calls, brownouts."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

import httpx

from kontering.connectors.dinero.simulator.refusals import NO_PRO, UNAUTHORIZED, Bad
from kontering.connectors.dinero.simulator.state import Row, State, Token
from kontering.testing.simulator import Asked, Route, reply

Ask = Asked[State]

PERSONAL, CONNECT, AUTHORIZE = "/dineroapi/oauth/token", "/connect/token", "/connect/authorize"
LIFE = timedelta(seconds=3600)
BROWNOUT = 480


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What the simulated app and its one organisation are known by."""

    client_id: str
    client_secret: str
    api_key: str
    tenant_id: str


def routes(keys: Keys) -> list[Route[State]]:
    return [
        Route("POST", PERSONAL, lambda asked: _personal(asked, keys)),
        Route("POST", CONNECT, lambda asked: _connect(asked, keys)),
        Route("GET", AUTHORIZE, lambda asked: _authorize(asked, keys)),
    ]


def check(asked: Ask) -> httpx.Response | None:
    """Answers those who may not come in."""
    path = asked.request.url.path
    if path in (PERSONAL, CONNECT, AUTHORIZE):
        return None
    try:
        _let_in(asked, path.strip("/").split("/"))
    except Bad as bad:
        return reply(bad.body(), bad.status)
    return _throttled(asked) or _browned_out(asked, path)


def _let_in(asked: Ask, parts: list[str]) -> None:
    kind, _, value = asked.headers.get("authorization", "").partition(" ")
    token = asked.state.tokens.get(value)
    if kind.lower() != "bearer" or token is None or token.until <= asked.now:
        raise Bad(401, UNAUTHORIZED, "The access token is missing, wrong or too old")
    if len(parts) > 1 and parts[1].isdecimal() and int(parts[1]) != asked.state.organization:
        raise Bad(403, UNAUTHORIZED, "No access to this organization")
    if parts[-1] != "organizations" and not asked.state.habits.pro:
        raise Bad(403, NO_PRO, "The organization has no Pro subscription")


def _throttled(asked: Ask) -> httpx.Response | None:
    """So many calls a minute; the answer is a text."""
    state, since = asked.state, asked.now - timedelta(minutes=1)
    state.asked = [moment for moment in state.asked if moment > since]
    token = state.tokens[asked.headers["authorization"].partition(" ")[2]]
    most = state.habits.personal_calls_a_minute if token.personal else state.habits.calls_a_minute
    if state.throttled:
        return _too_many(asked, most, state.throttled.pop(0))
    if len(state.asked) >= most:
        return _too_many(asked, most, (min([asked.now, *state.asked]) - since).total_seconds())
    state.asked.append(asked.now)
    return None


def _too_many(asked: Ask, most: int, seconds: float) -> httpx.Response:
    headers = {"Retry-After": f"{max(1, round(seconds))}"} if asked.state.habits.retry_after else {}
    return httpx.Response(429, text=f"API calls quota exceeded! maximum admitted {most} per 1m.", headers=headers)


def _browned_out(asked: Ask, path: str) -> httpx.Response | None:
    parts = path.strip("/").split("/")
    resource = parts[2] if len(parts) > 2 else ""
    return httpx.Response(BROWNOUT, text="Brownout") if resource in asked.state.brownout else None


def _form(asked: Ask) -> dict[str, str]:
    return dict(parse_qsl(asked.body.decode("utf-8", errors="replace")))


def _client(asked: Ask, form: Mapping[str, str]) -> tuple[str, str]:
    """The app's id and secret: as Basic, or in the form."""
    kind, _, value = asked.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        user, _, password = base64.b64decode(value).decode().partition(":")
    except ValueError:
        return "", ""
    return user, password


def _personal(asked: Ask, keys: Keys) -> httpx.Response:
    """A personal integration: the organisation's API key is user and password."""
    form = _form(asked)
    if _client(asked, {}) != (keys.client_id, keys.client_secret):
        return _refused("invalid_client")
    if form.get("grant_type") != "password" or "read" not in form.get("scope", "").split():
        return _refused("invalid_request")
    if form.get("username") != keys.api_key or form.get("password") != keys.api_key:
        return _refused("invalid_grant")
    return reply(_token(asked, personal=True))


def _connect(asked: Ask, keys: Keys) -> httpx.Response:
    form = _form(asked)
    if _client(asked, form) != (keys.client_id, keys.client_secret):
        return _refused("invalid_client")
    match form.get("grant_type"):
        case "authorization_code":
            return _by_code(asked, form)
        case "refresh_token":
            return _by_refresh(asked, form)
        case "client_credentials" if asked.state.habits.client_credentials:
            if form.get("tenant_id") != keys.tenant_id:
                return _refused("invalid_grant")
            return reply(_token(asked, personal=False))
        case _:
            return _refused("unsupported_grant_type")


def _authorize(asked: Ask, keys: Keys) -> httpx.Response:
    """The user says yes at once, and is sent back with a code."""
    query = asked.query
    if query.get("client_id") != keys.client_id or query.get("response_type") != "code":
        return _refused("invalid_request")
    if query.get("code_challenge_method") != "S256" or not query.get("code_challenge") or not query.get("redirect_uri"):
        return _refused("invalid_request")
    code = secrets.token_urlsafe(16)
    asked.state.codes[code] = {"challenge": query["code_challenge"], "redirect": query["redirect_uri"]}
    back = query["redirect_uri"] + "?" + urlencode({"code": code, "state": query.get("state", "")})
    return httpx.Response(302, headers={"Location": back})


def _by_code(asked: Ask, form: Mapping[str, str]) -> httpx.Response:
    given = asked.state.codes.pop(form.get("code", ""), None)
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    if given is None or given["challenge"] != challenge or given["redirect"] != form.get("redirect_uri"):
        return _refused("invalid_grant")
    return reply(_token(asked, personal=False) | _refresh(asked))


def _by_refresh(asked: Ask, form: Mapping[str, str]) -> httpx.Response:
    """A refresh token is good for one use; who uses it twice loses the whole grant."""
    state, token = asked.state, form.get("refresh_token", "")
    if token not in state.refreshes:
        return _refused("invalid_grant")
    if state.habits.refresh_once and state.refreshes[token]:
        state.refreshes.clear()
        state.tokens.clear()
        return _refused("invalid_grant")
    state.refreshes[token] = True
    return reply(_token(asked, personal=False) | _refresh(asked))


def _refresh(asked: Ask) -> Row:
    token = secrets.token_urlsafe(24)
    asked.state.refreshes[token] = False
    return {"refresh_token": token}


def _token(asked: Ask, *, personal: bool) -> Row:
    token = secrets.token_urlsafe(24)
    asked.state.tokens[token] = Token(asked.now + LIFE, personal)
    return {"access_token": token, "token_type": "bearer", "expires_in": int(LIFE.total_seconds())}


def _refused(error: str) -> httpx.Response:
    return reply({"error": error}, 401 if error == "invalid_client" else 400)


def answered(handler: Callable[[Ask], httpx.Response]) -> Callable[[Ask], httpx.Response]:
    """The handler with its refusals written in the system's form."""

    def answer(asked: Ask) -> httpx.Response:
        try:
            return handler(asked)
        except Bad as bad:
            return reply(bad.body(), bad.status)

    return answer
