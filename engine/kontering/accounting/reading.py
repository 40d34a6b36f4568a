"""Hub documents as maps, from a mapping, become typed values; what the schema can't say is checked on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from kontering.accounting import shapes
from kontering.diagnostics import Diagnostic
from kontering.errors import Problems
from kontering.model.document import (
    Address,
    Charged,
    Claim,
    Coupon,
    Item,
    Kind,
    Line,
    Paid,
    Party,
    Period,
    RoundingRule,
    Sale,
    Whole,
)
from kontering.model.payout import Entry, Payout
from kontering.model.purchase import Bill, BillLine

Data = Mapping[str, Any]


def sale(kind: Kind, key: str, data: Data) -> Sale:
    """The invoice or credit note that a map says; raises `Problems` if it can't be one."""
    found = tuple(sale_problems(kind, key, data))
    if found:
        raise Problems(found)
    return Sale(
        kind=kind,
        key=key,
        **_plain(data, "number", "state", "date", "due", "currency", "prices", "language", "reference"),
        **_plain(data, "subscription", "note", "credits", "credits_number", "reason"),
        fx=number(data.get("fx")),
        lines=tuple(_line(one) for one in data["lines"]),
        totals=claim(data["totals"]),
        customer=party(data["customer"]) if data.get("customer") else None,
        payments=tuple(paid(one) for one in data.get("payments") or ()),
        coupons=tuple(_coupon(one) for one in data.get("coupons") or ()),
        rounding=rounding(data.get("rounding")),
        ship_to=address(data["ship_to"]) if data.get("ship_to") else None,
    )


def sale_problems(kind: Kind, key: str, data: Data) -> Iterator[Diagnostic]:
    """Everything that is wrong with a map that should be an invoice or a credit note."""
    found = tuple(shapes.problems(data, "sale", key))
    yield from found
    if found:
        return
    yield from _party_problems(kind, key, data)
    yield from line_problems(key, data["lines"])
    for place, line in _placed(data["lines"]):
        yield from _tax_problems(key, place, line)
    for place, payment in _placed(data.get("payments") or (), "payments"):
        # Only rounding to coins can go either way.
        if payment["amount"] <= 0 and payment["method"] != "cash_rounding":
            hint = "money that goes the other way belongs on a credit note"
            yield _problem("K580", key, f"{place}.amount", f"a payment of {payment['amount']} is none", hint)
    for place, coupon in _placed(data.get("coupons") or (), "coupons"):
        if not 0 <= coupon["value"] <= (100 if coupon["kind"] == "percent" else coupon["value"]):
            hint = "a percentage lies between 0 and 100, an amount is not below 0"
            yield _problem("K581", key, f"{place}.value", f"a coupon can't be worth {coupon['value']}", hint)


def line_problems(key: str, lines: Sequence[Data]) -> Iterator[Diagnostic]:
    """What is wrong with lines of any document."""
    seen: set[str] = set()
    for place, line in _placed(lines):
        if line["id"] in seen:
            hint = "credit notes point to lines by id, so each has its own"
            yield _problem("K575", key, f"{place}.id", f"there are two lines {line['id']!r}", hint)
        seen.add(line["id"])
        if line["quantity"] == 0:
            hint = "what has no pieces is 1 of its amount"
            yield _problem("K576", key, f"{place}.quantity", "a quantity can't be 0", hint)
        yield from _period_problems(key, f"{place}.period", line.get("period"))
        yield from _period_problems(key, f"{place}.part_of", line.get("part_of"))


def bill(key: str, data: Data) -> Bill:
    """The supplier's bill that a map says; raises `Problems` if it can't be one."""
    found = tuple(shapes.problems(data, "bill", key)) or tuple(line_problems(key, data["lines"]))
    if found:
        raise Problems(found)
    return Bill(
        key=key,
        **_plain(data, "number", "state", "date", "due", "currency", "prices", "file", "note"),
        fx=number(data.get("fx")),
        supplier=party(data["supplier"]),
        lines=tuple(_bill_line(one) for one in data["lines"]),
        totals=claim(data["totals"]),
        rounding=rounding(data.get("rounding")),
    )


def payout(key: str, data: Data) -> Payout:
    """The payout that a map says; raises `Problems` if it can't be one."""
    if found := tuple(shapes.problems(data, "payout", key)):
        raise Problems(found)
    return Payout(
        key=key,
        **_plain(data, "number", "provider", "state", "date", "currency", "reference"),
        amount=Decimal(data["amount"]),
        fx=number(data.get("fx")),
        entries=tuple(_entry(one) for one in data["entries"]),
    )


def party(data: Data) -> Party:
    """A customer or supplier."""
    named = ("name", "kind", "external_id", "number", "contact", "email", "phone", "website", "vat_number", "ean")
    more = ("language", "currency", "terms_days", "group", "bank_account")
    return Party(**_plain(data, *named, *more), address=address(data["address"]))


def address(data: Data) -> Address:
    """An address, of a buyer or of a delivery."""
    return Address(**_plain(data, "country", "name", "street", "street2", "postcode", "city", "region"))


def item(data: Data | None) -> Item | None:
    """The product of a line."""
    return Item(**_plain(data, "name", "sku", "external_id", "group", "unit")) if data else None


