"""Tables and look-ups before anything runs: keys, columns, rows that are never reached, cells that don't fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from kontering.language import types as t
from kontering.language.types import Type
from kontering.mapping import cells, problems
from kontering.mapping.fit import Fitting, fitted
from kontering.mapping.mapping import Mapping
from kontering.mapping.parts import LookUp, TableSpec
from kontering.mapping.reading import Out
from kontering.mapping.schemas import Schema
from kontering.mapping.tables import ANY, Rows, canonical, find_row, hidden_rows

MOST = 3  # cells of one column that are told of


def check_tables(mapping: Mapping, out: Out) -> None:
    for table in mapping.tables:
        columns = table.columns
        doubled = next((name for name in columns if columns.count(name) > 1), None)
        if doubled is not None:
            out.append(problems.name_taken(table.span, doubled, f"table {table.name!r} has it twice"))
        for rows in mapping.rows.get(table.name, ()):
            for number, first in list(hidden_rows(table, rows))[:MOST]:
                out.append(problems.hidden_row(rows.spans[number][0], table.name, rows.spans[first][0]))


def table_of(part: LookUp, mapping: Mapping, out: Out) -> TableSpec | None:
    known = {table.name: table for table in mapping.tables}
    if part.table not in known:
        names = [*known, *(entry.key.text for entry in _written_tables(mapping))]
        if part.table not in names:
            out.append(problems.unknown_table(part.table_span, part.table, names))
    return known.get(part.table)


def _written_tables(mapping: Mapping) -> Iterable[Any]:
    """Tables of the file that are there but broken: a look-up in them isn't wrong too."""
    return getattr(mapping.file.merged.get("tables"), "entries", ())


def check_look_up(part: LookUp, kinds: Sequence[Type], mapping: Mapping, out: Out) -> bool:
    table = mapping.table(part.table)
    before = len(out)
    if len(kinds) != len(table.keys):
        out.append(problems.key_count(part.table_span, table.name, table.keys, len(kinds)))
    if part.column is None and len(table.gives) > 1:
        out.append(problems.which_column(part.table_span, table.name, table.gives))
    if part.column is not None and part.column not in table.gives and part.column_span:
        out.append(problems.unknown_column(part.column_span, table.name, part.column, table.gives))
    for key, kind, name in zip(part.keys, kinds, table.keys, strict=False):
        if isinstance(t.without_missing(kind), t.Object | t.ListOf | t.Id):
            message = f"{t.describe(kind)} is no key"
            out.append(problems.never_found(key.span, table.name, name, message))
    if len(out) > before:
        return False
    _check_found(part, table, kinds, mapping, out)
    return True


def _check_found(part: LookUp, table: TableSpec, kinds: Sequence[Type], mapping: Mapping, out: Out) -> None:
    """Whether any row can fit, and whether the words that a key may have all find one."""
    if table.rows.kind == "connection":
        return
    sets = mapping.rows.get(table.name, ())
    if not sets or not any(rows.rows for rows in sets):
        return
    for at, (kind, key) in enumerate(zip(kinds, part.keys, strict=True)):
        column = [row[rows.columns.index(table.keys[at])] for rows in sets for row in rows.rows]
        if not any(_may_fit(cell, kind) for cell in column):
            message = f"no row can have {t.describe(t.without_missing(kind))} there"
            out.append(problems.never_found(key.span, table.name, table.keys[at], message))
            return
    _check_words(part, table, kinds, sets, out)


def _may_fit(cell: Any, kind: Type) -> bool:
    if cell == ANY:
        return True
    return any(_member_may_fit(cell, member) for member in t.members(kind))


def _member_may_fit(cell: Any, kind: Type) -> bool:
    match kind:
        case t.Any() | t.Null():
            return True
        case t.Integer() | t.Decimal():
            return canonical(cell, "number") is not None
        case t.Boolean():
            return canonical(cell, "boolean") is not None
        case t.Text(one_of=words) if words is not None:
            return str(cell) in words
        case t.Date():
            return cells.readable(cell, "date")
    return True


def _check_words(part: LookUp, table: TableSpec, kinds: Sequence[Type], sets: Sequence[Rows], out: Out) -> None:
    """One key that is one of a few words: those that find no row, where that is an error."""
    if len(kinds) != 1 or table.on_miss != "error":
        return
    words = getattr(t.without_missing(kinds[0]), "one_of", None) or ()
    lost = [word for word in words if not any(find_row(rows, table.keys, (word,)) is not None for rows in sets)]
    if lost:
        out.append(problems.will_miss(part.table_span, table.name, lost))


def result_type(part: LookUp, mapping: Mapping) -> Type:
    """The type of a table's column."""
    table = mapping.table(part.table)
    column = part.column if part.column in table.gives else table.gives[0]
    found = list(_column(table, column, mapping))
    if table.rows.kind == "inline" and part.options.type is None:
        return t.union(*(literal_type(cell) for cell, _ in found)) if found else t.Any()
    if part.options.type in (None, "text") and table.rows.kind == "file":
        return t.Text(tuple(dict.fromkeys(str(cell) for cell, _ in found)) or None)
    return t.Text()


def _column(table: TableSpec, column: str, mapping: Mapping) -> Iterator[tuple[Any, Any]]:
    for rows in mapping.rows.get(table.name, ()):
        at = rows.columns.index(column)
        for row, spans in zip(rows.rows, rows.spans, strict=True):
            if row[at] not in (None, ""):
                yield row[at], spans[at]


def literal_type(value: Any) -> Type:
    match value:
        case None:
            return t.Null()
        case bool():
            return t.Boolean()
        case int():
            return t.Integer()
        case Decimal():
            return t.Decimal()
        case date():
            return t.Date()
        case list():
            return t.ListOf(t.union(*(literal_type(item) for item in value)) if value else t.Any())
        case dict():
            return t.Object(
                fields={name: literal_type(item) for name, item in value.items()}, required=frozenset(value)
            )
    return t.Text((value,))


def check_cells(part: LookUp, wanted: Schema, place: str, mapping: Mapping, out: Out) -> None:
    """Every cell that a look-up may give can stand in the field that it goes to."""
    table = mapping.table(part.table)
    column = part.column or table.gives[0]
    told = 0
    for cell, span in _column(table, column, mapping):
        if told >= MOST:
            return
        kind = part.options.type
        if kind is not None and not cells.readable(cell, kind):
            out.append(problems.bad_cell(span, table.name, column, f"{cells.described(cell)} can't be read as {kind}"))
            told += 1
            continue
        into = Fitting()
        fitted(cells.typed(cell, kind, span) if kind else cell, wanted, (), into)
        for misfit in into.misfits[:1]:
            problem = problems.bad_cell(span, table.name, column, misfit.message)
            out.append(replace(problem, hint=misfit.hint, field=place))
            told += 1
