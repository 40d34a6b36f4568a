"""Hot statements as SQL text, made once from the tables: building and compiling one costs more than running it."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table

from kontering.connectors.ledger.tables import Stored

Values = Mapping[str, Any]
Convert = Callable[[Any], Any] | None


class Query:
    """Rows of one table: `Query(table, ["id", "open"], "book = ? AND id = ?").first(connection, "books", 7)`."""

    def __init__(self, table: Table, names: Sequence[str], where: str) -> None:
        self.text = f"SELECT {', '.join(names)} FROM {table.name} WHERE {where}"
        self.loads = tuple(_load(table, name) for name in names)
        self.row = _row_type(table.name, names)

    def first(self, connection: Connection, *values: Any) -> Any:
        """The first row, or None."""
        return next(iter(self.all(connection, *values)), None)

    def all(self, connection: Connection, *values: Any) -> list[Any]:
        """All rows."""
        cursor = connection.connection.cursor()  # the driver's own: describing a wide result costs more than reading it
        try:
            cursor.execute(_marked(self.text, connection), values)
            return [self._row(found) for found in cursor.fetchall()]
        finally:
            cursor.close()

    def _row(self, found: Sequence[Any]) -> Any:
        pairs = zip(self.loads, found, strict=True)
        return self.row._make(load(value) if load and value is not None else value for load, value in pairs)


class Insert:
    """New rows of one table; columns that a row leaves out are null, and a row's own id is given back."""

    def __init__(self, table: Table) -> None:
        columns = [column for column in table.columns if column.autoincrement is not True]
        self.names = tuple(column.name for column in columns)
        self.stores = tuple(_store(table, name) for name in self.names)
        self.text = f"INSERT INTO {table.name} ({', '.join(self.names)}) VALUES ({', '.join('?' * len(columns))})"

    def one(self, connection: Connection, values: Values) -> int:
        return int(row(connection, f"{self.text} RETURNING id", *self._row(values))[0])

    def many(self, connection: Connection, rows: Sequence[Values]) -> None:
        if rows:
            cursor = connection.connection.cursor()
            try:
                cursor.executemany(_marked(self.text, connection), [self._row(row) for row in rows])
            finally:
                cursor.close()

    def _row(self, values: Values) -> tuple[Any, ...]:
        pairs = zip(self.stores, map(values.get, self.names), strict=True)
        return tuple(store(value) if store and value is not None else value for store, value in pairs)


def run(connection: Connection, text: str, *values: Any) -> None:
    """One statement with `?` for its values."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(_marked(text, connection), values)
    finally:
        cursor.close()


def row(connection: Connection, text: str, *values: Any) -> Any:
    """The one row that a statement gives."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(_marked(text, connection), values)
        (found,) = cursor.fetchall()
        return found
    finally:
        cursor.close()


def _row_type(name: str, names: Sequence[str]) -> Any:
    return namedtuple(name, names)


def _marked(text: str, connection: Connection) -> str:
    return text if connection.dialect.paramstyle == "qmark" else text.replace("?", "%s")


def _store(table: Table, name: str) -> Convert:
    kind = table.c[name].type
    return type(kind).store if isinstance(kind, Stored) else None


def _load(table: Table, name: str) -> Convert:
    kind = table.c[name].type
    return type(kind).load if isinstance(kind, Stored) else None
