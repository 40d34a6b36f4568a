"""Puts a grant's access token on requests: asks for one when it is needed, renews it once, tries again after a 401."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx

from kontering.errors import Denied, TryLater
from kontering.sdk.oauth import DEFAULT_LIFE, Grant, Here, Token, Tokens
from kontering.sdk.wire import NotJson, read_json

Flow = Generator[httpx.Request, httpx.Response, None]
Renewal = Generator[httpx.Request, httpx.Response, Token]


@dataclass(frozen=True)
class OAuth(httpx.Auth):
    """The credential that httpx takes. Whoever needs a new token waits for the one who gets it."""

    grant: Grant
    tokens: Tokens = field(default_factory=Here)
    clock: Callable[[], float] = time.time

    def sync_auth_flow(self, request: httpx.Request) -> Flow:
        token = self.tokens.read()
        if token is None or not token.good(self.clock()):
            token = yield from self._renewed(token)
        response = yield _with(request, token)
        if response.status_code == 401:
            token = yield from self._renewed(token)
            yield _with(request, token)

    def _renewed(self, old: Token | None) -> Renewal:
        """Another token than the old one: somebody else's, if it is new, or one of our own that is kept before use."""
        with self.tokens.lock():
            kept = self.tokens.read()
            if kept and kept.good(self.clock()) and (old is None or kept.access != old.access):
                return kept
            response = yield self._asks(kept)
            response.read()
            token = self._taken(response, kept)
            self.tokens.write(token)
            return token

    def _asks(self, kept: Token | None) -> httpx.Request:
        form = self.grant.body(kept)
        if form is None:
            raise Denied("no access was granted yet; grant it with `kontering connect`")
        return asking(self.grant, form)

    def _taken(self, response: httpx.Response, kept: Token | None) -> Token:
        return taken(response, self.clock(), kept.refresh if kept else "")


def exchanged(
    grant: Grant, code: str, redirect: str, verifier: str, transport: httpx.BaseTransport | None = None
) -> Token:
    """The first token, for the code that a person's consent has brought (authorisation code with PKCE)."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "code_verifier": verifier}
    with httpx.Client(transport=transport, trust_env=False) as client:
        try:
            response = client.send(asking(grant, form))
        except httpx.TransportError as error:
            raise TryLater(f"no access token: {error}") from error
    return taken(response, time.time(), "")


def asking(grant: Grant, form: Mapping[str, str]) -> httpx.Request:
    """The token request. It changes nothing that a dry run would mind."""
    return httpx.Request(
        "POST",
        grant.token_url,
        content=urlencode(form).encode(),
        headers={
            "authorization": grant.header(),
            "content-type": "application/x-www-form-urlencoded",
            "accept": "application/json",
        },
        extensions={"reads": True, "timeout": httpx.Timeout(30.0).as_dict()},
    )


def taken(response: httpx.Response, now: float, refresh: str) -> Token:
    """The token of an answer; raises what else it means. A refresh token that isn't renewed stays."""
    host = response.request.url.host
    if response.status_code == 429 or response.status_code >= 500:
        raise TryLater(f"no access token: {host} answered {response.status_code}")
    body = _body(response)
    if response.status_code == 200 and not body:
        raise TryLater(f"no access token: {host} answered without usable JSON")
    access = body.get("access_token")
    if response.status_code != 200 or not isinstance(access, str) or not access:
        why = body.get("error_description") or body.get("error") or f"answer {response.status_code}"
        raise Denied(f"no access token from {host}: {why}")
    life = float(body.get("expires_in") or DEFAULT_LIFE)
    return Token(access=access, until=now + life, refresh=str(body.get("refresh_token") or refresh))


def _with(request: httpx.Request, token: Token) -> httpx.Request:
    request.headers["authorization"] = f"Bearer {token.access}"
    return request


def _body(response: httpx.Response) -> Mapping[str, Any]:
    try:
        body = read_json(response.content)
    except NotJson:
        return {}
    return body if isinstance(body, Mapping) else {}
