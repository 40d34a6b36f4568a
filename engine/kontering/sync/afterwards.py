"""What follows the draft: booking, payments, further vouchers, the mail; or taking a cancelled document back."""

from __future__ import annotations

from collections.abc import Iterator

from kontering.model.document import Posting
from kontering.model.link import Linked
from kontering.model.plan import Todo, Totals, Wait
from kontering.sync import holds, keys, wanted
from kontering.sync.facts import Facts
from kontering.sync.steps import create, step
from kontering.sync.wanted import Wanted


def book(want: Wanted, facts: Facts, seen: Totals | None) -> Iterator[Todo]:
    """Nothing is booked on a prediction: only on the target's own totals."""
    document = want.document
    if want.taker.call(document.kind, "book") is None:
        yield from after(want, facts)
        return
    if seen is None:
        yield Wait(kind="totals", key=document.key, reason="the draft's own totals are compared before it is booked")
    mails = want.policy.mail.send == "target" and want.taker.takes[document.kind].mail == "book"
    number = {"number": document.assigned_number} if document.assigned_number else {}
    body = {"delivery": document.delivery, "mail": mails and document.delivery != "none", **number}
    yield step(want, "book", (document.kind, document.key), body, {"content": wanted.essence(want)}, "it is proved")
    yield from after(want, facts)


def booked(want: Wanted, facts: Facts, linked: Linked, *, books: bool) -> Iterator[Todo]:
    if linked.keeps.get("content", wanted.essence(want)) != wanted.essence(want):
        yield holds.edited_after_booking(want.document.key, linked.found.number or linked.found.id)
    elif books:
        yield from after(want, facts)


def after(want: Wanted, facts: Facts) -> Iterator[Todo]:
    """Payments, further vouchers, and the mail."""
    for number, payment in wanted.payments(want):
        thing = ("payment", keys.payment_key(want.document.key, number))
        keeps = {"digest": format(payment.amount.normalize(), "f")}
        linked = facts.links.get(thing)
        if linked is None:
            yield from _note_first(payment.credit_note, facts)
            body = wanted.payment_body(want, number, payment)
            yield create(want, thing, body, f"{payment.method} has paid {payment.amount}", keeps)
        elif linked.keeps.get("digest", keeps["digest"]) != keeps["digest"]:
            yield holds.payment_changed(want.document.key, linked.found.number or linked.found.id)
        if want.taker.call("payment", "book") and not (linked and "book" in linked.found.done):
            yield step(want, "book", thing, {}, {}, "a payment counts when it is booked")
    if "voucher" in want.taker.takes:
        for posting in wanted.vouchers(want):
            yield from _voucher(want, facts, posting)
    yield from _mail(want, facts)


def _note_first(note: str | None, facts: Facts) -> Iterator[Todo]:
    """A credit note pays once it is booked itself."""
    if note and ("credit_note", note) not in facts.links:
        yield Wait(kind="credit_note", key=note, reason=f"the credit note {note} pays, and is not there yet")


def _voucher(want: Wanted, facts: Facts, posting: Posting) -> Iterator[Todo]:
    thing = ("voucher", keys.voucher_key(want.document.key, posting.kind))
    linked = facts.links.get(thing)
    if linked is None:
        yield create(want, thing, wanted.voucher_body(want, posting), f"the {posting.kind} of {want.document.number}")
    if want.taker.call("voucher", "book") and not (linked and "book" in linked.found.done):
        yield step(want, "book", thing, {}, {}, "a voucher counts when it is booked")


def _mail(want: Wanted, facts: Facts) -> Iterator[Todo]:
    """By mail, or to an EAN number, where the target sends by a step of its own."""
    document = want.document
    thing = (document.kind, document.key)
    by_step = want.taker.takes[document.kind].mail == "step" and want.policy.mail.send == "target"
    linked = facts.links.get(thing)
    done = linked.found.done if linked else frozenset()
    if by_step and document.delivery == "mail" and "mail" not in done:
        yield step(want, "mail", thing, {}, {}, f"{document.customer.email} gets it by mail")
    elif by_step and document.delivery == "einvoice" and "einvoice" not in done and _takes_einvoices(want):
        said = {"reference": document.reference, "contact": document.customer.contact, "ean": document.customer.ean}
        body = {name: value for name, value in said.items() if value}
        yield step(want, "einvoice", thing, body, {}, f"{document.customer.ean} gets it as an e-invoice")


def _takes_einvoices(want: Wanted) -> bool:
    return want.taker.call(want.document.kind, "einvoice") is not None
