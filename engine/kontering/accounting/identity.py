"""Numbers that identify buyers: EU VAT numbers, Danish CVR, EAN location numbers; proved by their check digits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stdnum import ean as gs1
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError

from kontering.accounting import territory


@dataclass(frozen=True, slots=True)
class VatNumber:
    """A proved VAT number without blanks and marks; `country` is ISO, so GR for a number with EL."""

    text: str
    country: str


def vat_number(given: str, country: str) -> VatNumber | None:
    """The number as the EU writes it; without a prefix it is one of `country`. None if it can't be right.

    >>> vat_number("SE 556677-8899 01", "SE"), vat_number("31 41 59 26", "DK"), vat_number("SE556677889001", "SE")
    (VatNumber(text='SE556677889901', country='SE'), VatNumber(text='DK31415926', country='DK'), None)
    """
    plain = re.sub(r"[\s.\-/_:,]", "", given).upper()
    for candidate in (plain, territory.vat_prefix(country) + plain):
        if (found := _proved(candidate)) is not None:
            return found
    return None


def ean(given: str) -> str | None:
    """An EAN location number: 13 digits with a right check digit.

    >>> ean("5798 0000 0011 7"), ean("5798000000118"), ean("96385074")
    ('5798000000117', None, None)
    """
    plain = re.sub(r"[\s.\-]", "", given)
    # stdnum also takes 8, 12 and 14 digits, which are no location numbers.
    return plain if len(plain) == 13 and gs1.is_valid(plain) else None


def checked(country: str) -> bool:
    """Can the VAT numbers of a country be proved here?"""
    return country in territory.eu() or country == "XI"


def _proved(candidate: str) -> VatNumber | None:
    # GR is accepted by stdnum as it stands, "EU…" is a One Stop Shop number and no buyer's.
    plain = "EL" + candidate[2:] if candidate.startswith("GR") else candidate
    if plain.startswith("EU"):
        return None
    try:
        text = str(eu_vat.validate(plain))
    except ValidationError:
        return None
    return VatNumber(text, territory.ALIASES.get(text[:2], text[:2]))
