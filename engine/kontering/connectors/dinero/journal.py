"""Vouchers: ledger items under an id of ours, booked in Dinero's own time; suppliers' bills as purchase vouchers.

A purchase voucher has no id of ours, and there is no list of them. So when its answer is lost a person must look; who
is killed in the middle may leave a draft behind, which is never booked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kontering.connectors.dinero.asking import at, one, write
from kontering.connectors.dinero.problem import STALE, is_code, is_taken
from kontering.sdk.connector import Closed, Found, Receipt, Refusal, Refused, Settings, Step, Unsure

if TYPE_CHECKING:
    import httpx

BOOKED, PENDING = "Booked", "PendingBooking"
BILL, BILLS, CREDITS = "purchase", "/vouchers/purchase", "/vouchers/purchase/creditnotes"


def create(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """A bill, or one ledger item with all its lines."""
    if "Purchase" in step.body:
        return _bill(client, settings, step.body["Purchase"])
    own = str(step.attempt)
    try:
        with _placed("/Item"):
            write(client, "POST", at(settings, "/ledgeritems", "v1.2"), [{"Id": own, **step.body["Item"]}])
    except Refused as refused:
        if not is_taken(refused):
            raise
    return _item(own, _status(client, settings, own))


def book(client: httpx.Client, settings: Settings, step: Step) -> Receipt:
    """Ask for it to be booked, and then whether it is; not yet is no answer, so it is asked again later."""
    if step.of is not None and step.of.terms.get("voucher") == BILL:
        return _book_bill(client, settings, step.of)
    own = step.of.id if step.of else ""
    row = _status(client, settings, own)
    if row["Status"] not in (BOOKED, PENDING):
        row = _ask(client, settings, own, row)
    if row["Status"] != BOOKED:
        raise Unsure(f"the ledger item is {row['Status']}", float(settings.get("poll_seconds", 5)))
    return _item(own, row)


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


def _item(own: str, row: Mapping[str, Any]) -> Found:
    booked = row["Status"] == BOOKED
    return Found(
        id=own,
        number=str(row["VoucherNumber"]) if row.get("VoucherNumber") else None,
        version=str(row.get("Version") or ""),
        done=frozenset({"create", "book"} if booked else {"create"}),
        data=row,
    )


def _bill(client: httpx.Client, settings: Settings, body: Mapping[str, Any]) -> Receipt:
    path = at(settings, CREDITS if body.get("Credit") else BILLS, "v1.2")
    sent = {name: value for name, value in body.items() if name != "Credit"}
    try:
        with _placed("/Purchase"):
            answer = write(client, "POST", path, sent)
    except Unsure as unsure:
        why = f"{unsure}. Dinero may have the bill {body['ExternalReference']} as a draft: look before it is sent again"
        raise Refused((Refusal(why),)) from unsure
    made = answer.json() if answer.content else {}
    if not made.get("Guid"):
        raise Refused((Refusal(f"Dinero has taken the bill {body['ExternalReference']} without saying its id"),))
    return _purchase(made)


def _book_bill(client: httpx.Client, settings: Settings, of: Found) -> Receipt:
    """With the timestamp that it has now; one that is booked is booked."""
    path = one(settings, BILLS, of.id)
    row = client.get(path).json()
    if row.get("Status") != BOOKED:
        write(client, "POST", path + "/book", {"Timestamp": row["Timestamp"]})
        row = client.get(path).json()
    if row.get("Status") != BOOKED:
        raise Unsure("Dinero took the booking, and the bill is a draft still")
    return _purchase(row)


def _purchase(row: Mapping[str, Any]) -> Found:
    booked = row.get("Status") == BOOKED
    return Found(
        id=str(row["Guid"]),
        number=str(row["VoucherNumber"]) if row.get("VoucherNumber") else None,
        version=str(row.get("Timestamp") or row.get("TimeStamp") or ""),
        done=frozenset({"create", "book"} if booked else {"create"}),
        terms={"voucher": BILL},
        data=row,
    )


@contextmanager
def _placed(part: str) -> Iterator[None]:
    """Refusals lead into the part of the payload that was sent."""
    try:
        yield
    except Refused as refused:
        problems = tuple(replace(each, path=f"{part}{each.path}") if each.path else each for each in refused.problems)
        raise (Closed(problems, refused.until) if isinstance(refused, Closed) else Refused(problems)) from refused
