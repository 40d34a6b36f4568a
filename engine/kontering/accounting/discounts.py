"""Coupons shared over the lines they hit, and discounts shown as lines of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from kontering.accounting.pieces import Piece
from kontering.accounting.vat import Option, reckoned
from kontering.model.document import Charged, Coupon, Line, Sale, Side
from kontering.model.money import ZERO, shared, to_currency, unit

SOLD = ("goods", "subscription")


def after_coupons(sale: Sale) -> tuple[Line, ...]:
    """The lines as the coupons leave them; a percentage is worked out on the sum of the lines it hits, once."""
    if not sale.coupons:
        return sale.lines
    amounts = [to_currency(line.amount, sale.currency) for line in sale.lines]
    taken = [ZERO for _ in sale.lines]
    for coupon in sale.coupons:
        hits = [n for n, line in enumerate(sale.lines) if _hits(coupon, line)]
        for n, part in zip(hits, _shares(coupon, [amounts[n] for n in hits], sale.currency), strict=True):
            taken[n] += part
    return tuple(_lowered(*one) for one in zip(sale.lines, amounts, taken, strict=True))


def as_own_lines(pieces: tuple[Piece, ...], side: Side) -> tuple[Piece, ...]:
    """The pieces as they were before discount, and a piece `DISCOUNT/<code>` for each VAT code that was discounted."""
    return (*(_before(piece, side) for piece in pieces), *_own(pieces))


def _hits(coupon: Coupon, line: Line) -> bool:
    return line.id in coupon.over if coupon.over else line.kind in SOLD


def _shares(coupon: Coupon, amounts: list[Decimal], currency: str) -> tuple[Decimal, ...]:
    whole = sum(amounts, ZERO)
    if not amounts or whole <= 0:
        return tuple(ZERO for _ in amounts)
    worth = whole * coupon.value / 100 if coupon.kind == "percent" else coupon.value
    return shared(min(to_currency(worth, currency), whole), amounts, unit(currency))


def _lowered(line: Line, amount: Decimal, taken: Decimal) -> Line:
    if not taken:
        return line
    # What the source charged before the coupon is no longer right; the rate is.
    taxes = None if line.taxes is None else tuple(Charged(rate=tax.rate) for tax in line.taxes)
    return replace(line, amount=amount - taken, discount=(line.discount or ZERO) + taken, taxes=taxes)


def _before(piece: Piece, side: Side) -> Piece:
    if not piece.discount or piece.option is None:
        return piece
    more = reckoned(piece.discount, piece.option.rate, side)
    vat = None if piece.vat is None else piece.vat + more
    return replace(piece, amount=piece.amount + piece.discount, discount=ZERO, vat=vat)


def _own(pieces: Iterable[Piece]) -> Iterator[Piece]:
    found: dict[Option, Decimal] = {}
    for piece in pieces:
        if piece.discount and piece.option is not None:
            found[piece.option] = found.get(piece.option, ZERO) + piece.discount
    for option, taken in found.items():
        name = f"DISCOUNT/{option.code}"
        line = Line(id=name, kind="discount", description="Discount", quantity=Decimal(1), amount=-taken)
        yield Piece(line=line, id=name, field="lines", amount=-taken, rate=option.rate, option=option)
