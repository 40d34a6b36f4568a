"""The hub documents as frozen data: what a source says (`Sale`), and what the engine has settled (`Planned`).

Field meanings are those of schemas/documents/; amounts are in major units of the document's currency.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from kontering.model.money import Half

# Documents' UUIDs are made in this namespace, so that the same document has the same one everywhere and always.
NAMESPACE = UUID("6f0c2a4e-8d0b-5b7e-9a53-3f1c7d2e9b41")

Kind = Literal["invoice", "credit_note"]
PartyKind = Literal["consumer", "business", "public"]
Supply = Literal["goods", "digital", "service"]
Side = Literal["gross", "net"]
LineKind = Literal["goods", "subscription", "shipping", "fee", "discount", "gift_card", "tip", "adjustment", "rounding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where somebody is; the postcode decides VAT territories."""

    country: str
    name: str | None = None
    street: str | None = None
    street2: str | None = None
    postcode: str | None = None
    city: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A customer or a supplier as the source sees it."""

    name: str
    address: Address
    kind: PartyKind = "consumer"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """The product of a line; matching and fallback are the flow's."""

    name: str
    sku: str | None = None
    external_id: str | None = None
    group: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """VAT as the source charged it, at one rate (percent); `base` if it isn't the whole line's."""

    vat: Decimal | None = None
    rate: Decimal | None = None
    base: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A service period; `until` is the first day that isn't covered."""

    start: dt.date
    until: dt.date

    @property
    def end(self) -> dt.date:
        """The last day that is covered."""
        return self.until - dt.timedelta(days=1)

    @classmethod
    def ending(cls, start: dt.date, end: dt.date) -> Period:
        """A period by its last day."""
        return cls(start=start, until=end + dt.timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What a line covers a part of: a whole period, and what all of it costs."""

    amount: Decimal
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line as the source says it: `amount` is of the whole line, after discount, on the document's fixed side."""

    id: str
    kind: LineKind
    description: str
    quantity: Decimal
    amount: Decimal
    supply: Supply | None = None
    product: Item | None = None
    discount: Decimal | None = None
    taxes: tuple[Charged, ...] | None = None
    spread: bool = False
    period: Period | None = None
    part_of: Whole | None = None
    subscription: str | None = None
    cost: Decimal | None = None
    of: str | None = None
    returned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """A payment inside a document: money that came (or, on a credit note, went back).

    `fx` is the rate of its own day, where that differs from the document's.
    """

    method: str
    date: dt.date
    amount: Decimal
    reference: str | None = None
    credit_note: str | None = None
    fx: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon:
    """A discount that the source has not shared over its lines: an amount on the fixed side, or a percentage.

    `over` are the ids of the lines it hits; without any it hits all that is sold, but neither shipping nor fees.
    """

    code: str
    kind: Literal["fixed", "percent"]
    value: Decimal
    over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the source says the document comes to, before payments; there to be proved."""

    gross: Decimal
    vat: Decimal | None = None
    rates: tuple[Charged, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundingRule:
    """How the source rounded VAT."""

    per: Literal["line", "rate"] = "line"
    half: Half = "up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """An invoice or a credit note as its source says it; nothing is rounded yet.

    `key` is the identity of the record it came from (`shop/order/5121`); `credits` is the key of the invoice.
    A credit note's amounts are positive.
    """

    kind: Kind
    key: str
    number: str
    state: str
    date: dt.date
    currency: str
    prices: Side
    lines: tuple[Line, ...]
    totals: Claim
    customer: Party | None = None
    payments: tuple[Paid, ...] = ()
    coupons: tuple[Coupon, ...] = ()
    rounding: RoundingRule | None = None
    due: dt.date | None = None
    fx: Decimal | None = None
    ship_to: Address | None = None
    language: str | None = None
    reference: str | None = None
    subscription: str | None = None
    note: str | None = None
    credits: str | None = None
    credits_number: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLine:
    """A line with what the engine settled: rounded sides, one VAT code, the role of its account; `part_of` is net."""

    id: str
    kind: LineKind
    description: str
    quantity: Decimal
    net: Decimal
    vat: Decimal
    gross: Decimal
    rate: Decimal
    code: str
    role: str
    supply: Supply | None = None
    product: Item | None = None
    discount: Decimal | None = None
    period: Period | None = None
    part_of: Whole | None = None
    subscription: str | None = None
    cost: Decimal | None = None
    of: str | None = None
    returned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VatTotal:
    """What a document comes to under one VAT code."""

    code: str
    rate: Decimal
    base: Decimal
    vat: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTotals:
    """The proved totals of a document; they are the sums of its lines."""

    net: Decimal
    vat: Decimal
    gross: Decimal
    rates: tuple[VatTotal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something a bookkeeper should know of, though the document is booked: `ROUNDING_ADJUSTED`, and why."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A sale with everything settled that can be settled without asking the target.

    `guid` is a UUID from project, connection, kind and key; `mark` the reference by which the target finds it again;
    `open` is gross minus payments; `paid_before` is how much of the payments was posted with an earlier edition of the
    order; `why` says, in order, how treatment, codes and rounding came to be.
    """

    kind: Kind
    key: str
    guid: str
    mark: str
    number: str
    state: str
    date: dt.date
    due: dt.date
    currency: str
    base_currency: str
    prices: Side
    treatment: str
    country: str
    terms_days: int
    open: Decimal
    delivery: Literal["mail", "einvoice", "none"]
    customer: Party
    lines: tuple[PlannedLine, ...]
    totals: PlannedTotals
    payments: tuple[Paid, ...] = ()
    fx: Decimal | None = None
    assigned_number: str | None = None
    ship_to: Address | None = None
    legal_note: str | None = None
    language: str | None = None
    reference: str | None = None
    subscription: str | None = None
    note: str | None = None
    credits: str | None = None
    credits_number: str | None = None
    reason: str | None = None
    paid_before: Decimal | None = None
    warnings: tuple[Warned, ...] = ()
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingLine:
    """One line of a voucher: its account by role, and the amount in base currency; debit is positive."""

    role: str
    amount: Decimal
    code: str | None = None
    text: str | None = None
    party: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A balanced voucher by role: `kind` says what happened (invoice, payment, credit_note, refund, cogs, payout …)."""

    kind: str
    key: str
    date: dt.date
    lines: tuple[PostingLine, ...]
    text: str = ""

    def __post_init__(self) -> None:
        if sum((line.amount for line in self.lines), Decimal(0)) != 0:
            raise ValueError(f"the {self.kind} voucher of {self.key} doesn't balance: {self.lines}")


def plain(value: Any) -> Any:
    """A document as maps and lists, without what is absent; dates and decimals stay what they are."""
    kind = type(value)
    if kind in _ATOMS:
        return value
    names = _names_of(kind)
    if names is not None:
        data: dict[str, Any] = {}
        for name in names:  # a loop, since this is done for every line of every document, several times
            part = getattr(value, name)
            if part is not None:
                data[name] = part if type(part) in _ATOMS else plain(part)
        return data | {"end": value.end} if kind is Period else data
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    return value


_ATOMS = frozenset({str, int, bool, Decimal, dt.date, dt.datetime, type(None)})


_NAMES: dict[type, tuple[str, ...] | None] = {}


def _names_of(kind: type) -> tuple[str, ...] | None:
    """The fields of a dataclass; every document goes this way, so they are found once."""
    if kind not in _NAMES:
        _NAMES[kind] = tuple(item.name for item in fields(kind)) if is_dataclass(kind) else None
    return _NAMES[kind]
