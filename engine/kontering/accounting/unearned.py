"""Credited subscriptions: what is not earned yet comes out of deferred revenue, what is earned out of revenue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from kontering.accounting import recognition, roles
from kontering.accounting.recognition import Deferral, Taken
from kontering.accounting.settings import Settings
from kontering.model.document import Planned, PlannedLine
from kontering.model.money import ZERO, fitted, unit


def apart(
    lines: tuple[PlannedLine, ...], day: dt.date, original: Planned, earlier: Sequence[Planned], settings: Settings
) -> tuple[PlannedLine, ...]:
    """The lines of a credit note of `day`, with what was earned already as a part of its own: `PLAN/earned`."""
    own = replace(settings, base_currency=original.currency)
    return tuple(part for line in lines for part in _parts(line, day, original, earlier, own))


def _parts(
    line: PlannedLine, day: dt.date, original: Planned, earlier: Sequence[Planned], settings: Settings
) -> Iterator[PlannedLine]:
    source = recognition.source_of(line, original.lines)
    if line.role != "deferred_revenue" or source is None or source.period is None:
        yield line
        return
    taken = tuple(_taken(source, original, earlier))
    whole = Deferral(
        key=original.key,
        line=source.id,
        code=source.code,
        booked=original.date,
        amount=source.net,
        period=source.period,
        taken=taken,
    )
    last = recognition.last_of_service(line, source, day)
    gone = recognition.earned(whole, last, settings) + sum((one.amount for one in taken), ZERO)
    left = max(source.net - gone, ZERO)
    yield from (line,) if line.net <= left else _split(line, left, original.currency)


def _split(line: PlannedLine, left: Decimal, currency: str) -> Iterator[PlannedLine]:
    nets = (left, line.net - left)
    own, rest = fitted(line.vat, [line.vat * net / line.net for net in nets], unit(currency))
    if left:
        yield replace(line, net=left, vat=own, gross=left + own)
    yield replace(
        line,
        id=f"{line.id}/earned" if left else line.id,
        net=nets[1],
        vat=rest,
        gross=nets[1] + rest,
        role=roles.revenue_role(line.code),
        quantity=Decimal(1) if left else line.quantity,
        period=None,
        cost=None if left else line.cost,
    )


def _taken(source: PlannedLine, original: Planned, earlier: Sequence[Planned]) -> Iterator[Taken]:
    for credit in earlier:
        for line in credit.lines:
            if line.role == "deferred_revenue" and recognition.source_of(line, original.lines) == source:
                yield Taken(day=recognition.last_of_service(line, source, credit.date), amount=line.net)
