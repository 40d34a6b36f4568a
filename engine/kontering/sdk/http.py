"""The client that every connector gets: address, credentials, time-outs, limits, masked logs, and one table of errors.

Nothing outside this module makes an `httpx.Client`. A call comes back with an answer that is a yes, or raises one of
Denied, Refused, Closed, TryLater, Unsure. Two extensions of a request change that: `{"reads": True}` marks a call that
changes nothing although it isn't a GET; `{"expects": (404,)}` lets answers with these statuses through.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from kontering import __version__
from kontering.errors import ConnectorError, Refusal, Refused, TryLater, Unsure, WouldWrite
from kontering.sdk import moments
from kontering.sdk.answers import Answer, is_read, named, ordinary, status_problem, transport_problem
from kontering.sdk.auth import Credential
from kontering.sdk.bearer import OAuth
from kontering.sdk.connector import Connector, Limit, Settings
from kontering.sdk.limits import Here, Limiter
from kontering.sdk.masks import masked, quieten, secrets_of
from kontering.sdk.oauth import Grant, Tokens
from kontering.sdk.oauth import Here as TokenHere
from kontering.sdk.wire import LARGEST

TIMEOUT = httpx.Timeout(30.0, connect=10.0, pool=10.0)
WRITE_BUDGET = 30.0
READ_BUDGET = 120.0
"""Seconds for a whole answer: a time-out of httpx is for each piece, and a server may drip for ever."""

PATIENCE = 5.0
"""For how many seconds a call waits in its thread for its place in a rate limit; for longer the lane is given back."""

log = logging.getLogger("kontering.http")
SHARED = Here()


def client(
    connector: Connector,
    settings: Settings,
    *,
    transport: httpx.BaseTransport | None = None,
    limiter: Limiter | None = None,
    read_only: bool = False,
    clock: Callable[[], datetime] | None = None,
    sleep: Callable[[float], None] = time.sleep,
    tokens: Tokens | None = None,
) -> httpx.Client:
    """A client for one connection. `transport` is a simulator's in tests; `limiter` is shared by who share limits.

    `tokens` is where OAuth tokens are kept; left out, this client keeps its own.
    """
    quieten()
    wire = _Wire(
        transport or httpx.HTTPTransport(trust_env=False, retries=0),
        connection=str(settings.get("name", connector.name)),
        limits=_limits(connector, settings),
        limiter=limiter or SHARED,
        read_only=read_only,
        sleep=sleep,
    )
    return _Client(
        connector,
        secrets_of(connector, settings),
        wire,
        clock or _now,
        base_url=connector.base_url(settings) if connector.base_url else "",
        auth=_auth(connector, settings, tokens),
    )


def _auth(connector: Connector, settings: Settings, tokens: Tokens | None) -> httpx.Auth | Credential | None:
    made = connector.auth(settings) if connector.auth else None
    return OAuth(made, tokens or TokenHere()) if isinstance(made, Grant) else made


def _limits(connector: Connector, settings: Settings) -> tuple[Limit, ...]:
    """The connector's limits; where agreements differ, a connection may say how many calls it has a minute."""
    own = int(settings.get("calls_a_minute", 0))
    burst = max(1, own // 10)  # what goes at once and what follows in the minute are together no more than is allowed
    return (Limit(calls=own - burst, per=timedelta(minutes=1), burst=burst),) if own > 1 else connector.limits


class _Client(httpx.Client):
    """Turns what isn't a yes into the exception that says what to do next."""

    def __init__(
        self,
        connector: Connector,
        secrets: tuple[str, ...],
        wire: _Wire,
        clock: Callable[[], datetime],
        *,
        base_url: str,
        auth: httpx.Auth | Credential | None,
    ) -> None:
        super().__init__(
            transport=wire,
            base_url=base_url,
            auth=auth,
            timeout=TIMEOUT,
            trust_env=False,
            follow_redirects=False,
            headers={"user-agent": f"kontering/{__version__}", "accept": "application/json"},
        )
        self._wire = wire
        self._problem = connector.problem or ordinary
        self._secrets = secrets
        self._clock = clock

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        started = time.monotonic()
        streams = options.pop("stream", False)
        try:
            raw = super().send(request, stream=True, **options)
            response = raw if streams else _whole(raw, started)
        except httpx.TransportError as error:
            raise self._noted(request, transport_problem(error, error.request), started) from error
        self._log(request, response.status_code, started)
        problem = None if streams else self._problem_of(response)
        if problem is not None:
            raise self._masked(problem)
        return response

    def _problem_of(self, response: httpx.Response) -> ConnectorError | None:
        own = None if response.status_code in response.request.extensions.get("expects", ()) else self._own(response)
        problem = own or status_problem(response, self._clock(), self._wire.pause)
        if response.status_code == 429 and isinstance(problem, TryLater) and problem.after:
            self._wire.hold(response.request, problem.after)
        return problem

    def _own(self, response: httpx.Response) -> ConnectorError | None:
        problem = self._problem(response)
        if problem is not None and not isinstance(problem, ConnectorError):
            raise problem
        return problem

    def _noted(self, request: httpx.Request, problem: ConnectorError, started: float) -> ConnectorError:
        self._log(request, type(problem).__name__, started)
        return self._masked(problem)

    def _masked(self, problem: ConnectorError) -> ConnectorError:
        problem.args = tuple(masked(part, self._secrets) if isinstance(part, str) else part for part in problem.args)
        if isinstance(problem, Refused):
            problem.problems = tuple(
                Refusal(masked(one.message, self._secrets), one.path, one.code) for one in problem.problems
            )
        return problem

    def _log(self, request: httpx.Request, outcome: object, started: float) -> None:
        if log.isEnabledFor(logging.DEBUG):
            took = (time.monotonic() - started) * 1000
            log.debug("%s %s %s %.0f ms", request.method, masked(str(request.url), self._secrets), outcome, took)


class _Wire(httpx.BaseTransport):
    """What stands before each single call, token refreshes included: the dry run's refusal and the rate limits."""

    def __init__(
        self,
        inner: httpx.BaseTransport,
        *,
        connection: str,
        limits: tuple[Limit, ...],
        limiter: Limiter,
        read_only: bool,
        sleep: Callable[[float], None],
    ) -> None:
        self._inner = inner
        self._limits = {_key(connection, limit): limit for limit in limits}
        self._limiter = limiter
        self._read_only = read_only
        self._sleep = sleep

    @property
    def pause(self) -> float | None:
        """For how long to wait after a 429 that doesn't say: the longest limit's span."""
        return max((limit.per.total_seconds() for limit in self._limits.values()), default=None)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self._read_only and not is_read(request):
            raise WouldWrite(f"{named(request)} in a dry run")
        for key, limit in self._applying(request).items():
            wait = self._limiter.take(key, limit, PATIENCE)
            if wait > PATIENCE:
                raise TryLater(f"the rate limit of {request.url.host} is used up", wait)
            if wait > 0:
                self._sleep(wait)
        if not is_read(request):
            moments.check(named(request))
        return self._inner.handle_request(request)

    def hold(self, request: httpx.Request, seconds: float) -> None:
        for key in self._applying(request):
            self._limiter.hold(key, seconds)

    def close(self) -> None:
        self._inner.close()

    def _applying(self, request: httpx.Request) -> Mapping[str, Limit]:
        kind = "read" if is_read(request) else "write"
        return {key: limit for key, limit in self._limits.items() if limit.on in ("all", kind)}


def _key(connection: str, limit: Limit) -> str:
    return f"{connection}/{limit.on}/{limit.calls}/{limit.per.total_seconds():g}"


def _whole(raw: httpx.Response, started: float) -> Answer:
    """The answer with its body read and unpacked, within bounds of size and time."""
    request = raw.request
    budget = READ_BUDGET if is_read(request) else WRITE_BUDGET
    body = bytearray()
    try:
        for piece in _pieces(raw):
            body += piece
            if len(body) > LARGEST:
                raise _too_large(request)
            if time.monotonic() - started > budget:
                raise httpx.ReadTimeout(f"no whole answer within {budget:.0f} s", request=request)
    except httpx.DecodingError as error:
        raise httpx.ReadError(f"the answer can't be unpacked: {error}", request=request) from error
    finally:
        raw.close()
    dropped = ("content-encoding", "transfer-encoding", "content-length")
    headers = [(name, value) for name, value in raw.headers.multi_items() if name not in dropped]
    return Answer(raw.status_code, headers=headers, content=bytes(body), request=request, extensions=raw.extensions)


def _pieces(raw: httpx.Response) -> Iterable[bytes]:
    """Most bodies come as they are; httpx's own way through them costs a quarter of a call."""
    if "content-encoding" in raw.headers or not isinstance(raw.stream, httpx.SyncByteStream):
        return raw.iter_bytes()
    return raw.stream


def _too_large(request: httpx.Request) -> ConnectorError:
    what = f"{named(request)} answered more than {LARGEST // 1024 // 1024} MB"
    return Refused((Refusal(what),)) if is_read(request) else Unsure(what)


def _now() -> datetime:
    return datetime.now(UTC)
