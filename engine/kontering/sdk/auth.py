"""Credentials on a request: headers, Basic, keys in the query, and one-legged OAuth 1.0a for plain http."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from urllib.parse import quote

import httpx

Flow = Generator[httpx.Request, httpx.Response, None]


class Headers(httpx.Auth):
    """Fixed headers, as most accounting systems want them: `Headers({"X-Access-Token": token})`."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = dict(headers)

    def auth_flow(self, request: httpx.Request) -> Flow:
        request.headers.update(self._headers)
        yield request


def bearer(token: str) -> Headers:
    return Headers({"authorization": f"Bearer {token}"})


def basic(user: str, password: str) -> httpx.Auth:
    """HTTP Basic; over plain http it would show the password, so leave that to OAuth."""
    return httpx.BasicAuth(user, password)


class Query(httpx.Auth):
    """Keys in the query, for hosts that strip the Authorization header. They end up in the host's access log."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = dict(keys)

    def auth_flow(self, request: httpx.Request) -> Flow:
        request.url = request.url.copy_merge_params(self._keys)
        yield request


class OneLegged(httpx.Auth):
    """OAuth 1.0a without a token (RFC 5849, HMAC-SHA256), its parameters in the query; the body isn't signed."""

    def __init__(
        self,
        key: str,
        secret: str,
        *,
        clock: Callable[[], float] = time.time,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._key = key
        self._secret = secret
        self._clock = clock
        self._nonce = nonce

    def auth_flow(self, request: httpx.Request) -> Flow:
        own = {
            "oauth_consumer_key": self._key,
            "oauth_nonce": self._nonce(),
            "oauth_signature_method": "HMAC-SHA256",
            "oauth_timestamp": str(int(self._clock())),
        }
        url = request.url.copy_merge_params(own)
        signature = signed(request.method, url, self._secret)
        request.url = url.copy_merge_params({"oauth_signature": signature})
        yield request


def signed(method: str, url: httpx.URL, secret: str) -> str:
    """The OAuth 1.0a signature of a request without a token; the parameters are those in the url's query."""
    plain = str(url.copy_with(query=None, fragment=None))
    text = "&".join(_escaped(part) for part in (method.upper(), plain, _parameters(url.params.multi_items())))
    digest = hmac.new(f"{_escaped(secret)}&".encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _parameters(pairs: Iterable[tuple[str, str]]) -> str:
    return "&".join(
        f"{name}={value}" for name, value in sorted((_escaped(name), _escaped(value)) for name, value in pairs)
    )


def _escaped(text: str) -> str:
    return quote(text, safe="-._~")
