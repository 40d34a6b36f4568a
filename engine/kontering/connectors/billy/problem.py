"""What Billy's error answers mean: each message becomes a refusal whose path leads into the payload."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kontering.sdk.connector import Closed, Refusal, Refused
from kontering.sdk.wire import NotJson, read_json

if TYPE_CHECKING:
    import httpx

_DATES = ("/entryDate", "/paymentDate")
_CLOSED_WORDS = re.compile(r"\b(locked|closed|låst|lukket|spærret|afsluttet)\b", re.IGNORECASE)
NAMES = {"Id": ("account", "contraAccount", "cashAccount", "feeAccount", "salesTaxRuleset", "taxRate", "daybook")}
"""Ids that our payloads give by name: Billy's `accountId` is the payload's `account`."""


def problem(response: httpx.Response) -> Exception | None:
    """The system's own way of saying no; None leaves it to the table of statuses."""
    if response.status_code not in (400, 404, 405, 406, 409, 415, 422):
        return None
    body = _body(response)
    if body is None:
        return None
    code = str(body.get("errorCode") or "")
    found = tuple(refusals(body.get("validationErrors"), code))
    problems = found or (
        Refusal(str(body.get("errorMessage") or body.get("message") or "Billy refused it"), code=code),
    )
    return Closed(problems) if any(_is_closed(one) for one in problems) else Refused(problems)


def refusals(errors: Any, code: str = "") -> Iterator[Refusal]:
    """Every message below `validationErrors`; the record's own name isn't in the payload's paths.

    >>> errors = {"invoice": {"attributes": {}, "lines": [None, {"attributes": {"productId": "no"}}]}}
    >>> [one.path for one in refusals(errors)]
    ['/lines/1/productId']
    """
    if isinstance(errors, Mapping):
        for below in errors.values():
            yield from _below(below, "", code)


def _below(errors: Any, path: str, code: str) -> Iterator[Refusal]:
    if isinstance(errors, str):
        yield Refusal(errors, path, code)
    elif isinstance(errors, list):
        for number, part in enumerate(errors):
            yield from _below(part, path if isinstance(part, str) else f"{path}/{number}", code)
    elif isinstance(errors, Mapping):
        for name, below in errors.items():
            yield from _below(below, path if name == "attributes" else f"{path}/{_ours(name)}", code)


def _ours(name: str) -> str:
    short = name.removesuffix("Id")
    return short if short != name and short in NAMES["Id"] else name


def _is_closed(one: Refusal) -> bool:
    about_dates = one.path in _DATES or "period" in one.message.casefold()
    return about_dates and _CLOSED_WORDS.search(one.message) is not None


def _body(response: httpx.Response) -> Mapping[str, Any] | None:
    """The answer as an object; a page for people, or nothing, says nothing about the payload."""
    if "json" not in response.headers.get("content-type", "") or not response.content:
        return None
    start = max(response.content.find(b"{"), 0)
    try:
        body = read_json(response.content[start:])
    except NotJson:
        return None
    return body if isinstance(body, Mapping) else None
