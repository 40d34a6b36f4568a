"""Posting: a balanced voucher by role becomes entries on accounts, numbered without gaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kontering.connectors.ledger.book import (
    Book,
    account,
    check_amount,
    check_code,
    check_open,
    check_role,
    count,
    ensure_account,
    ensure_code,
    refuse,
    version,
)
from kontering.connectors.ledger.parties import party_id
from kontering.connectors.ledger.payload import Posting, PostingLine, Voucher, read
from kontering.connectors.ledger.sql import Insert, Query
from kontering.connectors.ledger.tables import ledger_entry, ledger_voucher
from kontering.errors import Refusal
from kontering.model.money import ZERO
from kontering.model.plan import Found, Step

ITEM_ROLES = frozenset({"receivable", "payable"})
"""Roles whose entries belong to an open item and its party."""

_BY_KEY = Query(ledger_voucher, ["number", "changed"], "book = ? AND source = 'voucher' AND key = ? AND part = 0")
_VOUCHERS = Insert(ledger_voucher)
_ENTRIES = Insert(ledger_entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where vouchers come from: kind and key of the step, and whose open item they move."""

    source: str
    key: str
    reference: str | None = None
    text: str = ""
    party: int | None = None
    item: int | None = None


def check(book: Book, postings: Sequence[Posting], path: str = "/postings") -> Iterator[Refusal]:
    """Everything that is wrong with vouchers, closed days apart."""
    for at, posting in enumerate(postings):
        yield from _check_posting(book, posting, f"{path}/{at}")


def check_days(book: Book, postings: Sequence[Posting], path: str = "/postings") -> None:
    for at, posting in enumerate(postings):
        check_open(book, posting.date, f"{path}/{at}/date")


def post(book: Book, postings: Sequence[Posting], origin: Origin) -> int | None:
    """Enters checked vouchers and gives the first one's number; lines of 0 are left out, vouchers of nothing too."""
    parts = [posting for posting in postings if any(line.amount for line in posting.lines)]
    if not parts:
        return None
    first = book.next_voucher
    book.next_voucher += len(parts)
    recorded = book.now().isoformat(timespec="milliseconds")
    vouchers = [_voucher(book, origin, first + at, at, part, recorded) for at, part in enumerate(parts)]
    entries = [row for at, part in enumerate(parts) for row in _entries(book, origin, first + at, part)]
    _VOUCHERS.many(book.connection, vouchers)
    _ENTRIES.many(book.connection, entries)
    return first


def create(book: Book, step: Step) -> Found:
    """A voucher of its own: a payout, a recognition, the cost of goods, a bank line, a bill."""
    seen = _BY_KEY.first(book.connection, book.name, step.key)
    if seen:
        return found(seen.number, seen.changed)
    body = read(step.body, Voucher)
    refuse(_check_voucher(book, body))
    check_days(book, body.postings)
    party = party_id(book, body.customer, "/customer") or party_id(book, body.supplier, "/supplier")
    origin = Origin(source="voucher", key=step.key, reference=body.reference, text=body.text or "", party=party)
    number = post(book, body.postings, origin)
    count(book)
    return found(number or 0, book.changed)


def found(number: int, changed: int) -> Found:
    return Found(id=str(number), number=str(number), version=version(changed), done=frozenset({"create", "book"}))


def on_role(postings: Sequence[Posting], role: str) -> Decimal:
    """What vouchers put on a role, debit positive."""
    return sum((line.amount for posting in postings for line in posting.lines if line.role == role), ZERO)


def _check_voucher(book: Book, body: Voucher) -> Iterator[Refusal]:
    yield from check(book, body.postings)
    if not any(line.amount for posting in body.postings for line in posting.lines):
        yield Refusal("there is nothing to post", "/postings", "VOUCHER_EMPTY")


def _check_posting(book: Book, posting: Posting, path: str) -> Iterator[Refusal]:
    for at, line in enumerate(posting.lines):
        place = f"{path}/lines/{at}"
        yield from check_amount(line.amount, book.options.base_currency, f"{place}/amount")
        yield from check_role(book, line.role, line.code, place)
        yield from check_code(book, line.code, place)
    left = sum((line.amount for line in posting.lines if line.amount.is_finite()), ZERO)
    if left:
        side = "debit" if left > 0 else "credit"
        yield Refusal(f"the {posting.kind} voucher doesn't balance: {abs(left):f} too much {side}", path, "UNBALANCED")


def _voucher(book: Book, origin: Origin, number: int, part: int, posting: Posting, recorded: str) -> dict[str, object]:
    return {
        "book": book.name,
        "number": number,
        "source": origin.source,
        "key": origin.key,
        "part": part,
        "kind": posting.kind,
        "date": posting.date,
        "text": posting.text or origin.text,
        "reference": origin.reference,
        "recorded": recorded,
        "changed": book.changed,
    }


def _entries(book: Book, origin: Origin, number: int, posting: Posting) -> Iterator[dict[str, object]]:
    lines = [line for line in posting.lines if line.amount]
    for position, line in enumerate(lines):
        yield _entry(book, origin, number, posting.date, position, line)


def _entry(
    book: Book, origin: Origin, voucher: int, date: dt.date, position: int, line: PostingLine
) -> dict[str, object]:
    where = account(book, line.role, line.code)
    if where is None:
        raise LookupError(line.role)
    ensure_account(book, where)
    if line.code:
        ensure_code(book, line.code)
    of_item = line.role in ITEM_ROLES
    return {
        "book": book.name,
        "voucher": voucher,
        "position": position,
        "date": date,
        "account": where.number,
        "role": line.role,
        "amount": line.amount,
        "code": line.code,
        "text": line.text,
        "party": origin.party if of_item else None,
        "item": origin.item if of_item else None,
    }
