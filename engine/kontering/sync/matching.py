"""Is this customer or product in the target already? By the flow's keys, in their order, never against a clearer one.

A later key never overrides a conflict in an earlier one: whoever has the same e-mail but another VAT number is somebody
else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from kontering.model.document import Party, Planned
from kontering.model.plan import Found
from kontering.project.policy import Customers, Products
from kontering.sync import keys
from kontering.sync.facts import Nobody, Several
from kontering.sync.wanted import Product

Terms = tuple[Mapping[str, str], ...]


def customer_terms(document: Planned, policy: Customers, finds: frozenset[str]) -> Terms:
    """The questions to ask, in the flow's order, as far as the buyer has the answer and the target the question."""
    own = all_terms(document, policy)
    source = {"source": keys.source_of(document.key)} if "source" in finds else {}
    asked: list[dict[str, str]] = [{name: own[name]} for name in policy.match if name in own and name in finds]
    return tuple(terms | source if "external_id" in terms else terms for terms in asked)


def all_terms(document: Planned, policy: Customers) -> dict[str, str]:
    """Everything by which a buyer can be recognised."""
    party = document.customer
    number = party.external_id if policy.number == "external_id" else party.number
    return {name: value for name, value in (*_of(party), ("number", number)) if value}


def product_terms(product: Product, policy: Products, finds: frozenset[str]) -> Terms:
    item = product.item
    own = {"sku": item.sku or item.external_id, "number": item.sku, "external_id": item.external_id, "name": item.name}
    asked = ("sku",) if product.stands_in else policy.match
    return tuple({name: value} for name in asked if name in finds and (value := own.get(name)))


def choose(
    ask: Callable[[Mapping[str, str]], Sequence[Found]], terms: Terms, own: Mapping[str, str]
) -> Found | Nobody | Several:
    """Asks by each term in turn; the first that finds something that fits decides.

    `own` is what we know of the thing: a found one that contradicts it in a term asked before is another.
    """
    remarks: list[str] = []
    same_email = False
    for number, by in enumerate(terms):
        found = list({one.id: one for one in ask(by)}.values())
        earlier = [name for before in terms[:number] for name in before]
        fits = [one for one in found if not _conflicts(one, own, earlier)]
        name = next(iter(by))
        if len(fits) > 1:
            return Several(found=tuple(fits), by=name.replace("_", " "))
        if fits:
            return fits[0]
        same_email = same_email or (name == "email" and bool(found))
        remarks += [f"{one.number or one.id} has the same {name.replace('_', ' ')}, but is another" for one in found]
    return Nobody(remark="; ".join(remarks), same_email=same_email)


def covers(has: Any, wants: Any) -> bool:
    """Does the target's own data say all that we would write?

    >>> covers({"name": "Ada", "zone": {"number": 1, "self": "…"}}, {"zone": {"number": Decimal("1")}})
    True
    """
    if isinstance(wants, Mapping):
        return isinstance(has, Mapping) and all(name in has and covers(has[name], wants[name]) for name in wants)
    if isinstance(wants, list):
        return isinstance(has, list) and len(has) == len(wants) and all(map(covers, has, wants))
    if isinstance(wants, int | Decimal) and isinstance(has, int | Decimal):
        return Decimal(wants) == Decimal(has)
    return bool(has == wants)


def _of(party: Party) -> tuple[tuple[str, str | None], ...]:
    return (
        ("external_id", party.external_id),
        ("vat_number", party.vat_number),
        ("ean", party.ean),
        ("email", party.email),
        ("phone", party.phone),
        ("name", party.name),
    )


def _conflicts(found: Found, own: Mapping[str, str], earlier: Sequence[str]) -> bool:
    """Does a found one say something else under a term that counts more?"""
    said = ((name, found.terms.get(name)) for name in earlier if name != "source")
    return any(theirs and name in own and not _same(theirs, own[name]) for name, theirs in said)


def _same(one: str, other: str) -> bool:
    """
    >>> _same("DK 12 34 56 78", "dk12345678"), _same("12345678", "DK12345678")
    (True, True)
    """
    left, right = (re.sub(r"[\W_]", "", text).casefold() for text in (one, other))
    return left == right or (left[:2].isalpha() != right[:2].isalpha() and left[-8:] == right[-8:])
