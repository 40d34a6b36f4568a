"""Vouchers of their own: payouts, cost of goods, recognitions, losses, bank lines, bills; some close documents."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from kontering.connectors.ledger import vouchers
from kontering.connectors.ledger.book import Book, check_amount, count, finish, refuse
from kontering.connectors.ledger.invoices import Item, in_base, item_by_id, lower_open
from kontering.connectors.ledger.parties import party_id
from kontering.connectors.ledger.payload import Closes, PostingLine, Voucher, read
from kontering.connectors.ledger.payments import open_left
from kontering.connectors.ledger.sql import Insert, Query
from kontering.connectors.ledger.tables import ledger_invoice, ledger_payment, ledger_voucher
from kontering.errors import Refusal
from kontering.model.money import ZERO
from kontering.model.plan import Found, Step

_BY_KEY = Query(ledger_voucher, ["number", "changed"], "book = ? AND source = 'voucher' AND key = ? AND part = 0")
_INVOICE = Query(ledger_invoice, ["id"], "book = ? AND key = ?")
_PAYMENTS = Insert(ledger_payment)


def create(book: Book, step: Step) -> Found:
    """Posts a voucher and lowers what is open on the documents that it closes."""
    finish(book)  # vouchers and lines of this very transaction are asked for
    seen = _BY_KEY.first(book.connection, book.name, step.key)
    if seen:
        return vouchers.found(seen.number, seen.changed)
    body = read(step.body, Voucher)
    items = [item_by_id(book, closes.of, f"/closes/{at}/of") for at, closes in enumerate(body.closes)]
    refuse(_check(book, body, items))
    vouchers.check_days(book, body.postings)
    party = party_id(book, body.customer, "/customer") or party_id(book, body.supplier, "/supplier")
    owners = tuple(_owners(body, items)) or (vouchers.Owner(party),)
    text = body.text or ""
    earns = _earns(book, body)
    origin = vouchers.Origin(
        source="voucher", key=step.key, reference=body.reference, text=text, owners=owners, earns=earns
    )
    number = vouchers.post(book, body.postings, origin)
    for at, (closes, item) in enumerate(zip(body.closes, items, strict=True)):
        _close(book, body, closes, item, f"{step.key}#{at}", number)
    count(book)
    return vouchers.found(number or 0, book.changed)


def _owners(body: Voucher, items: list[Item]) -> Iterator[vouchers.Owner]:
    """Each document that is closed has its line; one after them is too much, and stays on the party's account."""
    yield from (vouchers.Owner(item.party, item.id) for item in items)
    if items:
        yield from (vouchers.Owner(items[0].party) for _ in _owed(body)[len(items) :])


def _owed(body: Voucher) -> list[PostingLine]:
    lines = [line for part in body.postings for line in part.lines]
    return [line for line in lines if line.role in vouchers.ITEM_ROLES and line.amount]


def _earns(book: Book, body: Voucher) -> int | None:
    """The invoice whose deferred revenue a voucher of a document moves."""
    if body.document is None or not vouchers.on_role(body.postings, vouchers.DEFERRED):
        return None
    found = _INVOICE.first(book.connection, book.name, body.document)
    return found.id if found else None


def _check(book: Book, body: Voucher, items: list[Item]) -> Iterator[Refusal]:
    yield from vouchers.check(book, body.postings)
    if not any(line.amount for posting in body.postings for line in posting.lines):
        yield Refusal("there is nothing to post", "/postings", "VOUCHER_EMPTY")
    closed: dict[int, Decimal] = {}
    for at, (closes, item) in enumerate(zip(body.closes, items, strict=True)):
        problems = [*check_amount(closes.amount, item.currency, f"/closes/{at}/amount")]
        closed[item.id] = closed.get(item.id, ZERO) + closes.amount
        yield from problems or open_left(book, item, closed[item.id], closed[item.id], f"/closes/{at}")
    lines = _owed(body)
    if items and not len(items) <= len(lines) <= len(items) + 1:
        message = f"{len(items)} documents are closed by {len(lines)} lines on receivable: each needs its own"
        yield Refusal(message, "/closes", "CLOSES_MISFIT")


def _close(book: Book, body: Voucher, closes: Closes, item: Item, key: str, number: int | None) -> None:
    back = item.kind == "credit_note"
    values: dict[str, Any] = {
        "book": book.name,
        "key": key,
        "reference": body.reference,
        "document": body.document,
        "invoice": item.id,
        "party": item.party,
        "date": body.postings[0].date,
        "direction": "out" if back else "in",
        "method": body.postings[0].kind,
        "currency": item.currency,
        "amount": closes.amount,
        "settles": closes.amount,
        "base": in_base(book, closes.amount, item.fx),
        "voucher": number,
        "data": "{}",
        "changed": book.changed,
    }
    _PAYMENTS.one(book.connection, values)
    lower_open(book, item.id, closes.amount)
