"""A simulated Rackbeat company, made from what is known of the real one and not from our connector."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime
from typing import Any

from kontering.connectors.rackbeat.simulator import cards, guard, hooks, sales, stock
from kontering.connectors.rackbeat.simulator.state import Habits, State, local
from kontering.testing.simulator import Simulated, now

__all__ = ["Habits", "State", "make"]

KEY = "rackbeat-key"
TERMS = ((1001, "Netto 8 dage", 8), (1002, "Netto 14 dage", 14), (1003, "Netto 30 dage", 30), (1004, "Kontant", 0))


def make(*, key: str = KEY, clock: Callable[[], datetime] | None = None, **habits: Any) -> Simulated[State]:
    """A fresh company with terms, a group of each kind and units; `habits` set what isn't known (see `Habits`).

    >>> simulator = make(put="whole")
    >>> simulator.state.habits.put, len(simulator.state.customers)
    ('whole', 0)
    """
    unknown = set(habits) - {item.name for item in dataclasses.fields(Habits)}
    if unknown:
        raise TypeError(f"the simulated Rackbeat has no habit {sorted(unknown)[0]!r}")
    time = clock or now
    state = _filled(State(habits=Habits(**habits)), local(time()))
    routes = [*stock.routes(), *sales.routes(), *hooks.routes(), *cards.routes()]
    return Simulated(state, routes, check=guard.gate(key), missing=guard.missing, clock=time, credentials={"key": key})


def _filled(state: State, stamp: str) -> State:
    """What a new company has already."""
    times = {"created_at": stamp, "updated_at": stamp}
    for number, name, days in TERMS:
        state.table("payment_terms")[number] = {"number": number, "name": name, "days": days, **times}
    vat = {"vat_domestic": "25", "vat_eu": "0", "vat_abroad": "0", "vat_domestic_exempt": "0"}
    goods = {"number": 1, "name": "Varer", "has_inventory": True, "is_sellable": True, **vat, **times}
    state.table("product_groups")[1] = goods
    for name, title in (("customer_groups", "Kunder"), ("supplier_groups", "Leverandører"), ("units", "stk.")):
        state.table(name)[1] = {"number": 1, "name": title, **times}
    state.table("locations")[1] = {"number": 1, "name": "Lager", **times}
    state.table("layouts")[1] = {"number": 1, "name": "Standard", **times}
    return state
