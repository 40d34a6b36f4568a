"""The case contract's words translated into hub documents and back: names only, nothing about accounting.

A case speaks of `qty`, `unit` and `account`; the hub of `quantity`, `amount` and `role`. What the contract leaves open
(the name of an event, of a block's fields) is read under every name that is likely.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from kontering.accounting.settings import Settings
from kontering.model.document import Period, Planned, PlannedLine, Posting
from kontering.model.plan import Hold
from kontering.yaml.load import read
from kontering.yaml.nodes import plain

Data = dict[str, Any]

KINDS = {"private": "consumer", "consumer": "consumer", "business": "business", "public": "public"}
SUPPLIES = {"service": "service", "digital": "digital", "digital_service": "digital", "electronic_service": "digital"}
ENTRIES = {"chargeback": "dispute", "correction": "adjustment", "payment": "charge"}
FIELDS = {
    "date": "order.date",
    "currency": "order.currency",
    "number": "order.number",
    "customer.address.country": "customer.country",
}
REFUND_FIELDS = {"date": "refund.date", "totals.gross": "refund.totals.gross", "totals.vat": "refund.totals.vat"}
PAYOUT_FIELDS = {"amount": "payout.amount", "date": "payout.date", "currency": "payout.currency"}


def load(path: Path) -> Data:
    """A case file; a country `NO` stays text, since the project's own reader reads it."""
    node, problems = read(path, path.name)
    assert node is not None, problems
    assert not problems, problems
    case: Data = plain(node)
    return case


def decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def day(value: Any) -> dt.date | None:
    return None if value is None else dt.date.fromisoformat(str(value))


# --- settings


def settings(config: Mapping[str, Any]) -> Settings:
    """The engine's settings of a case; a setting that nobody knows is an error."""
    given: dict[str, Any] = {"project": "cases", "target": "books"}
    for name, value in _flat(config).items():
        given |= _setting(name, value)
    return Settings(**given)


def _flat(config: Mapping[str, Any]) -> Data:
    found: Data = {}
    for name, value in config.items():
        if name in ("match", "bad_debt", "seller", "text", "closed_period"):
            found |= {f"{name}.{inner}": part for inner, part in value.items()}
        else:
            found[name] = value
    return found


def _setting(name: str, value: Any) -> Data:
    match name:
        case "prices":
            return {}
        case "seller_country" | "seller.country" | "country":
            return {"country": value}
        case "tolerance" | "cash_rounding":
            return {name: decimal(value)}
        case "match.max_fee_difference" | "max_fee_difference":
            return {"max_fee_difference": Decimal(str(value))}
        case "bad_debt.vat_base_share" | "vat_base_share":
            return {"vat_base_share": Decimal(str(value))}
        case "enabled_currencies":
            return {name: None if value in (None, "all") else frozenset(value)}
        case "closed_until":
            return {name: day(value)}
        case "on_closed_period":
            return {name: "next_open_day" if "open" in value else "error"}
        case "match_by":
            return {name: tuple(dict.fromkeys("vat_number" if key == "cvr" else key for key in value))}
        case "target_limits":
            return {name: {_path(field): int(limit) for field, limit in (value or {}).items()}}
        case "text_rules":
            return {name: frozenset(_text_rules(value))}
        case _:
            return {name: "none" if value is None else value}


def _path(field: str) -> str:
    """`line.text` of the contract is `lines.description` in the hub."""
    names = {"line": "lines", "lines[]": "lines", "text": "description", "postcode": "address.postcode"}
    path = ".".join(names.get(part, part) for part in field.split("."))
    return {"order.number": "mark", "order.buyer_reference": "reference"}.get(path, path)


def _text_rules(value: Any) -> Iterable[str]:
    """The rules by their names, or all of them where the setting is only switched on."""
    words = {
        "nfc": ("nfc",),
        "no_bidi": ("bidi", "direction"),
        "basic_plane": ("plane", "bmp", "astral", "emoji"),
        "single_blanks": ("blank", "space", "collapse"),
    }
    if value in (None, False, "none", []):
        return []
    if isinstance(value, Mapping):
        value = [name for name, on in value.items() if on]
    named = value if isinstance(value, list) else [str(value)]
    found = [rule for rule, hints in words.items() if any(hint in str(one).lower() for one in named for hint in hints)]
    return found or list(words)


