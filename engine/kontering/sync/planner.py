"""The plan: what is still to be done on the target for one document, in order, with reason. A pure function of facts.

It is asked again after each fact, and only its first entry is done: so ids, versions and totals that exist only after a
call are facts when they are needed, and a run that was killed leaves facts and nothing to repair.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from kontering.accounting import subscriptions
from kontering.model.document import Planned
from kontering.model.link import Linked
from kontering.model.plan import Hold, LookUp, Step, Todo, Totals, Wait
from kontering.model.state import State
from kontering.model.voucher import Document, PlannedVoucher
from kontering.project.policy import Policy, state_of
from kontering.sync import afterwards, holds, keys, parts, proof, state_plan, vouchers, wanted
from kontering.sync.facts import Facts
from kontering.sync.keys import Thing
from kontering.sync.state_plan import WantedState
from kontering.sync.steps import step, write
from kontering.sync.taker import Taker, finds
from kontering.sync.vouchers import WantedVoucher
from kontering.sync.wanted import Wanted

Want: TypeAlias = Wanted | WantedVoucher | WantedState


def plan(document: Document, facts: Facts, policy: Policy, taker: Taker) -> tuple[Todo, ...]:
    """Everything that is still to be done, as far as the facts let it be seen."""
    return tuple(todo(wants(document, facts, policy, taker), facts))


def things(document: Document, policy: Policy) -> Iterator[Thing]:
    """Everything whose link a plan may ask for."""
    return state_plan.things(document, policy) if isinstance(document, State) else wanted.things(document, policy)


def wants(document: Document, facts: Facts, policy: Policy, taker: Taker) -> Want:
    """The document as the plan sees it: on the next open day, if its own is closed and the flow says so."""
    if isinstance(document, State):
        return WantedState(document=document, policy=policy, taker=taker)
    opens = facts.closed_until if policy.closed_period == "next_open_day" else None
    day = dt.date.fromisoformat(opens) + dt.timedelta(days=1) if opens else dt.date.min
    if isinstance(document, PlannedVoucher):
        return WantedVoucher(document=vouchers.moved(document, day), policy=policy, taker=taker)
    document = wanted.moved(document, day)
    credited = facts.links.get(("invoice", document.credits)) if document.credits else None
    return Wanted(document=document, policy=policy, taker=taker, credited=credited)


def todo(want: Want, facts: Facts) -> Iterator[Todo]:
    """The plan, entry by entry: whoever needs only the first one makes no more."""
    match want:
        case WantedState():
            return state_plan.todo(want, facts)
        case WantedVoucher():
            return vouchers.todo(want, facts)
        case Wanted():
            return _todo(want, facts)


def _todo(want: Wanted, facts: Facts) -> Iterator[Todo]:
    document = want.document
    state = state_of(want.policy.states, document.state)
    if state is None:
        yield holds.state_unknown(document.key, document.state, want.policy.states)
    elif state == "hold":
        yield holds.by_state(document.key, document.state)
    elif state == "skip":
        yield holds.skipped_by_state(document.state)
    elif state == "cancel":
        yield from _cancel(want, facts)
    else:
        yield from _deliver(want, facts, books=state in ("book", "send"))


def _deliver(want: Wanted, facts: Facts, *, books: bool) -> Iterator[Todo]:
    document = want.document
    thing = (document.kind, document.key)
    linked = facts.links.get(thing)
    if linked and "book" in linked.found.done:
        yield from afterwards.booked(want, facts, linked, books=books)
        return
    stops = tuple(_beforehand(want, facts, books=books))
    yield from stops
    if not any(isinstance(stop, Hold) for stop in stops):
        absent = yield from parts.all_of(want, facts)
        if absent is not None:
            yield from _document(want, facts, linked, absent, books=books)


def _beforehand(want: Wanted, facts: Facts, *, books: bool) -> Iterator[Todo]:
    """What can't or mustn't be begun yet."""
    document, taker = want.document, want.taker
    for flow in want.policy.needs:
        if facts.states.get((f"flow {flow}", document.key)) != "done":
            reason = f"the flow {flow} isn't done with {document.key} yet"
            yield Wait(kind=f"flow {flow}", key=document.key, reason=reason)
    if document.kind not in taker.takes:
        hint = "let the flow deliver to another connection"
        yield holds.not_taken(document.key, document.kind, taker.connection, hint)
    elif books and any(wanted.payments(want)) and "payment" not in taker.takes:
        hint = "set `payments.register: []`"
        yield holds.not_taken(document.key, "payment", taker.connection, hint)
    if document.kind == "credit_note":
        yield from _credited(want, facts)


def _credited(want: Wanted, facts: Facts) -> Iterator[Todo]:
    """A credit note comes after its invoice, which must be booked: its number is printed on it."""
    invoice = want.document.credits
    if invoice is None:
        if want.policy.credit_alone == "hold" and not subscriptions.is_change(want.document.lines):
            yield holds.invoice_unknown(want.document)
        return
    if want.credited is None and ("invoice", invoice) not in facts.states:
        yield holds.invoice_unknown(want.document)
    elif want.credited is None or _awaits_booking(want, want.credited):
        yield from _look_whether_booked(want, facts, invoice)
        reason = f"the invoice {invoice} is not booked in {want.taker.connection} yet"
        yield Wait(kind="invoice", key=invoice, reason=reason)


def _look_whether_booked(want: Wanted, facts: Facts, invoice: str) -> Iterator[Todo]:
    """A draft may have been booked by a person in the target: ask once."""
    keeps = want.credited.keeps if want.credited else {}
    by = {"reference": keeps["reference"]} if "reference" in keeps.keys() & finds(want.taker, "invoice") else {}
    if by and ("invoice", invoice) not in facts.looked:
        yield LookUp(kind="invoice", key=invoice, by=(by,), reason="has its draft been booked by now?")


def _awaits_booking(want: Wanted, credited: Linked) -> bool:
    return want.taker.call("invoice", "book") is not None and "book" not in credited.found.done


def _document(
    want: Wanted, facts: Facts, linked: Linked | None, absent: frozenset[str], *, books: bool
) -> Iterator[Todo]:
    """The draft, its proof, and what follows from it."""
    seen: Totals | None = None
    if linked is None:
        yield from proof.begin(want, facts, absent)
    elif linked.keeps.get("digest") != wanted.document_digest(want, absent):
        rounding, edition = proof.predicted(want), linked.edition + 1
        yield write(want, "change", absent, rounding, edition=edition, why="it has changed since")
    else:
        seen = linked.found.totals
        for entry in proof.proved(want, facts, linked, absent):
            yield entry
            if isinstance(entry, Hold):
                return
            seen = None if isinstance(entry, Step) else seen
    if books:
        yield from afterwards.book(want, facts, seen)


def _cancel(want: Wanted, facts: Facts) -> Iterator[Todo]:
    """Nothing sent: nothing to do. A draft is taken out, a booked invoice is credited in full."""
    document = want.document
    thing = (document.kind, document.key)
    linked = facts.links.get(thing)
    if linked is None:
        yield holds.cancelled_in_time()
    elif "book" not in linked.found.done:
        yield from _take_out(want, linked)
    elif document.kind == "invoice" and facts.credited:
        yield holds.credited_before_cancel(document.key)
    elif document.kind == "invoice":
        yield from _take_back(want, facts, linked)


def _take_out(want: Wanted, linked: Linked) -> Iterator[Todo]:
    if "delete" in linked.found.done:
        yield holds.cancelled_in_time()
    elif want.taker.call(want.document.kind, "delete"):
        thing = (want.document.kind, want.document.key)
        yield step(want, "delete", thing, {}, {}, "the record was cancelled before it was booked")
    else:
        yield holds.draft_cancelled(want.document.key, linked.found.id)


def _take_back(want: Wanted, facts: Facts, linked: Linked) -> Iterator[Todo]:
    """The whole invoice, as a credit note of its own."""
    credit = _whole_credit(want)
    unpaid = replace(want.policy.payments, register=())
    policy = replace(want.policy, states={credit.state: "book"}, needs=(), payments=unpaid)
    inner = Wanted(document=credit, policy=policy, taker=want.taker, credited=linked)
    for entry in _deliver(inner, facts, books=True):
        yield replace(entry, document=want.document.key) if isinstance(entry, Step) else entry


def _whole_credit(want: Wanted) -> Planned:
    document, key = want.document, wanted.whole_credit_key(want.document.key)
    return replace(
        document,
        kind="credit_note",
        key=key,
        guid=str(keys.attempt(want.taker.project, want.taker.connection, "credit_note", key, "guid")),
        mark=f"{document.mark}#cancelled",
        credits=document.key,
        credits_number=document.number,
        payments=(),
        open=document.totals.gross,
        reason=document.reason or "cancelled",
    )
