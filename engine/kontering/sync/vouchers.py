"""The plan of a voucher: what it closes must be booked, its supplier there; then it is one step, or none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kontering.model.document import plain
from kontering.model.link import Linked
from kontering.model.money import ZERO
from kontering.model.plan import Hold, Link, LookUp, Step, Todo, Wait
from kontering.model.record import JsonObject
from kontering.model.voucher import Closes, PlannedVoucher
from kontering.project.policy import Policy, state_of
from kontering.store.codec import digest
from kontering.sync import holds, keys
from kontering.sync.facts import Facts, Several
from kontering.sync.keys import Thing
from kontering.sync.taker import Taker, finds

SALES = ("invoice", "credit_note")


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedVoucher:
    """A voucher with its flow's policy and its target."""

    document: PlannedVoucher
    policy: Policy
    taker: Taker


def things(document: PlannedVoucher) -> Iterator[Thing]:
    """Everything whose link a plan may ask for."""
    yield thing_of(document)
    yield from _closed(document)
    if document.of:
        yield "invoice", document.of
    if document.supplier:
        yield "supplier", supplier_key(document)


def thing_of(document: PlannedVoucher) -> Thing:
    """What it is in the target: money for an invoice is a payment there, all else a voucher."""
    return ("payment" if document.kind == "payment" and document.of else "voucher", document.key)


def supplier_key(document: PlannedVoucher) -> str:
    supplier, of = document.supplier, document.key
    if document.kind == "bank_line" and document.closes:  # the supplier is that of the bill that it pays
        of = document.closes[0].key
    return f"{keys.source_of(of)}/supplier/{supplier.external_id or supplier.name if supplier else ''}"


def moved(document: PlannedVoucher, day: dt.date) -> PlannedVoucher:
    """The voucher on another day, for a period that is closed."""
    later = tuple(replace(one, date=max(one.date, day)) for one in document.postings)
    paid = document.payment and replace(document.payment, date=max(document.payment.date, day))
    return replace(document, date=max(document.date, day), postings=later, payment=paid)


def todo(want: WantedVoucher, facts: Facts) -> Iterator[Todo]:
    document, thing = want.document, thing_of(want.document)
    state = state_of(want.policy.states, document.state)
    if state is None:
        yield holds.state_unknown(document.key, document.state, want.policy.states)
    elif state == "hold":
        yield holds.by_state(document.key, document.state)
    elif state in ("skip", "cancel"):
        yield holds.skipped_by_state(document.state)
    elif linked := facts.links.get(thing):
        yield from _posted(want, facts, linked, books=state in ("book", "send"))
    elif document.postings:
        yield from _post(want, facts, thing, books=state in ("book", "send"))


def _posted(want: WantedVoucher, facts: Facts, linked: Linked, *, books: bool) -> Iterator[Todo]:
    if linked.keeps.get("content", essence(want.document)) != essence(want.document):
        yield holds.voucher_changed(want.document.key, linked.found.number or linked.found.id)
    elif books and want.taker.call(linked.kind, "book") and "book" not in linked.found.done:
        known, why = _known_by(want.document, facts), "a voucher counts when it is booked"
        yield _step(want, "book", thing_of(want.document), {}, {}, why, known)


def _post(want: WantedVoucher, facts: Facts, thing: Thing, *, books: bool) -> Iterator[Todo]:
    stops = tuple(_beforehand(want, facts, thing))
    yield from stops
    if any(isinstance(stop, Hold) for stop in stops):
        return
    body = want.taker.render(thing[0], _data(want.document, thing, want.taker))
    if isinstance(body, Hold):
        yield body
        return
    keeps = {"content": essence(want.document), "reference": want.document.mark}
    why, known = f"the {want.document.kind.replace('_', ' ')} is not posted yet", _known_by(want.document, facts)
    yield _step(want, "create", thing, body, keeps, why, known)
    if books and want.taker.call(thing[0], "book"):
        yield _step(want, "book", thing, {}, {}, "a voucher counts when it is booked", known)


def _known_by(document: PlannedVoucher, facts: Facts) -> Mapping[str, str]:
    """For books that keep no text with money: the marks of what it closes, how much, and when; a bill's gross."""
    said: dict[str, str] = {}
    owed = sum((one.amount for part in document.postings for one in part.lines if one.role == "payable"), ZERO)
    if document.kind == "bill":
        said["gross"] = format(abs(owed), "f")
    closed = [(facts.links.get((one.kind, one.key)), one.amount) for one in _sales(document)]
    if closed and all(linked and "reference" in linked.keeps for linked, _ in closed):
        said["document"] = "\n".join(linked.keeps["reference"] for linked, _ in closed if linked)
        amount = document.payment.amount if document.payment else sum((part for _, part in closed), ZERO)
        said |= {"amount": format(abs(amount), "f"), "date": document.date.isoformat()}
    return said


