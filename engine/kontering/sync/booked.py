"""`store/booked` as a source: the invoices and credit notes that a target has booked, for whoever sends them on.

A booked document is one record, once: it is read when the target has booked it, and never changes afterwards.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kontering.errors import Misuse
from kontering.model.document import Paid, Party, PlannedLine
from kontering.model.money import ZERO
from kontering.model.record import Page, Pointer, Position, Record
from kontering.sdk.connector import Source
from kontering.store import booked
from kontering.store.booked import KIND, Booked
from kontering.sync.recognitions import Look

__all__ = ["KIND", "Bookings", "data_of", "source"]

SIZE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookings:
    """The source: `books` is the connection whose documents they are, `since` the first day that counts."""

    look: Look
    name: str
    books: str
    since: dt.date | None = None

    def read(self, kind: str, after: Position | None) -> Iterator[Page]:
        """What was booked since the last reading, page by page."""
        if kind != KIND:
            raise Misuse(f"the project's own store has no records of the kind {kind}")
        seq = int((after or {}).get("seq", 0))
        while True:
            with self.look() as tx:
                found = list(booked.since(tx, self.books, seq, SIZE))
                last = booked.last(tx, seq, SIZE)
            if last == seq:
                return
            seq = last
            records = tuple(self._record(one) for one in found if self._counts(one))
            yield Page(records=records, after={"seq": seq})

    def get(self, pointer: Pointer) -> Record | None:
        """One by its id: the document's kind and key."""
        kind, _, key = pointer.id.partition("/")
        with self.look() as tx:
            found = booked.of(tx, self.books, kind, key)
        return self._record(found) if found else None

    def _counts(self, one: Booked) -> bool:
        return self.since is None or one.document.date >= self.since

    def _record(self, one: Booked) -> Record:
        data = data_of(one, self.books)
        return Record(connection=self.name, kind=KIND, id=data["id"], version="1", data=data)


def source(look: Look, name: str, settings: Mapping[str, Any]) -> Source:
    """What the target's own settings say: whose bookings, and from which day on."""
    if not settings.get("books"):
        raise Misuse("store/booked goes to a connection that says whose documents it sends: `books`")
    return Bookings(
        look=look, name=name, books=str(settings["books"]), since=dt.date.fromisoformat(str(settings["since"]))
    )


def data_of(one: Booked, books: str) -> dict[str, Any]:
    """As schemas/records/store/booked.schema.json."""
    document, found = one.document, one.linked.found
    data = {
        "id": f"{document.kind}/{document.key}",
        "books": books,
        "kind": document.kind,
        "key": document.key,
        "number": found.number or document.assigned_number or document.number,
        "order": document.number,
        "in_books": found.id,
        "date": document.date,
        "due": document.due,
        "currency": document.currency,
        "delivery": document.delivery,
        "language": document.language or document.customer.language,
        "customer": _party(document.customer),
        "lines": [_line(line) for line in document.lines],
        "totals": {name: getattr(document.totals, name) for name in ("net", "vat", "gross")},
        "vat": [{"rate": one.rate, "base": one.base, "vat": one.vat} for one in document.totals.rates],
        "payments": [_paid(paid) for paid in document.payments],
        "open": document.open,
        "credits": document.credits_number,
        "legal_note": document.legal_note,
        "reference": document.reference,
        "note": document.note,
    }
    known: dict[str, Any] = _texts(data)
    return known


def _party(party: Party) -> dict[str, Any]:
    names = ("name", "contact", "email", "phone", "vat_number", "ean", "external_id")
    address = party.address
    places = ("country", "name", "street", "street2", "postcode", "city", "region")
    return {
        **{name: getattr(party, name) for name in names},
        "address": {name: getattr(address, name) for name in places},
    }


def _line(line: PlannedLine) -> dict[str, Any]:
    sums = ("quantity", "net", "vat", "gross", "rate")
    own = {"kind": line.kind, "description": line.description, "sku": line.product.sku if line.product else None}
    return own | {name: getattr(line, name) for name in sums}


def _paid(paid: Paid) -> dict[str, Any]:
    return {"method": paid.method, "date": paid.date, "amount": paid.amount, "reference": paid.reference}


def _texts(value: Any) -> Any:
    """As JSON has it: amounts and days as texts, and nothing that isn't known."""
    match value:
        case dict():
            return {name: _texts(part) for name, part in value.items() if part is not None}
        case list():
            return [_texts(part) for part in value]
        case Decimal():
            return str(value if value else ZERO)
        case dt.date():
            return value.isoformat()
    return value
