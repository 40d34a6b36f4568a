"""Pieces rounded into planned lines: one side is fixed, VAT is rounded once, the third side is the difference."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from kontering.accounting.pieces import Piece
from kontering.accounting.settings import Settings
from kontering.accounting.vat import Option, reckoned
from kontering.model.document import PlannedLine, RoundingRule, Sale, Side, Whole
from kontering.model.money import ZERO, fitted, to_currency, unit


def rule_of(sale: Sale, settings: Settings) -> RoundingRule:
    """How VAT is rounded: as the source says, else as the settings have it."""
    return sale.rounding or RoundingRule(per="rate" if settings.vat_method == "document" else "line")


def exact_vat(piece: Piece, option: Option, side: Side) -> Decimal:
    """The piece's VAT before rounding: what was charged, or what its rate comes to where only a rate is given."""
    if option.rate == 0:
        return ZERO
    return reckoned(piece.amount, option.rate, side) if piece.vat is None else piece.vat


def rounded_vat(pieces: Sequence[tuple[Piece, Option]], side: Side, currency: str, rule: RoundingRule) -> list[Decimal]:
    """VAT in the currency's digits: on each piece, or once per code and then shared by largest remainder."""
    exact = [exact_vat(piece, option, side) for piece, option in pieces]
    if rule.per == "line":
        return [to_currency(vat, currency, rule.half) for vat in exact]
    found = [ZERO for _ in pieces]
    for code in dict.fromkeys(option.code for _, option in pieces):
        hits = [n for n, (_, option) in enumerate(pieces) if option.code == code]
        parts = [exact[n] for n in hits]
        total = to_currency(sum(parts, ZERO), currency, rule.half)
        for n, part in zip(hits, fitted(total, parts, unit(currency)), strict=True):
            found[n] = part
    return found


def planned_line(piece: Piece, option: Option, vat: Decimal, side: Side, role: str) -> PlannedLine:
    """The line with all three sides."""
    line = piece.line
    return PlannedLine(
        id=piece.id,
        kind=line.kind,
        description=line.description,
        quantity=line.quantity if piece.first else Decimal(1),
        net=piece.amount - vat if side == "gross" else piece.amount,
        vat=vat,
        gross=piece.amount if side == "gross" else piece.amount + vat,
        rate=option.rate,
        code=option.code,
        role=role,
        supply=line.supply,
        product=line.product,
        discount=piece.discount or None,
        period=line.period,
        part_of=_net_whole(piece, option, side),
        subscription=line.subscription,
        cost=line.cost if piece.first else None,
        of=line.of,
        returned=line.returned,
    )


def _net_whole(piece: Piece, option: Option, side: Side) -> Whole | None:
    """What the whole period costs without VAT; of a line that is split, the piece's share."""
    whole = piece.line.part_of
    if whole is None or not piece.line.amount:
        return None
    share = piece.amount / piece.line.amount
    net = whole.amount * share / (1 + option.rate / 100) if side == "gross" else whole.amount * share
    return Whole(amount=net, period=whole.period)