# --- sales


def key(source: str, order: str) -> str:
    return f"{source}/order/{order}"


def contract_key(hub: str) -> str:
    """`shop-a/order/5001` is `shop-a:order:5001`; a refund is named below its order."""
    return hub.partition("#")[0].replace("/", ":")


def invoice(step: Data, config: Data) -> Data:
    """The hub's invoice of a paid, completed, renewed or edited order."""
    order, lines = step["order"], step["lines"]
    inclusive = config.get("prices", "inclusive") == "inclusive"
    found = {
        "number": order["number"],
        "state": step.get("event", "order"),
        "date": day(order["date"]),
        "due": day(order.get("due")),
        "currency": order["currency"],
        "fx": decimal(order.get("fx")),
        "prices": "gross" if inclusive else "net",
        "rounding": rounding(config),
        "customer": customer(step.get("customer") or {}, order),
        "ship_to": _address(step.get("ship_to") or order.get("ship_to") or step.get("shipping_address")),
        "reference": order.get("buyer_reference"),
        "note": order.get("note"),
        "lines": [line(one, config) for one in lines],
        "coupons": [coupon(one, lines) for one in step.get("coupons") or ()],
        "payments": [payment(one, order["date"]) for one in step.get("payments") or ()],
        "totals": totals(step["totals"]),
    }
    return _present(found)


def rounding(config: Data) -> Data:
    """Gross prices round the net half up, so the VAT half down; net prices round the VAT half up."""
    per = "rate" if config.get("vat_method") == "document" else "line"
    return {"per": per, "half": "down" if config.get("prices", "inclusive") == "inclusive" else "up"}


def line(given: Data, config: Data) -> Data:
    quantity, kind = Decimal(str(given.get("qty", "1"))), given.get("kind", "goods")
    amount = quantity * Decimal(str(given["unit"])) - Decimal(str(given.get("discount") or 0))
    found = {
        "id": given["ref"],
        "kind": "goods" if kind in SUPPLIES else kind,
        "supply": given.get("supply") or SUPPLIES.get(kind),
        "description": given.get("text") or given["ref"],
        "product": {"sku": given["ref"], "name": given.get("text") or given["ref"], "group": given.get("group")},
        "quantity": quantity,
        "amount": amount,
        "discount": decimal(given.get("discount")),
        "period": _period(given.get("period")),
        "cost": decimal(given.get("unit_cost")),
    }
    return _present(found) | _taxes(given)


def _taxes(given: Data) -> Data:
    if given.get("rate") is None:
        return {"spread": True} if given.get("kind") == "shipping" else {"taxes": []}
    return {"taxes": [_present({"rate": decimal(given["rate"]), "vat": decimal(given.get("vat"))})]}


def customer(given: Data, order: Data) -> Data:
    number = given.get("vat_number") or given.get("cvr")
    found = {
        "external_id": given.get("external_id"),
        "kind": KINDS[given.get("type", "private")],
        "name": given.get("name", "Somebody"),
        "contact": order.get("contact") or given.get("contact"),
        "email": given.get("email", "somebody@example.com"),
        "phone": given.get("phone"),
        "vat_number": number,
        "ean": given.get("ean"),
        "terms_days": int(order["terms_days"]) if order.get("terms_days") is not None else None,
        "address": _address(given) or {"country": "DK"},
    }
    return _present(found)


def _address(given: Data | None) -> Data | None:
    if not given or not given.get("country"):
        return None
    names = ("country", "postcode", "city", "street", "street2", "region")
    return _present({name: given.get(name) for name in names})


def coupon(given: Data, lines: Sequence[Data]) -> Data:
    hits = given.get("applies_to", "goods")
    if isinstance(hits, list):
        over = hits
    elif hits == "all":
        over = [one["ref"] for one in lines if one.get("kind") != "gift_card"]
    elif hits == "goods":
        over = []
    else:
        over = [one["ref"] for one in lines if hits in (one["ref"], one.get("kind"))]
    return {"code": given["code"], "kind": given["type"], "value": decimal(given["value"]), "over": over}


