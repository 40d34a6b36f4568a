"""VAT rates on a day, from dated data: which rates of a country a source may have charged.

No file says which product has which rate, so a rate can only be judged possible or not. Where the files are known to be
stale or to mix in islands (data/vat/SOURCE.md) is said beside the tables below.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from kontering import resources

# The dated file knows changes up to its own day; the undated one is right from the first day of 2026 on. Between the
# two nobody says on which day Finland's 14 % became 13.5 % and Lithuania's 9 % became 12 %, so both are possible.
DATED_UNTIL = dt.date(2025, 8, 12)
CURRENT_SINCE = dt.date(2026, 1, 1)

# Rates of islands and enclaves that are still VAT area; the undated file lists them beside the mainland's.
REGIONAL = {
    "FR": frozenset({Decimal("0.9"), Decimal("13")}),
    "PT": frozenset({Decimal("16"), Decimal("18"), Decimal("22")}),
    "GR": frozenset({Decimal("4"), Decimal("17")}),
    "AT": frozenset({Decimal("19")}),
}
# French overseas departments are outside the VAT area for a seller elsewhere: their rates are never charged.
NEVER = {"FR": frozenset({Decimal("8.5"), Decimal("1.05")})}
TABLES = {"XI": "GB"}


@dataclass(frozen=True, slots=True)
class _Span:
    since: dt.date
    until: dt.date
    rate: Decimal


def standard(country: str, day: dt.date) -> Decimal | None:
    """The standard rate of a country on a day.

    >>> standard("FI", dt.date(2024, 8, 31)), standard("FI", dt.date(2024, 9, 1))
    (Decimal('24'), Decimal('25.5'))
    """
    spans = _standard().get(country, ())
    return next((span.rate for span in spans if span.since <= day <= span.until), None) or _dated_standard(country, day)


@lru_cache(maxsize=4096)
def possible(country: str, day: dt.date) -> tuple[Decimal, ...]:
    """Every rate above zero that a country has on a day, the standard rate first.

    >>> [int(rate) for rate in possible("DE", dt.date(2026, 6, 15))]
    [19, 7]
    """
    if (first := standard(country, day)) is None:
        return ()
    rest = _reduced(country, day) - NEVER.get(country, frozenset()) - {first, Decimal(0)}
    return (first, *sorted(rest, reverse=True))


@cache
def ever(country: str) -> tuple[Decimal, ...]:
    """Every rate above zero that a country has had, as far as the data goes back.

    >>> Decimal("25.5") in ever("FI"), Decimal(24) in ever("FI"), ever("US")
    (True, True, ())
    """
    starts = [span.since for span in _standard().get(country, ())]
    named = [_since(period) for period in _dated().get(TABLES.get(country, country), ())]
    days = {*starts, *(dt.date.fromisoformat(day) for day in named if not day.startswith("0000")), CURRENT_SINCE}
    return tuple(sorted({rate for day in days for rate in possible(country, day)}))


def regional(country: str, rate: Decimal) -> bool:
    """Is this the rate of an island or an enclave only?"""
    return rate in REGIONAL.get(country, frozenset())


@cache
def _standard() -> dict[str, tuple[_Span, ...]]:
    found: dict[str, list[_Span]] = {}
    with resources.data("vat/eu-standard-rates.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            until = dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else dt.date.max
            span = _Span(dt.date.fromisoformat(row["valid_from"]), until, Decimal(row["standard_rate"]))
            found.setdefault(row["country"], []).append(span)
    return {country: tuple(spans) for country, spans in found.items()}


def _reduced(country: str, day: dt.date) -> frozenset[Decimal]:
    dated = _dated_reduced(country, day) if day < CURRENT_SINCE else frozenset()
    current = _current_reduced(country) if day > DATED_UNTIL else frozenset()
    return dated | current


def _dated_standard(country: str, day: dt.date) -> Decimal | None:
    period = _dated_period(country, day)
    return Decimal(period["rates"]["standard"]) if period else None


def _dated_reduced(country: str, day: dt.date) -> frozenset[Decimal]:
    period = _dated_period(country, day)
    if period is None:
        return frozenset()
    named = [rate for name, rate in period["rates"].items() if name != "standard"]
    local = [place["standard"] for place in period.get("exceptions", [])]
    return frozenset(Decimal(rate) for rate in (*named, *local))


def _dated_period(country: str, day: dt.date) -> dict[str, Any] | None:
    # "0000-01-01" stands for "before the next one" and is compared as text.
    periods = [p for p in _dated().get(TABLES.get(country, country), []) if p["effective_from"] <= day.isoformat()]
    return max(periods, key=_since) if periods else None


def _since(period: dict[str, Any]) -> str:
    return str(period["effective_from"])


def _current_reduced(country: str) -> frozenset[Decimal]:
    row = _current().get(TABLES.get(country, country), {})
    rates = [*row.get("reduced", []), row.get("super_reduced"), row.get("parking")]
    return frozenset(Decimal(rate) for rate in rates if rate is not None)


@cache
def _dated() -> dict[str, list[dict[str, Any]]]:
    items: dict[str, list[dict[str, Any]]] = _json("ibericode-vat-rates.json")["items"]
    return items


@cache
def _current() -> dict[str, dict[str, Any]]:
    rates: dict[str, dict[str, Any]] = _json("eu-vat-rates-data.json")["rates"]
    return rates


def _json(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(resources.data(f"vat/{name}").read_text(encoding="utf-8"), parse_float=Decimal)
    return data
