"""Suggestions for bank lines that no rule matched: scored, explained, and never booked before somebody says yes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from kontering.model.bank import BankLine, OpenItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What a person once decided for a bank line: the account role (or category) it went to."""

    text: str
    amount: Decimal
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An answer that may be right: `score` from 0 to 1, with what speaks for it."""

    target: str
    score: Decimal
    reasons: tuple[str, ...]


def items_for(line: BankLine, items: Sequence[OpenItem], *, most: int = 3) -> tuple[Suggestion, ...]:
    """Open items that a line may pay, by amount, name and day."""
    found = [_scored(line, item) for item in items if (item.amount > 0) == (line.amount > 0)]
    good = [one for one in found if one.score > 0]
    return tuple(sorted(good, key=lambda one: (-one.score, one.target))[:most])


def categories_for(line: BankLine, history: Sequence[Confirmed], *, most: int = 3) -> tuple[Suggestion, ...]:
    """Where lines with the same words went before; how alike they are, and how many of them agree."""
    words = words_of(line.text)
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


def _scored(line: BankLine, item: OpenItem) -> Suggestion:
    score, reasons = Decimal(0), []
    if item.amount == line.amount:
        score += Decimal("0.5")
        reasons.append(f"the same amount of {item.amount}")
    elif abs(item.amount - line.amount) * 50 <= abs(item.amount):
        score += Decimal("0.2")
        reasons.append(f"{item.amount - line.amount} off its amount of {item.amount}")
    shared = words_of(f"{line.text} {line.party or ''}") & words_of(item.name or "")
    if shared:
        score += Decimal("0.4")
        reasons.append(f"the name: {', '.join(sorted(shared))}")
    if reasons and abs((line.date - item.date).days) <= 30:
        score += Decimal("0.1")
        reasons.append(f"{(line.date - item.date).days} days after it")
    return Suggestion(target=item.key, score=score, reasons=tuple(reasons))


def _alike(mine: frozenset[str], other: frozenset[str]) -> Decimal:
    return Decimal(len(mine & other)) / len(mine | other) if mine | other else Decimal(0)