def payment(given: Data, date: Any) -> Data:
    return _present(
        {
            "method": given.get("method", "card"),
            "date": day(given.get("date") or date),
            "amount": decimal(given["amount"]),
            "fx": decimal(given.get("fx")),
            "reference": given.get("reference"),
        }
    )


def totals(given: Data) -> Data:
    return _present({"gross": decimal(given["gross"]), "vat": decimal(given.get("vat"))})


def _period(given: Data | None) -> Data | None:
    return given and _present({name: day(given.get(name)) for name in ("start", "end", "until")})


def _present(data: Data) -> Data:
    return {name: value for name, value in data.items() if value not in (None, "")}


# --- credit notes


def credit_note(step: Data, config: Data, original: str, number: str) -> Data:
    """The hub's credit note of a refund; a refund without lines is shared over the invoice's rates."""
    refund, order = step["refund"], step["order"]
    gross = (refund.get("totals") or {}).get("gross") or refund["amount"]
    given = refund.get("lines") or ()
    lines = [line(one, config) | returned(one, refund) for one in given] or [_amount_only(gross)]
    found = {
        "number": f"{number}-{refund['id']}",
        "state": step.get("event", "refund"),
        "date": day(refund["date"]),
        "currency": order.get("currency") or refund.get("currency"),
        "prices": "gross" if not given or config.get("prices", "inclusive") == "inclusive" else "net",
        "rounding": rounding(config),
        "credits": original,
        "credits_number": number,
        "reason": refund.get("reason"),
        "lines": lines,
        "payments": _paid_back(refund, gross),
        "totals": totals(refund.get("totals") or {"gross": gross}),
    }
    return _present(found)


def returned(given: Data, refund: Data) -> Data:
    words = [given.get(name, refund.get(name)) for name in ("returned", "restock", "restocked")]
    return {"returned": any(word in (True, "true", "yes") for word in words)}


def _amount_only(gross: Any) -> Data:
    found: Data = {"id": "AMOUNT", "kind": "adjustment", "description": "Refund", "quantity": Decimal(1)}
    return found | {"amount": decimal(gross), "spread": True}


def _paid_back(refund: Data, gross: Any) -> list[Data]:
    if "payments" in refund:
        return [payment(one, refund["date"]) for one in refund["payments"]]
    if refund.get("method") in (None, "none"):
        return []
    return [payment({"method": refund["method"], "amount": gross}, refund["date"])]


# --- what was booked before


def earlier_invoice(booked: Data, step: Data, config: Data) -> Data:
    """An invoice that a case says was booked before. Without lines it gets some that come to its gross.

    The lines that a refund or an edited order gives back are among them, since they can only come from there.
    """
    order = step.get("order") or {}
    date = booked.get("date") or order.get("date")
    given = booked.get("lines") or (step.get("original") or step.get("previous") or {}).get("lines")
    made = [_booked_line(one, config) for one in given] if given else _made_up(booked, step, config)
    totals_ = booked.get("totals") or {"gross": booked.get("gross")}
    paid = Decimal(str(booked.get("paid") or 0))
    found = {
        "number": booked.get("reference") or order.get("number") or booked.get("number"),
        "state": "booked",
        "date": day(date),
        "currency": booked.get("currency") or order.get("currency") or "DKK",
        "fx": decimal(booked.get("fx") or order.get("fx")),
        "prices": "gross" if not given or config.get("prices", "inclusive") == "inclusive" else "net",
        "rounding": rounding(config),
        "customer": customer(booked.get("customer") or step.get("customer") or _buyer(booked), order),
        "lines": made,
        "payments": [payment({"method": booked.get("method", "card"), "amount": paid}, date)] if paid else [],
        "totals": {"gross": decimal(totals_["gross"])},
    }
    return _present(found)


