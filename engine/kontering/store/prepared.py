"""Statements that are given for each document, compiled once: building and describing one costs more than running it.

They run on the driver's own cursor, in the transaction of the connection; `Store` gives its failures their names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from kontering.store.store import Tx

Values: TypeAlias = Mapping[str, Any]
Built: TypeAlias = sa.Select[Any] | sa.CompoundSelect[Any] | sa.Update | sa.Insert | sa.Delete
Build: TypeAlias = Callable[[Any], Built]
"""Makes a statement with the database's own `insert`, which knows `on_conflict_do_…`."""

MOST = 512
"""Values of a list in one statement."""

PAIRS = 64


class Prepared:
    """A statement with named `bindparam`s, of columns that the driver takes and gives as they are (texts, numbers)."""

    def __init__(self, statement: Built | Build) -> None:
        self.statement = statement
        self.written: dict[str, Written] = {}

    def rows(self, tx: Tx, **values: Any) -> list[tuple[Any, ...]]:
        """All rows."""
        text, arguments = self._given(tx, values)
        cursor = tx.connection.connection.cursor()
        try:
            cursor.execute(text, arguments)
            return list(cursor.fetchall())
        finally:
            cursor.close()

    def run(self, tx: Tx, **values: Any) -> int:
        """How many rows it has changed."""
        text, arguments = self._given(tx, values)
        cursor = tx.connection.connection.cursor()
        try:
            cursor.execute(text, arguments)
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def many(self, tx: Tx, rows: Sequence[Values]) -> None:
        """The same with the values of each row; over a network all of them are on their way at once."""
        if not rows:
            return
        written = self._written(tx)
        arguments = [written.arguments(row) for row in rows]
        cursor = tx.connection.connection.cursor()
        try:
            cursor.executemany(written.text, arguments)
        finally:
            cursor.close()

    def _given(self, tx: Tx, values: Values) -> tuple[str, Any]:
        written = self._written(tx)
        return written.text, written.arguments(values)

    def _written(self, tx: Tx) -> Written:
        dialect = tx.connection.dialect
        found = self.written.get(dialect.name)
        if found is None:
            found = self.written[dialect.name] = Written(self._statement(dialect.name), dialect)
        return found

    def _statement(self, dialect: str) -> Built:
        if isinstance(self.statement, sa.ClauseElement):
            return self.statement
        return self.statement((postgresql if dialect == "postgresql" else sqlite).insert)


class Written:
    """A statement as text, and how its values are handed over."""

    def __init__(self, statement: Built, dialect: sa.Dialect) -> None:
        compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        self.text = str(compiled)
        self.order: list[str] | None = getattr(compiled, "positiontup", None)
        self.fixed = dict(compiled.params)

    def arguments(self, values: Values) -> Any:
        given = {**self.fixed, **values}
        return given if self.order is None else [given[name] for name in self.order]


class Listed:
    """A statement about a list of keys: `Listed(lambda keys: sa.select(t).where(t.c.key.in_(keys)))`.

    It is compiled for lists of 1, 2, 4 … keys; a shorter one is filled up with its last key.
    """

    def __init__(self, build: Callable[[Sequence[sa.BindParameter[Any]]], Built]) -> None:
        self.build = build
        self.sizes: dict[int, Prepared] = {}

    def rows(self, tx: Tx, keys: Sequence[Any], **values: Any) -> list[tuple[Any, ...]]:
        return [row for some in _parts(keys) for row in self._of(some).rows(tx, **values, **_named(some))]

    def run(self, tx: Tx, keys: Sequence[Any], **values: Any) -> int:
        return sum(self._of(some).run(tx, **values, **_named(some)) for some in _parts(keys))

    def _of(self, keys: Sequence[Any]) -> Prepared:
        if len(keys) not in self.sizes:
            self.sizes[len(keys)] = Prepared(self.build([sa.bindparam(name) for name in _named(keys)]))
        return self.sizes[len(keys)]


class ListedPairs:
    """A statement about a list of pairs, like `Listed`; at most `PAIRS` in one statement."""

    def __init__(self, build: Callable[[Sequence[Sequence[sa.BindParameter[Any]]]], Built]) -> None:
        self.listed = Listed(lambda keys: build(list(zip(keys[::2], keys[1::2], strict=True))))

    def rows(self, tx: Tx, pairs: Sequence[tuple[Any, Any]], **values: Any) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        for start in range(0, len(pairs), PAIRS):
            some = _filled(pairs[start : start + PAIRS])
            found += self.listed.rows(tx, [part for pair in some for part in pair], **values)
        return found


def _named(keys: Sequence[Any]) -> dict[str, Any]:
    return {f"listed_{place}": key for place, key in enumerate(keys)}


def _parts(keys: Sequence[Any]) -> list[Sequence[Any]]:
    """
    >>> _parts(["a", "b", "c"]), _parts([])
    ([['a', 'b', 'c', 'c']], [])
    """
    return [_filled(keys[start : start + MOST]) for start in range(0, len(keys), MOST)]


def _filled(keys: Sequence[Any]) -> Sequence[Any]:
    size = 1 << (len(keys) - 1).bit_length()
    return [*keys, *[keys[-1]] * (size - len(keys))]
