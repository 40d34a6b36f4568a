"""What a document wants of its target: its customer, its products, and the bodies of all of them, each made once.

A plan is asked again after every fact; what doesn't depend on facts is made the first time it is asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from kontering.accounting import edits
from kontering.accounting.totals import rounding_line
from kontering.model.document import Item, Paid, Planned, PlannedLine, Posting
from kontering.model.link import Linked
from kontering.model.plan import Hold, Link
from kontering.model.record import JsonObject
from kontering.model.voucher import PlannedVoucher
from kontering.project.policy import Policy, registers
from kontering.store.codec import digest
from kontering.sync import ids, keys, payload
from kontering.sync import vouchers as apart
from kontering.sync.keys import Thing
from kontering.sync.payload import Id
from kontering.sync.taker import Taker

Body = JsonObject | Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product that a document needs, as its first line shows it; `stands_in` says that it is the flow's fallback."""

    key: str
    item: Item
    line: PlannedLine
    stands_in: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A document with its flow's policy and its target. `credited` is the invoice that it credits, as it is there."""

    document: Planned
    policy: Policy
    taker: Taker
    credited: Linked | None = None
    made: dict[Any, Any] = field(default_factory=dict)

    def once(self, name: Any, make: Callable[[], Any]) -> Any:
        """What `make` gives, made the first time only."""
        if name not in self.made:
            self.made[name] = make()
        return self.made[name]


def things(document: Planned | PlannedVoucher, policy: Policy) -> Iterator[Thing]:
    """Everything whose link a plan may ask for, but for a state's (`state_plan.things`)."""
    return apart.things(document) if isinstance(document, PlannedVoucher) else _things(document, policy)


def _things(document: Planned, policy: Policy) -> Iterator[Thing]:
    yield (document.kind, document.key)
    yield ("customer", keys.customer_key(document))
    if document.credits:
        yield ("invoice", document.credits)
    yield ("credit_note", whole_credit_key(document.key))
    source = keys.source_of(document.key)
    for sku in (policy.products.fallback, policy.products.rounding):
        if sku:
            yield ("product", f"{source}/product/{sku}")
    for line in document.lines:
        if line.product and (line.product.sku or line.product.external_id):
            yield ("product", keys.product_key(source, line.product))
    for number, payment in enumerate(document.payments, start=1):
        yield ("payment", keys.payment_key(document.key, number))
        if payment.credit_note:
            yield ("credit_note", payment.credit_note)
    if document.paid_before:
        yield ("payment", keys.payment_key(document.key, 0))
        yield ("credit_note", edits.credit_key(document.key))
    for kind in ("cogs",):
        yield ("voucher", keys.voucher_key(document.key, kind))


def whole_credit_key(invoice: str) -> str:
    """The key of the credit note that takes a cancelled invoice back."""
    return f"{invoice}#cancelled"


def customer_id(wanted: Wanted) -> Id:
    single = wanted.policy.customers.single
    return Link("customer", single, ids.ITSELF) if single else Link("customer", keys.customer_key(wanted.document))


def products(wanted: Wanted, document: Planned, absent: frozenset[str]) -> tuple[Product | None, ...]:
    """The product of each line; `absent` are those that the target lacks and for which the fallback stands in."""
    return tuple(_product(wanted, line, absent) for line in document.lines)


def with_rounding(wanted: Wanted, difference: Decimal) -> Planned:
    """The document with a line for the difference that the target's rounding makes."""
    if difference == 0:
        return wanted.document
    made: Planned = wanted.once(("rounding", difference), lambda: rounding_line(wanted.document, difference))
    return made


def document_body(wanted: Wanted, difference: Decimal, absent: frozenset[str]) -> Body:
    """The payload of the invoice or credit note itself."""
    made: Body = wanted.once(("body", difference, absent), lambda: _document_body(wanted, difference, absent))
    return made


def document_digest(wanted: Wanted, absent: frozenset[str]) -> str:
    """Tells editions of the document apart, whatever its rounding line."""
    made: str = wanted.once(("digest", absent), lambda: digest(document_body(wanted, Decimal(0), absent)))
    return made


def customer_body(wanted: Wanted) -> Body:
    data = payload.customer_data(wanted.document, wanted.policy)
    made: Body = wanted.once("customer", lambda: wanted.taker.render("customer", data))
    return made


def product_body(wanted: Wanted, product: Product) -> Body:
    def make() -> Body:
        data = payload.product_data(wanted.document, product.key, product.item, product.line)
        return wanted.taker.render("product", data)

    made: Body = wanted.once(("product", product.key), make)
    return made


def payments(wanted: Wanted) -> Iterator[tuple[int, Paid]]:
    """The payments that are registered in the target, with their numbers; what was paid before is there already."""
    before = wanted.document.paid_before or Decimal(0)
    yield from _carried_over(wanted, before)
    for number, payment in enumerate(wanted.document.payments, start=1):
        known = max(Decimal(0), min(payment.amount, before))
        before -= known
        if registers(wanted.policy.payments, payment.method) and payment.amount != known:
            yield number, replace(payment, amount=payment.amount - known) if known else payment


