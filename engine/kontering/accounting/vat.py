"""Which VAT treatments and codes a supply can have, and which of them fits what the source has charged.

The order of questions: what is supplied, where to, who buys, and what the seller is registered for. The answer is a
list of possible codes; what was charged picks one of them. If none fits, the document is held: nothing is re-taxed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from kontering.accounting import identity, rates, roles
from kontering.accounting.identity import VatNumber
from kontering.accounting.roles import Treatment
from kontering.accounting.settings import Settings
from kontering.accounting.territory import OUTSIDE, Territory
from kontering.model.document import Party, Side, Supply
from kontering.model.money import ZERO, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who buys, as far as VAT asks: a firm is one that has a proved number."""

    number: VatNumber | None
    problem: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One VAT code that a supply can have, with the rate that must then have been charged."""

    rate: Decimal
    code: str
    treatment: Treatment
    country: str
    legal_note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """All codes that a supply can have, the most likely first, and why."""

    options: tuple[Option, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where things go: `goods` is the delivery address, `home` the buyer's own."""

    goods: Territory
    home: Territory


def buyer_of(party: Party, home: Territory) -> Buyer:
    """The buyer with a proved number, or with what is wrong about the number that was given."""
    if party.vat_number is None:
        word = "a firm without a VAT number counts as a consumer" if party.kind == "business" else "a private buyer"
        return Buyer(number=None, reason="a public buyer" if party.kind == "public" else word)
    country = home.goods if identity.checked(home.goods) else home.country
    if (proved := identity.vat_number(party.vat_number, country)) is not None:
        return Buyer(number=proved, reason=f"a firm with VAT number {proved.text}, which passes its check")
    if not identity.checked(country):
        return Buyer(number=None, reason=f"number {party.vat_number} of {country}, which isn't checked here")
    return Buyer(number=None, problem=party.vat_number, reason=f"VAT number {party.vat_number} fails its check")


def choices(
    supply: Supply, buyer: Buyer, place: Place, day: dt.date, settings: Settings, *, reverse_charge: bool = False
) -> Choice:
    """Every code that this supply can have on that day."""
    where = place.goods.goods if supply == "goods" else place.home.services
    if where == settings.country:
        return _domestic(buyer, day, settings, reverse_charge=reverse_charge)
    if where == OUTSIDE:
        return _outside(supply, place, day, settings)
    if buyer.number is not None and _is_foreign_firm(buyer.number, supply, settings):
        return _eu_firm(supply, where, buyer)
    if buyer.number is not None:
        reason = f"{_noun(supply)} to {where}, but {buyer.number.text} is no number of another member state"
        return _at_home(day, settings, reason)
    return _eu_consumer(supply, where, day, settings)


def _domestic(buyer: Buyer, day: dt.date, settings: Settings, *, reverse_charge: bool) -> Choice:
    home = _at_home(day, settings, f"a domestic sale in {settings.country}")
    if not reverse_charge or buyer.number is None:
        return home
    option = Option(
        rate=ZERO,
        code=f"{settings.country}RC",
        treatment="domestic",
        country=settings.country,
        legal_note="domestic_reverse_charge",
    )
    reason = f"{home.reason} of what falls under the domestic reverse charge, to {buyer.reason}"
    return Choice(options=(option, *(one for one in home.options if one.rate != 0)), reason=reason)


def _at_home(day: dt.date, settings: Settings, reason: str) -> Choice:
    country = settings.country
    known = (*rates.possible(country, day), ZERO)
    options = (
        Option(rate=rate, code=f"{country}{percent(rate)}", treatment="domestic", country=country) for rate in known
    )
    return Choice(options=tuple(options), reason=reason)


