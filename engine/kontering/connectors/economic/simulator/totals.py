"""What lines come to: net by line, VAT by the code that product group and zone lead to, both in two currencies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from kontering.connectors.economic.simulator.state import ZERO, Row, State, cents


def totals(state: State, lines: Iterable[Row], zone: int, exchange_rate: Decimal) -> Row:
    """Net, VAT and gross of lines, in the invoice's currency and in the base currency."""
    nets, vats = per_code(state, lines, zone)
    net = sum(nets.values(), ZERO)
    vat = sum(vats.values(), ZERO)
    cost = sum((line.get("unitCostPrice", ZERO) * line.get("quantity", ZERO) for line in lines), ZERO)
    in_base = cents(net * exchange_rate / 100)
    return {
        "netAmount": net,
        "vatAmount": vat,
        "grossAmount": net + vat,
        "roundingAmount": ZERO,
        "netAmountInBaseCurrency": in_base,
        "grossAmountInBaseCurrency": cents((net + vat) * exchange_rate / 100),
        "costPriceInBaseCurrency": cents(cost),
        "marginInBaseCurrency": in_base - cents(cost),
        "marginPercentage": cents((in_base - cost) / in_base * 100) if in_base else ZERO,
    }


def vat_code(state: State, line: Mapping[str, Any], zone: int) -> str | None:
    """The VAT code of a line: product, its group, the group's account in the zone, that account's code."""
    account = revenue_account(state, line, zone)
    row = state.table("accounts").get(account, {})
    code: str | None = row.get("vatAccount", {}).get("vatCode")
    return code


def revenue_account(state: State, line: Mapping[str, Any], zone: int) -> int | None:
    item = state.products.get(line.get("product", {}).get("productNumber"), {})
    return state.sales_accounts.get((item.get("productGroup", {}).get("productGroupNumber"), zone))


def rate_of(state: State, code: str | None) -> Decimal:
    return Decimal(state.table("vat-accounts").get(code, {}).get("ratePercentage", 0))


def per_code(
    state: State, lines: Iterable[Row], zone: int
) -> tuple[dict[str | None, Decimal], dict[str | None, Decimal]]:
    """Net and VAT by VAT code; whether VAT is rounded by line or on the sum is a habit."""
    nets: dict[str | None, Decimal] = {}
    vats: dict[str | None, Decimal] = {}
    for line in lines:
        code = vat_code(state, line, zone)
        net = line.get("totalNetAmount", ZERO)
        exact = net * rate_of(state, code) / 100
        nets[code] = nets.get(code, ZERO) + net
        vats[code] = vats.get(code, ZERO) + (state.rounded(exact) if state.habits.vat_per == "line" else exact)
    return nets, {code: state.rounded(vat) for code, vat in vats.items()}


def priced(state: State, line: Row) -> Row:
    if "quantity" not in line:
        return line
    share = 1 - Decimal(line.get("discountPercentage", 0)) / 100
    net = state.rounded(Decimal(line["quantity"]) * Decimal(line.get("unitNetPrice", 0)) * share)
    return {"unitNetPrice": ZERO, "discountPercentage": ZERO, **line, "totalNetAmount": net}
