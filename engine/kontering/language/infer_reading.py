"""Types of what is read: literals, names, fields, items and lists."""

from __future__ import annotations

from kontering.diagnostics import closest
from kontering.language import problems, tree
from kontering.language import types as t
from kontering.language.here import UNKNOWN, Here, elements_of, kind_word, path_of, type_of_value
from kontering.language.problems import Wrong
from kontering.language.types import Type


def literal_type(here: Here, node: tree.Literal) -> Type:
    return type_of_value(node.value)


def name_type(here: Here, node: tree.Name) -> Type:
    if node.name in here.names:
        return here.names[node.name]
    return here.tell(problems.unknown_name_near(node.name, here.names), node.span)


def current_type(here: Here, node: tree.Current) -> Type:
    return here.current


def field_type(here: Here, node: tree.Field) -> Type:
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


def item_type(here: Here, node: tree.Item) -> Type:
    of, key = here.of(node.of), t.without_missing(here.of(node.key))
    kind = t.without_missing(of)
    if isinstance(kind, t.Any) or isinstance(key, t.Any):
        return UNKNOWN
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


def index_type(here: Here, node: tree.Index) -> Type:
    return t.union(elements_of(here, here.of(node.of), node.of, node.span), t.Null())


def slice_type(here: Here, node: tree.Slice) -> Type:
    of = here.of(node.of)
    kind = t.without_missing(of)
    return of if isinstance(kind, t.Text) else t.ListOf(elements_of(here, of, node.of, node.span))


def flatten_type(here: Here, node: tree.Flatten) -> Type:
    item = elements_of(here, here.of(node.of), node.of, node.span)
    inner = [member.item if isinstance(member, t.ListOf) else member for member in t.members(item)]
    return t.ListOf(t.union(*inner))


def project_type(here: Here, node: tree.Project) -> Type:
    item = elements_of(here, here.of(node.of), node.of, node.span)
    return t.ListOf(t.without_missing(here.at(item).of(node.each)))


def values_type(here: Here, node: tree.Values) -> Type:
    kind = t.without_missing(here.of(node.of))
    if isinstance(kind, t.Object):
        item = UNKNOWN if kind.open or not kind.fields else t.union(*kind.fields.values())
    elif isinstance(kind, t.Any):
        item = UNKNOWN
    else:
        return here.tell(problems.no_object(path_of(node.of), kind_word(kind)), node.span)
    return t.ListOf(t.without_missing(here.at(item).of(node.each)))


def filter_type(here: Here, node: tree.Filter) -> Type:
    element = here.at(elements_of(here, here.of(node.of), node.of, node.span))
    element.of(node.condition)
    return t.ListOf(t.without_missing(element.of(node.each)))


def then_type(here: Here, node: tree.Then) -> Type:
    first = here.of(node.first)
    kind = here.at(first).of(node.then)
    return t.union(kind, t.Null()) if t.may_be_missing(first) else kind


def pick_type(here: Here, node: tree.Pick) -> Type:
    return t.ListOf(t.union(*map(here.of, node.items)))


def make_type(here: Here, node: tree.Make) -> Type:
    fields = {name: here.of(item) for name, item in node.items}
    return t.Object(fields, frozenset(fields))
