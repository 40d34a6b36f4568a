"""What an answer means: one table from status or transport error to the five exceptions, and the reading of bodies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from kontering.errors import ConnectorError, Denied, Refusal, Refused, TryLater, Unsure
from kontering.sdk.wire import NotJson, read_json

NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""Transport errors after which nothing has reached the system."""

_AGAIN = frozenset({408, 425, 500, 502, 503, 504})
_TEXT = 300


class Answer(httpx.Response):
    """A response whose `json()` has decimals for floats and says what a page for people means."""

    def json(self, **_: Any) -> Any:
        try:
            return read_json(self.content)
        except NotJson as error:
            raise unreadable(self, str(error)) from error


def is_read(request: httpx.Request) -> bool:
    """A call that changes nothing: GET, HEAD, OPTIONS, or one that says so (a trial, a query by POST)."""
    return request.method in ("GET", "HEAD", "OPTIONS") or bool(request.extensions.get("reads"))


def named(request: httpx.Request) -> str:
    """The call in words, without its query: `GET /wp-json/wc/v3/orders`."""
    return f"{request.method} {request.url.path}"


def transport_problem(error: httpx.TransportError, request: httpx.Request) -> ConnectorError:
    """No connection: nothing happened. Anything later: a reading call may be asked again, a writing one is in doubt."""
    what = f"{named(request)}: {error or type(error).__name__}"
    if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError):
        return Denied(f"{what}; look at the connection's url")
    if isinstance(error, NOT_SENT):
        return TryLater(f"{request.url.host} can't be reached: {error}")
    return TryLater(what) if is_read(request) else Unsure(f"{what}; the answer was lost")


def status_problem(response: httpx.Response, now: datetime, pause: float | None) -> ConnectorError | None:
    """The table. `pause` is for how long to wait after a 429 that doesn't say."""
    status, request = response.status_code, response.request
    expected = request.extensions.get("expects", ())
    if status < 300 or status in expected:
        return None
    what = f"{named(request)} answered {status}"
    if status < 400:
        return Denied(f"{what}: it has moved to {response.headers.get('location', 'another address')}; change the url")
    if status in (401, 403, 407):
        return Denied(f"{what}: {said(response)}")
    after = retry_after(response, now)
    if status == 429:
        return TryLater(f"{what}: too many calls", pause if after is None else after)
    if status in _AGAIN or status > 504:
        return TryLater(what, after) if is_read(request) else Unsure(what, after or 0.0)
    return Refused(refusals(response))


def unreadable(response: httpx.Response, why: str) -> ConnectorError:
    """A body that is no JSON: of a reading call it may be better next time, a writing one has perhaps been done."""
    title = re.search(rb"<title>(.{0,100}?)</title>", response.content[:4096], re.IGNORECASE | re.DOTALL)
    page = f"a page, {title[1].decode(errors='replace').strip()!r}" if title else why
    what = f"{named(response.request)} answered {response.status_code} without usable JSON: {page}"
    return TryLater(what) if is_read(response.request) else Unsure(what)


def retry_after(response: httpx.Response, now: datetime) -> float | None:
    """Seconds that the system asks us to wait: a number, or a date."""
    value = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", value):
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, ((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds())


def refusals(response: httpx.Response) -> tuple[Refusal, ...]:
    """What the system says is wrong, in the forms that most APIs use; a `Connector.problem` may know better."""
    body = _body(response)
    if not isinstance(body, Mapping):
        return (Refusal(said(response)),)
    listed = body.get("errors")
    if isinstance(listed, Mapping):
        return tuple(_by_field(listed)) or (Refusal(said(response)),)
    if isinstance(listed, list) and listed:
        return tuple(_refusal(item) for item in listed)
    return (Refusal(said(response), code=str(body.get("code") or body.get("errorCode") or "")),)


def said(response: httpx.Response) -> str:
    """The message of an answer in a line: its JSON's `message`, else the beginning of its text."""
    body = _body(response)
    if isinstance(body, Mapping):
        for name in ("message", "Message", "error_description", "error", "detail", "title"):
            if isinstance(body.get(name), str):
                return str(body[name])
    text = " ".join(re.sub(r"<[^>]*>", " ", response.text).split())
    return text[:_TEXT] or f"{response.status_code} {response.reason_phrase}"


def ordinary(response: httpx.Response) -> ConnectorError | None:
    """The `problem` of a system without habits of its own."""
    return None


def _by_field(listed: Mapping[str, Any]) -> Iterable[Refusal]:
    for name, messages in listed.items():
        path = "/" + str(name).replace(".", "/")
        for message in messages if isinstance(messages, list) else [messages]:
            yield Refusal(_refusal(message).message, path)


def _refusal(item: Any) -> Refusal:
    if isinstance(item, Mapping):
        path = item.get("path") or item.get("field") or ""
        return Refusal(str(item.get("message") or item), str(path), str(item.get("code") or ""))
    return Refusal(str(item))


def _body(response: httpx.Response) -> Any:
    try:
        return read_json(response.content)
    except NotJson:
        return None
