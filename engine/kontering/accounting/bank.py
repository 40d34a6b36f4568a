"""Bank lines matched with what is open: by name first, by amount last, each with its reason; nothing is guessed.

The order of tries: what a person has decided, reference, numbers in the text, a rule of the project, the same amount on
one open item, several items of one customer that add up, a fee that was held back. Two answers that are equally good
are none. What the bank says that it took (`charges`) is no guess: the payer paid so much more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations
from typing import Literal

from kontering.accounting import categories, fik
from kontering.accounting.settings import Settings
from kontering.model.bank import BankLine, Decision, OpenItem
from kontering.model.document import Posting, PostingLine, Warned
from kontering.model.money import ZERO, to_currency

MatchKind = Literal["exact", "many_to_one", "partial", "overpaid", "fee_difference", "category", "unmatched"]
# More items than these of one customer give sums by chance.
MOST_ITEMS, MOST_IN_SUM = 12, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a bank line pays: how much of which items, what was held back as a fee, what is too much, and why."""

    line: BankLine
    kind: MatchKind
    parts: tuple[tuple[OpenItem, Decimal], ...] = ()
    fee: Decimal = ZERO
    surplus: Decimal = ZERO
    reason: str = ""
    role: str | None = None
    vat: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """All lines with their matches, and what is still open after them."""

    matches: tuple[Match, ...]
    left: tuple[OpenItem, ...]
    warnings: tuple[Warned, ...] = ()


def match(lines: Sequence[BankLine], items: Sequence[OpenItem], settings: Settings) -> Matched:
    """Every line matched once, in the order of days; what a line has paid isn't there for the next."""
    left = tuple(items)
    found: list[Match] = []
    for line in sorted(lines, key=lambda one: (one.date, one.key)):
        one = match_line(line, left, settings)
        found.append(one)
        left = less(left, {item.key: part for item, part in one.parts})
    warnings = (
        Warned(code="BANK_LINE_UNMATCHED", message=f"{one.line.date} {one.line.amount} {one.line.text}: {one.reason}")
        for one in found
        if one.kind == "unmatched"
    )
    return Matched(matches=tuple(found), left=left, warnings=tuple(warnings))


def match_line(
    line: BankLine, items: Sequence[OpenItem], settings: Settings, decision: Decision | None = None
) -> Match:
    """What one line pays, or where it goes."""
    if decision is not None:
        return _decided(line, items, decision, settings)
    found = _found(line, items, settings)
    if found.kind != "unmatched" or line.original is None:
        return found
    amount, currency = line.original  # a payer abroad: the document may be in the currency that was paid
    other = replace(line, amount=amount, currency=currency, fx=line.amount * (line.fx or 1) / amount, original=None)
    second = _found(other, items, settings)
    return second if second.kind != "unmatched" else found


def _found(line: BankLine, items: Sequence[OpenItem], settings: Settings) -> Match:
    whole = replace(line, amount=line.amount + line.charges, charges=ZERO)
    found = _matched(whole, items, settings)
    return replace(found, line=line, fee=found.fee + line.charges) if line.charges else found


def _matched(line: BankLine, items: Sequence[OpenItem], settings: Settings) -> Match:
    able = able_to(line, items)
    named, by = _named(line, able)
    if named:
        return _paying(line, named, by, settings)
    rule = categories.category_of(line, settings.categories)
    if rule is not None:
        return Match(line=line, kind="category", role=rule.role, vat=rule.vat, reason=f"the rule {rule.id}")
    near = [item for item in able if abs((line.date - item.date).days) <= settings.match_days]
    for tried in (_same_amount, _several, _less_fee):
        if (found := tried(line, near, settings)) is not None:
            return _only_suggested(found) if settings.match_by_amount == "suggest" else found
    return Match(line=line, kind="unmatched", reason="nothing open has this number or amount")


def able_to(line: BankLine, items: Sequence[OpenItem]) -> list[OpenItem]:
    """The items that a line could pay: in its currency, and in its direction."""
    return [item for item in items if item.currency == line.currency and (item.amount > 0) == (line.amount > 0)]


def _only_suggested(found: Match) -> Match:
    if found.kind == "unmatched":
        return found
    return Match(line=found.line, kind="unmatched", reason=f"it may be {found.reason}, but it doesn't say so")


def _decided(line: BankLine, items: Sequence[OpenItem], decision: Decision, settings: Settings) -> Match:
    """What a person said; unmatched, with the reason, where that can't be done any more."""
    by = f"{decision.who} said so"
    if decision.role is not None:
        return Match(line=line, kind="category", role=decision.role, vat=decision.vat, reason=by)
    by_key = {item.key: item for item in able_to(line, items)}
    lacks = [key for key, _ in decision.pays if key not in by_key]
    if lacks:
        reason = f"{decision.who} said that it pays {', '.join(lacks)}, which isn't open (any more)"
        return Match(line=line, kind="unmatched", reason=reason)
    whole = replace(line, amount=line.amount + line.charges, charges=ZERO)
    parts = tuple((by_key[key], by_key[key].amount if part is None else part) for key, part in decision.pays)
    found = _paid(whole, parts, by, less_fee=decision.less_fee)
    return replace(found, line=line, fee=found.fee + line.charges)


