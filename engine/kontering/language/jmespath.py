"""Front end of paths: JMESPath in full, `$name` for a name from outside, and `get`; every node with its place."""

from __future__ import annotations

from kontering.language.source import Source
from kontering.language.tree import Tree


def parse_path(source: Source) -> Tree:
    """The tree of a path; raises `Bad` where it can't be read."""
    raise NotImplementedError
