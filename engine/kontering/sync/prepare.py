"""From a record to a settled document: mapping, policy, VAT classification, claim check, postings.

The one place where mapping and accounting meet; `check`, `test`, `plan` and `run` all go through it. Nothing is asked
of any system; of other documents only what `Others` says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeAlias

from kontering.accounting import edits, postings, reading, settle, subscriptions
from kontering.accounting.head import Known
from kontering.accounting.settings import Settings
from kontering.diagnostics import Diagnostic
from kontering.errors import Problems
from kontering.mapping import mapping as mappings
from kontering.mapping.tables import Rows
from kontering.model.document import Planned, Posting, Sale
from kontering.model.plan import Hold, Skip
from kontering.model.record import Record
from kontering.model.voucher import Document
from kontering.project.policy import Policy, group_of, state_of
from kontering.sync import keys, kinds, states
from kontering.sync.asked import Asked, Made
from kontering.sync.others import NOBODY, Others, Registers

SALES = ("invoice", "credit_note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """What a flow makes documents with: its mapping with params and tables, its policy, the seller's settings."""

    mapping: mappings.Mapping
    params: Mapping[str, Any]
    tables: Mapping[str, Rows]
    zone: str
    policy: Policy
    settings: Settings
    registers: Registers = lambda flow, method: "psp_clearing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Everything is left of the plan: the document is settled."""

    record: Record
    document: Document
    postings: tuple[Posting, ...]
    first: tuple[Document, ...] = ()
    """Documents that the record makes beside its own, and that are delivered before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A person must decide; `failed` says that the mapping or the record is wrong, and nothing can be decided."""

    record: Record
    kind: str
    code: str
    reason: str
    problems: tuple[Diagnostic, ...] = ()
    details: Mapping[str, Any] | None = None
    failed: bool = False
    of: str | None = None
    """The invoice that it is about and that isn't here yet: as soon as it is, this is prepared again."""
    waits: str | None = None
    """What else it waits for: a bank line for anything that opens, or closes, in its target."""
    number: str | None = None
    day: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """By rule nothing is to be done."""

    record: Record
    kind: str
    code: str
    reason: str


Prepared: TypeAlias = Ready | Held | Skipped


def prepare(maker: Maker, record: Record, others: Others = NOBODY) -> Prepared:
    """What becomes of a record, as far as it can be said without its target."""
    kind = maker.mapping.target
    if record.gone:
        return Skipped(record=record, kind=kind, code="GONE", reason="the record is gone at its source")
    outcome = maker.mapping.run(
        record.data, params=maker.params, tables=maker.tables, record_key=record.key, zone=maker.zone
    )
    match outcome:
        case mappings.Mapped(data=data):
            return _mapped(maker, record, kind, data, others)
        case mappings.Held(reason=reason, diagnostic=problem):
            return Held(record=record, kind=kind, code=problem.code, reason=reason, problems=(problem,))
        case mappings.Skipped(id=code, reason=reason):
            return Skipped(record=record, kind=kind, code=code, reason=reason)
        case mappings.Failed(diagnostics=problems):
            return _failed(record, kind, problems)


def _mapped(maker: Maker, record: Record, kind: str, data: Mapping[str, Any], others: Others) -> Prepared:
    try:
        if kind in SALES:
            return _sale(maker, record, kind, data, others)
        if kind in kinds.KINDS:
            return _other(maker, record, kind, data, others)
        if kind in states.KINDS:
            return _state(maker, record, kind, data, others)
    except Problems as wrong:
        return _failed(record, kind, [one for one in wrong.diagnostics if isinstance(one, Diagnostic)])
    return _unsupported(record, kind)


def _sale(maker: Maker, record: Record, kind: str, data: Mapping[str, Any], others: Others) -> Prepared:
    sale = reading.sale(kind, record.key, _with_full_keys(data, record.connection))  # type: ignore[arg-type]
    sale = _by_policy(sale, maker.policy)
    return _edited(maker, record, sale, others) or _settled(maker, record, sale, others)


def _settled(maker: Maker, record: Record, sale: Sale, others: Others) -> Prepared:
    settings = maker.settings
    if sale.kind == "invoice" and sale.totals.gross < 0 and subscriptions.is_change(sale.lines):
        sale, settings = subscriptions.turned(sale), replace(settings, credit_alone="book")
    original = others.invoice(sale.credits) if sale.credits else None
    if original is not None:
        sale = replace(sale, credits=original.key)  # an edited order's newest invoice stands for it
    earlier = others.credits_of(sale.credits, sale.key) if sale.credits else ()
    credited = sum((one.totals.gross for one in earlier), Decimal(0))
    known = Known(numbers=others.numbers(sale.kind, sale.number))
    found = settle.settle(sale, settings, original=original, credited=credited, earlier=tuple(earlier), known=known)
    if isinstance(found, settle.Settled):
        return Ready(record=record, document=_numbered(found.planned, maker.policy), postings=found.postings)
    waits = sale.credits if original is None else None
    return _aside(record, sale.kind, found, of=waits, number=sale.number, day=sale.date)


