"""What lines come to: a line's amount, VAT by rate, and the totals of a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from kontering.connectors.dinero.simulator.chart import rate_of
from kontering.connectors.dinero.simulator.state import ZERO, Row, State, cents


@dataclass(frozen=True, slots=True)
class Part:
    """What the lines on one account come to."""

    account: int
    code: str
    net: Decimal
    vat: Decimal


def with_vat(state: State, amount: Decimal, account: int) -> Decimal:
    return cents(amount * (1 + rate_of(state, code_of(state, account))))


def code_of(state: State, account: int) -> str:
    row = state.accounts.get(account)
    return str(row["VatCode"]) if row else "NONE"


def line_amount(state: State, line: Row) -> Decimal:
    """Quantity times price, less the discount in percent; on the side on which the price is."""
    price = Decimal(line.get("BaseAmountValue", 0))
    places = state.habits.price_decimals
    if places is not None:
        price = price.quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN)
    return cents(Decimal(line.get("Quantity", 0)) * price * (1 - Decimal(line.get("Discount", 0)) / 100))


def parts(state: State, lines: Sequence[Row], *, gross: bool) -> list[Part]:
    """Net and VAT of each account; VAT is rounded once a rate, or line by line."""
    priced = [line for line in lines if line.get("LineType", "Product") != "Text"]
    by_line = [(int(line["AccountNumber"]), line_amount(state, line)) for line in priced]
    rates = [rate_of(state, code_of(state, account)) for account, _ in by_line]
    vats = [_vat(amount, rate, gross=gross) for (_, amount), rate in zip(by_line, rates, strict=True)]
    rounded = [state.rounded(vat) for vat in vats] if state.habits.vat_per == "line" else _by_rate(state, rates, vats)
    found: dict[int, list[Decimal]] = {}
    for (account, amount), vat in zip(by_line, rounded, strict=True):
        sums = found.setdefault(account, [ZERO, ZERO])
        sums[0] += amount - vat if gross else amount
        sums[1] += vat
    return [Part(account, code_of(state, account), net, vat) for account, (net, vat) in found.items()]


def _vat(amount: Decimal, rate: Decimal, *, gross: bool) -> Decimal:
    return amount * rate / (1 + rate) if gross else amount * rate


def _by_rate(state: State, rates: Sequence[Decimal], vats: Sequence[Decimal]) -> list[Decimal]:
    """Each line's own VAT; the last line of a rate has what is left of the sum."""
    out = [state.rounded(vat) for vat in vats]
    for rate in dict.fromkeys(rates):
        own = [index for index, one in enumerate(rates) if one == rate]
        whole = state.rounded(sum((vats[index] for index in own), ZERO))
        out[own[-1]] += whole - sum((out[index] for index in own), ZERO)
    return out


def totals(state: State, lines: Sequence[Row], *, gross: bool) -> Row:
    """The totals as the read models have them."""
    found = parts(state, lines, gross=gross)
    net, vat = sum((part.net for part in found), ZERO), sum((part.vat for part in found), ZERO)
    free = sum((part.net for part in found if not rate_of(state, part.code)), ZERO)
    rows = [("SubTotal", net, "Subtotal"), ("Vat", vat, "Moms"), ("Total", net + vat, "Total")]
    return {
        "TotalExclVat": net,
        "TotalVatableAmount": net - free,
        "TotalNonVatableAmount": free,
        "TotalVat": vat,
        "TotalInclVat": net + vat,
        "TotalLines": [
            {"Type": type_, "TotalAmount": amount, "Position": at, "Label": label}
            for at, (type_, amount, label) in enumerate(rows, 1)
        ],
    }


def shown_line(state: State, line: Row, *, gross: bool) -> Row:
    """A line as it is read: both sides of its price."""
    account = int(line.get("AccountNumber", 0))
    rate = rate_of(state, code_of(state, account))
    price, amount = Decimal(line.get("BaseAmountValue", 0)), line_amount(state, line)
    net = (cents(price / (1 + rate)), cents(amount / (1 + rate))) if gross else (price, amount)
    whole = (price, amount) if gross else (cents(price * (1 + rate)), cents(amount * (1 + rate)))
    named = state.accounts.get(account, {})
    return {
        **line,
        "AccountName": named.get("Name", ""),
        "BaseAmountValue": net[0],
        "BaseAmountValueInclVat": whole[0],
        "TotalAmount": net[1],
        "TotalAmountInclVat": whole[1],
    }
