"""Dynaccount as a target: its table of calls. Preview: what isn't known of the system is a setting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from kontering.connectors.dynaccount import finding, writing
from kontering.connectors.dynaccount.asking import day_of, rows, seconds
from kontering.sdk import calls
from kontering.sdk.connector import Again, Call, Closed, Found, Receipt, Settings, Step, Takes, Totals

if TYPE_CHECKING:
    import httpx

    Run = Callable[[httpx.Client, Settings, Step], Receipt]

SETTLE = timedelta(seconds=90)
"""Time-out of a call, and how long Dynaccount may go on after we hung up."""


@dataclass(frozen=True, slots=True)
class Dynaccount:
    """One company."""

    settings: Settings
    client: httpx.Client

    def find(self, kind: str, by: Mapping[str, str]) -> Sequence[Found]:
        return finding.find(self.client, self.settings, kind, by)

    def send(self, step: Step) -> Receipt:
        call = TAKES[step.kind].call(step.action)
        if call is None:
            raise ValueError(f"Dynaccount has no {step.action} for a {step.kind}")
        try:
            return calls.send(self.client, call, self.settings, step)
        except Closed as closed:
            raise Closed(closed.problems, closed.until or self._closed_until(step)) from closed

    def trial(self, step: Step) -> Totals:
        raise ValueError("Dynaccount can't be asked what it would compute")

    def _closed_until(self, step: Step) -> date | None:
        """The last day of the closed years that lie without a gap from the document's day on."""
        day = step.body.get("enclosure", {}).get("time")
        if not day:
            return None
        years = rows(self.client, "year", is_closed="YES")
        moment, until = seconds(day_of(day)), None
        for start, end in sorted((int(row["time_start"]), int(row["time_end"])) for row in years):
            if start <= moment <= end:
                until, moment = end, end + 1
        return None if until is None else datetime.fromtimestamp(until, UTC).date()


def _row(kind: str, action: str, path: str, run: Run, again: Again = Again.LOOK) -> Call:
    return Call(kind=kind, action=action, method="POST", path=path, again=again, settle=SETTLE, run=run)


def _party_rows(kind: str) -> tuple[Call, ...]:
    table = finding.TABLES[kind]
    return (
        _row(kind, "create", f"/put/{table}/", writing.party),
        _row(kind, "change", f"/put/{table}/{{id}}/", writing.party_again, Again.SAME),
    )


def _entry_rows(kind: str) -> tuple[Call, ...]:
    """A voucher and its lines; whatever was left half-way is found by its text and gone on with."""
    return (
        _row(kind, "create", "/put/enclosure/, /insert_bulk/accounting/", writing.entry),
        _row(kind, "change", "/delete/enclosure/{id}/, then as create", writing.entry_again, Again.SAME),
        _row(kind, "book", "/action/{book_action}/", writing.book),
        _row(kind, "delete", "/delete/enclosure/{id}/", writing.delete, Again.SAME),
    )


ENTRIES = ("invoice", "credit_note", "payment", "voucher")
CALLS: tuple[Call, ...] = (
    *_party_rows("customer"),
    *_party_rows("supplier"),
    *(call for kind in ENTRIES for call in _entry_rows(kind)),
)
"""The table of calls."""


def _rows_of(kind: str) -> tuple[Call, ...]:
    return tuple(call for call in CALLS if call.kind == kind)


PARTY_FINDS = frozenset({"external_id", "source", "number", "vat_number", "ean", "email", "phone", "name"})
TAKES: Mapping[str, Takes] = {
    "customer": Takes(payload="dynaccount/party", calls=_rows_of("customer"), finds=PARTY_FINDS),
    "supplier": Takes(payload="dynaccount/party", calls=_rows_of("supplier"), finds=PARTY_FINDS),
    **{
        kind: Takes(payload="dynaccount/entry", calls=_rows_of(kind), finds=frozenset({"reference"}))
        for kind in ENTRIES
    },
}
