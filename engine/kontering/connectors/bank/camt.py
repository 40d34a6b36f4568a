"""CAMT.053: the account statement of ISO 20022, in every version, by local names.

Only booked entries count, and opening balance and entries must come to the closing balance, for each statement and
currency. An entry that bundles several transactions becomes a line for each, if they say what each one comes to.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import BinaryIO

from kontering.connectors.bank import problems
from kontering.connectors.bank.lines import Begins, Line, Read, cut
from kontering.connectors.bank.xml import Element, Enters, Leaves, events
from kontering.diagnostics import Diagnostic, Span

STATEMENT = ("Document", "BkToCstmrStmt", "Stmt")
OTHERS = {"BkToCstmrAcctRpt": "an intraday report (camt.052)", "BkToCstmrDbtCdtNtfctn": "a notice (camt.054)"}
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)
"""Balances by their codes; a statement of several pages has ITBD at both ends of a page."""

SHORTEST = 8
"""A number of fewer signs that the bank gives an entry is counted within the statement: it says nothing outside."""

_AMOUNT = re.compile(r"\d{1,15}(\.\d{1,5})?")
_NONE = ("NOTPROVIDED", "NOT PROVIDED", "NONREF")


class _Wrong(Exception):
    """An element can't be read; carries the diagnostic."""

    def __init__(self, problem: Diagnostic) -> None:
        self.problem = problem


@dataclass(slots=True)
class _Statement:
    """A statement on its way: what it has said, and what its entries have come to by currency."""

    file: str
    id: str = ""
    account: str = ""
    currency: str = ""
    told: bool = False
    wrong: bool = False
    opening: dict[str, Decimal] = field(default_factory=dict)
    closing: dict[str, Decimal] = field(default_factory=dict)
    between: dict[str, list[Decimal]] = field(default_factory=lambda: defaultdict(list))
    moved: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def named(self) -> str:
        return f"statement {self.id}" if self.id else "the statement"


def read(file: BinaryIO, name: str, limit: int) -> Iterator[Read]:
    """All lines of a file, and all that is wrong with it."""
    made = _Statement(name)
    seen = False
    for event in events(file, name, frozenset({"Stmt"}), limit):
        match event:
            case Diagnostic():
                yield event
                return
            case Enters(path=path, line=line):
                if (wrong := _other(path, Span(name, line))) is not None:
                    yield wrong
                    return
                if path == STATEMENT:
                    made, seen = _Statement(name), True
            case Element():
                yield from _part(made, event)
            case Leaves(path=path, line=line) if path == STATEMENT:
                yield from _proved(made, Span(name, line))
    if not seen:
        yield problems.broken(Span(name), "the XML holds no account statement (Document/BkToCstmrStmt/Stmt)")


def _other(path: tuple[str, ...], span: Span) -> Diagnostic | None:
    if len(path) == 1 and path[0] != "Document":
        return problems.other_message(span, f"XML that begins with {path[0]}")
    if len(path) == 2 and path[1] in OTHERS:
        return problems.other_message(span, OTHERS[path[1]])
    return None


def _part(made: _Statement, part: Element) -> Iterator[Read]:
    try:
        match part.name:
            case "Id":
                made.id = _said(part)
            case "Acct":
                made.account = part.text("Id/IBAN", "Id/Othr/Id") or ""
                made.currency = part.text("Ccy") or ""
            case "Bal":
                _balance(made, part)
            case "Ntry":
                if not made.told:
                    made.told = True
                    yield Begins(account=made.account, span=Span(made.file, part.line))
                yield from _entry(made, part)
    except _Wrong as wrong:
        made.wrong = True
        yield wrong.problem


def _balance(made: _Statement, part: Element) -> None:
    kind = part.text("Tp/CdOrPrtry/Cd") or ""
    if kind not in (*OPENING, *CLOSING, "ITBD"):
        return
    amount, currency = _amount(made, part, part.first("Amt"))
    signed = amount * _sign(made, part)
    if kind in OPENING:
        made.opening.setdefault(currency, signed)
    elif kind in CLOSING:
        made.closing[currency] = signed
    else:
        made.between[currency].append(signed)


