"""The neutral input of a case as records of its source: what a shop, a gateway or a bank would hand over.

Names only; the mapping files of tests/accounting/project say what becomes of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.accounting import contract

Data = dict[str, Any]
EDITS = ("edit", "updat", "chang")


@dataclass(frozen=True, slots=True, kw_only=True)
class Neutral:
    """One record: the connection that it comes from, its kind and id, and its data."""

    source: str
    kind: str
    id: str
    data: Data
    version: str = "1"

    @property
    def key(self) -> str:
        return f"{self.source}/{self.kind}/{self.id}"


@dataclass(slots=True)
class Sources:
    """What the sources of a case have said so far: by order its number, and how often it was edited."""

    config: Data
    numbers: dict[str, str] = field(default_factory=dict)
    """Printed number → key of the order."""
    versions: dict[str, int] = field(default_factory=dict)
    currencies: dict[str, str] = field(default_factory=dict)
    changes: set[str] = field(default_factory=set)
    """Orders that were made by a change of plan."""
    count: int = 0


def of_step(sources: Sources, step: Data, source: str) -> list[Neutral]:
    """The records of one event."""
    sources.count += 1
    return list(_of_step(sources, step, source))


def _of_step(sources: Sources, step: Data, source: str) -> Iterator[Neutral]:
    event = str(step.get("event", ""))
    if "refund" in step:
        yield _refund(sources, step, source)
    elif "payout" in step:
        yield _payout(step["payout"], source)
    elif any(word in event for word in ("bad_debt", "loss", "lost", "written_off", "write_off")):
        yield _loss(sources, step, source)
    elif "bank" in event or (contract.bank_lines(step) and "order" not in step):
        for at, line in enumerate(contract.bank_lines(step)):
            yield _transaction(line, source, at, sources)
    elif "cancel" in event:
        yield _cancellation(sources, step, source)
    elif "lines" in step:
        yield _order(sources, step, source)
    elif step.get("payment") or step.get("payments"):
        for one in step.get("payments") or [step["payment"]]:
            yield _payment(sources, step, one, source)
    else:
        yield _change(sources, step, source)


def _order(sources: Sources, step: Data, source: str) -> Neutral:
    order = step["order"]
    key = contract.key(source, order["id"])
    edited = any(word in str(step.get("event", "")) for word in EDITS)
    sources.versions[key] = sources.versions.get(key, 0 if not edited else 1) + 1 if edited else 1
    sources.numbers.setdefault(str(order["number"]), key)
    sources.currencies[key] = order["currency"]
    data = {
        "number": order["number"],
        "event": step.get("event", "order"),
        "date": order["date"],
        "due": order.get("due"),
        "currency": order["currency"],
        "fx": order.get("fx"),
        "buyer_reference": order.get("buyer_reference"),
        "note": order.get("note"),
        "prices_include_vat": sources.config.get("prices", "inclusive") == "inclusive",
        "customer": _buyer(step.get("customer") or {}, order),
        "ship_to": step.get("ship_to") or order.get("ship_to") or step.get("shipping_address"),
        "lines": [line(one) for one in step["lines"]],
        "coupons": [_coupon(one, step["lines"]) for one in step.get("coupons") or ()],
        "payments": [_paid(one, order["date"]) for one in step.get("payments") or ()],
        "totals": step["totals"],
    }
    return Neutral(source=source, kind="order", id=order["id"], data=data, version=str(sources.versions[key]))


def line(given: Data) -> Data:
    """A line with the hub's words for its kind."""
    kind = given.get("kind", "goods")
    rate = given.get("rate")
    return {
        "ref": given["ref"],
        "kind": "goods" if kind in contract.SUPPLIES else kind,
        "supply": given.get("supply") or contract.SUPPLIES.get(kind),
        "text": given.get("text"),
        "group": given.get("group"),
        "qty": given.get("qty"),
        "unit": given.get("unit"),
        "discount": given.get("discount"),
        "rate": rate,
        "vat": given.get("vat"),
        "unit_cost": given.get("unit_cost"),
        "period": given.get("period"),
        "spread": True if rate is None and kind == "shipping" else None,
    }


