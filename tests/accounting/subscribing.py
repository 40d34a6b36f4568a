"""Records of a subscription business for tests: plans that are paid in advance, credits of them, changes, ends."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.accounting.neutral import Neutral


def vat(net: Decimal) -> Decimal:
    return (net * Decimal("0.25")).quantize(Decimal("0.01"), "ROUND_HALF_UP")


def buyer(who: str) -> dict[str, Any]:
    return {"type": "consumer", "external_id": who, "name": f"Buyer {who}", "address": {"country": "DK"}}


def plan(net: str, start: str, end: str, *, ref: str = "PLAN") -> dict[str, Any]:
    period = {"start": start, "end": end}
    line = {"ref": ref, "kind": "subscription", "text": "Plan", "qty": "1", "unit": net, "rate": "25"}
    return line | {"period": period}


def renewal(
    number: str, date: str, *lines: dict[str, Any], who: str = "7", version: str = "1", method: str = "card"
) -> Neutral:
    """A renewal that is paid at once."""
    net = sum((Decimal(line["qty"]) * Decimal(line["unit"]) for line in lines), Decimal(0))
    gross = str(net + sum((vat(Decimal(line["qty"]) * Decimal(line["unit"])) for line in lines), Decimal(0)))
    data = {"number": number, "event": "renewal", "date": date, "currency": "DKK", "prices_include_vat": False}
    paid = [{"method": method, "date": date, "amount": gross}] if method and Decimal(gross) > 0 else []
    more = {"customer": buyer(who), "lines": list(lines), "payments": paid, "totals": {"gross": gross}}
    return Neutral(source="subs", kind="order", id=number, data=data | more, version=version)


def credit(number: str, of: str, date: str, *lines: dict[str, Any], paid: bool = True) -> Neutral:
    """Money back for some of it; lines without a period take back what is unearned on the day first."""
    net = sum((Decimal(line["unit"]) for line in lines), Decimal(0))
    gross = str(net + sum((vat(Decimal(line["unit"])) for line in lines), Decimal(0)))
    data = {"event": "refund", "credits": f"order/{of}", "number": of, "date": date, "currency": "DKK"}
    back = [{"method": "card", "date": date, "amount": gross}] if paid else []
    more = {"prices_include_vat": False, "lines": list(lines), "payments": back, "totals": {"gross": gross}}
    return Neutral(source="subs", kind="refund", id=number, data=data | more)


def ending(number: str, of: str, last_day: str, date: str, method: str | None = "card") -> Neutral:
    data = {"invoice": f"order/{of}", "last_day": last_day, "date": date, "method": method}
    return Neutral(source="subs", kind="cancellation", id=number, data=data)


def change(
    number: str, date: str, period: tuple[str, str], old: tuple[str, str], new: tuple[str, str], gross: str, **more: Any
) -> Neutral:
    """A change of plan in the middle of a period: (ref, price) of both, and what the source says it comes to."""
    what = {
        "date": date,
        "period": {"start": period[0], "end": period[1]},
        "old": {"ref": old[0], "price": old[1]},
        "new": {"ref": new[0], "price": new[1]},
        "rate": "25",
    }
    data = {
        "number": number,
        "event": "change",
        "date": date,
        "currency": "DKK",
        "customer": buyer(more.pop("who", "7")),
    }
    return Neutral(
        source="subs",
        kind="change",
        id=number,
        data=data | {"change": what, "payments": [], "totals": {"gross": gross}} | more,
    )


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
