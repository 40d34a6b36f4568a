"""What the tests of a mapping reach: fields, both sides of each condition, blocks, stops, and rows of tables."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Names
from dataclasses import dataclass, field
from typing import Any

from kontering.diagnostics import Diagnostic, Span
from kontering.language.tree import Tree
from kontering.language.values import Value
from kontering.mapping import problems
from kontering.mapping.case import Result, run_tests
from kontering.mapping.fit import Path
from kontering.mapping.mapping import Mapping
from kontering.mapping.outcomes import LeftOut
from kontering.mapping.parts import (
    Block,
    Expression,
    Let,
    Listed,
    Made,
    MappingFile,
    Part,
    Stop,
    TableSpec,
    all_parts,
)
from kontering.mapping.tables import Rows


@dataclass(frozen=True, slots=True)
class Place:
    """Something that a test can reach: a part, or one side of a condition."""

    span: Span
    side: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The places of a mapping's own file, and those that its tests didn't reach."""

    file: str
    total: int
    missed: tuple[Diagnostic, ...]

    @property
    def reached(self) -> int:
        return self.total - len(self.missed)

    @property
    def percent(self) -> int:
        return 100 if self.total == 0 else 100 * self.reached // self.total


@dataclass(slots=True)
class Gathered:
    """A watcher that keeps the places it was told of."""

    places: set[Place] = field(default_factory=set)
    reads: bool = False

    def saw(self, tree: Tree, value: Value, path: str | None) -> None:
        """Expressions count as a whole."""

    def begins(self, path: Path, part: Part) -> None:
        """Only what comes out counts."""

    def ends(self, path: Path, part: Part, value: Any) -> None:
        if not isinstance(value, LeftOut):
            self.places.add(Place(part.span))

    def tested(self, expression: Expression, outcome: bool) -> None:
        self.places.add(Place(expression.span, "true" if outcome else "false"))

    def looked_up(self, table: TableSpec, rows: Rows | None, number: int | None, keys: tuple[Any, ...]) -> None:
        if rows is not None and number is not None and rows.spans:
            self.places.add(Place(rows.spans[number][0]))
        elif number is None:
            self.places.add(Place(table.span, "miss"))

    def reached(self, what: Block | Let | Stop) -> None:
        self.places.add(Place(what.span))

    def uses(self, mapping: Any, wheres: Names[str, str]) -> None:
        """The other mapping has tests of its own."""


def cover(mapping: Mapping, *, inherited: bool = False) -> tuple[tuple[Result, ...], Coverage]:
    """Runs the tests and tells what they missed in the file itself and, with `inherited`, in those it extends."""
    gathered = Gathered()
    results = run_tests(mapping, inherited=inherited, watch=gathered)
    file = mapping.file
    files = set(file.files) if inherited else {file.own.span.file}
    places = {place: what for place, what in places_of(file, mapping) if place.span.file in files}
    missed = tuple(
        problems.not_covered(place.span, what) for place, what in places.items() if place not in gathered.places
    )
    return results, Coverage(file.own.span.file, len(places), missed)


def too_little(found: Coverage, wanted: int) -> Diagnostic | None:
    """The problem that a threshold makes of too little coverage; it is held exactly, 99.6 % aren't 100."""
    if found.total == 0 or 100 * found.reached >= wanted * found.total:
        return None
    return problems.too_little_covered(found.file, found.reached, found.total, wanted)


def places_of(file: MappingFile, mapping: Mapping) -> Iterator[tuple[Place, str]]:
    """Everything that a test can reach, with its name for people."""
    for let in file.let:
        yield Place(let.span), f"let {let.name!r}"
    for stop in file.stops:
        yield Place(stop.span), f"stop {stop.id!r}"
    for part in all_parts(file):
        yield from _in_part(part)
    for table in file.tables:
        for rows in mapping.rows.get(table.name, ()):
            for cells, spans in zip(rows.rows, rows.spans, strict=True):
                yield Place(spans[0]), f"the row {', '.join(map(str, cells))} of table {table.name!r}"


def _in_part(part: Part) -> Iterator[tuple[Place, str]]:
    if part.options.when is not None:
        yield from _sides(part.options.when)
    match part:
        case Made():
            for each in part.fields:
                yield Place(each.part.span), f"field {each.name!r}"
        case Listed():
            for block in part.blocks:
                yield Place(block.span), f"block {block.id!r}"
                if block.when is not None:
                    yield from _sides(block.when)


def _sides(when: Expression) -> Iterator[tuple[Place, str]]:
    yield Place(when.span, "true"), f"the condition {when.text!r} being true"
    yield Place(when.span, "false"), f"the condition {when.text!r} being false"
