"""A connection's tables: CSV files of the project, read once, with a place for every cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kontering.diagnostics import Diagnostic, Span
from kontering.mapping.roots import display
from kontering.mapping.tables import Rows, read_csv
from kontering.project import words
from kontering.project.formats import FORMATS
from kontering.project.policy import EVERY
from kontering.yaml.load import decode
from kontering.yaml.nodes import Entry, Map, Node, Scalar
from kontering.yaml.texts import content


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What was read, what is wrong with it, and the texts, for messages and the project's digest."""

    rows: Mapping[str, Rows] = field(default_factory=dict)
    problems: tuple[Diagnostic, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)


def read_tables(node: Node | None, folder: Path) -> Tables:
    """The tables that a connection names."""
    rows: dict[str, Rows] = {}
    texts: dict[str, str] = {}
    found: list[Diagnostic] = []
    for entry in node.entries if isinstance(node, Map) else ():
        if isinstance(entry.value, Scalar) and isinstance(entry.value.value, str):
            found.extend(_read(entry, entry.value, folder, rows, texts))
    return Tables(rows=rows, problems=tuple(found), texts=texts)


def _read(
    entry: Entry, node: Scalar, folder: Path, rows: dict[str, Rows], texts: dict[str, str]
) -> Iterator[Diagnostic]:
    path = folder / node.text
    if not path.is_file():
        yield words.no_such_file(node.span, node.text, _files(folder))
        return
    text, found = decode(content(path), display(path))
    yield from found
    if text is None:
        return
    texts[display(path)] = text
    table, found = read_csv(text, display(path))
    yield from found
    if table is not None:
        rows[entry.key.text] = table


def _files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in (folder / "tables").glob("*.csv"))


def check_columns(table: str, rows: Rows, wanted: tuple[str, ...], by: str) -> Iterator[Diagnostic]:
    """A table has the columns that its reader looks for; it may have others, say for remarks."""
    others = [column for column in rows.columns if column not in wanted]
    for column in (column for column in wanted if column not in rows.columns):
        yield words.no_column(Span(rows.origin), table, column, others, wanted, by)


def check_keys(rows: Rows, keys: tuple[str, ...]) -> Iterator[Diagnostic]:
    """Roles, VAT codes, treatments and countries that rows are found by are such as documents can have."""
    for column in (column for column in keys if column in FORMATS):
        for value, span in cells(rows, column):
            if value != EVERY and (hint := FORMATS[column](value)):
                yield words.bad_cell(span, column, value, hint)


def cells(rows: Rows, column: str) -> Iterator[tuple[str, Span]]:
    """The values of a column with their places."""
    if column in rows.columns:
        at = rows.columns.index(column)
        yield from ((str(row[at]), spans[at]) for row, spans in zip(rows.rows, rows.spans, strict=True))