def _buyer(booked: Data) -> Data:
    """A buyer of whom a case says nothing: one that the invoice's VAT code or treatment can have been for."""
    rows = [*(booked.get("vat") or []), *(booked.get("lines") or [])]
    codes = [str(row["code"]) for row in rows if isinstance(row, dict) and row.get("code")]
    word = str(booked.get("treatment") or "")
    if booked.get("country"):
        return {"country": booked["country"]}
    if any(code.startswith("OSS-") for code in codes):
        return {"country": next(code for code in codes if code.startswith("OSS-")).split("-")[1]}
    if {"EUG", "EUS"} & {*codes} or word.startswith("eu_"):
        return {"country": "SE", "type": "business", "vat_number": "SE556677889901"}
    return {"country": "NO"} if "EXP" in codes or word == "export" else {"country": "DK"}


def _booked_line(given: Data, config: Data) -> Data:
    """A line as a case gives it in: with a unit price, or as it was booked, with its three sides."""
    if "unit" in given:
        return line(given, config)
    inclusive = config.get("prices", "inclusive") == "inclusive"
    quantity = Decimal(str(given.get("qty", "1")))
    whole = Decimal(str(given["gross"] if inclusive else given["net"]))
    return line(given | {"qty": str(quantity), "unit": "0", "discount": None}, config) | {"amount": whole}


def _made_up(booked: Data, step: Data, config: Data) -> list[Data]:
    gross = Decimal(str(booked["gross"]))
    given = (step.get("refund") or {}).get("lines") or step.get("lines") or ()
    rates = list(dict.fromkeys(str(one.get("rate", "25")) for one in given)) or [str(booked.get("rate", "25"))]
    first: Data = next((one for one in given if one.get("period")), {})
    known = booked.get("vat") if isinstance(booked.get("vat"), list) else None
    if known:
        parts = [(str(row["rate"]), Decimal(str(row["base"])) + Decimal(str(row["vat"]))) for row in known]
    else:
        rest = [(rate, _gross_at(rate, given, config)) for rate in rates[1:]]
        parts = [(rates[0], gross - sum((amount for _, amount in rest), Decimal(0))), *rest]
    return [
        _present(
            {
                "id": f"BOOKED-{number}",
                "kind": "subscription" if first else "goods",
                "description": "Booked before",
                "quantity": Decimal(1),
                "amount": amount,
                "taxes": [{"rate": Decimal(rate)}],
                "period": _period(booked.get("period") or first.get("period")),
            }
        )
        for number, (rate, amount) in enumerate(parts, start=1)
    ]


def _gross_at(rate: str, given: Sequence[Data], config: Data) -> Decimal:
    whole = sum(
        (Decimal(str(one.get("qty", "1"))) * Decimal(str(one["unit"])) for one in given if str(one["rate"]) == rate),
        Decimal(0),
    )
    if config.get("prices", "inclusive") != "inclusive":
        whole *= 1 + Decimal(rate) / 100
    return whole.quantize(Decimal("0.01"))


# --- payouts and the bank


def payout(given: Data, source: str) -> Data:
    entries = [
        _present(
            {
                "id": str(number),
                "type": ENTRIES.get(one["type"], one["type"]),
                "amount": decimal(one["amount"]),
                "fee": decimal(one.get("fee")),
                "date": day(one.get("date")),
                "reference": one.get("ref"),
            }
        )
        for number, one in enumerate(given["entries"], start=1)
    ]
    return _present(
        {
            "number": given["id"],
            "provider": source,
            "state": "paid",
            "date": day(given["date"]),
            "currency": given["currency"],
            "amount": decimal(given["amount"]),
            "fx": decimal(given.get("fx")),
            "reference": given.get("reference"),
            "entries": entries,
        }
    )


def bank_lines(step: Data) -> list[Data]:
    """The movements of a bank event, under any of their names."""
    for name in ("transactions", "bank_lines", "bank_transactions", "lines", "transaction", "tx", "bank_line"):
        if step.get(name):
            found = step[name]
            return found if isinstance(found, list) else [found]
    return []