def _carried_over(wanted: Wanted, before: Decimal) -> Iterator[tuple[int, Paid]]:
    """What was paid on the edition before, by the credit note that took that one back; nothing is posted for it."""
    document = wanted.document
    amount = min(before, document.totals.gross)
    takes = wanted.taker.takes.get("payment")
    if amount > 0 and takes is not None and "credit_note" in takes.features and wanted.policy.payments.register:
        note = edits.credit_key(document.key)
        yield 0, Paid(method="credit_note", date=document.date, amount=amount, credit_note=note)


def payment_body(wanted: Wanted, number: int, payment: Paid) -> Body:
    def make() -> Body:
        own = _of_payment(wanted, number)
        clearing = wanted.taker.clearing(payment.method)
        data = payload.payment_data(wanted.document, number, payment, customer_id(wanted), own, clearing)
        return wanted.taker.render("payment", data)

    made: Body = wanted.once(("payment", number), make)
    return made


def vouchers(wanted: Wanted) -> tuple[Posting, ...]:
    """What is posted beside the document and its payments."""
    return tuple(one for one in _postings(wanted, wanted.document) if _is_extra(wanted.document, one))


def voucher_body(wanted: Wanted, posting: Posting) -> Body:
    data = payload.voucher_data(wanted.document, posting, customer_id(wanted))
    made: Body = wanted.once(("voucher", posting.kind), lambda: wanted.taker.render("voucher", data))
    return made


def essence(wanted: Wanted) -> str:
    """What a booked document can't have changed without the books being wrong: amounts, VAT, currency and buyer."""
    made: str = wanted.once("essence", lambda: digest(_essence(wanted.document)))
    return made


def moving(render: Callable[[JsonObject], Body], data: JsonObject, fields: Sequence[str], body: Body) -> Body:
    """The part of a payload that moves when `fields` of the data move: what an update may touch."""
    if isinstance(body, Hold):
        return body
    other = render(_without(data, fields))
    if isinstance(other, Hold):
        return body
    return {name: value for name, value in body.items() if name not in other or other[name] != value}


def followed(data: Mapping[str, Any], fields: Sequence[str]) -> str:
    """Digest of the fields that follow the source."""
    return digest([data.get(name) for name in fields])


def _product(wanted: Wanted, line: PlannedLine, absent: frozenset[str]) -> Product | None:
    policy, source = wanted.policy.products, keys.source_of(wanted.document.key)
    if line.kind == "rounding":
        item: Item | None = Item(name=line.description, sku=policy.rounding)
    else:
        item = line.product
    if item and (item.sku or (item.external_id and not policy.fallback)):
        key = keys.product_key(source, item)
        if key not in absent:
            return Product(key=key, item=item, line=line)
    if not policy.fallback:
        return None
    standing = Item(name=policy.fallback, sku=policy.fallback)
    return Product(key=keys.product_key(source, standing), item=standing, line=line, stands_in=True)


def _document_body(wanted: Wanted, difference: Decimal, absent: frozenset[str]) -> Body:
    document = with_rounding(wanted, difference)
    ids = [Link("product", product.key) if product else "" for product in products(wanted, document, absent)]
    own = [one for one in _postings(wanted, document) if one.kind == document.kind]
    data = payload.document_data(document, customer_id(wanted), ids, wanted.credited, own)
    return wanted.taker.render(document.kind, data)


def _postings(wanted: Wanted, document: Planned) -> tuple[Posting, ...]:
    made: tuple[Posting, ...] = wanted.once(("postings", id(document)), lambda: wanted.taker.postings(document))
    return made


def _of_payment(wanted: Wanted, number: int) -> tuple[Posting, ...]:
    key = keys.payment_key(wanted.document.key, number)
    return tuple(one for one in _postings(wanted, wanted.document) if one.key == key)


def _is_extra(document: Planned, posting: Posting) -> bool:
    return posting.kind != document.kind and not posting.key.startswith(f"{document.key}#payment/")


def _essence(document: Planned) -> object:
    lines = [[_plainly(x) for x in (line.quantity, line.net, line.vat)] + [line.code] for line in document.lines]
    buyer = (keys.customer_key(document), document.customer.vat_number)
    return [document.currency, document.treatment, document.country, buyer, lines, _plainly(document.totals.gross)]


def _plainly(amount: Decimal) -> str:
    """
    >>> _plainly(Decimal("5.00")) == _plainly(Decimal("5"))
    True
    """
    return format(amount.normalize(), "f")


def _without(data: JsonObject, fields: Sequence[str]) -> JsonObject:
    """The data with other values in these fields: left out where they may be, else just different."""
    changed = dict(data)
    for name in fields:
        if name == "address" and name in changed:
            changed[name] = {"country": changed[name]["country"]}
        elif name in ("name", "sku"):
            changed[name] = f"{changed[name]} *"
        else:
            changed.pop(name, None)
    return changed


def moved(document: Planned, day: dt.date) -> Planned:
    """The document not before a day, for a period that is closed."""
    if document.date >= day:
        return document
    paid = tuple(replace(one, date=max(one.date, day)) for one in document.payments)
    return replace(document, date=day, due=max(document.due, day), payments=paid)
