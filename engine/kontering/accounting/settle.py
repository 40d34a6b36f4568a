"""The one way from a sale to its planned document and postings: settled, held for a person, or skipped by rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal
from uuid import uuid5

from kontering.accounting import (
    amounts,
    classify,
    credit,
    discounts,
    holds,
    identity,
    payments,
    periods,
    pieces,
    postings,
    roles,
    texts,
    totals,
)
from kontering.accounting.classify import Classified
from kontering.accounting.pieces import Piece
from kontering.accounting.settings import Settings, exchange_rate
from kontering.accounting.totals import Proved
from kontering.model.document import (
    NAMESPACE,
    Claim,
    Paid,
    Party,
    Planned,
    PlannedLine,
    Posting,
    Sale,
    Warned,
)
from kontering.model.money import ZERO, to_currency
from kontering.model.plan import Hold, Skip

NEVER_DEFERRED = ("shipping", "gift_card", "tip", "rounding")


@dataclass(frozen=True, slots=True)
class Settled:
    """A document with everything settled, and its vouchers by role."""

    planned: Planned
    postings: tuple[Posting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of other documents: printed numbers that are taken, by the key that has them."""

    numbers: Mapping[str, str] = field(default_factory=dict)


NOTHING = Known()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """What holds for the whole document before its lines are looked at."""

    day: dt.date
    fx: Decimal | None
    mark: str
    customer: Party
    warnings: tuple[Warned, ...] = ()
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Class:
    treatment: str
    country: str
    legal_note: str | None
    customer: Party


def settle(
    sale: Sale,
    settings: Settings,
    *,
    original: Planned | None = None,
    credited: Decimal = ZERO,
    earlier: Sequence[Planned] = (),
    known: Known = NOTHING,
) -> Settled | Hold | Skip:
    """Everything that can be said of a sale without asking the target.

    `original` is the invoice that a credit note is about, `credited` what its earlier credit notes come to, and
    `earlier` these themselves: with them the last credit note takes exactly what is left under each VAT code.
    """
    sale, warnings = texts.cleaned(sale, settings)
    if settings.zero_total == "skip" and _is_nothing(sale):
        return Skip(code="ZERO_TOTAL", reason=f"{sale.number} comes to nothing")
    if sale.kind == "credit_note" and (original is not None or settings.credit_alone == "hold"):
        found = _credit(sale, settings, original, credited, earlier)
    else:
        found = _sold(sale, settings, known)
    if isinstance(found, Hold):
        return found
    planned = texts.fitted(replace(found, warnings=(*warnings, *found.warnings)), settings)
    return planned if isinstance(planned, Hold) else Settled(planned, postings.of(planned, settings))


def _sold(sale: Sale, settings: Settings, known: Known) -> Planned | Hold:
    """An invoice, or a credit note that stands alone."""
    head = _head(sale, settings, known)
    if isinstance(head, Hold):
        return head
    found = list(pieces.of_sale(sale, discounts.after_coupons(sale), spread_shipping=_spreads_shipping(settings)))
    if wrong := [one for one in found if isinstance(one, Hold)]:
        return classify.together(wrong)
    apart = tuple(one for one in found if isinstance(one, Piece))
    classified = classify.classified(sale, head.customer, apart, sale.date, settings)
    if isinstance(classified, Hold):
        return classified
    proved = _proved(sale, _lines(sale, classified, settings), settings)
    if isinstance(proved, Hold):
        return proved
    head = replace(head, warnings=(*head.warnings, *classified.warnings), why=(*head.why, *classified.why))
    of_class = _Class(
        treatment=classified.treatment,
        country=classified.country,
        legal_note=classified.legal_note,
        customer=classified.customer,
    )
    return _planned(sale, head, of_class, proved, settings)


