"""Figures of a subscription business: recurring revenue, how it moved, and what a customer is worth.

A customer is lost with the last active subscription; a year counts a twelfth a month, a week 52/12. VAT, one-off
charges, usage and trials are left out, so refunds move nothing here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from kontering.model.money import ZERO, rounded

CENT = Decimal("0.01")
Unit = Literal["day", "week", "month", "year"]
# How many of a unit are in a month.
PER_MONTH: dict[Unit, Decimal] = {
    "day": Decimal(365) / 12,
    "week": Decimal(52) / 12,
    "month": Decimal(1),
    "year": Decimal(1) / 12,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What a customer pays for, from `start` until `ended`: `amount` is net, for `count` units, in base currency.

    Until `trial_until` nothing is paid. A plan that changes is one subscription that ends and one that starts.
    """

    key: str
    customer: str
    start: dt.date
    amount: Decimal
    count: int = 1
    unit: Unit = "month"
    trial_until: dt.date | None = None
    ended: dt.date | None = None
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Movements:
    """How recurring revenue came from the start of a period to its end."""

    opening: Decimal
    new: Decimal
    reactivation: Decimal
    expansion: Decimal
    contraction: Decimal
    churn: Decimal
    customers_opening: int
    customers_new: int
    customers_back: int
    customers_lost: int

    @property
    def closing(self) -> Decimal:
        """Recurring revenue at the end."""
        return self.opening + self.new + self.reactivation + self.expansion - self.contraction - self.churn

    @property
    def customers_closing(self) -> int:
        """Paying customers at the end."""
        return self.customers_opening + self.customers_new + self.customers_back - self.customers_lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The ratios of a period, unrounded; None where one would divide by nothing."""

    mrr: Decimal
    arr: Decimal
    arpa: Decimal | None
    customer_churn: Decimal | None
    gross_churn: Decimal | None
    net_churn: Decimal | None
    gross_retention: Decimal | None
    net_retention: Decimal | None
    ltv: Decimal | None
    cac: Decimal | None
    payback: Decimal | None
    ltv_to_cac: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A customer's recurring revenue of a month beside what the books recognised for it."""

    customer: str
    mrr: Decimal
    recognised: Decimal
    difference: Decimal


def monthly(subscription: Subscription) -> Decimal:
    """What a subscription comes to a month, unrounded.

    >>> year = Subscription(key="s", customer="c", start=dt.date(2026, 1, 1), amount=Decimal(1200), unit="year")
    >>> monthly(year)
    Decimal('100')
    """
    if subscription.unit == "year":
        return subscription.amount / (12 * subscription.count)
    return subscription.amount * PER_MONTH[subscription.unit] / subscription.count


def is_active(subscription: Subscription, day: dt.date) -> bool:
    """Is it paid for on that day? `ended` is the first day without it."""
    begins = max(subscription.start, subscription.trial_until or subscription.start)
    return begins <= day and (subscription.ended is None or day < subscription.ended) and not subscription.paused


def by_customer(subscriptions: Iterable[Subscription], day: dt.date) -> dict[str, Decimal]:
    """Recurring revenue of each paying customer at the end of a day."""
    found: dict[str, Decimal] = {}
    for one in subscriptions:
        if is_active(one, day) and one.amount:
            found[one.customer] = found.get(one.customer, ZERO) + monthly(one)
    return {customer: amount for customer, amount in found.items() if rounded(amount, CENT)}


def movements(subscriptions: Sequence[Subscription], start: dt.date, until: dt.date) -> Movements:
    """How recurring revenue moved from the day before `start` to the day before `until`."""
    day = dt.timedelta(days=1)
    before, after = by_customer(subscriptions, start - day), by_customer(subscriptions, until - day)
    once = {one.customer for one in subscriptions if one.start < start and one.customer not in before}
    was_paying = {customer for customer in once if _ever_paid(subscriptions, customer, start)}
    return moved(before, after, was_paying)


def moved(before: Mapping[str, Decimal], after: Mapping[str, Decimal], known: Iterable[str] = ()) -> Movements:
    """The movements between two states; `known` are customers of an earlier time, who come back."""
    old, back = set(known), [name for name in after if name not in before]
    gains = [after[name] - before[name] for name in after if name in before]
    returning = [name for name in back if name in old]
    fresh = [name for name in back if name not in old]
    return Movements(
        opening=sum(before.values(), ZERO),
        new=sum((after[name] for name in fresh), ZERO),
        reactivation=sum((after[name] for name in returning), ZERO),
        expansion=sum((gain for gain in gains if gain > 0), ZERO),
        contraction=-sum((gain for gain in gains if gain < 0), ZERO),
        churn=sum((amount for name, amount in before.items() if name not in after), ZERO),
        customers_opening=len(before),
        customers_new=len(fresh),
        customers_back=len(returning),
        customers_lost=len([name for name in before if name not in after]),
    )


def figures(moves: Movements, *, margin: Decimal = Decimal(1), acquisition_cost: Decimal | None = None) -> Figures:
    """The ratios of a period: churn and retention against its start, value and cost of a customer.

    `margin` is the share of revenue that is left after direct costs, `acquisition_cost` what winning customers cost.
    """
    gross_lost = moves.churn + moves.contraction
    arpa = _ratio(moves.closing, moves.customers_closing)
    churn = _ratio(Decimal(moves.customers_lost), moves.customers_opening)
    gross = _ratio(gross_lost, moves.opening)
    net = _ratio(gross_lost - moves.expansion - moves.reactivation, moves.opening)
    ltv = arpa * margin / churn if arpa is not None and churn else None
    cac = None if acquisition_cost is None else _ratio(acquisition_cost, moves.customers_new)
    return Figures(
        mrr=moves.closing,
        arr=12 * moves.closing,
        arpa=arpa,
        customer_churn=churn,
        gross_churn=gross,
        net_churn=net,
        gross_retention=None if gross is None else 1 - gross,
        net_retention=_ratio(moves.opening - gross_lost + moves.expansion, moves.opening),
        ltv=ltv,
        cac=cac,
        payback=cac / (arpa * margin) if cac is not None and arpa and margin else None,
        ltv_to_cac=ltv / cac if ltv is not None and cac else None,
    )


def against_revenue(mrr: Mapping[str, Decimal], recognised: Mapping[str, Decimal]) -> tuple[Compared, ...]:
    """Each customer's recurring revenue beside the revenue recognised in the month, the largest gap first."""
    rows = [
        Compared(
            customer=name,
            mrr=mrr.get(name, ZERO),
            recognised=recognised.get(name, ZERO),
            difference=recognised.get(name, ZERO) - mrr.get(name, ZERO),
        )
        for name in {*mrr, *recognised}
    ]
    return tuple(sorted(rows, key=lambda row: (-abs(row.difference), row.customer)))


def _ever_paid(subscriptions: Iterable[Subscription], customer: str, day: dt.date) -> bool:
    own = (one for one in subscriptions if one.customer == customer and one.amount)
    begins = ((max(one.start, one.trial_until or one.start), one.ended) for one in own)
    return any(begin < day and (ended is None or ended > begin) for begin, ended in begins)


def _ratio(part: Decimal, whole: Decimal | int) -> Decimal | None:
    return part / whole if whole else None
