"""What payload mappings read: the settled document with links for ids, its customer, products, payments and vouchers.

The fields are those of schemas/documents/planned-*.schema.json.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from kontering.model.document import Item, Paid, Planned, PlannedLine, Posting, plain
from kontering.model.link import Linked
from kontering.model.money import to_currency
from kontering.model.plan import Link
from kontering.project.policy import Policy, group_of
from kontering.sync import keys

Data = dict[str, Any]
Id = Link | str


def document_data(
    document: Planned, customer: Id, products: Sequence[Id], credited: Linked | None, postings: Sequence[Posting]
) -> Data:
    """An invoice or a credit note; `products` are in the order of its lines, `credited` is the invoice it credits."""
    data: Data = plain(document)
    data.pop("warnings")
    data.pop("why")
    data.pop("paid_before", None)
    data["customer"]["id"] = customer
    for line, product in zip(data["lines"], products, strict=True):
        line["product"] = line.get("product", {}) | {"id": product}
    if document.credits:
        data["credits"] = _credits(document, credited)
    data["postings"] = plain(list(postings))
    return data


def customer_data(document: Planned, policy: Policy) -> Data:
    """The buyer as the target shall have it: group and terms are the flow's."""
    party, group = document.customer, group_of(policy.customers, document.customer.kind)
    data: Data = plain(party)
    given = {
        "key": keys.customer_key(document),
        "group": group.group or party.group,
        "currency": party.currency or document.currency,
        "terms_days": _first(party.terms_days, group.terms, document.terms_days),
        "treatment": document.treatment,
        "country": document.country,
        "number": party.external_id if policy.customers.number == "external_id" else party.number,
    }
    return data | {name: value for name, value in given.items() if value is not None}


def product_data(document: Planned, key: str, item: Item, line: PlannedLine) -> Data:
    """A product as its first line shows it."""
    given = {
        "key": key,
        "sku": item.sku or item.external_id,
        "supply": line.supply,
        "cost": line.cost,
        "role": line.role,
        "code": line.code,
        "treatment": document.treatment,
        "country": document.country,
        "price": _price(document, line),
    }
    data: Data = plain(item)
    return data | {name: value for name, value in given.items() if value is not None}


def payment_data(
    document: Planned, number: int, payment: Paid, customer: Id, postings: Sequence[Posting], clearing: str
) -> Data:
    """One payment of a document; on a credit note the money goes out."""
    data: Data = {
        "key": keys.payment_key(document.key, number),
        "kind": "payment",
        "document": document.key,
        "direction": "in" if document.kind == "invoice" else "out",
        "mark": f"{document.mark}#{number}",
        "method": payment.method,
        "date": payment.date,
        "currency": document.currency,
        "base_currency": document.base_currency,
        "amount": payment.amount,
        "of": {"key": document.key, "id": Link(document.kind, document.key)},
        "customer": {"id": customer, "name": document.customer.name},
        "clearing": clearing,
        "postings": plain(list(postings)),
    }
    if payment.credit_note:
        data["credit_note"] = {"key": payment.credit_note, "id": Link("credit_note", payment.credit_note)}
    more = {"reference": payment.reference, "fx": document.fx}
    return data | {name: value for name, value in more.items() if value is not None}


def voucher_data(document: Planned, posting: Posting, customer: Id) -> Data:
    """A voucher beside the document, such as the cost of what was sold."""
    return {
        "key": keys.voucher_key(document.key, posting.kind),
        "kind": "voucher",
        "document": document.key,
        "mark": f"{document.mark}#{posting.kind}",
        "date": posting.date,
        "text": posting.text or f"{posting.kind} {document.number}",
        "currency": document.base_currency,
        "base_currency": document.base_currency,
        "customer": {"id": customer},
        "postings": plain([posting]),
    }


def _credits(document: Planned, credited: Linked | None) -> Mapping[str, Any]:
    """The invoice's id and number are known before the credit note is sent: it has waited for them."""
    if credited is None:
        return {"key": document.credits}
    id_ = Link("invoice", credited.key)
    return {"key": document.credits, "id": id_, "number": credited.found.number or credited.found.id}


def _price(document: Planned, line: PlannedLine) -> Decimal | None:
    if document.currency != document.base_currency or line.quantity <= 0 or line.net < 0:
        return None
    return to_currency(line.net / line.quantity, document.currency)


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)
