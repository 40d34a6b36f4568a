"""Payouts as they stand now: what of each isn't found among the payments, also with all that has come since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kontering.accounting import settlement
from kontering.accounting.settlement import KnownPayment, Unmatched
from kontering.model.payout import Entry, Payout
from kontering.model.voucher import PlannedVoucher
from kontering.sync import outstanding


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A payout, and its charges and refunds for which there is no payment."""

    payout: PlannedVoucher
    missing: tuple[Unmatched, ...]


def standing(vouchers: Sequence[PlannedVoucher], known: Sequence[KnownPayment]) -> Iterator[Standing]:
    """Every payout in the order of days; a payment that one has settled isn't there for the next."""
    payouts = sorted((one for one in vouchers if one.kind == "payout"), key=lambda one: (one.date, one.key))
    used = set(outstanding.settled_payments(payouts))
    for one in payouts:
        left = tuple(payment for payment in known if payment.key not in used)
        matched, missing = settlement.match(_left_of(one), left)
        used |= {payment.key for payment in matched.values()}
        yield Standing(payout=one, missing=missing)


def _left_of(voucher: PlannedVoucher) -> Payout:
    """The entries that weren't found when the payout was settled, as a payout of their own."""
    entries = tuple(_entry(said) for said in voucher.figures.get("unmatched") or ())
    return Payout(
        key=voucher.key,
        number=voucher.number,
        provider="",
        state=voucher.state,
        date=voucher.date,
        currency=voucher.currency,
        amount=sum((one.amount for one in entries), Decimal(0)),
        entries=entries,
    )


def _entry(said: Mapping[str, Any]) -> Entry:
    day = said.get("date")
    return Entry(
        id=str(said["id"]),
        type=said["type"],
        amount=Decimal(said["amount"]),
        date=dt.date.fromisoformat(str(day)) if day else None,
        payment=said.get("payment"),
        reference=said.get("reference"),
    )
