"""A simulated Dinero organisation, made from what is known of the real system and not from our connector."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from kontering.connectors.dinero.simulator import access, chart, items, masters, payments, rest, sales, vouchers
from kontering.connectors.dinero.simulator.routing import missing
from kontering.connectors.dinero.simulator.state import Habits, State
from kontering.testing.simulator import Simulated, now

__all__ = ["Habits", "State", "make"]


def make(
    *,
    organization: int = 123456,
    client_id: str = "client",
    client_secret: str = "client-secret",
    api_key: str = "api-key",
    tenant_id: str = "3b0c5f0e-0000-4000-8000-000000000001",
    clock: Callable[[], datetime] | None = None,
    closed_until: str = "",
    **habits: Any,
) -> Simulated[State]:
    """A fresh organisation; `habits` set what isn't known of the real system (see `Habits`).

    >>> simulator = make(vat_per="line")
    >>> simulator.state.habits.vat_per, len(simulator.state.contacts)
    ('line', 0)
    """
    unknown = set(habits) - {item.name for item in dataclasses.fields(Habits)}
    if unknown:
        raise TypeError(f"the simulated Dinero has no habit {sorted(unknown)[0]!r}")
    if "calls_a_minute" in habits:  # an agreement of its own, whoever logs in
        habits = {"personal_calls_a_minute": habits["calls_a_minute"], **habits}
    time = clock or now
    state = State(habits=Habits(**habits), organization=organization, closed_until=closed_until)
    chart.fill(state, time().astimezone(UTC).date())
    keys = access.Keys(client_id=client_id, client_secret=client_secret, api_key=api_key, tenant_id=tenant_id)
    kept = (masters, sales, payments, vouchers, items, rest)
    return Simulated(
        state,
        [*access.routes(keys), *(route for part in kept for route in part.routes())],
        check=access.check,
        missing=missing,
        clock=time,
        credentials={
            "organization": organization,
            "client_id": client_id,
            "client_secret": client_secret,
            "api_key": api_key,
        },
    )
