"""How one seller's books are kept: every setting of the accounting rooms, with its default and one line on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from kontering.model.document import Supply

TextRule = Literal["nfc", "no_bidi", "basic_plane", "single_blanks"]
Recognition = Literal["none", "daily", "monthly"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """An exchange rate that holds from a day on: base currency for one unit of `currency`."""

    currency: str
    since: dt.date
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A rule for bank lines that pay no document: whatever fits all its conditions goes to the account of `role`."""

    id: str
    role: str
    vat: str | None = None
    text: str | None = None
    party: str | None = None
    reference: str | None = None
    bank: str | None = None
    account: str | None = None
    direction: Literal["in", "out"] | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A seller's choices; nothing here is guessed from a document."""

    country: str = "DK"
    """Country of the seller; a sale that is taxed there is domestic."""
    base_currency: str = "DKK"
    """Currency of the books; every posting is in it."""
    project: str = ""
    """Name of the project; part of a document's UUID."""
    target: str = ""
    """Name of the target connection; part of a document's UUID."""

    vat_method: Literal["line", "document"] = "line"
    """Where the source doesn't say how it rounded: VAT on each line, or once per VAT code and shared over the lines."""
    tolerance: Decimal = Decimal("0.05")
    """Largest difference to the claimed gross that is closed with a line ROUNDING; above it the document is held."""
    vat_tolerance: Decimal = Decimal("0.05")
    """Largest difference to the claimed VAT, in all and per rate, that is accepted when the gross is right."""
    discount_mode: Literal["into_lines", "separate_line"] = "into_lines"
    """Discounts lower the lines they hit, or stand as lines of their own, one per VAT code, on `discount_given`."""
    shipping_vat: Literal["by_line", "proportional"] = "by_line"
    """Shipping keeps the VAT of its line, or is shared over the VAT codes of the goods."""
    zero_total: Literal["skip", "book"] = "skip"
    """An order that comes to nothing is skipped or booked."""

    oss: Literal["registered", "below_threshold"] = "registered"
    """The seller is in the One Stop Shop, or charges its own VAT because it is below the threshold."""
    on_invalid_vat_number: Literal["error", "charge_as_consumer"] = "error"
    """A VAT number that fails its check holds the document, or its buyer is a private person."""
    domestic_vat_abroad: Literal["hold", "accept"] = "hold"
    """Own VAT charged on what leaves the EU is held, or booked as a domestic sale."""
    untaxed_domestic: Literal["hold", "zero_rated"] = "hold"
    """A domestic line for which the source names no VAT at all is held, or zero-rated as one with a rate of 0 is."""
    reverse_charge: frozenset[str] = frozenset()
    """Product groups and SKUs that are sold under the domestic reverse charge to firms with a valid number."""
    supply: Supply = "goods"
    """What is sold where neither line nor mapping says it."""
    subscription_supply: Supply = "digital"
    """What a subscription is where neither line nor mapping says it."""

    enabled_currencies: frozenset[str] | None = None
    """Currencies that the target accepts; None is all."""
    fx: tuple[Rate, ...] = ()
    """Exchange rates for documents whose source fixed none; the latest that is not after the document's day counts."""
    closed_until: dt.date | None = None
    """Last day of the closed period."""
    on_closed_period: Literal["error", "next_open_day"] = "error"
    """A document of a closed period is held, or gets the first open day as its date; VAT follows that date."""

    match_by: tuple[str, ...] = ("external_id", "vat_number", "email")
    """By what a known customer is recognised, in order; a later key never overrides a conflict in an earlier one."""
    require_email: bool = False
    """A buyer without an e-mail address holds the document; else it is only a warning."""
    target_limits: Mapping[str, int] = field(default_factory=dict)
    """Longest texts that the target takes, in characters after NFC, by field: {customer.name: 40}."""
    on_too_long: Literal["truncate", "error"] = "truncate"
    """A text that is too long is cut, with the whole of it in the note, or holds the document."""
    text_rules: frozenset[TextRule] = frozenset()
    """What is done to texts: nfc, no_bidi, basic_plane, single_blanks."""
    reference_collision: Literal["error", "suffix_id"] = "error"
    """A printed number that another document already has holds the document, or gets the record's id behind it."""
    edit_after_booking: Literal["error", "credit_and_rebill"] = "error"
    """A changed order that is booked already is held, or credited in full and invoiced anew."""
    credit_alone: Literal["hold", "book"] = "hold"
    """A credit note that names no invoice is held, or classified by its own buyer and date."""
    terms_days: int = 0
    """Days of credit where neither document, buyer nor method says it."""
    terms_by_method: Mapping[str, int] = field(default_factory=dict)
    """Days of credit by the document's first payment method."""

    stock: Literal["none", "consume_on_invoice"] = "none"
    """The cost of what is sold is posted with the invoice, and turned back with goods that return."""
    recognition: Recognition = "none"
    """Lines with a service period are revenue at once, or deferred and recognised by days or by months."""
    partial_month: Literal["full", "half", "pro_rata"] = "pro_rata"
    """With monthly recognition: what a first month counts that doesn't begin on the first."""
    on_cancel: Literal["none", "refund_unused"] = "none"
    """A cancelled subscription runs on to its end, or its unused part is credited."""

    clearing: Mapping[str, str] = field(default_factory=dict)
    """Role of the account that a payment method's money is on: {bank_transfer: bank}; others go to psp_clearing."""
    prepayments: Literal["receivable", "customer_prepayment"] = "receivable"
    """Money that came before the invoice's day lowers what the buyer owes, or waits on customer_prepayment."""
    cash_rounding: Decimal | None = None
    """Step to which cash payments are rounded; the difference goes to `rounding`."""
    gift_card_kind: Literal["multi_purpose", "single_purpose"] = "multi_purpose"
    """Gift cards are taxed when they are used, or when they are sold."""
    tip_role: str = "revenue"
    """Role of tips without VAT."""

    settlement_summary: Literal["payout", "day"] = "payout"
    """A payout's voucher has one line a kind, or one a kind and day."""
    adjustment_role: str = "psp_clearing"
    """Role of a gateway's corrections; on psp_clearing they stay open until a person has explained them."""
    fee_tax_role: str = "fees"
    """Role of VAT that a gateway holds back with its fees; input VAT is only deducted from its invoice."""
    max_fee_difference: Decimal = Decimal(0)
    """How much a bank payment may fall short and still close an invoice; the difference goes to fees."""
    match_days: int = 60
    """How many days a bank line may lie from a document's date and still be matched by amount alone."""
    match_by_amount: Literal["book", "suggest"] = "book"
    """A bank line that names nothing and whose amount only one open item has pays it, or waits for a person's word."""
    categories: tuple[Category, ...] = ()
    """Where bank lines go that pay no document, such as fees and rent; the first rule that fits decides."""
    vat_base_share: Decimal = Decimal("0.80")
    """Share of an established loss by which the VAT base is lowered."""


def exchange_rate(settings: Settings, currency: str, day: dt.date) -> Decimal | None:
    """The latest rate of `currency` that is not after `day`; None if there is none.

    >>> rates = (Rate(currency="EUR", since=dt.date(2026, 1, 1), rate=Decimal("7.46")),)
    >>> exchange_rate(Settings(fx=rates), "EUR", dt.date(2026, 3, 1))
    Decimal('7.46')
    """
    known = [rate for rate in settings.fx if rate.currency == currency and rate.since <= day]
    return max(known, key=lambda rate: rate.since).rate if known else None
