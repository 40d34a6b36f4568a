"""What happens around every call: throttling, tokens, roles, content types, idempotency keys, error bodies."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import InvalidOperation

import httpx

from kontering.connectors.economic.simulator.refusals import Bad
from kontering.connectors.economic.simulator.state import Answered, State
from kontering.sdk.wire import NotJson
from kontering.testing.simulator import Asked, Route, reply

Handler = Callable[[Asked[State]], httpx.Response]

DEMO = "demo"


def gate(app_secret: str, grant: str) -> Callable[[Asked[State]], httpx.Response | None]:
    """Who may come in; answers those who may not."""

    def check(asked: Asked[State]) -> httpx.Response | None:
        try:
            _throttle(asked)
            _tokens(asked, app_secret, grant)
            _role(asked)
            _content(asked)
        except Bad as bad:
            return refusal(asked, bad)
        return None

    return check


def answered(handler: Handler) -> Handler:
    """The handler with idempotency keys in front of it and errors in the system's form."""

    def answer(asked: Asked[State]) -> httpx.Response:
        key = asked.headers.get("idempotency-key") if asked.method != "GET" else None
        if key is None:
            return _tried(handler, asked)
        kept = _living(asked, key)
        if kept:
            return _again(asked, kept)
        response = _tried(handler, asked)
        if response.status_code < 400 or (response.status_code < 500 and asked.state.habits.refusals_kept):
            asked.state.keys[key] = _remembered(asked, response)
        return response

    return answer


def missing(routes: Sequence[Route[State]]) -> Handler:
    """The answer where no route fits: 405 where another method would, else 404."""
    known = [(route.method, re.compile(re.sub(r"\{\w+\}", "[^/]+", route.path) + "/?")) for route in routes]

    def answer(asked: Asked[State]) -> httpx.Response:
        allowed = sorted({method for method, path in known if path.fullmatch(asked.request.url.path)})
        if allowed:
            headers = {"Allow": ", ".join(allowed)}
            return refusal(asked, Bad(405, f"{asked.method} is not allowed here.", headers=headers))
        hint = "The address is unknown; see the list of resources."
        return refusal(asked, Bad(404, "The resource was not found.", developerHint=hint))

    return answer


def refusal(asked: Asked[State], bad: Bad) -> httpx.Response:
    return reply(bad.body(asked.now), bad.status, bad.headers)


def created(value: object, location: str) -> httpx.Response:
    return reply(value, 201, {"Location": location})


def nothing() -> httpx.Response:
    return httpx.Response(204)


def _throttle(asked: Asked[State]) -> None:
    if asked.state.throttled:
        seconds = asked.state.throttled.pop(0)
        hint = f"Wait {seconds:g} seconds."
        raise Bad(429, "Too many requests.", developerHint=hint, headers={"Retry-After": f"{seconds:g}"})


def _tokens(asked: Asked[State], app_secret: str, grant: str) -> None:
    """`demo` in both places, or in the query, opens the books for reading only."""
    given = (asked.headers.get("x-appsecrettoken", ""), asked.headers.get("x-agreementgranttoken", ""))
    if given == (DEMO, DEMO) or (given == ("", "") and asked.query.get("demo") == "true"):
        if asked.method not in ("GET", "HEAD"):
            raise Bad(403, "The demo agreement can only be read.", errorCode="E00100")
        return
    if given != (app_secret, grant):
        hint = "Send X-AppSecretToken and X-AgreementGrantToken; to look around, use demo for both."
        raise Bad(401, "The tokens are missing or wrong.", errorCode="E00100", developerHint=hint)


def _role(asked: Asked[State]) -> None:
    first = asked.request.url.path.strip("/").partition("/")[0]
    if first in asked.state.forbidden:
        raise Bad(403, f"The app has no role for {first}.", errorCode="E00200")


def _content(asked: Asked[State]) -> None:
    """Bodies are JSON, files come as forms."""
    if asked.method not in ("POST", "PUT", "PATCH") or not asked.body:
        return
    kind = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/json", "multipart/form-data"):
        raise Bad(415, "The content type must be application/json.", errorCode="E00300")


def _tried(handler: Handler, asked: Asked[State]) -> httpx.Response:
    try:
        return handler(asked)
    except Bad as bad:
        return refusal(asked, bad)
    except (InvalidOperation, OverflowError):
        return refusal(asked, Bad(400, "A number or a date is too large to reckon with.", errorCode="E04300"))
    except NotJson as error:
        return refusal(asked, Bad(400, "The body is no JSON.", errorCode="E00400", developerHint=str(error)))


def _living(asked: Asked[State], key: str) -> Answered | None:
    kept = asked.state.keys.get(key)
    lives = timedelta(hours=float(asked.state.habits.key_hours))
    return kept if kept and asked.now - kept.at < lives else None


def _again(asked: Asked[State], kept: Answered) -> httpx.Response:
    """The first answer, if the request is the first one."""
    if kept.url != _address(asked):
        hint = "This idempotency key was used with another address."
        return refusal(asked, Bad(400, "The address has changed.", errorCode="URLChanged", developerHint=hint))
    if kept.body != asked.body:
        hint = "This idempotency key was used with another body."
        return refusal(asked, Bad(400, "The payload has changed.", errorCode="PayloadChanged", developerHint=hint))
    return httpx.Response(kept.status, content=kept.content, headers=dict(kept.headers))


def _remembered(asked: Asked[State], response: httpx.Response) -> Answered:
    headers: Mapping[str, str] = {name: value for name, value in response.headers.items() if name != "content-length"}
    return Answered(
        at=asked.now,
        url=_address(asked),
        body=asked.body,
        status=response.status_code,
        content=response.read(),
        headers=headers,
    )


def _address(asked: Asked[State]) -> str:
    return f"{asked.method} {asked.request.url.raw_path.decode()}"
