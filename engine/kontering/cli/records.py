"""Reads a record that a person names on the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from kontering.errors import Misuse
from kontering.language.types import Type, from_schema
from kontering.mapping import schemas
from kontering.mapping.records import decode, record_schema
from kontering.mapping.roots import Roots, display
from kontering.project.words import near_or_all
from kontering.sdk.wire import NotJson, read_json


def read_record(path: Path) -> Any:
    """The JSON of a file, or of standard input where the file is `-`."""
    name = "standard input" if str(path) == "-" else display(path)
    content = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    try:
        return read_json(content)
    except NotJson as problem:
        raise Misuse(f"{name} is no JSON: {problem}") from problem


def typed(data: Any, kind: str, roots: Roots) -> Any:
    """The record with values for notations, by the schema of its kind (`woocommerce/order`)."""
    return decode(data, _schema(kind, roots), name=kind.rpartition("/")[2])


def record_type(kind: str, roots: Roots) -> Type:
    """What the schema of a kind promises."""
    return from_schema(_schema(kind, roots), lambda ref: schemas.ANYTHING)  # its references are laid open already


def _schema(kind: str, roots: Roots) -> schemas.Schema:
    schema = record_schema(kind, roots)
    if schema is None:
        known = schemas.schema_names("record", roots)
        raise Misuse(
            f"There is no record kind {kind!r}; {near_or_all(kind, known, '`kontering docs schemas` lists them.')}"
        )
    return schema
