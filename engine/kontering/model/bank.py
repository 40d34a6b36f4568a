"""Bank lines and what may be open against them, as frozen data."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from kontering.model.document import Party


@dataclass(frozen=True, slots=True, kw_only=True)
class BankLine:
    """One movement on the bank account: money in is positive. `fx` is the bank's rate, where it isn't base currency.

    `charges` is what the bank took of it; `original` what was paid in another currency. `account` is whose line it is,
    `code` the bank's kind of movement, `role` what the account is in the books.
    """

    key: str
    date: dt.date
    amount: Decimal
    currency: str
    text: str = ""
    reference: str | None = None
    party: str | None = None
    fx: Decimal | None = None
    account: str | None = None
    code: str | None = None
    charges: Decimal = Decimal(0)
    role: str = "bank"
    original: tuple[Decimal, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """What is expected on the bank: an open invoice, a bill (negative), or a payout that is posted already.

    `base` is what is open in base currency; `references` are ids by which a payer or the bank may name it.
    """

    key: str
    number: str
    amount: Decimal
    currency: str
    date: dt.date
    role: Literal["receivable", "payable", "posted"] = "receivable"
    base: Decimal | None = None
    party: str | None = None
    name: str | None = None
    supplier: Party | None = None
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person has said of a bank line: the documents that it pays, or the account's role that it goes to.

    `pays` are amounts by document, None for whatever is open; `less_fee` says that what is missing was held back.
    """

    line: str
    pays: tuple[tuple[str, Decimal | None], ...] = ()
    less_fee: bool = False
    role: str | None = None
    vat: str | None = None
    who: str = ""
    text: str = ""
    party: str | None = None
    amount: Decimal = Decimal(0)
    parties: tuple[str, ...] = ()
    """Whose documents they were: by this a payer is known the next time."""
