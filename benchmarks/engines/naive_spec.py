"""The shipped WooCommerce mapping in the words of json, JMESPath and Jinja, for the naive engine."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

PARAMS = {
    "timezone": "Europe/Copenhagen",
    "shipping_product": "SHIP",
    "fee_product": "FEE",
    "gift_card_prefix": "GIFT",
    "reference_key": "_billing_reference",
    "vat_number_key": "_billing_vat_number",
    "ean_key": "_billing_ean",
    "supply": "goods",
}
META = "order.meta_data[?key == '{}'].value | [0]"
LETS: dict[str, Any] = {
    "gross": "order.prices_include_tax",
    "gift_cards": "order.gift_cards || `[]`",
    "gift_amount": ("calc", "let.gift_cards | total('amount')"),
    "rounding": "order.related.settings.woocommerce_tax_round_at_subtotal || 'no'",
    "subscription": META.format("_subscription_renewal"),
    "vat_number": "order.meta_data[?key == $param.vat_number_key].value | [0]",
    "ean": "order.meta_data[?key == $param.ean_key].value | [0]",
    "person": ("text", "{{ order.billing.first_name or '' }} {{ order.billing.last_name or '' }}"),
    "paid": "order.date_paid_gmt || order.date_created_gmt",
}
ADDRESS = {
    "street": "order.billing.address_1",
    "street2": "order.billing.address_2",
    "postcode": "order.billing.postcode",
    "city": "order.billing.city",
    "region": "order.billing.state",
    "country": "order.billing.country",
}
KIND = "'public' if let.ean else 'business' if let.vat_number else 'consumer'"
CUSTOMER = {
    "external_id": ("when", "order.customer_id != 0", ("calc", "order.customer_id | string")),
    "kind": ("calc", KIND),
    "name": "order.billing.company || let.person",
    "contact": ("when", "order.billing.company", "let.person"),
    "email": "order.billing.email",
    "phone": "order.billing.phone",
    "vat_number": "let.vat_number",
    "ean": "let.ean",
    "address": ADDRESS,
}
PERSON = "{{ order.shipping.company or (order.shipping.first_name or '') ~ ' ' ~ (order.shipping.last_name or '') }}"
SHIP_TO = {
    "name": ("text", PERSON),
    "street": "order.shipping.address_1",
    "street2": "order.shipping.address_2",
    "postcode": "order.shipping.postcode",
    "city": "order.shipping.city",
    "region": "order.shipping.state",
    "country": "order.shipping.country",
}
DISCOUNT = "(item.subtotal | decimal) - (item.total | decimal) + (let.tax_before - let.tax if let.gross else 0)"


RATE = {
    "rate": ("when", "let.rate is not none", ("calc", "let.rate | decimal")),
    "vat": ("calc", "tax.total | decimal"),
}


def rates(of: str) -> list[dict[str, Any]]:
    """The taxes of a line, each with the percentage that the order has for it."""
    rate = "order.tax_lines[?rate_id == $tax.id].rate_percent | [0]"
    return [{"each": f"{of}.taxes[?total]", "as": "tax", "let": {"rate": rate}, "fields": RATE}]


def extra(name: str, path: str, kind: Any, product: str, text: str) -> dict[str, Any]:
    """A shipping or fee line."""
    return {
        "each": path,
        "as": name,
        "let": {"tax": ("calc", f"{name}.taxes | total('total')")},
        "when": f"({name}.total | decimal) != 0",
        "fields": {
            "id": ("calc", f"{name}.id | string"),
            "kind": kind,
            "product": {"sku": product, "name": f"{name}.{text}"},
            "description": f"{name}.{text}",
            "quantity": ("const", Decimal(1)),
            "amount": ("calc", f"({name}.total | decimal) + let.tax if let.gross else {name}.total | decimal"),
            "taxes": rates(name),
        },
    }


def items(description: Any) -> dict[str, Any]:
    return {
        "each": "order.line_items",
        "as": "item",
        "let": {
            "tax": ("calc", "item.taxes | total('total')"),
            "tax_before": ("calc", "item.taxes | total('subtotal')"),
            "gift": ("calc", "(item.sku or '-').startswith(param.gift_card_prefix)"),
        },
        "fields": {
            "id": ("calc", "item.id | string"),
            "kind": ("calc", "'gift_card' if let.gift else 'subscription' if let.subscription else 'goods'"),
            "supply": ("when", "not let.gift", "param.supply"),
            "product": {
                "external_id": ("calc", "(item.variation_id or item.product_id) | string"),
                "sku": "item.sku",
                "name": "item.name",
            },
            "description": description,
            "quantity": ("calc", "item.quantity | decimal if item.quantity != 0 else 1"),
            "amount": ("calc", "(item.total | decimal) + let.tax if let.gross else item.total | decimal"),
            "discount": ("calc", DISCOUNT),
            "taxes": rates("item"),
        },
    }


FEE = ("calc", "'fee' if (fee.total | decimal) > 0 else 'discount'")
PAYMENTS = [
    {
        "each": "let.gift_cards",
        "as": "card",
        "fields": {
            "method": ("const", "gift_card"),
            "date": ("calc", "let.paid | day(param.timezone)"),
            "amount": ("calc", "card.amount | decimal"),
            "reference": "card.code",
        },
    },
    {
        "when": "order.date_paid_gmt and (order.total | decimal) != 0",
        "fields": {
            "method": "order.payment_method",
            "date": ("calc", "order.date_paid_gmt | day(param.timezone)"),
            "amount": ("calc", "order.total | decimal"),
            "reference": "order.transaction_id",
        },
    },
]
TOTALS = {
    "gross": ("calc", "(order.total | decimal) + let.gift_amount"),
    "vat": ("calc", "order.total_tax | decimal"),
    "rates": [
        {
            "each": "order.tax_lines",
            "as": "tax",
            "fields": {
                "rate": ("when", "tax.rate_percent is not none", ("calc", "tax.rate_percent | decimal")),
                "vat": ("calc", "(tax.tax_total | decimal) + (tax.shipping_tax_total | decimal)"),
            },
        }
    ],
}
ODD_TEXT = (
    "{{ item.quantity }} x {{ item.name | upper }}"
    "{% for tax in item.taxes %}{% if tax.total %} [{{ loop.index }}: {{ tax.total }}]{% endif %}{% endfor %}"
)
ODD_NOTE = (
    "{% for item in order.line_items %}{% if loop.index > 1 %}, {% endif %}{{ item.sku or item.name }}{% endfor %}"
)


def spec(odd: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Lets and fields: of the shipped mapping, or of the odd one that extends it."""
    description: Any = ("text", ODD_TEXT) if odd else "item.name"
    fields = {
        "number": "order.number",
        "state": "order.status",
        "date": ("calc", "let.paid | day(param.timezone)"),
        "currency": "order.currency",
        "prices": ("calc", "'gross' if let.gross else 'net'"),
        "rounding": {
            "per": ("calc", "'rate' if let.rounding == 'yes' else 'line'"),
            "half": ("calc", "'down' if let.gross else 'up'"),
        },
        "customer": CUSTOMER,
        "ship_to": ("when", "order.shipping.country", SHIP_TO),
        "reference": "order.meta_data[?key == $param.reference_key].value | [0]",
        "subscription": "let.subscription",
        "note": ("text", ODD_NOTE) if odd else "order.customer_note",
        "lines": [
            items(description),
            extra("ship", "order.shipping_lines", ("const", "shipping"), "param.shipping_product", "method_title"),
            extra("fee", "order.fee_lines", FEE, "param.fee_product", "name"),
        ],
        "payments": PAYMENTS,
        "totals": TOTALS,
    }
    return LETS, fields
