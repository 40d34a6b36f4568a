"""Who may ask: Basic or keys in the query over https, OAuth 1.0a over http, and the scope of a key."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from urllib.parse import quote, unquote

import httpx

from kontering.connectors.woocommerce.simulator.rest import BASE, Ask, Wrong
from kontering.connectors.woocommerce.simulator.shop import Key
from kontering.testing import reply

WINDOW = 15 * 60
NEEDED = ("oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method")
METHODS = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
PUBLIC = (f"{BASE}/subscriptions/statuses",)
BASIC = "WooCommerce API. Use a consumer key in the username field and a consumer secret in the password field."


def check(asked: Ask) -> httpx.Response | None:
    """None for whoever may; else the answer that WooCommerce gives."""
    if asked.request.url.path.rstrip("/") in PUBLIC:
        return None
    try:
        key = _basic(asked) if asked.request.url.scheme == "https" else None
        key = key or _oauth(asked)
        if key is None:
            raise _nobody(asked.method)
        _scope(key, asked.method)
    except Wrong as wrong:
        told = asked.request.url.scheme == "https" and wrong.code == "woocommerce_rest_authentication_error"
        return reply(wrong.body(), wrong.status, {"www-authenticate": f'Basic realm="{BASIC}"'} if told else None)
    return None


def _basic(asked: Ask) -> Key | None:
    """Keys in the query first, then the header; an unknown key is nobody, a known one with a bad secret an error."""
    given = (asked.query.get("consumer_key", ""), asked.query.get("consumer_secret", ""))
    if not all(given):
        given = _header(asked)
    key = _key(asked, given[0]) if all(given) else None
    if key and not hmac.compare_digest(key.secret.encode(), given[1].encode()):
        raise _error("Consumer secret is invalid.")
    return key


def _header(asked: Ask) -> tuple[str, str]:
    kind, _, value = _authorization(asked).partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password


def _oauth(asked: Ask) -> Key | None:
    params = {**dict(asked.query), **_oauth_header(asked)}
    lacking = [name for name in NEEDED if not params.get(name)]
    if len(lacking) == len(NEEDED):
        return None
    if lacking:
        several = "s" if len(lacking) > 1 else ""
        what = f"Missing OAuth parameter{several} {', '.join(lacking)}"
        raise Wrong("woocommerce_rest_authentication_missing_parameter", what, 401)
    key = _key(asked, params["oauth_consumer_key"])
    if key is None:
        raise _error("Consumer key is invalid.")
    _signature(asked, params, key)
    _once(asked, params["oauth_timestamp"], params["oauth_nonce"])
    return key


def _oauth_header(asked: Ask) -> dict[str, str]:
    value = _authorization(asked)
    if not value.startswith("OAuth "):
        return {}
    return {name: unquote(text) for name, text in re.findall(r'(oauth_[a-z_-]*)="([^"]*)"', value)}


def _signature(asked: Ask, params: Mapping[str, str], key: Key) -> None:
    """The base string is built as PHP does: sorted by name, each part escaped, the pairs escaped once more."""
    method = METHODS.get(params["oauth_signature_method"])
    if method is None:
        raise _error("Invalid signature - signature method is invalid.")
    rest = sorted((name, value) for name, value in params.items() if name != "oauth_signature")
    pairs = "%26".join(_escape(f"{_escape(name)}={_escape(value)}") for name, value in rest)
    address = _escape(asked.origin + asked.request.url.path)
    text = f"{asked.method}&{address}&{pairs}"
    wanted = base64.b64encode(hmac.new(f"{key.secret}&".encode(), text.encode(), method).digest()).decode()
    if not hmac.compare_digest(wanted, params["oauth_signature"].replace(" ", "+")):
        raise _error("Invalid signature - provided signature does not match.")


def _once(asked: Ask, timestamp: str, nonce: str) -> None:
    now = asked.now.timestamp()
    if not timestamp.isdigit() or abs(int(timestamp) - now) > WINDOW:
        raise _error("Invalid timestamp.")
    used = asked.state.nonces
    if nonce in used:
        raise _error("Invalid nonce - nonce has already been used.")
    used[nonce] = float(timestamp)
    for old in [name for name, at in used.items() if at < now - WINDOW]:
        del used[old]


def _scope(key: Key, method: str) -> None:
    wanted = "read" if method in ("GET", "HEAD") else "write"
    if method != "OPTIONS" and wanted not in key.scope:
        raise _error(f"The API key provided does not have {wanted} permissions.")


def _nobody(method: str) -> Wrong:
    does = {"GET": "view", "HEAD": "view", "POST": "create", "DELETE": "delete"}.get(method, "edit")
    says = "Sorry, you cannot list resources." if does == "view" else f"Sorry, you are not allowed to {does} resources."
    return Wrong(f"woocommerce_rest_cannot_{does}", says, 401)


def _error(message: str) -> Wrong:
    return Wrong("woocommerce_rest_authentication_error", message, 401)


def _key(asked: Ask, name: str) -> Key | None:
    return next((key for key in asked.state.keys if key.key == name), None)


def _authorization(asked: Ask) -> str:
    return "" if asked.state.habits.strips_authorization else asked.headers.get("authorization", "").strip()


def _escape(text: str) -> str:
    return quote(text, safe="-._~")
