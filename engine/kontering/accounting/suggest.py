"""Suggestions for bank lines that no rule matched: scored, explained, and never booked before somebody says yes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kontering.model.bank import BankLine, Decision, OpenItem

Reasons = Iterator[tuple[Decimal, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What a person once decided for a bank line: the role that it went to, or the party whose items it paid."""

    text: str
    amount: Decimal
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An answer that may be right: `score` from 0 to 1, with what speaks for it."""

    target: str
    score: Decimal
    reasons: tuple[str, ...]


def payers(history: Sequence[Decision]) -> tuple[Confirmed, ...]:
    """Whose documents confirmed lines have paid."""
    return tuple(
        Confirmed(text=f"{one.text} {one.party or ''}", amount=one.amount, target=party)
        for one in history
        for party in one.parties
    )


def roles(history: Sequence[Decision]) -> tuple[Confirmed, ...]:
    """Where confirmed lines went that paid no document; a VAT code stands behind the role."""
    return tuple(
        Confirmed(
            text=f"{one.text} {one.party or ''}", amount=one.amount, target=" ".join(filter(None, (one.role, one.vat)))
        )
        for one in history
        if one.role is not None
    )


def items_for(
    line: BankLine, items: Sequence[OpenItem], history: Sequence[Confirmed] = (), *, most: int = 3
) -> tuple[Suggestion, ...]:
    """Open items that a line may pay: by amount, name and day, and by whose items such lines paid before."""
    able = [item for item in items if item.currency == line.currency and (item.amount > 0) == (line.amount > 0)]
    found = [_scored(line, item, history) for item in able]
    good = [one for one in found if one.score > Decimal("0.1")]
    return tuple(sorted(good, key=lambda one: (-one.score, one.target))[:most])


def categories_for(line: BankLine, history: Sequence[Confirmed], *, most: int = 3) -> tuple[Suggestion, ...]:
    """Where lines with the same words went before; how alike they are, and how many of them agree."""
    words = words_of(f"{line.text} {line.party or ''}")
    alike = [(one, _alike(words, words_of(one.text))) for one in history if (one.amount > 0) == (line.amount > 0)]
    alike = [(one, share) for one, share in alike if share > 0]
    found = []
    for target in dict.fromkeys(one.target for one, _ in alike):
        own = [(one, share) for one, share in alike if one.target == target]
        agree = Decimal(len(own)) / len(alike)
        best = max(share for _, share in own)
        shared = sorted(words & set().union(*(words_of(one.text) for one, _ in own)))
        reason = f"{len(own)} of {len(alike)} confirmed lines with {', '.join(shared)} went there"
        found.append(Suggestion(target=target, score=(agree * best).quantize(Decimal("0.01")), reasons=(reason,)))
    return tuple(sorted(found, key=lambda one: (-one.score, one.target))[:most])


def words_of(text: str) -> frozenset[str]:
    """The words of a text that say something: no numbers, nothing shorter than three letters.

    >>> sorted(words_of("Dankort-køb SHELL 4711 Aarhus"))
    ['aarhus', 'dankort', 'køb', 'shell']
    """
    return frozenset(word for word in re.findall(r"[^\W\d_]+", text.casefold()) if len(word) > 2)


def _scored(line: BankLine, item: OpenItem, history: Sequence[Confirmed]) -> Suggestion:
    found = [*_amount(line, item), *_name(line, item), *_number(line, item), *_before(line, item, history)]
    if found and abs((line.date - item.date).days) <= 30:
        found.append((Decimal("0.1"), f"{(line.date - item.date).days} days after it"))
    score = min(sum((points for points, _ in found), Decimal(0)), Decimal("0.99"))
    return Suggestion(target=item.key, score=score, reasons=tuple(reason for _, reason in found))


def _amount(line: BankLine, item: OpenItem) -> Reasons:
    if item.amount == line.amount:
        yield Decimal("0.5"), f"the same amount of {item.amount}"
    elif abs(item.amount - line.amount) * 50 <= abs(item.amount):
        yield Decimal("0.2"), f"{item.amount - line.amount} off its amount of {item.amount}"


def _name(line: BankLine, item: OpenItem) -> Reasons:
    shared = words_of(f"{line.text} {line.party or ''}") & words_of(item.name or "")
    if shared:
        yield Decimal("0.4"), f"the name: {', '.join(sorted(shared))}"


def _number(line: BankLine, item: OpenItem) -> Reasons:
    """Digits of its number inside a longer word, where it isn't the number itself."""
    said = re.sub(r"\D", "", f"{line.text}{line.reference or ''}")
    digits = re.sub(r"\D", "", item.number)
    if len(digits) >= 4 and digits in said:
        yield Decimal("0.3"), f"the digits {digits} of {item.number}"


def _before(line: BankLine, item: OpenItem, history: Sequence[Confirmed]) -> Reasons:
    own = [one for one in history if one.target == item.party]
    words = words_of(f"{line.text} {line.party or ''}")
    shared = sorted(words & set().union(*(words_of(one.text) for one in own)))
    if shared:
        yield Decimal("0.3"), f"lines with {', '.join(shared)} paid for the same party before"


def _alike(mine: frozenset[str], other: frozenset[str]) -> Decimal:
    return Decimal(len(mine & other)) / len(mine | other) if mine | other else Decimal(0)
