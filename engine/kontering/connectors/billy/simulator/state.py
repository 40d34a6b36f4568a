"""What the simulated company holds: its tables, how ids are made, and how unknown habits are set."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

Row = dict[str, Any]
Table = dict[str, Row]

CENT = Decimal("0.01")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What is inferred or unknown about the real system, so that tests can have it either way.

    invalid_status: status of a body that is refused. duplicate_status: of an invoice number that is taken.
    kept_references: properties outside of the documented table that an invoice keeps. draft_lines: what a PUT of lines
    does to a draft. draft_numbers: whether a draft without a number of its own gets one. put_answer: whether the
    changed records come in lists, or one empty object. credit_settles: whether a credit note closes its invoice when it
    is approved. mail_sends: whether sending marks the invoice as sent. search: what `q` looks through in contacts;
    find_by: properties of contacts and products that lists can be filtered by. line_decimals: decimals of a unit price.
    account_tax: whether a daybook line takes its account's tax rate where it names none. percent: whether a tax rate is
    written as a fraction. lag_seconds: how long a fresh record is missing from filtered lists. log_prefix: text that
    stands before an answer's JSON.
    """

    invalid_status: Literal[422, 400] = 422
    duplicate_status: Literal[422, 409] = 422
    kept_references: frozenset[str] = frozenset({"orderNo", "externalId"})
    draft_lines: Literal["replaced", "ignored", "refused"] = "replaced"
    draft_numbers: bool = True
    put_answer: Literal["records", "empty"] = "records"
    credit_settles: bool = True
    mail_sends: bool = True
    search: Literal["all", "some"] = "some"
    find_by: frozenset[str] = frozenset()
    line_decimals: int | None = None
    account_tax: bool = False
    percent: bool = False
    lag_seconds: float = 0.0
    log_prefix: str = ""


@dataclass(slots=True, kw_only=True)
class State:
    """One company's books. Rows are as they go over the wire; children are rows of their own with their parent's id."""

    habits: Habits = field(default_factory=Habits)
    tables: dict[str, Table] = field(default_factory=dict)
    made: dict[str, datetime] = field(default_factory=dict)
    """When records came to be, for what is slow to appear."""
    files: dict[str, bytes] = field(default_factory=dict)
    mails: list[Row] = field(default_factory=list)
    """What was sent to whom."""
    rates: dict[str, Decimal] = field(default_factory=dict)
    """Base currency for one unit, where an invoice brings no rate."""
    throttled: list[float | None] = field(default_factory=list)
    """The next calls are answered 429, each with its seconds to wait, or without."""
    forbidden: set[str] = field(default_factory=set)
    """Resources that the token's user may not touch."""
    counted: int = 0

    def table(self, name: str) -> Table:
        return self.tables.setdefault(name, {})

    def get(self, name: str, id_: Any) -> Row | None:
        return self.table(name).get(id_) if isinstance(id_, str) else None

    def below(self, name: str, parent: str, id_: str) -> list[Row]:
        """Children of a record, in their order."""
        return [row for row in self.table(name).values() if row.get(parent) == id_]

    def fresh(self) -> str:
        self.counted += 1
        return id_of("row", self.counted)

    @property
    def organization(self) -> Row:
        return next(iter(self.table("organizations").values()))

    @property
    def base_currency(self) -> str:
        return str(self.organization["baseCurrencyId"])

    def account(self, number: str) -> Row:
        """An account by its number."""
        return next(row for row in self.table("accounts").values() if row["accountNo"] == number)

    def by_role(self, role: str) -> Row:
        """The account that the system itself posts to."""
        return next(row for row in self.table("accounts").values() if row.get("systemRole") == role)

    def postings(self) -> Iterator[Row]:
        return (row for row in self.table("postings").values() if not row["isVoided"])

    def balance(self, number: str) -> Decimal:
        """An account's balance in base currency; debit is positive."""
        return self.trial_balance().get(number, ZERO)

    def trial_balance(self) -> dict[str, Decimal]:
        """Every account that was posted to, with its balance; the sum is zero."""
        found: dict[str, Decimal] = {}
        for row in self.postings():
            number = self.table("accounts")[row["accountId"]]["accountNo"]
            found[number] = found.get(number, ZERO) + (row["amount"] if row["side"] == "debit" else -row["amount"])
        return dict(sorted(found.items()))


def id_of(kind: str, name: object) -> str:
    """An id as Billy's are: 22 characters of base64 for addresses; the same name has the same one.

    >>> id_of("account", 1110) == id_of("account", "1110"), len(id_of("account", 1110))
    (True, 22)
    """
    digest = hashlib.md5(f"{kind}/{name}".encode(), usedforsecurity=False).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def cents(amount: Decimal) -> Decimal:
    """Two decimals, half up."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def moment(now: datetime) -> str:
    """A time as it is written: UTC without a zone."""
    return now.strftime("%Y-%m-%dT%H:%M:%S")
