"""e-conomic's booked documents as records: new ones by number, paid ones by what is open no more, payments, stock.

Booked invoices have no time of change. So a round reads what is new, and of the invoices that were open those whose
remainder has moved; the position remembers them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kontering.connectors.economic.asking import Row, both, equals, pages, rows
from kontering.connectors.economic.ids import in_path
from kontering.sdk.connector import Position
from kontering.sdk.wire import write_json

if TYPE_CHECKING:
    import httpx

BOOKED = "/invoices/booked"
SALES = ("invoice", "credit_note")


@dataclass(frozen=True, slots=True)
class Some:
    """Rows of a page, and how far the kind is read once they are stored."""

    rows: tuple[Row, ...] = ()
    after: Position | None = None
    total: int | None = None


def sales(client: httpx.Client, kind: str, after: Position | None) -> Iterator[Some]:
    """Booked invoices, or credit notes, which are those below zero: whole, with lines and the customer's card."""
    known: dict[str, str] = dict((after or {}).get("open", {}))
    last = int((after or {}).get("number", 0))
    cards = _Cards(client)
    for page in pages(client, BOOKED, f"bookedInvoiceNumber$gt:{last}", sort="bookedInvoiceNumber"):
        found = page["collection"]
        for row in found:
            last = max(last, int(row["bookedInvoiceNumber"]))
            _note(known, row)
        chosen = [row for row in found if kind_of(row) == kind]
        yield Some(tuple(cards.whole(row) for row in chosen), total=page["pagination"].get("results"))
    moved = _moved(client, known) if after else []
    again = [whole for row in moved if (whole := cards.whole(row)) and kind_of(whole) == kind]
    yield Some(tuple(again), after={"number": last, "open": known})


def sale(client: httpx.Client, number: str) -> Row | None:
    """One booked invoice, whole."""
    if not number.isdecimal():
        return None
    answer = client.get(f"{BOOKED}/{number}", extensions={"expects": (404,)})
    return None if answer.status_code == 404 else _Cards(client).with_card(answer.json())


def kind_of(row: Row) -> str:
    return "credit_note" if row["grossAmount"] < 0 else "invoice"


def payments(client: httpx.Client, after: Position | None) -> Iterator[Some]:
    """Customers' payments as they were booked, oldest first."""
    last = int((after or {}).get("entry", 0))
    for year in rows(client, "/accounting-years"):
        path = f"/accounting-years/{in_path(year['year'])}/entries"
        filter_ = both(equals("entryType", "customerPayment"), f"entryNumber$gt:{last}")
        for page in pages(client, path, filter_, sort="entryNumber"):
            yield Some(tuple(row for row in page["collection"] if "customer" in row))
            last = max([last, *(int(row["entryNumber"]) for row in page["collection"])])
    yield Some(after={"entry": last})


def stock(client: httpx.Client) -> Iterator[Some]:
    """What the inventory module has of each product; without the module nothing."""
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    for page in pages(client, "/products"):
        counted = [row for row in page["collection"] if row.get("inventory", {}).get("available") is not None]
        yield Some(tuple({**row, "related": {"read_at": now}} for row in counted), total=len(counted))


def stock_version(row: Row) -> str:
    """Whether a sale moves a product's lastUpdated isn't known: the quantity is a part of the version."""
    return f"{row.get('lastUpdated', '')}/{row['inventory']['available']}"


def digest(row: Row) -> str:
    """A version without an order: another content is another edition."""
    return "#" + hashlib.blake2b(write_json(row), digest_size=12).hexdigest()


def _note(known: dict[str, str], row: Row) -> None:
    """What is open of an invoice, so that a payment is seen; one that is paid can be forgotten."""
    number, left = str(row["bookedInvoiceNumber"]), _left(row)
    if left != "0":
        known[number] = left
    else:
        known.pop(number, None)


def _left(row: Row) -> str:
    """What is open, always written alike."""
    return format(Decimal(str(row.get("remainder", 0))).normalize(), "f")


def _moved(client: httpx.Client, known: dict[str, str]) -> list[Row]:
    """Of the invoices that were open: those that are paid, or of which another amount is open."""
    now = {str(row["bookedInvoiceNumber"]): row for row in rows(client, "/invoices/unpaid")} if known else {}
    paid: list[Row] = [{"bookedInvoiceNumber": int(number)} for number in known if number not in now]
    other = [row for number, row in now.items() if number in known and _left(row) != known[number]]
    for gone in paid:
        known.pop(str(gone["bookedInvoiceNumber"]))
    for row in other:
        _note(known, row)
    return [*paid, *other]


@dataclass(slots=True)
class _Cards:
    """Documents made whole; each customer's card is asked for once."""

    client: httpx.Client
    seen: dict[str, Mapping[str, Any]]

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.seen = {}

    def whole(self, row: Row) -> Row:
        """A list has no lines: the invoice is read by itself."""
        return self.with_card(self.client.get(f"{BOOKED}/{row['bookedInvoiceNumber']}").json())

    def with_card(self, row: Row) -> Row:
        number = str(row["customer"]["customerNumber"])
        if number not in self.seen:
            answer = self.client.get(f"/customers/{number}", extensions={"expects": (404,)})
            self.seen[number] = {} if answer.status_code == 404 else answer.json()
        card = self.seen[number]
        return {**row, "related": {"customer": card} if card else {}}
