"""What all formats give: the lines of a statement, each with an identity that doesn't change from file to file.

A line is known by the bank's own reference. Without one it is known by account, day, amount, texts and the balance
after it; the second of two that are alike in all of that is the second one in every file that has both.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from kontering.diagnostics import Diagnostic, Span

LONGEST = 500
"""Characters of a text that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One booked movement: money in is positive. `charges` is what the bank took of it, positive."""

    account: str
    currency: str
    date: dt.date
    amount: Decimal
    value_date: dt.date | None = None
    text: str | None = None
    reference: str | None = None
    end_to_end_id: str | None = None
    party: str | None = None
    party_account: str | None = None
    bank_reference: str | None = None
    code: str | None = None
    balance: Decimal | None = None
    charges: Decimal | None = None
    original_amount: Decimal | None = None
    original_currency: str | None = None
    reversal: bool = False
    statement: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Begins:
    """A statement begins: lines that are alike are counted anew."""

    account: str
    span: Span


Read = Line | Begins | Diagnostic


def records(found: Iterable[Line | Begins]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each line's id and its data, as schemas/records/bank/line.schema.json."""
    alike: Counter[tuple[str, ...]] = Counter()
    for one in found:
        if isinstance(one, Begins):
            alike.clear()
            continue
        known = _known_by(one)
        alike[known] += 1
        id_ = _id(one, known, alike[known])
        yield id_, {"id": id_, **_data(one)}


def cut(text: str | None) -> str | None:
    """A text in one line, without blanks that say nothing; None if nothing is left.

    >>> cut("  CH 1000042\\n  DEMO "), cut(" ")
    ('CH 1000042 DEMO', None)
    """
    return " ".join((text or "").split())[:LONGEST].strip() or None


def _known_by(line: Line) -> tuple[str, ...]:
    always = (line.account, line.currency, line.date.isoformat(), _plain(line.amount))
    if line.bank_reference:
        return (*always, line.bank_reference)
    said = (line.text, line.party, line.reference, line.end_to_end_id)
    balance = "" if line.balance is None else _plain(line.balance)
    return (*always, *(part or "" for part in said), balance)


def _id(line: Line, known: tuple[str, ...], number: int) -> str:
    mark = hashlib.sha256("\x1f".join(known).encode()).hexdigest()[:12]
    return f"{line.date}-{mark}" + (f"-{number}" if number > 1 else "")


def _data(line: Line) -> dict[str, Any]:
    said = {field.name: getattr(line, field.name) for field in fields(line)}
    return {name: _value(value) for name, value in said.items() if value is not None and value is not False}


def _value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, dt.date) else value


def _plain(amount: Decimal) -> str:
    """The same amount is the same text, whether the file wrote 5, 5.0 or 5.00."""
    return f"{amount.normalize():f}" if amount else "0"
