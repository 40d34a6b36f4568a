"""Reference data of a connection as `pull` saved it, and the proof that tables yield only what is there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from kontering.diagnostics import Diagnostic, Span
from kontering.mapping.roots import display
from kontering.project import words
from kontering.project.parts import Connection
from kontering.project.tables import cells
from kontering.sdk.connector import Connector, JsonObject, Reads

FOLDER = "snapshots"

Records = Mapping[str, Mapping[str, JsonObject]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a system had of each reference kind, by id."""

    connection: str
    connector: str
    records: Records
    file: str = ""


def read_snapshot(folder: Path, connection: str) -> tuple[Snapshot | None, tuple[Diagnostic, ...]]:
    """The snapshot of a connection, if there is one."""
    path = snapshot_file(folder, connection)
    if not path.is_file():
        return None, ()
    try:
        data = json.loads(path.read_text(encoding="utf-8", errors="replace"), parse_float=Decimal)
    except json.JSONDecodeError as problem:
        return None, (words.broken_snapshot(Span(display(path), problem.lineno, problem.colno), "it is no JSON"),)
    if not _is_snapshot(data):
        return None, (words.broken_snapshot(Span(display(path)), "it isn't what `kontering pull` writes"),)
    return Snapshot(**{name: data[name] for name in _PARTS}, file=display(path)), ()


_PARTS = ("connection", "connector", "records")


def _is_snapshot(data: Any) -> bool:
    kinds = data.get("records") if isinstance(data, dict) and all(name in data for name in _PARTS) else None
    return isinstance(kinds, dict) and all(isinstance(records, dict) for records in kinds.values())


def snapshot_file(folder: Path, connection: str) -> Path:
    return folder / FOLDER / f"{connection}.json"


def write_snapshot(folder: Path, snapshot: Snapshot) -> Path:
    """Saves it in an order that stays, so that a commit shows only what changed in the system."""
    path = snapshot_file(folder, snapshot.connection)
    path.parent.mkdir(exist_ok=True)
    data = {
        "kontering": 1,
        "connection": snapshot.connection,
        "connector": snapshot.connector,
        "records": snapshot.records,
    }
    text = json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True, default=str)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def check_against(connection: Connection, connector: Connector, snapshot: Snapshot) -> Iterator[Diagnostic]:
    """Every value that a table or a parameter can yield is something that the system has."""
    for kind, reads in connector.reads.items():
        if reads.reference and kind in snapshot.records:
            yield from _check_kind(connection, kind, reads, snapshot)


def _check_kind(connection: Connection, kind: str, reads: Reads, snapshot: Snapshot) -> Iterator[Diagnostic]:
    for place, path in reads.proves.items():
        yield from check_place(connection, snapshot, kind, place, path)


def check_place(connection: Connection, snapshot: Snapshot, kind: str, place: str, path: str) -> Iterator[Diagnostic]:
    """Every value that one place can yield, `accounts.account` or `with.layout`."""
    there = {text for record in snapshot.records[kind].values() if (text := _text(record, path))}
    for value, span in _yielded(connection, place):
        if value not in there:
            yield words.not_in_snapshot(span, kind, value, connection.name, sorted(there), snapshot.file)


def _yielded(connection: Connection, place: str) -> Iterator[tuple[str, Span]]:
    """What a place, `accounts.account` or `with.layout`, can yield, and where it says so."""
    owner, _, column = place.partition(".")
    if owner == "with" and column in connection.params:
        yield str(connection.params[column]), connection.param_spans[column]
    elif owner in connection.tables:
        yield from cells(connection.tables[owner], column)


def _text(record: Any, path: str) -> str | None:
    for part in path.split("."):
        record = record.get(part) if isinstance(record, Mapping) else None
    return None if record is None else str(record)