def _coupon(given: Data, lines: list[Data]) -> Data:
    found = contract.coupon(given, lines)
    return {"code": given["code"], "type": given["type"], "value": given["value"], "over": found["over"]}


def _buyer(given: Data, order: Data) -> Data:
    """The buyer under the names that a shop uses."""
    found = contract.customer(given, order)
    return {("type" if name == "kind" else name): value for name, value in found.items()}


def _paid(given: Data, date: Any) -> Data:
    return {
        "method": given.get("method", "card"),
        "date": given.get("date") or date,
        "amount": given["amount"],
        "fx": given.get("fx"),
        "reference": given.get("reference"),
    }


def _refund(sources: Sources, step: Data, source: str) -> Neutral:
    refund, order = step["refund"], step["order"]
    key = contract.key(source, order["id"])
    given = refund.get("lines") or ()
    gross = (refund.get("totals") or {}).get("gross") or refund["amount"]
    lines = [line(one) | contract.returned(one, refund) for one in given]
    number = order.get("number") or next((name for name, owner in sources.numbers.items() if owner == key), order["id"])
    data = {
        "event": step.get("event", "refund"),
        "credits": _reference(sources, key),
        "number": number,
        "date": refund["date"],
        "currency": order.get("currency") or refund.get("currency") or sources.currencies.get(key, "DKK"),
        "prices_include_vat": not given or sources.config.get("prices", "inclusive") == "inclusive",
        "reason": refund.get("reason"),
        "lines": lines or [{"ref": "AMOUNT", "kind": "adjustment", "text": "Refund", "amount": gross, "spread": True}],
        "payments": _paid_back(refund, gross),
        "totals": refund.get("totals") or {"gross": gross},
    }
    return Neutral(source=source, kind="refund", id=str(refund["id"]), data=data)


def _paid_back(refund: Data, gross: Any) -> list[Data]:
    if "payments" in refund:
        return [_paid(one, refund["date"]) for one in refund["payments"]]
    if refund.get("method") in (None, "none"):
        return []
    return [_paid({"method": refund["method"], "amount": gross}, refund["date"])]


def _payout(given: Data, source: str) -> Neutral:
    entries = [
        {
            "id": str(at),
            "type": contract.ENTRIES.get(one["type"], one["type"]),
            "amount": one["amount"],
            "fee": one.get("fee"),
            "ref": one.get("ref") or one.get("reference"),
            "payment": one.get("payment"),
            "date": one.get("date"),
        }
        for at, one in enumerate(given["entries"], start=1)
    ]
    names = ("date", "currency", "amount", "fx", "reference")
    data = {name: given.get(name) for name in names} | {"provider": source, "entries": entries}
    return Neutral(source=source, kind="payout", id=given["id"], data=data)


def _transaction(given: Data, source: str, at: int, sources: Sources) -> Neutral:
    data = {
        "date": given["date"],
        "currency": given.get("currency", "DKK"),
        "amount": given["amount"],
        "text": given.get("text") or given.get("description"),
        "reference": given.get("reference") or given.get("ref"),
        "payer": given.get("payer") or given.get("name"),
        "fx": given.get("fx"),
    }
    return Neutral(source=source, kind="tx", id=str(given.get("id") or f"{sources.count}-{at}"), data=data)


def _loss(sources: Sources, step: Data, source: str) -> Neutral:
    names = ("loss", "bad_debt", "write_off", "invoice", "document", "order")
    given = next(step[name] for name in names if name in step)
    given = given if isinstance(given, dict) else {"key": given}
    owner, order = _owner(sources, step.get("order") or given, source)
    date = given.get("date") or step.get("date") or (step.get("order") or {}).get("date")
    data = {"invoice": order, "date": date, "amount": given.get("amount") or step.get("amount")}
    return Neutral(source=owner, kind="loss", id=str(sources.count), data=data)


def _cancellation(sources: Sources, step: Data, source: str) -> Neutral:
    given = contract.cancellation(step)
    owner, order = _owner(sources, given["order"], source)
    data = {"invoice": order, "last_day": str(given["last"]), "date": str(given["date"]), "method": given["method"]}
    return Neutral(source=owner, kind="cancellation", id=str(given["id"]), data=data)


