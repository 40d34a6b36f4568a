"""Rate limits: how soon the next call may go (GCRA), behind a port, since several workers share one connection's limit.

GCRA keeps one number a limit: the *theoretical arrival time* (`tat`), to which each call adds one interval.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from kontering.sdk.connector import Limit


class Limiter(Protocol):
    """Where the limits of connections are kept; a key is one limit of one connection."""

    def take(self, key: str, limit: Limit, patience: float) -> float:
        """Seconds until the call may go, its place being taken; above `patience` none was taken."""

    def hold(self, key: str, seconds: float) -> None:
        """Nobody may call for so long: the system said so."""


def interval(limit: Limit) -> float:
    """Seconds between two calls at the steady pace."""
    return limit.per.total_seconds() / limit.calls


def due(tat: float, limit: Limit, now: float) -> tuple[float, float]:
    """When the call may go, and the `tat` if it does.

    >>> from datetime import timedelta
    >>> due(100.0, Limit(calls=60, per=timedelta(minutes=1), burst=3), 99.5)
    (99.5, 101.0)
    """
    pace = interval(limit)
    return max(now, tat - (limit.burst - 1) * pace), max(now, tat) + pace


class Here:
    """The limits of this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tat: dict[str, float] = {}
        self._held: dict[str, float] = {}
        self._lock = threading.Lock()

    def take(self, key: str, limit: Limit, patience: float) -> float:
        with self._lock:
            now = self._clock()
            at, tat = due(self._tat.get(key, 0.0), limit, now)
            wait = max(at, self._held.get(key, 0.0)) - now
            if wait <= patience:
                self._tat[key] = tat
            return wait

    def hold(self, key: str, seconds: float) -> None:
        with self._lock:
            self._held[key] = max(self._held.get(key, 0.0), self._clock() + seconds)
