"""Plans that change in the middle of a period, and plans that end: what is used, what is not, and what it comes to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kontering.accounting import months, recognition
from kontering.accounting.recognition import Deferral
from kontering.accounting.settings import Settings
from kontering.model.document import (
    Charged,
    Claim,
    Line,
    Paid,
    Period,
    Planned,
    PlannedLine,
    RoundingRule,
    Sale,
)
from kontering.model.money import ZERO, rounded, to_currency, unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Proration:
    """A change of plan: the unused part of the old price, and the part of the new one, from the day of the change."""

    days: int
    days_left: int
    unused_old: Decimal
    new: Decimal

    @property
    def net(self) -> Decimal:
        """What the change costs; below zero it is a credit."""
        return self.new - self.unused_old


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """A line of a cancelled plan: what of it was used up to the last day, and what is credited."""

    line: PlannedLine
    last_day: dt.date
    days: int
    days_used: int
    used: Decimal
    unused: Decimal


def prorate(old: Decimal, new: Decimal, period: Period, change: dt.date, currency: str) -> Proration:
    """From the day of the change on, the new price counts: by days, rounded once each.

    >>> half = Period(start=dt.date(2026, 4, 1), until=dt.date(2026, 5, 1))
    >>> made = prorate(Decimal("300.00"), Decimal("450.00"), half, dt.date(2026, 4, 16), "DKK")
    >>> str(made.unused_old), str(made.new), str(made.net)
    ('150.00', '225.00', '75.00')
    """
    days = months.days(period)
    left = days - months.passed_days(period, change - dt.timedelta(days=1))
    return Proration(
        days=days,
        days_left=left,
        unused_old=to_currency(old * left / days, currency),
        new=to_currency(new * left / days, currency),
    )


def unused(document: Planned, last_day: dt.date, settings: Settings) -> tuple[Unused, ...]:
    """What is left of each line with a period when service ends after `last_day`, in the document's currency."""
    own = replace(settings, base_currency=document.currency)
    found = []
    for line in document.lines:
        if line.period is not None:
            whole = Deferral(
                key=document.key,
                line=line.id,
                code=line.code,
                booked=document.date,
                amount=line.net,
                period=line.period,
            )
            used = recognition.earned(whole, last_day, own)
            found.append(
                Unused(
                    line=line,
                    last_day=last_day,
                    days=months.days(line.period),
                    days_used=months.passed_days(line.period, last_day),
                    used=used,
                    unused=line.net - used,
                )
            )
    return tuple(found)


def is_change(lines: Sequence[Line] | Sequence[PlannedLine]) -> bool:
    """Is this nothing but service for a time, as a change of plan is? Below zero it is a credit note of its own."""
    return all(line.kind == "subscription" and line.period is not None for line in lines)


def turned(sale: Sale) -> Sale:
    """A change of plan that comes to less than nothing, as the credit note that it is: all its signs turn round."""
    return replace(
        sale,
        kind="credit_note",
        due=None,
        lines=tuple(_turned(line) for line in sale.lines),
        payments=tuple(replace(paid, amount=abs(paid.amount)) for paid in sale.payments),
        totals=Claim(
            gross=-sale.totals.gross,
            vat=_minus(sale.totals.vat),
            rates=tuple(_turned_tax(one) for one in sale.totals.rates),
        ),
    )


def _turned(line: Line) -> Line:
    return replace(
        line,
        amount=-line.amount,
        discount=_minus(line.discount),
        taxes=None if line.taxes is None else tuple(_turned_tax(one) for one in line.taxes),
        part_of=None if line.part_of is None else replace(line.part_of, amount=-line.part_of.amount),
    )


def _turned_tax(one: Charged) -> Charged:
    return replace(one, vat=_minus(one.vat), base=_minus(one.base))


def _minus(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else -amount


def cancelled(
    document: Planned, last_day: dt.date, settings: Settings, *, key: str, number: str, day: dt.date, method: str | None
) -> Sale | None:
    """The credit note of a plan that ends early; with a `method` the money goes back by it.

    None where nothing is unused, or where cancelled plans run on to the end of what is paid. Of a change of plan both
    lines end: what was taken off for the old one goes against what is unused of the new one.
    """
    parts = [part for part in unused(document, last_day, settings) if part.unused]
    if sum((part.unused for part in parts), ZERO) <= 0 or settings.on_cancel == "none":
        return None
    lines = tuple(_credited(part) for part in parts)
    gross = sum((_gross(part, document.currency) for part in parts), ZERO)
    paid = (Paid(method=method, date=day, amount=gross),) if method and gross else ()
    return Sale(
        kind="credit_note",
        key=key,
        number=number,
        state="cancelled",
        date=day,
        currency=document.currency,
        prices="net",
        lines=lines,
        totals=Claim(gross=gross),
        payments=paid,
        rounding=RoundingRule(),
        credits=document.key,
        credits_number=document.number,
        subscription=document.subscription,
    )


def _credited(part: Unused) -> Line:
    after = part.last_day + dt.timedelta(days=1)
    period = (
        Period(start=max(after, part.line.period.start), until=part.line.period.until) if part.line.period else None
    )
    return Line(
        id=part.line.id,
        kind=part.line.kind,
        description=part.line.description,
        quantity=Decimal(1),
        amount=part.unused,
        taxes=(Charged(rate=part.line.rate),),
        period=period,
        of=part.line.id,
        subscription=part.line.subscription,
        product=part.line.product,
    )


def _gross(part: Unused, currency: str) -> Decimal:
    return part.unused + rounded(part.unused * part.line.rate / 100, unit(currency))
