"""Whether a buyer is one that is known already; a later key never overrides a conflict in an earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kontering.accounting import identity
from kontering.model.document import Party, Planned, Warned


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The buyer is `known`, is to be made, or several fit equally well; `by` is the key that decided."""

    action: Literal["match", "create", "ambiguous"]
    known: Party | None = None
    by: str | None = None
    warnings: tuple[Warned, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Einvoice:
    """What an electronic invoice to a public buyer needs."""

    format: Literal["OIOUBL"] = "OIOUBL"
    ean: str
    buyer_reference: str | None = None
    contact: str | None = None


def identify(party: Party, known: Sequence[Party], by: Sequence[str]) -> Match:
    """The known customer that this buyer is, by the first key that says so and that no earlier key contradicts."""
    warnings: list[Warned] = []
    for position, name in enumerate(by):
        alike = [other for other in known if value_of(party, name) and value_of(other, name) == value_of(party, name)]
        fits = [other for other in alike if not _conflict(party, other, by[:position])]
        if len(fits) == 1:
            return Match(action="match", known=fits[0], by=name, warnings=tuple(warnings))
        if fits:
            return Match(action="ambiguous", by=name, warnings=tuple(warnings))
        if alike and name == "email":
            message = f"{alike[0].name} has the same e-mail address as {party.name}, but is somebody else"
            warnings.append(Warned(code="EMAIL_SHARED", message=message))
    return Match(action="create", warnings=tuple(warnings))


def value_of(party: Party, name: str) -> str | None:
    """A key of a buyer in the form in which it is compared."""
    if name in ("vat_number", "cvr"):
        proved = identity.vat_number(party.vat_number, party.address.country) if party.vat_number else None
        return proved.text if proved else party.vat_number
    value: str | None = getattr(party, name, None)
    return value.strip().casefold() if value else None


def einvoice(document: Planned) -> Einvoice | None:
    """What the electronic invoice needs; None for a buyer who gets another kind."""
    if document.delivery != "einvoice" or document.customer.ean is None:
        return None
    return Einvoice(ean=document.customer.ean, buyer_reference=document.reference, contact=document.customer.contact)


def _conflict(party: Party, other: Party, earlier: Sequence[str]) -> bool:
    pairs = ((value_of(party, name), value_of(other, name)) for name in earlier)
    return any(mine and theirs and mine != theirs for mine, theirs in pairs)
