"""What must be right of a row before it is kept: columns, amounts, what it refers to, and the rules of vouchers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from kontering.connectors.dynaccount.simulator.state import Row, State
from kontering.connectors.dynaccount.simulator.tables import TABLES, Table

Errors = dict[str, str]


def checked(state: State, name: str, given: Mapping[str, str], old: Row | None) -> tuple[Row, Errors]:
    """The row as it would be kept: columns that the server owns are passed over."""
    table = TABLES[name]
    row: Row = dict(old) if old else dict.fromkeys(sorted(table.columns), "")
    errors: Errors = {}
    for column, text in given.items():
        if column in table.owned:
            continue
        if column not in table.columns:
            if state.habits.unknown_columns == "refused":
                errors[column] = "Unknown column"
            continue
        row[column] = _value(table, column, text, errors)
    for column in table.needs:
        if row.get(column) in ("", None):
            errors[column] = "Must be given"
    errors |= {column: why for column, why in _referred(state, table, row).items() if column not in errors}
    errors |= _alone(state, name, table, row, old)
    if not errors:
        errors |= _RULES[name](state, row, old) if name in _RULES else {}
    return row, errors


def _value(table: Table, column: str, text: str, errors: Errors) -> Any:
    if column in table.amounts and text != "":
        try:
            return Decimal(text)
        except InvalidOperation:
            errors[column] = "Is no number"
    if column.endswith("_id") and text.isdecimal():
        return int(text)
    if column == "time" and not text.isdecimal():
        errors[column] = "Is no time"
    return text


def _referred(state: State, table: Table, row: Row) -> Errors:
    """Every name and number that is given is there."""
    return {
        column: f"Does not exist: {row[column]}"
        for column, (other, by) in table.refers.items()
        if row.get(column) not in ("", None) and state.by(other, by, row[column]) is None
    }


def _alone(state: State, name: str, table: Table, row: Row, old: Row | None) -> Errors:
    found: Errors = {}
    for column in table.alone:
        other = state.by(name, column, row.get(column))
        if other is not None and (old is None or other["id"] != old["id"]):
            found[column] = "Is taken already"
    return found


def _enclosure(state: State, row: Row, old: Row | None) -> Errors:
    if old is not None and old["is_booked"] == "YES":
        return {"id": "The voucher is booked"}
    if day_closed(state, int(row["time"])):
        return {"time": "The accounting period is closed"}
    return {}


def _accounting(state: State, row: Row, old: Row | None) -> Errors:
    if state.table("enclosure")[row["enclosure_id"]]["is_booked"] == "YES":
        return {"enclosure_id": "The voucher is booked"}
    if row["type"] not in state.habits.types:
        return {"type": "Unknown type"}
    if not row["account_id_"] and not row["accountoff_id_"]:
        return {"account_id_": "Must be given"}
    if not row["accountoff_id_"]:
        return {}
    table, column = {"DEBTOR": ("debtor", "module_id_"), "CREDITOR": ("creditor", "module_id_")}.get(
        row["type"].partition("_")[0], ("account", "account_id_")
    )
    missing = state.by(table, column, row["accountoff_id_"]) is None
    return {"accountoff_id_": f"Does not exist: {row['accountoff_id_']}"} if missing else {}


_RULES = {"enclosure": _enclosure, "accounting": _accounting}


def day_closed(state: State, time: int) -> bool:
    """Is the day in a closed year, or in none at all?"""
    years = [row for row in state.table("year").values() if int(row["time_start"]) <= time <= int(row["time_end"])]
    return not years or years[0]["is_closed"] == "YES"


def seconds(day: str) -> int:
    """Midnight of a day, UTC.

    >>> seconds("2026-03-01")
    1772323200
    """
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
