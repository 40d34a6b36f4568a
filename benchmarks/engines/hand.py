"""The same mapping written by hand for speed: typed classes, plain Python, and jsonschema-rs on the result."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema_rs
import msgspec

from kontering.mapping.records import document_schema

ZONE = ZoneInfo("Europe/Copenhagen")
ZERO, ONE = Decimal(0), Decimal(1)


class Tax(msgspec.Struct):
    id: int
    total: str = ""
    subtotal: str = ""


class Item(msgspec.Struct):
    id: int
    name: str
    product_id: int
    variation_id: int
    quantity: int
    subtotal: str
    total: str
    taxes: list[Tax]
    sku: str | None = None


class Extra(msgspec.Struct):
    """A shipping or fee line."""

    id: int
    total: str
    taxes: list[Tax]
    name: str = ""
    method_title: str = ""


class TaxLine(msgspec.Struct):
    rate_id: int
    tax_total: str
    shipping_tax_total: str
    rate_percent: Decimal | None = None


class Meta(msgspec.Struct):
    key: str
    value: Any = None


class Person(msgspec.Struct):
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    address_1: str = ""
    address_2: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""
    email: str = ""
    phone: str = ""


class Card(msgspec.Struct):
    code: str
    amount: str


class Settings(msgspec.Struct):
    woocommerce_tax_round_at_subtotal: str = "no"


class Related(msgspec.Struct):
    settings: Settings = msgspec.field(default_factory=Settings)


class Order(msgspec.Struct):
    number: str
    status: str
    currency: str
    total: str
    total_tax: str
    prices_include_tax: bool
    customer_id: int
    billing: Person
    shipping: Person
    payment_method: str
    transaction_id: str
    customer_note: str
    date_created_gmt: str
    meta_data: list[Meta]
    line_items: list[Item]
    tax_lines: list[TaxLine]
    shipping_lines: list[Extra]
    fee_lines: list[Extra]
    date_paid_gmt: str | None = None
    gift_cards: list[Card] = msgspec.field(default_factory=list)
    related: Related = msgspec.field(default_factory=Related)


Json = dict[str, Any]


def engine(odd: bool) -> Any:
    """JSON bytes to JSON bytes by code that was written for this one mapping."""
    decode = msgspec.json.Decoder(Order, float_hook=Decimal).decode
    encode = msgspec.json.Encoder().encode
    validator = jsonschema_rs.validator_for(_judged(dict(document_schema("invoice") or {})))

    def run(data: bytes) -> bytes:
        made = encode(invoice(decode(data), odd))
        validator.validate(msgspec.json.decode(made))
        return made

    return run


def _judged(schema: Any) -> Any:
    """The schema for what is written: decimals as texts, so that their digits are kept."""
    if isinstance(schema, list):
        return [_judged(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    judged = {name: _judged(part) for name, part in schema.items() if name not in ("$schema", "$id")}
    return {**judged, "type": "string"} if schema.get("format") == "decimal" else judged


def invoice(order: Order, odd: bool) -> Json:
    meta = {each.key: each.value for each in order.meta_data}
    rates = {tax.rate_id: tax.rate_percent for tax in order.tax_lines}
    gross, total = order.prices_include_tax, Decimal(order.total)
    cards = sum((Decimal(card.amount) for card in order.gift_cards), ZERO)
    renewal = meta.get("_subscription_renewal")
    lines = [goods(item, gross, renewal, rates, odd) for item in order.line_items]
    lines += [
        extra(ship, "shipping", "SHIP", ship.method_title, gross, rates)
        for ship in order.shipping_lines
        if Decimal(ship.total)
    ]
    for fee in order.fee_lines:
        if amount := Decimal(fee.total):
            lines.append(extra(fee, "fee" if amount > 0 else "discount", "FEE", fee.name, gross, rates))
    made: Json = {
        "number": order.number,
        "state": order.status,
        "date": day(order.date_paid_gmt or order.date_created_gmt),
        "currency": order.currency,
        "prices": "gross" if gross else "net",
        "rounding": rounding(order),
        "customer": customer(order, meta),
    }
    if order.shipping.country:
        made["ship_to"] = ship_to(order.shipping)
    note = ", ".join(item.sku or item.name for item in order.line_items) if odd else order.customer_note
    put(made, reference=meta.get("_billing_reference"), subscription=renewal, note=note)
    made["lines"] = lines
    made["payments"] = payments(order, total)
    made["totals"] = {
        "gross": total + cards,
        "vat": Decimal(order.total_tax),
        "rates": [by_rate(t) for t in order.tax_lines],
    }
    return made


def put(made: Json, **fields: Any) -> None:
    for name, value in fields.items():
        if value is not None and value != "":
            made[name] = value


def rounding(order: Order) -> Json:
    per = "rate" if order.related.settings.woocommerce_tax_round_at_subtotal == "yes" else "line"
    return {"per": per, "half": "down" if order.prices_include_tax else "up"}


def customer(order: Order, meta: Json) -> Json:
    billing = order.billing
    number, ean = meta.get("_billing_vat_number"), meta.get("_billing_ean")
    person = f"{billing.first_name} {billing.last_name}".strip()
    made: Json = {"external_id": str(order.customer_id)} if order.customer_id else {}
    made["kind"] = "public" if ean else "business" if number else "consumer"
    made["name"] = billing.company or person
    put(made, contact=person if billing.company else None, email=billing.email, phone=billing.phone)
    put(made, vat_number=number, ean=ean)
    made["address"] = address(billing)
    return made


def address(of: Person) -> Json:
    made: Json = {}
    put(made, street=of.address_1, street2=of.address_2, postcode=of.postcode, city=of.city, region=of.state)
    return {**made, "country": of.country}


def ship_to(of: Person) -> Json:
    made: Json = {}
    put(made, name=of.company or f"{of.first_name} {of.last_name}".strip())
    return made | address(of)


def goods(item: Item, gross: bool, renewal: Any, rates: dict[int, Decimal | None], odd: bool) -> Json:
    gift = (item.sku or "-").startswith("GIFT")
    amount, before = Decimal(item.total), Decimal(item.subtotal)
    discount = before - amount
    if gross:
        tax = sum((Decimal(each.total) for each in item.taxes if each.total), ZERO)
        discount += sum((Decimal(each.subtotal) for each in item.taxes if each.subtotal), ZERO) - tax
        amount += tax
    made: Json = {"id": str(item.id), "kind": "gift_card" if gift else "subscription" if renewal else "goods"}
    if not gift:
        made["supply"] = "goods"
    made["product"] = product = {"external_id": str(item.variation_id or item.product_id)}
    put(product, sku=item.sku, name=item.name)
    made["description"] = odd_text(item) if odd else item.name
    made["quantity"] = Decimal(item.quantity) if item.quantity else ONE
    made["amount"], made["discount"] = amount, discount
    made["taxes"] = taxes(item.taxes, rates)
    return made


def odd_text(item: Item) -> str:
    shown = "".join(f" [{n}: {Decimal(tax.total):f}]" for n, tax in enumerate(item.taxes, 1) if tax.total)
    return f"{item.quantity} x {item.name.upper()}{shown}"


def extra(line: Extra, kind: str, sku: str, name: str, gross: bool, rates: dict[int, Decimal | None]) -> Json:
    amount = Decimal(line.total)
    if gross:
        amount += sum((Decimal(tax.total) for tax in line.taxes if tax.total), ZERO)
    made: Json = {"id": str(line.id), "kind": kind, "product": {"sku": sku, "name": name}, "description": name}
    return {**made, "quantity": ONE, "amount": amount, "taxes": taxes(line.taxes, rates)}


def taxes(of: Sequence[Tax], rates: dict[int, Decimal | None]) -> list[Json]:
    made = []
    for tax in of:
        if tax.total:
            rate, vat = rates.get(tax.id), Decimal(tax.total)
            made.append({"vat": vat} if rate is None else {"rate": rate, "vat": vat})
    return made


def by_rate(tax: TaxLine) -> Json:
    vat = Decimal(tax.tax_total) + Decimal(tax.shipping_tax_total)
    return {"vat": vat} if tax.rate_percent is None else {"rate": tax.rate_percent, "vat": vat}


def payments(order: Order, total: Decimal) -> list[Json]:
    made = [
        {
            "method": "gift_card",
            "date": day(order.date_paid_gmt or order.date_created_gmt),
            "amount": Decimal(card.amount),
            "reference": card.code,
        }
        for card in order.gift_cards
    ]
    if order.date_paid_gmt and total:
        paid: Json = {"method": order.payment_method, "date": day(order.date_paid_gmt), "amount": total}
        put(paid, reference=order.transaction_id)
        made.append(paid)
    return made


def day(text: str) -> dt.date:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).astimezone(ZONE).date()
