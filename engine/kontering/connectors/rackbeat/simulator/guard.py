"""What happens around every call: the throttle, the key, bodies that are none, and the form of refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import InvalidOperation

import httpx

from kontering.connectors.rackbeat.simulator.state import State, recent
from kontering.sdk.wire import NotJson
from kontering.testing.simulator import Asked, reply

Ask = Asked[State]
Handler = Callable[[Ask], httpx.Response]


class No(Exception):
    """A refusal: a status, and messages by field."""

    def __init__(self, status: int, message: str, errors: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.errors = errors

    def answer(self) -> httpx.Response:
        body = {"message": str(self)} | ({"errors": dict(self.errors)} if self.errors else {})
        return reply(body, self.status)


def gate(key: str) -> Callable[[Ask], httpx.Response | None]:
    """Who may come in, and how often."""

    def check(asked: Ask) -> httpx.Response | None:
        state = asked.state
        if state.throttled:
            return _throttle(state, state.throttled.pop(0))
        if recent(state, asked.now) > state.habits.per_minute:
            return _throttle(state, 60.0)
        if asked.headers.get("authorization") != f"Bearer {key}":
            return reply({"message": "Unauthenticated."}, 401)
        return None

    return check


def answered(handler: Handler) -> Handler:
    """The handler with refusals in the system's form."""

    def answer(asked: Ask) -> httpx.Response:
        try:
            return handler(asked)
        except No as no:
            return no.answer()
        except NotJson:
            return No(400, "The body is no JSON.").answer()
        except (InvalidOperation, OverflowError):
            return invalid({"number": ["A number is too large to reckon with."]}).answer()

    return answer


def missing(asked: Ask) -> httpx.Response:
    return No(404, "The route could not be found.").answer()


def invalid(errors: Mapping[str, Sequence[str]]) -> No:
    return No(422, "The given data was invalid.", errors)


def body_of(asked: Ask) -> dict[str, object]:
    """The body of a writing call; an empty one is an empty object."""
    said = asked.json() if asked.body.strip() else {}
    if not isinstance(said, dict):
        raise No(400, "The body must be an object.")
    return said


def _throttle(state: State, seconds: float) -> httpx.Response:
    headers = {"Retry-After": f"{seconds:g}"} if state.habits.retry_after else {}
    return reply({"message": "Too Many Attempts."}, 429, headers)
