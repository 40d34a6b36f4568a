"""Infers the type of an expression from the types of its names, and finds what can't be right in it.

One function a kind of node. What was told once isn't told again: behind a problem a type is `Any`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kontering.diagnostics import Diagnostic, Span, closest
from kontering.language import calls, problems, tree
from kontering.language import types as t
from kontering.language.problems import Wrong
from kontering.language.tree import Tree
from kontering.language.types import Type
from kontering.language.values import Value

_UNKNOWN = t.Any()


Seen = Callable[[Tree, Type], None]
"""Is told of each part of an expression and its type: editors explain what is under the pointer."""


def infer(expression: Tree, names: Mapping[str, Type], seen: Seen | None = None) -> tuple[Type, tuple[Diagnostic, ...]]:
    """The type that an expression gives, and its problems; the first of `names` is the record's.

    A type with `Null` in it may be missing.
    """
    here = Here(names, t.Object(names, frozenset(names)), inside=False, seen=seen)
    kind = here.of(expression)
    return kind, tuple(here.found)


@dataclass(frozen=True, slots=True)
class Here:
    """A place in an expression: the names, the type of the value at hand, and whether that is a list's element."""

    names: Mapping[str, Type]
    current: Type
    inside: bool
    found: list[Diagnostic] = field(default_factory=list)
    seen: Seen | None = None

    def of(self, node: Tree) -> Type:
        kind = _INFER[type(node)](self, node)
        if self.seen is not None:
            self.seen(node, kind)
        return kind

    def at(self, current: Type) -> Here:
        """The same with another value at hand."""
        return replace(self, current=t.without_missing(current), inside=True)

    def tell(self, wrong: Wrong, span: Span) -> Type:
        self.found.append(wrong.at(span))
        return _UNKNOWN


# names and fields


def _literal(here: Here, node: tree.Literal) -> Type:
    return type_of_value(node.value)


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
        return t.ListOf(t.union(*map(type_of_value, value)) if value else _UNKNOWN)
    if isinstance(value, dict):
        return t.Object({name: type_of_value(part) for name, part in value.items()}, frozenset(value))
    return t.Integer() if isinstance(value, int) else t.Decimal()


def _name(here: Here, node: tree.Name) -> Type:
    if node.name in here.names:
        return here.names[node.name]
    return here.tell(problems.unknown_name_near(node.name, here.names), node.span)


def _current(here: Here, node: tree.Current) -> Type:
    return here.current


def _field(here: Here, node: tree.Field) -> Type:
    of = here.of(node.of)
    kinds = [_field_of(here, member, node) for member in t.members(of) if not isinstance(member, t.Null)]
    there = [kind for kind in kinds if kind is not None]
    if kinds and not there:
        return here.tell(_no_field(here, of, node), node.at)
    gaps = [t.Null()] if t.may_be_missing(of) or len(there) < len(kinds) else []
    return t.union(*there, *gaps)


def _field_of(here: Here, kind: Type, node: tree.Field) -> Type | None:
    """The type of the field in one type; None if it can't have it."""
    if isinstance(kind, t.Any):
        return kind
    if not isinstance(kind, t.Object):
        return None
    if node.name in kind.fields:
        return kind.fields[node.name]
    return t.Any(said=True) if kind.open else None


def _no_field(here: Here, of: Type, node: tree.Field) -> Wrong:
    kind = t.without_missing(of)
    written = path_of(node.of)
    if not isinstance(kind, t.Object | t.Either):
        return problems.no_field_in(written, kind_word(kind), node.name, isinstance(kind, t.ListOf))
    fields = [name for member in t.members(kind) if isinstance(member, t.Object) for name in member.fields]
    outer = node.name if here.inside and isinstance(node.of, tree.Current) and node.name in here.names else None
    return problems.unknown_field(written, node.name, closest(node.name, fields), outer, fields)


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


def _item(here: Here, node: tree.Item) -> Type:
    of, key = here.of(node.of), t.without_missing(here.of(node.key))
    kind = t.without_missing(of)
    if isinstance(kind, t.Any) or isinstance(key, t.Any):
        return _UNKNOWN
    if isinstance(kind, t.ListOf):
        if not isinstance(key, t.Integer):
            return here.tell(problems.bad_key(path_of(node.of), "a list", "a whole number", t.describe(key)), node.span)
        return t.union(kind.item, t.Null())
    if not isinstance(kind, t.Object):
        return here.tell(problems.bad_key(path_of(node.of), kind_word(kind), "", t.describe(key)), node.span)
    return _by_key(here, kind, key, node)


