"""The verbs on tables: get, put, insert_bulk, delete, action, document, report; and the hash on every call."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import httpx

from kontering.connectors.dynaccount.simulator.checks import Errors, checked
from kontering.connectors.dynaccount.simulator.state import ZERO, Row, State, cents, entries
from kontering.connectors.dynaccount.simulator.tables import TABLES
from kontering.testing.simulator import Asked, Route, reply

Ask = Asked[State]
RESERVED = frozenset({"select", "order", "limit"})
LARGEST = 20 * 1024 * 1024


class Bad(Exception):
    """The request is answered with an error by column, or by row and column."""

    def __init__(self, errors: Mapping[str, Any], status: int | None = None) -> None:
        super().__init__(str(errors))
        self.errors = errors
        self.status = status


def routes(base: str) -> list[Route[State]]:
    found: list[Route[State]] = []
    for method in ("GET", "POST"):  # which of them is used carries no meaning
        for verb, answer in VERBS.items():
            found.append(Route(method, f"{base}/{verb}/{{table}}", _answered(answer)))
            found.append(Route(method, f"{base}/{verb}/{{table}}/{{id}}", _answered(answer)))
    return found


def gate(api_id: str, api_key: str, api_secret: str) -> Callable[[Ask], httpx.Response | None]:
    """Who may come in: X-Hash is the SHA-1 of address, body and secret, exactly as they were sent."""

    def check(asked: Ask) -> httpx.Response | None:
        if asked.state.throttled:
            seconds = asked.state.throttled.pop(0)
            headers = {} if seconds is None else {"Retry-After": f"{seconds:g}"}
            return reply({"error": {"rate": "Too many requests"}}, 429, headers)
        address = asked.request.url.netloc + asked.request.url.raw_path
        wanted = hashlib.sha1(address + asked.body + api_secret.encode(), usedforsecurity=False).hexdigest()
        known = asked.request.url.path.removeprefix("/v7").startswith(f"/{api_id}/{api_key}/")
        if known and asked.headers.get("x-hash") == wanted:
            return None
        return reply({"error": {"auth": "Invalid hash"}}, asked.state.habits.auth_status)

    return check


def get(asked: Ask) -> httpx.Response:
    """Rows by equality, in an order, cut by offset and count, as many columns as are asked for."""
    name = _table(asked)
    where = {column: value for column, value in asked.query.multi_items() if column not in RESERVED}
    if "id" in asked.ids:
        where["id"] = asked.ids["id"]
    rows = [row for row in asked.state.table(name).values() if _fits(row, where)]
    for part in reversed(asked.query.get("order", "").split(",")):
        column, _, way = part.partition(" ")
        if column:
            rows.sort(key=lambda row, column=column: _sortable(row.get(column)), reverse=way == "desc")  # type: ignore[misc]
    rows = _cut(rows, asked.query.get("limit"), asked.state.habits.page)
    columns = [column for column in asked.query.get("select", "").split(",") if column]
    shown = [{column: row.get(column) for column in columns} if columns else row for row in rows]
    return reply({"result": shown} if shown else {})


def put(asked: Ask) -> httpx.Response:
    """A new row, or with an id a changed one."""
    name = _table(asked, writes=True)
    old = _row(asked, name) if "id" in asked.ids else None
    row, errors = checked(asked.state, name, dict(_form(asked)), old)
    if errors:
        raise Bad(errors)
    return reply({"result": [_keep(asked.state, name, row, old)]})


def insert_bulk(asked: Ask) -> httpx.Response:
    """Many new rows, column by column: `amount[0]=1&amount[1]=2`."""
    name = _table(asked, writes=True)
    given = _transposed(asked)
    found = [checked(asked.state, name, row, None) for row in given]
    errors: dict[str, Errors] = {str(number): wrong for number, (_, wrong) in enumerate(found) if wrong}
    if asked.state.habits.bulk == "whole" and errors:
        raise Bad(errors)
    kept = []
    for row, wrong in found:
        if wrong:
            break
        kept.append(_keep(asked.state, name, row, None))
    if errors:
        raise Bad(errors)
    return reply({"result": kept})


def delete(asked: Ask) -> httpx.Response:
    """A row, with the lines below it; a booked voucher stays."""
    name = _table(asked, writes=True)
    row = _row(asked, name)
    if name == "enclosure" and row["is_booked"] == "YES":
        raise Bad({"id": "The voucher is booked"})
    below = {"enclosure": ("accounting", "enclosure_id"), "debtor_order": ("debtor_order_product", "order_id")}
    if name in below:
        table, column = below[name]
        for line in [line for line in asked.state.table(table).values() if line[column] == row["id"]]:
            del asked.state.table(table)[line["id"]]
    del asked.state.table(name)[row["id"]]
    return reply({"result": [{"id": row["id"]}]})


def action(asked: Ask) -> httpx.Response:
    """Booking, under the name that a habit gives it; files come as they are."""
    name, habits = asked.ids["table"], asked.state.habits
    if name == "upload_voucher":
        if len(asked.body) > LARGEST:
            raise Bad({"files": "Too large"}, 413)
        asked.state.files.append({"id": asked.state.fresh(), "size": len(asked.body)})
        return reply({"result": [asked.state.files[-1]]})
    if name != habits.book_action:
        raise Bad({"action": f"Unknown action {name}"}, 404)
    id_ = dict(_form(asked)).get(habits.book_by, "")
    row = asked.state.table("enclosure").get(int(id_)) if id_.isdecimal() else None
    if row is None:
        raise Bad({habits.book_by: f"Does not exist: {id_}"})
    lines = asked.state.lines(row["id"])
    if not lines or row["balance_amount"] != 0:
        raise Bad({habits.book_by: "The voucher does not balance"})
    row["is_booked"] = "YES"
    for line in lines:
        line["is_readonly"] = "YES"
    return reply({"result": [row]})


VERBS: Mapping[str, Callable[[Ask], httpx.Response]] = {
    "get": get,
    "put": put,
    "insert_bulk": insert_bulk,
    "delete": delete,
    "action": action,
}


def _answered(handler: Callable[[Ask], httpx.Response]) -> Callable[[Ask], httpx.Response]:
    def answer(asked: Ask) -> httpx.Response:
        try:
            return handler(asked)
        except Bad as bad:
            return reply({"error": bad.errors}, bad.status or asked.state.habits.error_status)

    return answer


def _table(asked: Ask, *, writes: bool = False) -> str:
    name = asked.ids["table"]
    if name not in TABLES or (writes and not TABLES[name].writes):
        raise Bad({"table": f"Unknown table {name}"}, 404)
    return name


def _row(asked: Ask, name: str) -> Row:
    id_ = asked.ids.get("id", "")
    row = asked.state.table(name).get(int(id_)) if id_.isdecimal() else None
    if row is None:
        raise Bad({"id": f"Does not exist: {id_}"})
    return row


def _form(asked: Ask) -> list[tuple[str, str]]:
    return parse_qsl(asked.body.decode(), keep_blank_values=True)


def _transposed(asked: Ask) -> list[dict[str, str]]:
    rows: dict[int, dict[str, str]] = {}
    for name, value in _form(asked):
        found = re.fullmatch(r"(\w+)\[(\d+)\]", name)
        if found is None:
            raise Bad({name: "Must be numbered"})
        rows.setdefault(int(found[2]), {})[found[1]] = value
    if not rows:
        raise Bad({"rows": "Must be given"})
    return [rows[number] for number in sorted(rows)]


def _keep(state: State, name: str, row: Row, old: Row | None) -> Row:
    """The row in its table, with what the server reckons."""
    row["id"] = old["id"] if old else state.fresh()
    if name == "enclosure" and old is None:
        row |= {"is_booked": "NO", "balance_amount": ZERO, "vat_amount": ZERO}
        row["enc_id_"] = row["enc_id_"] or str(len(state.table(name)) + 1)
    if name == "debtor_order" and old is None:
        row |= {"order_id_": str(1001 + len(state.table(name))), "total_amount": ZERO, "vat_amount": ZERO}
        row |= {"is_invoiced": "NO"}
    if name == "accounting":
        row |= {"is_readonly": "NO", "time": state.table("enclosure")[row["enclosure_id"]]["time"]}
    state.table(name)[row["id"]] = row
    if name == "accounting":
        _balance(state, row["enclosure_id"])
    if name == "debtor_order_product":
        _order(state, row)
    return row


def _balance(state: State, enclosure: int) -> None:
    amounts = (amount for line in state.lines(enclosure) for _, amount in entries(line))
    state.table("enclosure")[enclosure]["balance_amount"] = sum(amounts, ZERO)


def _order(state: State, line: Row) -> None:
    """A line's amount with its VAT, and its order's."""
    code = state.by("vatcode", "name", line["vatcode_name"])
    line["total_amount"] = cents(Decimal(line["qty"]) * Decimal(line["price"]))
    line["vat_amount"] = cents(line["total_amount"] * Decimal(code["rate"] if code else 0) / 100)
    lines = [one for one in state.table("debtor_order_product").values() if one["order_id"] == line["order_id"]]
    order = state.table("debtor_order")[line["order_id"]]
    order["vat_amount"] = sum((one["vat_amount"] for one in lines), ZERO)
    order["total_amount"] = sum((one["total_amount"] for one in lines), ZERO) + order["vat_amount"]


def _fits(row: Row, where: Mapping[str, str]) -> bool:
    return all(str(row.get(column, "")) == value for column, value in where.items())


def _sortable(value: Any) -> tuple[bool, Any]:
    text = str(value if value is not None else "")
    return (False, int(text)) if text.isdecimal() else (True, text)


def _cut(rows: list[Row], limit: str | None, page: int) -> list[Row]:
    offset, _, count = (limit or f"0,{page}").partition(",")
    if not offset.isdecimal() or (count and not count.isdecimal()):
        raise Bad({"limit": "Is offset,count"})
    first = int(offset)
    return rows[first : first + int(count)] if count else rows[: int(offset)]