def _proved(made: _Statement, span: Span) -> Iterator[Read]:
    """A statement without entries proves itself by its balances too."""
    if not made.account:
        yield problems.broken(span, f"{made.named()} doesn't say whose account it is (Acct/Id)")
    if made.wrong:
        return  # its sums would only say so again
    currencies = {*made.moved, *made.closing, *((made.currency,) if made.currency else ())}
    for currency in sorted(currencies):
        between = made.between[currency]
        opening = made.opening.get(currency, between[0] if between else None)
        closing = made.closing.get(currency, between[-1] if between else None)
        moved = made.moved[currency]
        if opening is None or closing is None:
            yield problems.no_balance(span, made.named(), "opening" if opening is None else "closing", currency)
        elif opening + moved != closing:
            yield problems.not_balanced(span, made.named(), currency, (opening, moved, closing))


def _entry(made: _Statement, part: Element) -> Iterator[Line]:
    if _status(part) != "BOOK":
        return
    amount, currency = _amount(made, part, part.first("Amt"))
    amount *= _sign(made, part)
    made.moved[currency] += amount
    if not amount:
        return
    whole = _line(made, part, amount, currency)
    details = list(part.all("NtryDtls/TxDtls"))
    parts = [_detail_amount(made, one, part, currency) for one in details]
    if len(details) > 1 and None not in parts and sum(one for one in parts if one is not None) == amount:
        before = whole.balance - amount if whole.balance is not None else None
        for one, worth in zip(details, parts, strict=True):
            before = before + (worth or Decimal(0)) if before is not None else None
            if worth:
                yield _detailed(replace(whole, amount=worth, balance=before, charges=None), one)
    else:
        yield _bundled(made, whole, part, details)


def _status(part: Element) -> str:
    return part.text("Sts/Cd", "Sts") or "BOOK"


def _line(made: _Statement, part: Element, amount: Decimal, currency: str) -> Line:
    opening = made.opening.get(currency, next(iter(made.between[currency]), None))
    value = part.first("ValDt/Dt", "ValDt/DtTm")
    return Line(
        account=made.account,
        currency=currency,
        date=_day(made, part),
        amount=amount,
        value_date=_date(made, value) if value else None,
        text=cut(part.text("AddtlNtryInf")),
        bank_reference=_reference(part),
        code=_code(part),
        balance=None if opening is None else opening + made.moved[currency],
        reversal=(part.text("RvslInd") or "").lower() in ("true", "1"),
        statement=made.id or None,
    )


def _reference(part: Element) -> str | None:
    """The bank's own reference of an entry; `NtryRef` often only counts the entries of a statement."""
    own, counted = part.text("AcctSvcrRef"), part.text("NtryRef")
    if own and own not in _NONE:
        return own
    return counted if counted and len(counted) >= SHORTEST and counted not in _NONE else None


def _code(part: Element) -> str | None:
    domain = part.text("BkTxCd/Domn/Cd")
    if domain is None:
        return part.text("BkTxCd/Prtry/Cd")
    family, sub = part.text("BkTxCd/Domn/Fmly/Cd"), part.text("BkTxCd/Domn/Fmly/SubFmlyCd")
    return "/".join(one for one in (domain, family, sub) if one)


def _bundled(made: _Statement, whole: Line, part: Element, details: list[Element]) -> Line:
    """One line of an entry: with the words of its only transaction, or of the first few."""
    if len(details) == 1:
        return _charged(made, _detailed(whole, details[0]), part, details[0])
    texts = dict.fromkeys(text for one in details[:20] if (text := _text(one)))
    return replace(whole, text=cut(" ".join(texts)) or whole.text)


