"""A simulated Billy company, made from what is known of the real system and not from our connector."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from kontering.connectors.billy.simulator import chart, guard, routes
from kontering.connectors.billy.simulator.state import Habits, State
from kontering.testing.simulator import Simulated, now

__all__ = ["Habits", "State", "make"]


def make(
    *,
    token: str = "billy-token",
    user: str = "api@example.dk",
    password: str = "billy-password",
    clock: Callable[[], datetime] | None = None,
    closed_until: date | None = None,
    **habits: Any,
) -> Simulated[State]:
    """A fresh company; `habits` set what isn't known of the real system (see `Habits`).

    >>> simulator = make(draft_lines="refused")
    >>> simulator.state.habits.draft_lines, len(simulator.state.table("contacts"))
    ('refused', 0)
    """
    unknown = set(habits) - {item.name for item in dataclasses.fields(Habits)}
    if unknown:
        raise TypeError(f"the simulated Billy has no habit {sorted(unknown)[0]!r}")
    found = [*routes.routes("/v2"), *routes.routes("")]
    return Simulated(
        chart.fill(State(habits=Habits(**habits)), closed_until),
        found,
        check=guard.gate(token, user, password),
        missing=guard.missing(found),
        clock=clock or now,
        credentials={"token": token},
    )
