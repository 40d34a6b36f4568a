"""What a case expects held against what came out; every difference is a line of text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.accounting import contract
from tests.accounting.books import Result

from kontering.model.document import Posting

Data = dict[str, Any]

# Words for the same thing in blocks whose fields the contract doesn't name.
ALIASES = {
    "own": ("own", "computed", "calculated", "lines", "expected", "document"),
    "claimed": ("claimed", "claim", "shop", "source"),
    "difference": ("difference", "diff"),
    "days_used": ("days_used", "used_days"),
    "days": ("days", "total_days", "period_days"),
    "days_left": ("days_left", "remaining_days", "left_days"),
    "unused": ("unused", "unused_old", "credit", "old", "unused_net"),
    "new": ("new", "charge", "new_part", "new_charge"),
    "used": ("used", "recognised", "recognized", "earned"),
    "vat": ("vat", "relief", "vat_relief", "amount"),
    "base": ("base", "base_reduction", "vat_base"),
    "tx": ("tx", "bank_line", "line", "key", "transaction"),
    "documents": ("documents", "document", "invoices", "invoice", "keys"),
    "numbers": ("numbers", "number", "references", "reference"),
}


def differences(
    expected: Data, results: Sequence[Result], balances: Mapping[str, tuple[Decimal, Decimal]]
) -> list[str]:
    """All that is not as the case expects it."""
    last = results[-1]
    found = list(_outcome(expected, last))
    found += _documents(expected.get("documents") or [], [one for part in results for one in part.documents])
    found += _postings(expected.get("postings") or [], [one for part in results for one in part.postings])
    warnings = set().union(*(part.warnings for part in results))
    if warnings != set(expected.get("warnings") or ()):
        found.append(f"warnings: {sorted(warnings)}, expected {sorted(expected.get('warnings') or ())}")
    for account, sides in (expected.get("balances") or {}).items():
        for side, own in zip(("before", "after"), balances.get(account, (Decimal(0), Decimal(0))), strict=True):
            if side in sides and not same(sides[side], own):
                found.append(f"balance of {account} {side}: {own}, expected {sides[side]}")
    return found + list(_blocks(expected, results))


def same(expected: Any, own: Any) -> bool:
    """Equal as amounts, days or texts; an empty value is an absent one."""
    if expected in (None, "") or own in (None, ""):
        return expected in (None, "") and own in (None, "")
    if isinstance(own, bool | Mapping | list | tuple) or isinstance(expected, bool | Mapping | list | tuple):
        return bool(expected == own)
    if isinstance(own, Decimal | int):
        return _amount(expected) == own
    return str(expected) == str(own)


def _amount(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _outcome(expected: Data, own: Result) -> Iterator[str]:
    if expected["outcome"] != own.outcome:
        yield f"outcome: {own.outcome} {own.reason or ''} {own.error or ''}, expected {expected['outcome']}"
        return
    if "reason" in expected and expected["reason"] != own.reason:
        yield f"reason: {own.reason}, expected {expected['reason']}"
    if "existing" in expected and expected["existing"] != own.existing:
        yield f"existing: {own.existing}, expected {expected['existing']}"
    if "error" in expected:
        yield from _error(expected["error"], own.error or {})


def _error(expected: Data, own: Data) -> Iterator[str]:
    for name in ("code", "field"):
        if name in expected and expected[name] != own.get(name):
            yield f"error {name}: {own.get(name)}, expected {expected[name]}"
    yield from _block("details", expected.get("details") or {}, own.get("details") or {}, ())


def _documents(expected: list[Data], own: list[Data]) -> Iterator[str]:
    if [one["key"] for one in expected] != [one["key"] for one in own]:
        yield f"documents: {[one['key'] for one in own]}, expected {[one['key'] for one in expected]}"
        return
    for wanted, found in zip(expected, own, strict=True):
        yield from (f"{wanted['key']} {text}" for text in _document(wanted, found))


def _document(wanted: Data, own: Data) -> Iterator[str]:
    named = {*wanted, "fx", "legal_note", "note"} - {
        "basis",
        "claimed",
        "customer",
        "lines",
        "vat",
        "payments",
        "totals",
    }
    for name in sorted(named):
        if name == "einvoice":
            yield from _block("einvoice", wanted[name], own.get(name) or {}, ())
        elif not same(wanted.get(name), own.get(name)):
            yield f"{name}: {own.get(name)}, expected {wanted.get(name)}"
    for part in ("customer", "totals"):
        for name, value in (wanted.get(part) or {}).items():
            if not same(value, own[part].get(name)):
                yield f"{part}.{name}: {own[part].get(name)}, expected {value}"
    yield from _rows("lines", wanted.get("lines") or [], own["lines"], strict=("discount",))
    yield from _rows("payments", wanted.get("payments") or [], own["payments"])
    yield from _rows("vat", _sorted(wanted.get("vat") or []), _sorted(own["vat"]))


def _sorted(rows: Iterable[Data]) -> list[Data]:
    return sorted(rows, key=lambda row: str(row["code"]))


def _rows(what: str, wanted: list[Data], own: list[Data], strict: tuple[str, ...] = ()) -> Iterator[str]:
    if len(wanted) != len(own):
        yield f"{what}: {own}, expected {wanted}"
        return
    for number, (row, found) in enumerate(zip(wanted, own, strict=True)):
        for name in dict.fromkeys((*row, *strict)):
            if not same(row.get(name), found.get(name)):
                yield f"{what}[{number}].{name}: {found.get(name)}, expected {row.get(name)}"


def _postings(expected: list[Data], own: list[Posting]) -> Iterator[str]:
    wanted = _merged((one["kind"], one["for"], one.get("date"), _net(one["lines"])) for one in expected)
    found = _merged(
        (one["kind"], one["for"], str(one["date"]), one["lines"]) for one in (contract.posting(part) for part in own)
    )
    for slot in sorted({*wanted, *found}):
        if wanted.get(slot, {}) != found.get(slot, {}):
            yield f"posting {slot}: {_shown(found.get(slot))}, expected {_shown(wanted.get(slot))}"


def _merged(
    parts: Iterable[tuple[str, str, Any, Mapping[str, Decimal]]],
) -> dict[tuple[str, str, str], dict[str, Decimal]]:
    """Vouchers of one kind, document and day together, netted per account; what a bank line pays has several names."""
    found: dict[tuple[str, str, str], dict[str, Decimal]] = {}
    for kind, key, date, lines in parts:
        slot = found.setdefault(("bank" if ":tx:" in key else kind, key, str(date)), {})
        for account, amount in lines.items():
            slot[account] = slot.get(account, Decimal(0)) + amount
    return {slot: {account: amount for account, amount in lines.items() if amount} for slot, lines in found.items()}


def _net(lines: Iterable[Data]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in lines:
        amount = Decimal(line["dr"]) if "dr" in line else -Decimal(line["cr"])
        found[line["account"]] = found.get(line["account"], Decimal(0)) + amount
    return found


def _shown(lines: Mapping[str, Decimal] | None) -> str:
    return "nothing" if not lines else ", ".join(f"{account} {amount}" for account, amount in lines.items())


BLOCKS = ("schedule", "payout", "remaining_refundable", "proration", "cancellation", "matches", "vat_relief")


def _blocks(expected: Data, results: Sequence[Result]) -> Iterator[str]:
    own: Data = {}
    for part in results:
        own |= part.blocks
    pool = tuple(_amounts([own, [part.documents for part in results]]))
    for name in BLOCKS:
        if name in expected:
            wanted, found = expected[name], own.get(name)
            if name == "schedule" and isinstance(found, list) and not isinstance(wanted, list):
                found = found[0] if found else None
            yield from _block(name, wanted, found, pool)


def _block(name: str, wanted: Any, own: Any, pool: Sequence[Decimal]) -> Iterator[str]:
    """Named fields are compared; under a name that the contract doesn't give, the value must at least be there."""
    if isinstance(wanted, Mapping) and isinstance(own, Mapping):
        for field, value in wanted.items():
            known = _known(field, own)
            if known is not None:
                yield from _block(f"{name}.{field}", value, own[known], pool)
            elif _amount(value) is None or _amount(value) not in pool:
                yield f"{name}.{field}: nothing like it came out, expected {value}"
    elif isinstance(wanted, list) and isinstance(own, list):
        if len(wanted) != len(own):
            yield f"{name}: {own}, expected {wanted}"
        else:
            for number, (one, other) in enumerate(zip(wanted, own, strict=True)):
                yield from _block(f"{name}[{number}]", one, other, pool)
    elif isinstance(own, list) and len(own) == 1:
        yield from _block(name, wanted, own[0], pool)
    elif isinstance(own, Mapping) and _amount(wanted) is not None:
        if _amount(wanted) not in tuple(_amounts(own)):
            yield f"{name}: {own}, expected {wanted}"
    elif not same(wanted, own):
        yield f"{name}: {own}, expected {wanted}"


def _known(field: str, own: Mapping[str, Any]) -> str | None:
    if field in own:
        return field
    return next((name for name, words in ALIASES.items() if field in words and name in own), None)


def _amounts(value: Any) -> Iterator[Decimal]:
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _amounts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _amounts(part)
    elif isinstance(value, Decimal | int) and not isinstance(value, bool):
        yield Decimal(value)
    elif isinstance(value, dt.date):
        return
