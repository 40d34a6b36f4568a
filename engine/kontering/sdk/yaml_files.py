"""YAML files that a connector has of its own: read as everywhere here, and held against a schema below schemas/."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kontering import resources
from kontering.diagnostics import Diagnostic, Span
from kontering.yaml.load import read
from kontering.yaml.nodes import nearest, plain

Checked = tuple[Any, tuple[Diagnostic, ...]]


def checked(path: Path, schema: str) -> Checked:
    """The file's data, or None and what is wrong with it; `schema` is the name of a file `<name>.schema.json`."""
    from jsonschema import Draft202012Validator  # half of the commands never read such a file

    node, found = read(path, path.name)
    if node is None or found:
        return None, found or (Diagnostic("K116", "the file is empty", Span(path.name)),)
    rules = json.loads((resources.shipped("schemas") / f"{schema}.schema.json").read_text(encoding="utf-8"))
    data = plain(node)
    wrong = tuple(
        Diagnostic("K154", error.message, nearest(node, list(error.absolute_path)))
        for error in Draft202012Validator(rules).iter_errors(data)
    )
    return (None, wrong) if wrong else (data, ())
