"""A simulated e-conomic agreement, made from what is known of the real one and not from our connector."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from kontering.connectors.economic.simulator import books, cash, chart, guard, masters, sales
from kontering.connectors.economic.simulator.state import Habits, State
from kontering.testing.simulator import Simulated, now

__all__ = ["Habits", "State", "make"]


def make(
    *,
    app_secret: str = "app-secret",
    agreement_grant: str = "agreement-grant",
    clock: Callable[[], datetime] | None = None,
    closed_until: date | None = None,
    **habits: Any,
) -> Simulated[State]:
    """A fresh agreement; `habits` set what isn't known of the real system (see `Habits`).

    >>> simulator = make(vat_per="line")
    >>> simulator.state.habits.vat_per, len(simulator.state.customers)
    ('line', 0)
    """
    unknown = set(habits) - {item.name for item in dataclasses.fields(Habits)}
    if unknown:
        raise TypeError(f"the simulated e-conomic has no habit {sorted(unknown)[0]!r}")
    time = clock or now
    state = chart.fill(State(habits=Habits(**habits)), time().astimezone(UTC).date(), closed_until)
    routes = [*masters.routes(), *sales.routes(), *books.routes(), *cash.routes()]
    return Simulated(
        state,
        routes,
        check=guard.gate(app_secret, agreement_grant),
        missing=guard.missing(routes),
        clock=time,
        credentials={"app_secret": app_secret, "agreement_grant": agreement_grant},
    )
