"""What accounts are for: the roles, and which role a line of a kind and a VAT code has."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

from kontering.accounting import rates, territory
from kontering.model.document import LineKind

Treatment = Literal["domestic", "oss", "eu_goods", "eu_services", "export", "voucher"]
TREATMENTS: tuple[Treatment, ...] = ("domestic", "oss", "eu_goods", "eu_services", "export", "voucher")

OUT = "OUT"
EU_GOODS = "EUG"
EU_SERVICES = "EUS"
EXPORT_GOODS = "EXP"
EXPORT_SERVICES = "EXS"
IMPORT = "IMP"

ROLES: dict[str, str] = {
    "bank": "money on the bank",
    "cash": "money in the till",
    "psp_clearing": "what a gateway owes",
    "psp_reserve": "what a gateway keeps back",
    "dispute": "what buyers dispute, until it is decided",
    "transfers": "money on its way between own accounts",
    "receivable": "what customers owe",
    "payable": "what is owed to suppliers",
    "inventory": "goods in stock",
    "revenue": "sales at home",
    "shipping_revenue": "shipping at home",
    "revenue_oss": "sales to consumers in the EU",
    "revenue_eu_goods": "goods to firms in the EU",
    "revenue_eu_services": "services to firms in the EU",
    "revenue_export": "sales outside the EU",
    "discount_given": "discounts shown as lines of their own",
    "deferred_revenue": "sold, but for a time still to come",
    "gift_card_liability": "gift cards sold and not used",
    "customer_prepayment": "money that came before the invoice",
    "vat_out": "VAT on sales at home",
    "vat_in": "VAT on purchases",
    "vat_reverse_charge": "VAT on purchases for which the buyer accounts",
    "fees": "what gateways and banks charge",
    "rounding": "small differences and cash rounding",
    "fx_difference": "gains and losses of exchange",
    "bad_debt": "what customers never paid",
    "cogs": "cost of goods sold",
    "cost": "what was bought and used",
    "other_income": "income beside sales, such as interest",
}

REVENUE = (
    "revenue",
    "shipping_revenue",
    "discount_given",
    "revenue_oss",
    "revenue_eu_goods",
    "revenue_eu_services",
    "revenue_export",
)
"""Roles of what is sold, wherever."""

_FOREIGN = {
    "OSS": "revenue_oss",
    EU_GOODS: "revenue_eu_goods",
    EU_SERVICES: "revenue_eu_services",
    EXPORT_GOODS: "revenue_export",
    EXPORT_SERVICES: "revenue_export",
}
_OWN = re.compile(r"(?:bank|cost)_[a-z][a-z0-9_]*")
_CODE = re.compile(r"(?:[A-Z]{2}(?:\d+(?:\.\d+)?|RC)|OSS-[A-Z]{2}-\d+(?:\.\d+)?|EUG|EUS|EXP|EXS|IMP|OUT)(?:-IN)?")


def is_role(name: str) -> bool:
    """Is this a role; `vat_oss_DE` is one for each country of the One Stop Shop, `cost_rent` and `bank_savings` are
    names that a project gives to kinds of cost and to further bank accounts.

    >>> is_role("vat_out"), is_role("vat_oss_DE"), is_role("vat_oss_NO"), is_role("cost_rent"), is_role("bank_savings")
    (True, True, False, True, True)
    """
    country = name.removeprefix("vat_oss_")
    return (
        name in ROLES
        or _OWN.fullmatch(name) is not None
        or (country != name and (country in territory.eu() or country == "XI"))
    )


def near_codes(code: str) -> tuple[str, ...]:
    """For a code that names a rate which its country never had: the codes with the rates that it had.

    >>> near_codes("DK1"), near_codes("OSS-SE-24"), near_codes("DK25")
    (('DK0', 'DK25'), ('OSS-SE-6', 'OSS-SE-12', 'OSS-SE-25'), ())
    """
    found = re.fullmatch(r"(OSS-)?([A-Z]{2})-?(\d+(?:\.\d+)?)(-IN)?", code)
    if found is None:
        return ()
    scheme, country, rate, bought = found.groups()
    had = rates.ever(country)
    if not had or Decimal(rate) in had or (Decimal(rate) == 0 and not scheme):
        return ()
    known = had if scheme else (Decimal(0), *had)
    return tuple(f"{scheme or ''}{country}{'-' if scheme else ''}{each.normalize():f}{bought or ''}" for each in known)


def is_code(code: str) -> bool:
    """Does this look like a VAT code of the engine?

    >>> is_code("DK25"), is_code("OSS-FI-25.5"), is_code("DK25-IN"), is_code("U25")
    (True, True, True, False)
    """
    return _CODE.fullmatch(code) is not None


def is_domestic(code: str) -> bool:
    """Is the sale taxed (or zero-rated) in the seller's country?"""
    return code.partition("-")[0] not in {*_FOREIGN, OUT}


def revenue_role(code: str) -> str:
    """Where what is earned under a VAT code goes.

    >>> revenue_role("DK25"), revenue_role("OSS-DE-19"), revenue_role("EUG")
    ('revenue', 'revenue_oss', 'revenue_eu_goods')
    """
    return _FOREIGN.get(code.partition("-")[0], "revenue")


def vat_role(code: str) -> str:
    """Where the VAT of a sale goes; One Stop Shop VAT never to the domestic account.

    >>> vat_role("DK25"), vat_role("OSS-DE-19")
    ('vat_out', 'vat_oss_DE')
    """
    return f"vat_oss_{code.split('-')[1]}" if code.startswith("OSS-") else "vat_out"


def line_role(kind: LineKind, code: str, *, deferred: bool = False, own_discount: bool = False, tip: str) -> str:
    """Where the net amount of a sales line goes. Shipping follows the goods, but has its own account at home."""
    if kind == "gift_card":
        return "gift_card_liability"
    if kind == "rounding":
        return "rounding"
    if kind == "tip" and code == OUT:
        return tip
    if deferred:
        return "deferred_revenue"
    if kind == "discount" and own_discount:
        return "discount_given"
    return "shipping_revenue" if kind == "shipping" and is_domestic(code) else revenue_role(code)
