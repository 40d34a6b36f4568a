"""Credit notes: on the codes and rates of their invoice, never more than is left; the last one takes the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kontering.accounting import amounts, holds, roles, unearned, vat
from kontering.accounting.classify import said_charged, together
from kontering.accounting.pieces import Piece, of_sale, shared_over
from kontering.accounting.settings import Settings
from kontering.accounting.totals import own_lines
from kontering.accounting.vat import Amounts, Choice, Option
from kontering.model.document import Planned, PlannedLine, Sale, Side
from kontering.model.money import ZERO, to_currency, unit
from kontering.model.plan import Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is left of an invoice under one VAT code."""

    net: Decimal
    vat: Decimal

    @property
    def gross(self) -> Decimal:
        """Net and VAT."""
        return self.net + self.vat


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """The credited invoice: as it was booked, what of it is left in all, and under each code where that is known."""

    planned: Planned
    gross: Decimal
    left: dict[str, Left] | None


def remaining(original: Planned, credited: Decimal, earlier: Sequence[Planned]) -> Invoice:
    """What is left of an invoice after its earlier credit notes.

    Where only their sum is known, what is left under each code is known for an invoice with one code, and else not.
    """
    given = max(credited, sum((one.totals.gross for one in earlier), ZERO))
    left = {row.code: Left(net=row.base, vat=row.vat) for row in original.totals.rates}
    for one in earlier:
        for row in one.totals.rates:
            before = left.get(row.code, Left(net=ZERO, vat=ZERO))
            left[row.code] = Left(net=before.net - row.base, vat=before.vat - row.vat)
    unknown = given - sum((one.totals.gross for one in earlier), ZERO)
    known = left if unknown == 0 else _estimated(left, unknown, original)
    return Invoice(planned=original, gross=original.totals.gross - given, left=known)


def _estimated(left: dict[str, Left], unknown: Decimal, original: Planned) -> dict[str, Left] | None:
    if len(left) != 1 or not original.totals.gross:
        return None
    ((code, whole),) = left.items()
    gone = to_currency(original.totals.vat * unknown / original.totals.gross, original.currency)
    return {code: Left(net=whole.net - (unknown - gone), vat=whole.vat - gone)}


def lines_of(
    sale: Sale, invoice: Invoice, earlier: Sequence[Planned], settings: Settings
) -> tuple[PlannedLine, ...] | Hold:
    """The credit note's lines with the codes of the invoice's, rounded, within what is left under each code."""
    found = [_coded(one, sale, invoice) for one in of_sale(sale, sale.lines, spread_shipping=False)]
    if wrong := [one for one in found if isinstance(one, Hold)]:
        return together(wrong)
    coded = [piece for one in found if not isinstance(one, Hold) for piece in one]
    with_options = [(piece, piece.option) for piece in coded if piece.option is not None]
    vats = amounts.rounded_vat(with_options, sale.prices, sale.currency, amounts.rule_of(sale, settings))
    lines = tuple(
        _as_sold(
            amounts.planned_line(piece, option, own, sale.prices, _role(piece, option, invoice, settings)), invoice
        )
        for (piece, option), own in zip(with_options, vats, strict=True)
    )
    within = lines if invoice.left is None else _within(lines, sale, invoice, invoice.left, settings)
    return within if isinstance(within, Hold) else unearned.apart(within, sale.date, invoice.planned, earlier, settings)


def _coded(one: Piece | Hold, sale: Sale, invoice: Invoice) -> list[Piece] | Hold:
    if isinstance(one, Hold):
        return one
    if one.spread:
        options, weights = _mix(invoice, sale.prices)
        return shared_over(one, options, weights, sale.currency)
    found = _option(one, sale, invoice)
    return found if isinstance(found, Hold) else [replace(one, option=found)]


def _mix(invoice: Invoice, side: Side) -> tuple[tuple[Option, ...], tuple[Decimal, ...]]:
    """The invoice's codes, weighed by what is left of each."""
    options = _options(_taxed(own_lines(invoice.planned)))
    rows = {row.code: Left(net=row.base, vat=row.vat) for row in invoice.planned.totals.rates}
    left = rows if invoice.left is None else invoice.left
    weights = [left[option.code].gross if side == "gross" else left[option.code].net for option in options]
    return tuple(options), tuple(max(weight, ZERO) for weight in weights)


def _taxed(lines: Sequence[PlannedLine]) -> Sequence[PlannedLine]:
    return [line for line in lines if line.code != roles.OUT] or lines


def _options(lines: Iterable[PlannedLine]) -> list[Option]:
    found = dict.fromkeys((line.code, line.rate) for line in lines)
    return [Option(rate=rate, code=code, treatment="domestic", country="") for code, rate in found]