def _paid(line: BankLine, parts: tuple[tuple[OpenItem, Decimal], ...], by: str, *, less_fee: bool) -> Match:
    owed, several = sum((part for _, part in parts), ZERO), len(parts) > 1
    too_much = [item.number for item, part in parts if abs(part) > abs(item.amount) or (part > 0) != (item.amount > 0)]
    if too_much:
        return Match(line=line, kind="unmatched", reason=f"{by}, but on {too_much[0]} less is open")
    whole = all(part == item.amount for item, part in parts)
    short = abs(owed) - abs(line.amount)
    if short == 0:
        kind: MatchKind = "many_to_one" if several else "exact" if whole else "partial"
        return Match(line=line, kind=kind, parts=parts, reason=by)
    if short > 0 and less_fee and line.amount > 0:
        return Match(line=line, kind="fee_difference", parts=parts, fee=short, reason=f"{by}, {short} held back")
    if short > 0 and not several:
        return Match(line=line, kind="partial", parts=((parts[0][0], line.amount),), reason=by)
    if short < 0 and whole:
        reason = f"{by}, {line.amount - owed} too much stays as credit"
        return Match(line=line, kind="overpaid", parts=parts, surplus=line.amount - owed, reason=reason)
    return Match(line=line, kind="unmatched", reason=f"{by}, but that comes to {owed}")


def vouchers(found: Match, settings: Settings) -> Iterator[Posting]:
    """The voucher of a match; a payout is posted already, and an unmatched line isn't posted."""
    if found.role is not None:
        yield categories.voucher(found.line, found.role, found.vat, found.reason, settings)
        return
    parts = [(item, part) for item, part in found.parts if item.role != "posted"]
    if not parts:
        return
    line, fx = found.line, found.line.fx or Decimal(1)
    bank = to_currency(line.amount * fx, settings.base_currency)
    fee = to_currency(found.fee * fx, settings.base_currency)
    closed = [_closed(item, part, fx, settings) for item, part in parts]
    surplus = to_currency(found.surplus * fx, settings.base_currency)
    lines = [PostingLine(role=line.role, amount=bank, text=line.text or None)]
    lines += [PostingLine(role="fees", amount=fee)] if fee else []
    for (item, _), amount in zip(parts, closed, strict=True):
        lines.append(PostingLine(role=item.role, amount=-amount, text=item.number, party=item.party))
    if surplus:  # nobody's document: the customer's credit
        lines.append(PostingLine(role=parts[0][0].role, amount=-surplus, party=parts[0][0].party))
    rest = -sum((one.amount for one in lines), ZERO)
    lines += [PostingLine(role="fx_difference", amount=rest)] if rest else []
    yield Posting(kind="bank", key=line.key, date=line.date, lines=tuple(lines), text=found.reason)


def _closed(item: OpenItem, part: Decimal, fx: Decimal, settings: Settings) -> Decimal:
    """What a part closes of an item in base currency: at the item's own rate."""
    if item.base is None:
        return to_currency(part * fx, settings.base_currency)
    return item.base if part == item.amount else to_currency(item.base * part / item.amount, settings.base_currency)


def _named(line: BankLine, items: Sequence[OpenItem]) -> tuple[list[OpenItem], str]:
    """The items that the line names, by its reference or else by numbers in its text."""
    if line.reference is not None:
        by_reference = [item for item in items if line.reference in (item.number, item.key, *item.references)]
        if by_reference:
            return by_reference, f"reference {line.reference}"
    said = f"{line.reference or ''} {line.text}".casefold()
    slips = set(fik.numbers(said))
    by_slip = [item for item in items if slips and slips & {_digits(name) for name in _names(item)}]
    if by_slip:
        return by_slip, f"payment id of {', '.join(item.number for item in by_slip)}"
    words = _words(said)
    found = [item for item in items if any(_says(line, item, name) for name in _names(item) if name in words)]
    names = ", ".join(item.number for item in found)
    return found, f"number {names} in the text"


def _digits(name: str) -> str:
    return re.sub(r"\D", "", name).lstrip("0")


def _names(item: OpenItem) -> Iterator[str]:
    return (word.casefold() for word in (item.number, *item.references))


