"""VAT treatment and code for every piece of a sale, with reasons; what was charged must fit, or the sale is held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kontering.accounting import holds, rates, roles, territory, vat
from kontering.accounting.pieces import Piece, priced, shared_over
from kontering.accounting.settings import Settings
from kontering.accounting.vat import Amounts, Buyer, Choice, Option, Place
from kontering.model.document import Line, Party, Sale, Supply, Warned
from kontering.model.money import ZERO, percent, rounded, unit
from kontering.model.plan import Hold

SOLD = ("goods", "subscription")


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """Pieces that each have their code, and the document's class that follows from them."""

    pieces: tuple[Piece, ...]
    treatment: str
    country: str
    legal_note: str | None = None
    customer: Party
    warnings: tuple[Warned, ...] = ()
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    sale: Sale
    buyer: Buyer
    place: Place
    main: Supply
    settings: Settings
    day: dt.date


def classified(
    sale: Sale, party: Party, pieces: tuple[Piece, ...], day: dt.date, settings: Settings
) -> Classified | Hold:
    """Every piece with its code; `day` is the day of the supply."""
    place = place_of(sale, party)
    if isinstance(place, Hold):
        return place
    buyer = vat.buyer_of(party, place.home)
    if buyer.problem is not None and settings.on_invalid_vat_number == "error":
        return holds.vat_number_invalid(sale.key, buyer.problem)
    facts = _Facts(sale=sale, buyer=buyer, place=place, main=_main_supply(pieces, settings), settings=settings, day=day)
    found = [_with_code(piece, facts) for piece in priced(pieces)]
    if wrong := [one for one in found if isinstance(one, Hold)]:
        return together(wrong)
    coded = tuple(one for one in found if isinstance(one, Piece))
    return _document(_with_spread(pieces, coded, facts), party, facts)


def place_of(sale: Sale, party: Party) -> Place | Hold:
    """Where the buyer is and where the goods go."""
    home = territory.of_address(party.address)
    if home is None:
        return holds.unknown_country(sale.key, party.address.country, "customer.address.country")
    if sale.ship_to is None:
        return Place(goods=home, home=home)
    goods = territory.of_address(sale.ship_to)
    if goods is None:
        return holds.unknown_country(sale.key, sale.ship_to.country, "ship_to.country")
    return Place(goods=goods, home=home)


def together(found: Sequence[Hold]) -> Hold:
    """Several reasons to hold a document, as one with all their problems."""
    first = found[0]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    problems = tuple(problem for one in found for problem in one.problems)
    return replace(first, reason=first.reason + more, problems=problems)


def supply_of(line: Line, main: Supply, settings: Settings) -> Supply:
    """What VAT asks about a line: as it says itself, else by its kind; shipping, fees and the like follow the goods."""
    if line.supply is not None:
        return line.supply
    if line.kind == "goods":
        return settings.supply
    return settings.subscription_supply if line.kind == "subscription" else main


def _main_supply(pieces: tuple[Piece, ...], settings: Settings) -> Supply:
    sold = [piece for piece in pieces if piece.line.kind in SOLD]
    found = [(supply_of(piece.line, settings.supply, settings), abs(piece.amount)) for piece in sold]
    if not found or any(supply == "goods" for supply, _ in found):
        return "goods" if found else settings.supply
    return max(found, key=lambda one: one[1])[0]


def _with_code(piece: Piece, facts: _Facts) -> Piece | Hold:
    if piece.line.kind == "gift_card" and facts.settings.gift_card_kind == "multi_purpose" and not _is_free(piece):
        return holds.card_with_vat(facts.sale.key, f"{piece.field}.taxes", _named(piece), said_charged(piece))
    if _is_outside_vat(piece, facts.settings):
        return replace(piece, option=_out(piece, facts.settings), vat=ZERO)
    choice = _choice(piece.line, facts)
    amounts = Amounts(
        amount=piece.amount, side=facts.sale.prices, slack=_slack(piece, facts.sale), rate=piece.rate, vat=piece.vat
    )
    untaxed = facts.settings.untaxed_domestic == "zero_rated"
    match vat.chosen(choice, amounts, untaxed=untaxed):
        case Option() as option:
            return replace(piece, line=_decided(piece.line, facts), option=option, reason=choice.reason)
        case "vat":
            return _wrong_amount(piece, facts.sale)
        case "untaxed":
            return holds.untaxed(facts.sale.key, f"{piece.field}.taxes", _named(piece), choice.reason)
        case _:
            return _wrong_rate(piece, choice, facts)


def _choice(line: Line, facts: _Facts) -> Choice:
    item = line.product
    flagged = item is not None and bool({item.group, item.sku} & facts.settings.reverse_charge)
    supply = supply_of(line, facts.main, facts.settings)
    return vat.choices(supply, facts.buyer, facts.place, facts.day, facts.settings, reverse_charge=flagged)


def _decided(line: Line, facts: _Facts) -> Line:
    """The line with the supply that its code was chosen for; what says nothing is goods."""
    supply = supply_of(line, facts.main, facts.settings)
    return line if line.supply is not None or supply == "goods" else replace(line, supply=supply)


def _is_outside_vat(piece: Piece, settings: Settings) -> bool:
    if piece.line.kind == "gift_card":
        return settings.gift_card_kind == "multi_purpose"
    return piece.line.kind in ("tip", "rounding") and _is_free(piece)


