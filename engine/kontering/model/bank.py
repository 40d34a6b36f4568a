"""Bank lines and what may be open against them, as frozen data."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class BankLine:
    """One movement on the bank account: money in is positive. `fx` is the bank's rate, where it isn't base currency."""

    key: str
    date: dt.date
    amount: Decimal
    currency: str
    text: str = ""
    reference: str | None = None
    party: str | None = None
    fx: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """What is expected on the bank: an open invoice, a bill (negative), or a payout that is posted already.

    `base` is what is open in base currency; `references` are ids by which a payer or the bank may name it.
    """

    key: str
    number: str
    amount: Decimal
    currency: str
    date: dt.date
    role: Literal["receivable", "payable", "posted"] = "receivable"
    base: Decimal | None = None
    party: str | None = None
    name: str | None = None
    references: tuple[str, ...] = ()
