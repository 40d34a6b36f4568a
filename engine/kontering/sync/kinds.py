"""What becomes of hub documents that are no plain sale: each kind has its accounting room, and comes out settled.

Changes and ends of subscriptions become invoices and credit notes; everything else becomes a voucher.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from kontering.accounting import (
    bank,
    bills,
    edits,
    losses,
    payments,
    periods,
    reading,
    recognition,
    settlement,
    subscriptions,
)
from kontering.accounting import settle as sales
from kontering.accounting.settings import Settings
from kontering.model.bank import BankLine
from kontering.model.document import (
    Charged,
    Claim,
    Item,
    Line,
    Paid,
    Planned,
    Posting,
    PostingLine,
    RoundingRule,
    Sale,
    Warned,
    Whole,
)
from kontering.model.money import ZERO
from kontering.model.plan import Hold, Skip
from kontering.model.voucher import Closes, Document, PlannedVoucher
from kontering.sync import holds, outstanding
from kontering.sync.others import Others, Registers

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A hub document to be settled: its key, what the mapping says, and what may be known beside it."""

    key: str
    data: Data
    settings: Settings
    others: Others
    registers: Registers

    @property
    def number(self) -> str:
        return str(self.data.get("number") or self.key.rpartition("/")[2])

    @property
    def state(self) -> str:
        return str(self.data.get("state") or "booked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The settled document, and what is delivered before it."""

    document: Document
    postings: tuple[Posting, ...]
    first: tuple[Document, ...] = ()


Outcome = Made | Hold | Skip


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
        "unmatched": [{"entry": one.entry.id, "reason": one.reason} for one in found.unmatched],
    }
    voucher = _voucher(asked, "payout", (found.posting,), currency=said.currency, text=said.reference, figures=figures)
    return _made(voucher)


def _bank_line(asked: Asked) -> Outcome:
    data = asked.data
    line = BankLine(
        key=asked.key,
        date=data["date"],
        amount=Decimal(data["amount"]),
        currency=data["currency"],
        text=data.get("text", ""),
        reference=data.get("reference"),
        party=data.get("party"),
        fx=reading.number(data.get("fx")),
        account=data.get("account"),
        code=data.get("code"),
        charges=reading.number(data.get("charges")) or ZERO,
        original=_original(data),
    )
    day = periods.posting_day(asked.key, line.date, asked.settings)
    if isinstance(day, Hold):
        return day
    decision = asked.others.decided(asked.key)
    found = bank.match_line(line, asked.others.open_items(asked.registers), asked.settings, decision)
    if found.kind == "unmatched":
        return holds.bank_line_unmatched(asked.key, line, found.reason)
    return _made(_matched(asked, found, day))


def _original(data: Data) -> tuple[Decimal, str] | None:
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
    voucher = _voucher(asked, "bank_line", vouchers, day=day, currency=line.currency, figures=figures)
    only = closes[0].key if len(closes) == 1 else None
    supplier = next((item.supplier for item, _ in found.parts if item.supplier is not None), None)
    return replace(voucher, text=line.text or None, closes=closes, of=only, supplier=supplier, why=(found.reason,))


def _bill(asked: Asked) -> Outcome:
    found = bills.settle(reading.bill(asked.key, asked.data), asked.settings)
    if isinstance(found, Hold):
        return found
    bill = found.planned
    figures = {
        "amount": -bill.totals.gross,
        "vat": [{"code": one.code, "base": one.base, "vat": one.vat} for one in bill.totals.rates],
    }
    voucher = _voucher(asked, "bill", found.postings, currency=bill.currency, text=bill.note, figures=figures)
    return _made(replace(voucher, supplier=bill.supplier, warnings=bill.warnings, why=bill.why))


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
        return _made(replace(_voucher(asked, "payment", (posting,), currency=data["currency"]), payment=paid))
    invoice = _invoice(asked)
    if isinstance(invoice, Hold):
        return invoice
    if invoice.currency != data["currency"]:
        return holds.paid_in_other_currency(asked.key, data["currency"], invoice)
    return _made(_later(asked, invoice, paid))


def _later(asked: Asked, invoice: Planned, paid: Paid) -> PlannedVoucher:
    """Money that comes after its invoice: it closes it at the invoice's own rate."""
    before = sum((one.amount for one in invoice.payments), ZERO) + outstanding.moved(asked.others, invoice.key)
    found = tuple(payments.later(invoice, paid, asked.key, before, asked.settings))
    voucher = _voucher(asked, "payment", found, currency=invoice.currency, of=invoice)
    return replace(voucher, payment=paid, closes=(_closing(invoice, paid.amount),))