def _is_free(piece: Piece) -> bool:
    return not piece.vat and not piece.rate


def _out(piece: Piece, settings: Settings) -> Option:
    treatment: roles.Treatment = "voucher" if piece.line.kind == "gift_card" else "domestic"
    return Option(rate=ZERO, code=roles.OUT, treatment=treatment, country=settings.country)


def _slack(piece: Piece, sale: Sale) -> Decimal:
    # A source may round VAT on each unit, or have cut the amount itself: half a unit for each of them.
    step = unit(sale.currency)
    return step + step / 2 * abs(piece.line.quantity)


def _wrong_amount(piece: Piece, sale: Sale) -> Hold:
    rate, charged = piece.rate or ZERO, piece.vat or ZERO
    expected = rounded(vat.reckoned(piece.amount, rate, sale.prices), unit(sale.currency))
    return holds.vat_amount_misfit(sale.key, f"{piece.field}.taxes", _named(piece), charged, rate, expected)


def _wrong_rate(piece: Piece, choice: Choice, facts: _Facts) -> Hold:
    fits = [f"{percent(one.rate)} % ({one.code})" for one in choice.options]
    said = f"{choice.reason}, on {facts.day}"
    return holds.vat_misfit(facts.sale.key, f"{piece.field}.taxes", _named(piece), said_charged(piece), said, fits)


def said_charged(piece: Piece) -> str:
    """What was charged on a piece, in words."""
    if piece.rate is not None:
        return f"{percent(piece.rate)} %" + (f" ({piece.vat})" if piece.vat else "")
    return f"VAT of {piece.vat}" if piece.vat else "no VAT"


def _named(piece: Piece) -> str:
    return f"{piece.id} ({piece.line.description})"


def _with_spread(pieces: tuple[Piece, ...], coded: tuple[Piece, ...], facts: _Facts) -> tuple[Piece, ...]:
    options, weights = mix([piece for piece in coded if piece.line.kind in SOLD] or coded)
    waiting = iter(coded)
    found: list[Piece] = []
    for piece in pieces:
        if not piece.spread:
            found.append(next(waiting))
        else:
            choice = _choice(piece.line, facts)
            own = (options, weights) if options else (choice.options[:1], (Decimal(1),))
            found.extend(shared_over(replace(piece, reason=choice.reason), *own, facts.sale.currency))
    return tuple(found)


def mix(pieces: Sequence[Piece]) -> tuple[tuple[Option, ...], tuple[Decimal, ...]]:
    """The codes of some pieces, and what each comes to: by what amounts without VAT of their own are shared."""
    found: dict[Option, Decimal] = {}
    for piece in pieces:
        if piece.option is not None and piece.option.code != roles.OUT:
            found[piece.option] = found.get(piece.option, ZERO) + piece.amount
    return tuple(found), tuple(found.values())


def _document(pieces: tuple[Piece, ...], party: Party, facts: _Facts) -> Classified | Hold:
    weights: dict[Option, Decimal] = {}
    for piece in pieces:
        if piece.option is not None and piece.option.code != roles.OUT:
            weights[piece.option] = weights.get(piece.option, ZERO) + abs(piece.amount)
    countries = {option.country for option in weights}
    if len(countries) > 1:
        return holds.two_countries(facts.sale.key, [option.code for option in weights])
    main = max(weights, key=lambda option: weights[option]) if weights else None
    cards = any(piece.line.kind == "gift_card" for piece in pieces)
    return Classified(
        pieces=pieces,
        treatment=main.treatment if main else "voucher" if cards else "domestic",
        country=main.country if main else facts.settings.country,
        legal_note=_note(tuple(weights)),
        customer=_customer(party, facts.buyer),
        warnings=_warnings(facts.buyer),
        why=_reasons(pieces, facts),
    )


def _note(options: tuple[Option, ...]) -> str | None:
    notes = {option.legal_note for option in options} - {None}
    if notes == {"eu_goods", "reverse_charge"}:
        return "eu_goods_and_services"
    return next(iter(notes), None)


def _customer(party: Party, buyer: Buyer) -> Party:
    if buyer.number is not None:
        kind = "business" if party.kind == "consumer" else party.kind
        return replace(party, vat_number=buyer.number.text, kind=kind)
    return replace(party, vat_number=None, kind="consumer") if buyer.problem is not None else party


def _warnings(buyer: Buyer) -> tuple[Warned, ...]:
    if buyer.problem is None:
        return ()
    message = f"{buyer.reason}: the buyer counts as a private person"
    return (Warned(code="VAT_NUMBER_INVALID", message=message),)


def _reasons(pieces: tuple[Piece, ...], facts: _Facts) -> tuple[str, ...]:
    found = [f"the buyer is {facts.buyer.reason}" if facts.buyer.problem is None else facts.buyer.reason]
    for piece in pieces:
        if piece.option is not None:
            found.append(f"{_named(piece)}: {_why(piece, piece.option)}")
    return tuple(dict.fromkeys(found))


def _why(piece: Piece, option: Option) -> str:
    if option.code == roles.OUT:
        return "OUT, no sale in the eyes of VAT"
    taxed = "shared in the mix of the goods" if piece.spread else f"{said_charged(piece)} was charged"
    island = ", the rate of an island or enclave" if rates.regional(option.country, option.rate) else ""
    return f"{option.code}, {piece.reason}; {taxed}{island}"
