"""Suppliers' bills settled: VAT as it was charged, or accounted for by the buyer; totals proved; posted by role."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kontering.accounting import amounts, classify, holds, periods, pieces, purchases, rates, territory, vat
from kontering.accounting.pieces import Piece
from kontering.accounting.planned import guid_of
from kontering.accounting.postings import converted
from kontering.accounting.settings import Settings, exchange_rate
from kontering.accounting.territory import Territory
from kontering.accounting.totals import Proved, claimed, rounded_claim
from kontering.accounting.vat import Amounts, Option
from kontering.model.document import Line, PlannedLine, Posting, PostingLine, Sale, Supply
from kontering.model.money import ZERO, to_currency, unit
from kontering.model.plan import Hold
from kontering.model.purchase import Bill, BillLine, PlannedBill, PlannedBillLine


@dataclass(frozen=True, slots=True)
class SettledBill:
    """A bill with everything settled, and its voucher by role."""

    planned: PlannedBill
    postings: tuple[Posting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    day: dt.date
    fx: Decimal | None
    place: Territory


def settle(bill: Bill, settings: Settings) -> SettledBill | Hold:
    """Everything that can be said of a bill; a supplier's credit note is one with negative amounts."""
    head = _head(bill, settings)
    if isinstance(head, Hold):
        return head
    sale = _as_sale(bill)
    found = list(pieces.of_sale(sale, sale.lines, spread_shipping=False))
    coded = [one if isinstance(one, Hold) else _coded(one, bill, head.place, settings) for one in found]
    if wrong := [one for one in coded if isinstance(one, Hold)]:
        return classify.together(wrong)
    apart = [one for one in coded if isinstance(one, Piece)]
    lines = tuple(_lines(apart, bill, sale, settings))
    claim = rounded_claim(bill.totals, bill.currency)
    proved = claimed(bill.key, lines, claim, settings.tolerance, settings.vat_tolerance)
    if isinstance(proved, Hold):
        return proved
    why = [f"{piece.id} ({piece.line.description}): {_why(piece, bill, head.place, settings)}" for piece in apart]
    planned = _planned(bill, head, proved, tuple(why), settings)
    return SettledBill(planned, (posting(planned, settings),))


def posting(bill: PlannedBill, settings: Settings) -> Posting:
    """The voucher: what was bought, VAT that is deducted, and what is owed; self-assessed VAT on both sides."""
    slots: dict[tuple[str, str | None], Decimal] = {}
    for line in bill.lines:
        for role, amount in ((line.role, line.net), ("vat_in", line.vat)):
            if amount:
                slots[(role, line.code)] = slots.get((role, line.code), ZERO) + amount
    worth = converted(bill.totals.gross, list(slots.values()), bill.fx, bill.base_currency)
    lines = [
        PostingLine(role=role, amount=amount, code=code)
        for (role, code), amount in zip(slots, worth, strict=True)
        if amount
    ]
    owed = sum(worth, ZERO)
    lines += [PostingLine(role="payable", amount=-owed, party=party_of(bill))] if owed else []
    lines += _self_assessed(bill, settings)
    return Posting(kind="bill", key=bill.key, date=bill.date, lines=tuple(lines), text=f"bill {bill.number}")


def party_of(bill: PlannedBill) -> str:
    """The key of the supplier."""
    return f"{bill.key.partition('/')[0]}/supplier/{bill.supplier.external_id or bill.supplier.name}"


def _head(bill: Bill, settings: Settings) -> _Head | Hold:
    place = territory.of_address(bill.supplier.address)
    if place is None:
        return holds.unknown_country(bill.key, bill.supplier.address.country, "supplier.address.country")
    day = periods.posting_day(bill.key, bill.date, settings)
    if isinstance(day, Hold):
        return day
    if bill.currency == settings.base_currency:
        return _Head(day=day, fx=None, place=place)
    fx = bill.fx or exchange_rate(settings, bill.currency, bill.date)
    if fx is None:
        return holds.no_exchange_rate(bill.key, bill.currency, settings.base_currency, bill.date)
    return _Head(day=day, fx=fx, place=place)


def _as_sale(bill: Bill) -> Sale:
    """A bill's lines are taken apart and rounded as those of a sale are."""
    return Sale(
        kind="invoice",
        key=bill.key,
        number=bill.number,
        state=bill.state,
        date=bill.date,
        currency=bill.currency,
        prices=bill.prices,
        lines=tuple(_as_line(line) for line in bill.lines),
        totals=bill.totals,
        rounding=bill.rounding,
    )