def _option(piece: Piece, sale: Sale, invoice: Invoice) -> Option | Hold:
    """The code of the invoice's line that is given back; without such a line, the code with what was charged."""
    charged = Amounts(
        amount=piece.amount,
        side=sale.prices,
        slack=unit(sale.currency) * (1 + abs(piece.line.quantity) / 2),
        rate=piece.rate,
        vat=piece.vat,
    )
    own = own_lines(invoice.planned)
    for lines in (_named(piece, own), _alike(piece, own), own):
        if lines:
            choice = Choice(options=tuple(_options(lines)), reason="")
            found = vat.chosen(choice, charged, untaxed=True)
            if isinstance(found, Option):
                return found
    codes = [f"{option.code}" for option in _options(own)]
    number = invoice.planned.number
    return holds.not_on_invoice(sale.key, f"{piece.field}.taxes", piece.id, said_charged(piece), number, codes)


def _named(piece: Piece, lines: Sequence[PlannedLine]) -> list[PlannedLine]:
    of = piece.line.of
    return [line for line in lines if of is not None and (line.id == of or line.id.startswith(f"{of}/"))]


def _alike(piece: Piece, lines: Sequence[PlannedLine]) -> list[PlannedLine]:
    same = [line for line in lines if line.id == piece.line.id and line.kind == piece.line.kind]
    return same or [line for line in lines if line.kind == piece.line.kind]


def _role(piece: Piece, option: Option, invoice: Invoice, settings: Settings) -> str:
    """The account of the invoice's own line, where there is one."""
    own = own_lines(invoice.planned)
    for lines in (_named(piece, own), _alike(piece, own)):
        same = [line.role for line in lines if line.code == option.code]
        if same and (same[0] != "deferred_revenue" or _is_deferred(piece, own)):
            return same[0]
    deferred = [line for line in own if line.role == "deferred_revenue"]
    only = len(deferred) == 1 and {line.role for line in own if line.code == option.code} == {"deferred_revenue"}
    return roles.line_role(piece.line.kind, option.code, deferred=only, tip=settings.tip_role)


def _is_deferred(piece: Piece, own: Sequence[PlannedLine]) -> bool:
    """Is it known which deferred line is given back? Else nobody could say what of it is earned."""
    deferred = [line for line in own if line.role == "deferred_revenue"]
    return len(deferred) == 1 or any(line.id in (piece.line.of, piece.id, piece.line.id) for line in deferred)


def _as_sold(line: PlannedLine, invoice: Invoice) -> PlannedLine:
    """What a credit note's line leaves out is as on the invoice."""
    own = [one for one in own_lines(invoice.planned) if one.code == line.code]
    same = [one for one in own if one.id in (line.of, line.id)] or own
    supplies = {one.supply for one in same}
    if line.supply is None and len(supplies) == 1:
        line = replace(line, supply=supplies.pop())
    return _with_cost(line, invoice)


def _with_cost(line: PlannedLine, invoice: Invoice) -> PlannedLine:
    """Goods that come back have the cost at which they were sold."""
    if line.cost is not None or not line.returned:
        return line
    sold = [one for one in own_lines(invoice.planned) if one.id in (line.of, line.id) and one.cost is not None]
    return replace(line, cost=sold[0].cost) if sold else line


def _within(
    lines: tuple[PlannedLine, ...], sale: Sale, invoice: Invoice, left: dict[str, Left], settings: Settings
) -> tuple[PlannedLine, ...] | Hold:
    found = lines
    for code in dict.fromkeys(line.code for line in lines):
        rest = left.get(code)
        if rest is None or rest.gross < 0 or code == roles.OUT:
            continue
        gross = sum((line.gross for line in found if line.code == code), ZERO)
        if gross - rest.gross > settings.tolerance:
            return holds.exceeds_remaining(sale.key, gross, rest.gross, invoice.planned.number, code)
        found = _fitting(found, code, sale.prices, rest)
    return found


def _fitting(lines: tuple[PlannedLine, ...], code: str, side: Side, rest: Left) -> tuple[PlannedLine, ...]:
    """Lines whose sums stay within what is left of their code, and use it up when they reach it on the fixed side."""
    net = sum((line.net for line in lines if line.code == code), ZERO)
    own = sum((line.vat for line in lines if line.code == code), ZERO)
    if side == "net":
        new_net, new_vat = (rest.net, rest.vat) if net >= rest.net else (net, min(own, rest.vat))
    elif net + own >= rest.gross:
        new_net, new_vat = rest.net, rest.vat
    else:
        new_vat = max(min(own, rest.vat), net + own - rest.net)
        new_net = net + own - new_vat
    return _moved(lines, code, new_net - net, new_vat - own)


def _moved(lines: tuple[PlannedLine, ...], code: str, net: Decimal, own: Decimal) -> tuple[PlannedLine, ...]:
    if not net and not own:
        return lines
    where = max((n for n, line in enumerate(lines) if line.code == code), key=lambda n: abs(lines[n].gross))
    line = lines[where]
    moved = replace(line, net=line.net + net, vat=line.vat + own, gross=line.gross + net + own)
    return (*lines[:where], moved, *lines[where + 1 :])