def _outside(supply: Supply, place: Place, day: dt.date, settings: Settings) -> Choice:
    code = roles.EXPORT_GOODS if supply == "goods" else roles.EXPORT_SERVICES
    where = place.goods if supply == "goods" else place.home
    option = Option(rate=ZERO, code=code, treatment="export", country=where.country)
    note = f" ({where.note})" if where.note else ""
    reason = f"{_noun(supply)} to {where.country}, outside the EU's VAT area{note}"
    taxed = [one for one in _at_home(day, settings, "").options if one.rate != 0]
    accepted = taxed if settings.domestic_vat_abroad == "accept" else []
    return Choice(options=(option, *accepted), reason=reason)


def _is_foreign_firm(number: VatNumber, supply: Supply, settings: Settings) -> bool:
    # XI numbers count for goods only; in services Northern Ireland is a third country.
    return number.country != settings.country and (supply == "goods" or number.country != "XI")


def _eu_firm(supply: Supply, where: str, buyer: Buyer) -> Choice:
    reason = f"{_noun(supply)} to {where}, bought by {buyer.reason}"
    if supply == "goods":
        option = Option(rate=ZERO, code=roles.EU_GOODS, treatment="eu_goods", country=where, legal_note="eu_goods")
    else:
        option = Option(
            rate=ZERO, code=roles.EU_SERVICES, treatment="eu_services", country=where, legal_note="reverse_charge"
        )
    return Choice(options=(option,), reason=reason)


def _eu_consumer(supply: Supply, where: str, day: dt.date, settings: Settings) -> Choice:
    if supply == "service":
        return _at_home(day, settings, f"a service to a consumer in {where}, taxed where the seller is")
    if settings.oss == "below_threshold":
        return _at_home(day, settings, f"{_noun(supply)} to a consumer in {where}, seller below the threshold")
    options = (
        Option(rate=rate, code=f"OSS-{where}-{percent(rate)}", treatment="oss", country=where)
        for rate in rates.possible(where, day)
    )
    return Choice(options=tuple(options), reason=f"{_noun(supply)} to a consumer in {where}, One Stop Shop")


def _noun(supply: Supply) -> str:
    return {"goods": "goods", "digital": "a digital service", "service": "a service"}[supply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What a piece of a line comes to and what was charged on it; `slack` is what rounding may have done to the VAT."""

    amount: Decimal
    side: Side
    slack: Decimal
    rate: Decimal | None = None
    vat: Decimal | None = None


Misfit = Literal["rate", "vat", "untaxed"]


def chosen(choice: Choice, charged: Amounts, *, untaxed: bool) -> Option | Misfit:
    """The code that fits what was charged, or what it is that doesn't fit.

    `untaxed`: a domestic line for which no VAT is named is zero-rated.
    """
    if charged.rate is not None:
        return _by_rate(choice, charged, charged.rate)
    if charged.vat:
        return _by_amount(choice.options, charged)
    if charged.amount == 0:
        return choice.options[0]
    free = [one for one in choice.options if one.rate == 0]
    if not free:
        return "rate"
    return free[0] if untaxed or not _is_zero_rated(free[0]) else "untaxed"


def _by_rate(choice: Choice, charged: Amounts, rate: Decimal) -> Option | Misfit:
    for option in choice.options:
        if option.rate == rate:
            right = (
                charged.vat is None or abs(charged.vat - reckoned(charged.amount, rate, charged.side)) <= charged.slack
            )
            return option if right else "vat"
    return "rate"


def _by_amount(options: Sequence[Option], charged: Amounts) -> Option | Misfit:
    def off(option: Option) -> Decimal:
        return abs((charged.vat or ZERO) - reckoned(charged.amount, option.rate, charged.side))

    near = min(options, key=off)
    return near if near.rate != 0 and off(near) <= charged.slack else "rate"


def _is_zero_rated(option: Option) -> bool:
    return option.treatment == "domestic" and option.legal_note is None


def reckoned(amount: Decimal, rate: Decimal, side: Side) -> Decimal:
    """The unrounded VAT of an amount at a rate.

    >>> reckoned(Decimal("125"), Decimal("25"), "gross"), reckoned(Decimal("100"), Decimal("25"), "net")
    (Decimal('25'), Decimal('25'))
    """
    return amount * rate / (100 + rate if side == "gross" else Decimal(100))
