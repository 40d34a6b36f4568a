"""The sales that a flow can have, as VAT sees them: buyer, place, codes, accounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kontering.accounting import roles, territory, vat
from kontering.accounting.identity import VatNumber
from kontering.accounting.settings import Settings
from kontering.accounting.vat import Buyer, Option, Place
from kontering.cli.flowpage.page import Table
from kontering.cli.flowpage.places import Places
from kontering.cli.flowpage.words import Words
from kontering.model.document import LineKind, Supply
from kontering.model.money import ZERO

ANYWHERE = "CH"
"""A country outside the EU, standing for all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Who buys, what and from where, with the codes that such a sale can have."""

    name: str
    supply: Supply | None
    options: tuple[Option, ...]


def cases(supplies: Sequence[Supply], kinds: Sequence[LineKind], day: dt.date, settings: Settings) -> list[Case]:
    """Every kind of sale that the seller's settings know; One Stop Shop stands with one country for all."""
    found = list(_cases(supplies, day, settings))
    if "gift_card" in kinds and settings.gift_card_kind == "multi_purpose":
        out = Option(rate=ZERO, code=roles.OUT, treatment="voucher", country=settings.country)
        found.append(Case(name="case card", supply=None, options=(out,)))
    return found


def _cases(supplies: Sequence[Supply], day: dt.date, settings: Settings) -> Iterator[Case]:
    home, other = settings.country, neighbour(settings)
    private = Buyer(number=None)
    firm = Buyer(number=VatNumber(other, other))
    for supply in supplies:
        yield _case("case home", supply, private, home, day, settings)
        if settings.reverse_charge:
            own = Buyer(number=VatNumber(home, home))
            charged = vat.choices(supply, own, _place(home), day, settings, reverse_charge=True)
            yield Case(name="case home rc", supply=supply, options=charged.options[:1])
        yield _case("case consumer", supply, private, other, day, settings)
        yield _case("case firm", supply, firm, other, day, settings)
        yield _case("case abroad", supply, private, ANYWHERE, day, settings)


def neighbour(settings: Settings) -> str:
    """Another member state, standing for all of them."""
    return "DE" if settings.country != "DE" else "FR"


def _case(name: str, supply: Supply, buyer: Buyer, country: str, day: dt.date, settings: Settings) -> Case:
    return Case(name=name, supply=supply, options=vat.choices(supply, buyer, _place(country), day, settings).options)


def _place(country: str) -> Place:
    there = territory.territory(country)
    assert there is not None  # a country of the project, or one of those above
    return Place(goods=there, home=there)


def codes(found: Sequence[Case]) -> list[str]:
    """All codes of some cases, each once."""
    return list(dict.fromkeys(option.code for case in found for option in case.options))


def is_oss(option: Option) -> bool:
    return option.treatment == "oss"


def table(found: Sequence[Case], places: Places, words: Words, settings: Settings) -> Table:
    """A row for each kind of sale and code."""
    several = len({case.supply for case in found if case.supply}) > 1
    heads = places.heads("treatment", "country") + places.heads("code")
    rows = []
    for case in found:
        who = words(case.name, country=settings.country)
        what = f" ({words(f'supply {case.supply}')})" if several and case.supply else ""
        for option in _shown(case.options):
            rows.append([who + what, *_cells(option, places, words)])
            who = what = ""
    head = [words("buyer"), words("treatment"), words("code"), words("rate"), *heads, words("note")]
    return Table(head=head, rows=rows)


def _shown(options: Sequence[Option]) -> list[Option]:
    """One Stop Shop has a table of its own, country by country."""
    return [options[0]] if is_oss(options[0]) else list(options)


def _cells(option: Option, places: Places, words: Words) -> list[str]:
    is_general = is_oss(option)
    code = "`OSS-<country>-<rate>`" if words.language == "en" else "`OSS-<land>-<sats>`"
    given = ["…"] * len(places.heads("treatment", "country") + places.heads("code"))
    if not is_general:
        country = option.country if option.country != ANYWHERE else "CH"
        given = places.cells(treatment=option.treatment, country=country) + places.cells(code=option.code)
    return [
        words(f"treatment {option.treatment}"),
        code if is_general else f"`{option.code}`",
        "…" if is_general else words.rate(option.rate),
        *given,
        words.known(f"legal {option.legal_note}", "") if option.legal_note else "",
    ]


def oss_table(
    supplies: Sequence[Supply], day: dt.date, places: Places, words: Words, settings: Settings
) -> Table | None:
    """Each member state with its standard rate: code, accounts, and what the target makes of it."""
    supply: Supply = "goods" if "goods" in supplies else "digital"
    rows = []
    for country in sorted(territory.eu() - {settings.country}):
        options = vat.choices(supply, Buyer(number=None), _place(country), day, settings).options
        if not options or not is_oss(options[0]):
            continue
        rows.append(_country(country, options, places))
    head = [
        words("country"),
        words("rate"),
        words("code"),
        words("revenue"),
        words("vat account"),
        *places.heads("treatment", "country"),
        *places.heads("code"),
    ]
    return Table(head=head, rows=rows, folded=words("oss table")) if rows else None


def _country(country: str, options: Sequence[Option], places: Places) -> list[str]:
    code = options[0].code
    return [
        country,
        " · ".join(places.words.rate(option.rate) for option in options),
        f"`{code}`",
        places.account(roles.revenue_role(code), code),
        places.account(roles.vat_role(code), code),
        *places.cells(treatment="oss", country=country),
        *places.cells(code=code),
    ]
