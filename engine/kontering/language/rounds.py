"""How often lists are gone through inside one another: what an expression may cost, known before it runs.

A projection inside another one that goes deeper into the same element costs no more than the record has values. One
that starts anew from a name goes through its list once for each element around it: a join of two lists is that, three
lists are more than any mapping needs and enough to hang a run.
"""

from __future__ import annotations

from collections.abc import Iterable

from kontering.language import tree as t
from kontering.language.tree import Tree

LOOPS = (t.Project, t.Values, t.Filter)


def lists_inside(node: Tree, around: int = 0) -> int:
    """The most lists that are gone through inside one another, each from a name of its own.

    >>> from kontering.language.jmespath import parse_path
    >>> from kontering.language.source import Source
    >>> lists_inside(parse_path(Source("order.lines[].taxes[].total")))
    1
    >>> lists_inside(parse_path(Source("order.taxes[?id == $order.lines[?sku == 'A'].tax | [0]].total")))
    2
    """
    if isinstance(node, LOOPS):
        inside = around + 1 if around == 0 or _from_a_name(node.of) else around
        bodies = (node.each, node.condition) if isinstance(node, t.Filter) else (node.each,)
        return max(inside, lists_inside(node.of, around), *(lists_inside(body, inside) for body in bodies))
    if isinstance(node, t.Call) and any(isinstance(arg, t.Lambda) for arg in node.args):
        return _applied(node, around)
    return _most(t.children(node), around)


def _applied(node: t.Call, around: int) -> int:
    """`sort_by(list, &x)`: what is applied is reckoned once for each element."""
    lists = [arg for arg in node.args if not isinstance(arg, t.Lambda)]
    inside = around + 1 if around == 0 or any(map(_from_a_name, lists)) else around
    bodies = [arg.body for arg in node.args if isinstance(arg, t.Lambda)]
    return max(inside, _most(lists, around), _most(bodies, inside))


def _most(nodes: Iterable[Tree], around: int) -> int:
    return max((lists_inside(node, around) for node in nodes), default=around)


def _from_a_name(node: Tree) -> bool:
    """Does this list begin at a name of the mapping, and not at the value at hand?"""
    return any(isinstance(part, t.Name) for part in t.walk(node))
