"""What a sample order is made of: a purchase, what it shows, and what was done to it afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from kontering.connectors.woocommerce.sample import goods
from kontering.connectors.woocommerce.simulator.cart import Rules, Shipping
from kontering.connectors.woocommerce.simulator.checkout import Buyer, Payment, Product, Purchase, Sold

GLS = Shipping(title="GLS pakkeshop", cost=Decimal("31.20"), instance="2")
ABROAD = Shipping(title="Pakke til udlandet", cost=Decimal("71.20"), instance="3")
FREE = Shipping(title="Gratis fragt", cost=Decimal(0), method="free_shipping", instance="4")
CARD = Payment()
MOBILEPAY = Payment(method="mobilepay", title="MobilePay")
TRANSFER = Payment(method="bacs", title="Bankoverførsel")
ON_ACCOUNT = Payment(method="ean", title="Faktura (EAN)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunding:
    """What is given back of an order: line places with quantities, shipping, or only an amount."""

    reason: str
    items: tuple[tuple[int, int], ...] = ()
    shipping: bool = False
    amount: str | None = None
    after: timedelta = timedelta(days=9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An order, what it shows, the rules of the shop that made it, and what was done to it afterwards."""

    slug: str
    shows: str
    purchase: Purchase
    rules: Rules = goods.GROSS
    refunds: tuple[Refunding, ...] = ()
    edits: tuple[tuple[str, Any], ...] = ()
    forgotten: bool = False


def sold(*pairs: tuple[Product, int | str]) -> tuple[Sold, ...]:
    return tuple(Sold(product=product, quantity=Decimal(quantity)) for product, quantity in pairs)


def order(
    buyer: Buyer,
    day: str,
    *pairs: tuple[Product, int | str],
    status: str = "completed",
    paid: bool = True,
    shipping: Shipping | None = GLS,
    **more: Any,
) -> Purchase:
    """An order of that UTC time; it is paid seven seconds later, and completed the next day."""
    created = datetime.fromisoformat(day).replace(tzinfo=UTC)
    completed = created + timedelta(hours=26, minutes=11) if status == "completed" else None
    return Purchase(
        id=0,
        number="",
        buyer=buyer,
        sold=sold(*pairs),
        created=created,
        paid=created + timedelta(seconds=7) if paid else None,
        completed=completed,
        status=status,
        shipping=(shipping,) if shipping else (),
        **more,
    )
