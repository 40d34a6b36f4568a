"""A supplier's bill as frozen data: what the source says (`Bill`), and what the engine has settled (`PlannedBill`)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from kontering.model.document import (
    Charged,
    Claim,
    Item,
    Party,
    Period,
    PlannedTotals,
    RoundingRule,
    Side,
    Warned,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """One line of a bill; `category` is the source's group, which with the role gives the account."""

    id: str
    description: str
    quantity: Decimal
    amount: Decimal
    taxes: tuple[Charged, ...]
    discount: Decimal | None = None
    product: Item | None = None
    period: Period | None = None
    category: str | None = None
    stocked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A supplier's invoice, or with negative amounts its credit note."""

    key: str
    number: str
    state: str
    date: dt.date
    currency: str
    prices: Side
    supplier: Party
    lines: tuple[BillLine, ...]
    totals: Claim
    rounding: RoundingRule | None = None
    due: dt.date | None = None
    fx: Decimal | None = None
    file: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedBillLine:
    """A bill's line with what the engine settled; its `vat` is what the supplier charged."""

    id: str
    description: str
    quantity: Decimal
    net: Decimal
    vat: Decimal
    gross: Decimal
    rate: Decimal
    code: str
    role: str
    category: str | None = None
    product: Item | None = None
    period: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedBill:
    """A bill with everything settled; `why` says how its codes came to be."""

    key: str
    guid: str
    mark: str
    number: str
    state: str
    date: dt.date
    due: dt.date
    currency: str
    base_currency: str
    prices: Side
    treatment: str
    country: str
    supplier: Party
    lines: tuple[PlannedBillLine, ...]
    totals: PlannedTotals
    fx: Decimal | None = None
    file: str | None = None
    note: str | None = None
    warnings: tuple[Warned, ...] = ()
    why: tuple[str, ...] = ()
