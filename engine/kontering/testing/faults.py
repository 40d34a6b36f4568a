"""Faults around any simulator: a fault is a function of the simulator and the request, a plan says when which one.

`Faulty(simulator, at(2, lost))` loses the answer to the second writing call.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import httpx

from kontering.testing.simulator import Seen, Simulator

Fault = Callable[[Simulator, httpx.Request], httpx.Response]
Plan = Callable[[httpx.Request], Fault | None]
Which = Callable[[httpx.Request], bool]


class Faulty:
    """A simulator that answers badly when its plan says so; state and calls are the simulator's own."""

    def __init__(self, simulator: Simulator, plan: Plan) -> None:
        self.simulator = simulator
        self.plan = plan
        self.done: list[tuple[str, str]] = []
        self._lock = threading.Lock()

    @property
    def state(self) -> Any:
        return self.simulator.state

    @property
    def calls(self) -> list[Seen]:
        return self.simulator.calls

    @property
    def credentials(self) -> Mapping[str, Any]:
        return self.simulator.credentials

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        with self._lock:
            fault = self.plan(request)
            if fault is not None:
                self.done.append((request.method, request.url.path))
        return fault(self.simulator, request) if fault else self.simulator(request)


def lost(simulator: Simulator, request: httpx.Request) -> httpx.Response:
    """It is done, and nobody hears of it; behind a socket the connection is cut."""
    simulator(request)
    raise httpx.ReadTimeout("the answer was lost", request=request)


def dropped(simulator: Simulator, request: httpx.Request) -> httpx.Response:
    """The connection is cut while the request is sent; nothing was done, but who can tell."""
    raise httpx.RemoteProtocolError("the connection was cut", request=request)


def unreachable(simulator: Simulator, request: httpx.Request) -> httpx.Response:
    """Nobody listens: in process only, a socket can't say so."""
    raise httpx.ConnectError("connection refused", request=request)


def twice(simulator: Simulator, request: httpx.Request) -> httpx.Response:
    """A proxy sends the request again by itself; the second answer arrives."""
    simulator(request)
    return simulator(request)


def truncated(simulator: Simulator, request: httpx.Request) -> httpx.Response:
    """The JSON ends in the middle."""
    response = simulator(request)
    half = response.content[: len(response.content) // 2]
    return httpx.Response(response.status_code, content=half, headers={"content-type": "application/json"})


def html(simulator: Simulator, request: httpx.Request) -> httpx.Response:
    """Something before the system answers 200 with a page for people."""
    page = "<!DOCTYPE html><html><head><title>One moment</title></head><body>We are back soon.</body></html>"
    return httpx.Response(200, html=page)


def throttled(retry_after: str | None = None) -> Fault:
    """429, with or without the header that says for how long (seconds, or a date)."""
    return _instead(429, {"retry-after": retry_after} if retry_after else {})


def before(status: int = 503, retry_after: str | None = None) -> Fault:
    """A failure before anything was done."""
    return _instead(status, {"retry-after": retry_after} if retry_after else {})


def after(status: int = 500) -> Fault:
    """A failure after it was done."""

    def fault(simulator: Simulator, request: httpx.Request) -> httpx.Response:
        simulator(request)
        return httpx.Response(status, text="Internal Server Error")

    return fault


def late(seconds: float, sleep: Callable[[float], None] = time.sleep) -> Fault:
    """It takes its time; with a `Clock`'s sleep no time passes but the clock's."""

    def fault(simulator: Simulator, request: httpx.Request) -> httpx.Response:
        sleep(seconds)
        return simulator(request)

    return fault


def _instead(status: int, headers: Mapping[str, str]) -> Fault:
    def fault(simulator: Simulator, request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, text=f"{status}", headers=dict(headers))

    return fault


def writes(request: httpx.Request) -> bool:
    return request.method not in ("GET", "HEAD", "OPTIONS")


def reads(request: httpx.Request) -> bool:
    return not writes(request)


def every(request: httpx.Request) -> bool:
    return True


def to(method: str, path: str) -> Which:
    """Calls of this method whose path fits: `to("POST", "*/invoices/*")`; `*` is any method."""
    return lambda request: method in ("*", request.method) and fnmatchcase(request.url.path, path)


def at(number: int, fault: Fault, on: Which = writes) -> Plan:
    """The fault at the number-th of these calls, counted from 1."""
    return in_turn([None] * (number - 1) + [fault], on)


def in_turn(faults: Sequence[Fault | None], on: Which = writes) -> Plan:
    """One after the other, None for a good answer; then all is well."""
    left = iter(faults)
    return lambda request: next(left, None) if on(request) else None


def always(fault: Fault, on: Which = every) -> Plan:
    return lambda request: fault if on(request) else None


def by_chance(share: float, faults: Sequence[Fault], seed: int, on: Which = writes) -> Plan:
    """This share of the calls goes wrong, one way or the other; the same seed gives the same row of faults."""
    chance = random.Random(seed)

    def plan(request: httpx.Request) -> Fault | None:
        return chance.choice(faults) if on(request) and chance.random() < share else None

    return plan


def first_of(*plans: Plan) -> Plan:
    """The first of several plans that has a fault for a call; all of them count it."""

    def plan(request: httpx.Request) -> Fault | None:
        return next((fault for fault in [one(request) for one in plans] if fault), None)

    return plan
