"""Deferred revenue recognised over its service period: by running totals, so that the slices always add up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from kontering.accounting import months, postings, roles
from kontering.accounting.periods import open_day
from kontering.accounting.settings import Settings
from kontering.accounting.totals import own_lines
from kontering.model.document import Period, Planned, PlannedLine, Posting, PostingLine
from kontering.model.money import ZERO, fitted, rounded, unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A part of a deferral that was credited: it will never be earned. `day` is the last day of service before it."""

    day: dt.date
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferral:
    """What a line put on deferred_revenue, in base currency, and over which days it is earned."""

    key: str
    line: str
    code: str
    booked: dt.date
    amount: Decimal
    period: Period
    taken: tuple[Taken, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What a month recognises."""

    month: dt.date
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """A month of the waterfall: deferred revenue before, what came, what was earned and credited, and after."""

    month: dt.date
    opening: Decimal
    added: Decimal
    recognised: Decimal
    credited: Decimal
    closing: Decimal


def deferrals(document: Planned, credited_by: Sequence[Planned] = ()) -> tuple[Deferral, ...]:
    """What an invoice deferred, line by line, less what its credit notes took back.

    One that stands alone, a change of plan that costs less than nothing, has a schedule of its own, below zero.
    """
    if document.kind == "credit_note" and document.credits:
        return ()
    sign = 1 if document.kind == "invoice" else -1
    lines = [line for line in own_lines(document) if line.role == "deferred_revenue" and line.period is not None]
    worth = _in_base(document, [line.net for line in lines])
    return tuple(
        Deferral(
            key=document.key,
            line=line.id,
            code=line.code,
            booked=document.date,
            amount=sign * amount,
            period=line.period,
            taken=tuple(_taken(line, lines, credited_by)),
        )
        for line, amount in zip(lines, worth, strict=True)
        if line.period is not None
    )


def earned(deferral: Deferral, day: dt.date, settings: Settings) -> Decimal:
    """What of a deferral is earned at the end of `day`."""
    step = unit(settings.base_currency)
    before, base, left, since = ZERO, ZERO, deferral.amount, Fraction(0)
    for taken in sorted(deferral.taken, key=lambda one: one.day):
        if taken.day >= day:
            break
        share = share_at(deferral.period, taken.day, settings)
        base = before + _part(left, since, share, step)
        left, since, before = deferral.amount - base - _sum_until(deferral, taken.day), share, base
    return before + _part(left, since, share_at(deferral.period, day, settings), step)


def schedule(deferral: Deferral, settings: Settings) -> tuple[Slice, ...]:
    """What each month recognises; the slices add up to what was deferred less what was taken back.

    Service that was given before its invoice was booked is earned in the month of the booking.
    """
    found: dict[dt.date, Decimal] = {}
    before, first = ZERO, months.month_of(deferral.booked)
    for month in months.months(deferral.period):
        now = earned(deferral, months.last_day(month), settings)
        found[max(month, first)] = found.get(max(month, first), ZERO) + now - before
        before = now
    return tuple(Slice(month=month, amount=amount) for month, amount in found.items())


def share_at(period: Period, day: dt.date, settings: Settings) -> Fraction:
    """Which part of a period has passed at the end of `day`, by days or by months; exactly, since halves round up."""
    if settings.recognition != "monthly":
        return Fraction(months.passed_days(period, day), months.days(period))
    weighted = months.by_month(period, settings.partial_month)
    whole = sum((weight for _, weight in weighted), Fraction(0))
    gone = sum(
        (weight * Fraction(months.passed_days(part, day), months.days(part)) for part, weight in weighted), Fraction(0)
    )
    return Fraction(1) if day >= period.end else gone / whole


def vouchers(
    document: Planned, month: dt.date, settings: Settings, credited_by: Sequence[Planned] = ()
) -> Iterator[Posting]:
    """What a document's deferrals recognise in a month, in one voucher on its last day; at most one."""
    found: dict[str, Decimal] = {}
    for deferral in deferrals(document, credited_by):
        for part in schedule(deferral, settings):
            if part.month == months.month_of(month):
                role = roles.revenue_role(deferral.code)
                found[role] = found.get(role, ZERO) + part.amount
    yield from _voucher(document, f"{month:%Y-%m}", months.last_day(month), found, settings)


def vouchers_until(
    document: Planned, day: dt.date, done: Decimal, settings: Settings, credited_by: Sequence[Planned] = ()
) -> Iterator[Posting]:
    """What is earned at the end of `day` and not recognised yet, in one voucher; `done` was recognised before."""
    own = deferrals(document, credited_by)
    exact = [earned(one, day, settings) for one in own]
    whole = sum(exact, ZERO)
    parts = (
        fitted(whole - done, [one * (whole - done) / whole for one in exact], unit(document.base_currency))
        if whole
        else ()
    )
    found: dict[str, Decimal] = {}
    for deferral, part in zip(own, parts, strict=False):
        role = roles.revenue_role(deferral.code)
        found[role] = found.get(role, ZERO) + part
    yield from _voucher(document, f"{day}", day, found, settings)


def between(
    document: Planned, after: dt.date, until: dt.date, settings: Settings, credited_by: Sequence[Planned] = ()
) -> Iterator[Posting]:
    """What is earned from the day after `after` to `until`: slices that follow each other add up to the whole."""
    found: dict[str, Decimal] = {}
    for deferral in deferrals(document, credited_by):
        role = roles.revenue_role(deferral.code)
        part = earned(deferral, until, settings) - earned(deferral, after, settings)
        found[role] = found.get(role, ZERO) + part
    yield from _voucher(document, f"{until:%Y-%m-%d}", until, found, settings)


def said(
    document: Planned,
    after: dt.date | None,
    until: dt.date,
    settings: Settings,
    credited_by: Sequence[Planned] = (),
) -> tuple[str, ...]:
    """Why so much: line by line what was deferred, over which days, and what of it is earned."""
    return tuple(_said(one, after, until, settings) for one in deferrals(document, credited_by))


def _said(deferral: Deferral, after: dt.date | None, until: dt.date, settings: Settings) -> str:
    whole = earned(deferral, until, settings)
    new = f", {whole - earned(deferral, after, settings)} of it after {after}" if after else ""
    passed, days = months.passed_days(deferral.period, until), months.days(deferral.period)
    taken = _sum_until(deferral, until)
    less = f", less {taken} credited" if taken else ""
    by = "months" if settings.recognition == "monthly" else "days"
    return (
        f"{deferral.line}: {deferral.amount}{less} over {deferral.period.start} to {deferral.period.end}, by {by}: "
        f"{passed} of {days} days are over by {until}, {whole} is earned{new}"
    )


def due(
    document: Planned,
    day: dt.date,
    done: Mapping[str, Decimal],
    settings: Settings,
    credited_by: Sequence[Planned] = (),
) -> Iterator[Posting]:
    """What is earned at the end of `day` and isn't on its revenue account yet; `done` is what was recognised on each.

    By running totals: whatever was recognised before, for whichever days, the sum is right afterwards.
    """
    found: dict[str, Decimal] = {}
    for deferral in deferrals(document, credited_by):
        role = roles.revenue_role(deferral.code)
        found[role] = found.get(role, -done.get(role, ZERO)) + earned(deferral, day, settings)
    yield from _voucher(document, f"{day:%Y-%m-%d}", day, found, settings)


def _voucher(
    document: Planned, name: str, day: dt.date, by_role: dict[str, Decimal], settings: Settings
) -> Iterator[Posting]:
    whole = sum(by_role.values(), ZERO)
    lines = [PostingLine(role="deferred_revenue", amount=whole)] if whole else []
    lines += [PostingLine(role=role, amount=-amount) for role, amount in by_role.items() if amount]
    if lines:
        yield Posting(
            kind="recognition",
            key=f"{document.key}#recognition/{name}",
            date=open_day(day, settings),
            lines=tuple(lines),
            text=f"recognition {name} {document.mark}",
        )


def deferred_at(found: Iterable[Deferral], day: dt.date, settings: Settings) -> Decimal:
    """What is still deferred at the end of `day`."""
    return sum((_left(deferral, day, settings) for deferral in found if deferral.booked <= day), ZERO)


def waterfall(found: Sequence[Deferral], settings: Settings) -> tuple[Fall, ...]:
    """Month by month from the first booking to the last slice; every month opens where the one before closed."""
    if not found:
        return ()
    start = min(min(one.booked, one.period.start) for one in found)
    until = max(max(one.period.until, one.booked + dt.timedelta(days=1)) for one in found)
    rows: list[Fall] = []
    for month in months.months(Period(start=start, until=until)):
        rows.append(_fall(found, month, rows[-1].closing if rows else ZERO, settings))
    return tuple(rows)


def _fall(found: Sequence[Deferral], month: dt.date, opening: Decimal, settings: Settings) -> Fall:
    added = sum((one.amount for one in found if months.month_of(one.booked) == month), ZERO)
    recognised = sum((part.amount for one in found for part in schedule(one, settings) if part.month == month), ZERO)
    credited = sum((taken.amount for one in found for taken in one.taken if months.month_of(taken.day) == month), ZERO)
    return Fall(
        month=month,
        opening=opening,
        added=added,
        recognised=recognised,
        credited=credited,
        closing=opening + added - recognised - credited,
    )


def _left(deferral: Deferral, day: dt.date, settings: Settings) -> Decimal:
    return deferral.amount - earned(deferral, day, settings) - _sum_until(deferral, day)


def _part(left: Decimal, since: Fraction, share: Fraction, step: Decimal) -> Decimal:
    """What of `left`, which begins at the share `since` of the period, is earned at `share`."""
    if share <= since:
        return ZERO
    if share == 1:
        return left
    exact = (share - since) / (1 - since)
    return rounded(left * exact.numerator / exact.denominator, step)


def _sum_until(deferral: Deferral, day: dt.date) -> Decimal:
    return sum((taken.amount for taken in deferral.taken if taken.day <= day), ZERO)


def last_of_service(credited: PlannedLine, sold: PlannedLine, day: dt.date) -> dt.date:
    """The last day of service before what was credited: the day before its own period, else the credit note's day."""
    if credited.period is None or credited.period == sold.period:
        return day
    return credited.period.start - dt.timedelta(days=1)


def source_of(credited: PlannedLine, sold: Sequence[PlannedLine]) -> PlannedLine | None:
    """Which deferred line of an invoice a credit note's line takes back: the named one, its like, or the only one."""
    deferred = [line for line in sold if line.role == "deferred_revenue"]
    for name in (credited.of, credited.id):
        if named := [line for line in deferred if line.id == name]:
            return named[0]
    return deferred[0] if len(deferred) == 1 else None


def _taken(line: PlannedLine, sold: Sequence[PlannedLine], credited_by: Sequence[Planned]) -> Iterator[Taken]:
    for credit in credited_by:
        lines = [one for one in credit.lines if one.role == "deferred_revenue"]
        for one, amount in zip(lines, _in_base(credit, [one.net for one in lines]), strict=True):
            if source_of(one, sold) == line:
                yield Taken(day=last_of_service(one, line, credit.date), amount=amount)


def _in_base(document: Planned, nets: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Lines' net amounts as they were posted: shares of the one amount on deferred_revenue."""
    posted = next(iter(postings.of_sale(document)), None)
    if posted is None or not nets:
        return tuple(nets)
    whole = abs(sum((line.amount for line in posted.lines if line.role == "deferred_revenue"), ZERO))
    exact = [net * (document.fx or 1) for net in nets]
    return fitted(whole if sum(exact, ZERO) >= 0 else -whole, exact, unit(document.base_currency))
