"""The reference interpreter: what a tree means, and the words for what goes wrong.

In strict reading a value that is missing raises `Missing`, but in tolerant places (left of `or`, beside `is none`,
in the head of a loop, inside [? ]) it is null, and what is reckoned with null is null. Without strict reading
everything is as the JMESPath standard has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from kontering.language import functions, library, problems, signatures, values
from kontering.language import tree as t
from kontering.language.paths import spell, top, written
from kontering.language.scope import At, Recorder, Rounds, Scope
from kontering.language.tree import Tree
from kontering.language.values import Value

__all__ = ["Recorder", "Scope", "evaluate", "search"]

MAX_ROUNDS = 10_000


def evaluate(tree: Tree, scope: Scope) -> Value:
    """The value of a tree; raises `Missing` or `Bad`.

    >>> from kontering.language.jmespath import parse_path
    >>> from kontering.language.source import Source
    >>> evaluate(parse_path(Source("sum(order.lines[].net)")), Scope({"order": {"lines": [{"net": 2}, {"net": 3}]}}))
    5
    """
    value = _value(tree, At(scope, dict(scope.names), top, False, Rounds()))
    if scope.strict and values.is_missing(value):
        raise problems.Missing(tree.span, written(tree, scope.wheres))
    return value


def search(tree: Tree, document: Value) -> Value:
    """The value of a path in any JSON document, exactly as the JMESPath standard has it."""
    names = document if isinstance(document, dict) else {}
    return _value(tree, At(Scope(names, strict=False), document, top, False, Rounds()))


def _value(tree: Tree, at: At) -> Value:
    try:
        value = _EVALUATE[type(tree)](tree, at)
    except problems.Wrong as wrong:
        raise problems.Bad(wrong.at(tree.span)) from None
    if at.scope.recorder is not None:
        at.scope.recorder.saw(tree, value, _path(tree, value, at))
    return value


def _tolerant(tree: Tree, at: At) -> Value:
    return _value(tree, replace(at, tolerant=True))


def _present(tree: Tree, value: Value, at: At, path: Callable[[], str]) -> Value:
    """The value that was read, which must not be missing where that is demanded."""
    if at.demands and values.is_missing(value):
        raise problems.Missing(tree.at if isinstance(tree, t.Field) else tree.span, path())
    return value


# where things stand in the record


def _where(tree: Tree, value: Value, at: At) -> str:
    """The path of what `tree` gave: where the record has it, or as it is written."""
    return at.scope.path(value) or written(tree, at.scope.wheres, at.path)


def _path(tree: Tree, value: Value, at: At) -> str | None:
    """For a recorder: where the record has a value that was read."""
    if isinstance(value, dict | list):
        return at.scope.path(value)
    if isinstance(tree, t.Name):
        return at.scope.wheres.get(tree.name, tree.name)
    if not isinstance(tree, t.Field | t.Index | t.Item):
        return None
    unseen = replace(at, scope=replace(at.scope, recorder=None), tolerant=True)
    of = _where(tree.of, _value(tree.of, unseen), unseen)
    match tree:
        case t.Field():
            return spell(of, tree.name)
        case t.Index():
            return spell(of, tree.index)
        case t.Item():
            key = _value(tree.key, unseen)
            return spell(of, key) if isinstance(key, str | int) else None


# reading


def _literal(tree: t.Literal, at: At) -> Value:
    return tree.value


def _name(tree: t.Name, at: At) -> Value:
    if tree.name not in at.scope.names:
        if at.scope.strict:
            raise problems.unknown_name(tree.name)
        return None
    return _present(tree, at.scope.names[tree.name], at, lambda: written(tree, at.scope.wheres))


def _current(tree: t.Current, at: At) -> Value:
    return _present(tree, at.here, at, at.path)


def _field(tree: t.Field, at: At) -> Value:
    of = _value(tree.of, at)
    if isinstance(of, dict):
        return _present(tree, of.get(tree.name), at, lambda: spell(_where(tree.of, of, at), tree.name))
    if at.demands:
        raise problems.no_field(_where(tree.of, of, at), values.word(of), tree.name)
    return None


def _item(tree: t.Item, at: At) -> Value:
    of, key = _value(tree.of, at), _value(tree.key, at)
    if (isinstance(of, dict) and isinstance(key, str)) or (isinstance(of, list) and type(key) is int):
        return _present(tree, library.item(of, key), at, lambda: spell(_where(tree.of, of, at), key))
    if at.demands:
        raise problems.no_item(_where(tree.of, of, at), values.word(of), values.word(key))
    return None


def _index(tree: t.Index, at: At) -> Value:
    of = _value(tree.of, at)
    if isinstance(of, list):
        return _present(tree, library.item(of, tree.index), at, lambda: spell(_where(tree.of, of, at), tree.index))
    return _no_list(tree.of, of, at)


def _slice(tree: t.Slice, at: At) -> Value:
    of = _value(tree.of, at)
    if isinstance(of, list) or (isinstance(of, str) and tree.of_text):
        return of[tree.start : tree.stop : tree.step]
    return _no_list(tree.of, of, at)


def _no_list(tree: Tree, value: Value, at: At) -> Value:
    if at.demands:
        raise problems.no_list(_where(tree, value, at), values.word(value))
    return None


# lists


def _flatten(tree: t.Flatten, at: At) -> Value:
    of = _value(tree.of, at)
    if not isinstance(of, list):
        return _no_list(tree.of, of, at)
    return [part for item in of for part in (item if isinstance(item, list) else [item])]


def _each(tree: Tree, items: Iterable[At]) -> Value:
    found = [_value(tree, item) for item in items]
    return [value for value in found if value is not None]


def _elements(tree: Tree, of: list[Value], at: At) -> Iterator[At]:
    """Each element of a list as the value at hand."""
    for place, item in enumerate(of):
        yield replace(at, here=item, path=partial(_element_path, tree, of, place, at))


def _element_path(tree: Tree, of: list[Value], place: int, at: At) -> str:
    """Where an element stands; a text or number has no place of its own, but its list has."""
    whole = at.scope.path(of)
    return at.scope.path(of[place]) or (spell(whole, place) if whole else f"{_where(tree, of, at)}[]")


def _project(tree: t.Project, at: At) -> Value:
    of = _value(tree.of, at)
    return _each(tree.each, _elements(tree.of, of, at)) if isinstance(of, list) else _no_list(tree.of, of, at)


def _values(tree: t.Values, at: At) -> Value:
    of = _value(tree.of, at)
    if isinstance(of, dict):
        return _each(tree.each, [_named(tree.of, of, name, at) for name in of])
    if at.demands:
        raise problems.no_object(_where(tree.of, of, at), values.word(of))
    return None


def _named(tree: Tree, of: dict[str, Value], name: str, at: At) -> At:
    """A field's value as the value at hand."""
    return replace(at, here=of[name], path=lambda: spell(_where(tree, of, at), name))


