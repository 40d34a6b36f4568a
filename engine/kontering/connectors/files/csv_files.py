"""Records out of a CSV file: a row each, or several rows that share an id where a column is one of a list's.

The header's names are paths: `billing.city` goes into an object, `line_items[].sku` into a list that has one element
a row. Cells are texts, typed by the record schema; an empty cell is a field that isn't there.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TextIO

from kontering.connectors.files import problems
from kontering.connectors.files.found import Found, Raw
from kontering.connectors.files.line_files import lines
from kontering.connectors.files.options import KindOptions
from kontering.connectors.files.stream import half
from kontering.diagnostics import Diagnostic, Span

Path = tuple[str, ...]
Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Column:
    """Where a column's cells go; `list` is the list that they are an element of, `path` the way inside."""

    list: Path
    path: Path
    number: bool


class _TooLong(Exception):
    """A line, or a cell over many lines, that is larger than a record may be."""


def read(file: TextIO, name: str, options: KindOptions) -> Iterator[Found]:
    """A record for each row, or for each run of rows with one id."""
    rows = _rows(file, name, options)
    first = next(rows, None)
    if first is None or isinstance(first, Diagnostic):
        yield first or problems.broken(Span(name), "the file is empty")
        return
    columns = _header(first, name, options)
    if isinstance(columns, Diagnostic):
        yield columns
        return
    yield from _records(rows, columns, name, options)


def _rows(file: TextIO, name: str, options: KindOptions) -> Iterator[Row | Diagnostic]:
    """Rows with the line that they begin in; a broken one is told, and the next is read."""
    reader = csv.reader(_texts(file, options), delimiter=_delimiter(name, options), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except _TooLong:
            yield problems.too_large(Span(name, line), options.limit)
            return
        except csv.Error as problem:
            yield problems.broken(Span(name, line), f"broken CSV: {problem}", "is a quote missing, or not doubled?")
            continue
        if row:
            yield _whole(row, name, line, options)


def _whole(row: list[str], name: str, line: int, options: KindOptions) -> Row | Diagnostic:
    if any(half(cell) is not None for cell in row):
        return problems.wrong_encoding(Span(name, line), options.encoding)
    return line, row


def _texts(file: TextIO, options: KindOptions) -> Iterator[str]:
    for _, line in lines(file, options):
        if line is None:
            raise _TooLong
        yield line


def _delimiter(name: str, options: KindOptions) -> str:
    return options.delimiter or ("\t" if name.endswith(".tsv") else ",")


def _header(first: Row, name: str, options: KindOptions) -> list[Column] | Diagnostic:
    line, cells = first
    names = [options.columns.get(cell.strip(), cell.strip()) for cell in cells]
    span = Span(name, line)
    if "" in names:
        return problems.bad_header(span, f"column {names.index('') + 1} has no name")
    twice = next((each for each in names if names.count(each) > 1), None)
    if twice:
        return problems.bad_header(span, f"two columns are called {twice!r}", "`columns` gives one another name")
    deeper = next((each for each in names for other in names if other.startswith((f"{each}.", f"{each}["))), None)
    if deeper:
        return problems.bad_header(span, f"{deeper!r} can't be a value and have fields of its own")
    unknown = options.numbers - set(names)
    if unknown:
        return problems.bad_header(span, f"`numbers` names {min(unknown)!r}, which is no column")
    return [_column(each, options) for each in names]


def _column(name: str, options: KindOptions) -> Column:
    head, brackets, rest = name.partition("[].")
    within = tuple(head.split(".")) if brackets else ()
    return Column(within, tuple((rest if brackets else name).split(".")), name in options.numbers)


def _records(
    rows: Iterator[Row | Diagnostic], columns: list[Column], name: str, options: KindOptions
) -> Iterator[Found]:
    found = (row if isinstance(row, Diagnostic) else _record(row, columns, name, options) for row in rows)
    yield from _joined(found, columns, options) if any(column.list for column in columns) else found


def _joined(rows: Iterator[Found], columns: list[Column], options: KindOptions) -> Iterator[Found]:
    """Rows that follow each other with one id are one record; an id that comes again further down is a mistake."""
    seen: set[int] = set()
    for made, doubt in _runs(rows, columns, options.id):
        if isinstance(made, Diagnostic):
            yield made
            continue
        key = _at(made.data, options.id)
        if doubt:
            yield problems.in_doubt(made.span, str(key))
        elif key is not None and hash(key) in seen:
            yield problems.scattered(made.span, str(key))
        else:
            yield made if made.size <= options.limit else problems.too_large(made.span, options.limit)
        seen.add(hash(key))


def _runs(rows: Iterator[Found], columns: list[Column], path: Path) -> Iterator[tuple[Found, bool]]:
    """Records out of rows, and whether a broken row stands beside one: it may have been a row of it."""
    made: Raw | None = None
    doubt = False
    for row in rows:
        if isinstance(row, Diagnostic):
            if made:
                yield made, True
            yield row, False
            made, doubt = None, True
        elif made and (key := _at(row.data, path)) is not None and key == _at(made.data, path):
            made = _merged(made, row, columns)
        else:
            if made:
                yield made, doubt
                doubt = False
            made = row
    if made:
        yield made, doubt


def _record(row: Row, columns: list[Column], name: str, options: KindOptions) -> Found:
    line, cells = row
    if len(cells) != len(columns):
        return problems.other_length(Span(name, line), len(cells), len(columns))
    data: dict[str, Any] = {}
    for column, cell in zip(columns, cells, strict=True):
        text = cell.strip()
        if text:
            _put(data, column, _number(text, options.decimal) if column.number else text)
    return Raw(data, Span(name, line), sum(map(len, cells)))


def _put(data: dict[str, Any], column: Column, value: str) -> None:
    *within, last = column.path
    if column.list:
        *outer, name = column.list
        data = _into(data, outer).setdefault(name, [{}])[0]
    _into(data, within)[last] = value


def _into(data: dict[str, Any], path: list[str]) -> dict[str, Any]:
    for name in path:
        data = data.setdefault(name, {})
    return data


def _number(text: str, decimal: str) -> str:
    """A number with the file's decimal mark, as the schemas write it.

    >>> _number("1.234,50", ","), _number("1,234.50", ".")
    ('1234.50', '1234.50')
    """
    thousands = "." if decimal == "," else ","
    return text.replace(thousands, "").replace(" ", "").replace("\N{NO-BREAK SPACE}", "").replace(decimal, ".")


def _merged(one: Raw, other: Raw, columns: list[Column]) -> Raw:
    """The rows of one record: the first has its fields, each adds an element to the lists."""
    for path in dict.fromkeys(column.list for column in columns if column.list):
        more = _at(other.data, path)
        if more:
            *outer, name = path
            _into(one.data, outer).setdefault(name, []).extend(more)
    return Raw(one.data, one.span, one.size + other.size)


def _at(data: Any, path: Path) -> Any:
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data
