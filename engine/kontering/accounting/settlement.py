"""Payouts of gateways: one voucher that must equal the bank amount, and the payments that it settles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kontering.accounting import holds, periods
from kontering.accounting.settings import Settings, exchange_rate
from kontering.model.document import Posting, PostingLine
from kontering.model.money import ZERO, fitted, to_currency, unit
from kontering.model.payout import Entry, Payout
from kontering.model.plan import Hold

SUMS = {
    "charge": "charges",
    "refund": "refunds",
    "fee": "fees",
    "fee_tax": "fee_tax",
    "dispute": "disputes",
    "reserve_hold": "reserve_hold",
    "reserve_release": "reserve_release",
    "transfer": "transfers",
    "adjustment": "adjustments",
}
OUTGOING = ("refund", "fee", "fee_tax", "dispute", "reserve_hold")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPayment:
    """A payment that was posted to the clearing account: `amount` is negative for money paid back."""

    key: str
    amount: Decimal
    currency: str
    base: Decimal
    reference: str | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """An entry for which no posted payment was found, and why."""

    entry: Entry
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledPayout:
    """A payout's voucher, its sums, and which posted payments its entries are."""

    posting: Posting
    sums: Mapping[str, Decimal]
    matched: Mapping[str, KnownPayment]
    unmatched: tuple[Unmatched, ...]


def settle(payout: Payout, settings: Settings, posted: Sequence[KnownPayment] = ()) -> SettledPayout | Hold:
    """The voucher of a payout; held when its entries don't come to what the bank gets."""
    own = sum((entry.amount - entry.fee for entry in payout.entries), ZERO)
    if own != payout.amount:
        return holds.payout_mismatch(payout.key, own, payout.amount, _rows(payout))
    day = periods.posting_day(payout.key, payout.date, settings)
    if isinstance(day, Hold):
        return day
    fx = _rate(payout, settings)
    if isinstance(fx, Hold):
        return fx
    matched, unmatched = match(payout, posted)
    lines = _lines(payout, fx, settings)
    posting = Posting(
        kind="payout",
        key=payout.key,
        date=day,
        lines=(*lines, *_exchange(payout, fx, matched, settings)),
        text=f"{payout.provider} {payout.reference or payout.number}",
    )
    return SettledPayout(posting=posting, sums=sums(payout), matched=matched, unmatched=unmatched)


def sums(payout: Payout) -> dict[str, Decimal]:
    """What the entries of each type come to, as positive amounts, and what the bank gets."""
    found: dict[str, Decimal] = {}
    for entry in payout.entries:
        name, sign = SUMS[entry.type], -1 if entry.type in OUTGOING else 1
        found[name] = found.get(name, ZERO) + sign * entry.amount
        if entry.fee:
            found["fees"] = found.get("fees", ZERO) + entry.fee
    return found | {"amount": payout.amount}


def match(payout: Payout, posted: Sequence[KnownPayment]) -> tuple[dict[str, KnownPayment], tuple[Unmatched, ...]]:
    """Which posted payment each charge and refund is: by the gateway's id, else by the order's number and amount."""
    found: dict[str, KnownPayment] = {}
    missing: list[Unmatched] = []
    used: set[str] = set()
    for entry in payout.entries:
        if entry.type not in ("charge", "refund"):
            continue
        fits = [one for one in posted if one.key not in used and _is(entry, one, payout.currency)]
        same = [one for one in fits if one.amount == entry.amount]
        if len(same) == 1:
            found[entry.id] = same[0]
            used.add(same[0].key)
        else:
            missing.append(Unmatched(entry=entry, reason=_why_not(entry, fits, same)))
    return found, tuple(missing)


def _is(entry: Entry, payment: KnownPayment, currency: str) -> bool:
    named = entry.payment is not None and entry.payment == payment.reference
    numbered = entry.reference is not None and entry.reference in (payment.number, payment.reference)
    return (named or numbered) and payment.currency == currency


def _why_not(entry: Entry, fits: Sequence[KnownPayment], same: Sequence[KnownPayment]) -> str:
    name = entry.payment or entry.reference or entry.id
    if same:
        return f"{len(same)} posted payments fit {name} equally well"
    if fits:
        return f"{name} is posted with {fits[0].amount}, the gateway says {entry.amount}"
    return f"no posted payment is known as {name}"


def _rate(payout: Payout, settings: Settings) -> Decimal | Hold:
    if payout.currency == settings.base_currency:
        return Decimal(1)
    found = payout.fx or exchange_rate(settings, payout.currency, payout.date)
    return found or holds.no_exchange_rate(payout.key, payout.currency, settings.base_currency, payout.date)


def _lines(payout: Payout, fx: Decimal, settings: Settings) -> Iterator[PostingLine]:
    """The bank amount, converted once, and what it is made of, one line a kind (and day)."""
    slots: dict[tuple[str, str, dt.date | None], Decimal] = {}
    for role, kind, amount, day in _parts(payout, settings):
        slot = (role, kind, day if settings.settlement_summary == "day" else None)
        slots[slot] = slots.get(slot, ZERO) + amount
    bank = to_currency(payout.amount * fx, settings.base_currency)
    worth = fitted(bank, [amount * fx for amount in slots.values()], unit(settings.base_currency))
    if bank:
        yield PostingLine(role="bank", amount=bank, text=payout.reference)
    for (role, kind, day), amount in zip(slots, worth, strict=True):
        if amount:
            yield PostingLine(role=role, amount=-amount, text=f"{kind} {day}" if day else kind)


def _parts(payout: Payout, settings: Settings) -> Iterator[tuple[str, str, Decimal, dt.date | None]]:
    role = {
        "charge": "psp_clearing",
        "refund": "psp_clearing",
        "fee": "fees",
        "fee_tax": settings.fee_tax_role,
        "dispute": "dispute",
        "reserve_hold": "psp_reserve",
        "reserve_release": "psp_reserve",
        "transfer": "transfers",
        "adjustment": settings.adjustment_role,
    }
    for entry in payout.entries:
        yield role[entry.type], entry.type, entry.amount, entry.date
        if entry.fee:
            yield "fees", "fee", -entry.fee, entry.date


def _exchange(
    payout: Payout, fx: Decimal, matched: Mapping[str, KnownPayment], settings: Settings
) -> Iterator[PostingLine]:
    """What the payments were posted at, against what they are worth on the payout's day."""
    if payout.currency == settings.base_currency:
        return
    now = sum((to_currency(one.amount * fx, settings.base_currency) for one in matched.values()), ZERO)
    then = sum((one.base for one in matched.values()), ZERO)
    if now != then:
        yield PostingLine(role="psp_clearing", amount=now - then, text="exchange difference")
        yield PostingLine(role="fx_difference", amount=then - now, text="exchange difference")


def _rows(payout: Payout) -> tuple[str, ...]:
    return tuple(f"{name}: {amount}" for name, amount in sums(payout).items())