def _loss(asked: Asked) -> Outcome:
    invoice = _invoice(asked)
    if isinstance(invoice, Hold):
        return invoice
    left = outstanding.left(asked.others, invoice)
    amount = reading.number(asked.data.get("amount")) or left
    found = losses.write_off(invoice, amount, left, asked.data["date"], asked.settings)
    if isinstance(found, Hold):
        return found
    figures = {"loss": found.loss, "base": found.base, "vat": found.vat, "share": asked.settings.vat_base_share}
    voucher = _voucher(asked, "loss", (found.posting,), currency=invoice.currency, of=invoice, figures=figures)
    closes = (_closing(invoice, amount),)
    return _made(replace(voucher, closes=closes, text=asked.data.get("reason"), why=found.why))


def _recognition(asked: Asked) -> Outcome:
    until = asked.data["until"]
    invoice = asked.others.edition(asked.data["invoice"]) or _invoice(asked)
    if isinstance(invoice, Hold):
        return invoice
    if isinstance(day := periods.posting_day(asked.key, until, asked.settings), Hold):
        return day
    voucher = _earned(asked, invoice, until, asked.key, after=asked.data.get("after"))
    if voucher is None:
        return Skip(code="NOTHING_EARNED", reason=f"nothing of {invoice.number} is earned by {until}")
    return _made(replace(voucher, mark=asked.data.get("number") or voucher.mark))


def _earned(
    asked: Asked, invoice: Planned, until: dt.date, key: str, *, after: dt.date | None = None
) -> PlannedVoucher | None:
    """What is earned of an invoice from a day on, or without one whatever is earned and not recognised yet."""
    credited = asked.others.credits_of(invoice.key, "")
    if after:
        found = tuple(recognition.between(invoice, after, until, asked.settings, credited))
    else:
        done = outstanding.recognised(asked.others, invoice.key, before=until, but=key)
        found = tuple(recognition.due(invoice, until, done, asked.settings, credited))
    if not found:
        return None
    voucher = _voucher(asked, "recognition", found, currency=invoice.base_currency, of=invoice)
    return replace(
        voucher,
        key=key,
        mark=f"{invoice.mark}/{until:%Y-%m-%d}",
        figures={"until": until},
        warnings=(Warned(code="RECOGNISED_LATE", message=f"{until} is closed"),) if found[0].date > until else (),
        why=recognition.said(invoice, after, until, asked.settings, credited),
    )


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
    voucher = _voucher(asked, "voucher", (posting,), currency=data["currency"], text=data["text"])
    return _made(replace(voucher, of=data.get("document")))


def _plan_change(asked: Asked) -> Outcome:
    """One invoice: what is unused of the old price, and the new one for the rest of the period."""
    data, change = asked.data, asked.data["change"]
    period = reading.period(change["period"])
    assert period is not None
    old, new = Decimal(change["old"]["amount"]), Decimal(change["new"]["amount"])
    made = subscriptions.prorate(old, new, period, change["date"], data["currency"])
    rest = replace(period, start=change["date"])
    lines = tuple(
        Line(
            id=plan.get("sku") or plan["name"],
            kind="subscription",
            description=plan["name"],
            product=Item(name=plan["name"], sku=plan.get("sku")),
            quantity=Decimal(1),
            amount=amount,
            taxes=(Charged(rate=Decimal(change["rate"])),),
            period=rest,
            part_of=Whole(amount=whole, period=period),
            subscription=data.get("subscription"),
        )
        for plan, amount, whole in ((change["old"], -made.unused_old, -old), (change["new"], made.new, new))
    )
    sale = _sale(asked, lines, reading.claim(data["totals"]))
    return _of_sale(sales.settle(sale, asked.settings)) if made.net >= 0 else _below_zero(asked, sale)


