"""A mapping that is being written as code, and what its parts hand on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from kontering.language import tree as t
from kontering.language.emitter import Emitter
from kontering.language.jinja import as_condition
from kontering.language.writer import Writer, reads_current
from kontering.mapping.parts import Expression

if TYPE_CHECKING:
    from kontering.mapping.mapping import Mapping as Compiled


class NotWritten(Exception):
    """The mapping has something that isn't written as code: the interpreter runs it."""


class Given(NamedTuple):
    """A value that a part gives: its local, and whether it may be null."""

    local: str
    null: bool = False


Sink = Callable[[Given], None]


@dataclass(slots=True)
class Work:
    """One mapping being written: its expressions' emitter, and how many other mappings are written inside."""

    mapping: Compiled
    here: Emitter
    cutting: bool
    table: Mapping[type, Callable[[Work, Any, Sink], None]]
    uses: int = 0

    @property
    def writer(self) -> Writer:
        return self.here.writer


def demanded(work: Work, tree: t.Tree) -> str:
    if reads_current(tree):
        raise NotWritten
    return work.here.demanded(tree)


def condition(work: Work, expression: Expression) -> str:
    local = demanded(work, as_condition(expression.tree))
    if work.writer.knows(local).kind != "boolean":
        work.here.guard(f"type({local}) is not bool")
    return local
