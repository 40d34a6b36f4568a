"""Runs candidates in turns, so that a slow moment of the machine hits all of them, and compares them round by round."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Candidate = Callable[[], float | None]
"""Does the whole work once; gives its seconds if it measured itself, in a process of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A median with what lies around it."""

    median: float
    least: float
    most: float

    def times(self, digits: int = 1) -> str:
        return f"{self.median:.{digits}f} ({self.least:.{digits}f}–{self.most:.{digits}f})"


def spread(values: Sequence[float]) -> Spread:
    return Spread(median=statistics.median(values), least=min(values), most=max(values))


Clock = Callable[[], float]


def in_turns(
    candidates: Mapping[str, Candidate], rounds: int, clock: Clock = time.perf_counter
) -> dict[str, list[float]]:
    """Each candidate's seconds, round by round; the order turns, and garbage is collected in between.

    Where all candidates work in this process, its own time (`time.process_time`) leaves out what others do meanwhile.
    """
    names = list(candidates)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    repeats = {name: _repeats(candidates[name], clock) for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            gc.collect()
            took = [_seconds(candidates[name], clock) for _ in range(repeats[name])]
            seconds[name].append(sum(took) / len(took))
    return seconds


LONG = 0.1  # seconds that a turn should take, so that its measure means something


def _repeats(candidate: Candidate, clock: Clock) -> int:
    """How often a candidate works in one turn; it is warm then."""
    candidate()
    return max(1, min(50, round(LONG / max(_seconds(candidate, clock), 1e-6))))


def _seconds(candidate: Candidate, clock: Clock) -> float:
    began = clock()
    own = candidate()
    return clock() - began if own is None else own


def ratios(seconds: Mapping[str, Sequence[float]], of: str, to: str) -> Spread:
    """How many times longer `of` takes than `to`, round by round."""
    return spread([one / other for one, other in zip(seconds[of], seconds[to], strict=True)])
