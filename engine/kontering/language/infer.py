"""Type inference: what a tree gives, and what is wrong with it before anything runs."""

from __future__ import annotations

from collections.abc import Mapping

from kontering.diagnostics import Diagnostic
from kontering.language.tree import Tree
from kontering.language.types import Type


def infer(tree: Tree, names: Mapping[str, Type]) -> tuple[Type, tuple[Diagnostic, ...]]:
    """The type of a tree's value, and its problems. The first of `names` is the record's."""
    raise NotImplementedError
