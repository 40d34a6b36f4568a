"""A place in an expression while its type is inferred, and the words for what stands there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from kontering.diagnostics import Diagnostic, Span
from kontering.language import problems, tree
from kontering.language import types as t
from kontering.language.problems import Wrong
from kontering.language.tree import Tree
from kontering.language.types import Type
from kontering.language.values import Value

UNKNOWN = t.Any()

Seen = Callable[[Tree, Type], None]
"""Is told of each part of an expression and its type: editors explain what is under the pointer."""


@dataclass(frozen=True, slots=True)
class Here:
    """A place in an expression: the names, the type of the value at hand, and whether that is a list's element."""

    infer: Callable[[Here, Tree], Type]
    names: Mapping[str, Type]
    current: Type
    inside: bool
    found: list[Diagnostic] = field(default_factory=list)
    seen: Seen | None = None

    def of(self, node: Tree) -> Type:
        kind = self.infer(self, node)
        if self.seen is not None:
            self.seen(node, kind)
        return kind

    def at(self, current: Type) -> Here:
        """The same with another value at hand."""
        return replace(self, current=t.without_missing(current), inside=True)

    def tell(self, wrong: Wrong, span: Span) -> Type:
        self.found.append(wrong.at(span))
        return UNKNOWN


def type_of_value(value: Value) -> Type:
    """The type of a value that is known.

    >>> type_of_value([1, "a"])
    ListOf(item=Either(members=(Integer(), Text(one_of=('a',)))))
    """
    if value is None:
        return t.Null()
    if isinstance(value, bool):
        return t.Boolean()
    if isinstance(value, str):
        return t.Text((value,)) if value else t.Text()
    if isinstance(value, list):
        return t.ListOf(t.union(*map(type_of_value, value)) if value else UNKNOWN)
    if isinstance(value, dict):
        return t.Object({name: type_of_value(part) for name, part in value.items()}, frozenset(value))
    return t.Integer() if isinstance(value, int) else t.Decimal()


def kind_word(kind: Type) -> str:
    """What a type is, short enough for the middle of a sentence."""
    return "a list" if isinstance(kind, t.ListOf) else "a text" if isinstance(kind, t.Text) else t.describe(kind)


def path_of(node: Tree) -> str:
    """An expression as it is named in a message: `order.billing`, `the element`, `this`."""
    match node:
        case tree.Name(name=name):
            return name
        case tree.Field(of=tree.Current(), name=name):
            return name
        case tree.Field(of=of, name=name):
            return f"{path_of(of)}.{name}"
        case tree.Current():
            return "the element"
        case tree.Index(of=of, index=index):
            return f"{path_of(of)}[{index}]"
        case tree.Project(of=of) | tree.Filter(of=of) | tree.Flatten(of=of):
            return f"{path_of(of)}[]"
        case _:
            return "this"


def elements_of(here: Here, of: Type, node: Tree, span: Span) -> Type:
    """The type of a list's elements."""
    kind = t.without_missing(of)
    if isinstance(kind, t.ListOf):
        return kind.item
    if isinstance(kind, t.Any):
        return kind
    if isinstance(kind, t.Null):
        return UNKNOWN
    if isinstance(kind, t.Either):
        items = [member.item for member in kind.members if isinstance(member, t.ListOf)]
        if items:
            return t.union(*items)
    return here.tell(problems.no_list(path_of(node), kind_word(kind)), span)
