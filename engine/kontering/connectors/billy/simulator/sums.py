"""What an invoice comes to: lines rounded to two decimals, tax once for the whole, on the side of its tax mode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from kontering.connectors.billy.simulator.state import ZERO, Row, State, cents


def line_amount(row: Mapping[str, object]) -> Decimal:
    """Quantity times price, less its discount; both parts rounded."""
    amount = cents(_number(row.get("quantity", 1)) * _number(row.get("unitPrice")))
    discount = _number(row.get("discountValue"))
    match row.get("discountMode"):
        case "percent":
            return amount - cents(amount * discount / 100)
        case "cash":
            return amount - cents(discount)
    return amount


def exact_tax(amount: Decimal, rate: Decimal, mode: str) -> Decimal:
    """A line's tax, unrounded; `rate` is a fraction."""
    return amount * rate / (1 + rate) if mode == "incl" else amount * rate


def totals(lines: Sequence[tuple[Decimal, Decimal]], mode: str) -> tuple[Decimal, Decimal]:
    """Net and tax of lines with their rates.

    >>> totals([(Decimal("1.02"), Decimal("0.25"))] * 5, "excl")
    (Decimal('5.10'), Decimal('1.28'))
    >>> totals([(Decimal("1199.88"), Decimal("0.25"))], "incl")
    (Decimal('959.90'), Decimal('239.98'))
    """
    amount = sum((amount for amount, _ in lines), ZERO)
    tax = cents(sum((exact_tax(amount, rate, mode) for amount, rate in lines), ZERO))
    return (amount - tax if mode == "incl" else amount), tax


def by_rate(lines: Sequence[tuple[str | None, Decimal, Decimal]], mode: str, tax: Decimal) -> dict[str | None, Decimal]:
    """The tax of each rate, rounded by itself; what is left over goes to the first."""
    exact: dict[str | None, Decimal] = {}
    for rate_id, amount, rate in lines:
        exact[rate_id] = exact.get(rate_id, ZERO) + exact_tax(amount, rate, mode)
    found = {rate_id: cents(amount) for rate_id, amount in exact.items()}
    for rate_id in found:
        found[rate_id] += tax - sum(found.values(), ZERO)
        break
    return found


def fraction(state: State, tax_rate: str | None) -> Decimal:
    """A tax rate as a fraction, however it is kept."""
    row = state.get("taxRates", tax_rate)
    rate = Decimal(row["rate"]) if row else ZERO
    return rate / 100 if state.habits.percent else rate


def sales_tax(state: State, product: Row, contact: Row) -> str | None:
    """The tax rate of a product sold to a contact: the first rule of its ruleset that fits, else the fallback."""
    ruleset = state.get("salesTaxRulesets", product.get("salesTaxRulesetId"))
    if ruleset is None:
        return None
    rules = state.below("salesTaxRules", "rulesetId", ruleset["id"])
    for rule in sorted(rules, key=lambda one: one.get("priority") or 0):
        if _fits(state, rule, contact):
            return _text(rule.get("taxRateId"))
    return _text(ruleset.get("fallbackTaxRateId"))


def _fits(state: State, rule: Row, contact: Row) -> bool:
    country = contact["countryId"]
    group = state.get("countryGroups", rule.get("countryGroupId"))
    return (
        rule.get("countryId") in (None, country)
        and (group is None or country in str(group["memberCountryIds"]).split(","))
        and rule.get("contactType") in (None, "", contact.get("type"))
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _number(value: object) -> Decimal:
    return Decimal(str(value)) if value is not None else ZERO