def _below_zero(asked: Asked, sale: Sale) -> Outcome:
    """A change that costs less than what is unused: a credit note, on the invoice of the period if it is named."""
    if sale.totals.gross > 0:  # some sources write what goes back without a sign
        sale = replace(sale, totals=replace(sale.totals, gross=-sale.totals.gross, vat=_minus(sale.totals.vat)))
    credit = subscriptions.turned(sale)
    if not asked.data.get("invoice"):
        return _of_sale(sales.settle(credit, replace(asked.settings, credit_alone="book")))
    invoice = _invoice(asked)
    if isinstance(invoice, Hold):
        return invoice
    sold = [line.id for line in invoice.lines if line.period is not None]
    of = credit.lines[0].id if credit.lines[0].id in sold else next(iter(sold), None)
    credit = replace(
        credit,
        lines=tuple(replace(line, of=of) for line in credit.lines),
        credits=invoice.key,
        credits_number=invoice.number,
    )
    earlier = tuple(asked.others.credits_of(invoice.key, asked.key))
    return _of_sale(sales.settle(credit, asked.settings, original=invoice, earlier=earlier))


def _minus(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else -amount


def _sale(asked: Asked, lines: tuple[Line, ...], claim: Claim) -> Sale:
    data = asked.data
    given = {name: data[name] for name in ("due", "language", "reference", "subscription", "note") if data.get(name)}
    return Sale(
        kind="invoice",
        key=asked.key,
        number=asked.number,
        state=asked.state,
        date=data["date"],
        currency=data["currency"],
        fx=reading.number(data.get("fx")),
        prices="net",
        rounding=RoundingRule(),
        lines=lines,
        totals=claim,
        customer=reading.party(data["customer"]),
        payments=tuple(reading.paid(one) for one in data.get("payments") or ()),
        **given,
    )


def _cancellation(asked: Asked) -> Outcome:
    """A plan that ends early: recognised up to its last day, the rest credited; an order without a period in full."""
    booked = _invoice(asked)
    if isinstance(booked, Hold):
        return booked
    last = asked.data["last_day"]
    day = asked.data.get("date") or last
    earlier = asked.others.credits_of(booked.key, asked.key)
    if not any(line.period for line in booked.lines):
        found = edits.full_credit(booked, asked.key, day, asked.settings, earlier=earlier)
        return Made(document=replace(found.planned, state=asked.state), postings=found.postings)
    sale = subscriptions.cancelled(
        booked,
        last,
        asked.settings,
        key=asked.key,
        number=f"{booked.number}-{asked.number}",
        day=max(day, last),
        method=asked.data.get("method"),
    )
    if sale is None:
        return Skip(code="RUNS_ON", reason=f"{booked.number} runs on to its end, or nothing of it is unused")
    earned = _earned(asked, booked, last, f"{booked.key}#recognition/{last}")
    sale = replace(sale, state=asked.state)
    made = _of_sale(sales.settle(sale, asked.settings, original=booked, earlier=tuple(earlier)))
    return replace(made, first=(earned,)) if isinstance(made, Made) and earned else made


def _of_sale(found: sales.Settled | Hold | Skip) -> Outcome:
    return Made(document=found.planned, postings=found.postings) if isinstance(found, sales.Settled) else found


def _invoice(asked: Asked) -> Planned | Hold:
    """The invoice that a document is about, as it was booked."""
    key = asked.data["invoice"]
    return asked.others.booked(key) or asked.others.invoice(key) or holds.about_unknown(asked.key, key)


def _closing(invoice: Planned, amount: Decimal) -> Closes:
    return Closes(kind="invoice", key=invoice.key, number=invoice.number, amount=amount)


def _made(voucher: PlannedVoucher) -> Made:
    return Made(document=voucher, postings=voucher.postings)


def _voucher(
    asked: Asked,
    kind: Any,
    found: tuple[Posting, ...],
    *,
    currency: str,
    day: dt.date | None = None,
    of: Planned | None = None,
    text: str | None = None,
    figures: Mapping[str, Any] | None = None,
) -> PlannedVoucher:
    return PlannedVoucher(
        kind=kind,
        key=asked.key,
        mark=asked.number if of is None else f"{of.mark}/{kind}/{asked.number}",
        number=asked.number,
        state=asked.state,
        date=found[0].date if found else day or asked.data["date"],
        currency=currency,
        base_currency=asked.settings.base_currency,
        postings=found,
        text=text,
        of=of.key if of else None,
        figures=figures or {},
    )


_KINDS: Mapping[str, Callable[[Asked], Outcome]] = {
    "payout": _payout,
    "bank_line": _bank_line,
    "bill": _bill,
    "payment": _payment,
    "loss": _loss,
    "recognition": _recognition,
    "voucher": _own,
    "plan_change": _plan_change,
    "cancellation": _cancellation,
}
KINDS = frozenset(_KINDS)
