"""Tables: their rows from the file, from CSV or from the connection, and the first row that fits some keys.

`*` fits everything and a missing key only `*`. Numbers are compared as numbers: 25 finds a row with 25.00.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from kontering.diagnostics import Diagnostic, Span
from kontering.mapping import problems
from kontering.mapping.parts import TableSpec
from kontering.mapping.reading import Out, kind_of
from kontering.yaml.nodes import Node, Scalar, plain
from kontering.yaml.nodes import Sequence as ListNode

Cell = Any
Keys: TypeAlias = tuple[Any, ...]
ANY = "*"
LARGEST = 5_000_000  # characters of a CSV file
MOST = 200_000  # rows

_NUMBER = re.compile(r"-?\d{1,40}(\.\d{1,40})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Index:
    """Rows by their keys, as far as they hold no `*`; those with `*` in their order."""

    exact: dict[Keys, int]
    wild: tuple[tuple[int, Keys], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The rows of a table. Cells of a CSV file are texts, which get their type from where they go.

    `spans` has a place for each cell; `indexes` keeps what look-ups have built.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    spans: tuple[tuple[Span, ...], ...] = ()
    typed: bool = True
    origin: str = ""
    indexes: dict[Keys, Index] = field(default_factory=dict, repr=False)


def rows_of(columns: Iterable[str], lists: Iterable[Sequence[Cell]], *, typed: bool = True) -> Rows:
    """Rows from Python values.

    >>> rows_of(["days", "number"], [[8, 1]]).rows
    ((8, 1),)
    """
    return Rows(tuple(columns), tuple(tuple(row) for row in lists), typed=typed)


def inline_rows(spec: TableSpec, lists: Iterable[Node], out: Out) -> Rows:
    """The rows that a mapping file writes itself."""
    rows: list[tuple[Cell, ...]] = []
    spans: list[tuple[Span, ...]] = []
    for item in lists:
        if not isinstance(item, ListNode):
            wanted = f"a list of {len(spec.columns)} cells"
            out.append(problems.wrong_kind(item.span, f"a row of table {spec.name!r}", wanted, kind_of(item)))
        elif len(item.items) != len(spec.columns):
            out.append(problems.row_length(item.span, spec.name, len(item.items), spec.columns))
        else:
            out.extend(_bad_cells(spec, item))
            rows.append(tuple(plain(cell) for cell in item.items))
            spans.append(tuple(cell.span for cell in item.items))
    return Rows(spec.columns, tuple(rows), tuple(spans))


def _bad_cells(spec: TableSpec, row: ListNode) -> Iterable[Diagnostic]:
    for column, cell in zip(spec.columns, row.items, strict=True):
        if not isinstance(cell, Scalar):
            yield problems.bad_cell(cell.span, spec.name, column, f"a cell is one value, not {kind_of(cell)}")
        elif column in spec.keys and cell.value in (None, ""):
            yield problems.bad_cell(
                cell.span, spec.name, column, "an empty key fits nothing; a missing key is fitted by '*'"
            )


def decode_csv(content: bytes, file: str) -> tuple[Rows | None, tuple[Diagnostic, ...]]:
    """The rows of a CSV file's bytes, which must be UTF-8."""
    try:
        return read_csv(content[: LARGEST * 4].decode("utf-8"), file)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"the byte 0x{content[error.start]:02X} is not UTF-8"
        return None, (problems.bad_csv(Span(file, line), message, "save the file as UTF-8"),)


def read_csv(text: str, file: str) -> tuple[Rows | None, tuple[Diagnostic, ...]]:
    """A CSV file with the names of its columns in the first line; `,`, `;` or a tab between cells.

    >>> rows, _ = read_csv("days;number\\n8;1\\n", "terms.csv")
    >>> rows.columns, rows.rows
    (('days', 'number'), (('8', '1'),))
    """
    out: Out = []
    if len(text) > LARGEST:
        return None, (problems.bad_csv(Span(file), f"the file has more than {LARGEST:,} characters"),)
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or not lines[0].strip():
        return None, (problems.bad_csv(Span(file), "the file is empty", "its first line names the columns"),)
    between = next((mark for mark in (";", "\t") if mark in lines[0]), ",")
    columns = tuple(name.strip() for name in next(csv.reader([lines[0]], delimiter=between)))
    doubled = next((name for name in columns if columns.count(name) > 1), None)
    if doubled is not None:
        out.append(problems.bad_csv(Span(file), f"the column {doubled!r} is there twice"))
    rows, spans = _read_rows(lines, columns, between, file, out)
    return Rows(columns, tuple(rows), tuple(spans), typed=False, origin=file), tuple(out)


