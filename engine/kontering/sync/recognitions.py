"""`store/recognition` as a source: the months of deferred revenue that are over, from the invoices a flow's target has.

One record for each invoice and month, and one more where a late credit note took back what was recognised already.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from kontering.accounting import earning, recognition
from kontering.accounting.earning import Due, Recognised
from kontering.accounting.settings import Settings
from kontering.errors import Misuse
from kontering.model.document import Planned
from kontering.model.record import Page, Pointer, Position, Record
from kontering.sdk.connector import Source
from kontering.store import recognitions
from kontering.store.recognitions import KIND, Kept
from kontering.store.store import Tx
from kontering.sync import outstanding

SIZE = 200

Look = Callable[[], AbstractContextManager[Tx]]
"""Opens a reading transaction of the store, or gives the one that is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognitions:
    """The source: of which target's documents, by which settings; `name` is the connection that is read."""

    look: Look
    name: str
    target: str
    settings: Settings
    zone: str

    def read(self, kind: str, after: Position | None) -> Iterator[Page]:
        """All that is due, as one moment has it; nothing at all if nothing has changed since the last reading."""
        if kind != KIND:
            raise Misuse(f"the project's own store has no records of the kind {kind}")
        with self.look() as tx:
            position = self._position(tx)
            records = [] if after == position else list(self.due(tx))
        for start in range(0, len(records), SIZE):
            yield Page(records=tuple(records[start : start + SIZE]), total=len(records))
        if after != position:
            yield Page(after=position, total=len(records))

    def get(self, pointer: Pointer) -> Record | None:
        """One that is due, by its id."""
        with self.look() as tx:
            return next((one for one in self.due(tx) if one.id == pointer.id), None)

    def _position(self, tx: Tx) -> Position:
        how = f"{self.settings.recognition}/{self.settings.partial_month}"
        return {"until": str(self._last(tx)), "how": how, "seen": recognitions.state_of_all(tx, self.target)}

    def _last(self, tx: Tx) -> dt.date:
        """The last day of the newest month that is over."""
        today = dt.datetime.fromtimestamp(tx.now / 1000, tz=ZoneInfo(self.zone)).date()
        return today.replace(day=1) - dt.timedelta(days=1)

    def due(self, tx: Tx) -> Iterator[Record]:
        """All that is due and there isn't yet."""
        last, invoices, credited = self._last(tx), list[Planned](), defaultdict[str, list[Planned]](list)
        for one in recognitions.deferring(tx, self.target):
            if one.kind == "invoice" or not one.credits:
                invoices.append(one)
            else:
                credited[one.credits].append(one)
        done = _by_invoice(recognitions.recognised(tx, self.target))
        for invoice in invoices:
            own = recognition.deferrals(invoice, credited[invoice.key])
            there = done.get(invoice.key, ())
            for due in earning.due(own, [_recognised(one) for one in there], last, self.settings):
                yield self._record(invoice, due, _number(due, there))

    def _record(self, invoice: Planned, due: Due, number: int) -> Record:
        more = f".{number}" if number > 1 else ""
        data: dict[str, Any] = {
            "id": f"{invoice.key}@{due.until:%Y-%m}{more}",
            "invoice": invoice.key,
            "number": f"{invoice.mark}/{due.until}{more}",
            "customer": invoice.customer.name,
            "month": f"{due.until:%Y-%m}",
            "until": due.until.isoformat(),
            "currency": invoice.base_currency,
            "amount": str(due.amount),
        }
        data |= {"after": due.after.isoformat()} if due.after else {}
        return Record(connection=self.name, kind=KIND, id=data["id"], version="#", data=data)


def source(look: Look, name: str, target: str, settings: Settings, zone: str) -> Source:
    return Recognitions(look=look, name=name, target=target, settings=settings, zone=zone)


def _by_invoice(found: Iterator[Kept]) -> Mapping[str, Sequence[Kept]]:
    by_invoice: dict[str, list[Kept]] = defaultdict(list)
    for one in found:
        invoice = one.voucher.of if one.voucher else one.record.data.get("invoice")
        by_invoice[str(invoice)].append(one)
    return by_invoice


def _recognised(one: Kept) -> Recognised:
    if one.voucher is None:
        day = dt.date.fromisoformat(str(one.record.data["until"]))
        return Recognised(until=day, final=one.code == "NOTHING_EARNED")
    until = outstanding.earned_until(one.voucher)
    return Recognised(until=until, amounts=outstanding.revenue_of(one.voucher), final=one.state == "done")


def _number(due: Due, there: Sequence[Kept]) -> int:
    """A month's first recognition is 1; what sets it right comes after those that there are.

    One that came to nothing doesn't count: asked again, it is the same record, and no news.
    """
    if due.after:
        return 1
    return 1 + max(1, sum(1 for one in there if f"@{due.until:%Y-%m}" in one.key and one.code != "NOTHING_EARNED"))
