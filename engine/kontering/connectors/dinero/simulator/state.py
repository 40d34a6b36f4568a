"""The state of a simulated organisation: masters, documents, entries, and what isn't known of the real system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any, Literal
from uuid import uuid4

Row = dict[str, Any]
Table = dict[str, Row]

CENT = Decimal("0.01")
ZERO = Decimal(0)

_MODES = {"up": ROUND_HALF_UP, "even": ROUND_HALF_EVEN, "down": ROUND_HALF_DOWN, "cut": ROUND_DOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What is inferred or unknown about the real system, so that tests can have it either way.

    vat_per, half: how VAT is rounded. price_decimals: to how many decimals a line's price is cut; None keeps all.
    calls_a_minute, personal_calls_a_minute: the limits of an organisation. retry_after: whether a 429 says how long to
    wait. empty_201: whether answers to a create have no body. refresh_once: whether a refresh token is good for one
    use. pro: whether the organisation may use the API. booking_polls: how often a ledger item is asked for until it is
    booked. unique_references: whether an external reference may be used once only. linked_credit: whether a credit
    note that names its invoice settles it as it is booked. credit_payments: whether credit notes take payments.
    fraction_rates: whether VAT rates are fractions. closed_code: the code that refuses a closed period. lag_seconds:
    how long what is fresh is missing from lists. client_credentials: whether apps may log in by tenant.
    """

    vat_per: Literal["rate", "line"] = "rate"
    half: Literal["up", "even", "down", "cut"] = "up"
    price_decimals: int | None = None
    calls_a_minute: int = 100
    personal_calls_a_minute: int = 60
    retry_after: bool = True
    empty_201: bool = False
    refresh_once: bool = True
    pro: bool = True
    booking_polls: int = 1
    unique_references: bool = False
    linked_credit: bool = True
    credit_payments: bool = False
    fraction_rates: bool = True
    closed_code: int = 42
    lag_seconds: float = 0.0
    client_credentials: bool = True


@dataclass(frozen=True, slots=True)
class Token:
    """An access token: until when it is good, and whether it is a personal integration's."""

    until: datetime
    personal: bool


@dataclass(slots=True, kw_only=True)
class State:
    """One organisation. Rows have the names of the read models; drafts and booked documents share a table."""

    habits: Habits = field(default_factory=Habits)
    organization: int = 123456
    name: str = "Nordlys Handel ApS"
    vat_number: str = "29384754"
    contacts: Table = field(default_factory=dict)
    products: Table = field(default_factory=dict)
    invoices: Table = field(default_factory=dict)
    credit_notes: Table = field(default_factory=dict)
    manual: Table = field(default_factory=dict)
    purchases: Table = field(default_factory=dict)
    items: Table = field(default_factory=dict)
    """Ledger items by their id."""
    files: Table = field(default_factory=dict)
    accounts: dict[int, Row] = field(default_factory=dict)
    vat_types: Table = field(default_factory=dict)
    years: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    """The books; a debit is positive."""
    rates: dict[str, Decimal] = field(default_factory=dict)
    """Base currency for one unit."""
    closed_until: str = ""
    """Last day that is closed."""
    sales_settings: Row = field(default_factory=dict)
    mails: list[Row] = field(default_factory=list)
    last: dict[str, int] = field(default_factory=dict)
    stamps: int = 8_766_398
    tokens: dict[str, Token] = field(default_factory=dict)
    """Access tokens that were given out."""
    refreshes: dict[str, bool] = field(default_factory=dict)
    """Refresh tokens, and whether they were used."""
    codes: dict[str, Row] = field(default_factory=dict)
    """Authorisation codes that were given out."""
    asked: list[datetime] = field(default_factory=list)
    """When calls were let in during the last minute, for the limit."""
    throttled: list[float] = field(default_factory=list)
    """The next calls are answered 429, each with its seconds to wait."""
    brownout: set[str] = field(default_factory=set)
    """Resources (`vouchers`) that are about to be removed: they answer 480."""

    def stamp(self) -> str:
        """The next row version of all; it only grows."""
        self.stamps += 11
        return f"{self.stamps:016X}"

    def next(self, series: str, first: int = 1) -> int:
        number = max(self.last.get(series, 0) + 1, first)
        self.last[series] = number
        return number

    def rounded(self, amount: Decimal) -> Decimal:
        return amount.quantize(CENT, rounding=_MODES[self.habits.half])

    def balance(self, account: int) -> Decimal:
        return sum((entry["Amount"] for entry in self.entries if entry["AccountNumber"] == account), ZERO)

    def trial_balance(self) -> dict[int, Decimal]:
        """Every account that was posted to, with its balance; the sum is zero."""
        return {number: self.balance(number) for number in sorted({one["AccountNumber"] for one in self.entries})}

    def sales(self) -> Iterator[Row]:
        yield from self.invoices.values()
        yield from self.credit_notes.values()


def cents(amount: Decimal) -> Decimal:
    """Two decimals, half up: what isn't in question."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def guid() -> str:
    return str(uuid4())


def written(moment: datetime) -> str:
    """A moment as the system writes it: without a zone."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:22]
