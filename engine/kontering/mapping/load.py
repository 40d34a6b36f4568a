"""Gives mappings that are ready to run, and refuses files in which anything is wrong."""

from __future__ import annotations

from pathlib import Path

from kontering.diagnostics import errors
from kontering.errors import Problems
from kontering.mapping import problems
from kontering.mapping.check import check_mapping, own_schema
from kontering.mapping.compile import compile_path
from kontering.mapping.find import find, mapping_names, ordered
from kontering.mapping.mapping import Mapping
from kontering.mapping.reading import Out
from kontering.mapping.roots import Roots

__all__ = ["Roots", "find", "load_mapping", "locate", "mapping_names"]


def load_mapping(name_or_path: str | Path, roots: Roots, *, checked: bool = True) -> Mapping:
    """The mapping of a name (`woocommerce/order-to-invoice`) or a file's path; raises Problems.

    Nothing runs that the check wouldn't pass; `checked=False` is for who has checked it already.
    """
    path = locate(name_or_path, roots)
    out: Out = []
    mapping = compile_path(path, roots, out)
    if checked and mapping is not None and not errors(out):
        out.extend(own_schema(mapping, roots) or check_mapping(mapping))
    if errors(out) or mapping is None:
        raise Problems(errors(ordered(out)))
    return mapping


def locate(name_or_path: str | Path, roots: Roots) -> Path:
    path = name_or_path if isinstance(name_or_path, Path) else find(name_or_path, roots)
    if path is None or not path.is_file():
        raise Problems([problems.no_mapping(None, str(name_or_path), mapping_names(roots))])
    return path