def _filter(tree: t.Filter, at: At) -> Value:
    of = _value(tree.of, at)
    if not isinstance(of, list):
        return _no_list(tree.of, of, at)
    kept = (item for item in _elements(tree.of, of, at) if not values.is_empty(_tolerant(tree.condition, item)))
    return _each(tree.each, kept)


def _then(tree: t.Then, at: At) -> Value:
    first = _value(tree.first, at)
    return _value(tree.then, replace(at, here=first, path=lambda: _where(tree.first, first, at)))


def _pick(tree: t.Pick, at: At) -> Value:
    return None if at.here is None else [_value(item, at) for item in tree.items]


def _make(tree: t.Make, at: At) -> Value:
    return None if at.here is None else {name: _value(item, at) for name, item in tree.items}


def _listing(tree: t.Listing, at: At) -> Value:
    return [_value(item, at) for item in tree.items]


# logic


def _or(tree: t.Or, at: At) -> Value:
    left = _tolerant(tree.left, at)
    return _value(tree.right, at) if values.is_empty(left) else left


def _and(tree: t.And, at: At) -> Value:
    left = _value(tree.left, at)
    return left if values.is_empty(left) else _value(tree.right, at)


def _not(tree: t.Not, at: At) -> Value:
    return values.is_empty(_value(tree.of, at))


def _condition(tree: t.Condition, at: At) -> Value:
    value = _value(tree.of, at)
    return None if value is None and at.forgives else values.truth(value)


def _compare(tree: t.Compare, at: At) -> Value:
    left, right = _value(tree.left, at), _value(tree.right, at)
    if at.forgives:
        left, right = values.or_null(left), values.or_null(right)
    if tree.loose or (at.forgives and (left is None or right is None)):
        return values.compared(tree.op, left, right)
    return values.ordered(tree.op, left, right)


