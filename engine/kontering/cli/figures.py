"""The figures of a subscription business, month by month, and the way from recurring revenue to what was booked."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from kontering.accounting import bridge, metrics, months, roles
from kontering.accounting.bridge import Booked, Bridge, Sale
from kontering.accounting.metrics import Figures, Movements
from kontering.cli.reporting import Asked, Row
from kontering.connectors.ledger import deferred
from kontering.model.document import Period

RATES = ("customer_churn", "gross_churn", "net_churn", "gross_retention", "net_retention")


@dataclass(frozen=True)
class Business:
    """What was sold, read once for all months."""

    asked: Asked

    @cached_property
    def sales(self) -> tuple[Sale, ...]:
        return bridge.sales(list(self.asked.delivered()), self.asked.settings)

    @cached_property
    def keys(self) -> Mapping[str, str]:
        """Which sale a voucher's revenue belongs to: its own, and for a recognition the one that is earned."""
        own = {sale.document.key: sale.document.key for sale in self.sales}
        credited = {one.key: one.key for sale in self.sales for one in sale.credited_by}
        earned = {one.key: one.of for one in self.asked.vouchers() if one.kind == "recognition" and one.of in own}
        return own | credited | {key: of for key, of in earned.items() if of}

    def movements(self, month: dt.date) -> Movements:
        running = [one for sale in self.sales for one in sale.running]
        return metrics.movements(running, month, months.next_month(month))

    def booked(self, month: dt.date) -> Booked:
        """What the books have of revenue in a month."""
        recognised, direct = defaultdict[str, Decimal](Decimal), defaultdict[str, Decimal](Decimal)
        other = Decimal(0)
        last = months.last_day(month)
        found = deferred.turnover(self.asked.connection, roles.REVENUE, since=month, until=last, book=self.asked.book)
        for key, kind, amount in found:
            if key not in self.keys:
                other += amount
            elif kind == "recognition":
                recognised[self.keys[key]] += amount
            else:
                direct[self.keys[key]] += amount
        return Booked(recognised=recognised, direct=direct, other=other)

    def bridge(self, month: dt.date) -> Bridge:
        return bridge.bridge(self.sales, self.booked(month), month, self.asked.settings)


def figures(asked: Asked) -> Iterator[Row]:
    """Recurring revenue and its ratios, month by month, from the periods that were invoiced; then booked revenue."""
    business = Business(asked)
    for month in months.months(_whole(asked)):
        moves = business.movements(month)
        found = metrics.figures(moves, margin=asked.margin, acquisition_cost=asked.acquisition_cost)
        way = business.bridge(month)
        yield {
            "month": f"{month:%Y-%m}",
            **_amounts(moves, found),
            **{name: _shown(getattr(found, name)) for name in RATES},
            **{name: _shown(getattr(found, name)) for name in ("ltv", "cac", "payback", "ltv_to_cac")},
            "revenue": way.revenue,
            "difference": way.revenue - way.mrr,
        }


def causes(asked: Asked) -> Iterator[Row]:
    """The same months as a bridge: recurring revenue, each difference with its cause, booked revenue."""
    business = Business(asked)
    for month in months.months(_whole(asked)):
        way = business.bridge(month)
        name = {"month": f"{month:%Y-%m}"}
        yield {**name, "what": "recurring revenue at the month's end", "amount": way.mrr}
        yield from ({**name, "what": cause, "amount": amount} for cause, amount in way.causes.items())
        yield {**name, "what": "revenue booked in the month", "amount": way.revenue}


def _amounts(moves: Movements, found: Figures) -> dict[str, Any]:
    own = {"mrr": _shown(found.mrr), "arr": _shown(found.arr), "customers": moves.customers_closing}
    parts = ("new", "reactivation", "expansion", "contraction", "churn")
    return {**own, **{name: _shown(getattr(moves, name)) for name in parts}, "arpa": _shown(found.arpa)}


def _whole(asked: Asked) -> Period:
    from_day, until = asked.since.replace(day=1), asked.until + dt.timedelta(days=1)
    return Period(start=from_day, until=max(until, from_day + dt.timedelta(days=1)))


def _shown(value: Decimal | None) -> Decimal | None:
    """Amounts in hundredths; a share below one says more with four places."""
    if value is None:
        return None
    return value.quantize(Decimal("0.0001") if 0 < abs(value) < 1 else Decimal("0.01"))
