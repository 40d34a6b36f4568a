"""The one typed tree behind paths, calculations and templates: plain data, every node with its place.

`Current` is the value at hand: the record's names at the start of a path, the element inside a projection or filter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from typing import Any
from typing import Literal as OneOf

from kontering.diagnostics import Span
from kontering.language.values import Value

Ordering = OneOf["==", "!=", "<", "<=", ">", ">="]
Operator = OneOf["+", "-", "*", "/", "//", "%", "**"]


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that is written in the source."""

    value: Value
    span: Span


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the mapping: the record, a loop variable, `let`, `param`; `$tax` inside a filter."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Current:
    """The value at hand: `@`, and what a bare name inside a filter belongs to."""

    span: Span


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object: `order.total`; `at` is the place of the name alone."""

    of: Tree
    name: str
    span: Span
    at: Span


@dataclass(frozen=True, slots=True)
class Item:
    """A field or element by a computed key: `line.price_set[param.money]`."""

    of: Tree
    key: Tree
    span: Span


@dataclass(frozen=True, slots=True)
class Index:
    """An element by its number; from the end if negative."""

    of: Tree
    index: int
    span: Span


@dataclass(frozen=True, slots=True)
class Slice:
    """Some elements of a list; with `of_text` also some characters of a text."""

    of: Tree
    start: int | None
    stop: int | None
    step: int | None
    of_text: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Flatten:
    """A list of lists with one level less: `x[]`."""

    of: Tree
    span: Span


@dataclass(frozen=True, slots=True)
class Project:
    """`each` for every element, without what is null: `x[*].name`."""

    of: Tree
    each: Tree
    span: Span


@dataclass(frozen=True, slots=True)
class Values:
    """`each` for every value of an object, without what is null: `x.*`."""

    of: Tree
    each: Tree
    span: Span


@dataclass(frozen=True, slots=True)
class Filter:
    """`each` for every element on which `condition` holds: `x[?a == b].name`."""

    of: Tree
    condition: Tree
    each: Tree
    span: Span


@dataclass(frozen=True, slots=True)
class Then:
    """`then` with `first` as the value at hand: `x | [0]`, `x.[a, b]`."""

    first: Tree
    then: Tree
    span: Span


@dataclass(frozen=True, slots=True)
class Pick:
    """A list of several values: `[a, b]`; null where the value at hand is null."""

    items: tuple[Tree, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Make:
    """An object of several values: `{a: b}`; null where the value at hand is null."""

    items: tuple[tuple[str, Tree], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Listing:
    """A list in a calculation: `['pending', 'paid']`."""

    items: tuple[Tree, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Or:
    """`left`, unless it is missing, false or empty; then `right`."""

    left: Tree
    right: Tree
    span: Span


@dataclass(frozen=True, slots=True)
class And:
    """`left` if it is missing, false or empty; else `right`."""

    left: Tree
    right: Tree
    span: Span


@dataclass(frozen=True, slots=True)
class Not:
    """True where `of` is missing, false or empty."""

    of: Tree
    span: Span


@dataclass(frozen=True, slots=True)
class Condition:
    """`of`, which must be true or false: what `and`, `or`, `not`, `if` and `when` of a calculation demand."""

    of: Tree
    span: Span


@dataclass(frozen=True, slots=True)
class Compare:
    """Two values compared. `loose` is a path's way: what has no order gives null, where a calculation says so."""

    op: Ordering
    left: Tree
    right: Tree
    loose: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Within:
    """`item in of`: an element of a list, a part of a text, or a name in an object."""

    item: Tree
    of: Tree
    span: Span


@dataclass(frozen=True, slots=True)
class IsNone:
    """`of is none`: true where it is missing."""

    of: Tree
    span: Span


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers reckoned with, exactly."""

    op: Operator
    left: Tree
    right: Tree
    span: Span


@dataclass(frozen=True, slots=True)
class Negate:
    """`-of`."""

    of: Tree
    span: Span


@dataclass(frozen=True, slots=True)
class Choose:
    """`then if condition else otherwise`."""

    condition: Tree
    then: Tree
    otherwise: Tree
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """A function of paths, `sum(x)`, or a filter of calculations, `x | round(2)`; `at` is its name's place."""

    name: str
    args: tuple[Tree, ...]
    filter: bool
    span: Span
    at: Span


@dataclass(frozen=True, slots=True)
class Lambda:
    """`&x`: an expression that a function applies to each element."""

    body: Tree
    span: Span


@dataclass(frozen=True, slots=True)
class Joined:
    """`a ~ b`: texts and numbers written one after the other."""

    parts: tuple[Tree, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Text:
    """A whole template; blanks at the ends, doubled blanks and empty lines are dropped."""

    parts: tuple[Tree, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Print:
    """`{{ of }}`: a value written as text."""

    of: Tree
    span: Span


@dataclass(frozen=True, slots=True)
class Branch:
    """`{% if condition %}`, with what is written if it holds and if not."""

    condition: Tree
    then: tuple[Tree, ...]
    otherwise: tuple[Tree, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Loop:
    """`{% for name in over %}`; `otherwise` is written if there is nothing to loop over."""

    name: str
    over: Tree
    body: tuple[Tree, ...]
    otherwise: tuple[Tree, ...]
    span: Span


Tree = (
    Literal
    | Name
    | Current
    | Field
    | Item
    | Index
    | Slice
    | Flatten
    | Project
    | Values
    | Filter
    | Then
    | Pick
    | Make
    | Listing
    | Or
    | And
    | Not
    | Condition
    | Compare
    | Within
    | IsNone
    | Arithmetic
    | Negate
    | Choose
    | Call
    | Lambda
    | Joined
    | Text
    | Print
    | Branch
    | Loop
)


def children(tree: Tree) -> Iterator[Tree]:
    """The nodes directly below a node, in the order they are written."""
    kind: Any = type(tree)
    for name in _names(kind):
        yield from _nodes(getattr(tree, name))


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """The fields of a node that may hold others."""
    return tuple(item.name for item in fields(kind) if item.name not in ("span", "at", "name", "value"))


def walk(tree: Tree) -> Iterator[Tree]:
    """The node and all nodes below it."""
    yield tree
    for child in children(tree):
        yield from walk(child)


def _nodes(part: object) -> Iterator[Tree]:
    if isinstance(part, tuple):
        for item in part:
            yield from _nodes(item)
    elif isinstance(part, Tree):
        yield part


def joined_spans(first: Span, last: Span) -> Span:
    """From the start of one place to the end of another."""
    return Span(first.file, first.line, first.column, last.end_line, last.end_column)


def too_deep(tree: Tree, bound: int) -> bool:
    """Whether nodes lie deeper inside one another than `bound`; it takes no recursion to find out."""
    level: list[Tree] = [tree]
    for _ in range(bound):
        level = [child for node in level for child in children(node)]
        if not level:
            return False
    return True