def _within(tree: t.Within, at: At) -> Value:
    item, of = _value(tree.item, at), _value(tree.of, at)
    return None if at.forgives and None in (item, of) else values.contains(of, item)


def _is_none(tree: t.IsNone, at: At) -> Value:
    return values.is_missing(_tolerant(tree.of, at))


def _choose(tree: t.Choose, at: At) -> Value:
    return _value(tree.then if _value(tree.condition, at) else tree.otherwise, at)


# reckoning


def _arithmetic(tree: t.Arithmetic, at: At) -> Value:
    left, right = _value(tree.left, at), _value(tree.right, at)
    return None if at.forgives and None in (left, right) else values.reckoned(tree.op, left, right)


def _negate(tree: t.Negate, at: At) -> Value:
    value = _value(tree.of, at)
    return None if at.forgives and value is None else values.negated(value)


def _call(tree: t.Call, at: At) -> Value:
    inner = replace(at, tolerant=True) if tree.name == "not_null" and not tree.filter else at
    args = [_argument(arg, inner) for arg in tree.args]
    if inner.forgives and inner is not at:
        args = [values.or_null(arg) for arg in args]
    elif at.forgives and any(arg is None for arg in args):
        return None
    table = functions.OF_CALCULATIONS if tree.filter else functions.OF_PATHS
    value = signatures.call(table, tree.name, args)
    return _present(tree, value, at, lambda: f"{tree.name}(…)") if value is None else value


def _argument(tree: Tree, at: At) -> Value | signatures.Apply:
    return _lambda(tree, at) if isinstance(tree, t.Lambda) else _value(tree, at)


def _lambda(tree: t.Lambda, at: At) -> signatures.Apply:
    return lambda item: _value(tree.body, replace(at, here=item, path=top))


# text


def _joined(tree: t.Joined, at: At) -> Value:
    parts = [_value(part, at) for part in tree.parts]
    return None if at.forgives and None in parts else values.joined([values.text_of(part) for part in parts])


def _text(tree: t.Text, at: At) -> Value:
    return values.tidy(_body(tree.parts, at))


def _body(parts: tuple[Tree, ...], at: At) -> str:
    return values.joined([str(_value(part, at)) for part in parts])


def _print(tree: t.Print, at: At) -> Value:
    return values.text_of(_value(tree.of, at))


def _branch(tree: t.Branch, at: At) -> Value:
    return _body(tree.then if _value(tree.condition, at) else tree.otherwise, at)


def _loop(tree: t.Loop, at: At) -> Value:
    over = _tolerant(tree.over, at)
    if values.is_missing(over) or over == []:
        return _body(tree.otherwise, at)
    if not isinstance(over, list):
        raise problems.no_list(_where(tree.over, over, at), values.word(over))
    return values.joined([_body(tree.body, _round(tree, over, place, at)) for place in range(len(over))])


def _round(tree: t.Loop, over: list[Value], place: int, at: At) -> At:
    at.rounds.count += 1
    if at.rounds.count > MAX_ROUNDS:
        raise problems.too_many_rounds(MAX_ROUNDS)
    loop: dict[str, Value] = {"index": place + 1, "first": place == 0, "last": place == len(over) - 1}
    names = {**at.scope.names, tree.name: over[place], "loop": loop}
    return replace(at, scope=replace(at.scope, names=names))


_EVALUATE: dict[type, Callable[[Any, At], Value]] = {
    t.Literal: _literal,
    t.Name: _name,
    t.Current: _current,
    t.Field: _field,
    t.Item: _item,
    t.Index: _index,
    t.Slice: _slice,
    t.Flatten: _flatten,
    t.Project: _project,
    t.Values: _values,
    t.Filter: _filter,
    t.Then: _then,
    t.Pick: _pick,
    t.Make: _make,
    t.Listing: _listing,
    t.Or: _or,
    t.And: _and,
    t.Not: _not,
    t.Condition: _condition,
    t.Compare: _compare,
    t.Within: _within,
    t.IsNone: _is_none,
    t.Choose: _choose,
    t.Arithmetic: _arithmetic,
    t.Negate: _negate,
    t.Call: _call,
    t.Joined: _joined,
    t.Text: _text,
    t.Print: _print,
    t.Branch: _branch,
    t.Loop: _loop,
}
