"""A flow's policy as frozen data: how its documents are handled, so that one mapping serves every customer.

Every setting has a default; the line below it is its documentation, printed by `kontering docs project-file`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from kontering.model.document import PartyKind, Supply

State = Literal["draft", "book", "hold", "skip", "cancel", "send"]
MatchKey = Literal["number", "external_id", "vat_number", "ean", "email", "phone", "name", "sku"]

EVERY = "*"
"""In `states`, `register` and table keys: whatever isn't named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Buyers of one kind: their group in the target and their days of credit."""

    group: str | None = None
    """Customer group in the target; none leaves it to the payload mapping."""
    terms: int | None = None
    """Days of credit; none takes the flow's default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customers:
    """How the buyer of a document is found in the target, made, and kept up to date."""

    match: tuple[MatchKey, ...] = ("external_id", "vat_number", "email")
    """By what a customer is looked for, in this order; a later key never overrides a conflict in an earlier one."""
    missing: Literal["create", "hold"] = "create"
    """What to do when nobody fits: make the customer, or hold the document."""
    number: Literal["target", "external_id"] = "target"
    """Who gives a new customer its number: the target, or the source's id of the customer."""
    update: tuple[str, ...] | None = None
    """Fields of the customer that follow the source (name, address, email …); all others are left as they are.

    Where it isn't said, none does in flows of invoices, and every one in a flow of customers.
    """
    single: str | None = None
    """Number of the one customer in the target that takes every sale of this flow."""
    consumer: Group = Group()
    """Group and terms of private people."""
    business: Group = Group()
    """Group and terms of firms."""
    public: Group = Group()
    """Group and terms of public bodies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Products:
    """How the product of a line is found in the target, made, and kept up to date."""

    match: tuple[MatchKey, ...] = ("sku", "external_id")
    """By what a product is looked for, in this order."""
    missing: Literal["create", "fallback", "hold"] = "create"
    """What to do with a product that the target doesn't have."""
    fallback: str | None = None
    """Number of the product for lines without one, and for missing ones where `missing` says so."""
    rounding: str = "ROUNDING"
    """Number of the product of rounding lines; it carries no VAT."""
    update: tuple[str, ...] | None = None
    """Fields of the product that follow the source (name, price …); all of them in a flow of products."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppliers:
    """How a supplier is found in the target, made, and kept up to date."""

    match: tuple[MatchKey, ...] = ("external_id", "vat_number", "email")
    """By what a supplier is looked for, in this order; a later key never overrides a conflict in an earlier one."""
    missing: Literal["create", "hold"] = "create"
    """What to do when nobody fits: make the supplier, or hold the document."""
    number: Literal["target", "external_id"] = "target"
    """Who gives a new supplier its number: the target, or the source's id of the supplier."""
    update: tuple[str, ...] | None = None
    """Fields of the supplier that follow the source; all of them where it isn't said."""
    group: str | None = None
    """Group of suppliers for whom the source names none; it is made where the target has groups and lacks it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Days of credit where the source doesn't give them."""

    default: int = 0
    """Days of credit, if neither the buyer, the payment method nor the buyer's group says it."""
    by_method: Mapping[str, int] = field(default_factory=dict)
    """Days of credit by the document's first payment method."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payments:
    """Which payments of a document are registered in the target, and where their money is."""

    register: tuple[str, ...] = (EVERY,)
    """Payment methods that are registered; `*` is all, an empty list is none."""
    clearing: Mapping[str, str] = field(default_factory=dict)
    """Role of the account that a method's money is on (stripe: psp_clearing)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalsRule:
    """What to do when source and target come to different totals."""

    tolerance: Decimal = Decimal("0.05")
    """Largest difference that is closed with a rounding line."""
    within: Literal["rounding_line", "hold"] = "rounding_line"
    """A difference up to the tolerance: one visible line without VAT, or a person."""
    beyond: Literal["hold"] = "hold"
    """A larger difference: always a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """Who sends the document to the buyer."""

    send: Literal["target", "never"] = "never"
    """`target`: the accounting system sends it when it is booked; `never`: nobody does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything a flow decides about its documents."""

    states: Mapping[str, State] = field(default_factory=lambda: {EVERY: "draft"})
    """What the source's states mean; `*` is every other one, `>=450` compares numbers."""
    customers: Customers = Customers()
    """How buyers are found, made and updated."""
    products: Products = Products()
    """How products are found, made and updated."""
    suppliers: Suppliers = Suppliers()
    """How suppliers are found, made and updated."""
    terms: Terms = Terms()
    """Days of credit."""
    payments: Payments = Payments()
    """Which payments are registered, and where the money is."""
    totals: TotalsRule = TotalsRule()
    """How far totals may differ."""
    mail: Mail = Mail()
    """Who sends documents to buyers."""
    closed_period: Literal["hold", "next_open_day", "error"] = "hold"
    """A document whose period is closed: a person, the next open day, or a failed document."""
    edited_after_booking: Literal["hold", "credit_and_rebill"] = "hold"
    """A record that changed after its document was booked: a person, or a credit note and a new invoice."""
    numbers: Literal["target", "source"] = "target"
    """Who makes an invoice's number: the target as it books it, or the source, whose number it then has there too."""
    conflict: Literal["books_win", "source_wins", "hold"] = "hold"
    """What comes back from the books, and its origin was changed too: the books' word, the source's, or a person's."""
    credit_alone: Literal["hold", "book"] = "hold"
    """A credit note that names no invoice: a person, or booked by itself."""
    new_store: Literal["look", "trust"] = "look"
    """Documents from before the store was begun: looked for in the target before they are made, or taken for new."""
    schedule: str = "every 5 minutes"
    """When the flow is read by a worker: `every 5 minutes`, `daily at 06:00`, `once`, `on webhook only`."""
    needs: tuple[str, ...] = ()
    """Flows whose document of the same record must be done first."""
    sign_off_above: Decimal | None = None
    """Gross amount above which another person must sign a document off; 0 is every document, none is no one."""
    supply: Supply = "goods"
    """What is sold, where neither line nor mapping says it."""


def state_of(states: Mapping[str, State], word: str) -> State | None:
    """What a source's state means; None if the flow doesn't say.

    >>> state_of({"completed": "book", "*": "skip"}, "completed"), state_of({">=450": "send"}, "500")
    ('book', 'send')
    >>> state_of({"completed": "book"}, "refunded")
    """
    if word in states:
        return states[word]
    bound = next((rule for rule in states if rule.startswith(">=") and _at_least(word, rule[2:])), None)
    return states[bound] if bound else states.get(EVERY)


def group_of(customers: Customers, kind: PartyKind) -> Group:
    """Group and terms of a kind of buyer."""
    return {"consumer": customers.consumer, "business": customers.business, "public": customers.public}[kind]


def registers(payments: Payments, method: str) -> bool:
    """Is a payment by this method registered in the target?

    >>> registers(Payments(register=("stripe",)), "bank_transfer")
    False
    """
    return EVERY in payments.register or method in payments.register


def _at_least(word: str, bound: str) -> bool:
    return word.isdecimal() and bound.strip().isdecimal() and int(word) >= int(bound)
