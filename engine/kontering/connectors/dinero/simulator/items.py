"""Ledger items: vouchers of the journal with ids of the caller's, booked a while after they are asked to be."""

from __future__ import annotations

import httpx

from kontering.connectors.dinero.simulator import books
from kontering.connectors.dinero.simulator.fields import Field, day, id_of, read_all, rows, text, whole
from kontering.connectors.dinero.simulator.refusals import Bad, duplicate, stale
from kontering.connectors.dinero.simulator.routing import json_of, on
from kontering.connectors.dinero.simulator.state import Row, State, guid, written
from kontering.connectors.dinero.simulator.vouchers import SIDES, check_sides
from kontering.testing.simulator import Asked, Route, reply

Ask = Asked[State]

ITEM: tuple[Field, ...] = (
    id_of("Id"),
    whole("VoucherNumber"),
    day("VoucherDate", required=True),
    id_of("FileGuid"),
    text("ExternalReference", 128),
    rows("Lines", (*SIDES, text("IsPaymentForVoucherId")), required=True),
)
VERSION: tuple[Field, ...] = (id_of("Id", required=True), text("Version", required=True))
ID: tuple[Field, ...] = (id_of("Id", required=True),)
LEDGER: tuple[Field, ...] = (id_of("Id"),)


def routes() -> list[Route[State]]:
    return [
        *on("POST", "/ledgeritems", _create, "v1.2"),
        *on("POST", "/ledgeritems/book", _book),
        *on("POST", "/ledgeritems/status", _status),
        *on("POST", "/ledgeritems/ledgers", _read),
        *on("DELETE", "/ledgeritems/delete", _delete),
    ]


def _create(asked: Ask) -> httpx.Response:
    """All of them or none."""
    given = read_all(json_of(asked), ITEM)
    for index, item in enumerate(given):
        item.setdefault("Id", guid())
        if item["Id"] in asked.state.items:
            raise duplicate()
        check_sides(asked.state, item["Lines"], f"[{index}].", balancing=True)
    for item in given:
        asked.state.items[item["Id"]] = {
            "VoucherNumber": asked.state.next("voucher"),
            **item,
            "Version": asked.state.stamp(),
            "Status": "Draft",
            "Polls": 0,
            "CreatedAt": written(asked.now),
        }
    return reply([{"Id": item["Id"], "Version": asked.state.items[item["Id"]]["Version"]} for item in given], 201)


def _item(asked: Ask, id_: str) -> Row:
    row = asked.state.items.get(id_)
    if row is None:
        raise Bad(400, 40, "ledgerItemNotFound", {"Id": "ledgerItemNotFound"})
    return row


def _asked_for(asked: Ask) -> list[Row]:
    """The drafts that are named, each with its newest version."""
    found = []
    for one in read_all(json_of(asked), VERSION):
        row = _item(asked, one["Id"])
        if one["Version"] != row["Version"]:
            raise stale()
        if row["Status"] != "Draft":
            raise Bad(400, 45, "The ledger item is booked, or about to be", {"Id": "ledgerItemIsBooked"})
        found.append(row)
    return found


def _book(asked: Ask) -> httpx.Response:
    """Booking is taken on, and done later."""
    found = _asked_for(asked)
    for row in found:
        books.open_day(asked.state, row["VoucherDate"])
    for row in found:
        row["Status"], row["Version"] = "PendingBooking", asked.state.stamp()
    return reply([{"Id": row["Id"], "Version": row["Version"]} for row in found])


def _status(asked: Ask) -> httpx.Response:
    named = [_item(asked, one["Id"]) for one in read_all(json_of(asked), ID)]
    for row in named:
        _goes_on(asked, row)
    names = ("Id", "Status", "VoucherNumber", "Version")
    return reply([{name: row[name] for name in names} for row in named])


def _goes_on(asked: Ask, row: Row) -> None:
    """A pending one is booked after some time, here after so many questions."""
    if row["Status"] != "PendingBooking":
        return
    row["Polls"] += 1
    if row["Polls"] > asked.state.habits.booking_polls:
        books.journal(asked.state, asked.now, row, "LedgerItem")
        row["Status"], row["Version"] = "Booked", asked.state.stamp()


def _read(asked: Ask) -> httpx.Response:
    """What is in the journal: those that are named, or all drafts."""
    named = [one["Id"] for one in read_all(json_of(asked) or [], LEDGER) if "Id" in one]
    every = asked.state.items.values()
    found = [_item(asked, id_) for id_ in named] if named else [row for row in every if row["Status"] == "Draft"]
    return reply([{name: value for name, value in row.items() if name != "Polls"} for row in found])


def _delete(asked: Ask) -> httpx.Response:
    for row in _asked_for(asked):
        del asked.state.items[row["Id"]]
    return httpx.Response(200)
