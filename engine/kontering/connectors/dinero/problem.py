"""What Dinero's error answers mean: each wrong field becomes a refusal whose path leads into the payload."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kontering.sdk.connector import Closed, Refusal, Refused, TryLater, Unsure

if TYPE_CHECKING:
    import httpx

STALE, NO_SUCH_DOCUMENT, DELETED, DUPLICATE = "58", "63", "65", "72"
NOT_FOUND, LIMIT, SERVER = "40", "43", "50"
TAKEN = "guidMustBeUnique"
BROWNOUT = 480

_CLOSED_WORDS = re.compile(
    r"(period|accounting year|periode|regnskabsår)\b.*\b(closed|locked|lukket|afsluttet|låst|spærret)"
    r"|no accounting year|intet regnskabsår",
    re.IGNORECASE | re.DOTALL,
)


def problem(response: httpx.Response) -> Exception | None:
    """The system's own way of saying no; None leaves it to the table of statuses."""
    if response.status_code == BROWNOUT:
        return TryLater("this part of Dinero's API is about to be removed (480): a newer version is needed")
    if response.status_code not in (400, 404, 409, 413, 422):
        return None
    body = _body(response)
    if body is None:
        return None
    code = str(body.get("code") or "")
    message = str(body.get("message") or "")
    if code == LIMIT:
        return TryLater(message or "too many calls", 60.0)
    if code == SERVER:
        return Unsure(message or "Dinero failed")
    problems = tuple(refusals(body, code)) or (Refusal(message or "Dinero refused it without saying why", code=code),)
    return Closed(problems) if any(_CLOSED_WORDS.search(one.message) for one in problems) else Refused(problems)


def refusals(body: Mapping[str, Any], code: str) -> Iterator[Refusal]:
    """Every wrong field, with the place in the payload.

    >>> [one.path for one in refusals({"validationErrors": {"ProductLines[1].AccountNumber": "no"}}, "42")]
    ['/ProductLines/1/AccountNumber']
    """
    errors = body.get("validationErrors")
    for name, message in errors.items() if isinstance(errors, Mapping) else ():
        yield Refusal(str(message), path_of(str(name)), code)


def path_of(name: str) -> str:
    """The place of a field: ledger items are sent in a list of one, which the payload doesn't have.

    >>> path_of("[0].Lines[2].AccountNumber"), path_of("message"), path_of("Timestamp")
    ('/Lines/2/AccountNumber', '', '')
    """
    if name in ("message", "body", "Timestamp"):
        return ""
    parts = [part for part in re.split(r"[.\[\]]+", re.sub(r"^\[\d+\]\.", "", name)) if part]
    return "".join(f"/{part[:1].upper()}{part[1:]}" for part in parts)


def is_code(refused: Refused, *codes: str) -> bool:
    return any(one.code in codes for one in refused.problems)


def is_taken(refused: Refused) -> bool:
    """It is there already under the id that we gave it."""
    return is_code(refused, DUPLICATE) or any(TAKEN in one.message for one in refused.problems)


def is_gone(refused: Refused) -> bool:
    return is_code(refused, NO_SUCH_DOCUMENT, DELETED, NOT_FOUND)


def _body(response: httpx.Response) -> Mapping[str, Any] | None:
    """The answer as an object; a page for people says nothing about the payload."""
    if "json" not in response.headers.get("content-type", "") or not response.content:
        return None
    body = response.json()
    return body if isinstance(body, Mapping) else None