def _credit(
    sale: Sale, settings: Settings, original: Planned | None, credited: Decimal, earlier: Sequence[Planned]
) -> Planned | Hold:
    """A credit note on its invoice."""
    if original is None:
        return holds.no_invoice(sale.key, sale.credits_number or sale.credits)
    if original.currency != sale.currency:
        return holds.other_currency(sale.key, sale.currency, original.number, original.currency)
    day = periods.posting_day(sale.key, sale.date, settings)
    if isinstance(day, Hold):
        return day
    invoice = credit.remaining(original, credited, earlier)
    if (requested := to_currency(sale.totals.gross, sale.currency)) > invoice.gross:
        return holds.exceeds_remaining(sale.key, requested, invoice.gross, original.number)
    lines = credit.lines_of(sale, invoice, settings)
    proved = lines if isinstance(lines, Hold) else _proved(sale, lines, settings)
    if isinstance(proved, Hold):
        return proved
    of_class = _Class(
        treatment=original.treatment,
        country=original.country,
        legal_note=original.legal_note,
        customer=original.customer,
    )
    rest = invoice.gross - proved.totals.gross
    why = f"codes, rates and exchange rate are those of invoice {original.number}; {rest} of it is then left"
    head = _Head(day=day, fx=original.fx, mark=sale.number, customer=original.customer, why=(why,))
    return _planned(sale, head, of_class, proved, settings)


def _is_nothing(sale: Sale) -> bool:
    lines = discounts.after_coupons(sale)
    return sale.totals.gross == 0 and sum((line.amount for line in lines), ZERO) == 0


def _spreads_shipping(settings: Settings) -> bool:
    return settings.shipping_vat == "proportional"


def _head(sale: Sale, settings: Settings, known: Known) -> _Head | Hold:
    if settings.enabled_currencies is not None and sale.currency not in settings.enabled_currencies:
        return holds.currency_not_enabled(sale.key, sale.currency, sorted(settings.enabled_currencies))
    day = periods.posting_day(sale.key, sale.date, settings)
    if isinstance(day, Hold):
        return day
    fx = _rate(sale, settings)
    customer = _customer(sale, settings)
    mark = _mark(sale, settings, known)
    for one in (fx, customer, mark):
        if isinstance(one, Hold):
            return one
    return _warned(sale, day, fx, customer, mark)  # type: ignore[arg-type]


def _warned(sale: Sale, day: dt.date, fx: Decimal | None, customer: Party, mark: str) -> _Head:
    warnings, why = [], []
    if customer.email is None and customer.ean is None:
        message = f"{customer.name} has no e-mail address: nothing is sent"
        warnings.append(Warned(code="CUSTOMER_NO_EMAIL", message=message))
    if mark != sale.number:
        message = f"number {sale.number} is taken: it becomes {mark}"
        warnings.append(Warned(code="ORDER_NUMBER_REUSED", message=message))
    if day != sale.date:
        why.append(f"{sale.date} lies in a closed period: posted on {day}, VAT follows")
    if customer.ean is not None and sale.reference is None:
        why.append("a buyer with an EAN number usually wants a reference, and there is none")
    return _Head(day=day, fx=fx, mark=mark, customer=customer, warnings=tuple(warnings), why=tuple(why))


def _rate(sale: Sale, settings: Settings) -> Decimal | Hold | None:
    if sale.currency == settings.base_currency:
        return None
    found = sale.fx or exchange_rate(settings, sale.currency, sale.date)
    return found or holds.no_exchange_rate(sale.key, sale.currency, settings.base_currency, sale.date)


def _customer(sale: Sale, settings: Settings) -> Party | Hold:
    party = sale.customer
    if party is None:
        return holds.no_invoice(sale.key, sale.credits_number)
    if party.ean is not None:
        proved = identity.ean(party.ean)
        if proved is None:
            return holds.ean_invalid(sale.key, party.ean)
        return replace(party, ean=proved, kind="public")
    if party.email is None and settings.require_email:
        return holds.no_email(sale.key, party.name)
    return party


def _mark(sale: Sale, settings: Settings, known: Known) -> str | Hold:
    other = known.numbers.get(sale.number, sale.key)
    if other == sale.key:
        return sale.number
    if settings.reference_collision == "error":
        return holds.number_reused(sale.key, sale.number, other)
    return f"{sale.number}-{sale.key.rpartition('/')[2]}"


