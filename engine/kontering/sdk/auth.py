"""Credentials on a request: headers, Basic, keys in the query, and one-legged OAuth 1.0a for plain http.

A credential is a function of the request, which is what httpx takes; nothing here needs httpx itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    import httpx

Credential = Callable[["httpx.Request"], "httpx.Request"]


def headers(values: Mapping[str, str]) -> Credential:
    """Fixed headers, as most accounting systems want them: `headers({"X-Access-Token": token})`."""

    def sign(request: httpx.Request) -> httpx.Request:
        request.headers.update(values)
        return request

    return sign


def bearer(token: str) -> Credential:
    return headers({"authorization": f"Bearer {token}"})


def basic(user: str, password: str) -> Credential:
    """HTTP Basic; over plain http it would show the password, so leave that to `one_legged`."""
    return headers({"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()})


def query(keys: Mapping[str, str]) -> Credential:
    """Keys in the query, for hosts that strip the Authorization header. They end up in the host's access log."""

    def sign(request: httpx.Request) -> httpx.Request:
        request.url = request.url.copy_merge_params(dict(keys))
        return request

    return sign


def one_legged(
    key: str,
    secret: str,
    *,
    clock: Callable[[], float] = time.time,
    nonce: Callable[[], str] = lambda: secrets.token_hex(16),
) -> Credential:
    """OAuth 1.0a without a token (RFC 5849, HMAC-SHA256), its parameters in the query; the body isn't signed."""

    def sign(request: httpx.Request) -> httpx.Request:
        own = {
            "oauth_consumer_key": key,
            "oauth_nonce": nonce(),
            "oauth_signature_method": "HMAC-SHA256",
            "oauth_timestamp": str(int(clock())),
        }
        url = request.url.copy_merge_params(own)
        request.url = url.copy_merge_params({"oauth_signature": signature(request.method, url, secret)})
        return request

    return sign


def signature(method: str, url: httpx.URL, secret: str) -> str:
    """The OAuth 1.0a signature of a request without a token; the parameters are those in the url's query."""
    plain = str(url.copy_with(query=None, fragment=None))
    text = "&".join(_escaped(part) for part in (method.upper(), plain, _parameters(url.params.multi_items())))
    digest = hmac.new(f"{_escaped(secret)}&".encode(), text.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _parameters(pairs: Iterable[tuple[str, str]]) -> str:
    escaped = sorted((_escaped(name), _escaped(value)) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in escaped)


def _escaped(text: str) -> str:
    return quote(text, safe="-._~")