def _payment(sources: Sources, step: Data, given: Data, source: str) -> Neutral:
    owner, order = _owner(sources, step.get("order") or step.get("invoice") or step, source)
    paid = _paid(given, step.get("date"))
    key = contract.key(owner, order.partition("/")[2])
    data = paid | {"invoice": order, "currency": given.get("currency") or sources.currencies.get(key, "DKK")}
    return Neutral(source=owner, kind="payment", id=str(sources.count), data=data)


def _change(sources: Sources, step: Data, source: str) -> Neutral:
    given, order = contract.change(step), step["order"]
    key = contract.key(source, order["id"])
    sources.changes.add(key)
    sources.numbers.setdefault(str(order["number"]), key)
    sources.currencies[key] = order["currency"]
    period = {"start": str(given["period"].start), "end": str(given["period"].end)}
    data = {
        "number": order["number"],
        "event": step.get("event", "change"),
        "date": order["date"],
        "currency": order["currency"],
        "fx": order.get("fx"),
        "customer": _buyer(step.get("customer") or {}, order),
        "change": {
            "date": str(given["date"]),
            "period": period,
            "old": {"ref": given["old_ref"], "price": str(given["old"])},
            "new": {"ref": given["new_ref"], "price": str(given["new"])},
            "rate": given["rate"],
        },
        "payments": [_paid(one, order["date"]) for one in step.get("payments") or ()],
        "totals": step["totals"],
    }
    return Neutral(source=source, kind="change", id=order["id"], data=data)


def _reference(sources: Sources, key: str) -> str:
    """What an order's invoice is called at its source."""
    return f"{'change' if key in sources.changes else 'order'}/{key.split('/')[2]}"


def _owner(sources: Sources, given: Any, source: str) -> tuple[str, str]:
    """The connection, and the order there, that something is about: by key, id, or number."""
    if isinstance(given, str):
        given = {"key": given}
    if "key" in given or "document" in given:
        parts = str(given.get("key") or given["document"]).split(":")
        return parts[0], _reference(sources, contract.key(parts[0], parts[2]))
    if "id" in given and contract.key(source, given["id"]) in sources.currencies:
        return source, _reference(sources, contract.key(source, given["id"]))
    key = sources.numbers.get(str(given.get("number") or given.get("reference"))) or contract.key(source, given["id"])
    return key.split("/")[0], _reference(sources, key)


# --- what was booked before


def booked(sources: Sources, given: Data, step: Data) -> Neutral:
    """An invoice that a case says is booked, as the order that it came from."""
    source, _, order = str(given["key"]).split(":")[:3]
    key = contract.key(source, order)
    made = contract.earlier_invoice(given, step, sources.config)
    for name in (made["number"], given.get("number"), given.get("reference")):
        if name:
            sources.numbers.setdefault(str(name), key)
    sources.currencies[key] = made["currency"]
    sources.versions[key] = 1
    names = ("number", "date", "due", "currency", "fx", "note", "ship_to", "payments", "totals")
    data = {name: made[name] for name in names if name in made} | {
        "event": "booked",
        "prices_include_vat": made["prices"] == "gross",
        "customer": {("type" if name == "kind" else name): part for name, part in made["customer"].items()},
        "lines": [_made_line(one) for one in made["lines"]],
    }
    return Neutral(source=source, kind="order", id=order, data=data)


def _made_line(made: Data) -> Data:
    tax: Data = next(iter(made.get("taxes") or ()), {})
    return {
        "ref": made["id"],
        "kind": made["kind"],
        "supply": made.get("supply"),
        "text": made["description"],
        "group": (made.get("product") or {}).get("group"),
        "qty": made["quantity"],
        "amount": made["amount"],
        "rate": tax.get("rate"),
        "vat": tax.get("vat"),
        "unit_cost": made.get("cost"),
        "period": made.get("period"),
        "spread": made.get("spread"),
    }


def refunded_before(sources: Sources, given: Data) -> Neutral | None:
    """What a case says was given back already."""
    source, _, order = str(given["key"]).split(":")[:3]
    amount = Decimal(str(given.get("refunded") or 0))
    if not amount:
        return None
    refund = {"id": f"before-{order}", "date": given["date"], "amount": given["refunded"], "method": "card"}
    return _refund(sources, {"order": {"id": order}, "refund": refund}, source)
