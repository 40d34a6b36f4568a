"""What WooCommerce's checkout makes of a cart: a complete order, as the REST API gives it with dp=6."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from kontering.connectors.woocommerce.simulator.cart import (
    Cart,
    Coupon,
    Fee,
    Item,
    Rate,
    Rules,
    Shipping,
    Sum,
    Sums,
    reckon,
)

Json = dict[str, Any]

VERSION = "9.4.2"
PAID = ("processing", "completed", "refunded")
NOWHERE = ("first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode", "country")
SYMBOLS = {"DKK": "kr.", "EUR": "€", "SEK": "kr", "NOK": "kr", "JPY": "¥", "USD": "$", "GBP": "£"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product as an order line remembers it; `parent` is the name of the product that it is a variation of."""

    id: int
    name: str
    sku: str
    price: Decimal
    tax_class: str = ""
    taxable: bool = True
    variation: int = 0
    parent: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    product: Product
    quantity: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who buys; `customer` 0 is a guest, `ship_to` None the billing address, and an empty one ships nowhere."""

    billing: Mapping[str, str]
    customer: int = 0
    ship_to: Mapping[str, str] | None = None
    note: str = ""

    @property
    def shipping(self) -> Mapping[str, str]:
        return self.billing if self.ship_to is None else self.ship_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    method: str = "quickpay"
    title: str = "Betalingskort"
    transaction: str = ""
    gift_cards: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """Everything that goes into an order."""

    id: int
    number: str
    buyer: Buyer
    sold: tuple[Sold, ...]
    created: datetime
    status: str = "processing"
    currency: str = "DKK"
    payment: Payment = Payment()
    paid: datetime | None = None
    completed: datetime | None = None
    modified: datetime | None = None
    coupons: tuple[Coupon, ...] = ()
    fees: tuple[Fee, ...] = ()
    shipping: tuple[Shipping, ...] = ()
    exempt: bool = False
    via: str = "checkout"
    meta: tuple[tuple[str, Any], ...] = ()


Ids = Iterator[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """The shop at whose checkout an order is made: rules, zone, address, and the next free ids."""

    rules: Rules
    zone: ZoneInfo
    site: str = "https://shop.example"
    lines: Ids = field(default_factory=lambda: count(1))
    metas: Ids = field(default_factory=lambda: count(1))


def cart_of(purchase: Purchase) -> Cart:
    ship_to = purchase.buyer.shipping.get("country") or purchase.buyer.billing["country"]
    return Cart(
        country=ship_to,
        items=tuple(
            Item(
                price=sold.product.price,
                quantity=sold.quantity,
                tax_class=sold.product.tax_class,
                taxable=sold.product.taxable,
            )
            for sold in purchase.sold
        ),
        coupons=purchase.coupons,
        fees=purchase.fees,
        shipping=purchase.shipping,
        exempt=purchase.exempt,
    )


def placed(purchase: Purchase, till: Till) -> Json:
    """The order, every field of it."""
    sums = reckon(cart_of(purchase), till.rules)
    lines = {
        "line_items": [line_item(sold, one, till) for sold, one in zip(purchase.sold, sums.items, strict=True)],
        "tax_lines": tax_lines(sums, till),
        "shipping_lines": [
            shipping_line(s, one, till) for s, one in zip(purchase.shipping, sums.shipping, strict=True)
        ],
        "fee_lines": [fee_line(fee, one, till) for fee, one in zip(purchase.fees, sums.fees, strict=True)],
        "coupon_lines": [coupon_line(c, one, till) for c, one in zip(purchase.coupons, sums.coupons, strict=True)],
    }
    cards = [
        {"id": next(till.lines), "code": code, "amount": six(amount)} for code, amount in purchase.payment.gift_cards
    ]
    with_cards: Json = {"gift_cards": cards} if cards else {}
    return {
        **_header(purchase),
        **_dates(purchase, till),
        **_amounts(purchase, sums, till.rules),
        **_buyer(purchase),
        **_payment(purchase, till),
        "cart_hash": f"{purchase.id * 2654435761 % 2**128:032x}",
        "meta_data": [meta(key, value, till) for key, value in _metas(purchase)],
        **lines,
        "refunds": [],
        **with_cards,
        **_flags(purchase, sums, till),
    }


def _header(purchase: Purchase) -> Json:
    return {
        "id": purchase.id,
        "parent_id": 0,
        "number": purchase.number,
        "order_key": f"wc_order_{purchase.id * 7919 % 10**9:09d}",
        "created_via": purchase.via,
        "version": VERSION,
        "status": purchase.status,
        "currency": purchase.currency,
    }


def _dates(purchase: Purchase, till: Till) -> Json:
    changed = purchase.modified or purchase.completed or purchase.paid or purchase.created
    return {**both("date_created", purchase.created, till.zone), **both("date_modified", changed, till.zone)}


def _amounts(purchase: Purchase, sums: Sums, rules: Rules) -> Json:
    cart_tax, shipping_tax = sum(sums.cart_taxes.values()), sum(sums.shipping_taxes.values())
    in_cards = sum(amount for _, amount in purchase.payment.gift_cards)
    return {
        "discount_total": six(sums.discount.total),
        "discount_tax": six(sums.discount.total_tax),
        "shipping_total": six(sums.shipping_total),
        "shipping_tax": six(shipping_tax),
        "cart_tax": six(cart_tax),
        "total": six(sums.total - in_cards),
        "total_tax": six(cart_tax + shipping_tax),
        "prices_include_tax": rules.prices_include_tax,
    }


def _buyer(purchase: Purchase) -> Json:
    ship_to = purchase.buyer.shipping
    return {
        "customer_id": purchase.buyer.customer,
        "customer_ip_address": f"203.0.113.{purchase.id % 250 + 1}",
        "customer_user_agent": "Mozilla/5.0 (compatible; Kassen/4.0)",
        "customer_note": purchase.buyer.note,
        "billing": address(purchase.buyer.billing, ("email", "phone")),
        "shipping": address(ship_to, ("phone",)),
    }


def _payment(purchase: Purchase, till: Till) -> Json:
    return {
        "payment_method": purchase.payment.method,
        "payment_method_title": purchase.payment.title,
        "transaction_id": purchase.payment.transaction,
        **both("date_paid", purchase.paid, till.zone),
        **both("date_completed", purchase.completed, till.zone),
    }


def _metas(purchase: Purchase) -> Iterator[tuple[str, Any]]:
    yield "is_vat_exempt", "yes" if purchase.exempt else "no"
    yield from purchase.meta


def _flags(purchase: Purchase, sums: Sums, till: Till) -> Json:
    unpaid = purchase.status in ("pending", "failed") and sums.total > 0
    key = f"wc_order_{purchase.id * 7919 % 10**9:09d}"
    return {
        "payment_url": f"{till.site}/checkout/order-pay/{purchase.id}/?pay_for_order=true&key={key}",
        "is_editable": purchase.status in ("pending", "on-hold", "auto-draft"),
        "needs_payment": unpaid,
        "needs_processing": any(sold.product.tax_class != "digital" for sold in purchase.sold),
        "currency_symbol": SYMBOLS.get(purchase.currency, purchase.currency),
        "_links": links(f"{till.site}/wp-json/wc/v3", "orders", purchase.id, purchase.buyer.customer),
    }


def line_item(sold: Sold, one: Sum, till: Till) -> Json:
    product = sold.product
    return {
        "id": next(till.lines),
        "name": product.name,
        "product_id": product.id,
        "variation_id": product.variation,
        "quantity": number(sold.quantity),
        "tax_class": product.tax_class,
        "subtotal": six(one.subtotal),
        "subtotal_tax": six(one.subtotal_tax),
        "total": six(one.total),
        "total_tax": six(one.total_tax),
        "taxes": [
            {"id": rate, "total": short(tax), "subtotal": short(one.subtotal_taxes[rate])}
            for rate, tax in one.taxes.items()
        ],
        "meta_data": [shown_meta(key, value, till) for key, value in product.options.items()],
        "sku": product.sku,
        "global_unique_id": "",
        "price": price(one.total, sold.quantity),
        "image": {"id": "", "src": ""},
        "parent_name": product.parent,
    }


def shipping_line(shipping: Shipping, one: Sum, till: Till) -> Json:
    return {
        "id": next(till.lines),
        "method_title": shipping.title,
        "method_id": shipping.method,
        "instance_id": shipping.instance,
        "total": six(one.total),
        "total_tax": six(one.total_tax),
        "taxes": exact(one),
        "tax_status": "taxable",
        "meta_data": [],
    }


def fee_line(fee: Fee, one: Sum, till: Till) -> Json:
    return {
        "id": next(till.lines),
        "name": fee.name,
        "tax_class": fee.tax_class,
        "tax_status": "taxable" if fee.taxable else "none",
        "amount": short(fee.amount),
        "total": six(one.total),
        "total_tax": six(one.total_tax),
        "taxes": exact(one),
        "meta_data": [],
    }


def coupon_line(coupon: Coupon, one: Sum, till: Till) -> Json:
    return {
        "id": next(till.lines),
        "code": coupon.code,
        "discount": short(one.total),
        "discount_tax": short(one.total_tax),
        "meta_data": [],
        "discount_type": coupon.kind,
        "nominal_amount": number(coupon.amount),
        "free_shipping": coupon.free_shipping,
    }


def tax_lines(sums: Sums, till: Till) -> list[Json]:
    used = dict.fromkeys([*sums.cart_taxes, *sums.shipping_taxes])
    return [tax_line(rate, sums, till) for rate in till.rules.rates if rate.id in used]


def tax_line(rate: Rate, sums: Sums, till: Till) -> Json:
    return {
        "id": next(till.lines),
        "rate_code": rate.code,
        "rate_id": rate.id,
        "label": rate.name,
        "compound": False,
        "tax_total": six(sums.cart_taxes.get(rate.id, Decimal(0))),
        "shipping_tax_total": six(sums.shipping_taxes.get(rate.id, Decimal(0))),
        "rate_percent": number(rate.percent),
        "meta_data": [],
    }


def exact(one: Sum) -> list[Json]:
    return [{"id": rate, "total": short(tax), "subtotal": ""} for rate, tax in one.taxes.items()]


def meta(key: str, value: Any, till: Till) -> Json:
    return {"id": next(till.metas), "key": key, "value": value}


def shown_meta(key: str, value: Any, till: Till) -> Json:
    return {**meta(key, value, till), "display_key": key, "display_value": value}


def address(given: Mapping[str, str], more: tuple[str, ...]) -> Json:
    return {name: given.get(name, "") for name in (*NOWHERE, *more)}


def both(name: str, at: datetime | None, zone: ZoneInfo) -> Json:
    """A time twice: in the shop's zone and in UTC, neither with an offset."""
    local = at.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S") if at else None
    return {name: local, f"{name}_gmt": at.strftime("%Y-%m-%dT%H:%M:%S") if at else None}


def links(api: str, what: str, id_: int, customer: int = 0) -> Json:
    own = {"self": [{"href": f"{api}/{what}/{id_}"}], "collection": [{"href": f"{api}/{what}"}]}
    return own | ({"customer": [{"href": f"{api}/customers/{customer}"}]} if customer else {})


def six(amount: Decimal | int) -> str:
    """As `dp=6` writes it.

    >>> six(Decimal("199.84"))
    '199.840000'
    """
    return f"{Decimal(amount).quantize(Decimal('0.000001'), ROUND_HALF_UP) + 0:f}"


def short(amount: Decimal) -> str:
    """Up to six decimals, without the zeros at the end.

    >>> short(Decimal("2.300000")), short(Decimal("40.00"))
    ('2.3', '40')
    """
    text = six(amount)
    return text.rstrip("0").rstrip(".") or "0"


def number(value: Decimal) -> int | Decimal:
    """A JSON number as PHP writes it: 25, 25.5."""
    return int(value) if value == value.to_integral_value() else value.normalize()


def price(total: Decimal, quantity: Decimal) -> int | Decimal:
    """One piece after coupons, a float in PHP: some sixteen digits."""
    each = total / quantity if quantity else Decimal(0)
    return number(Decimal(f"{each:.15g}"))
