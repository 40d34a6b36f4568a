"""Finds cells of a table's rows for generated code, and remembers what it found for keys that came before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kontering.mapping.tables import Keys, Rows, find_row

NO_ROW = object()
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Finder:
    """One column of a table: its own rows, and after them those that a connection gives."""

    own: tuple[Rows, ...]
    keys: tuple[str, ...]
    column: str
    seen: dict[Any, Any] = field(default_factory=dict)

    def find(self, values: Keys) -> Any:
        """The cell in the first of its own rows that fits, or NO_ROW."""
        key = (values, tuple(map(type, values)))
        found = self.seen.get(key, self)
        if found is self:
            found = self.among(self.own, values)
            if len(self.seen) < MOST:
                self.seen[key] = found
        return found

    def find_with(self, values: Keys, given: Rows) -> Any:
        """As `find`, then in the connection's rows."""
        return self.among((*self.own, given), values)

    def among(self, sets: tuple[Rows, ...], values: Keys) -> Any:
        for rows in sets:
            number = find_row(rows, self.keys, values)
            if number is not None:
                return rows.rows[number][rows.columns.index(self.column)]
        return NO_ROW
