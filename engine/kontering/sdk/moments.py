"""Until when a writing call may leave: a worker that was stopped for long (a paused machine) must not wake up and send.

Its lease may be over by then, and another may have made the call. The clock is looked at after all waiting, right
before the bytes leave.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from kontering.errors import Unsure

_leaves_by: ContextVar[float | None] = ContextVar("leaves_by", default=None)
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def clock() -> float:
    """Seconds that never go back, and go on while a machine sleeps."""
    return time.clock_gettime(_CLOCK)


@contextmanager
def leaving(by: float) -> Iterator[None]:
    """Writing calls of this block leave before that moment of `clock`, or not at all."""
    token = _leaves_by.set(by)
    try:
        yield
    finally:
        _leaves_by.reset(token)


def check(what: str) -> None:
    """Raises Unsure if it is too late; whoever has the lane by now looks it up."""
    by = _leaves_by.get()
    if by is not None and clock() > by:
        raise Unsure(f"{what} was not sent: its lane may be another worker's by now")