def _by_key(here: Here, kind: t.Object, key: Type, node: tree.Item) -> Type:
    if kind.open:
        return t.Any(said=True)
    if not isinstance(key, t.Text):
        return here.tell(problems.bad_key(path_of(node.of), "an object", "a text", t.describe(key)), node.span)
    if key.one_of is None:
        return here.tell(problems.needs_one_of(path_of(node.of)), node.key.span)
    unknown = [word for word in key.one_of if word not in kind.fields]
    if unknown:
        near = closest(unknown[0], kind.fields)
        return here.tell(
            problems.unknown_field(path_of(node.of), unknown[0], near, None, [*kind.fields]), node.key.span
        )
    return t.union(*(kind.fields[word] for word in key.one_of))


# lists


def _elements(here: Here, of: Type, node: Tree, span: Span) -> Type:
    """The type of a list's elements."""
    kind = t.without_missing(of)
    if isinstance(kind, t.ListOf):
        return kind.item
    if isinstance(kind, t.Any):
        return kind
    if isinstance(kind, t.Null):
        return _UNKNOWN
    if isinstance(kind, t.Either):
        items = [member.item for member in kind.members if isinstance(member, t.ListOf)]
        if items:
            return t.union(*items)
    return here.tell(problems.no_list(path_of(node), kind_word(kind)), span)


def _index(here: Here, node: tree.Index) -> Type:
    return t.union(_elements(here, here.of(node.of), node.of, node.span), t.Null())


def _slice(here: Here, node: tree.Slice) -> Type:
    of = here.of(node.of)
    kind = t.without_missing(of)
    return of if isinstance(kind, t.Text) else t.ListOf(_elements(here, of, node.of, node.span))


def _flatten(here: Here, node: tree.Flatten) -> Type:
    item = _elements(here, here.of(node.of), node.of, node.span)
    inner = [member.item if isinstance(member, t.ListOf) else member for member in t.members(item)]
    return t.ListOf(t.union(*inner))


def _project(here: Here, node: tree.Project) -> Type:
    item = _elements(here, here.of(node.of), node.of, node.span)
    return t.ListOf(t.without_missing(here.at(item).of(node.each)))


def _values(here: Here, node: tree.Values) -> Type:
    kind = t.without_missing(here.of(node.of))
    if isinstance(kind, t.Object):
        item = _UNKNOWN if kind.open or not kind.fields else t.union(*kind.fields.values())
    elif isinstance(kind, t.Any):
        item = _UNKNOWN
    else:
        return here.tell(problems.no_object(path_of(node.of), kind_word(kind)), node.span)
    return t.ListOf(t.without_missing(here.at(item).of(node.each)))


def _filter(here: Here, node: tree.Filter) -> Type:
    element = here.at(_elements(here, here.of(node.of), node.of, node.span))
    element.of(node.condition)
    return t.ListOf(t.without_missing(element.of(node.each)))


def _then(here: Here, node: tree.Then) -> Type:
    first = here.of(node.first)
    kind = here.at(first).of(node.then)
    return t.union(kind, t.Null()) if t.may_be_missing(first) else kind


def _pick(here: Here, node: tree.Pick) -> Type:
    return t.ListOf(t.union(*map(here.of, node.items)))


def _make(here: Here, node: tree.Make) -> Type:
    fields = {name: here.of(item) for name, item in node.items}
    return t.Object(fields, frozenset(fields))


# logic


def _or(here: Here, node: tree.Or) -> Type:
    left, right = here.of(node.left), here.of(node.right)
    if isinstance(left, t.Null):
        return right
    return t.union(t.without_missing(left), right)


def _and(here: Here, node: tree.And) -> Type:
    left, right = here.of(node.left), here.of(node.right)
    both = isinstance(left, t.Boolean) and isinstance(right, t.Boolean)
    return t.Boolean() if both else t.union(left, right)


def _not(here: Here, node: tree.Not) -> Type:
    here.of(node.of)
    return t.Boolean()


def _condition(here: Here, node: tree.Condition) -> Type:
    kind = t.without_missing(here.of(node.of))
    if not isinstance(kind, t.Boolean | t.Any):
        here.tell(problems.no_condition(kind_word(kind)), node.span)
    return t.Boolean()


