"""A simulated Dynaccount company, made from what is known of the real system and not from our connector.

Only transport, hash, verbs, table names, many columns and one posting flow are verified; the rest is assumed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime
from typing import Any

from kontering.connectors.dynaccount.simulator import routes
from kontering.connectors.dynaccount.simulator.chart import fill
from kontering.connectors.dynaccount.simulator.state import Habits, State
from kontering.testing.simulator import Simulated, now

__all__ = ["Habits", "State", "make"]


def make(
    *,
    api_id: str = "15131",
    api_key: str = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
    api_secret: str = "76543210f9e8d7c6b5a493827160f5e4d3c2b1a0",
    clock: Callable[[], datetime] | None = None,
    **habits: Any,
) -> Simulated[State]:
    """A fresh company; `habits` set what isn't known of the real system (see `Habits`).

    >>> simulator = make(error_status=200)
    >>> simulator.state.habits.error_status, len(simulator.state.table("debtor"))
    (200, 0)
    """
    unknown = set(habits) - {item.name for item in dataclasses.fields(Habits)}
    if unknown:
        raise TypeError(f"the simulated Dynaccount has no habit {sorted(unknown)[0]!r}")
    return Simulated(
        fill(State(habits=Habits(**habits))),
        [*routes.routes("/v7/{api}/{key}"), *routes.routes("/{api}/{key}")],
        check=routes.gate(api_id, api_key, api_secret),
        clock=clock or now,
        credentials={"api_id": api_id, "api_key": api_key, "api_secret": api_secret},
    )
