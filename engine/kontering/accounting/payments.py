"""Money inside a document: on which account it is, what it closes, and what is left over for rounding and exchange."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from kontering.accounting import rates
from kontering.accounting.periods import open_day
from kontering.accounting.settings import Settings
from kontering.accounting.vat import reckoned
from kontering.model.document import Paid, Planned, Posting, PostingLine
from kontering.model.money import ZERO, percent, rounded, to_currency

# Methods with a meaning; they are never on a clearing account.
MEANING = {
    "gift_card": "gift_card_liability",
    "credit": "receivable",
    "credit_note": "receivable",
    "cash_rounding": "rounding",
    "prepayment": "customer_prepayment",
}
ORDINARY = {"cash": "cash", "bank": "bank", "bank_transfer": "bank"}


def role_of(method: str, settings: Settings) -> str:
    """The account that a payment method's money is on; what no one names is a gateway's.

    >>> role_of("cash", Settings()), role_of("stripe", Settings()), role_of("bacs", Settings(clearing={"bacs": "bank"}))
    ('cash', 'psp_clearing', 'bank')
    """
    return MEANING.get(method) or settings.clearing.get(method) or ORDINARY.get(method, "psp_clearing")


def counted(payment: Paid, amount: Decimal, left: Decimal, settings: Settings) -> Paid:
    """A payment as it counts: cash that was rounded to coins pays exactly what was open."""
    step = settings.cash_rounding
    if payment.method == "cash" and step is not None and rounded(left, step) == amount:
        return replace(payment, amount=left)
    return replace(payment, amount=amount)


def vouchers(document: Planned, settings: Settings, *, before: Decimal = ZERO) -> Iterator[Posting]:
    """A voucher for each payment. `before` was posted already, for an earlier edition of the document."""
    paid = ZERO
    for number, payment in enumerate(document.payments, start=1):
        known = max(ZERO, min(payment.amount, before))
        before -= known
        # The running total is converted, so that the last payment closes the receivable to the last unit.
        base = in_base(paid + payment.amount, document) - in_base(paid + known, document)
        paid += payment.amount
        if payment.amount != known:
            rest = replace(payment, amount=payment.amount - known)
            yield from _vouchers(document, rest, f"{document.key}#payment/{number}", base, settings)


def in_base(amount: Decimal, document: Planned) -> Decimal:
    """An amount of the document in the currency of the books."""
    return to_currency(amount * (document.fx or 1), document.base_currency)


def _vouchers(document: Planned, payment: Paid, key: str, base: Decimal, settings: Settings) -> Iterator[Posting]:
    sign = 1 if document.kind == "invoice" else -1
    kind = "payment" if document.kind == "invoice" else "refund"
    day = open_day(payment.date, settings)
    money = tuple(_money(document, payment, base, settings))
    early = document.kind == "invoice" and payment.date < document.date
    if early and settings.prepayments == "customer_prepayment" and payment.method not in MEANING:
        yield _voucher("prepayment", key, day, [*money, ("customer_prepayment", -base)], document)
        money, day = (("customer_prepayment", base),), document.date
    lines = [(role, sign * amount) for role, amount in money]
    yield from _worth_posting(_voucher(kind, key, day, [*lines, ("receivable", -sign * base)], document))


def _money(document: Planned, payment: Paid, base: Decimal, settings: Settings) -> Iterator[tuple[str, Decimal]]:
    """The other side of the receivable, as debits of a payment that comes in; they add up to `base`."""
    role = role_of(payment.method, settings)
    if role == "gift_card_liability" and settings.gift_card_kind == "single_purpose":
        yield from _taxed_card(document, base, settings)
        return
    got = _got(document, payment, base, settings)
    yield role, got
    if role == "cash" and settings.cash_rounding is not None:
        yield "rounding", base - got
    elif got != base:
        yield "fx_difference", base - got


def _got(document: Planned, payment: Paid, base: Decimal, settings: Settings) -> Decimal:
    if payment.method == "cash" and settings.cash_rounding is not None:
        return in_base(rounded(payment.amount, settings.cash_rounding), document)
    if payment.fx is None:
        return base
    return to_currency(payment.amount * payment.fx, document.base_currency)


def _taxed_card(document: Planned, base: Decimal, settings: Settings) -> Iterator[tuple[str, Decimal]]:
    # The VAT of a single-purpose card was paid when it was sold: what the order charges again is taken back.
    rate = rates.standard(settings.country, document.date) or ZERO
    vat = to_currency(reckoned(base, rate, "gross"), document.base_currency, "down")
    code = f"{settings.country}{percent(rate)}"
    yield f"gift_card_liability:{code}", base - vat
    yield f"vat_out:{code}", vat


def _voucher(kind: str, key: str, day: dt.date, lines: list[tuple[str, Decimal]], document: Planned) -> Posting:
    made = [
        PostingLine(role=role.partition(":")[0], amount=amount, code=role.partition(":")[2] or None)
        for role, amount in lines
        if amount
    ]
    return Posting(kind=kind, key=key, date=day, lines=tuple(made), text=f"{kind} {document.mark}")


def _worth_posting(voucher: Posting) -> Iterator[Posting]:
    # An earlier credit that pays an invoice moves nothing: both sides are the receivable.
    if any(line.role != "receivable" for line in voucher.lines):
        yield voucher


def later(document: Planned, payment: Paid, key: str, before: Decimal, settings: Settings) -> Iterator[Posting]:
    """The voucher of money that comes after its document, of which `before` is paid already."""
    base = in_base(before + payment.amount, document) - in_base(before, document)
    yield from _vouchers(document, payment, key, base, settings)


def unassigned(payment: Paid, key: str, fx: Decimal | None, settings: Settings) -> Posting:
    """The voucher of money that came for nothing that is known yet: it waits as a prepayment."""
    base = to_currency(payment.amount * (payment.fx or fx or 1), settings.base_currency)
    role = role_of(payment.method, settings)
    lines = (PostingLine(role=role, amount=base), PostingLine(role="customer_prepayment", amount=-base))
    day = open_day(payment.date, settings)
    return Posting(kind="prepayment", key=key, date=day, lines=lines, text=f"prepayment {payment.reference or key}")
