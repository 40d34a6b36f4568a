"""The ledger as a target: each step is checked in full, then entered in the store's own transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from kontering.connectors.ledger import invoices, journal, parties, payments, source, tables
from kontering.connectors.ledger.book import Book, begin, finish, open_book
from kontering.connectors.ledger.finding import find
from kontering.connectors.ledger.options import Options
from kontering.errors import Closed, Refusal, Refused
from kontering.model.money import ZERO
from kontering.model.plan import Found, Receipt, Step, Totals
from kontering.model.record import Page, Pointer, Position, Record

Enter = Callable[[Book, Step], Found]

ACTIONS: Mapping[tuple[str, str], Enter] = {
    ("create", "customer"): parties.create_party,
    ("change", "customer"): parties.change_party,
    ("create", "supplier"): parties.create_party,
    ("change", "supplier"): parties.change_party,
    ("create", "product"): parties.create_product,
    ("change", "product"): parties.change_product,
    ("create", "invoice"): invoices.create,
    ("change", "invoice"): invoices.change,
    ("book", "invoice"): invoices.book_it,
    ("create", "credit_note"): invoices.create,
    ("change", "credit_note"): invoices.change,
    ("book", "credit_note"): invoices.book_it,
    ("create", "payment"): payments.create,
    ("create", "voucher"): journal.create,
}


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Ledger:
    """The embedded books, target and source in one; it lives as long as the transaction of its connection."""

    def __init__(self, options: Options, connection: Connection, now: Callable[[], dt.datetime] = utc_now) -> None:
        self.options = options
        self.connection = connection
        self.now = now
        self._book: Book | None = None
        self._there = False
        self._holds = False

    def send(self, step: Step) -> Receipt:
        """Enters one step; everything that could be wrong is said before anything is written."""
        enter = ACTIONS.get((step.action, step.kind))
        if enter is None:
            raise Refused([Refusal(f"the ledger knows no {step.action!r} of {step.kind}", "", "UNKNOWN")])
        if self._book is None:
            self._book = open_book(self.connection, self.options, self.now)
            self._book.held = {} if self._holds else None
        book, self._book = self._book, None
        try:
            begin(book)
            receipt = enter(book, step)
        except (Refused, Closed):
            finish(book)
            raise
        self._book = book  # after trouble it is opened anew: what it remembers may have been rolled back
        return receipt

    def hold(self) -> None:
        """Many sends follow: what nobody asks for in between is written by `finish`, all at once."""
        self._holds = True

    def finish(self) -> None:
        if self._book is not None:
            finish(self._book)

    def find(self, kind: str, by: Mapping[str, str]) -> Sequence[Found]:
        """What the ledger has that fits all terms."""
        self.finish()
        self._there = self._there or tables.exist(self.connection)
        return find(self.connection, self.options, kind, by) if self._there else ()

    def trial(self, step: Step) -> Totals:
        """What the ledger would compute: the sums of the lines."""
        lines: Sequence[Mapping[str, Any]] = step.body.get("lines") or ()
        net, vat, gross = (sum((Decimal(line[side]) for line in lines), ZERO) for side in ("net", "vat", "gross"))
        return Totals(net=net, vat=vat, gross=gross)

    def read(self, kind: str, after: Position | None) -> Iterator[Page]:
        """The ledger's own records, oldest change first."""
        self.finish()
        return source.read(self.connection, self.options, kind, after)

    def get(self, pointer: Pointer) -> Record | None:
        return source.get(self.connection, self.options, pointer)