def claim(data: Data) -> Claim:
    """What a source says that its document comes to."""
    rates = tuple(charged(one) for one in data.get("rates") or ())
    return Claim(gross=Decimal(data["gross"]), vat=number(data.get("vat")), rates=rates)


def charged(data: Data) -> Charged:
    """VAT as it was charged."""
    return Charged(vat=number(data.get("vat")), rate=number(data.get("rate")), base=number(data.get("base")))


def rounding(data: Data | None) -> RoundingRule | None:
    """How the source rounded, if it says so."""
    return RoundingRule(**_plain(data, "per", "half")) if data else None


def period(data: Data | None) -> Period | None:
    """A service period, which a source gives with its last day or with the first day after it."""
    if not data:
        return None
    until = data.get("until")
    return Period(start=data["start"], until=until) if until else Period.ending(data["start"], data["end"])


def _whole(data: Data | None) -> Whole | None:
    found = period(data)
    return None if data is None or found is None else Whole(amount=Decimal(data["amount"]), period=found)


def number(value: int | Decimal | None) -> Decimal | None:
    """A decimal, from whatever kind of number."""
    return None if value is None else Decimal(value)


def _line(data: Data) -> Line:
    taxes = data.get("taxes")
    return Line(
        **_plain(data, "id", "kind", "description", "supply", "subscription", "of"),
        quantity=Decimal(data["quantity"]),
        amount=Decimal(data["amount"]),
        product=item(data.get("product")),
        discount=number(data.get("discount")),
        taxes=None if taxes is None else tuple(charged(one) for one in taxes),
        spread=bool(data.get("spread")),
        period=period(data.get("period")),
        part_of=_whole(data.get("part_of")),
        cost=number(data.get("cost")),
        returned=bool(data.get("returned")),
    )


def paid(data: Data) -> Paid:
    """A payment inside a document."""
    named = _plain(data, "method", "date", "reference", "credit_note")
    return Paid(**named, amount=Decimal(data["amount"]), fx=number(data.get("fx")))


def _bill_line(data: Data) -> BillLine:
    return BillLine(
        **_plain(data, "id", "description", "category"),
        quantity=Decimal(data["quantity"]),
        amount=Decimal(data["amount"]),
        taxes=tuple(charged(one) for one in data.get("taxes") or ()),
        discount=number(data.get("discount")),
        product=item(data.get("product")),
        period=period(data.get("period")),
        stocked=bool(data.get("stocked")),
    )


def _entry(data: Data) -> Entry:
    named = _plain(data, "id", "type", "date", "payment", "reference", "text")
    return Entry(**named, amount=Decimal(data["amount"]), fee=number(data.get("fee")) or Decimal(0))


def _coupon(data: Data) -> Coupon:
    return Coupon(**_plain(data, "code", "kind"), value=Decimal(data["value"]), over=tuple(data.get("over") or ()))


def _party_problems(kind: Kind, key: str, data: Data) -> Iterator[Diagnostic]:
    if not data.get("customer") and (kind == "invoice" or not data.get("credits")):
        hint = "only a credit note that names its invoice takes the buyer from there"
        yield _problem("K571", key, "customer", "there is no customer", hint)


def _tax_problems(key: str, place: str, line: Data) -> Iterator[Diagnostic]:
    if line.get("taxes") is None and not line.get("spread"):
        hint = "write the `taxes` that were charged ([] if none was), or `spread: true` to share the amount"
        yield _problem("K577", key, place, f"line {line['id']!r} doesn't say what VAT was charged", hint)
    for part, tax in _placed(line.get("taxes") or (), f"{place}.taxes"):
        if tax.get("rate") is None and tax.get("vat") is None:
            yield _problem("K578", key, part, "VAT without a rate and without an amount", "write `vat`, `rate` or both")
        elif tax.get("rate") is not None and not 0 <= tax["rate"] < 100:
            hint = "a rate is a percentage: 25"
            yield _problem("K578", key, f"{part}.rate", f"a rate can't be {tax['rate']}", hint)


def _period_problems(key: str, place: str, data: Data | None) -> Iterator[Diagnostic]:
    if not data:
        return
    if data.get("until") is None and data.get("end") is None:
        yield _problem(
            "K579", key, place, "a period has an end", "write `end` (its last day) or `until` (the day after)"
        )
        return
    found = period(data)
    if found and found.until <= found.start:
        yield _problem("K579", key, place, f"a period of {found.start} to {found.end} has no day", "look at its days")
    elif found and data.get("end") and data.get("until") and found.end != data["end"]:
        message = f"`end` {data['end']} and `until` {data['until']} don't belong together"
        yield _problem("K579", key, place, message, "`until` is the day after `end`; one of them is enough")


def _placed(values: Iterable[Data], name: str = "lines") -> Iterator[tuple[str, Data]]:
    for at, value in enumerate(values):
        yield f"{name}[{at}]", value


def _plain(data: Data, *names: str) -> dict[str, Any]:
    return {name: data[name] for name in names if data.get(name) is not None}


def _problem(code: str, key: str, place: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code, message, hint=hint, field=place, record=key)
