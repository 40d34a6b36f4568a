"""Invoices and credit notes: drafts that can be changed, then booked under the next number and never changed again."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, update

from kontering.connectors.ledger import sql, vouchers
from kontering.connectors.ledger.book import (
    Book,
    check_amount,
    check_code,
    check_currency,
    check_open,
    check_text,
    count,
    enter,
    finish,
    refuse,
    version,
)
from kontering.connectors.ledger.parties import party_id
from kontering.connectors.ledger.payload import Invoice, Line, data, read, store, stored
from kontering.connectors.ledger.sql import Insert, Query
from kontering.connectors.ledger.tables import amount, ledger_invoice, ledger_invoice_line, ledger_payment, whole
from kontering.errors import Refusal, Refused
from kontering.model.money import ZERO, digits, to_currency
from kontering.model.plan import Found, Step, Totals

Values = dict[str, Any]
Item = Any
"""An invoice or a credit note as far as payments and credit notes ask: see `_ITEM`."""

_FULL = [column.name for column in ledger_invoice.columns]
_ITEM = ["id", "kind", "key", "state", "number", "reference", "currency", "fx", "party", "gross", "open", "date"]
_BY_KEY = Query(ledger_invoice, _FULL, "book = ? AND kind = ? AND key = ?")
_BY_ID = Query(ledger_invoice, _FULL, "book = ? AND id = ?")
_ITEM_BY_ID = Query(ledger_invoice, _ITEM, "book = ? AND id = ?")
_BY_NUMBER = Query(ledger_invoice, ["id"], "book = ? AND number = ?")
_INVOICES = Insert(ledger_invoice)
_LINES = Insert(ledger_invoice_line)
_PAYMENTS = Insert(ledger_payment)
_CREDITED = "SELECT COALESCE(SUM(gross), 0) FROM ledger_invoice WHERE credits = ? AND id <> ?"
_BOOKED = "UPDATE ledger_invoice SET state = 'booked', number = ?, series = ?, voucher = ?, changed = ? WHERE id = ?"
_LOWER = "UPDATE ledger_invoice SET open = open - ?, changed = ? WHERE id = ?"


def create(book: Book, step: Step) -> Found:
    """Enters a draft; nothing is posted yet, but everything is checked that booking would check."""
    seen = by_key(book, step)
    if seen:
        return found(seen)
    body = _checked(book, step, None)
    values = _values(book, body) | {"book": book.name, "kind": step.kind, "key": step.key, "state": "draft"}
    row_id = _INVOICES.one(book.connection, values)
    enter(book, _LINES, _lines(row_id, body))
    return _found(row_id, body, book.changed, None)


def change(book: Book, step: Step) -> Found:
    """Replaces a draft; what is booked is corrected by a credit note instead."""
    row = _mine(book, step)
    if row.state == "booked":
        raise _refused(f"{named(row)} is booked: it is corrected by a credit note, not changed", "", "BOOKED")
    body = _checked(book, step, row)
    mine = ledger_invoice.c.id == row.id
    book.connection.execute(update(ledger_invoice).where(mine).values(**_values(book, body)))
    finish(book)  # lines of this very transaction too
    book.connection.execute(delete(ledger_invoice_line).where(ledger_invoice_line.c.invoice == row.id))
    enter(book, _LINES, _lines(row.id, body))
    return _found(row.id, body, book.changed, None)


def book_it(book: Book, step: Step) -> Found:
    """Gives a draft the next number of the series and posts its vouchers."""
    row = _mine(book, step)
    if row.state == "booked":
        return found(row)
    body = stored(row.data, Invoice)
    check_open(book, body.date, "/date")
    vouchers.check_days(book, body.postings)
    refuse([*vouchers.check(book, body.postings), *_check_credits(book, body, row), *_check_number(book, body)])
    number = _next_number(book, body)
    owners = (vouchers.Owner(row.party, row.id),)
    origin = vouchers.Origin(source=row.kind, key=row.key, reference=body.reference, text=body.number, owners=owners)
    voucher = vouchers.post(book, body.postings, origin)
    series = int(number) if body.assigned_number is None else None
    sql.run(book.connection, _BOOKED, number, series, voucher, book.changed, row.id)
    count(book)
    if row.credits is not None:
        _settle(book, row)
    return _found(row.id, body, book.changed, number)


def by_key(book: Book, step: Step) -> Any:
    return _BY_KEY.first(book.connection, book.name, step.kind, step.key)


def by_id(book: Book, value: str) -> Any:
    """The whole of an invoice or credit note."""
    return _named_by(book, _BY_ID, value, "")


def item_by_id(book: Book, value: str, path: str) -> Item:
    """The invoice or credit note that a body names by id."""
    return _named_by(book, _ITEM_BY_ID, value, path)


def _named_by(book: Book, query: Query, value: str, path: str) -> Any:
    row = query.first(book.connection, book.name, int(value)) if value.isdecimal() else None
    if row is None:
        raise _refused(f"there is no invoice {value!r} in the ledger", path, "INVOICE_UNKNOWN")
    return row


def found(row: Any) -> Found:
    """A row as the planner knows things: what has been done, its totals, its number."""
    place = digits(row.currency)
    net, vat, gross = (_places(side, place) for side in (row.net, row.vat, row.gross))
    return Found(
        id=str(row.id),
        number=row.number,
        version=version(row.changed),
        done=frozenset({"create", "book"} if row.state == "booked" else {"create"}),
        totals=Totals(net=net, vat=vat, gross=gross),
        terms={"key": row.key, "reference": row.reference},
        data=data(row.data),
    )


def _found(row_id: int, body: Invoice, changed: int, number: str | None) -> Found:
    return Found(
        id=str(row_id),
        number=number,
        version=version(changed),
        done=frozenset({"create", "book"} if number else {"create"}),
        totals=Totals(net=body.totals.net, vat=body.totals.vat, gross=body.totals.gross),
    )


def _mine(book: Book, step: Step) -> Any:
    row = by_key(book, step)
    return row if row is not None else by_id(book, step.of.id if step.of else step.key)


def _checked(book: Book, step: Step, row: Any) -> Invoice:
    body = read(step.body, Invoice)
    check_open(book, body.date, "/date")
    vouchers.check_days(book, body.postings)
    refuse(_check(book, step.kind, body))
    party_id(book, body.customer, "/customer")
    refuse([*_check_credits(book, body, row), *_check_number(book, body)])
    return body


def _check(book: Book, kind: str, body: Invoice) -> Iterator[Refusal]:
    problems = [*check_currency(book, body.currency, "/currency")]
    if not problems:
        problems += _check_amounts(book, body)
    if not problems:
        problems += _check_totals(book, kind, body)
    yield from problems
    yield from vouchers.check(book, body.postings)
    for at, line in enumerate(body.lines):
        yield from check_code(book, line.code, f"/lines/{at}")
        yield from check_text(book, line.description, "line.description", f"/lines/{at}/description")


def _check_amounts(book: Book, body: Invoice) -> Iterator[Refusal]:
    yield from check_amount(body.open, body.currency, "/open")
    for at, line in enumerate(body.lines):
        for side in ("net", "vat", "gross"):
            yield from check_amount(getattr(line, side), body.currency, f"/lines/{at}/{side}")
    for side in ("net", "vat", "gross"):
        yield from check_amount(getattr(body.totals, side), body.currency, f"/totals/{side}")
    if body.fx is None and body.currency != book.options.base_currency:
        yield Refusal(f"{body.currency} needs a rate", "/fx", "RATE_MISSING")
    elif body.fx is not None and not (body.fx.is_finite() and body.fx > 0):
        yield Refusal("a rate is above 0", "/fx", "RATE_INVALID")


def _check_totals(book: Book, kind: str, body: Invoice) -> Iterator[Refusal]:
    """Lines agree with themselves, totals with the lines, and the posting with the totals."""
    for at, line in enumerate(body.lines):
        if line.net + line.vat != line.gross:
            sides = f"{line.net:f} + {line.vat:f} is not {line.gross:f}"
            yield Refusal(f"net and VAT don't make gross: {sides}", f"/lines/{at}", "TOTAL_MISMATCH")
    for side in ("net", "vat", "gross"):
        lines, total = sum((getattr(line, side) for line in body.lines), ZERO), getattr(body.totals, side)
        if lines != total:
            yield Refusal(f"the lines come to {lines:f}, not {total:f}", f"/totals/{side}", "TOTAL_MISMATCH")
    sign = 1 if kind == "invoice" else -1
    posted, owed = sign * vouchers.on_role(body.postings, "receivable"), in_base(book, body.totals.gross, body.fx)
    if posted != owed:
        message = f"the posting puts {posted:f} {book.options.base_currency} on receivable, the document says {owed:f}"
        yield Refusal(message, "/postings", "TOTAL_MISMATCH")


def _check_credits(book: Book, body: Invoice, own: Any) -> Iterator[Refusal]:
    """A credit note never gives back more than is left of its invoice."""
    if body.credits is None:
        return
    invoice = item_by_id(book, body.credits, "/credits")
    if invoice.state != "booked":
        yield Refusal(f"invoice {invoice.reference} is not booked yet", "/credits", "NOT_BOOKED")
    if invoice.currency != body.currency:
        yield Refusal(f"{named(invoice)} is in {invoice.currency}", "/currency", "CURRENCY_DIFFERS")
        return
    (given,) = sql.row(book.connection, _CREDITED, invoice.id, own.id if own else 0)
    left = invoice.gross - amount(given)
    if body.totals.gross > left:
        message = f"{body.totals.gross:f} is more than the {left.normalize():f} that is left of {named(invoice)}"
        yield Refusal(message, "/totals/gross", "REFUND_EXCEEDS_REMAINING")


def _check_number(book: Book, body: Invoice) -> Iterator[Refusal]:
    if body.assigned_number and _taken(book, body.assigned_number):
        yield Refusal(f"invoice number {body.assigned_number} is taken", "/assigned_number", "NUMBER_TAKEN")


def _next_number(book: Book, body: Invoice) -> str:
    if body.assigned_number:
        book.assigned = 1
        return body.assigned_number
    while book.assigned and _taken(book, str(book.next_number)):
        book.next_number += 1
    book.next_number += 1
    return str(book.next_number - 1)


def _taken(book: Book, number: str) -> bool:
    return _BY_NUMBER.first(book.connection, book.name, number) is not None


def _settle(book: Book, row: Any) -> None:
    """A credit note first closes what is open on its own invoice; nothing is posted, both are on receivable."""
    invoice = item_by_id(book, str(row.credits), "/credits")
    settled = min(row.open, invoice.open, stored(row.data, Invoice).open)
    if settled > 0:
        enter(book, _PAYMENTS, [_settlement(book, row, invoice, settled)])
        for item in (row.id, invoice.id):
            lower_open(book, item, settled)


def _settlement(book: Book, row: Any, invoice: Item, settled: Decimal) -> Values:
    return {
        "book": book.name,
        "key": f"{row.key}#settled",
        "invoice": invoice.id,
        "counter": row.id,
        "party": row.party,
        "date": max(row.date, invoice.date),
        "direction": "in",
        "method": "credit_note",
        "currency": row.currency,
        "amount": settled,
        "settles": settled,
        "base": in_base(book, settled, row.fx),
        "data": "{}",
        "changed": book.changed,
    }


def lower_open(book: Book, item: int, by: Decimal) -> None:
    sql.run(book.connection, _LOWER, whole(by), book.changed, item)


def in_base(book: Book, value: Decimal, fx: Decimal | None) -> Decimal:
    return to_currency(value * (fx if fx is not None else 1), book.options.base_currency)


def _values(book: Book, body: Invoice) -> Values:
    return {
        "reference": body.reference,
        "guid": body.guid,
        "date": body.date,
        "due": body.due,
        "currency": body.currency,
        "fx": body.fx,
        "party": int(body.customer),
        "net": body.totals.net,
        "vat": body.totals.vat,
        "gross": body.totals.gross,
        "open": body.totals.gross,
        "credits": int(body.credits) if body.credits else None,
        "treatment": body.treatment,
        "country": body.country,
        "data": store(body),
        "changed": book.changed,
    }


def _lines(invoice: int, body: Invoice) -> list[Values]:
    return [_line(invoice, position, line) for position, line in enumerate(body.lines)]


def _line(invoice: int, position: int, line: Line) -> Values:
    return {
        "invoice": invoice,
        "position": position,
        "id": line.id,
        "kind": line.kind,
        "product": int(line.product) if line.product and line.product.isdecimal() else None,
        "description": line.description,
        "quantity": line.quantity,
        "net": line.net,
        "vat": line.vat,
        "gross": line.gross,
        "rate": line.rate,
        "code": line.code,
        "role": line.role,
        "supply": line.supply,
        "start": line.start,
        "until": line.until,
        "subscription": line.subscription,
    }


def named(row: Any) -> str:
    """As a person would call it: `invoice 20013`."""
    return f"{row.kind.replace('_', ' ')} {row.number or row.reference}"


def _places(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places))


def _refused(message: str, path: str, code: str) -> Refused:
    return Refused([Refusal(message, path, code)])