def cancellation(step: Data) -> Data:
    """A cancellation, under any of its names: what it is about, the last day of service, and how money goes back."""
    given = next((step[name] for name in ("cancellation", "cancel", "subscription") if name in step), step)
    order = step.get("order") or given
    names = ("last_day", "end", "cancelled_on", "cancel_date", "effective", "date")
    last = day(next((one[name] for one in (given, step, order) for name in names if name in one), None))
    assert last is not None
    date = day(given.get("date") or step.get("date") or order.get("date")) or last
    method = given.get("method") or step.get("method") or (step.get("refund") or {}).get("method")
    return {"order": order, "id": given.get("id") or "cancel", "last": last, "date": date, "method": method}


def change(step: Data) -> Data:
    """A change of plan, under any of its names: the day, the period, and the two prices without VAT."""
    given = next((step[name] for name in ("change", "subscription", "plan_change") if name in step), step)
    old = next(given[name] for name in ("old", "from", "old_plan", "from_plan") if name in given)
    new = next(given[name] for name in ("new", "to", "new_plan", "to_plan") if name in given)
    period = next((one["period"] for one in (given, old, new) if "period" in one), given)
    start, end = day(period["start"]), day(period["end"])
    assert start is not None
    assert end is not None
    date = next(given[name] for name in ("date", "change_date", "changed_on", "on") if name in given)
    return {
        "date": day(date),
        "period": Period.ending(start, end),
        "old": _price(old),
        "new": _price(new),
        "old_ref": old.get("ref", "OLD"),
        "new_ref": new.get("ref", "NEW"),
        "rate": str(given.get("rate") or new.get("rate") or "25"),
    }


def _price(plan: Data) -> Decimal:
    return Decimal(str(next(plan[name] for name in ("price", "unit", "amount", "net") if name in plan)))


# --- the way back


def document(planned: Planned, action: str | None) -> Data:
    """A planned document in the contract's words."""
    party = planned.customer
    danish = party.vat_number is not None and party.vat_number.startswith("DK")
    rows: Data = {
        "key": contract_key(planned.key),
        "kind": planned.kind,
        "reference": re.sub(r"-v\d+$", "", planned.mark) if planned.kind == "invoice" else planned.credits_number,
        "date": planned.date,
        "due": planned.due,
        "currency": planned.currency,
        "fx": planned.fx,
        "treatment": planned.treatment,
        "legal_note": planned.legal_note,
        "delivery": planned.delivery,
        "note": planned.note,
        "credits": contract_key(planned.credits) if planned.credits else None,
        "customer": {
            "action": action,
            "name": party.name,
            "email": party.email,
            "external_id": party.external_id,
            "cvr": party.vat_number[2:] if party.vat_number and danish else None,
            "vat_number": party.vat_number,
            "ean": party.ean,
            "phone": party.phone,
            "country": party.address.country,
        },
        "lines": [_row(one) for one in planned.lines],
        "totals": {"net": planned.totals.net, "vat": planned.totals.vat, "gross": planned.totals.gross},
        "vat": [{"code": row.code, "rate": row.rate, "base": row.base, "vat": row.vat} for row in planned.totals.rates],
        "payments": [{"method": one.method, "amount": one.amount, "date": one.date} for one in planned.payments],
        "open": planned.open,
    }
    return rows


def _row(one: PlannedLine) -> Data:
    return {
        "ref": one.id,
        "text": one.description,
        "qty": one.quantity,
        "discount": one.discount,
        "net": one.net,
        "rate": one.rate,
        "vat": one.vat,
        "gross": one.gross,
        "code": one.code,
        "account": one.role,
    }


def posting(found: Posting) -> Data:
    """A voucher in the contract's words: the net amount of each account, debit positive."""
    accounts: dict[str, Decimal] = {}
    for one in found.lines:
        accounts[one.role] = accounts.get(one.role, Decimal(0)) + one.amount
    kept = {role: amount for role, amount in accounts.items() if amount}
    return {"kind": found.kind, "for": contract_key(found.key), "date": found.date, "lines": kept}


def error(hold: Hold, names: Mapping[str, str]) -> Data:
    """A hold in the contract's words; `names` are the fields of its kind of event."""
    field = hold.problems[0].field if hold.problems else None
    return {"code": hold.code, "field": names.get(field or "", field), "details": dict(hold.details)}
