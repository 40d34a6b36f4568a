"""Makes the steps of a plan: body, reference and terms, the UUID of the attempt, and what the link will keep."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from kontering.model.plan import Hold, Step
from kontering.model.record import JsonObject
from kontering.sync import keys, matching, payload, wanted
from kontering.sync.keys import Thing
from kontering.sync.wanted import Wanted


def create(
    want: Wanted, thing: Thing, body: JsonObject | Hold, why: str, keeps: Mapping[str, str] | None = None
) -> Step | Hold:
    if isinstance(body, Hold):
        return body
    return step(want, "create", thing, body, kept(want, thing) if keeps is None else keeps, why)


def kept(want: Wanted, thing: Thing) -> Mapping[str, str]:
    """What the link of a new customer or product keeps, so that a later move of its fields is seen."""
    document, policy = want.document, want.policy
    if thing[0] == "customer" and policy.customers.update:
        return {"digest": wanted.followed(payload.customer_data(document, policy), policy.customers.update)}
    if thing[0] == "product" and policy.products.update:
        all_products = wanted.products(want, document, frozenset())
        product = next((one for one in all_products if one and one.key == thing[1]), None)
        if product:
            data = payload.product_data(document, product.key, product.item, product.line)
            return {"digest": wanted.followed(data, policy.products.update)}
    return {}


def write(
    want: Wanted,
    action: str,
    absent: frozenset[str],
    rounding: Decimal,
    *,
    edition: int = 1,
    rounds: int | None = None,
    why: str = "",
) -> Step | Hold:
    """Creates or changes the document itself."""
    body = wanted.document_body(want, rounding, absent)
    if isinstance(body, Hold):
        return body
    keeps = {
        "digest": wanted.document_digest(want, absent),
        "rounding": str(rounding),
        "rounds": str(int(rounding != 0) if rounds is None else rounds),
        "content": wanted.essence(want),
        "reference": want.document.mark,
    }
    thing = (want.document.kind, want.document.key)
    reason = why or f"{want.document.number} is not in {want.taker.connection} yet"
    return step(want, action, thing, body, keeps, reason, edition=edition)


def step(
    want: Wanted,
    action: str,
    thing: Thing,
    body: JsonObject,
    keeps: Mapping[str, str],
    reason: str,
    *,
    edition: int = 1,
) -> Step:
    kind, key = thing
    own = (want.document.kind, want.document.key)
    by = terms(want, thing)
    name = action if edition == 1 else f"{action}:{edition}"
    return Step(
        action=action,
        kind=kind,
        key=key,
        document=want.document.key,
        body=body,
        attempt=keys.attempt(want.taker.project, want.taker.connection, kind, key, name),
        reference=by.get("reference", key),
        terms=by,
        on=None if action == "create" and kind not in ("payment", "voucher") else own if action == "create" else thing,
        edition=edition,
        keeps=keeps,
        reason=reason,
    )


def terms(want: Wanted, thing: Thing) -> Mapping[str, str]:
    """By what a thing can be found again after a lost answer."""
    kind, key = thing
    if kind == "customer":
        return {"key": key, **matching.all_terms(want.document, want.policy.customers)}
    if kind == "product":
        return {"key": key, "sku": key.rpartition("/product/")[2].removeprefix("#")}
    below = key.removeprefix(want.document.key)
    own = {"key": key, "reference": f"{want.document.mark}{below.replace('#payment/', '#')}"}
    return {**own, **_paid(want, int(below.rpartition("/")[2]))} if kind == "payment" else own


def _paid(want: Wanted, number: int) -> Mapping[str, str]:
    """For books that keep no text with a payment: what it pays, how much, when, and which of several equal ones."""
    every = dict(wanted.payments(want))
    if number not in every:
        return {}
    amount, day = every[number].amount, every[number].date
    equal = [other for other, one in every.items() if (one.amount, one.date) == (amount, day)]
    said = {"document": want.document.mark, "amount": format(amount, "f"), "date": day.isoformat()}
    return said | {"nth": str(equal.index(number) + 1)}


def new(want: Wanted, thing: Thing, remark: str) -> str:
    return f"{thing[1]} is not in {want.taker.connection} yet" + (f"; {remark}" if remark else "")