def _says(line: BankLine, item: OpenItem, word: str) -> bool:
    """Does a word name an item? A short number, or a year, may stand there by chance: then the amount must fit too."""
    by_chance = word.isdigit() and (len(word) < 4 or abs(int(word[:5]) - line.date.year) < 2)
    return not by_chance or item.amount == line.amount


def _words(text: str) -> set[str]:
    # "#1041", "faktura 1041," and "1041/1042" name invoices; "110415" doesn't name 1041.
    whole = re.findall(r"[\w\-./]+", text.casefold())
    return {part.strip("-./") for word in whole for part in (word, *re.split(r"[./]", word))}


def _paying(line: BankLine, named: Sequence[OpenItem], by: str, settings: Settings) -> Match:
    """A line that names items pays them: exactly, less a fee, in part, or too much."""
    owed = sum((item.amount for item in named), ZERO)
    parts = tuple((item, item.amount) for item in named)
    short = abs(owed) - abs(line.amount)
    several = len(named) > 1
    if short == 0:
        return Match(line=line, kind="many_to_one" if several else "exact", parts=parts, reason=by)
    if 0 < short <= settings.max_fee_difference and line.amount > 0:
        return Match(line=line, kind="fee_difference", parts=parts, fee=short, reason=f"{by}, {short} held back")
    if several:
        fits = [item for item in named if item.amount == line.amount]
        if len(fits) == 1:
            return Match(line=line, kind="exact", parts=((fits[0], fits[0].amount),), reason=f"{by}, and its amount")
        return Match(line=line, kind="unmatched", reason=f"{by}: they come to {owed}")
    if short > 0:
        reason = f"{by}, {short} of it stays open"
        return Match(line=line, kind="partial", parts=((named[0], line.amount),), reason=reason)
    surplus = line.amount - owed
    reason = f"{by}, {surplus} too much stays as the customer's credit"
    return Match(line=line, kind="overpaid", parts=parts, surplus=surplus, reason=reason)


def _same_amount(line: BankLine, items: Sequence[OpenItem], settings: Settings) -> Match | None:
    fits = [item for item in items if item.amount == line.amount]
    if len(fits) == 1:
        reason = f"the only open item of {line.amount}"
        return Match(line=line, kind="exact", parts=((fits[0], line.amount),), reason=reason)
    if fits:
        numbers = " and ".join(item.number for item in fits)
        return Match(line=line, kind="unmatched", reason=f"{numbers} fit equally well")
    return None


def _several(line: BankLine, items: Sequence[OpenItem], settings: Settings) -> Match | None:
    """Items of one customer that add up; a second way to add up makes it none."""
    by_party: dict[str, list[OpenItem]] = {}
    for item in items:
        if item.party is not None:
            by_party.setdefault(item.party, []).append(item)
    found = [some for own in by_party.values() if 1 < len(own) <= MOST_ITEMS for some in _sums(own, line.amount)]
    if not found:
        return None
    numbers = ", ".join(item.number for item in found[0])
    if len(found) > 1:
        return Match(line=line, kind="unmatched", reason=f"several sets of open items come to {line.amount}")
    parts = tuple((item, item.amount) for item in found[0])
    return Match(line=line, kind="many_to_one", parts=parts, reason=f"{numbers} of one customer come to {line.amount}")


def _sums(items: Sequence[OpenItem], amount: Decimal) -> list[tuple[OpenItem, ...]]:
    if abs(sum((item.amount for item in items), ZERO)) < abs(amount):
        return []  # all of them together are too little
    return [
        some
        for size in range(2, min(len(items), MOST_IN_SUM) + 1)
        for some in combinations(items, size)
        if sum((item.amount for item in some), ZERO) == amount
    ]


def _less_fee(line: BankLine, items: Sequence[OpenItem], settings: Settings) -> Match | None:
    fits = [item for item in items if 0 < item.amount - line.amount <= settings.max_fee_difference]
    if line.amount < 0 or not fits:
        return None
    if len(fits) > 1:
        numbers = " and ".join(item.number for item in fits)
        return Match(line=line, kind="unmatched", reason=f"{numbers} fit equally well, less a fee")
    fee = fits[0].amount - line.amount
    reason = f"the only open item within {settings.max_fee_difference}, {fee} held back"
    return Match(line=line, kind="fee_difference", parts=((fits[0], fits[0].amount),), fee=fee, reason=reason)


def less(items: Sequence[OpenItem], paid: Mapping[str, Decimal]) -> tuple[OpenItem, ...]:
    """What is left of the items after so much of them, by key, was paid."""
    return tuple(
        _less(item, paid[item.key]) if paid.get(item.key) else item
        for item in items
        if not paid.get(item.key) or paid[item.key] != item.amount
    )


def _less(item: OpenItem, part: Decimal) -> OpenItem:
    base = None if item.base is None else item.base - to_currency(item.base * part / item.amount, item.currency)
    return replace(item, amount=item.amount - part, base=base)
