"""Threads that make the calls of many lanes at once; each lane has one call under way at most.

They are daemons: a process that is told to stop doesn't wait for an answer that may never come, and what was sent
without a receipt is looked up by whoever comes next.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Callers(Generic[T]):
    """At most so many calls at once; a single one is made by the thread that asks for it."""

    most: int
    flying: int = 0
    threads: int = 0
    asked: queue.SimpleQueue[tuple[T, Callable[[], None]] | None] = field(default_factory=queue.SimpleQueue)
    back: queue.SimpleQueue[tuple[T, BaseException | None]] = field(default_factory=queue.SimpleQueue)

    def __enter__(self) -> Callers[T]:
        return self

    def __exit__(self, _kind: object, _error: object, _trace: TracebackType | None) -> None:
        for _ in range(self.threads):
            self.asked.put(None)

    def call(self, whose: T, make: Callable[[], None]) -> None:
        """Makes a call; what came of it is among the `answers` in due course."""
        self.flying += 1
        if self.most == 1:
            self.back.put((whose, _made(make)))
            return
        self.asked.put((whose, make))
        if self.threads < min(self.flying, self.most):
            self.threads += 1
            threading.Thread(target=self._work, daemon=True, name=f"kontering call {self.threads}").start()

    def answers(self, patience: float, gather: float = 0.0) -> list[tuple[T, BaseException | None]]:
        """Calls that have come to an end: the first within so many seconds, and those that follow within `gather`."""
        found: list[tuple[T, BaseException | None]] = []
        until = None
        try:
            while len(found) < self.flying:
                left = patience if until is None else until - time.monotonic()
                found.append(self.back.get(timeout=left) if left > 0 else self.back.get_nowait())
                until = until or time.monotonic() + gather
        except queue.Empty:
            pass
        self.flying -= len(found)
        return found

    def _work(self) -> None:
        while (asked := self.asked.get()) is not None:
            whose, make = asked
            self.back.put((whose, _made(make)))


def _made(make: Callable[[], None]) -> BaseException | None:
    """What went wrong, as a value: it is the lane's, whichever thread made its call."""
    ending = Ending()
    with ending:
        make()
    return ending.error


@dataclass(slots=True)
class Ending:
    """A block's end, kept for somebody else to deal with."""

    error: BaseException | None = None

    def __enter__(self) -> None:
        """Nothing is set up."""

    def __exit__(self, kind: object, error: BaseException | None, trace: TracebackType | None) -> bool:
        self.error = error
        return True
