"""The guard: what may be done with a step whose answer was lost, by its row in the target's table of calls.

An intent without a receipt is *unsure*: it may have happened. It is sent again with the same bytes where the target
knows them as the same, looked up where the target can be asked, and left to a person where neither helps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from kontering.model.plan import Found
from kontering.sdk.connector import Again, Call
from kontering.store.deliveries import Delivery

UNSEEN = frozenset({"change", "delete"})
"""Actions that a look-up can't see; done again they change nothing more."""


@dataclass(frozen=True, slots=True)
class SendAgain:
    """The stored bytes, unchanged."""


@dataclass(frozen=True, slots=True)
class Look:
    """Ask the target whether it has happened."""


@dataclass(frozen=True, slots=True)
class StartOver:
    """It can be planned and sent anew: it hasn't happened, or doing it twice is doing it once."""


@dataclass(frozen=True, slots=True)
class NotYet:
    """The target may still be at it, or its search may lag: ask after so many milliseconds."""

    after: int


@dataclass(frozen=True, slots=True)
class AskAPerson:
    """It can't be found out."""


@dataclass(frozen=True, slots=True)
class Happened:
    """It has happened, and this is what the target has of it."""

    receipt: Found


@dataclass(frozen=True, slots=True)
class Twice:
    """It has happened more than once."""

    found: tuple[Found, ...]


Verdict: TypeAlias = SendAgain | Look | StartOver | NotYet | AskAPerson
Judge: TypeAlias = Callable[[Delivery, Call | None, int], Verdict]


def verdict(unsure: Delivery, call: Call | None, now: int) -> Verdict:
    """What to do with an intent that has no receipt."""
    if call is None or call.again is Again.NEVER:
        return AskAPerson()
    if call.again is Again.SAME and (call.window is None or now - unsure.first_at < milliseconds(call.window)):
        return SendAgain()
    settle, age = milliseconds(call.settle or timedelta(0)), now - unsure.sent_at
    if age < settle:
        return NotYet(settle - age)
    return StartOver() if unsure.step.action in UNSEEN else Look()


def seen(unsure: Delivery, found: Sequence[Found]) -> Happened | Twice | StartOver:
    """What the target's answer to the look-up means."""
    there = {one.id: one for one in found if unsure.step.action in one.done}
    if len(there) > 1:
        return Twice(tuple(there.values()))
    return Happened(next(iter(there.values()))) if there else StartOver()


def milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
