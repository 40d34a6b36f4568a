"""Lines taken apart: a piece is what has one VAT code, still unrounded, on the document's fixed side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from kontering.accounting import holds
from kontering.accounting.vat import Option
from kontering.model.document import Charged, Line, Sale
from kontering.model.money import ZERO, percent, rounded, shared, to_currency, unit
from kontering.model.plan import Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a line with what was charged on it; `option` is the code that was found to fit, `reason` why."""

    line: Line
    id: str
    field: str
    amount: Decimal
    discount: Decimal = ZERO
    rate: Decimal | None = None
    vat: Decimal | None = None
    spread: bool = False
    first: bool = True
    option: Option | None = None
    reason: str = ""


def of_sale(sale: Sale, lines: tuple[Line, ...], *, spread_shipping: bool) -> Iterator[Piece | Hold]:
    """The pieces of every line; a line whose VAT can't be taken apart gives a hold."""
    for number, line in enumerate(lines):
        field = f"lines[{number}]"
        if line.spread or (spread_shipping and line.kind == "shipping"):
            yield _whole(sale, line, field, spread=True)
        else:
            yield from _by_rate(sale, line, field)


def priced(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Those that have VAT of their own."""
    return tuple(piece for piece in pieces if not piece.spread)


def shared_over(piece: Piece, options: tuple[Option, ...], weights: tuple[Decimal, ...], currency: str) -> list[Piece]:
    """A piece without VAT of its own, in parts that have each option's code: `SHIP/DK25`, `SHIP/DK0`."""
    amounts = shared(piece.amount, weights, unit(currency))
    discounts = shared(piece.discount, weights, unit(currency))
    parts = zip(options, amounts, discounts, strict=True)
    return [
        replace(_under(piece, option), amount=amount, discount=discount, first=number == 0)
        for number, (option, amount, discount) in enumerate(parts)
    ]


def _under(piece: Piece, option: Option) -> Piece:
    return replace(piece, id=f"{piece.id}/{option.code}", option=option, rate=option.rate, vat=None)


def _whole(sale: Sale, line: Line, field: str, *, spread: bool = False) -> Piece:
    amount = to_currency(line.amount, sale.currency)
    discount = to_currency(line.discount or ZERO, sale.currency)
    return Piece(line=line, id=line.id, field=field, amount=amount, discount=discount, spread=spread)


def _by_rate(sale: Sale, line: Line, field: str) -> Iterator[Piece | Hold]:
    whole = _whole(sale, line, field)
    taxes = _that_count(line.taxes or ())
    if not taxes:
        yield whole
    elif len(taxes) == 1 and taxes[0].base is None:
        yield replace(whole, rate=taxes[0].rate, vat=taxes[0].vat)
    elif any(tax.base is None for tax in taxes):
        yield holds.mixed_rates(sale.key, f"{field}.taxes", line.id, [_said(tax) for tax in taxes])
    else:
        yield from _split(sale, whole, taxes)


def _that_count(taxes: tuple[Charged, ...]) -> tuple[Charged, ...]:
    # A rate of zero beside another one on the same amount charges nothing, and says nothing.
    charged = tuple(tax for tax in taxes if tax.vat or tax.rate or tax.base is not None)
    return charged or taxes[:1]


def _split(sale: Sale, whole: Piece, taxes: tuple[Charged, ...]) -> Iterator[Piece | Hold]:
    bases = [rounded(tax.base or ZERO, unit(sale.currency)) for tax in taxes]
    rest = whole.amount - sum(bases, ZERO)
    if abs(rest) > 0 and (rest < 0) == (whole.amount > 0):
        yield holds.base_misfit(sale.key, f"{whole.field}.taxes", whole.line.id, sum(bases, ZERO), whole.amount)
        return
    parts = [*zip(taxes, bases, strict=True)] + ([(Charged(rate=ZERO, vat=ZERO), rest)] if rest else [])
    discounts = shared(whole.discount, [base for _, base in parts], unit(sale.currency))
    for number, ((tax, base), discount) in enumerate(zip(parts, discounts, strict=True), start=1):
        name = whole.id if len(parts) == 1 else f"{whole.id}/{number}"
        part = replace(whole, id=name, amount=base, discount=discount, first=number == 1)
        yield replace(part, rate=tax.rate, vat=tax.vat)


def _said(tax: Charged) -> str:
    return f"{percent(tax.rate)} %" if tax.rate is not None else f"VAT of {tax.vat}"
