"""Country and postcode to VAT territory: Spain may be the Canary Islands, Britain may be Northern Ireland."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache

from kontering import resources
from kontering.model.countries import COUNTRIES
from kontering.model.document import Address

OUTSIDE = "outside"
ALIASES = {"UK": "GB", "EL": "GR"}
# Greece is GR everywhere but in VAT numbers; Northern Ireland has VAT numbers, and no country of its own.
PREFIXES = {"GR": "EL"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory:
    """Where a supply is taxed: `goods` and `services` are an EU country, `XI`, or `outside`."""

    country: str
    goods: str
    services: str
    key: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    key: str
    countries: frozenset[str]
    postcode: re.Pattern[str] | None
    goods: str
    services: str
    note: str


def country_of(code: str) -> str | None:
    """The country that a code means; None for one that nobody knows.

    >>> country_of("uk"), country_of("EL"), country_of("XX")
    ('GB', 'GR', None)
    """
    plain = ALIASES.get(code.strip().upper(), code.strip().upper())
    return plain if plain in COUNTRIES or plain == "IC" else None


def territory(code: str, postcode: str | None = None) -> Territory | None:
    """The territory of an address; None if its country is unknown.

    >>> territory("ES", "35001").goods, territory("GB", "BT1 5GS").goods, territory("DE", "10115").goods
    ('outside', 'XI', 'DE')
    """
    country = country_of(code)
    if country is None:
        return None
    for row in _special():
        if country in row.countries and _fits(row, country, postcode):
            return Territory(
                country=country, goods=_as(row.goods), services=_as(row.services), key=row.key, note=row.note
            )
    return Territory(country=country, goods=_as(country), services=_as(country))


def of_address(address: Address) -> Territory | None:
    """The territory of an address."""
    return territory(address.country, address.postcode)


@cache
def eu() -> frozenset[str]:
    """The member states, as ISO codes: those that have a standard rate in the dated table."""
    with resources.data("vat/eu-standard-rates.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["country"] for row in csv.DictReader(file))


def vat_prefix(country: str) -> str:
    """What a country's VAT numbers begin with.

    >>> vat_prefix("GR"), vat_prefix("SE")
    ('EL', 'SE')
    """
    return PREFIXES.get(country, country)


@cache
def _special() -> tuple[_Row, ...]:
    with resources.data("vat/territories.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_row(row) for row in csv.DictReader(file))


def _row(row: dict[str, str]) -> _Row:
    pattern = re.compile(row["postcode_regex"]) if row["postcode_regex"] else None
    countries = frozenset(row["country"].split("|"))
    return _Row(row["key"], countries, pattern, row["goods_as"], row["services_as"], row["note"])


def _fits(row: _Row, country: str, postcode: str | None) -> bool:
    if row.postcode is None:
        return True
    return postcode is not None and row.postcode.search(_postcode(country, postcode)) is not None


def _postcode(country: str, text: str) -> str:
    # "D-78266" and "FI-22100" are written with a country in front; "BT1 5GS" and "220 30" with a blank inside.
    plain = re.sub(r"\s", "", text.upper())
    return re.sub(rf"^({country}|D|F|I|E|A|FIN)-", "", plain)


def _as(where: str) -> str:
    return where if where in eu() or where == "XI" else OUTSIDE
