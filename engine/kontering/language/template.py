"""Front end of texts: a Jinja template of outputs, conditions and loops."""

from __future__ import annotations

from kontering.language.source import Source
from kontering.language.tree import Tree


def parse_text(source: Source) -> Tree:
    """The tree of a template; raises `Bad` where it can't be read."""
    raise NotImplementedError
