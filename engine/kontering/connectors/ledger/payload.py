"""A step's body as typed values; what doesn't fit is refused with its path into the payload."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal, TypeVar

import msgspec

from kontering.errors import Refusal, Refused
from kontering.model.record import JsonObject


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What all bodies share: fields that nobody knows are refused."""


class Address(Body, frozen=True, kw_only=True):
    country: str
    name: str | None = None
    street: str | None = None
    street2: str | None = None
    postcode: str | None = None
    city: str | None = None
    region: str | None = None


class Party(Body, frozen=True, kw_only=True):
    """A customer or a supplier."""

    name: str
    address: Address
    kind: Literal["consumer", "business", "public"] = "business"
    external_id: str | None = None
    number: str | None = None
    contact: str | None = None
    email: str | None = None
    phone: str | None = None
    website: str | None = None
    vat_number: str | None = None
    ean: str | None = None
    language: str | None = None
    currency: str | None = None
    terms_days: int | None = None
    group: str | None = None
    bank_account: str | None = None


class Price(Body, frozen=True, kw_only=True):
    currency: str
    amount: Decimal
    includes_vat: bool


class Product(Body, frozen=True, kw_only=True):
    sku: str
    name: str
    external_id: str | None = None
    description: str | None = None
    unit: str | None = None
    barcode: str | None = None
    group: str | None = None
    supply: str | None = None
    prices: tuple[Price, ...] = ()
    cost: Decimal | None = None
    stocked: bool | None = None
    barred: bool | None = None


class PostingLine(Body, frozen=True, kw_only=True):
    """One line of a voucher, by role; debit is positive, in base currency."""

    role: str
    amount: Decimal
    code: str | None = None
    text: str | None = None
    party: str | None = None


class Posting(Body, frozen=True, kw_only=True):
    """A voucher by role."""

    kind: str
    date: dt.date
    lines: tuple[PostingLine, ...]
    text: str | None = None


class Line(Body, frozen=True, kw_only=True):
    """A line as settled: its three sides agree."""

    id: str
    kind: str
    description: str
    quantity: Decimal
    net: Decimal
    vat: Decimal
    gross: Decimal
    rate: Decimal
    code: str
    role: str
    supply: str | None = None
    product: str | None = None
    sku: str | None = None
    discount: Decimal | None = None
    start: dt.date | None = None
    until: dt.date | None = None
    subscription: str | None = None
    of: str | None = None


class Totals(Body, frozen=True, kw_only=True):
    net: Decimal
    vat: Decimal
    gross: Decimal


class Invoice(Body, frozen=True, kw_only=True):
    """An invoice or a credit note; amounts are positive on both."""

    number: str
    reference: str
    date: dt.date
    due: dt.date
    currency: str
    customer: str
    treatment: str
    country: str
    open: Decimal
    lines: tuple[Line, ...]
    totals: Totals
    postings: tuple[Posting, ...]
    guid: str | None = None
    assigned_number: str | None = None
    fx: Decimal | None = None
    terms_days: int | None = None
    buyer: Mapping[str, Any] | None = None
    ship_to: Address | None = None
    language: str | None = None
    legal_note: str | None = None
    buyer_reference: str | None = None
    note: str | None = None
    subscription: str | None = None
    credits: str | None = None
    credits_number: str | None = None
    reason: str | None = None


class Payment(Body, frozen=True, kw_only=True):
    """Money that came (`in`) or went back (`out`); `of` is the ledger's id of the invoice or credit note."""

    date: dt.date
    currency: str
    amount: Decimal
    method: str
    postings: tuple[Posting, ...]
    direction: Literal["in", "out"] | None = None
    of: str | None = None
    counter: str | None = None
    customer: str | None = None
    document: str | None = None
    reference: str | None = None
    transaction: str | None = None
    fx: Decimal | None = None


class Closes(Body, frozen=True, kw_only=True):
    """An invoice or credit note that a voucher closes, by how much, in its own currency."""

    of: str
    amount: Decimal


class Voucher(Body, frozen=True, kw_only=True):
    """Postings that belong to no invoice of ours: payouts, recognitions, costs, bank lines, bills."""

    date: dt.date
    postings: tuple[Posting, ...]
    reference: str
    text: str | None = None
    number: str | None = None
    currency: str | None = None
    document: str | None = None
    customer: str | None = None
    supplier: str | None = None
    closes: tuple[Closes, ...] = ()


T = TypeVar("T", bound=Body)

_PLACE = re.compile(r" - at `\$(.*)`$")


def read(body: JsonObject, kind: type[T]) -> T:
    """The body as one of the kinds above."""
    try:
        return msgspec.convert(body, kind, strict=False)
    except msgspec.ValidationError as problem:
        raise Refused([_refusal(str(problem))]) from problem


def stored(text: str, kind: type[T]) -> T:
    """A body as it was stored."""
    return msgspec.json.decode(text, type=kind, strict=False)


def store(body: Body) -> str:
    """A body as text: decimals and dates as texts, what is absent left out."""
    return msgspec.json.encode(body).decode()


def data(text: str) -> dict[str, Any]:
    """A stored body as plain values."""
    value: dict[str, Any] = msgspec.json.decode(text)
    return value


def _refusal(message: str) -> Refusal:
    place = _PLACE.search(message)
    path = re.sub(r"[.\[]", "/", place[1]).replace("]", "") if place else ""
    return Refusal(message[: place.start()] if place else message, path, "BODY_INVALID")
