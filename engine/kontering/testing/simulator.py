"""Simulated systems: a function from request to response with routes, a state that tests count in, and a clock.

A simulator is any `Callable[[httpx.Request], httpx.Response]` with `state` and `calls`; `Simulated` is the usual one.
In tests it is the client's transport (`httpx.MockTransport(simulator)`), `serve` puts it behind a socket.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import unquote

import httpx

from kontering.sdk.wire import read_json, write_json

S = TypeVar("S")
Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One call as the system saw it, and the status that it answered with (whether or not the answer arrived)."""

    at: datetime
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    status: int

    @property
    def writes(self) -> bool:
        return self.method not in ("GET", "HEAD", "OPTIONS")


class Simulator(Protocol):
    """What tests, `serve` and `Faulty` need of a simulated system."""

    @property
    def state(self) -> Any: ...
    @property
    def calls(self) -> list[Seen]: ...
    @property
    def credentials(self) -> Mapping[str, Any]: ...
    def __call__(self, request: httpx.Request) -> httpx.Response: ...


@dataclass(frozen=True, kw_only=True)
class Asked(Generic[S]):
    """A request with what its route found in the path, and the system it is asked of."""

    request: httpx.Request
    state: S
    now: datetime
    ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        return self.request.method

    @property
    def query(self) -> httpx.QueryParams:
        return self.request.url.params

    @property
    def headers(self) -> httpx.Headers:
        return self.request.headers

    @property
    def body(self) -> bytes:
        return self.request.read()

    @property
    def origin(self) -> str:
        """`http://127.0.0.1:8080`, to build links with."""
        url = self.request.url
        return f"{url.scheme}://{url.netloc.decode()}"

    def json(self) -> Any:
        """The body as JSON, numbers with a point as decimals; `sdk.wire.NotJson` if it is none."""
        return read_json(self.body)


Answer = Callable[[Asked[S]], httpx.Response]
Check = Callable[[Asked[S]], httpx.Response | None]


@dataclass(frozen=True)  # no slots: in Python 3.11 `Route[State](...)` fails with them
class Route(Generic[S]):
    """`Route("GET", "/orders/{id}", answer)`; `{id}` is one segment, `{rest*}` all that are left."""

    method: str
    path: str
    answer: Answer[S]


def reply(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> httpx.Response:
    """An answer in JSON; decimals are written as numbers."""
    kind = {"content-type": "application/json; charset=utf-8"}
    return httpx.Response(status, content=write_json(value), headers={**kind, **(headers or {})})


def not_there(asked: Asked[Any]) -> httpx.Response:
    return reply({"message": f"no route {asked.method} {asked.request.url.path}"}, 404)


class Simulated(Generic[S]):
    """A system in memory: routes over a state, one call at a time, each call remembered.

    `check` runs before every route (credentials, headers); what it answers is the answer. `missing` answers where no
    route fits. `clock` is the system's own.
    """

    def __init__(
        self,
        state: S,
        routes: Sequence[Route[S]],
        *,
        check: Check[S] | None = None,
        missing: Answer[S] = not_there,
        clock: Now | None = None,
        credentials: Mapping[str, Any] | None = None,
    ) -> None:
        self.state = state
        self.calls: list[Seen] = []
        self.clock = clock or now
        self.credentials = dict(credentials or {})
        self.lock = threading.RLock()
        self._routes = [(route.method, _pattern(route.path), route.answer) for route in routes]
        self._check = check
        self._missing = missing

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        with self.lock:
            response = self._answer(request)
            self.calls.append(_seen(self.clock(), request, body, response))
        return response

    def _answer(self, request: httpx.Request) -> httpx.Response:
        asked = Asked(request=request, state=self.state, now=self.clock())
        denied = self._check(asked) if self._check else None
        if denied is not None:
            return denied
        answer, ids = self._find(request)
        return answer(Asked(request=request, state=self.state, now=asked.now, ids=ids))

    def _find(self, request: httpx.Request) -> tuple[Answer[S], dict[str, str]]:
        path = request.url.raw_path.partition(b"?")[0].decode("ascii")
        for method, pattern, answer in self._routes:
            found = pattern.fullmatch(path) if method == request.method else None
            if found:
                return answer, {name: unquote(value) for name, value in found.groupdict().items()}
        return self._missing, {}


class Clock:
    """A clock that tests move: `clock()` is the time, `clock.forward(hours=1)` lets it pass."""

    def __init__(self, start: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) -> None:
        self.time = start

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **delta: float) -> None:
        self.time += timedelta(**delta)

    def sleep(self, seconds: float) -> None:
        """In the place of `time.sleep`."""
        self.forward(seconds=seconds)


def now() -> datetime:
    return datetime.now(UTC)


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\*?\})", path)
    return re.compile("".join(_group(part) if part.startswith("{") else re.escape(part) for part in parts) + "/?")


def _group(part: str) -> str:
    name = part.strip("{}")
    return f"(?P<{name[:-1]}>.+)" if name.endswith("*") else f"(?P<{name}>[^/]+)"


def _seen(at: datetime, request: httpx.Request, body: bytes, response: httpx.Response) -> Seen:
    return Seen(
        at=at,
        method=request.method,
        path=request.url.path,
        query=dict(request.url.params),
        headers=dict(request.headers),
        body=body,
        status=response.status_code,
    )
