"""Where an evaluation stands: the names it may use, the value at hand, and whether the place is tolerant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from kontering.language.paths import find_path
from kontering.language.tree import Tree
from kontering.language.values import Value


class Recorder(Protocol):
    """Is told of every node that was evaluated, with the path in the record where its value was found."""

    def saw(self, tree: Tree, value: Value, path: str | None) -> None: ...


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that an expression may use; the first is the record's.

    `wheres` says under which path of the record a name's value was found, where that isn't the name itself.
    """

    names: Mapping[str, Value]
    strict: bool = True
    recorder: Recorder | None = None
    wheres: Mapping[str, str] = field(default_factory=dict)

    def path(self, value: Value) -> str | None:
        """Where in the record an object or list stands: `order.line_items[1]`."""
        return find_path(self.names, self.wheres, value)


@dataclass(slots=True)
class Rounds:
    """How often the loops of a template have turned."""

    count: int = 0


@dataclass(frozen=True, slots=True)
class At:
    """Where an evaluation stands: the names, the value at hand and its path, and whether the place is tolerant."""

    scope: Scope
    here: Value
    path: Callable[[], str]
    tolerant: bool
    rounds: Rounds

    @property
    def demands(self) -> bool:
        """Whether something missing is an error here."""
        return self.scope.strict and not self.tolerant

    @property
    def forgives(self) -> bool:
        """Whether what is reckoned with null is null here."""
        return self.scope.strict and self.tolerant
