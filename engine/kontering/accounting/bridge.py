"""From recurring revenue at a month's end to the revenue booked in the month: each difference with its cause."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kontering.accounting import metrics, months, recognition, recurring
from kontering.accounting.metrics import Subscription
from kontering.accounting.recognition import Deferral
from kontering.accounting.settings import Settings
from kontering.model.document import Planned
from kontering.model.money import ZERO, rounded

CENT = Decimal("0.01")
Causes = defaultdict[str, Decimal]

PARTIAL = "plans that began, changed or ended within the month"
DAYS = "days of the month, and rounding"
REFUNDS = "refunds of time still to come"
USAGE = "usage and other services for a time"
LATE = "invoiced after the time that it is for"
ELSEWHEN = "recognised in another month, or not yet"
DIRECT = "sold at once, not for a time"
BACK = "credited after it was earned"
UNDEFERRED = "plans that are revenue when they are invoiced"
OTHER = "vouchers that belong to no sale"
CAUSES = (PARTIAL, DAYS, REFUNDS, USAGE, LATE, ELSEWHEN, DIRECT, BACK, UNDEFERRED, OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """An invoice, or a credit note that stands alone, with the credit notes on it and what it recurs for."""

    document: Planned
    credited_by: tuple[Planned, ...] = ()
    running: tuple[Subscription, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """Revenue that the books have of a month: recognised and posted at once, by the sale, and what is of none."""

    recognised: Mapping[str, Decimal]
    direct: Mapping[str, Decimal]
    other: Decimal = ZERO

    @property
    def revenue(self) -> Decimal:
        """All of it."""
        return sum((*self.recognised.values(), *self.direct.values()), self.other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """Recurring revenue, what lies between, and booked revenue: they add up to the smallest unit."""

    month: dt.date
    mrr: Decimal
    causes: Mapping[str, Decimal]
    revenue: Decimal


def sales(documents: Sequence[Planned], settings: Settings) -> tuple[Sale, ...]:
    """Sales with their credit notes."""
    credited = defaultdict[str, list[Planned]](list)
    for one in documents:
        if one.kind == "credit_note" and one.credits:
            credited[one.credits].append(one)
    alone = [one for one in documents if one.kind == "invoice" or not one.credits]
    return tuple(
        Sale(
            document=one,
            credited_by=tuple(credited[one.key]),
            running=tuple(recurring.subscriptions(one, credited[one.key], settings)),
        )
        for one in alone
    )


def bridge(found: Sequence[Sale], booked: Booked, month: dt.date, settings: Settings) -> Bridge:
    """The way from one to the other; what is left over after the other causes is days and rounding."""
    last = months.last_day(month)
    running = [one for sale in found for one in sale.running]
    mrr = sum((metrics.monthly(one) for one in running if metrics.is_active(one, last)), ZERO)
    causes = Causes(Decimal)
    for sale in found:
        _of_sale(sale, booked, month, settings, causes)
    causes[OTHER] += booked.other
    shown = {name: rounded(causes[name], CENT) for name in CAUSES}
    whole = rounded(mrr, CENT)
    shown[DAYS] += booked.revenue - whole - sum(shown.values(), ZERO)
    return Bridge(month=month, mrr=whole, causes={k: v for k, v in shown.items() if v}, revenue=booked.revenue)


def _of_sale(sale: Sale, booked: Booked, month: dt.date, settings: Settings, causes: Causes) -> None:
    document, last = sale.document, months.last_day(month)
    active = [one for one in sale.running if metrics.is_active(one, last)]
    worth = _worth(sale, month)
    causes[PARTIAL] += sum(worth.values(), ZERO) - sum(map(metrics.monthly, active), ZERO)
    deferred = recognition.deferrals(document, sale.credited_by)
    recurs = {line.id for line in document.lines if recurring.is_recurring(line)}
    scheduled = ZERO
    for one in deferred:
        own, due = _earned_in(one, month, settings), _due_in(one, month, settings)
        scheduled += due
        if one.line in recurs:
            causes[REFUNDS if one.taken else DAYS] += own - worth.pop(one.line, ZERO)
            causes[LATE] += due - own
        else:
            causes[USAGE] += due
    causes[ELSEWHEN] += booked.recognised.get(document.key, ZERO) - scheduled
    causes[UNDEFERRED] -= sum(worth.values(), ZERO)
    causes[UNDEFERRED if recurs and not deferred else DIRECT] += booked.direct.get(document.key, ZERO)
    causes[BACK] += sum((booked.direct.get(credit.key, ZERO) for credit in sale.credited_by), ZERO)


def _earned_in(deferral: Deferral, month: dt.date, settings: Settings) -> Decimal:
    before = recognition.earned(deferral, month - dt.timedelta(days=1), settings)
    return recognition.earned(deferral, months.last_day(month), settings) - before


def _due_in(deferral: Deferral, month: dt.date, settings: Settings) -> Decimal:
    """What the month's recognition takes: in the month of the invoice also what was given before it."""
    if months.month_of(deferral.booked) < month:
        return _earned_in(deferral, month, settings)
    first = months.month_of(deferral.booked) == month
    return recognition.earned(deferral, months.last_day(month), settings) if first else ZERO


def _worth(sale: Sale, month: dt.date) -> dict[str, Decimal]:
    """What each line's plan is worth in the month, by the days that it runs."""
    found: dict[str, Decimal] = {}
    for one in sale.running:
        line = one.key.removeprefix(f"{sale.document.key}/")
        found[line] = found.get(line, ZERO) + metrics.monthly(one) * _covered(one, month)
    return found


def _covered(one: Subscription, month: dt.date) -> Decimal:
    until = min(one.ended or dt.date.max, months.next_month(month))
    days = (until - max(one.start, month)).days
    return Decimal(max(days, 0)) / months.last_day(month).day
