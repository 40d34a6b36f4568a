"""Complete rows of the shop's other tables: products, variations, customers, tax rates, subscriptions."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from decimal import Decimal
from typing import Any

from kontering.connectors.woocommerce.simulator.cart import Rate
from kontering.connectors.woocommerce.simulator.checkout import Buyer, Json, Product, address
from kontering.connectors.woocommerce.simulator.shop import stamp

_ONLY_ORDERS = ("transaction_id", "cart_hash", "refunds", "gift_cards", "related")
_PLAIN: Json = {
    "type": "simple",
    "status": "publish",
    "featured": False,
    "catalog_visibility": "visible",
    "description": "",
    "short_description": "",
    "global_unique_id": "",
    "sale_price": "",
    "date_on_sale_from": None,
    "date_on_sale_from_gmt": None,
    "date_on_sale_to": None,
    "date_on_sale_to_gmt": None,
    "on_sale": False,
    "purchasable": True,
    "total_sales": 0,
    "downloadable": False,
    "downloads": [],
    "download_limit": -1,
    "download_expiry": -1,
    "external_url": "",
    "button_text": "",
    "sold_individually": False,
    "dimensions": {"length": "", "width": "", "height": ""},
    "shipping_class": "",
    "shipping_class_id": 0,
    "reviews_allowed": True,
    "average_rating": "0.00",
    "rating_count": 0,
    "upsell_ids": [],
    "cross_sell_ids": [],
    "parent_id": 0,
    "purchase_note": "",
    "categories": [],
    "tags": [],
    "images": [],
    "attributes": [],
    "default_attributes": [],
    "variations": [],
    "grouped_products": [],
    "menu_order": 0,
    "related_ids": [],
    "has_options": False,
    "post_password": "",
}
"""What a simple product has as long as nobody has said otherwise."""


def product(
    one: Product,
    made: datetime,
    *,
    stock: int | None = None,
    virtual: bool = False,
    meta: Mapping[str, Any] | None = None,
) -> Json:
    """A simple product, every field of it."""
    slug = one.name.lower().replace(" ", "-")
    amount = f"{one.price:f}"
    return {
        **deepcopy(_PLAIN),
        "id": one.id,
        "name": one.name,
        "slug": slug,
        "permalink": f"https://shop.example/product/{slug}/",
        **_made(made),
        "sku": one.sku,
        "price": amount,
        "regular_price": amount,
        "virtual": virtual,
        "tax_status": "taxable" if one.taxable else "none",
        "tax_class": one.tax_class,
        **_stock(stock),
        "weight": "" if virtual else "0.5",
        "shipping_required": not virtual,
        "shipping_taxable": not virtual,
        "price_html": f"<bdi>{amount}</bdi>",
        "meta_data": [
            {"id": one.id * 100 + place, "key": key, "value": value}
            for place, (key, value) in enumerate((meta or {}).items())
        ],
        "stock_status": "instock" if stock is None or stock > 0 else "outofstock",
    }


def variable(id_: int, name: str, variations: Mapping[int, Json], made: datetime) -> Json:
    """A product whose variations are sold; it has no price of its own."""
    row = product(Product(id=id_, name=name, sku="", price=Decimal(0)), made)
    names = {part["name"] for one in variations.values() for part in one["attributes"]}
    choices = [
        {
            "id": 0,
            "name": attribute,
            "position": 0,
            "visible": True,
            "variation": True,
            "options": [
                part["option"] for one in variations.values() for part in one["attributes"] if part["name"] == attribute
            ],
        }
        for attribute in sorted(names)
    ]
    prices = {"price": min(one["price"] for one in variations.values()), "regular_price": ""}
    return {
        **row,
        **prices,
        "type": "variable",
        "variations": list(variations),
        "attributes": choices,
        "has_options": True,
    }


def variation(one: Product, made: datetime, *, stock: int | None = None) -> Json:
    """One variation of the product `one.id`; its own id is `one.variation`."""
    row = product(one, made, stock=stock)
    chosen = [{"id": 0, "name": name, "option": option} for name, option in one.options.items()]
    return {**row, "id": one.variation, "type": "variation", "parent_id": one.id, "attributes": chosen}


def customer(buyer: Buyer, made: datetime) -> Json:
    """A registered buyer."""
    billing = address(buyer.billing, ("email", "phone"))
    return {
        "id": buyer.customer,
        **_made(made),
        "email": billing["email"],
        "first_name": billing["first_name"],
        "last_name": billing["last_name"],
        "role": "customer",
        "username": billing["email"].partition("@")[0],
        "billing": billing,
        "shipping": address(buyer.shipping, ("phone",)),
        "is_paying_customer": True,
        "avatar_url": "",
        "meta_data": [],
    }


def tax(rate: Rate) -> Json:
    """A row of the tax table."""
    return {
        "id": rate.id,
        "country": rate.country,
        "state": "",
        "postcode": "",
        "city": "",
        "rate": f"{rate.percent:.4f}",
        "name": rate.name,
        "priority": 1,
        "compound": False,
        "shipping": rate.shipping,
        "order": rate.id,
        "class": rate.tax_class or "standard",
        "postcodes": [],
        "cities": [],
    }


def subscription(order: Json, id_: int, **dates: str) -> Json:
    """A subscription from its first order: the same lines and sums, and when it is due."""
    copied = {name: value for name, value in order.items() if name not in _ONLY_ORDERS}
    return {
        **copied,
        "id": id_,
        "parent_id": order["id"],
        "number": str(id_),
        "status": "active",
        "billing_period": "month",
        "billing_interval": "1",
        "trial_period": "",
        "suspension_count": 0,
        "requires_manual_renewal": False,
        "start_date_gmt": order["date_created_gmt"],
        "trial_end_date_gmt": "",
        "next_payment_date_gmt": "",
        "last_payment_date_gmt": order.get("date_paid_gmt") or "",
        "cancelled_date_gmt": "",
        "end_date_gmt": "",
        "payment_retry_date_gmt": "",
        "resubscribed_from": "",
        "resubscribed_subscription": "",
        "removed_line_items": [],
        **dates,
    }


def _made(at: datetime) -> Json:
    return {
        "date_created": stamp(at),
        "date_created_gmt": stamp(at),
        "date_modified": stamp(at),
        "date_modified_gmt": stamp(at),
    }


def _stock(stock: int | None) -> Json:
    return {
        "manage_stock": stock is not None,
        "stock_quantity": stock,
        "backorders": "no",
        "backorders_allowed": False,
        "backordered": False,
        "low_stock_amount": None,
    }
