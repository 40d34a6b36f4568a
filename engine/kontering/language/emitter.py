"""The place from which an expression is written as code: its mode, the value at hand, what is checked already.

Three modes, as places have them: `demand` (strict reading: what is missing raises `Missing`), `tolerant` (missing is
null, and what is reckoned with null is null), `standard` (without strict reading: JMESPath as it is).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from kontering.language import tree as t
from kontering.language.known import ANY, BOOLEAN, NEVER_EMPTY, NUMBERS, TEXTS, Known, NeedsPlain, of_value
from kontering.language.tree import Tree
from kontering.language.writer import Writer

Mode = Literal["demand", "tolerant", "standard"]
Emit = Callable[["Emitter", Any], str]
Table = Mapping[type | None, Emit]
"""How each kind of node is written; under None, what is null where it is missing."""

IS_LIST = "type({0}) is list"
IS_OBJECT = "type({0}) is dict"
IS_MISSING = "{0} is None or {0} == ''"
IS_EMPTY = "not {0} and type({0}) is not int and type({0}) is not Decimal"
IS_NUMBER = "(type({0}) is Decimal or type({0}) is int)"

TRUE_OR_FALSE = (t.Condition, t.Not, t.IsNone, t.Within)
UNCACHED = (t.Literal, t.Name, t.Current, t.Text, t.Print, t.Branch, t.Loop, t.Lambda)

_READ = (t.Field, t.Name, t.Item, t.Index, t.Current)
_NEVER_MISSING = (*_READ, *TRUE_OR_FALSE, t.Arithmetic, t.Negate, t.Listing)
_SURE_FUNCTIONS = frozenset(
    {
        "sum",
        "length",
        "ceil",
        "floor",
        "abs",
        "round",
        "int",
        "keys",
        "values",
        "sort",
        "sort_by",
        "map",
        "merge",
        "type",
    }
    | {"contains", "starts_with", "ends_with", "to_array"}
)


def never_missing(tree: Tree) -> bool:
    """Whether, in strict reading, a value that is demanded of this node can't be null or an empty text."""
    if isinstance(tree, t.Call):
        return tree.name in _SURE_FUNCTIONS
    if isinstance(tree, t.Compare):
        return not tree.loose
    return isinstance(tree, _NEVER_MISSING)


@dataclass(frozen=True, slots=True)
class Emitter:
    """Writes expressions into a function: `here` is the local of the value at hand."""

    writer: Writer
    table: Table
    strict: bool = True
    here: str = "None"
    mode: Mode = "demand"

    def demanded(self, tree: Tree) -> str:
        """The local of a value; the code raises where it is missing."""
        local = self.shaped(tree)
        if self.strict and not never_missing(tree):
            self.need(local)
        return local

    def optional(self, tree: Tree) -> str:
        """The local of a value; None where `demanded` would find it missing."""
        return self._known(tree, "optional", self.table[None])

    def condition(self, tree: Tree) -> str:
        """The local of something that is true or false."""
        return self.of(tree)

    def of(self, tree: Tree) -> str:
        """The local of an expression's value in this mode: plain data."""
        return self.plain(self.shaped(tree))

    def plain(self, local: str) -> str:
        """The local again, if what is in it is plain data."""
        known = self.writer.knows(local)
        if known.is_record:
            raise NeedsPlain(known.place)
        return local

    def shaped(self, tree: Tree) -> str:
        """The local of an expression's value in this mode, which may be a record of a generated class."""
        if isinstance(tree, UNCACHED):
            return self.table[type(tree)](self, tree)
        return self._known(tree, self.mode, self.table[type(tree)])

    def _known(self, tree: Tree, mode: str, emit: Emit) -> str:
        key = self.writer.key(tree, mode, self.here)
        known = self.writer.remembered(key)
        if known is None:
            known = emit(self, tree)
            self.writer.remember(key, known)
        return known

    def atom(self, tree: Tree) -> str:
        """As `of`, but a plain literal is written where it stands."""
        if isinstance(tree, t.Literal) and (tree.value is None or type(tree.value) in (bool, int, str)):
            return repr(tree.value)
        return self.of(tree)

    def tolerant(self) -> Emitter:
        return replace(self, mode="tolerant" if self.strict else "standard")

    def at(self, local: str) -> Emitter:
        return replace(self, here=local)

    @property
    def demands(self) -> bool:
        return self.mode == "demand"

    @property
    def forgives(self) -> bool:
        return self.mode == "tolerant"

    # small things that many nodes need

    def knows(self, tree: Tree, local: str) -> Known:
        """What is known of an expression's value; a literal's local may be its source."""
        return of_value(tree.value) if isinstance(tree, t.Literal) else self.writer.knows(local)

    def is_number(self, tree: Tree, local: str) -> bool:
        """Whether a value is surely a number, and there."""
        if isinstance(tree, t.Literal):
            return type(tree.value).__name__ in ("int", "Decimal")
        return self.writer.knows(local).kind in NUMBERS and (self.demands or self.writer.is_sure(local))

    def empty(self, local: str) -> str:
        """The test that a local is missing, false or empty, as far as that isn't known."""
        kind = self.writer.knows(local).kind
        if kind in TEXTS or kind == "boolean":
            return f"not {local}"
        return f"{local} is None" if kind in NEVER_EMPTY - {"list", "record"} else IS_EMPTY.format(local)

    def need(self, local: str) -> str:
        """Gives up where a value is missing."""
        if not self.writer.is_sure(local):
            self.guard(_missing(self.writer.knows(local), local), "Missing")
            self.writer.make_sure(local)
        return local

    def guard(self, wrong: str, error: str = "Unfit") -> None:
        """Gives up if a condition holds."""
        self.writer.once(f"if {wrong}: raise {error}")

    def present(self, local: str) -> str:
        return self.need(local) if self.demands else local

    def unless_null(self, locals_: list[str], value: str, known: Known = ANY) -> str:
        """A value that is reckoned; in a tolerant place null if one of its parts is."""
        some = [local for local in locals_ if local[0] in "vn" and not self.writer.is_sure(local)]
        if self.forgives and some:
            value = f"None if {' or '.join(f'{local} is None' for local in some)} else {value}"
        return self.writer.set(value, known)

    def truth(self, value: str) -> str:
        """A local that is true or false, whatever else."""
        local = self.writer.set(value, BOOLEAN)
        self.writer.make_sure(local)
        return local

    def read(self, of: str, test: str, value: str) -> str:
        """A part of something that has parts, if it has them."""
        if of in self.writer.objects:
            return self.present(self.writer.set(value))
        if self.demands and self.writer.knows(of).kind == "list" and test == IS_LIST:
            return self.present(self.writer.set(value))
        if self.demands:
            self.guard(f"not ({test.format(of)})")
            return self.present(self.writer.set(value))
        return self.writer.set(f"{value} if {test.format(of)} else None")

    def listed(self, of: str, write: Callable[[str], None]) -> str:
        """A list made from a list: `write` fills the local it is given."""
        if self.demands:
            if self.writer.knows(of).kind != "list":
                self.guard(f"not ({IS_LIST.format(of)})")
            made = self.writer.set("[]")
            self.writer.make_sure(made)
            write(made)
            return made
        made = self.writer.set("None")
        with self.writer.block(f"if {IS_LIST.format(of)}:"):
            self.writer.line(f"{made} = []")
            write(made)
        return made


def _missing(known: Known, local: str) -> str:
    if known.kind in NEVER_EMPTY:
        return f"{local} is None"
    return f"not {local}" if known.kind in TEXTS else f"not {local} and ({IS_MISSING.format(local)})"