def _compare(here: Here, node: tree.Compare) -> Type:
    left, right = here.of(node.left), here.of(node.right)
    wrong = _incomparable(node, t.without_missing(left), t.without_missing(right))
    if wrong is not None:
        here.tell(wrong, node.span)
    return t.Boolean()


def _incomparable(node: tree.Compare, left: Type, right: Type) -> Wrong | None:
    if isinstance(left, t.Null) or isinstance(right, t.Null):
        return None
    sides = [(one, other) for one in t.members(left) for other in t.members(right)]
    if not any(_comparable(one, other) for one, other in sides):
        return problems.no_order(node.op, kind_word(left), kind_word(right))
    if node.op in ("==", "!=") and isinstance(left, t.Text) and isinstance(right, t.Text):
        return _never_equal(left, right)
    return None


def _comparable(left: Type, right: Type) -> bool:
    if isinstance(left, t.Any | t.Null) or isinstance(right, t.Any | t.Null):
        return True
    if isinstance(left, t.NUMBERS) and isinstance(right, t.NUMBERS):
        return True
    texts = (t.Text, t.Id)
    return type(left) is type(right) or (isinstance(left, texts) and isinstance(right, texts))


def _never_equal(left: t.Text, right: t.Text) -> Wrong | None:
    """A text compared with a word that it can't be."""
    if not left.one_of or not right.one_of or set(left.one_of) & set(right.one_of):
        return None
    word, known = (right.one_of[0], left.one_of) if len(right.one_of) == 1 else (left.one_of[0], right.one_of)
    return problems.never_equal(word, known, closest(word, known))


def _within(here: Here, node: tree.Within) -> Type:
    item, of = t.without_missing(here.of(node.item)), t.without_missing(here.of(node.of))
    if isinstance(of, t.ListOf):
        sides = [(one, other) for one in t.members(item) for other in t.members(of.item)]
        if not any(_comparable(one, other) for one, other in sides):
            here.tell(problems.not_in(kind_word(item), t.describe(of)), node.span)
        elif isinstance(item, t.Text) and isinstance(of.item, t.Text) and (wrong := _never_in(item, of.item)):
            here.tell(wrong, node.of.span)
    elif not isinstance(of, t.Any | t.Text | t.Object | t.Either):
        here.tell(problems.not_in(kind_word(item), kind_word(of)), node.span)
    return t.Boolean()


def _never_in(item: t.Text, listed: t.Text) -> Wrong | None:
    """A list of words of which the text can't be one, or that names one it can't be."""
    if not item.one_of or not listed.one_of:
        return None
    strange = [word for word in listed.one_of if word not in item.one_of]
    return problems.never_equal(strange[0], item.one_of, closest(strange[0], item.one_of)) if strange else None


def _is_none(here: Here, node: tree.IsNone) -> Type:
    here.of(node.of)
    return t.Boolean()


# numbers


def _arithmetic(here: Here, node: tree.Arithmetic) -> Type:
    left, right = t.without_missing(here.of(node.left)), t.without_missing(here.of(node.right))
    if isinstance(left, t.Any) or isinstance(right, t.Any):
        return _UNKNOWN if not _reckonable(left) or not _reckonable(right) else _whole_or_not(node, left, right)
    if not _reckonable(left) or not _reckonable(right):
        return here.tell(_unreckonable(node, left, right), node.span)
    return _whole_or_not(node, left, right)


def _reckonable(kind: Type) -> bool:
    return isinstance(kind, t.Any) or all(isinstance(member, t.NUMBERS) for member in t.members(kind))


def _unreckonable(node: tree.Arithmetic, left: Type, right: Type) -> Wrong:
    if isinstance(left, t.Text) or isinstance(right, t.Text):
        return problems.text_in_sum(node.op, kind_word(left), kind_word(right))
    return problems.no_number(kind_word(right if _reckonable(left) else left))


def _whole_or_not(node: tree.Arithmetic, left: Type, right: Type) -> Type:
    whole = isinstance(left, t.Integer) and isinstance(right, t.Integer) and node.op != "/"
    return t.Integer() if whole else t.Decimal()


def _negate(here: Here, node: tree.Negate) -> Type:
    kind = t.without_missing(here.of(node.of))
    if _reckonable(kind):
        return kind
    return here.tell(problems.no_number(kind_word(kind)), node.span)


def _choose(here: Here, node: tree.Choose) -> Type:
    here.of(node.condition)
    return t.union(here.of(node.then), here.of(node.otherwise))