def _read_rows(
    lines: list[str], columns: tuple[str, ...], between: str, file: str, out: Out
) -> tuple[list[tuple[Cell, ...]], list[tuple[Span, ...]]]:
    reader = csv.reader(io.StringIO("\n".join(lines[1:])), delimiter=between, strict=True)
    rows: list[tuple[Cell, ...]] = []
    spans: list[tuple[Span, ...]] = []
    first = 2
    try:
        for cells in reader:
            line, first = first, reader.line_num + 2
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(columns):
                out.append(problems.row_length(_line(lines, line, file), file, len(cells), columns))
            elif len(rows) < MOST:
                rows.append(tuple(cell.strip() for cell in cells))
                spans.append(_cell_spans(lines[line - 1], line, between, len(cells), file))
    except csv.Error as error:
        out.append(problems.bad_csv(_line(lines, first, file), f"this line is no CSV: {error}"))
    if len(rows) == MOST:
        out.append(problems.bad_csv(Span(file), f"more than {MOST:,} rows"))
    return rows, spans


def _line(lines: list[str], line: int, file: str) -> Span:
    length = len(lines[line - 1]) if line <= len(lines) else 0
    return Span(file, line, 1, line, length + 1)


def _cell_spans(text: str, line: int, between: str, count: int, file: str) -> tuple[Span, ...]:
    """Where each cell stands; the whole line for each if there are quotes in it."""
    cells = text.split(between)
    if len(cells) != count or '"' in text:
        return (Span(file, line, 1, line, len(text) + 1),) * count
    spans, column = [], 1
    for cell in cells:
        start = column + len(cell) - len(cell.lstrip())
        spans.append(Span(file, line, start, line, max(start + len(cell.strip()), start + 1)))
        column += len(cell) + len(between)
    return tuple(spans)


def lacking_columns(spec: TableSpec, rows: Rows, place: Span) -> Iterable[Diagnostic]:
    """Columns that the table needs and the rows haven't got; what else a CSV file has is left alone."""
    for column in spec.columns:
        if column not in rows.columns:
            yield problems.csv_column(Span(rows.origin) if rows.origin else place, column, rows.columns)


def find_row(rows: Rows, keys: tuple[str, ...], values: Keys) -> int | None:
    """The number of the first row whose columns `keys` fit the values."""
    kinds = tuple(_kind(value) for value in values)
    index = rows.indexes.get((keys, kinds))
    if index is None:
        index = rows.indexes[keys, kinds] = _index(rows, keys, kinds)
    wanted = tuple(canonical(value, kind) for value, kind in zip(values, kinds, strict=True))
    best = index.exact.get(wanted)
    for number, pattern in index.wild:
        if best is not None and best < number:
            break
        if all(cell in (ANY, value) for cell, value in zip(pattern, wanted, strict=True)):
            return number
    return best


def _index(rows: Rows, keys: tuple[str, ...], kinds: Keys) -> Index:
    at = [rows.columns.index(key) for key in keys]
    exact: dict[Keys, int] = {}
    wild = []
    for number, row in enumerate(rows.rows):
        cells = [row[position] for position in at]
        pattern = tuple(ANY if cell == ANY else canonical(cell, kind) for cell, kind in zip(cells, kinds, strict=True))
        if None in pattern:  # an empty key, or one of another kind, fits nothing
            continue
        if ANY in pattern:
            wild.append((number, pattern))
        else:
            exact.setdefault(pattern, number)
    return Index(exact, tuple(wild))


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | Decimal) else "text"


def canonical(value: Any, kind: str) -> Any:
    """A key in the one form in which keys are compared; None fits nothing."""
    match kind, value:
        case _, None | "":
            return None
        case "boolean", bool():
            return value
        case "boolean", "true" | "false":
            return value == "true"
        case "number", (int() | Decimal()) if not isinstance(value, bool):
            return ("number", Decimal(value))
        case "number", str() if _NUMBER.fullmatch(value):
            return ("number", Decimal(value))
        case "text", bool():
            return "true" if value else "false"
        case "text", str() | int() | Decimal() | dt.date():
            return ("text", str(value))
    return None


def hidden_rows(spec: TableSpec, rows: Rows) -> Iterable[tuple[int, int]]:
    """Rows that are never reached, each with the row above that takes all it would take.

    Rows are kept by where they have a `*`: there are few such shapes, and many rows.
    """
    at = [rows.columns.index(key) for key in spec.keys]
    shapes: dict[tuple[bool, ...], dict[Keys, int]] = {}
    for number, row in enumerate(rows.rows):
        keys = tuple(ANY if row[position] == ANY else canonical(row[position], _kind(row[position])) for position in at)
        above = next(
            (found for shape, seen in shapes.items() if (found := seen.get(_shaped(keys, shape))) is not None), None
        )
        if above is not None:
            yield number, above
        shape = tuple(key == ANY for key in keys)
        shapes.setdefault(shape, {}).setdefault(_shaped(keys, shape), number)


def _shaped(keys: Keys, shape: tuple[bool, ...]) -> Keys:
    """The keys without those that a row of this shape doesn't look at."""
    return tuple(ANY if wild else key for key, wild in zip(keys, shape, strict=True))
