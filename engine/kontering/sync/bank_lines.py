"""A bank line as a document: what it pays, or the account that it goes to; nothing that nobody has said is booked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from kontering.accounting import bank, periods, reading
from kontering.model.bank import BankLine
from kontering.model.money import ZERO
from kontering.model.plan import Hold
from kontering.model.voucher import Closes, PlannedVoucher
from kontering.sync import holds
from kontering.sync.asked import Asked, Outcome, made, voucher_of


def bank_line(asked: Asked) -> Outcome:
    line = line_of(asked.key, asked.data)
    day = periods.posting_day(asked.key, line.date, asked.settings)
    if isinstance(day, Hold):
        return day
    decision = asked.others.decided(asked.key)
    found = bank.match_line(line, asked.others.open_items(asked.registers), asked.settings, decision)
    if found.kind == "unmatched":
        return holds.bank_line_unmatched(asked.key, line, found.reason)
    return made(_matched(asked, found, day))


def line_of(key: str, data: Mapping[str, Any]) -> BankLine:
    """A bank line as its mapping says it."""
    return BankLine(
        key=key,
        date=data["date"],
        amount=Decimal(data["amount"]),
        currency=data["currency"],
        text=data.get("text", ""),
        reference=data.get("reference"),
        party=data.get("party"),
        fx=reading.number(data.get("fx")),
        account=data.get("account"),
        code=data.get("code"),
        role=data.get("role") or "bank",
        charges=reading.number(data.get("charges")) or ZERO,
        original=_original(data),
    )


def _original(data: Mapping[str, Any]) -> tuple[Decimal, str] | None:
    """What was paid in another currency."""
    amount, currency = reading.number(data.get("original_amount")), data.get("original_currency")
    return (amount, currency) if amount and currency and currency != data["currency"] else None


def _matched(asked: Asked, found: bank.Match, day: dt.date) -> PlannedVoucher:
    line, kinds = found.line, {"receivable": "invoice", "payable": "bill", "posted": "payout"}
    vouchers = tuple(replace(one, date=day) for one in bank.vouchers(found, asked.settings))
    closes = tuple(
        Closes(kind=kinds[item.role], key=item.key, number=item.number, amount=part) for item, part in found.parts
    )
    figures: dict[str, Any] = {"match": found.kind, "amount": line.amount, "fee": found.fee, "surplus": found.surplus}
    figures |= {"role": found.role} if found.role else {}
    voucher = voucher_of(asked, "bank_line", vouchers, day=day, currency=line.currency, figures=figures)
    only = closes[0].key if len(closes) == 1 else None
    supplier = next((item.supplier for item, _ in found.parts if item.supplier is not None), None)
    return replace(voucher, text=line.text or None, closes=closes, of=only, supplier=supplier, why=(found.reason,))
