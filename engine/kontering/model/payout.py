"""A gateway's payout as frozen data: one payment to the bank, with everything inside it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

EntryType = Literal[
    "charge", "refund", "fee", "fee_tax", "dispute", "reserve_hold", "reserve_release", "transfer", "adjustment"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One movement of a payout: `amount` is signed and gross, `fee` is a cost where it is positive."""

    id: str
    type: EntryType
    amount: Decimal
    fee: Decimal = Decimal(0)
    date: dt.date | None = None
    payment: str | None = None
    reference: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout:
    """What the bank receives from a gateway; the entries' amounts less fees add up to it."""

    key: str
    number: str
    provider: str
    state: str
    date: dt.date
    currency: str
    amount: Decimal
    entries: tuple[Entry, ...]
    reference: str | None = None
    fx: Decimal | None = None
