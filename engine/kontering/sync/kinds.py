"""What becomes of hub documents that are no plain sale: each kind has its accounting room, and comes out settled.

Changes and ends of subscriptions become invoices and credit notes; everything else becomes a voucher.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from kontering.accounting import (
    bills,
    losses,
    payments,
    periods,
    reading,
    settlement,
)
from kontering.model.document import (
    Paid,
    Planned,
    Posting,
    PostingLine,
    plain,
)
from kontering.model.money import ZERO
from kontering.model.plan import Hold
from kontering.model.voucher import PlannedVoucher
from kontering.sync import bank_lines, holds, outstanding, plans
from kontering.sync.asked import Asked, Outcome, closing, invoice_of, made, voucher_of


def settled(kind: str, asked: Asked) -> Outcome:
    """What becomes of a document of this kind; raises Problems if its data can't be one."""
    return _KINDS[kind](asked)


def _payout(asked: Asked) -> Outcome:
    said = reading.payout(asked.key, asked.data)
    posted = outstanding.paid_by_gateway(asked.others, said, asked.settings)
    found = settlement.settle(said, asked.settings, posted)
    if isinstance(found, Hold):
        return found
    figures = {
        **found.sums,
        "matched": {entry: one.key for entry, one in found.matched.items()},
        "unmatched": [{**plain(one.entry), "reason": one.reason} for one in found.unmatched],
    }
    voucher = voucher_of(
        asked, "payout", (found.posting,), currency=said.currency, text=said.reference, figures=figures
    )
    return made(voucher)


def _bill(asked: Asked) -> Outcome:
    found = bills.settle(reading.bill(asked.key, asked.data), asked.settings)
    if isinstance(found, Hold):
        return found
    bill = found.planned
    figures = {
        "amount": -bill.totals.gross,
        "vat": [{"code": one.code, "base": one.base, "vat": one.vat} for one in bill.totals.rates],
    }
    voucher = voucher_of(asked, "bill", found.postings, currency=bill.currency, text=bill.note, figures=figures)
    return made(replace(voucher, supplier=bill.supplier, due=bill.due, warnings=bill.warnings, why=bill.why))


def _payment(asked: Asked) -> Outcome:
    data = asked.data
    day = periods.posting_day(asked.key, data["date"], asked.settings)
    if isinstance(day, Hold):
        return day
    paid = reading.paid(data)
    if data["direction"] == "out":
        paid = replace(paid, amount=-paid.amount)
    if not data.get("invoice"):
        posting = payments.unassigned(paid, asked.key, reading.number(data.get("fx")), asked.settings)
        return made(replace(voucher_of(asked, "payment", (posting,), currency=data["currency"]), payment=paid))
    invoice = invoice_of(asked)
    if isinstance(invoice, Hold):
        return invoice
    if invoice.currency != data["currency"]:
        return holds.paid_in_other_currency(asked.key, data["currency"], invoice)
    return made(_later(asked, invoice, paid))


def _later(asked: Asked, invoice: Planned, paid: Paid) -> PlannedVoucher:
    """Money that comes after its invoice: it closes it at the invoice's own rate."""
    before = sum((one.amount for one in invoice.payments), ZERO) + outstanding.moved(asked.others, invoice.key)
    found = tuple(payments.later(invoice, paid, asked.key, before, asked.settings))
    voucher = voucher_of(asked, "payment", found, currency=invoice.currency, of=invoice)
    return replace(voucher, payment=paid, closes=(closing(invoice, paid.amount),))


def _loss(asked: Asked) -> Outcome:
    invoice = invoice_of(asked)
    if isinstance(invoice, Hold):
        return invoice
    left = outstanding.left(asked.others, invoice)
    amount = reading.number(asked.data.get("amount")) or left
    found = losses.write_off(invoice, amount, left, asked.data["date"], asked.settings)
    if isinstance(found, Hold):
        return found
    figures = {"loss": found.loss, "base": found.base, "vat": found.vat, "share": asked.settings.vat_base_share}
    voucher = voucher_of(asked, "loss", (found.posting,), currency=invoice.currency, of=invoice, figures=figures)
    closes = (closing(invoice, amount),)
    return made(replace(voucher, closes=closes, text=asked.data.get("reason"), why=found.why))


def _own(asked: Asked) -> Outcome:
    """A journal voucher as it is."""
    data = asked.data
    day = periods.posting_day(asked.key, data["date"], asked.settings)
    if isinstance(day, Hold):
        return day
    lines = tuple(
        PostingLine(
            role=one.get("role") or "", amount=Decimal(one["amount"]), code=one.get("code"), text=one.get("text")
        )
        for one in data["lines"]
    )
    if sum((one.amount for one in lines), ZERO) != 0 or any(not one.role for one in lines):
        return holds.no_voucher(asked.key, sum((one.amount for one in lines), ZERO))
    posting = Posting(kind="voucher", key=asked.key, date=day, lines=lines, text=data["text"])
    voucher = voucher_of(asked, "voucher", (posting,), currency=data["currency"], text=data["text"])
    return made(replace(voucher, of=data.get("document")))


_KINDS: Mapping[str, Callable[[Asked], Outcome]] = {
    "payout": _payout,
    "bank_line": bank_lines.bank_line,
    "bill": _bill,
    "payment": _payment,
    "loss": _loss,
    "recognition": plans.months_earned,
    "voucher": _own,
    "plan_change": plans.plan_change,
    "cancellation": plans.cancellation,
}
KINDS = frozenset(_KINDS)
