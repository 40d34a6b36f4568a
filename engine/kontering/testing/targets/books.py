"""A target as its contract sees it: its connector, its simulator, a project folder, and how to count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from unittest import SkipTest

from kontering.project.policy import Policy
from kontering.sdk.connector import Connector, Takes
from kontering.sync.wiring import Wired
from kontering.testing.simulator import Clock, Simulator


class NotTaken(SkipTest):
    """The target doesn't take what a check is about; test runners show it as skipped, with its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """An invoice or a credit note as the system holds it: `gross` is positive on both.

    `open` is what isn't paid of it, None where the system keeps no such balance.
    """

    reference: str
    gross: Decimal
    booked: bool
    kind: Literal["invoice", "credit_note"] = "invoice"
    open: Decimal | None = None
    mailed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What is checked: a connector on a fresh simulator, set up by the `connection` of the project in `folder`.

    The callables get the simulator's state (an embedded target's: the store's open connection) and count in it.
    `customers` and `products` give names, one for each that is there; `payments` amounts that are booked, negative for
    money that goes out. Those that are None stand for what can't be tried; its checks are skipped and say so:
    `close` closes the books up to a day, `lose_customers` deletes all customers, `touch` changes the draft with a
    reference as a person would, `fill` adds so many other customers, `balance` is the sum of all entries.
    """

    connector: Connector
    folder: Path
    make: Callable[[Clock], Simulator] | None
    customers: Callable[[Any], Iterable[str]]
    products: Callable[[Any], Iterable[str]]
    papers: Callable[[Any], Iterable[Paper]]
    payments: Callable[[Any], Iterable[Decimal]]
    close: Callable[[Any, dt.date], None] | None = None
    lose_customers: Callable[[Any], None] | None = None
    touch: Callable[[Any, str], None] | None = None
    fill: Callable[[Any, int], None] | None = None
    balance: Callable[[Any], Decimal] | None = None
    connection: str = "books"
    settings: Mapping[str, Any] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    """How its documents are handled; the contract sets `states` and what a check is about."""
    compiled: dict[tuple[str, ...], Wired] = field(default_factory=dict, init=False, repr=False, compare=False)

    def takes(self, kind: str, action: str = "create") -> Takes:
        """What the target takes of a kind; NotTaken if it hasn't this action."""
        takes = self.connector.takes.get(kind)
        if takes is None or takes.call(action) is None:
            raise NotTaken(f"{self.connector.name} takes no {kind.replace('_', ' ')} to {action}")
        return takes

    def asked(self, what: str) -> Callable[..., Any]:
        """One of the callables that may be None."""
        found: Callable[..., Any] | None = getattr(self, what)
        if found is None:
            raise NotTaken(f"the test of {self.connector.name} doesn't say how to {what.replace('_', ' ')}")
        return found
