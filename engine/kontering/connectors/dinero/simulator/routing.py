"""Routes by version and organisation, bodies in JSON, and answers to what was created."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from kontering.connectors.dinero.simulator.access import answered
from kontering.connectors.dinero.simulator.fields import bad_json
from kontering.connectors.dinero.simulator.state import Row, State
from kontering.sdk.wire import NotJson
from kontering.testing.simulator import Asked, Route, reply

Ask = Asked[State]
Handler = Callable[[Ask], httpx.Response]


def on(method: str, path: str, handler: Handler, versions: str = "v1") -> list[Route[State]]:
    """A route below the organisation, in each of the versions that have it."""
    return [Route(method, f"/{version}/{{o}}{path}", answered(handler)) for version in versions.split()]


def json_of(asked: Ask) -> Any:
    """The body; an empty one is an empty object."""
    if not asked.body.strip():
        return {}
    try:
        return asked.json()
    except NotJson as error:
        raise bad_json(str(error)) from None


def created(asked: Ask, row: Row) -> httpx.Response:
    return httpx.Response(201) if asked.state.habits.empty_201 else reply(row, 201)


def missing(asked: Ask) -> httpx.Response:
    """What has no route is a page for people."""
    page = "<html><head><title>404 - File or directory not found.</title></head><body>Server Error</body></html>"
    return httpx.Response(404, html=page)
