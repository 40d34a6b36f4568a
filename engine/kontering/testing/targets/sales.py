"""The sales and refunds that the contract delivers: small, with round prices, of one customer."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Json = dict[str, Any]

DAY = "2026-03-02"
BUYER: Mapping[str, str] = {
    "id": "7",
    "kind": "consumer",
    "name": "Asta Lindgaard",
    "email": "asta@example.dk",
    "street": "Havnegade 4",
    "postcode": "5000",
    "city": "Odense C",
    "country": "DK",
}
MUG: Mapping[str, str] = {"sku": "MUG", "name": "Enamel mug"}


def line(amount: str = "250.00", *, quantity: str = "2", **other: Any) -> Json:
    """A line with 25 % VAT in its amount."""
    vat = (Decimal(amount) / 5).quantize(Decimal("0.01"), ROUND_HALF_UP)
    own = {"id": "1", "kind": "goods", **MUG, "text": "Enamel mug", "quantity": quantity, "amount": amount}
    return own | {"rate": "25", "vat": str(vat)} | other


def sale(number: str = "1001", *lines: Json, paid: str | None = None, **other: Any) -> Json:
    """A sale that is paid in full, or `paid` only; with `state="open"` it is a draft."""
    rows = [{**row, "id": str(place)} for place, row in enumerate(lines or (line(),), 1)]
    total = sum((Decimal(row["amount"]) for row in rows), Decimal(0))
    money = total if paid is None else Decimal(paid)
    payments = [{"method": "card", "date": other.get("date", DAY), "amount": str(money)}] if money else []
    made = {"number": number, "state": "paid", "date": DAY, "currency": "DKK", "prices": "gross"}
    return made | {"customer": dict(BUYER), "lines": rows, "payments": payments, "total": str(total)} | other


def buyer(**other: Any) -> Json:
    return {**BUYER, **other}


def refund(number: str, of: str, *lines: Json, **other: Any) -> Json:
    """A refund of a sale, paid back; its lines are those of the sale, or fewer."""
    made = sale(number, *lines, **other)
    return made | {"of": of, "lines": [row | {"of": row["id"]} for row in made["lines"]]}