def _beforehand(want: WantedVoucher, facts: Facts, thing: Thing) -> Iterator[Todo]:
    document, taker = want.document, want.taker
    for flow in want.policy.needs:
        if facts.states.get((f"flow {flow}", document.key)) != "done":
            reason = f"the flow {flow} isn't done with {document.key} yet"
            yield Wait(kind=f"flow {flow}", key=document.key, reason=reason)
    if thing[0] not in taker.takes:
        yield holds.not_taken(document.key, thing[0], taker.connection, "let the flow deliver to another connection")
    for kind, key in dict.fromkeys(_closed(document)):
        linked = facts.links.get((kind, key))
        if linked is None or (taker.call(kind, "book") and "book" not in linked.found.done):
            yield Wait(kind=kind, key=key, reason=f"{key} is not booked in {taker.connection} yet")
    if document.supplier and "supplier" in taker.takes:
        yield from _supplier(want, facts)


def _supplier(want: WantedVoucher, facts: Facts) -> Iterator[Todo]:
    document, key = want.document, supplier_key(want.document)
    thing = ("supplier", key)
    supplier = document.supplier
    if supplier is None or thing in facts.links:
        return
    known = {name: value for name in ("external_id", "vat_number", "email") if (value := getattr(supplier, name))}
    asked = tuple({name: value} for name, value in known.items() if name in finds(want.taker, "supplier"))
    answer = facts.looked.get(thing)
    if isinstance(answer, Several):
        yield holds.ambiguous(document.key, "supplier", answer.by, answer.found)
    elif answer is None and asked:
        yield LookUp(kind="supplier", key=key, by=asked, reason=f"is {supplier.name} a supplier already?")
    else:
        body = want.taker.render("supplier", {"key": key, **plain(supplier)})
        why = f"{supplier.name} is not in {want.taker.connection} yet"
        yield body if isinstance(body, Hold) else _step(want, "create", thing, body, {}, why)


def essence(document: PlannedVoucher) -> str:
    """What a posted voucher can't have changed without the books being wrong."""
    lines = [[one.role, format(one.amount.normalize(), "f"), one.code] for p in document.postings for one in p.lines]
    return digest([document.currency, lines])


def _data(document: PlannedVoucher, thing: Thing, taker: Taker) -> JsonObject:
    return _payment(document, taker) if thing[0] == "payment" else _voucher(document)


def _voucher(document: PlannedVoucher) -> JsonObject:
    """As schemas/documents/planned-voucher.schema.json."""
    closes = [
        {"key": one.key, "id": Link(one.kind, one.key), "number": one.number, "amount": one.amount}
        for one in _sales(document)
    ]
    data: dict[str, Any] = {
        "key": document.key,
        "kind": "voucher",
        "mark": document.mark,
        "date": document.date,
        "number": document.number,
        "currency": document.currency,
        "base_currency": document.base_currency,
        "postings": plain(list(document.postings)),
    }
    if document.supplier:
        data["supplier"] = {"id": Link("supplier", supplier_key(document)), "name": document.supplier.name}
    more = {"document": document.of, "text": document.text, "closes": closes, "due": document.due}
    return data | {name: value for name, value in more.items() if value}


def _payment(document: PlannedVoucher, taker: Taker) -> JsonObject:
    """As schemas/documents/planned-payment.schema.json: the amount is positive, `direction` says which way it goes."""
    paid = document.payment
    assert paid is not None
    assert document.of is not None
    data: dict[str, Any] = {
        "key": document.key,
        "kind": "payment",
        "document": document.of,
        "direction": "in" if paid.amount > 0 else "out",
        "mark": document.mark,
        "method": paid.method,
        "date": paid.date,
        "currency": document.currency,
        "base_currency": document.base_currency,
        "amount": abs(paid.amount),
        "of": {"key": document.of, "id": Link("invoice", document.of)},
        "clearing": taker.clearing(paid.method),
        "postings": plain(list(document.postings)),
    }
    more = {"reference": paid.reference, "fx": paid.fx}
    return data | {name: value for name, value in more.items() if value is not None}


def _closed(document: PlannedVoucher) -> Iterator[Thing]:
    """What it closes, as things of the target: a bill is a voucher there; a payout has nothing left to close."""
    for one in document.closes:
        if one.kind in SALES:
            yield one.kind, one.key
        elif one.kind == "bill":
            yield "voucher", one.key


def _sales(document: PlannedVoucher) -> tuple[Closes, ...]:
    """What it closes that has a number of its own in the target."""
    return tuple(one for one in document.closes if one.kind in SALES)


def _step(
    want: WantedVoucher,
    action: str,
    thing: Thing,
    body: JsonObject,
    keeps: Mapping[str, str],
    reason: str,
    known: Mapping[str, str] | None = None,
) -> Step:
    (kind, key), taker = thing, want.taker
    on = thing if action != "create" else ("invoice", want.document.of) if kind == "payment" else None
    reference = want.document.mark if kind in ("voucher", "payment") else key
    return Step(
        action=action,
        kind=kind,
        key=key,
        document=want.document.key,
        body=body,
        attempt=keys.attempt(taker.project, taker.connection, kind, key, action),
        reference=reference,
        terms={"key": key, "reference": reference, **(known or {})},
        on=on if on is None or on[1] else None,  # type: ignore[arg-type]
        keeps=keeps,
        reason=reason,
    )
