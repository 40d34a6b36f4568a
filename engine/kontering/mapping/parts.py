"""What a mapping file is made of, as frozen data; every part knows where it is written."""

from __future__ import annotations

from collections.abc import Mapping
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
    """What a flow, a connection or a `use` may set."""

    name: str
    type: ParamType
    default: Any = None
    has_default: bool = False
    one_of: tuple[Any, ...] | None = None
    doc: str = ""
    span: Span


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
