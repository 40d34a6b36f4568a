"""Explains how a document came to be: field, expression, what it read of the record, table row, mapping line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as Names
from dataclasses import dataclass, field
from typing import Any

from kontering.diagnostics import Span
from kontering.language.tree import Field as FieldTree
from kontering.language.tree import Index, Item, Name, Tree
from kontering.language.values import Value
from kontering.mapping.fit import Path, dotted
from kontering.mapping.mapping import Mapping
from kontering.mapping.notations import shown
from kontering.mapping.outcomes import LeftOut, Outcome
from kontering.mapping.parts import (
    Block,
    Computed,
    Constant,
    Expression,
    Let,
    Listed,
    LookUp,
    Made,
    Part,
    Stop,
    TableSpec,
    Use,
)
from kontering.mapping.tables import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A value of the record that was read; `raw` is how the record writes it, where that differs."""

    path: str
    value: Any
    raw: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A table's row that was found, or none."""

    table: str
    keys: tuple[Any, ...]
    cells: tuple[Any, ...] | None
    span: Span | None


_READING = FieldTree | Index | Item | Name


@dataclass(slots=True, kw_only=True)
class Step:
    """How one value came to be. `path` is the target's field, or `let.name`; `left` says why there is none."""

    path: str
    form: str
    text: str
    span: Span
    value: Any = None
    left: str | None = None
    seen: list[Seen] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    lets: dict[str, Step] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """The whole of it: what became of the record, each field's step, and the stops that were true."""

    mapping: str
    outcome: Outcome
    steps: tuple[Step, ...]
    stops: tuple[str, ...]


@dataclass(slots=True)
class Tracer:
    """A watcher that keeps a tree of steps."""

    record: Any
    name: str
    open: list[Step] = field(default_factory=list)
    top: list[Step] = field(default_factory=list)
    lets: dict[str, Step] = field(default_factory=dict)
    outer: list[dict[str, Step]] = field(default_factory=list)
    reads: bool = True
    stops: list[str] = field(default_factory=list)

    def saw(self, tree: Tree, value: Value, path: str | None) -> None:
        if not self.open:
            return
        step = self.open[-1]
        if isinstance(tree, FieldTree) and isinstance(tree.of, Name) and tree.of.name in ("let", "param"):
            self._saw_name(step, tree.of.name, tree.name, value)
        elif path is not None and isinstance(tree, _READING) and not isinstance(value, dict | list):
            self._saw_path(step, path, value)

    def _saw_name(self, step: Step, space: str, name: str, value: Value) -> None:
        whole = f"{space}.{name}"
        if space == "param":
            self._saw_path(step, whole, value)
        elif whole in self.lets:
            step.lets.setdefault(whole, self.lets[whole])

    def _saw_path(self, step: Step, path: str, value: Value) -> None:
        if all(seen.path != path for seen in step.seen):
            step.seen.append(Seen(path=path, value=value, raw=raw_at(self.record, path, self.name)))

    def begins(self, path: Path, part: Part) -> None:
        form, text = _written(part)
        if isinstance(part, Listed | Use):  # their lets are their own
            self.outer.append(dict(self.lets))
        self.open.append(Step(path=dotted(path), form=form, text=text, span=part.span))

    def ends(self, path: Path, part: Part, value: Any) -> None:
        step = self.open.pop()
        if isinstance(part, Listed | Use):
            self.lets = self.outer.pop()
        if isinstance(value, LeftOut):
            step.left = value.why
        else:
            step.value = value
        (self.open[-1].steps if self.open else self.top).append(step)

    def tested(self, expression: Expression, outcome: bool) -> None:
        """The condition's reads are kept with the value that it decides on."""

    def looked_up(self, table: TableSpec, rows: Rows | None, number: int | None, keys: tuple[Any, ...]) -> None:
        found = rows is not None and number is not None
        cells = rows.rows[number] if rows is not None and number is not None else None
        span = rows.spans[number][0] if rows is not None and number is not None and rows.spans else None
        if self.open and (found or cells is None):
            self.open[-1].rows.append(Row(table=table.name, keys=keys, cells=cells, span=span))

    def reached(self, what: Block | Let | Stop) -> None:
        if isinstance(what, Stop):
            self.stops.append(what.id)
        elif isinstance(what, Let):
            made = self.open[-1].steps if self.open else self.top
            if made:
                self.lets[f"let.{what.name}"] = made.pop()

    def uses(self, mapping: Any, wheres: Names[str, str]) -> None:
        """What it reads comes with its path in the whole record."""