def _lines(sale: Sale, classified: Classified, settings: Settings) -> tuple[PlannedLine, ...]:
    apart = classified.pieces
    own_discount = settings.discount_mode == "separate_line"
    if own_discount:
        apart = discounts.as_own_lines(apart, sale.prices)
    coded = [(piece, piece.option) for piece in apart if piece.option is not None]
    vats = amounts.rounded_vat(coded, sale.prices, sale.currency, amounts.rule_of(sale, settings))
    return tuple(
        amounts.planned_line(
            piece,
            option,
            vat,
            sale.prices,
            roles.line_role(
                piece.line.kind,
                option.code,
                deferred=_is_deferred(piece, settings),
                own_discount=own_discount,
                tip=settings.tip_role,
            ),
        )
        for (piece, option), vat in zip(coded, vats, strict=True)
    )


def _is_deferred(piece: Piece, settings: Settings) -> bool:
    line = piece.line
    return settings.recognition != "none" and line.period is not None and line.kind not in NEVER_DEFERRED


def _proved(sale: Sale, lines: tuple[PlannedLine, ...], settings: Settings) -> Proved | Hold:
    claim = replace(sale.totals, gross=to_currency(sale.totals.gross, sale.currency))
    found = totals.claimed(sale.key, lines, claim, settings.tolerance, settings.vat_tolerance)
    if isinstance(found, Proved) and found.totals.gross < 0:
        return holds.below_zero(sale.key, found.totals.gross)
    return found


def _planned(sale: Sale, head: _Head, of_class: _Class, proved: Proved, settings: Settings) -> Planned | Hold:
    paid = _payments(sale, proved.totals.gross, settings)
    if isinstance(paid, Hold):
        return paid
    left = proved.totals.gross - sum((payment.amount for payment in paid), ZERO)
    due = _due(sale, head, settings)
    over = ()
    if left < 0 and sale.kind == "invoice":
        over = (Warned(code="CUSTOMER_OVERPAID", message=f"{-left} more was paid than {sale.number} comes to"),)
    return Planned(
        kind=sale.kind,
        key=sale.key,
        guid=str(uuid5(NAMESPACE, "|".join((settings.project, settings.target, sale.kind, sale.key)))),
        mark=head.mark,
        number=sale.number,
        state=sale.state,
        date=head.day,
        due=due,
        currency=sale.currency,
        base_currency=settings.base_currency,
        prices=sale.prices,
        treatment=of_class.treatment,
        country=of_class.country,
        terms_days=(due - head.day).days,
        open=left,
        delivery=_delivery(of_class.customer),
        customer=of_class.customer,
        lines=proved.lines,
        totals=proved.totals,
        payments=paid,
        fx=head.fx,
        ship_to=sale.ship_to,
        legal_note=of_class.legal_note,
        language=sale.language or of_class.customer.language,
        reference=sale.reference,
        subscription=sale.subscription,
        note=sale.note,
        credits=sale.credits,
        credits_number=sale.credits_number,
        reason=sale.reason,
        warnings=(*head.warnings, *proved.warnings, *over),
        why=(*head.why, *proved.why),
    )


def _payments(sale: Sale, gross: Decimal, settings: Settings) -> tuple[Paid, ...] | Hold:
    found, left = [], gross
    for payment in sale.payments:
        day = periods.posting_day(sale.key, payment.date, settings)
        if isinstance(day, Hold):
            return day
        whole = replace(payment, amount=to_currency(payment.amount, sale.currency))
        found.append(replace(whole, amount=payments.counted(whole, left, settings)))
        left -= found[-1].amount
    return tuple(found)


def _due(sale: Sale, head: _Head, settings: Settings) -> dt.date:
    if sale.kind == "credit_note":
        return head.day
    if sale.due is not None:
        return max(sale.due, head.day)
    days = head.customer.terms_days
    if days is None:
        method = sale.payments[0].method if sale.payments else ""
        days = settings.terms_by_method.get(method, settings.terms_days)
    return head.day + dt.timedelta(days=days)


def _delivery(customer: Party) -> Literal["mail", "einvoice", "none"]:
    if customer.ean is not None:
        return "einvoice"
    return "none" if customer.email is None else "mail"


def claim_of(planned: Planned) -> Claim:
    """The totals of a document as a claim, for a document that is made from it."""
    return Claim(gross=planned.totals.gross, vat=planned.totals.vat)
