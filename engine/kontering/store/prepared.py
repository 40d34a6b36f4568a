"""Questions that are asked for each document, compiled once: building and describing one costs more than running it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kontering.store.store import Tx


class Prepared:
    """A SELECT with named `bindparam`s, of columns that the driver gives as they are (texts and whole numbers)."""

    def __init__(self, statement: sa.SelectBase) -> None:
        self.statement = statement
        self.written: dict[str, tuple[str, list[str] | None]] = {}

    def rows(self, tx: Tx, **values: Any) -> list[tuple[Any, ...]]:
        """All rows."""
        text, order = self._text(tx)
        arguments: Any = values if order is None else [values[name] for name in order]
        cursor = tx.connection.connection.cursor()
        try:
            cursor.execute(text, arguments)
            return list(cursor.fetchall())
        finally:
            cursor.close()

    def _text(self, tx: Tx) -> tuple[str, list[str] | None]:
        dialect = tx.connection.dialect
        if dialect.name not in self.written:
            compiled = self.statement.compile(dialect=dialect)
            self.written[dialect.name] = str(compiled), getattr(compiled, "positiontup", None)
        return self.written[dialect.name]
