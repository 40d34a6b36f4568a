"""What a run tells while it goes: small frozen events, for a progress bar or for plain lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from kontering.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """So many are done: records of a flow that were read, documents of a connection that were delivered."""

    stage: Literal["read", "deliver"]
    name: str
    done: int
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A document has come to an end for now: done, waiting, held, failed or skipped, and why."""

    key: str
    number: str
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubled:
    """A system doesn't do what is asked of it; `due` (milliseconds since 1970) is when it is tried again."""

    connection: str
    trouble: str
    due: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Something in a source can't be read as a record; the rest of it goes on."""

    flow: str
    problem: Diagnostic


Event = Tick | Ended | Troubled | Unreadable
Tell = Callable[[Event], None]


def quiet(event: Event) -> None:
    """Tells nobody."""
