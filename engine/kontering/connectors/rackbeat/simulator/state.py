"""What the simulated company holds, its habits, and its times: local, without a zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

Row = dict[str, Any]
Table = dict[Any, Row]

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What is inferred or unknown about the real system, so that tests can have it either way.

    per_minute: calls before a 429; retry_after: whether that says for how long. filters: whether plain fields filter a
    list. encoded: how often a number in an address is encoded. put: whether a PUT may hold a part of a card.
    demands_email: of whom an e-mail address is demanded. names_credited: whether a credit note names its invoice.
    stock_moves_time: whether a change of stock moves its product's updated_at.
    """

    per_minute: int = 480
    retry_after: bool = True
    filters: bool = True
    encoded: Literal["once", "twice", "both"] = "both"
    put: Literal["part", "whole"] = "part"
    demands_email: bool = True
    names_credited: bool = False
    stock_moves_time: bool = True
    vat_zones: Sequence[str] = ("domestic", "eu", "abroad", "domestic_exempt")
    webhook_failures: int = 10


@dataclass(slots=True)
class State:
    """One company's tables by name, ledger rows by item, webhooks with what waits to be delivered."""

    habits: Habits = field(default_factory=Habits)
    tables: dict[str, Table] = field(default_factory=dict)
    ledger: dict[str, list[Row]] = field(default_factory=dict)
    webhooks: Table = field(default_factory=dict)
    waiting: list[Row] = field(default_factory=list)
    logs: list[Row] = field(default_factory=list)
    series: dict[str, int] = field(default_factory=dict)
    seen: list[datetime] = field(default_factory=list)
    throttled: list[float] = field(default_factory=list)

    def table(self, name: str) -> Table:
        return self.tables.setdefault(name, {})

    @property
    def customers(self) -> Table:
        return self.table("customers")

    @property
    def suppliers(self) -> Table:
        return self.table("suppliers")

    @property
    def products(self) -> Table:
        return self.table("products")

    @property
    def invoices(self) -> Table:
        return self.table("customer_invoices")

    @property
    def orders(self) -> Table:
        return self.table("orders")


def local(now: datetime) -> str:
    """
    >>> from datetime import UTC
    >>> local(datetime(2026, 7, 1, 10, 30, tzinfo=UTC))
    '2026-07-01 12:30:00'
    """
    return f"{now.astimezone(COPENHAGEN):%Y-%m-%d %H:%M:%S}"


def following(state: State, series: str, first: int, taken: Table) -> int:
    """The next free number of a series."""
    number = max(state.series.get(series, first - 1) + 1, first)
    while number in taken:
        number += 1
    state.series[series] = number
    return number


def recent(state: State, now: datetime) -> int:
    """How many calls came in the last minute; this one counts."""
    since = now - timedelta(minutes=1)
    state.seen = [at for at in state.seen if at > since]
    state.seen.append(now)
    return len(state.seen)


def amount(value: Any) -> Decimal:
    return Decimal(str(value if value not in (None, "") else 0))
