"""Posting: a balanced voucher by role becomes entries on accounts, numbered without gaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import repeat

from kontering.connectors.ledger.book import (
    Book,
    account,
    check_amount,
    check_code,
    check_open,
    check_role,
    ensure_account,
    ensure_code,
    enter,
    version,
)
from kontering.connectors.ledger.payload import Posting, PostingLine
from kontering.connectors.ledger.sql import Insert
from kontering.connectors.ledger.tables import ledger_entry, ledger_voucher
from kontering.errors import Refusal
from kontering.model.money import ZERO
from kontering.model.plan import Found

ITEM_ROLES = frozenset({"receivable", "payable"})
"""Roles whose entries belong to an open item and its party."""

DEFERRED = "deferred_revenue"
"""Role whose entries belong to the invoice that put it there."""

_VOUCHERS = Insert(ledger_voucher)
_ENTRIES = Insert(ledger_entry)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose an entry on receivable or payable is: the party, and the document if it is of one."""

    party: int | None = None
    item: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where vouchers come from: kind and key of the step, and whose open items they move.

    One owner has all entries on receivable and payable; several have one each, in their order. `earns` is the invoice
    whose deferred revenue is moved.
    """

    source: str
    key: str
    reference: str | None = None
    text: str = ""
    owners: tuple[Owner, ...] = (Owner(),)
    earns: int | None = None


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
    owners = repeat(origin.owners[0]) if len(origin.owners) == 1 else iter(origin.owners)
    entries = [row for at, part in enumerate(parts) for row in _entries(book, owners, origin, first + at, part)]
    enter(book, _VOUCHERS, vouchers)
    enter(book, _ENTRIES, entries)
    return first


def found(number: int, changed: int) -> Found:
    return Found(id=str(number), number=str(number), version=version(changed), done=frozenset({"create", "book"}))


def on_role(postings: Sequence[Posting], role: str) -> Decimal:
    """What vouchers put on a role, debit positive."""
    return sum((line.amount for posting in postings for line in posting.lines if line.role == role), ZERO)


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


def _entries(
    book: Book, owners: Iterator[Owner], origin: Origin, number: int, posting: Posting
) -> Iterator[dict[str, object]]:
    for position, line in enumerate(line for line in posting.lines if line.amount):
        earns = Owner(item=origin.earns) if line.role == DEFERRED else Owner()
        owner = next(owners) if line.role in ITEM_ROLES else earns
        yield _entry(book, line, owner) | {
            "book": book.name,
            "voucher": number,
            "position": position,
            "date": posting.date,
        }


def _entry(book: Book, line: PostingLine, owner: Owner) -> dict[str, object]:
    where = account(book, line.role, line.code)
    if where is None:
        raise LookupError(line.role)
    ensure_account(book, where)
    if line.code:
        ensure_code(book, line.code)
    return {
        "account": where.number,
        "role": line.role,
        "amount": line.amount,
        "code": line.code,
        "text": line.text,
        "party": owner.party,
        "item": owner.item,
    }
