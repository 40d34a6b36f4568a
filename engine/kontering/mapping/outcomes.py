"""What becomes of a record, and who may watch how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from kontering.diagnostics import Diagnostic
from kontering.language.tree import Tree
from kontering.language.values import Value
from kontering.mapping.fit import Cut, Path
from kontering.mapping.parts import Block, Expression, Let, Part, Stop, TableSpec
from kontering.mapping.tables import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """The document or payload that was made; `cuts` are texts that were too long for the target."""

    data: dict[str, Any]
    warnings: tuple[Diagnostic, ...] = ()
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A person must decide; `id` names the rule, if one held it."""

    reason: str
    id: str = ""
    diagnostic: Diagnostic


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """By rule nothing is made; `id` names the rule."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The mapping or the record is wrong."""

    diagnostics: tuple[Diagnostic, ...]


Outcome: TypeAlias = Mapped | Held | Skipped | Failed


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a watcher sees in place of a value that was left out, and why."""

    why: str


class Watch(Protocol):
    """Is told how a document comes to be, in the order in which it happens.

    Only one that `reads` is told of every node of an expression, since finding out where in the record a value stands
    costs more than the value.
    """

    @property
    def reads(self) -> bool: ...

    def saw(self, tree: Tree, value: Value, path: str | None) -> None:
        """A node of an expression was evaluated."""

    def begins(self, path: Path, part: Part) -> None:
        """The value of a field, or of something inside it, is being made."""

    def ends(self, path: Path, part: Part, value: Any) -> None:
        """It is made; `LeftOut` if there is none."""

    def tested(self, expression: Expression, outcome: bool) -> None:
        """A condition was true or false."""

    def looked_up(self, table: TableSpec, rows: Rows | None, number: int | None, keys: tuple[Any, ...]) -> None:
        """A row was found; no number if none was."""

    def reached(self, what: Block | Let | Stop) -> None:
        """A block makes an element, a let is made, a stop ends the mapping."""

    def uses(self, mapping: Any, wheres: Mapping[str, str]) -> None:
        """Another mapping goes on."""