def _listing(here: Here, node: tree.Listing) -> Type:
    return t.ListOf(t.union(*map(here.of, node.items)) if node.items else _UNKNOWN)


# functions


def _call(here: Here, node: tree.Call) -> Type:
    known = calls.FILTERS if node.filter else calls.FUNCTIONS
    signature = known.get(node.name)
    if signature is None:
        what = "filter" if node.filter else "function"
        return here.tell(problems.unknown_function(what, node.name, closest(node.name, known)), node.at)
    if (wanted := signature.miscounted(len(node.args))) is not None:
        return here.tell(problems.wrong_count(f"{node.name}(…) with {wanted}", len(node.args)), node.span)
    return _checked(here, node, signature)


def _checked(here: Here, node: tree.Call, signature: calls.Signature) -> Type:
    args: list[Type] = []
    for number, arg in enumerate(node.args):
        wanted = signature.wanted(number)
        kind = _lambda_type(here, node, arg) if isinstance(arg, tree.Lambda) else here.of(arg)
        if isinstance(arg, tree.Lambda) is not wanted.applied:
            return here.tell(problems.wrong_argument(node.name, number + 1, wanted.says, kind_word(kind)), arg.span)
        if not wanted.takes(t.without_missing(kind)):
            return here.tell(problems.wrong_argument(node.name, number + 1, wanted.says, t.describe(kind)), arg.span)
        args.append(kind)
    return signature.gives(*args)


def _lambda_type(here: Here, node: tree.Call, applied: tree.Lambda) -> Type:
    """`&x` is applied to the elements of the list that the function was given beside it."""
    lists = [t.without_missing(here.of(arg)) for arg in node.args if not isinstance(arg, tree.Lambda)]
    item = next((kind.item for kind in lists if isinstance(kind, t.ListOf)), _UNKNOWN)
    return here.at(item).of(applied.body)


def _lambda(here: Here, node: tree.Lambda) -> Type:
    return here.of(node.body)


# text


def _joined(here: Here, node: tree.Joined) -> Type:
    for part in node.parts:
        _printable(here, part)
    return t.Text()


def _text(here: Here, node: tree.Text) -> Type:
    _parts(here, node.parts)
    return t.Text()


def _parts(here: Here, parts: tuple[Tree, ...]) -> None:
    for part in parts:
        here.of(part)


def _print(here: Here, node: tree.Print) -> Type:
    _printable(here, node.of)
    return t.Text()


def _printable(here: Here, node: Tree) -> None:
    kind = t.without_missing(here.of(node))
    bad = [member for member in t.members(kind) if isinstance(member, t.ListOf | t.Object | t.Id)]
    if bad:
        here.tell(problems.no_text(kind_word(bad[0])), node.span)


def _branch(here: Here, node: tree.Branch) -> Type:
    here.of(node.condition)
    _parts(here, node.then)
    _parts(here, node.otherwise)
    return t.Text()


def _loop(here: Here, node: tree.Loop) -> Type:
    over = here.of(node.over)
    item = _elements(here, over, node.over, node.over.span)
    counter = t.Object({"index": t.Integer()}, frozenset({"index"}), name="loop")
    inner = replace(here, names={**here.names, node.name: item, "loop": counter})
    _parts(inner, node.body)
    _parts(here, node.otherwise)
    return t.Text()


_INFER: dict[type, Callable[[Here, Any], Type]] = {
    tree.Literal: _literal,
    tree.Name: _name,
    tree.Current: _current,
    tree.Field: _field,
    tree.Item: _item,
    tree.Index: _index,
    tree.Slice: _slice,
    tree.Flatten: _flatten,
    tree.Project: _project,
    tree.Values: _values,
    tree.Filter: _filter,
    tree.Then: _then,
    tree.Pick: _pick,
    tree.Make: _make,
    tree.Listing: _listing,
    tree.Or: _or,
    tree.And: _and,
    tree.Not: _not,
    tree.Condition: _condition,
    tree.Compare: _compare,
    tree.Within: _within,
    tree.IsNone: _is_none,
    tree.Arithmetic: _arithmetic,
    tree.Negate: _negate,
    tree.Choose: _choose,
    tree.Call: _call,
    tree.Lambda: _lambda,
    tree.Joined: _joined,
    tree.Text: _text,
    tree.Print: _print,
    tree.Branch: _branch,
    tree.Loop: _loop,
}
