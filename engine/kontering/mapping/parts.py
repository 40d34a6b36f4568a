"""What a mapping file is made of, as frozen data; every part knows where it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias, Union

from kontering.diagnostics import Span
from kontering.language.tree import Tree
from kontering.yaml.nodes import Map, Node

Language = Literal["path", "calc", "text"]
Outcome = Literal["skip", "hold", "error"]
OnMissing: TypeAlias = Union[Literal["skip", "null", "hold"], "Part", None]
OnMiss: TypeAlias = Union[Literal["error", "hold"], "Part"]
ParamType = Literal["text", "integer", "decimal", "boolean"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """One expression or template: its text, and what it means."""

    language: Language
    text: str
    tree: Tree
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The four options that every form takes; `places` says where each is written."""

    missing: OnMissing = None
    when: Expression | None = None
    zone: Part | None = None
    type: str | None = None
    places: Mapping[str, Span] = field(default_factory=dict)


NONE = Options()


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """A path, a calculation or a template."""

    expression: Expression
    options: Options = NONE
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A literal."""

    value: Any
    node: Node
    options: Options = NONE
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """A value from a table's row."""

    table: str
    keys: tuple[Part, ...]
    column: str | None = None
    options: Options = NONE
    table_span: Span
    column_span: Span | None = None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A param that a `use` sets."""

    name: str
    part: Part
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What another mapping makes of the value that `of` gives."""

    mapping: str
    of: Part | None = None
    settings: tuple[Setting, ...] = ()
    options: Options = NONE
    mapping_span: Span
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of an object that is made."""

    name: str
    part: Part
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An object, field by field."""

    fields: tuple[Field, ...]
    options: Options = NONE
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Let:
    """A name for a value."""

    name: str
    part: Part
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Makes elements of a list: one for each element that `each` gives, or one."""

    id: str
    each: Part | None = None
    name: str | None = None
    name_span: Span | None = None
    let: tuple[Let, ...] = ()
    when: Expression | None = None
    made: Made
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A list, block by block."""

    blocks: tuple[Block, ...]
    span: Span
    options: Options = NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """Something that can't be read; a problem says why. Nothing more is said of it."""

    span: Span
    options: Options = NONE


Part: TypeAlias = Computed | Constant | LookUp | Use | Made | Listed | Broken


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A rule that ends the mapping."""

    id: str
    when: Expression
    outcome: Outcome
    reason: Expression
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """What a flow, a connection or a `use` may set; without a type it is broken, and a problem says why."""

    name: str
    type: ParamType | None
    default: Any = None
    has_default: bool = False
    one_of: tuple[Any, ...] | None = None
    doc: str = ""
    span: Span
    default_span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsSpec:
    """Where a table's rows come from: written here, a CSV file, or the connection's setting of the table's name."""

    kind: Literal["inline", "file", "connection"]
    lists: tuple[Node, ...] = ()
    file: str = ""
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpec:
    """A table as the file describes it; `first` are the rows that an extending file puts in front."""

    name: str
    keys: tuple[str, ...]
    gives: tuple[str, ...]
    rows: RowsSpec
    first: RowsSpec | None = None
    on_miss: OnMiss
    span: Span

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.keys, *self.gives)


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingFile:
    """A mapping file, merged with those that it extends, read but not yet checked.

    `files` are all files that it came from, by the name under which spans know them; `own` is the file's own text.
    """

    name: str
    doc: str
    source: str
    record: str
    target: str
    params: tuple[Param, ...]
    let: tuple[Let, ...]
    stops: tuple[Stop, ...]
    tables: tuple[TableSpec, ...]
    made: Made
    strict: bool
    places: Mapping[str, Span]
    path: Path
    files: Mapping[str, Path]
    own: Map
    merged: Map
    chain: tuple[Map, ...]


def described(part: Part) -> str:
    """A part in the words of messages."""
    return part.expression.text if isinstance(part, Computed) else "the value"


def below(part: Part) -> Iterator[Part]:
    """The parts directly inside a part, options included."""
    options = part.options
    if options.zone is not None:
        yield options.zone
    if options.missing is not None and not isinstance(options.missing, str):
        yield options.missing
    match part:
        case LookUp():
            yield from part.keys
        case Use():
            yield from (setting.part for setting in part.settings)
            if part.of is not None:
                yield part.of
        case Made():
            yield from (field.part for field in part.fields)
        case Listed():
            for block in part.blocks:
                yield from _in_block(block)


def _in_block(block: Block) -> Iterator[Part]:
    if block.each is not None:
        yield block.each
    yield from (let.part for let in block.let)
    yield block.made


def walk(part: Part) -> Iterator[Part]:
    """The part and all that is inside it."""
    yield part
    for inner in below(part):
        yield from walk(inner)


def expressions(part: Part) -> Iterator[Expression]:
    """All expressions of a part and of what is inside it."""
    for each in walk(part):
        if isinstance(each, Computed):
            yield each.expression
        if each.options.when is not None:
            yield each.options.when
        if isinstance(each, Listed):
            yield from (block.when for block in each.blocks if block.when is not None)


def all_parts(file: MappingFile) -> Iterator[Part]:
    """Every part of a file."""
    for let in file.let:
        yield from walk(let.part)
    for table in file.tables:
        if not isinstance(table.on_miss, str):
            yield from walk(table.on_miss)
    yield from walk(file.made)


def all_expressions(file: MappingFile) -> Iterator[Expression]:
    """Every expression of a file."""
    for let in file.let:
        yield from expressions(let.part)
    for stop in file.stops:
        yield stop.when
        yield stop.reason
    for table in file.tables:
        if not isinstance(table.on_miss, str):
            yield from expressions(table.on_miss)
    yield from expressions(file.made)