def explain(
    mapping: Mapping,
    record: Any,
    *,
    params: Names[str, Any] | None = None,
    tables: Names[str, Rows] | None = None,
    record_key: str = "",
    zone: str = "UTC",
) -> Explained:
    """Runs the record once more, watched."""
    tracer = Tracer(record, mapping.file.record)
    outcome = mapping.run(
        record, params=params or {}, tables=tables or {}, record_key=record_key, zone=zone, recorder=tracer
    )
    return Explained(mapping=mapping.name, outcome=outcome, steps=tuple(tracer.top), stops=tuple(tracer.stops))


_STEPS = re.compile(r"\.([^.\[]+)|\[(\d+)\]")


def raw_at(record: Any, path: str, name: str) -> Any:
    """What the record has at a path: `order.line_items[1].total`."""
    here = record
    if not path.startswith(name):
        return None
    for key, number in _STEPS.findall(path[len(name) :]):
        if number and isinstance(here, list) and int(number) < len(here):
            here = here[int(number)]
        elif key and isinstance(here, dict):
            here = here.get(key)
        else:
            return None
    return here


def _written(part: Part) -> tuple[str, str]:
    """The form of a part, and its text as it stands in the file."""
    match part:
        case Computed():
            return part.expression.language, part.expression.text
        case Constant():
            return "const", shown(part.value)
        case LookUp():
            return "lookup", part.table
        case Use():
            return "use", part.mapping
        case Made():
            return "fields", ""
        case Listed():
            return "blocks", ""
    return "broken", ""


def leaves(steps: tuple[Step, ...] | list[Step]) -> Iterator[Step]:
    """The steps that give the target's values, not those that objects, lists and uses are made with."""
    for step in steps:
        if step.form in ("fields", "blocks", "use"):
            yield from leaves([inner for inner in step.steps if inner.path != step.path])
        else:
            yield step


def as_text(explained: Explained, under: str = "") -> str:
    """One paragraph a field; `under` keeps to the fields that begin so (`lines[0]`)."""
    lines: list[str] = []
    for step in leaves(explained.steps):
        if step.path.startswith(under):
            lines.extend(_paragraph(step))
    return "\n".join(lines)


def _paragraph(step: Step) -> Iterator[str]:
    given = f"left out: {step.left}" if step.left is not None else _value(step.value)
    yield f"{step.path} = {given}"
    yield f"    {step.form} {step.text}".rstrip() + f"   {step.span}"
    yield from _causes(step, "    ")


def _causes(step: Step, indent: str) -> Iterator[str]:
    for seen in step.seen:
        raw = f" (the record has {shown(seen.raw)})" if seen.raw is not None and not _same(seen) else ""
        yield f"{indent}{seen.path} = {_value(seen.value)}{raw}"
    for row in step.rows:
        keys = ", ".join(map(_value, row.keys))
        cells = "no row" if row.cells is None else ", ".join(map(_value, row.cells))
        yield f"{indent}table {row.table}: {keys} → {cells}" + (f"   {row.span}" if row.span else "")
    for inner in step.steps:
        yield from _causes(inner, indent)
    for name, let in step.lets.items():
        yield f"{indent}{name} = {_value(let.value)}   {let.form} {let.text}   {let.span}"
        yield from _causes(let, f"{indent}    ")


def _value(value: Any) -> str:
    return "nothing" if value is None else value if isinstance(value, str) else shown(value)


def _same(seen: Seen) -> bool:
    return shown(seen.raw) == shown(seen.value) or str(seen.raw) == str(seen.value)


def as_data(explained: Explained) -> dict[str, Any]:
    """For programs: fields, each with the lets that it reads, and stops; dates and decimals stay what they are."""
    return {
        "mapping": explained.mapping,
        "fields": [_step_data(step) for step in leaves(explained.steps)],
        "stops": list(explained.stops),
    }


def _step_data(step: Step) -> dict[str, Any]:
    data: dict[str, Any] = {"field": step.path, "form": step.form, "text": step.text, "place": str(step.span)}
    data |= {"value": step.value} if step.left is None else {"left_out": step.left}
    if step.seen:
        data["read"] = [
            {"path": seen.path, "value": seen.value} | ({} if seen.raw is None or _same(seen) else {"record": seen.raw})
            for seen in step.seen
        ]
    if rows := [row for each in (step, *step.steps) for row in each.rows]:
        data["rows"] = [
            {
                "table": row.table,
                "keys": list(row.keys),
                "row": row.cells and list(row.cells),
                "place": row.span and str(row.span),
            }
            for row in rows
        ]
    if step.lets:
        data["lets"] = {name: _step_data(let) for name, let in step.lets.items()}
    return data
