"""OAuth 2: how a connection comes by its access tokens, and where they are kept; no call is made here.

A connector's `auth` gives a `Grant`; the client (sdk.http) does the rest: one refresh, however many threads or workers
need it, kept before it is used, and one more try after a 401.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

EARLY = 60.0
"""Seconds before its end in which a token isn't used any more."""

DEFAULT_LIFE = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token, until when it is good (seconds of the clock), and the refresh token that came with it."""

    access: str
    until: float
    refresh: str = field(default="", repr=False)

    def good(self, now: float) -> bool:
        """
        >>> Token(access="a", until=100.0).good(30.0), Token(access="a", until=100.0).good(50.0)
        (True, False)
        """
        return bool(self.access) and now < self.until - EARLY


class Tokens(Protocol):
    """Where one connection's token is kept. `lock` lets one at a time renew it, in as many processes as share it."""

    def read(self) -> Token | None: ...
    def write(self, token: Token) -> None: ...
    def lock(self) -> AbstractContextManager[None]: ...


class Here:
    """The token of this process, for grants that can begin anew at any time."""

    def __init__(self) -> None:
        self._token: Token | None = None
        self._lock = threading.RLock()

    def read(self) -> Token | None:
        return self._token

    def write(self, token: Token) -> None:
        self._token = token

    @contextmanager
    def lock(self) -> Iterator[None]:
        with self._lock:
            yield


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """How access tokens are got: `form` asks for one, or else a refresh token does, which a person got by consent.

    `client` is the app's id and secret, sent as HTTP Basic. `refresh` is the first refresh token, where one was given
    as a setting; the one that is kept wins. `rotates`: a refresh token is good for one use, so it must be kept where
    all workers see it. `authorize_url` is where a person consents, to `scope`.
    """

    token_url: str
    client: tuple[str, str] = field(repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    refresh: str = field(default="", repr=False)
    rotates: bool = False
    authorize_url: str = ""
    scope: str = ""

    def body(self, kept: Token | None) -> Mapping[str, str] | None:
        """The form of the next token request; None if only a person can help.

        >>> grant = Grant(token_url="https://id.example/token", client=("app", "pass"), refresh="r1", rotates=True)
        >>> dict(grant.body(Token(access="a", until=0.0, refresh="r2")) or {})
        {'grant_type': 'refresh_token', 'refresh_token': 'r2'}
        """
        if self.form:
            return self.form
        refresh = (kept.refresh if kept else "") or self.refresh
        return {"grant_type": "refresh_token", "refresh_token": refresh} if refresh else None

    def header(self) -> str:
        user, password = self.client
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
