"""Front end of calculations: one expression of Jinja's grammar, closed to everything but a list of nodes."""

from __future__ import annotations

from kontering.language.source import Source
from kontering.language.tree import Tree


def parse_calc(source: Source) -> Tree:
    """The tree of a calculation; raises `Bad` where it can't be read."""
    raise NotImplementedError
