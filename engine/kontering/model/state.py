"""States as settled: a customer, a product, how many there are of it, how an invoice stands. The latest word wins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kontering.model.document import Warned

StateKind = Literal[
    "customer",
    "supplier",
    "product",
    "customer_group",
    "supplier_group",
    "product_group",
    "stock_level",
    "payment_state",
    "correction",
    "mail",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a record says of one thing; nothing is posted.

    `thing` is the kind and key of it in the target, so two records of one product are one thing. `data` is what the
    mapping wrote and the engine proved, as JSON has it. `origin` is the target's own record that it goes back to.
    """

    kind: StateKind
    key: str
    thing: tuple[str, str]
    number: str
    name: str
    state: str
    data: Mapping[str, Any]
    origin: str | None = None
    date: dt.date | None = None
    warnings: tuple[Warned, ...] = ()
    why: tuple[str, ...] = ()
