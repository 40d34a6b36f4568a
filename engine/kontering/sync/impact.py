"""What a change of a mapping would change in the books: two versions of it over a flow's records.

Both versions go the whole way that a run goes up to the plan: mapping, policy, VAT classification, claim check,
postings. So a change that would make documents wait is seen, and one that moves an amount to another account.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from kontering.mapping.differences import Difference, differences
from kontering.mapping.mapping import Mapped
from kontering.model.document import Posting
from kontering.model.money import ZERO
from kontering.model.record import Record
from kontering.store import documents
from kontering.store.store import Tx
from kontering.store.tables import document as table
from kontering.sync.others import NOBODY, Others, Settled, beside
from kontering.sync.prepare import Held, Maker, Prepared, Ready, Skipped, prepare

Account = Callable[[str, str], str]
"""The account of a role and a VAT code, as people know it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An amount before and after."""

    before: Decimal = ZERO
    after: Decimal = ZERO

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    def __add__(self, other: Pair) -> Pair:
        return Pair(self.before + other.before, self.after + other.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What documents come to, in the currency of the books: net and VAT by VAT code, debit less credit by account."""

    net: Mapping[str, Pair] = field(default_factory=dict)
    vat: Mapping[str, Pair] = field(default_factory=dict)
    accounts: Mapping[str, Pair] = field(default_factory=dict)

    def changed(self) -> Amounts:
        """Only what differs."""
        return Amounts(net=_differing(self.net), vat=_differing(self.vat), accounts=_differing(self.accounts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A record of which something else would become."""

    key: str
    number: str | None
    day: dt.date | None
    before: str
    after: str
    differences: tuple[Difference, ...]
    amounts: Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """All of it: how many records, which change, and the sums of all documents before and after."""

    records: int
    changes: tuple[Change, ...]
    sums: Amounts

    @property
    def outcomes(self) -> Mapping[tuple[str, str], int]:
        """How often one outcome would become another, without the reason that each document has."""
        changed = (one for one in self.changes if one.before != one.after)
        return Counter((one.before.partition(":")[0], one.after.partition(":")[0]) for one in changed)

    @property
    def fields(self) -> Mapping[str, int]:
        """In how many documents each field would change, the most frequent first."""
        found = Counter(name for one in self.changes for name in {each.general for each in one.differences})
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What one version makes of a record."""

    prepared: Prepared
    data: Mapping[str, Any]


def impact(
    old: Maker,
    new: Maker,
    records: Iterable[Record],
    account: Account,
    *,
    others: Others = NOBODY,
    since: dt.date | None = None,
    until: dt.date | None = None,
) -> Impact:
    """Runs both versions over each record; documents outside the period, by their day, are left out."""
    unbooked = replace(others, booked=lambda key: None)  # each document is made as if for the first time
    sides = [(maker, beside(unbooked, settled), settled) for maker, settled in ((old, Settled()), (new, Settled()))]
    count, changes, sums = 0, [], Amounts()
    for record in records:
        before, after = (_made(maker, record, known, settled) for maker, known, settled in sides)
        if not any(_within(day, since, until) for day in {_day(before), _day(after)}):
            continue
        count += 1
        amounts = _amounts(before, after, account)
        sums = _added(sums, amounts)
        change = _change(record, before, after, amounts.changed())
        changes += [change] if change is not None else []
    return Impact(records=count, changes=tuple(changes), sums=sums)


def stored(tx: Tx, flow: str) -> Iterator[Record]:
    """The newest edition of each record that a flow has read, oldest first."""
    newest = sa.select(sa.func.max(table.c.id)).where(table.c.project == tx.project, table.c.flow == flow)
    ids = newest.where(table.c.state != "superseded").group_by(table.c.key)
    seen: set[str] = set()
    for text in tx.connection.scalars(sa.select(table.c.record).where(table.c.id.in_(ids)).order_by(table.c.id)):
        record = documents.record(text)
        if record.key not in seen:  # a record that was invoiced anew has a row for each of its documents
            seen.add(record.key)
            yield record


def _made(maker: Maker, record: Record, others: Others, settled: Settled) -> _Outcome:
    prepared = prepare(maker, record, others)
    if isinstance(prepared, Ready):
        settled.add(prepared.document)
    outcome = maker.mapping.run(
        record.data, params=maker.params, tables=maker.tables, record_key=record.key, zone=maker.zone
    )
    return _Outcome(prepared=prepared, data=outcome.data if isinstance(outcome, Mapped) else {})


def _day(made: _Outcome) -> dt.date | None:
    if isinstance(made.prepared, Ready):
        return made.prepared.document.date
    said = made.prepared.day if isinstance(made.prepared, Held) else None
    return dt.date.fromisoformat(said) if said else made.data.get("date")


def _within(day: dt.date | None, since: dt.date | None, until: dt.date | None) -> bool:
    """A record that has no day, say because it is refused, is in every period."""
    return day is None or ((since is None or since <= day) and (until is None or day <= until))


def _change(record: Record, before: _Outcome, after: _Outcome, amounts: Amounts) -> Change | None:
    found = tuple(differences(before.data, after.data))
    was, will = outcome_words(before.prepared), outcome_words(after.prepared)
    if was == will and not found and amounts == Amounts():
        return None
    number = after.data.get("number") or before.data.get("number")
    return Change(
        key=record.key,
        number=number,
        day=_day(after) or _day(before),
        before=was,
        after=will,
        differences=found,
        amounts=amounts,
    )


def outcome_words(prepared: Prepared) -> str:
    """What becomes of a record, in a few words."""
    match prepared:
        case Held(failed=True, code=code, reason=reason):
            return f"refused, {code}: {reason}"
        case Held(code=code, reason=reason):
            return f"held, {code}: {reason}"
        case Skipped(code=code):
            return f"skipped, {code}"
        case Ready(document=document):
            return document.kind.replace("_", " ")


# --- amounts


def _amounts(before: _Outcome, after: _Outcome, account: Account) -> Amounts:
    one, other = (_of(made.prepared, account) for made in (before, after))
    net, vat, accounts = (
        {name: Pair(was.get(name, ZERO), will.get(name, ZERO)) for name in dict.fromkeys([*was, *will])}
        for was, will in zip(one, other, strict=True)
    )
    return Amounts(net=net, vat=vat, accounts=accounts)


Sums = Mapping[str, Decimal]


def _of(prepared: Prepared, account: Account) -> tuple[Sums, Sums, Sums]:
    """Net and VAT by code, sales above zero; and what each account gets."""
    net, vat, accounts = (defaultdict[str, Decimal](Decimal) for _ in range(3))
    for line in (line for posting in _postings(prepared) for line in posting.lines):
        accounts[account(line.role, line.code or "")] += line.amount
        if line.code is not None:
            (vat if line.role.startswith("vat_") else net)[line.code] -= line.amount
    return net, vat, accounts


def _postings(prepared: Prepared) -> tuple[Posting, ...]:
    return prepared.postings if isinstance(prepared, Ready) else ()


def _differing(pairs: Mapping[str, Pair]) -> Mapping[str, Pair]:
    return {name: pair for name, pair in pairs.items() if pair.difference}


def _added(one: Amounts, other: Amounts) -> Amounts:
    return Amounts(
        net=_summed(one.net, other.net),
        vat=_summed(one.vat, other.vat),
        accounts=_summed(one.accounts, other.accounts),
    )


def _summed(one: Mapping[str, Pair], other: Mapping[str, Pair]) -> Mapping[str, Pair]:
    return {name: one.get(name, Pair()) + other.get(name, Pair()) for name in dict.fromkeys([*one, *other])}


# --- for programs


def as_data(found: Impact) -> dict[str, Any]:
    """Everything as plain data; decimals and dates stay what they are."""
    return {
        "records": found.records,
        "changed": len(found.changes),
        "outcomes": [{"before": was, "after": will, "count": n} for (was, will), n in found.outcomes.items()],
        "fields": dict(found.fields),
        "changes": [_change_data(one) for one in found.changes],
        "sums": _amounts_data(found.sums),
    }


def _change_data(one: Change) -> dict[str, Any]:
    return {
        "key": one.key,
        "number": one.number,
        "date": one.day,
        "before": one.before,
        "after": one.after,
        "fields": [{"field": each.field, "before": each.before, "after": each.after} for each in one.differences],
        "amounts": _amounts_data(one.amounts),
    }


def _amounts_data(amounts: Amounts) -> dict[str, Any]:
    codes = sorted({*amounts.net, *amounts.vat})
    return {
        "vat_codes": {
            code: {"net": _pair(amounts.net.get(code, Pair())), "vat": _pair(amounts.vat.get(code, Pair()))}
            for code in codes
        },
        "accounts": {name: _pair(pair) for name, pair in sorted(amounts.accounts.items())},
    }


def _pair(pair: Pair) -> dict[str, Decimal]:
    return {"before": pair.before, "after": pair.after, "difference": pair.difference}
