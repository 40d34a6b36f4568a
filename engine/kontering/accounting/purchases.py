"""Which VAT codes a purchase can have, by where the supplier is and what was bought."""

from __future__ import annotations

import datetime as dt

from kontering.accounting import rates, roles
from kontering.accounting.settings import Settings
from kontering.accounting.territory import OUTSIDE, Territory
from kontering.accounting.vat import Choice, Option
from kontering.model.document import Supply
from kontering.model.money import ZERO, percent

INPUT = "-IN"
# Nobody charged VAT on these: the buyer accounts for it, on both sides of the return.
SELF_ASSESSED = ("EUG-IN", "EUS-IN", "EXS-IN")


def choices(
    supply: Supply, place: Territory, day: dt.date, settings: Settings, *, reverse_charge: bool = False
) -> Choice:
    """Every code that a purchase can have; domestic VAT is taken from any supplier that charges it."""
    taxed = tuple(
        Option(rate=rate, code=f"{settings.country}{percent(rate)}{INPUT}", treatment="domestic", country=place.country)
        for rate in rates.possible(settings.country, day)
    )
    where = place.goods if supply == "goods" else place.services
    if where == settings.country:
        word = "RC" if reverse_charge else "0"
        free = _free(f"{settings.country}{word}{INPUT}", "domestic", place)
        return Choice(options=(*taxed, free), reason="bought at home")
    if where == OUTSIDE:
        code = roles.IMPORT if supply == "goods" else roles.EXPORT_SERVICES
        reason = f"{_noun(supply)} from {place.country}, outside the EU"
        return Choice(options=(_free(f"{code}{INPUT}", "export", place), *taxed), reason=reason)
    code = roles.EU_GOODS if supply == "goods" else roles.EU_SERVICES
    treatment: roles.Treatment = "eu_goods" if supply == "goods" else "eu_services"
    reason = f"{_noun(supply)} from {where}, the buyer accounts for the VAT"
    return Choice(options=(_free(f"{code}{INPUT}", treatment, place), *taxed), reason=reason)


def is_self_assessed(code: str, settings: Settings) -> bool:
    """Does the buyer account for the VAT of a purchase under this code?"""
    return code in SELF_ASSESSED or code == f"{settings.country}RC{INPUT}"


def _free(code: str, treatment: roles.Treatment, place: Territory) -> Option:
    return Option(rate=ZERO, code=code, treatment=treatment, country=place.country)


def _noun(supply: Supply) -> str:
    return "goods" if supply == "goods" else "a service"