def _numbered(document: Planned, policy: Policy) -> Planned:
    """An invoice that the source has made has its number in the target too."""
    return replace(document, assigned_number=document.number) if policy.numbers == "source" else document


def _edited(maker: Maker, record: Record, sale: Sale, others: Others) -> Prepared | None:
    """A record that changed after its invoice was booked: credited and invoiced anew, or held; else None."""
    if sale.kind != "invoice" or state_of(maker.policy.states, sale.state) != "book":
        return None
    booked = others.booked(sale.key)
    if booked is None:
        return None
    credit = f"{edits.stem_of(booked.key)}:v{edits.edition_of(booked.key)}:credit"
    found = edits.rebill(booked, sale, maker.settings, earlier=tuple(others.credits_of(booked.key, credit)))
    match found:
        case Skip():
            return _again(maker, record, sale, booked)
        case Hold():
            return _aside(record, sale.kind, found, number=sale.number, day=sale.date)
        case edits.Rebilled(credit=taken_back, invoice=anew):
            made = anew or taken_back
            first = (taken_back.planned,) if anew else ()
            return Ready(record=record, document=made.planned, postings=made.postings, first=first)


def _again(maker: Maker, record: Record, sale: Sale, booked: Planned) -> Prepared | None:
    """Its lines are booked as they are, but payments and the buyer may have moved; later editions keep their name."""
    if booked.key == sale.key:
        return None
    found = settle.settle(replace(sale, key=booked.key), maker.settings)
    if not isinstance(found, settle.Settled):
        return None
    document = replace(found.planned, mark=booked.mark, paid_before=booked.paid_before)
    return Ready(record=record, document=document, postings=postings.of(document, maker.settings))


def _other(maker: Maker, record: Record, kind: str, data: Mapping[str, Any], others: Others) -> Prepared:
    full = dict(data)
    if full.get("invoice") and kind != "recognition":  # that one is the store's own, and names it in full
        full["invoice"] = keys.full_key(record.connection, full["invoice"])
    asked = Asked(key=record.key, data=full, settings=maker.settings, others=others, registers=maker.registers)
    found = kinds.settled(kind, asked)
    if isinstance(found, Made):
        return Ready(record=record, document=found.document, postings=found.postings, first=found.first)
    held = found.code if isinstance(found, Hold) else ""
    of = full.get("invoice") if held == "INVOICE_UNKNOWN" else None
    item = _aside(record, kind, found, of=of, number=asked.number, day=full.get("date"))
    if isinstance(item, Held) and held == "BANK_LINE_UNMATCHED":
        return replace(item, waits="/".join(keys.open_items(maker.settings.target)))
    return item


def _state(maker: Maker, record: Record, kind: Any, data: Mapping[str, Any], others: Others) -> Prepared:
    asked = states.Asked(key=record.key, id=record.id, kind=kind, data=data, settings=maker.settings, others=others)
    found = states.settled(asked)
    if isinstance(found, Hold | Skip):
        return _aside(record, kind, found)
    return Ready(record=record, document=found, postings=())


def _aside(
    record: Record,
    kind: str,
    found: Hold | Skip,
    *,
    of: str | None = None,
    number: str | None = None,
    day: dt.date | None = None,
) -> Prepared:
    if isinstance(found, Skip):
        return Skipped(record=record, kind=kind, code=found.code, reason=found.reason)
    return Held(
        record=record,
        kind=kind,
        code=found.code,
        reason=found.reason,
        problems=found.problems,
        details=found.details,
        of=of,
        number=number,
        day=day.isoformat() if day else None,
    )


def _with_full_keys(data: Mapping[str, Any], source: str) -> Mapping[str, Any]:
    """References as mappings write them get the source connection in front."""
    full = dict(data)
    if full.get("credits"):
        full["credits"] = keys.full_key(source, full["credits"])
    if full.get("payments"):
        full["payments"] = [_paid(payment, source) for payment in full["payments"]]
    return full


def _paid(payment: Mapping[str, Any], source: str) -> Mapping[str, Any]:
    note = payment.get("credit_note")
    return {**payment, "credit_note": keys.full_key(source, note)} if note else payment


def _by_policy(sale: Sale, policy: Policy) -> Sale:
    """The flow's terms for this kind of buyer, where neither source nor payment method says any."""
    party = sale.customer
    if party is None or party.terms_days is not None:
        return sale
    method = sale.payments[0].method if sale.payments else ""
    group = group_of(policy.customers, "public" if party.ean else party.kind)
    if group.terms is None or method in policy.terms.by_method:
        return sale
    return replace(sale, customer=replace(party, terms_days=group.terms))


def _failed(record: Record, kind: str, problems: Sequence[Diagnostic]) -> Held:
    first = problems[0]
    return Held(
        record=record,
        kind=kind,
        code=first.code,
        reason=first.message,
        problems=tuple(problems),
        failed=True,
    )


def _unsupported(record: Record, kind: str) -> Held:
    reason = f"documents of the kind {kind} can't be delivered yet"
    problem = Diagnostic("K617", reason, hint="let the flow's mapping make another kind of document", record=record.key)
    return Held(record=record, kind=kind, code="UNSUPPORTED", reason=reason, problems=(problem,), failed=True)
