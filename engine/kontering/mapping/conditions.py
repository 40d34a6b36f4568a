"""Conditions that ask nothing: an expression of literals alone is always the same."""

from __future__ import annotations

from kontering.language.interpret import Scope, evaluate
from kontering.language.problems import Bad, Missing
from kontering.language.tree import Current, Name, Tree, walk
from kontering.language.values import Value


def constant(tree: Tree) -> Value:
    """The value that an expression always has; None if it depends on anything, or can't be had."""
    if any(isinstance(node, Name | Current) for node in walk(tree)):
        return None
    try:
        return evaluate(tree, Scope({"record": {}}))
    except (Bad, Missing):
        return None
