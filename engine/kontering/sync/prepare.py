"""From a record to a settled document: mapping, policy, VAT classification, claim check, postings.

The one place where mapping and accounting meet; `check`, `test`, `plan` and `run` all go through it. Nothing is asked
of any system; of other documents only what `Others` says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeAlias

from kontering.accounting import reading, settle
from kontering.accounting.head import Known
from kontering.accounting.settings import Settings
from kontering.diagnostics import Diagnostic
from kontering.errors import Problems
from kontering.mapping import mapping as mappings
from kontering.mapping.tables import Rows
from kontering.model.document import Planned, Posting, Sale
from kontering.model.plan import Hold, Skip
from kontering.model.record import Record
from kontering.project.policy import Policy, group_of
from kontering.sync import keys

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """What is known of other documents: an invoice as it was booked, its credit notes, and who has a printed number."""

    invoice: Callable[[str], Planned | None]
    credits_of: Callable[[str, str], Sequence[Planned]]
    numbers: Callable[[str, str], Mapping[str, str]]


NOBODY = Others(invoice=lambda key: None, credits_of=lambda key, but: (), numbers=lambda kind, number: {})


@dataclass(slots=True)
class Settled:
    """Documents that are settled and not stored yet: those of a page that is being read, or of a dry run."""

    by_key: dict[str, Planned] = field(default_factory=dict)
    by_number: dict[tuple[str, str], str] = field(default_factory=dict)
    by_invoice: dict[str, list[Planned]] = field(default_factory=dict)

    def add(self, document: Planned) -> None:
        self.by_key[document.key] = document
        self.by_number.setdefault((document.kind, document.number), document.key)
        if document.credits:
            self.by_invoice.setdefault(document.credits, []).append(document)


def beside(others: Others, settled: Settled) -> Others:
    """What is known, and beside it what is settled; that may grow meanwhile."""

    def invoice(key: str) -> Planned | None:
        found = settled.by_key.get(key)
        return found if found and found.kind == "invoice" else others.invoice(key)

    def credits_of(key: str, but: str) -> Sequence[Planned]:
        ours = [one for one in settled.by_invoice.get(key, ()) if one.key != but]
        newer = {one.key for one in ours}
        return (*(one for one in others.credits_of(key, but) if one.key not in newer), *ours)

    def numbers(kind: str, number: str) -> Mapping[str, str]:
        key = settled.by_number.get((kind, number))
        return others.numbers(kind, number) or ({number: key} if key else {})

    return Others(invoice=invoice, credits_of=credits_of, numbers=numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Everything is left of the plan: the document is settled."""

    record: Record
    document: Planned
    postings: tuple[Posting, ...]


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
    """The invoice that it credits and that isn't here yet: as soon as it is, this is prepared again."""
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
    if kind not in SALES:
        return _unsupported(record, kind)
    try:
        sale = reading.sale(kind, record.key, _with_full_keys(data, record.connection))  # type: ignore[arg-type]
    except Problems as wrong:
        return _failed(record, kind, [one for one in wrong.diagnostics if isinstance(one, Diagnostic)])
    return _settled(maker, record, _by_policy(sale, maker.policy), others)


def _settled(maker: Maker, record: Record, sale: Sale, others: Others) -> Prepared:
    original = others.invoice(sale.credits) if sale.credits else None
    earlier = others.credits_of(sale.credits, sale.key) if sale.credits else ()
    credited = sum((one.totals.gross for one in earlier), Decimal(0))
    known = Known(numbers=others.numbers(sale.kind, sale.number))
    found = settle.settle(
        sale, maker.settings, original=original, credited=credited, earlier=tuple(earlier), known=known
    )
    match found:
        case Hold(code=code, reason=reason, problems=problems, details=details):
            waits = sale.credits if original is None else None
            return Held(
                record=record,
                kind=sale.kind,
                code=code,
                reason=reason,
                problems=problems,
                details=details,
                of=waits,
                number=sale.number,
                day=sale.date.isoformat(),
            )
        case Skip(code=code, reason=reason):
            return Skipped(record=record, kind=sale.kind, code=code, reason=reason)
        case settle.Settled(planned=document, postings=postings):
            return Ready(record=record, document=document, postings=postings)


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
    problem = Diagnostic("K617", reason, hint="let the flow's mapping make invoices or credit notes", record=record.key)
    return Held(record=record, kind=kind, code="UNSUPPORTED", reason=reason, problems=(problem,), failed=True)
