"""What Rackbeat's error answers mean: each message of a 422 becomes a refusal whose path leads into the payload."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kontering.sdk.connector import Refusal, Refused

if TYPE_CHECKING:
    import httpx


def problem(response: httpx.Response) -> Exception | None:
    """The system's own way of saying no; None leaves it to the table of statuses."""
    if response.status_code not in (400, 404, 405, 409, 422):
        return None
    body = _body(response)
    if body is None:
        return None
    message = str(body.get("message") or "Rackbeat refused it without saying why")
    return Refused(tuple(refusals(body.get("errors"))) or (Refusal(message),))


def refusals(errors: Any) -> Iterator[Refusal]:
    """Each message with the place of the field that it is about.

    >>> [one.path for one in refusals({"lines.0.item_id": ["is invalid"], "customer_id": ["is invalid", "is barred"]})]
    ['/lines/0/item_id', '/customer_id', '/customer_id']
    """
    if not isinstance(errors, Mapping):
        return
    for field, messages in errors.items():
        path = "/" + str(field).replace(".", "/")
        for message in messages if isinstance(messages, list) else [messages]:
            yield Refusal(str(message), path)


def _body(response: httpx.Response) -> Mapping[str, Any] | None:
    """The answer as an object; a page for people says nothing about the payload."""
    if "json" not in response.headers.get("content-type", "") or not response.content:
        return None
    body = response.json()
    return body if isinstance(body, Mapping) else None
