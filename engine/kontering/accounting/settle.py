"""The one way from a sale to its planned document and postings: settled, held for a person, or skipped by rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kontering.accounting import amounts, classify, credit, discounts, holds, periods, pieces, postings, roles, texts
from kontering.accounting.classify import Classified
from kontering.accounting.head import Head, Known, head_of
from kontering.accounting.pieces import Piece
from kontering.accounting.planned import VatClass, planned
from kontering.accounting.settings import Settings
from kontering.accounting.totals import Proved, claimed, rounded_claim
from kontering.accounting.vat import Option
from kontering.model.document import Party, Planned, PlannedLine, Posting, Sale
from kontering.model.money import ZERO, to_currency
from kontering.model.plan import Hold, Skip

NOTHING = Known()
# What sources call a debt that will never be paid: a loss, and no credit note.
LOSSES = ("write_off", "writeoff", "bad_debt", "uncollectible", "tab")
NEVER_DEFERRED = ("shipping", "gift_card", "tip", "rounding")


@dataclass(frozen=True, slots=True)
class Settled:
    """A document with everything settled, and its vouchers by role."""

    planned: Planned
    postings: tuple[Posting, ...]


def settle(
    sale: Sale,
    settings: Settings,
    *,
    original: Planned | None = None,
    credited: Decimal = ZERO,
    earlier: Sequence[Planned] = (),
    known: Known = NOTHING,
    day: dt.date | None = None,
) -> Settled | Hold | Skip:
    """Everything that can be said of a sale without asking the target.

    `original` is the invoice that a credit note is about, `credited` what its earlier credit notes come to, and
    `earlier` these themselves: with them the last credit note takes exactly what is left under each VAT code.
    `day` is when the document is posted, if not on its own day; rates are those of its own.
    """
    sale, warnings = texts.cleaned(sale, settings)
    if settings.zero_total == "skip" and _is_nothing(sale):
        return Skip(code="ZERO_TOTAL", reason=f"{sale.number} comes to nothing")
    if sale.kind == "credit_note" and (original is not None or settings.credit_alone == "hold"):
        found = _credit(sale, settings, original, credited, earlier)
    else:
        found = _sold(sale, settings, known, day)
    if isinstance(found, Hold):
        return found
    document = texts.fitted(replace(found, warnings=(*warnings, *found.warnings)), settings)
    return document if isinstance(document, Hold) else Settled(document, postings.of(document, settings))


def _sold(sale: Sale, settings: Settings, known: Known, day: dt.date | None) -> Planned | Hold:
    """An invoice, or a credit note that stands alone."""
    head = head_of(sale, settings, known, day)
    if isinstance(head, Hold):
        return head
    found = classified(sale, head.customer, settings)
    if isinstance(found, Hold):
        return found
    proved = _proved(sale, _lines(sale, found, settings), settings)
    if isinstance(proved, Hold):
        return proved
    head = replace(head, warnings=(*head.warnings, *found.warnings), why=(*head.why, *found.why))
    return planned(sale, head, _class_of(found), proved, settings)


def _credit(
    sale: Sale, settings: Settings, original: Planned | None, credited: Decimal, earlier: Sequence[Planned]
) -> Planned | Hold:
    """A credit note on its invoice."""
    if original is None:
        return holds.no_invoice(sale.key, sale.credits_number or sale.credits)
    if (sale.reason or "").strip().casefold().replace(" ", "_").replace("-", "_") in LOSSES:
        return holds.loss_as_credit(sale.key, sale.reason or "")
    if original.currency != sale.currency:
        return holds.other_currency(sale.key, sale.currency, original.number, original.currency)
    day = periods.posting_day(sale.key, sale.date, settings)
    if isinstance(day, Hold):
        return day
    invoice = credit.remaining(original, credited, earlier)
    if (requested := to_currency(sale.totals.gross, sale.currency)) > invoice.gross:
        return holds.exceeds_remaining(sale.key, requested, invoice.gross, original.number)
    lines = credit.lines_of(sale, invoice, earlier, settings)
    proved = lines if isinstance(lines, Hold) else _proved(sale, lines, settings)
    if isinstance(proved, Hold):
        return proved
    left = invoice.gross - proved.totals.gross
    why = f"codes, rates and exchange rate are those of invoice {original.number}; {left} of it is then left"
    head = Head(day=day, fx=original.fx, mark=sale.number, customer=original.customer, why=(why,))
    return planned(sale, head, _class_of(original), proved, settings)


def classified(sale: Sale, party: Party, settings: Settings) -> Classified | Hold:
    """The sale's lines in pieces that each have a VAT code."""
    spread = settings.shipping_vat == "proportional"
    found = list(pieces.of_sale(sale, discounts.after_coupons(sale), spread_shipping=spread))
    if wrong := [one for one in found if isinstance(one, Hold)]:
        return classify.together(wrong)
    apart = tuple(one for one in found if isinstance(one, Piece))
    return classify.classified(sale, party, apart, sale.date, settings)


def _class_of(found: Classified | Planned) -> VatClass:
    return VatClass(
        treatment=found.treatment, country=found.country, legal_note=found.legal_note, customer=found.customer
    )


def _is_nothing(sale: Sale) -> bool:
    lines = discounts.after_coupons(sale)
    return sale.totals.gross == 0 and sum((line.amount for line in lines), ZERO) == 0


def _lines(sale: Sale, found: Classified, settings: Settings) -> tuple[PlannedLine, ...]:
    apart = found.pieces
    if settings.discount_mode == "separate_line":
        apart = discounts.as_own_lines(apart, sale.prices)
    coded = [(piece, piece.option) for piece in apart if piece.option is not None]
    vats = amounts.rounded_vat(coded, sale.prices, sale.currency, amounts.rule_of(sale, settings))
    return tuple(
        amounts.planned_line(piece, option, vat, sale.prices, _role(piece, option, settings))
        for (piece, option), vat in zip(coded, vats, strict=True)
    )


def _role(piece: Piece, option: Option, settings: Settings) -> str:
    line = piece.line
    return roles.line_role(
        line.kind,
        option.code,
        deferred=settings.recognition != "none" and line.period is not None and line.kind not in NEVER_DEFERRED,
        own_discount=settings.discount_mode == "separate_line",
        tip=settings.tip_role,
    )


def _proved(sale: Sale, lines: tuple[PlannedLine, ...], settings: Settings) -> Proved | Hold:
    claim = rounded_claim(sale.totals, sale.currency)
    if settings.shipping_vat == "proportional":
        # The source taxed its shipping in another way, so its VAT proves nothing.
        claim = replace(claim, vat=None, rates=())
    found = claimed(sale.key, lines, claim, settings.tolerance, settings.vat_tolerance)
    if isinstance(found, Proved) and found.totals.gross < 0:
        return holds.below_zero(sale.key, found.totals.gross)
    return found
