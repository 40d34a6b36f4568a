"""What a ledger's connection may set, as a schema for people and as typed options for the code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

Json = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]

SCHEMA: Json = {
    "type": "object",
    "additionalProperties": False,
    "x-tables": {
        "accounts": {"keys": ["role", "code"], "gives": ["account"]},
        "vat_codes": {"keys": ["code"], "gives": ["vat_code"]},
    },
    "properties": {
        "base_currency": {
            "type": "string",
            "pattern": "^[A-Z]{3}$",
            "default": "DKK",
            "title": "Base currency",
            "description": "The currency that the books are kept in; it can't be changed once something is posted.",
        },
        "country": {
            "type": "string",
            "pattern": "^[A-Z]{2}$",
            "default": "DK",
            "title": "Country",
            "description": "Where the books are kept.",
        },
        "language": {
            "enum": ["da", "en"],
            "default": "da",
            "title": "Language",
            "description": "Language of the account names in lists and exports.",
        },
        "book": {
            "type": "string",
            "minLength": 1,
            "title": "Book",
            "description": "Name of the books in the store; the connection's name if left out.",
        },
        "company": {
            "type": "object",
            "additionalProperties": False,
            "default": {},
            "title": "Company",
            "description": "Whose books these are, for exports; SAF-T needs all of it.",
            "properties": {
                "name": {"type": "string", "description": "Registered name."},
                "vat_number": {"type": "string", "description": "CVR or VAT number."},
                "street": {"type": "string", "description": "Street and house number."},
                "postcode": {"type": "string", "description": "Postcode."},
                "city": {"type": "string", "description": "City."},
                "iban": {"type": "string", "description": "Bank account."},
            },
        },
        "accounts": {
            "type": "object",
            "additionalProperties": {"type": "string", "minLength": 1},
            "default": {},
            "title": "Accounts",
            "description": "Account number by role, where it differs from the standard chart; the connection's table "
            "`accounts` (role, code, account) says it per VAT code.",
        },
        "vat_codes": {
            "type": "object",
            "additionalProperties": {"type": "string", "minLength": 1},
            "default": {},
            "title": "VAT codes",
            "description": "VAT codes beside the built-in ones: the code, and its rate in percent as a text.",
        },
        "first_number": {
            "type": "integer",
            "minimum": 1,
            "default": 1,
            "title": "First invoice number",
            "description": "Invoices and credit notes share one series without gaps; it begins here.",
        },
        "closed_until": {
            "type": "string",
            "format": "date",
            "title": "Closed until",
            "description": "Last day of what was closed elsewhere, say by the accountant; `ledger close` closes more.",
        },
        "currencies": {
            "type": "array",
            "items": {"type": "string", "pattern": "^[A-Z]{3}$"},
            "title": "Currencies",
            "description": "Currencies that documents may have; every currency of ISO 4217 if left out.",
        },
        "overpayment": {
            "enum": ["refuse", "credit"],
            "default": "refuse",
            "title": "Overpayment",
            "description": "A payment above the open amount is refused, or its rest stays as the customer's credit.",
        },
        "text_limits": {
            "type": "object",
            "additionalProperties": {"type": "integer", "minimum": 1},
            "default": {},
            "title": "Text limits",
            "description": "Longest texts, in characters: customer.name, product.name, line.description.",
        },
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the project's `accounts` table; `*` fits every role or code."""

    role: str
    code: str
    account: str

    def fits(self, role: str, code: str | None) -> bool:
        return self.role in (role, "*") and self.code in (code or "", "*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """A connection's settings, typed."""

    name: str
    book: str
    base_currency: str = "DKK"
    country: str = "DK"
    language: str = "da"
    company: Mapping[str, str]
    accounts: Mapping[str, str]
    rules: tuple[Rule, ...] = ()
    vat_codes: Mapping[str, Decimal]
    first_number: int = 1
    closed_until: dt.date | None = None
    currencies: frozenset[str] | None = None
    overpayment: Literal["refuse", "credit"] = "refuse"
    text_limits: Mapping[str, int]


def options(settings: Mapping[str, Any]) -> Options:
    """Settings and tables of a connection, as the ledger uses them."""
    tables: Mapping[str, Rows] = settings.get("tables") or {}
    currencies = settings.get("currencies")
    name = str(settings.get("name") or "books")
    return Options(
        name=name,
        book=str(settings.get("book") or name),
        base_currency=settings.get("base_currency") or "DKK",
        country=settings.get("country") or "DK",
        language=settings.get("language") or "da",
        company=settings.get("company") or {},
        accounts=settings.get("accounts") or {},
        rules=tuple(map(_rule, tables.get("accounts") or ())),
        vat_codes={code: Decimal(str(rate)) for code, rate in (settings.get("vat_codes") or {}).items()},
        first_number=int(settings.get("first_number") or 1),
        closed_until=_date(settings.get("closed_until")),
        currencies=None if currencies is None else frozenset(currencies),
        overpayment=settings.get("overpayment") or "refuse",
        text_limits=settings.get("text_limits") or {},
    )


def _rule(row: Mapping[str, Any]) -> Rule:
    return Rule(role=str(row["role"]), code=str(row.get("code") or "*"), account=str(row["account"]))


def _date(value: Any) -> dt.date | None:
    return value if value is None or isinstance(value, dt.date) else dt.date.fromisoformat(value)
