"""Laws of recognition: whatever is credited, and whenever the months are read, exactly what stays deferred is earned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from kontering.accounting import earning, months, recognition
from kontering.accounting.earning import Recognised
from kontering.accounting.recognition import Deferral, Taken
from kontering.accounting.settings import Settings
from kontering.model.document import Period

ZERO = Decimal(0)
START = dt.date(2024, 1, 1)
HOWS = [
    Settings(recognition="daily"),
    Settings(recognition="monthly"),
    Settings(recognition="monthly", partial_month="full"),
    Settings(recognition="monthly", partial_month="half"),
]


@dataclass
class Books:
    """A document's deferrals, what was recognised of them, and how they were credited."""

    settings: Settings
    deferrals: list[Deferral]
    done: list[Recognised] = field(default_factory=list)

    def read(self, last: dt.date) -> int:
        """One reading of the source: each month that is due is posted."""
        found = list(earning.due(self.deferrals, self.done, last, self.settings))
        for one in found:
            self.done.append(Recognised(until=one.until, amounts={"revenue": one.amount}))
        return len(found)

    def credit(self, at: int, day: dt.date, share: int) -> None:
        """Some of what is unearned by then comes out of deferred revenue, as a credit note takes it."""
        at %= len(self.deferrals)
        one = self.deferrals[at]
        taken = sum((part.amount for part in one.taken), ZERO)
        left = max(one.amount - recognition.earned(one, day, self.settings) - taken, ZERO)
        part = (left * share / 100).quantize(Decimal("0.01"))
        self.deferrals[at] = replace(one, taken=(*one.taken, Taken(day=day, amount=part)))

    def recognised(self) -> Decimal:
        return sum((amount for one in self.done for amount in one.amounts.values()), ZERO)

    def stays(self) -> Decimal:
        taken = sum((part.amount for one in self.deferrals for part in one.taken), ZERO)
        return sum((one.amount for one in self.deferrals), ZERO) - taken


days = st.integers(0, 800).map(lambda n: START + dt.timedelta(days=n))


@st.composite
def deferral(draw: st.DrawFn, booked: dt.date) -> Deferral:
    start = draw(days)
    period = Period(start=start, until=start + dt.timedelta(days=draw(st.integers(1, 400))))
    amount = Decimal(draw(st.integers(1, 500_000))) / 100
    return Deferral(key="shop/order/1", line="1", code="DK25", booked=booked, amount=amount, period=period)


@st.composite
def documents(draw: st.DrawFn) -> list[Deferral]:
    booked = draw(days)
    return draw(st.lists(deferral(booked), min_size=1, max_size=3))


Events = Sequence[tuple[str, int, dt.date, int]]
events = st.lists(
    st.tuples(st.sampled_from(["read", "credit"]), st.integers(0, 2), days, st.integers(0, 100)), max_size=8
)


@given(settings=st.sampled_from(HOWS), found=documents(), happened=events)
def test_exactly_what_stays_deferred_is_recognised(settings: Settings, found: list[Deferral], happened: Events) -> None:
    books = Books(settings, found)
    for what, at, day, share in happened:
        books.read(months.last_day(day)) if what == "read" else books.credit(at, day, share)
    end = dt.date(2040, 12, 31)

    books.read(end)
    books.read(end)

    assert books.recognised() == books.stays()
    assert books.read(end) == 0


@given(settings=st.sampled_from(HOWS), found=documents(), reads=st.lists(days, max_size=6))
def test_when_it_is_read_makes_no_difference(settings: Settings, found: list[Deferral], reads: list[dt.date]) -> None:
    often, once = Books(settings, list(found)), Books(settings, list(found))
    for day in sorted(reads):
        often.read(months.last_day(day))
    end = dt.date(2040, 12, 31)

    often.read(end)
    once.read(end)

    assert [(one.until, dict(one.amounts)) for one in often.done] == [
        (one.until, dict(one.amounts)) for one in once.done
    ]
