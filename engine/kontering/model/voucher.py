"""What is posted and is no sale, as settled: payouts, bank lines, bills, losses, payments apart, recognitions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from kontering.model.document import Paid, Party, Planned, Posting, Warned
from kontering.model.state import State

VoucherKind = Literal["payout", "bank_line", "bill", "payment", "loss", "recognition", "voucher"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closes:
    """A document that a voucher closes, or a part of it: `amount` is in that document's currency."""

    kind: str
    key: str
    number: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedVoucher:
    """A document that is its postings; none where everything is posted already (the bank line of a payout).

    `of` is the one document that it belongs to; `payment` is there for money that came apart from its document;
    `figures` are what it comes to in the words of its kind: a payout's sums, a bank line's match, a loss's VAT.
    """

    kind: VoucherKind
    key: str
    mark: str
    number: str
    state: str
    date: dt.date
    currency: str
    base_currency: str
    postings: tuple[Posting, ...]
    text: str | None = None
    of: str | None = None
    closes: tuple[Closes, ...] = ()
    supplier: Party | None = None
    due: dt.date | None = None
    payment: Paid | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[Warned, ...] = ()
    why: tuple[str, ...] = ()


Document: TypeAlias = Planned | PlannedVoucher | State


def about(document: Document) -> str | None:
    """The one document that this one belongs to: the invoice of a credit note, of a loss, of a month's recognition."""
    match document:
        case Planned(credits=invoice):
            return invoice
        case PlannedVoucher(of=owner):
            return owner
        case State():
            return None
