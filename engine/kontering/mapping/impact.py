"""What a change of a mapping would change: two versions over the same records, document by document and in sum.

What a document comes to per VAT code isn't known here; who asks hands in a function that says it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Names
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from kontering.mapping.fit import Path, dotted
from kontering.mapping.mapping import Mapping
from kontering.mapping.notations import shown
from kontering.mapping.outcomes import Failed, Held, Mapped, Outcome, Skipped
from kontering.mapping.tables import Rows

Record: TypeAlias = tuple[str, Any]  # its key, and its data
Amounts: TypeAlias = Names[str, Decimal]
Reckon: TypeAlias = Callable[[str, dict[str, Any]], Amounts]
"""What a document of a record comes to: `{"DK25 net": 100, "DK25 VAT": 25}`."""

ABSENT = "nothing"


@dataclass(frozen=True, slots=True)
class Side:
    """One version of a mapping, with what it is run with."""

    mapping: Mapping
    params: Names[str, Any] = field(default_factory=dict)
    tables: Names[str, Rows] = field(default_factory=dict)
    zone: str = "UTC"

    def outcome(self, record: Record) -> Outcome:
        key, data = record
        return self.mapping.run(data, params=self.params, tables=self.tables, record_key=key, zone=self.zone)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that comes out otherwise; None where there was nothing, or is nothing now."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A record whose document would change: other fields, other amounts, or another outcome."""

    key: str
    before: str
    after: str
    differences: tuple[Difference, ...] = ()
    amounts: Names[str, tuple[Decimal, Decimal]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """All of it: how many records, which change, how often each field does, and the sums before and after."""

    records: int
    changes: tuple[Change, ...]
    fields: Names[str, int]
    outcomes: Names[tuple[str, str], int]
    sums: Names[str, tuple[Decimal, Decimal]]


def impact(old: Side, new: Side, records: Iterable[Record], reckon: Reckon | None = None) -> Impact:
    """Runs both versions on each record; only what changes is kept, so a year of orders fits into memory."""
    count = 0
    changes: list[Change] = []
    fields: Counter[str] = Counter()
    outcomes: Counter[tuple[str, str]] = Counter()
    sums: dict[str, list[Decimal]] = {}
    for record in records:
        count += 1
        before, after = old.outcome(record), new.outcome(record)
        change = _change(record[0], before, after, reckon, sums)
        if change is None:
            continue
        changes.append(change)
        fields.update({_general(difference.field) for difference in change.differences})
        if change.before != change.after:
            outcomes[change.before, change.after] += 1
    return Impact(
        records=count,
        changes=tuple(changes),
        fields=dict(fields.most_common()),
        outcomes=dict(outcomes),
        sums={name: (before, after) for name, (before, after) in sorted(sums.items())},
    )


def _change(
    key: str, before: Outcome, after: Outcome, reckon: Reckon | None, sums: dict[str, list[Decimal]]
) -> Change | None:
    amounts = _amounts(key, before, after, reckon)
    for name, (one, other) in amounts.items():
        total = sums.setdefault(name, [Decimal(0), Decimal(0)])
        total[0] += one
        total[1] += other
    was, will = _word(before), _word(after)
    found = tuple(differences(_data(before), _data(after)))
    if was == will and not found:
        return None
    changed = {name: pair for name, pair in amounts.items() if pair[0] != pair[1]}
    return Change(key=key, before=was, after=will, differences=found, amounts=changed)


def _amounts(key: str, before: Outcome, after: Outcome, reckon: Reckon | None) -> dict[str, tuple[Decimal, Decimal]]:
    if reckon is None:
        return {}
    one, other = (reckon(key, each.data) if isinstance(each, Mapped) else {} for each in (before, after))
    names = dict.fromkeys([*one, *other])
    return {name: (one.get(name, Decimal(0)), other.get(name, Decimal(0))) for name in names}


def _data(outcome: Outcome) -> dict[str, Any]:
    return outcome.data if isinstance(outcome, Mapped) else {}


def _word(outcome: Outcome) -> str:
    match outcome:
        case Mapped():
            return "mapped"
        case Held():
            return f"held: {outcome.reason}"
        case Skipped():
            return f"skipped by {outcome.id}"
        case Failed():
            return f"refused: {outcome.diagnostics[0].code} {outcome.diagnostics[0].message}"


def differences(before: Any, after: Any, path: Path = ()) -> Iterator[Difference]:
    """The fields that differ, down to single values; 1 and 1.00 are the same."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys([*before, *after]):
            yield from differences(before.get(name), after.get(name), (*path, name))
    elif isinstance(before, list) and isinstance(after, list):
        for at in range(max(len(before), len(after))):
            one, other = (side[at] if at < len(side) else None for side in (before, after))
            yield from differences(one, other, (*path, at))
    elif before != after or isinstance(before, bool) != isinstance(after, bool):
        yield Difference(dotted(path), before, after)


def _general(path: str) -> str:
    """`lines[3].amount` as `lines[].amount`."""
    return re.sub(r"\[\d+\]", "[]", path)


def as_text(found: Impact, most: int = 20) -> str:
    """A table of changes, then the sums."""
    lines = [f"{len(found.changes)} of {found.records} documents change"]
    lines += [f"  {was} → {will}: {count}" for (was, will), count in found.outcomes.items()]
    lines += [f"  {name}: {count}" for name, count in found.fields.items()]
    for change in found.changes[:most]:
        lines.append(f"{change.key}" + ("" if change.before == change.after else f": {change.before} → {change.after}"))
        lines += [f"  {each.field}: {_shown(each.before)} → {_shown(each.after)}" for each in change.differences[:most]]
    if len(found.changes) > most:
        lines.append(f"… and {len(found.changes) - most} more")
    width = max((len(name) for name in found.sums), default=0)
    lines += [
        f"{name.ljust(width)}  {before} → {after}" + ("" if before == after else f"  ({after - before:+})")
        for name, (before, after) in found.sums.items()
    ]
    return "\n".join(lines)


def _shown(value: Any) -> str:
    return ABSENT if value is None else shown(value)


def as_data(found: Impact) -> dict[str, Any]:
    """For programs; decimals and dates stay what they are."""
    return {
        "records": found.records,
        "changed": len(found.changes),
        "outcomes": [{"before": was, "after": will, "count": count} for (was, will), count in found.outcomes.items()],
        "fields": dict(found.fields),
        "changes": [_change_data(change) for change in found.changes],
        "sums": {name: {"before": before, "after": after} for name, (before, after) in found.sums.items()},
    }


def _change_data(change: Change) -> dict[str, Any]:
    return {
        "key": change.key,
        "before": change.before,
        "after": change.after,
        "fields": [{"field": each.field, "before": each.before, "after": each.after} for each in change.differences],
        "amounts": {name: {"before": before, "after": after} for name, (before, after) in change.amounts.items()},
    }
