"""What the simulated company holds: tables of rows by id, and how unknown habits are set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

Row = dict[str, Any]
ZERO, CENT = Decimal(0), Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What is inferred or unknown about the real system, so that tests can have it either way.

    error_status, auth_status: the status of an answer with an `error`. book_action: the action that books a voucher,
    and the property that names it. types: what a voucher's line may be. unknown_columns: whether they are refused.
    bulk: whether lines are taken all or none. page: how many rows a list gives without `limit`.
    """

    error_status: Literal[200, 400, 422] = 400
    auth_status: Literal[200, 401, 403] = 401
    book_action: str = "book_enclosure"
    book_by: str = "enclosure_id"
    types: frozenset[str] = frozenset(
        {"LEDGER", "DEBTOR_INVOICE", "DEBTOR_PAYMENT", "DEBTOR_CREDITNOTE", "CREDITOR_INVOICE", "CREDITOR_PAYMENT"}
    )
    unknown_columns: Literal["refused", "ignored"] = "refused"
    bulk: Literal["whole", "until"] = "whole"
    page: int = 1000


@dataclass(slots=True, kw_only=True)
class State:
    """One company's tables."""

    habits: Habits = field(default_factory=Habits)
    tables: dict[str, dict[int, Row]] = field(default_factory=dict)
    files: list[Row] = field(default_factory=list)
    throttled: list[float | None] = field(default_factory=list)
    """The next calls are answered 429, each with its seconds to wait, or without."""
    last: int = 0

    def table(self, name: str) -> dict[int, Row]:
        return self.tables.setdefault(name, {})

    def fresh(self) -> int:
        self.last += 1
        return self.last

    def by(self, table: str, column: str, value: object) -> Row | None:
        """The first row with a value in a column."""
        text = str(value)
        return next((row for row in self.table(table).values() if str(row.get(column)) == text), None)

    def lines(self, enclosure: int) -> list[Row]:
        return [row for row in self.table("accounting").values() if row["enclosure_id"] == enclosure]

    def trial_balance(self, *, booked: bool = True) -> dict[str, Decimal]:
        """Accounts with what was posted to them; vouchers that nobody has booked are left out."""
        found: dict[str, Decimal] = {}
        for row in self.table("accounting").values():
            enclosure = self.table("enclosure")[row["enclosure_id"]]
            if enclosure["is_booked"] == "YES" or not booked:
                for account, amount in entries(row):
                    found[account] = found.get(account, ZERO) + amount
        return dict(sorted(found.items()))


RECEIVABLE, PAYABLE = "5600", "6800"


def entries(row: Row) -> Iterator[tuple[str, Decimal]]:
    """What a line posts: its amount on its own account, the opposite on the account of the other side.

    >>> list(entries({"type": "DEBTOR_INVOICE", "account_id_": "", "accountoff_id_": "7", "amount": Decimal(-5)}))
    [('5600', Decimal('5'))]
    """
    if row.get("account_id_"):
        yield str(row["account_id_"]), row["amount"]
    if row.get("accountoff_id_"):
        other = {"DEBTOR": RECEIVABLE, "CREDITOR": PAYABLE}.get(str(row["type"]).partition("_")[0])
        yield other or str(row["accountoff_id_"]), -row["amount"]


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)
