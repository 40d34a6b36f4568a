"""Names places in a record: where an object stands in it, and how an expression that reads it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from kontering.language import tree as t
from kontering.language.problems import NOWHERE
from kontering.language.tree import Tree
from kontering.language.values import Value

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LAST = ("let", "param", "loop")  # what is found under the record's own name is not called by these


def find_path(names: Mapping[str, Value], wheres: Mapping[str, str], value: Value) -> str | None:
    """Where this very object or list stands, in the order of the names: `order.line_items[1]`."""
    if not isinstance(value, dict | list):
        return None
    roots = sorted(names, key=lambda name: name in _LAST)
    return _search([(names[name], wheres.get(name, name)) for name in reversed(roots)], value)


def _search(open_: list[tuple[Value, str]], value: Value) -> str | None:
    seen: set[int] = set()
    while open_:
        here, path = open_.pop()
        if here is value:
            return path
        if id(here) not in seen:
            seen.add(id(here))
            open_.extend(reversed(_parts(here, path)))
    return None


def _parts(here: Value, path: str) -> list[tuple[Value, str]]:
    if isinstance(here, dict):
        return [(part, spell(path, name)) for name, part in here.items() if isinstance(part, dict | list)]
    if isinstance(here, list):
        return [(part, spell(path, place)) for place, part in enumerate(here) if isinstance(part, dict | list)]
    return []


def spell(path: str, step: str | int) -> str:
    """A path with one step more.

    >>> spell("order.line_items", 1), spell("order", "name"), spell("order", "a b")
    ('order.line_items[1]', 'order.name', "order['a b']")
    """
    if isinstance(step, int):
        return f"{path}[{step}]"
    return f"{path}.{step}" if _NAME.fullmatch(step) else f"{path}[{step!r}]"


def top() -> str:
    """How the value at hand is called where an expression starts."""
    return "@"


def written(tree: Tree, wheres: Mapping[str, str], here: Callable[[], str] = top) -> str:
    """An expression as a path in the record, as far as it is one; `here` gives the path of the value at hand."""
    match tree:
        case t.Name():
            return wheres.get(tree.name, tree.name)
        case t.Current():
            return here()
        case t.Field():
            return spell(written(tree.of, wheres, here), tree.name)
        case t.Index():
            return spell(written(tree.of, wheres, here), tree.index)
        case t.Item():
            return f"{written(tree.of, wheres, here)}[{written(tree.key, wheres, here)}]"
        case t.Then():
            return written(tree.then, wheres, lambda: written(tree.first, wheres, here))
        case t.Filter():
            return written(tree.each, wheres, lambda: f"{written(tree.of, wheres, here)}[?…]")
        case t.Project():
            return written(tree.each, wheres, lambda: f"{written(tree.of, wheres, here)}[]")
        case t.Flatten() | t.Slice():
            return written(tree.of, wheres, here)
        case t.Or():
            return f"{written(tree.left, wheres, here)} or {written(tree.right, wheres, here)}"
        case t.Call():
            return f"{tree.name}(…)"
        case _:
            return NOWHERE
