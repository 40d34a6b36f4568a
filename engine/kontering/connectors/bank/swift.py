"""MT940: SWIFT's account statement, read with the library `mt-940` (the extra `mt940`), message by message.

The library reads fields; that a statement has both balances, that no line was passed over, and that all of it adds up
is checked here. A reversed credit (RC) is money out, a reversed debit (RD) money in.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO

from kontering.connectors.bank import problems
from kontering.connectors.bank.lines import Begins, Line, Read, cut
from kontering.connectors.bank.texts import decoded
from kontering.diagnostics import Diagnostic, Span

ENCODINGS = ("utf-8", "cp1252")
SIGNS = {"C": 1, "RD": 1, "D": -1, "RC": -1}

_BEGINS = re.compile(r"^:20:", re.MULTILINE)
_LINE = re.compile(r"^:61:", re.MULTILINE)
_OPENING, _CLOSING = re.compile(r"^:60[FM]:", re.MULTILINE), re.compile(r"^:62[FM]:", re.MULTILINE)
_LONG = re.compile(r"[^\n]{2000}")
_ODD = re.compile(r"^:61:.*(?:NaN|Inf)", re.MULTILINE | re.IGNORECASE)


def read(file: BinaryIO, name: str, limit: int) -> Iterator[Read]:
    """All lines of a file, and all that is wrong with it."""
    data = file.read(limit + 1)
    if len(data) > limit:
        yield problems.too_large(name, limit)
        return
    found = decoded(data, name, ENCODINGS)
    if isinstance(found, Diagnostic):
        yield found
        return
    text = found.replace("\r\n", "\n").replace("\r", "\n")
    starts = [one.start() for one in _BEGINS.finditer(text)]
    if not starts:
        yield problems.broken(Span(name), "there is no statement in it: none begins with :20:")
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield from _message(text[start:end], Span(name, text.count("\n", 0, start) + 1))


def _message(text: str, span: Span) -> Iterator[Read]:
    if _LONG.search(text) or _ODD.search(text):
        yield problems.broken(span, "the statement has a line that no bank writes")
        return
    if not (_OPENING.search(text) and _CLOSING.search(text)):
        missing = "opening balance (:60F:)" if not _OPENING.search(text) else "closing balance (:62F:)"
        yield problems.broken(span, f"the statement has no {missing}")
        return
    parsed = _parsed(text, span)
    if isinstance(parsed, Diagnostic):
        yield parsed
        return
    yield from _statement(parsed, text, span)


def _parsed(text: str, span: Span) -> Any:
    try:
        import mt940  # an extra: only whoever has such files needs it
    except ImportError:
        return problems.no_library(span.file)
    try:
        return mt940.parse(text)
    except (RuntimeError, ValueError, ArithmeticError, LookupError, TypeError) as error:
        said = next((one for one in reversed(error.args) if isinstance(one, str)), type(error).__name__)
        return problems.broken(span, f"the statement has a field that can't be read: {said[:60]!r}")


def _statement(parsed: Any, text: str, span: Span) -> Iterator[Read]:
    said, rows = parsed.data, list(parsed)
    opening = said.get("final_opening_balance") or said.get("intermediate_opening_balance")
    closing = said.get("final_closing_balance") or said.get("intermediate_closing_balance")
    account = said.get("account_identification")
    if not account or opening is None or closing is None or len(rows) != len(_LINE.findall(text)):
        yield problems.broken(span, "the statement can't be read in full: its account, a balance or a line")
        return
    id_ = "/".join(str(said[name]) for name in ("statement_number", "sequence_number") if said.get(name))
    yield Begins(account=account, span=span)
    balance = Decimal(opening.amount.amount)
    currency = str(opening.amount.currency)
    for row in rows:
        amount = SIGNS[row.data["status"]] * abs(Decimal(row.data["amount"].amount))
        balance += amount
        if amount:
            yield _line(row.data, account, currency, amount, balance, id_ or None)
    end = Decimal(closing.amount.amount)
    if balance != end or str(closing.amount.currency) != currency:
        start = Decimal(opening.amount.amount)
        yield problems.not_balanced(span, f"statement {id_}", currency, (start, balance - start, end))


def _line(
    said: dict[str, Any], account: str, currency: str, amount: Decimal, balance: Decimal, statement: str | None
) -> Line:
    value = _day(said["date"])
    customer = cut(said.get("customer_reference"))
    return Line(
        account=account,
        currency=currency,
        date=_day(said.get("entry_date")) or value or dt.date.min,
        value_date=value,
        amount=amount,
        text=cut(said.get("transaction_details")) or cut(said.get("extra_details")),
        reference=customer if customer not in (None, "NONREF") else None,
        bank_reference=cut(said.get("bank_reference")),
        code=cut(said.get("id")),
        balance=balance,
        reversal=said["status"] in ("RC", "RD"),
        statement=statement,
    )


def _day(value: Any) -> dt.date | None:
    return dt.date(value.year, value.month, value.day) if value is not None else None
