"""What e-conomic's error answers mean: each nested error becomes a refusal whose path leads into the payload."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kontering.sdk.connector import Closed, Refusal, Refused, Unsure

if TYPE_CHECKING:
    import httpx

CHANGED = frozenset({"PayloadChanged", "URLChanged"})
"""An idempotency key was used before with something else: what came of that must be looked up."""

CLOSED = frozenset({"AccountingYearClosed", "EntryDateInClosedPeriod", "PeriodClosed"})
"""The newer services' names for a closed period. Which code the classic service uses isn't known."""

_CLOSED_WORDS = re.compile(
    r"(period|accounting year|periode|regnskabsår)\b.*\b(closed|lukket|afsluttet|spærret)", re.IGNORECASE | re.DOTALL
)


def problem(response: httpx.Response) -> Exception | None:
    """The system's own way of saying no; None leaves it to the table of statuses."""
    if response.status_code not in (400, 404, 405, 406, 409, 415, 422):
        return None
    body = _body(response)
    if body is None:
        return None
    code = str(body.get("errorCode") or body.get("code") or "")
    if code in CHANGED:
        return Unsure(f"{code}: this key was sent before with something else")
    problems = tuple(refusals(body.get("errors"))) or (Refusal(_message(body), code=code),)
    return Closed(problems) if _is_closed(problems) else Refused(problems)


def refusals(errors: Any, path: str = "") -> Iterator[Refusal]:
    """Every error below `errors`, each with the place of the property that it is about.

    >>> [str(one.path) for one in refusals({"lines": [{"arrayIndex": 2, "quantity": {"errors": [{"message": "no"}]}}]})]
    ['/lines/2/quantity']
    """
    if isinstance(errors, list):
        for position, item in enumerate(errors):
            if isinstance(item, Mapping):
                yield from refusals(_rest(item), f"{path}/{item.get('arrayIndex', position)}")
    elif isinstance(errors, Mapping):
        for name, below in errors.items():
            if name == "errors" and isinstance(below, list):
                yield from (_refusal(item, path) for item in below)
            else:
                yield from refusals(below, f"{path}/{name}")


def _rest(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != "arrayIndex"}


def _refusal(item: Any, path: str) -> Refusal:
    if not isinstance(item, Mapping):
        return Refusal(str(item), path)
    given = f" ({item['value']})" if item.get("value") not in (None, "") else ""
    return Refusal(_message(item) + given, path, str(item.get("errorCode") or ""))


def _message(body: Mapping[str, Any]) -> str:
    texts = (body.get(name) for name in ("message", "detail", "title", "developerHint", "errorCode"))
    return next((str(text) for text in texts if text), "e-conomic refused it without saying why")


def _is_closed(problems: tuple[Refusal, ...]) -> bool:
    return any(one.code in CLOSED or _CLOSED_WORDS.search(one.message) for one in problems)


def _body(response: httpx.Response) -> Mapping[str, Any] | None:
    """The answer as an object; a page for people, or nothing, says nothing about the payload."""
    if "json" not in response.headers.get("content-type", "") or not response.content:
        return None
    body = response.json()
    return body if isinstance(body, Mapping) else None
