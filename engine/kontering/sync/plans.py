"""Subscriptions: plans that change in the middle of a period, plans that end, and months that are earned."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from kontering.accounting import edits, periods, reading, recognition, subscriptions
from kontering.accounting import settle as sales
from kontering.model.document import Charged, Claim, Item, Line, Planned, RoundingRule, Sale, Warned, Whole
from kontering.model.plan import Hold, Skip
from kontering.model.voucher import PlannedVoucher
from kontering.sync import outstanding
from kontering.sync.asked import Asked, Made, Outcome, invoice_of, made, of_sale, voucher_of


def months_earned(asked: Asked) -> Outcome:
    until = asked.data["until"]
    invoice = asked.others.edition(asked.data["invoice"]) or invoice_of(asked)
    if isinstance(invoice, Hold):
        return invoice
    if isinstance(day := periods.posting_day(asked.key, until, asked.settings), Hold):
        return day
    voucher = _earned(asked, invoice, until, asked.key, after=asked.data.get("after"))
    if voucher is None:
        return Skip(code="NOTHING_EARNED", reason=f"nothing of {invoice.number} is earned by {until}")
    return made(replace(voucher, mark=asked.data.get("number") or voucher.mark))


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
    voucher = voucher_of(asked, "recognition", found, currency=invoice.base_currency, of=invoice)
    return replace(
        voucher,
        key=key,
        mark=f"{invoice.mark}/{until:%Y-%m-%d}",
        figures={"until": until},
        warnings=(Warned(code="RECOGNISED_LATE", message=f"{until} is closed"),) if found[0].date > until else (),
        why=recognition.said(invoice, after, until, asked.settings, credited),
    )


def plan_change(asked: Asked) -> Outcome:
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
    return of_sale(sales.settle(sale, asked.settings)) if made.net >= 0 else _below_zero(asked, sale)


def _below_zero(asked: Asked, sale: Sale) -> Outcome:
    """A change that costs less than what is unused: a credit note, on the invoice of the period if it is named."""
    if sale.totals.gross > 0:  # some sources write what goes back without a sign
        sale = replace(sale, totals=replace(sale.totals, gross=-sale.totals.gross, vat=_minus(sale.totals.vat)))
    credit = subscriptions.turned(sale)
    if not asked.data.get("invoice"):
        return of_sale(sales.settle(credit, replace(asked.settings, credit_alone="book")))
    invoice = invoice_of(asked)
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
    return of_sale(sales.settle(credit, asked.settings, original=invoice, earlier=earlier))


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


def cancellation(asked: Asked) -> Outcome:
    """A plan that ends early: recognised up to its last day, the rest credited; an order without a period in full."""
    booked = invoice_of(asked)
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
    made = of_sale(sales.settle(sale, asked.settings, original=booked, earlier=tuple(earlier)))
    return replace(made, first=(earned,)) if isinstance(made, Made) and earned else made
