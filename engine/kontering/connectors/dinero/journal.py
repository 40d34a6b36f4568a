"""Ledger items, for what is posted beside sales: made under an id of ours, booked in Dinero's own time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kontering.connectors.dinero.asking import at, write
from kontering.connectors.dinero.problem import STALE, is_code, is_taken
from kontering.sdk.connector import Closed, Found, Receipt, Refused, Settings, Step, Unsure

if TYPE_CHECKING:
    import httpx

BOOKED, PENDING = "Booked", "PendingBooking"


def create(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """One item with all its lines; if its id is taken, it was made before."""
    own = str(step.attempt)
    try:
        write(client, "POST", at(settings, "/ledgeritems", "v1.2"), [{"Id": own, **step.body}])
    except Refused as refused:
        if not is_taken(refused):
            raise
    return _found(own, _status(client, settings, own))


def book(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """Ask for it to be booked, and then whether it is; not yet is no answer, so it is asked again later."""
    own = step.of.id if step.of else ""
    row = _status(client, settings, own)
    if row["Status"] not in (BOOKED, PENDING):
        row = _ask(client, settings, own, row)
    if row["Status"] != BOOKED:
        raise Unsure(f"the ledger item is {row['Status']}", float(settings.get("poll_seconds", 5)))
    return _found(own, row)


def _ask(client: httpx.Client, settings: Settings, own: str, row: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        write(client, "POST", at(settings, "/ledgeritems/book"), [{"Id": own, "Version": row["Version"]}])
    except Closed:
        raise
    except Refused as refused:
        if not is_code(refused, STALE):
            raise
    return _status(client, settings, own)


def _status(client: httpx.Client, settings: Settings, own: str) -> Mapping[str, Any]:
    """A question, although it is a POST."""
    answer = write(client, "POST", at(settings, "/ledgeritems/status"), [{"Id": own}], reads=True).json()
    row: Mapping[str, Any] = answer[0]
    return row


def _found(own: str, row: Mapping[str, Any]) -> Found:
    booked = row["Status"] == BOOKED
    return Found(
        id=own,
        number=str(row["VoucherNumber"]) if row.get("VoucherNumber") else None,
        version=str(row.get("Version") or ""),
        done=frozenset({"create", "book"} if booked else {"create"}),
        data=row,
    )
