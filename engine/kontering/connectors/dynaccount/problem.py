"""What Dynaccount's errors mean, whichever status they come with: a message a column, or a row and a column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kontering.sdk.connector import Closed, Denied, Refusal, Refused
from kontering.sdk.wire import NotJson, read_json

if TYPE_CHECKING:
    import httpx

PLACES: Mapping[str, str] = {
    "enclosure": "/enclosure",
    "accounting": "/rows",
    "debtor_order": "/order",
    "debtor_order_product": "/lines",
}
"""Table → where the payload has what is sent to it."""

ACCESS = frozenset({"auth", "hash", "api_hash", "api_id", "api_key", "__api_hash"})
_CLOSED_WORDS = re.compile(r"\b(closed|locked|lukket|låst|afsluttet)\b", re.IGNORECASE)


def problem(response: httpx.Response) -> Exception | None:
    """The system's own way of saying no; None leaves it to the table of statuses."""
    if response.status_code in (401, 403, 429) or response.status_code >= 500:
        return None
    errors = _errors(response)
    if errors is None:
        return None
    if isinstance(errors, Mapping) and ACCESS & {str(name).lower() for name in errors}:
        return Denied(f"Dynaccount refuses the credentials: {', '.join(map(str, errors.values()))}")
    parts = response.request.url.path.strip("/").split("/")
    table = next((part for part in parts if part in PLACES), "")
    problems = tuple(refusals(errors, PLACES.get(table, ""))) or (Refusal("Dynaccount refused it"),)
    return Closed(problems) if any(_is_closed(one) for one in problems) else Refused(problems)


def refusals(errors: Any, path: str) -> Iterator[Refusal]:
    """Each message with the place of its column.

    >>> [one.path for one in refusals({"1": {"account_id_": "Does not exist"}}, "/rows")]
    ['/rows/1/account_id_']
    """
    if isinstance(errors, Mapping):
        for name, below in errors.items():
            yield from refusals(below, f"{path}/{name}")
    elif isinstance(errors, list):
        for number, below in enumerate(errors):
            yield from refusals(below, f"{path}/{number}")
    else:
        yield Refusal(str(errors), path)


def _is_closed(one: Refusal) -> bool:
    about = one.path.endswith("/time") or "period" in one.message.casefold()
    return about and _CLOSED_WORDS.search(one.message) is not None


def _errors(response: httpx.Response) -> Any:
    try:
        body = read_json(response.content) if response.content else None
    except NotJson:
        return None
    return body.get("error") if isinstance(body, Mapping) else None
