"""What a document needs in the target before itself: customer and products, found, made, or brought up to date."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from kontering.model.link import Linked
from kontering.model.plan import Hold, LookUp, Todo
from kontering.model.record import JsonObject
from kontering.sync import holds, keys, matching, payload, wanted
from kontering.sync.facts import Facts, Nobody, Several
from kontering.sync.steps import create, kept, new, step
from kontering.sync.taker import finds
from kontering.sync.wanted import Product, Wanted


def all_of(want: Wanted, facts: Facts) -> Generator[Todo, None, frozenset[str] | None]:
    """Customer and products; gives back the products for which the fallback stands in, or None if they stop it all."""
    if want.policy.customers.single is None and "customer" in want.taker.takes:
        for entry in customer(want, facts):
            yield entry
            if isinstance(entry, Hold):
                return None
    absent = _absent(want, facts)
    for needed in _needed(want, absent):
        entries = (needed,) if isinstance(needed, Hold) else product(want, facts, needed)
        for entry in entries:
            yield entry
            if isinstance(entry, Hold):
                return None
    return absent


def customer(want: Wanted, facts: Facts) -> Iterator[Todo]:
    policy, document = want.policy.customers, want.document
    key = keys.customer_key(document)
    thing = ("customer", key)
    match facts.links.get(thing), facts.looked.get(thing):
        case Linked() as linked, _:
            yield from _follow(want, linked, policy.update or (), payload.customer_data(document, want.policy))
        case None, Several(found=found, by=by):
            yield holds.ambiguous(document.key, "customer", by, found)
        case None, None if by_terms := matching.customer_terms(document, policy, finds(want.taker, "customer")):
            reason = f"is {document.customer.name} a customer already?"
            yield LookUp(kind="customer", key=key, by=by_terms, reason=reason)
        case None, answer if policy.missing == "create":
            remark = answer.remark if isinstance(answer, Nobody) else ""
            shared = isinstance(answer, Nobody) and answer.same_email
            keeps = {**kept(want, thing), **({"warned": "EMAIL_SHARED"} if shared else {})}
            yield create(want, thing, wanted.customer_body(want), new(want, thing, remark), keeps)
        case None, answer:
            remark = answer.remark if isinstance(answer, Nobody) else ""
            yield holds.customer_missing(document.key, document.customer.name, remark)


def product(want: Wanted, facts: Facts, one: Product) -> Iterator[Todo]:
    policy = want.policy.products
    thing = ("product", one.key)
    match facts.links.get(thing), facts.looked.get(thing):
        case Linked() as linked, _:
            data = payload.product_data(want.document, one.key, one.item, one.line)
            yield from _follow(want, linked, () if one.stands_in else policy.update or (), data)
        case None, Several(found=found, by=by):
            yield holds.ambiguous(want.document.key, "product", by, found)
        case None, None if by_terms := matching.product_terms(one, policy, finds(want.taker, "product")):
            yield LookUp(kind="product", key=one.key, by=by_terms, reason=f"is {one.item.name} a product already?")
        case None, _ if policy.missing == "create" or one.line.kind == "rounding":
            yield create(want, thing, wanted.product_body(want, one), new(want, thing, ""))
        case _:
            yield holds.product_missing(want.document.key, one.key, one.item.name)


def _absent(want: Wanted, facts: Facts) -> frozenset[str]:
    """Products that the target lacks and that the flow's fallback stands in for."""
    if want.policy.products.missing != "fallback" or not want.policy.products.fallback:
        return frozenset()
    gone = (key for (kind, key), answer in facts.looked.items() if kind == "product" and isinstance(answer, Nobody))
    return frozenset(gone) - {keys.source_of(want.document.key) + "/product/" + want.policy.products.fallback}


def _needed(want: Wanted, absent: frozenset[str]) -> Iterator[Product | Hold]:
    """Each product once, in the order of the lines; a line that has none holds the document."""
    if "product" not in want.taker.takes:
        return
    seen: set[str] = set()
    document = want.document
    for line, product in zip(document.lines, wanted.products(want, document, absent), strict=True):
        if product is None:
            yield holds.line_without_product(document.key, line.id, line.description)
        elif product.key not in seen:
            seen.add(product.key)
            yield product


def _follow(want: Wanted, linked: Linked, fields: tuple[str, ...], data: JsonObject) -> Iterator[Todo]:
    """Brings the fields that follow the source up to date, where they have moved."""
    if not fields or want.taker.call(linked.kind, "change") is None:
        return
    now = wanted.followed(data, fields)
    if linked.keeps.get("digest") == now:
        return
    render = want.taker.render
    whole = want.once(("whole", linked.kind, linked.key), lambda: render(linked.kind, data))
    body = wanted.moving(lambda other: render(linked.kind, other), data, fields, whole)
    if isinstance(body, Hold):
        yield body
    elif not matching.covers(linked.found.data, body):
        why = f"{', '.join(fields)} follow the source"
        yield step(want, "change", (linked.kind, linked.key), body, {"digest": now}, why, edition=linked.edition + 1)