def _detailed(line: Line, detail: Element) -> Line:
    """The line with what its transaction says: who, why, and under which references."""
    side = "Dbtr" if line.amount > 0 else "Cdtr"
    end_to_end = detail.text("Refs/EndToEndId")
    return replace(
        line,
        text=_text(detail) or line.text,
        reference=cut(detail.text("RmtInf/Strd/CdtrRefInf/Ref")),
        end_to_end_id=cut(end_to_end) if end_to_end and end_to_end.upper() not in _NONE else None,
        party=cut(detail.text(f"RltdPties/{side}/Nm", f"RltdPties/{side}/Pty/Nm")),
        party_account=detail.text(f"RltdPties/{side}Acct/Id/IBAN", f"RltdPties/{side}Acct/Id/Othr/Id"),
    )


def _text(detail: Element) -> str | None:
    free = " ".join("".join(one.pieces) for one in detail.all("RmtInf/Ustrd"))
    return cut(free) or cut(detail.text("AddtlTxInf", "RtrInf/AddtlInf"))


def _charged(made: _Statement, line: Line, part: Element, detail: Element) -> Line:
    """Charges that the bank has taken off, if the payer's amount proves them; else the payer's own currency."""
    told = detail.first("AmtDtls/InstdAmt/Amt", "AmtDtls/TxAmt/Amt")
    if told is None:
        return line
    amount, currency = _amount(made, detail, told)
    sign = 1 if line.amount > 0 else -1
    if currency != line.currency:
        return replace(line, original_amount=sign * amount, original_currency=currency) if amount else line
    taken = sign * amount - line.amount
    said = sum((_charge(made, one) for one in _charges(part, detail)), Decimal(0))
    return replace(line, charges=taken) if taken > 0 and taken == said else line


def _charges(part: Element, detail: Element) -> Iterator[Element]:
    for of in (part, detail):
        found = list(of.all("Chrgs"))
        if found:  # said once for the entry, or once for its transaction: not both
            for one in found:
                yield from list(one.all("Rcrd")) or [one]
            return


def _charge(made: _Statement, part: Element) -> Decimal:
    amount = part.first("Amt", "TtlChrgsAndTaxAmt")
    return _amount(made, part, amount)[0] if amount is not None else Decimal(0)


def _detail_amount(made: _Statement, detail: Element, part: Element, currency: str) -> Decimal | None:
    told = detail.first("Amt", "AmtDtls/TxAmt/Amt")
    if told is None:
        return None
    amount, own = _amount(made, detail, told)
    return amount * _sign(made, detail if detail.text("CdtDbtInd") else part) if own == currency else None


def _sign(made: _Statement, part: Element) -> int:
    match part.text("CdtDbtInd"):
        case "CRDT":
            return 1
        case "DBIT":
            return -1
        case other:
            raise _Wrong(problems.broken(Span(made.file, part.line), f"is it money in or out? CdtDbtInd is {other!r}"))


def _amount(made: _Statement, within: Element, part: Element | None) -> tuple[Decimal, str]:
    if part is None:
        raise _Wrong(problems.broken(Span(made.file, within.line), f"{within.name} has no Amt"))
    text, currency = _said(part), part.attributes.get("Ccy") or made.currency
    if not _AMOUNT.fullmatch(text):
        raise _Wrong(problems.no_number(Span(made.file, part.line), text))
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise _Wrong(problems.broken(Span(made.file, part.line), f"an amount in the currency {currency!r}"))
    return Decimal(text), currency


def _day(made: _Statement, part: Element) -> dt.date:
    found = part.first("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")
    if found is None:
        raise _Wrong(problems.broken(Span(made.file, part.line), "an entry without a day of booking (BookgDt)"))
    return _date(made, found)


def _date(made: _Statement, part: Element) -> dt.date:
    text = _said(part)[:10]
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise _Wrong(problems.no_date(Span(made.file, part.line), text)) from None


def _said(part: Element) -> str:
    return "".join(part.pieces).strip()
