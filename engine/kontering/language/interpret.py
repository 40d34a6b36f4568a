"""The reference interpreter: what a tree means, and the words for what goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

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


def evaluate(tree: Tree, scope: Scope) -> Value:
    """The value of a tree; raises `Missing` or `Bad`."""
    raise NotImplementedError


def find_path(scope: Scope, value: Value) -> str | None:
    """Where in the record an object or list stands: `order.line_items[1]`."""
    raise NotImplementedError
