"""Payments: they close what is open on an invoice or a credit note, in its own currency."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from kontering.connectors.ledger import vouchers
from kontering.connectors.ledger.book import (
    Book,
    check_amount,
    check_currency,
    check_open,
    count,
    refuse,
    version,
)
from kontering.connectors.ledger.invoices import Item, in_base, item_by_id, lower_open, named
from kontering.connectors.ledger.parties import party_id
from kontering.connectors.ledger.payload import Payment, read, store
from kontering.connectors.ledger.sql import Insert, Query
from kontering.connectors.ledger.tables import ledger_payment
from kontering.errors import Refusal
from kontering.model.money import ZERO
from kontering.model.plan import Found, Step

_DONE = frozenset({"create", "book"})
_BY_KEY = Query(ledger_payment, ["id", "voucher", "changed", "key", "reference"], "book = ? AND key = ?")
_PAYMENTS = Insert(ledger_payment)


def create(book: Book, step: Step) -> Found:
    """Posts a payment and lowers what is open by it; a credit note is paid when money goes out."""
    seen = _BY_KEY.first(book.connection, book.name, step.key)
    if seen:
        return found(seen)
    body = read(step.body, Payment)
    of = body.of or (step.of.id if step.of else None)
    item = item_by_id(book, of, "/of") if of else None
    counter = item_by_id(book, body.counter, "/counter") if body.counter else None
    check_open(book, body.date, "/date")
    vouchers.check_days(book, body.postings)
    refuse(_check(book, body, item, counter))
    party = item.party if item is not None else party_id(book, body.customer, "/customer")
    origin = vouchers.Origin(
        source="payment",
        key=step.key,
        reference=body.reference,
        text=body.method,
        owners=(vouchers.Owner(party, item.id if item is not None else None),),
    )
    voucher = vouchers.post(book, body.postings, origin)
    values = _values(book, body, item, counter) | {"key": step.key, "party": party, "voucher": voucher}
    row_id = _PAYMENTS.one(book.connection, values)
    _lower(book, body, item, counter)
    count(book)
    return Found(id=str(row_id), number=str(voucher) if voucher else None, version=version(book.changed), done=_DONE)


def found(row: Any) -> Found:
    return Found(
        id=str(row.id),
        number=str(row.voucher) if row.voucher else None,
        version=version(row.changed),
        done=_DONE,
        terms={"key": row.key} | ({"reference": row.reference} if row.reference else {}),
    )


def direction(body: Payment, item: Item | None) -> str:
    return body.direction or ("out" if item is not None and item.kind == "credit_note" else "in")


def settles(body: Payment, item: Item | None) -> Decimal:
    """By how much a payment lowers what is open: money back on an invoice opens it again."""
    if item is None:
        return ZERO
    closing = "out" if item.kind == "credit_note" else "in"
    return body.amount if direction(body, item) == closing else -body.amount


def _check(book: Book, body: Payment, item: Item | None, counter: Item | None) -> Iterator[Refusal]:
    problems = [*check_currency(book, body.currency, "/currency")]
    if not problems:
        problems += check_amount(body.amount, body.currency, "/amount")
    if not problems and body.amount <= 0:
        problems.append(Refusal("a payment is above 0; `direction` says which way", "/amount", "AMOUNT_INVALID"))
    yield from problems
    yield from vouchers.check(book, body.postings)
    if problems:
        return
    if item is not None:
        yield from _check_item(book, body, item, settles(body, item), "/of")
    if counter is not None:
        yield from _check_item(book, body, counter, body.amount, "/counter")


def _check_item(book: Book, body: Payment, item: Item, lowers: Decimal, path: str) -> Iterator[Refusal]:
    if item.currency != body.currency:
        message = f"{named(item)} is in {item.currency}, the payment in {body.currency}"
        yield Refusal(message, "/currency", "CURRENCY_DIFFERS")
    else:
        yield from open_left(book, item, body.amount, lowers, path, "/amount")


def open_left(
    book: Book, item: Item, paid: Decimal, lowers: Decimal, path: str, amount: str | None = None
) -> Iterator[Refusal]:
    """What is wrong with lowering what is open on a document: it is a draft, or more would be paid than it is."""
    left = item.open - lowers
    if item.state != "booked":
        yield Refusal(f"{named(item)} is not booked yet", path, "NOT_BOOKED")
    elif left < 0 and book.options.overpayment == "refuse":
        message = f"{paid:f} is more than the {_short(item.open)} open on {named(item)}"
        yield Refusal(message, amount or f"{path}/amount", "OVERPAID")
    elif left > item.gross:
        message = f"{paid:f} is more than was ever paid on {named(item)}"
        yield Refusal(message, amount or f"{path}/amount", "OVERPAID")


def _lower(book: Book, body: Payment, item: Item | None, counter: Item | None) -> None:
    if item is not None:
        lower_open(book, item.id, settles(body, item))
    if counter is not None:
        lower_open(book, counter.id, body.amount)


def _values(book: Book, body: Payment, item: Item | None, counter: Item | None) -> dict[str, Any]:
    return {
        "book": book.name,
        "reference": body.reference,
        "document": body.document,
        "invoice": item.id if item is not None else None,
        "counter": counter.id if counter is not None else None,
        "date": body.date,
        "direction": direction(body, item),
        "method": body.method,
        "currency": body.currency,
        "amount": body.amount,
        "settles": settles(body, item),
        "base": _base(book, body, item, counter),
        "data": store(body),
        "changed": book.changed,
    }


def _base(book: Book, body: Payment, item: Item | None, counter: Item | None) -> Decimal:
    """What moved on receivable; without a voucher it moved between documents, at the rate of the one that gave it."""
    giver = counter if counter is not None else item
    if giver is None or (counter is None and body.postings):
        return -vouchers.on_role(body.postings, "receivable")
    return in_base(book, settles(body, item), giver.fx)


def _short(amount: Decimal) -> str:
    return f"{amount:f}".rstrip("0").rstrip(".") or "0"
