"""Performs a row of a target's table of calls: the request from path, body and key; the receipt from the answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kontering.errors import Unsure
from kontering.sdk.connector import Call, Found, Receipt, Settings, Step, Totals
from kontering.sdk.paths import at
from kontering.sdk.wire import write_json

if TYPE_CHECKING:
    import httpx

KEY = "Idempotency-Key"
Escape = Callable[[str], str]


def escaped(value: str) -> str:
    """One segment of a path.

    >>> escaped("A/B 7")
    'A%2FB%207'
    """
    return quote(value, safe="")


def send(client: httpx.Client, call: Call, settings: Settings, step: Step, escape: Escape = escaped) -> Receipt:
    """Do the one writing call of a step, as its row says."""
    if call.run is not None:
        return call.run(client, settings, step)
    return receipt(call, step, request(client, call, settings, step, escape))


def trial(client: httpx.Client, call: Call, settings: Settings, step: Step, escape: Escape = escaped) -> Totals:
    """Ask the target what it would compute; the row is marked as reading."""
    answer = request(client, call, settings, step, escape).json()
    return totals(call, answer) or Totals()


def request(
    client: httpx.Client,
    call: Call,
    settings: Settings,
    step: Step,
    escape: Escape = escaped,
    headers: Mapping[str, str] | None = None,
) -> httpx.Response:
    """The row's request: its path filled in, the body as JSON, the attempt as key where the target knows one."""
    headers = {"content-type": "application/json", **(headers or {})}
    if call.window is not None:
        headers[KEY] = str(step.attempt)
    return client.request(
        call.method,
        path(call.path, settings, step, escape),
        content=write_json(step.body) if step.body or call.method in ("POST", "PUT", "PATCH") else None,
        headers=headers,
        extensions={"reads": True} if call.reads else {},
    )


def path(template: str, settings: Settings, step: Step, escape: Escape = escaped) -> str:
    """A row's path with `{id}` and `{of}` (what the target has) and settings filled in; a url stays as it is."""
    has = {"id": step.of.id, "of": step.of.id} if step.of else {}
    values = {name: str(value) for name, value in settings.items()} | has

    def fill(place: re.Match[str]) -> str:
        value = values.get(place[1])
        if not value:
            raise ValueError(f"{step.action} {step.kind} {step.key}: nothing to put for {place[0]} in {template}")
        return value.rstrip("/") if place.start() == 0 and "://" in value else escape(value)

    return re.sub(r"\{(\w+)\}", fill, template)


def receipt(call: Call, step: Step, response: httpx.Response) -> Receipt:
    """What the answer says has happened; without an id nobody could find it again, so that is in doubt."""
    answer: Any = response.json() if response.content else {}
    same = step.of if "{id}" in call.path else None  # `{of}` is another thing, whose actions aren't this one's
    id_ = at(answer, call.id) or (same.id if same else None)
    if id_ is None:
        raise Unsure(f"{call.action} {call.kind} was answered {response.status_code} without {call.id}")
    return Found(
        id=str(id_),
        version=_text(at(answer, call.version)) if call.version else "",
        done=frozenset({call.action}) | (same.done if same else frozenset()),
        totals=totals(call, answer),
        number=_text(at(answer, call.number)) or None if call.number else None,
        data=answer if isinstance(answer, Mapping) else {"answer": answer},
    )


def totals(call: Call, answer: Any) -> Totals | None:
    """Net, VAT and gross by the row's three paths, None for what the target doesn't say."""
    if not call.totals:
        return None
    net, vat, gross = (decimal(at(answer, where)) if where else None for where in (*call.totals, None, None)[:3])
    return Totals(net=net, vat=vat, gross=gross)


def decimal(value: Any) -> Decimal | None:
    """A number of an answer, which may be written as a text."""
    return None if value is None or value == "" else Decimal(str(value))


def _text(value: Any) -> str:
    return "" if value is None else str(value)
