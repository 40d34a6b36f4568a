"""What the simulated agreement holds: its tables, its number series, and how unknown habits are set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any, Literal

Row = dict[str, Any]
Table = dict[Any, Row]

CENT = Decimal("0.01")
ZERO = Decimal(0)

_MODES = {"up": ROUND_HALF_UP, "even": ROUND_HALF_EVEN, "down": ROUND_HALF_DOWN, "cut": ROUND_DOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What is inferred or unknown about the real system, so that tests can have it either way.

    vat_per, half: how a draft's VAT is rounded. key_hours: how long an idempotency key lives; refusals_kept: whether
    a 4xx is replayed too. book_body: what bookdraftentries takes. cash_terms: whether terms such as paidInCash settle
    the invoice when it is booked. matching: whether a payment that names an invoice closes it. bare_price: whether a
    line may have a price without a product. zero_quantity: whether a line may have quantity 0. ean_contact: whether
    sending by EAN asks for a contact on customer and invoice. pdf_seconds: how long a fresh PDF isn't there.
    lag_seconds: how long a fresh invoice or entry is missing from filtered lists.
    """

    vat_per: Literal["rate", "line"] = "rate"
    half: Literal["up", "even", "down", "cut"] = "up"
    key_hours: Decimal = Decimal(1)
    refusals_kept: bool = True
    book_body: Literal["object", "array", "both"] = "both"
    cash_terms: bool = True
    matching: bool = True
    bare_price: bool = False
    zero_quantity: bool = True
    ean_contact: bool = True
    pdf_seconds: float = 2.0
    lag_seconds: float = 0.0
    inventory_module: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What was answered to an idempotency key, and to which request."""

    at: datetime
    url: str
    body: bytes
    status: int
    content: bytes
    headers: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class State:
    """One agreement's books. Rows are as they were sent, references by number; links are added when they are read."""

    habits: Habits = field(default_factory=Habits)
    tables: dict[str, Table] = field(default_factory=dict)
    sales_accounts: dict[tuple[int, int], int] = field(default_factory=dict)
    """(product group, VAT zone) to the account of revenue."""
    prices: dict[tuple[str, str], Row] = field(default_factory=dict)
    """(product, currency) to its price."""
    periods: dict[str, list[Row]] = field(default_factory=dict)
    """Accounting year to its periods."""
    last: dict[str, int] = field(default_factory=dict)
    """Number series."""
    by_account: dict[int, list[Row]] = field(default_factory=dict)
    """Booked entries of an account."""
    by_customer: dict[int, list[Row]] = field(default_factory=dict)
    receivables: dict[int, Row] = field(default_factory=dict)
    """Invoice number to the entry that is open until it is paid."""
    keys: dict[str, Answered] = field(default_factory=dict)
    """Idempotency keys."""
    files: dict[tuple[str, str], list[bytes]] = field(default_factory=dict)
    """Attachments."""
    made: dict[tuple[str, Any], datetime] = field(default_factory=dict)
    """When invoices and entries came to be, for what is slow to appear."""
    rates: dict[str, Decimal] = field(default_factory=dict)
    """Price of 100 units of a currency in the base currency."""
    company: Row = field(default_factory=dict)
    base_currency: str = "DKK"
    fx_account: int = 0
    throttled: list[float] = field(default_factory=list)
    """The next calls are answered 429, each with its seconds to wait."""
    forbidden: set[str] = field(default_factory=set)
    """Resources (`journals`) that the app's roles don't reach."""

    def table(self, name: str) -> Table:
        return self.tables.setdefault(name, {})

    def exists(self, name: str, number: Any) -> bool:
        return number in self.table(name)

    def next(self, series: str, taken: Mapping[Any, Any] | None = None, first: int = 1) -> int:
        """The next free number of a series."""
        number = max(self.last.get(series, 0) + 1, first)
        while taken is not None and number in taken:
            number += 1
        self.last[series] = number
        return number

    @property
    def customers(self) -> Table:
        return self.table("customers")

    @property
    def products(self) -> Table:
        return self.table("products")

    @property
    def suppliers(self) -> Table:
        return self.table("suppliers")

    @property
    def drafts(self) -> Table:
        return self.table("invoices/drafts")

    @property
    def booked(self) -> Table:
        return self.table("invoices/booked")

    @property
    def sent(self) -> Table:
        return self.table("invoices/sent")

    @property
    def draft_entries(self) -> Table:
        """Journal entries that nobody has booked."""
        return self.table("draft-entries")

    @property
    def entries(self) -> Table:
        """The booked ledger."""
        return self.table("entries")

    def balance(self, account: int) -> Decimal:
        """An account's booked balance in base currency."""
        return sum((row["amountInBaseCurrency"] for row in self.by_account.get(account, ())), ZERO)

    def trial_balance(self) -> dict[int, Decimal]:
        """Every account that was posted to, with its balance; the sum is zero."""
        return {number: self.balance(number) for number in sorted(self.by_account)}

    def years(self) -> Iterator[Row]:
        yield from self.table("accounting-years").values()

    def rounded(self, amount: Decimal) -> Decimal:
        return amount.quantize(CENT, rounding=_MODES[self.habits.half])


def cents(amount: Decimal) -> Decimal:
    """Two decimals, half up: what isn't in question."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def closed(state: State, day: str) -> str | None:
    """Why nothing can be booked on a day; None if the period is open."""
    year = next((row for row in state.years() if row["fromDate"] <= day <= row["toDate"]), None)
    if year is None:
        return f"There is no accounting year for {day}."
    if year.get("closed"):
        return f"The accounting year {year['year']} is closed."
    periods = state.periods[year["year"]]
    period = next((row for row in periods if row["fromDate"] <= day <= row["toDate"]), None)
    return f"The period of {day} is closed." if period and period.get("closed") else None
