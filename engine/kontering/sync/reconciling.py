"""What sources say, what documents settled, and what a target has, side by side; every difference has its cause."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from kontering.model.document import Planned, Posting
from kontering.model.money import ZERO
from kontering.model.voucher import Document, PlannedVoucher

Level = Literal["document", "account", "VAT code", "period"]
LEVELS: tuple[Level, ...] = ("period", "VAT code", "account", "document")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """A document of ours: what its source claims, what was settled and posted, and where it stands."""

    key: str
    state: str
    reason: str
    claimed: Decimal | None
    document: Document | None
    postings: tuple[Posting, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line that the target has posted."""

    key: str
    date: dt.date
    role: str
    amount: Decimal
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One line of the comparison that doesn't agree. Amounts are in base currency, `source` in the document's own."""

    level: Level
    name: str
    source: Decimal | None
    documents: Decimal
    target: Decimal
    cause: str

    @property
    def difference(self) -> Decimal:
        return self.target - self.documents


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """How many lines agree on each level, and those that don't."""

    agree: Mapping[Level, int]
    differences: tuple[Difference, ...]


def reconcile(ours: Iterable[Ours], entries: Iterable[Entry]) -> Reconciled:
    """Compares document by document, then by account, VAT code and month."""
    ours, entries = list(ours), list(entries)
    settled = [entry for one in ours for entry in entries_of(one.postings) if one.document is not None]
    agree: dict[Level, int] = {}
    found: list[Difference] = []
    by_document = list(_documents(ours, entries))
    wrong = {one.name for one in by_document}
    for level in LEVELS:
        if level == "document":
            agree[level] = len({one.key for one in ours} | {_root(entry.key) for entry in entries}) - len(wrong)
            found += by_document
        else:
            left, right = _sums(settled, level), _sums(entries, level)
            names = sorted({*left, *right})
            differing = [name for name in names if left.get(name, ZERO) != right.get(name, ZERO)]
            agree[level] = len(names) - len(differing)
            found += [_sum_differs(level, name, left, right, wrong) for name in differing]
    return Reconciled(agree=agree, differences=tuple(found))


def entries_of(postings: Iterable[Posting]) -> Iterator[Entry]:
    """Postings as a target would have them."""
    for part in postings:
        for line in part.lines:
            if line.amount:
                yield Entry(key=part.key, date=part.date, role=line.role, amount=line.amount, code=line.code)


def _documents(ours: list[Ours], entries: list[Entry]) -> Iterator[Difference]:
    """What was settled is posted once, with the same amounts; and nothing else is."""
    posted: dict[str, dict[Any, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for entry in entries:
        posted[_root(entry.key)][entry.role, entry.code] += entry.amount
    for one in ours:
        wanted = _by_account(one.postings)
        there = {slot: amount for slot, amount in posted.pop(one.key, {}).items() if amount}
        cause = _cause(one, wanted, there)
        if cause:
            yield _document_differs(one, wanted, there, cause)
    for key, slots in posted.items():
        turnover = _turnover(slots)
        if turnover:
            cause = "posted in the target, and no document of this project says so: entered by hand"
            yield Difference(level="document", name=key, source=None, documents=ZERO, target=turnover, cause=cause)


def _cause(one: Ours, wanted: Mapping[Any, Decimal], there: Mapping[Any, Decimal]) -> str | None:
    if one.document is None:
        return f"{one.state}: {one.reason}" if one.state != "skipped" or there else None
    if wanted == there:
        return _claim_differs(one)
    if not there:
        said = f": {one.reason}" if one.reason else ""
        return "a draft in the target, not booked yet" if one.state == "done" else f"not posted, {one.state}{said}"
    roles = sorted({role for role, _ in {*wanted, *there} if wanted.get((role, _)) != there.get((role, _))})
    return f"posted with other amounts on {', '.join(roles)}: changed after it was booked, or booked by hand"


def _claim_differs(one: Ours) -> str | None:
    if not isinstance(one.document, Planned) or one.claimed in (None, one.document.totals.gross):
        return None
    return f"the source says {one.claimed}, {one.document.totals.gross} was settled"


def _document_differs(one: Ours, wanted: Mapping[Any, Decimal], there: Mapping[Any, Decimal], cause: str) -> Difference:
    return Difference(
        level="document",
        name=one.key,
        source=one.claimed,
        documents=_turnover(wanted),
        target=_turnover(there),
        cause=cause,
    )


def _sum_differs(
    level: Level, name: str, left: Mapping[str, Decimal], right: Mapping[str, Decimal], wrong: set[str]
) -> Difference:
    documents, target = left.get(name, ZERO), right.get(name, ZERO)
    some = sorted(wrong)[:3]
    cause = f"see {', '.join(some)}{' …' if len(wrong) > len(some) else ''}" if some else "posted on another day"
    return Difference(level=level, name=name, source=None, documents=documents, target=target, cause=cause)


def _sums(entries: Iterable[Entry], level: Level) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        match level:
            case "account":
                found[entry.role] += entry.amount
            case "VAT code" if entry.code:
                found[f"{entry.code} {entry.role}"] += entry.amount
            case "period" if entry.amount > 0:
                found[f"{entry.date:%Y-%m}"] += entry.amount
    return {name: amount for name, amount in found.items() if amount}


def _by_account(postings: Iterable[Posting]) -> dict[Any, Decimal]:
    found: dict[Any, Decimal] = defaultdict(Decimal)
    for entry in entries_of(postings):
        found[entry.role, entry.code] += entry.amount
    return {slot: amount for slot, amount in found.items() if amount}


def _turnover(slots: Mapping[Any, Decimal]) -> Decimal:
    return sum((amount for amount in slots.values() if amount > 0), ZERO)


def _root(key: str) -> str:
    """The document that a payment or the cost of goods belongs to."""
    return key.partition("#")[0] if "#recognition" not in key else key


def postings_of(document: Document, of_sale: Any) -> tuple[Posting, ...]:
    """What a document posts: a voucher brings its own."""
    found: tuple[Posting, ...] = document.postings if isinstance(document, PlannedVoucher) else of_sale(document)
    return found