def _as_line(line: BillLine) -> Line:
    return Line(
        id=line.id,
        kind="goods",
        description=line.description,
        quantity=line.quantity,
        amount=line.amount,
        supply=_supply(line),
        product=line.product,
        discount=line.discount,
        taxes=line.taxes,
        period=line.period,
    )


def _supply(line: BillLine) -> Supply:
    return "goods" if line.stocked or line.product is not None else "service"


def _choice(piece: Piece, bill: Bill, place: Territory, settings: Settings) -> vat.Choice:
    item = piece.line.product
    flagged = item is not None and bool({item.group, item.sku} & settings.reverse_charge)
    supply = piece.line.supply or "goods"
    return purchases.choices(supply, place, bill.date, settings, reverse_charge=flagged)


def _coded(piece: Piece, bill: Bill, place: Territory, settings: Settings) -> Piece | Hold:
    charged = Amounts(
        amount=piece.amount,
        side=bill.prices,
        slack=unit(bill.currency) * (1 + abs(piece.line.quantity) / 2),
        rate=piece.rate,
        vat=piece.vat,
    )
    choice = _choice(piece, bill, place, settings)
    found = vat.chosen(choice, charged, untaxed=True)
    if isinstance(found, Option):
        return replace(piece, option=found)
    fits = [one.code for one in choice.options]
    said, field = classify.said_charged(piece), f"{piece.field}.taxes"
    return holds.vat_misfit(bill.key, field, piece.id, said, f"{choice.reason}, on {bill.date}", fits)


def _why(piece: Piece, bill: Bill, place: Territory, settings: Settings) -> str:
    code = piece.option.code if piece.option else ""
    return f"{code}, {_choice(piece, bill, place, settings).reason}; {classify.said_charged(piece)} was charged"


def _lines(coded: Sequence[Piece], bill: Bill, sale: Sale, settings: Settings) -> Iterator[PlannedLine]:
    stocked = {line.id for line in bill.lines if line.stocked}
    with_options = [(piece, piece.option) for piece in coded if piece.option is not None]
    vats = amounts.rounded_vat(with_options, bill.prices, bill.currency, amounts.rule_of(sale, settings))
    for (piece, option), own in zip(with_options, vats, strict=True):
        role = "inventory" if piece.line.id in stocked else "cost"
        yield amounts.planned_line(piece, option, own, bill.prices, role)


def _planned(bill: Bill, head: _Head, proved: Proved, why: tuple[str, ...], settings: Settings) -> PlannedBill:
    categories = {line.id: line.category for line in bill.lines}
    rows = [line for line in proved.lines if line.kind != "rounding"]
    domestic = all(line.code.startswith(settings.country) for line in rows)
    return PlannedBill(
        key=bill.key,
        guid=guid_of("bill", bill.key, settings),
        mark=bill.number,
        number=bill.number,
        state=bill.state,
        date=head.day,
        due=bill.due or head.day,
        currency=bill.currency,
        base_currency=settings.base_currency,
        prices=bill.prices,
        treatment="domestic" if domestic else "eu" if head.place.goods != territory.OUTSIDE else "import",
        country=head.place.country,
        supplier=bill.supplier,
        lines=tuple(_bill_line(line, categories) for line in proved.lines),
        totals=proved.totals,
        fx=head.fx,
        file=bill.file,
        note=bill.note,
        warnings=proved.warnings,
        why=(*why, *proved.why),
    )


def _bill_line(line: PlannedLine, categories: dict[str, str | None]) -> PlannedBillLine:
    return PlannedBillLine(
        id=line.id,
        description=line.description,
        quantity=line.quantity,
        net=line.net,
        vat=line.vat,
        gross=line.gross,
        rate=line.rate,
        code=line.code,
        role=line.role,
        category=categories.get(line.id) or categories.get(line.id.rpartition("/")[0]),
        product=line.product,
        period=line.period,
    )


def _self_assessed(bill: PlannedBill, settings: Settings) -> Iterator[PostingLine]:
    rate = rates.standard(settings.country, bill.date) or ZERO
    for row in bill.totals.rates:
        if purchases.is_self_assessed(row.code, settings):
            own = to_currency(row.base * (bill.fx or 1) * rate / 100, bill.base_currency)
            if own:
                yield PostingLine(role="vat_in", amount=own, code=row.code)
                yield PostingLine(role="vat_reverse_charge", amount=-own, code=row.code)
