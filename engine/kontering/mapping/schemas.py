"""Finds the schemas of records, documents and payloads, and lays each `$ref` open, so that readers see plain nesting.

A schema that is referred to whole (`woocommerce/order` inside a refund) is marked `x-root`: a path that begins with `/`
means the record that this schema describes, not the one around it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from kontering.diagnostics import Span
from kontering.errors import Problems
from kontering.mapping import problems
from kontering.mapping.roots import Roots, display

Schema = Mapping[str, Any]
ENDING = ".schema.json"
FOLDERS = {"record": "records", "document": "documents", "payload": "payloads"}
ANYTHING: Schema = {}


def find_schema(kind: str, name: str, roots: Roots) -> Schema | None:
    """The schema of `record woocommerce/order`, `document invoice` or `payload economic/draft-invoice`."""
    path = roots.find("schemas", f"{FOLDERS[kind]}/{name}{ENDING}")
    return opened(path, roots) if path else None


def schema_names(kind: str, roots: Roots) -> list[str]:
    return roots.names("schemas", ENDING, FOLDERS[kind])


def target_kind(name: str) -> str:
    """What `to:` names: a document has no slash, a payload has its target in front."""
    return "payload" if "/" in name else "document"


def source_kind(name: str) -> str:
    return "record" if "/" in name else "document"


def source_schema(name: str, to: str, roots: Roots) -> Schema | None:
    """What a mapping reads: a record, or for a payload the document as it is planned."""
    if "/" in name:
        return find_schema("record", name, roots)
    planned = find_schema("document", f"planned-{name}", roots) if "/" in to else None
    return planned or find_schema("document", name, roots)


def opened(path: Path, roots: Roots) -> Schema:
    stat = path.stat()
    return _opened(path, roots, stat.st_mtime_ns, stat.st_size)


@cache
def _opened(path: Path, roots: Roots, changed: int, size: int) -> Schema:
    laid = _lay(_read(path), path, roots, (("", path),))
    return {**laid, "x-root": True} if isinstance(laid, dict) else laid


@cache
def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, ValueError) as error:
        raise Problems([problems.broken_schema(Span(display(path)), str(error))]) from error


def _lay(node: Any, path: Path, roots: Roots, within: tuple[tuple[str, Path], ...]) -> Any:
    if isinstance(node, list):
        return [_lay(item, path, roots, within) for item in node]
    if not isinstance(node, dict):
        return node
    beside = {name: _lay(part, path, roots, within) for name, part in node.items() if name not in ("$ref", "$defs")}
    if "$ref" not in node:
        return beside
    return {**_follow(node["$ref"], path, roots, within), **beside}


def _follow(ref: str, path: Path, roots: Roots, within: tuple[tuple[str, Path], ...]) -> dict[str, Any]:
    file, _, pointer = ref.partition("#")
    other = _file(file, path, roots) if file else path
    if other is None:
        raise Problems([problems.broken_schema(Span(display(path)), f"{ref!r} leads nowhere")])
    if (pointer, other) in within:
        return {}  # a schema inside itself: deeper down anything goes
    found = _lay(_pointed(_read(other), pointer, ref, path), other, roots, (*within, (pointer, other)))
    return {**found, "x-root": True} if file and not pointer else dict(found)


def _file(name: str, beside: Path, roots: Roots) -> Path | None:
    """A file beside this one, or a record's name."""
    near = beside.parent / name
    return near if near.is_file() else roots.find("schemas", f"records/{name}{ENDING}")


def _pointed(schema: Any, pointer: str, ref: str, path: Path) -> Any:
    for step in pointer.strip("/").split("/") if pointer else ():
        if not isinstance(schema, dict) or step not in schema:
            raise Problems([problems.broken_schema(Span(display(path)), f"{ref!r} leads nowhere")])
        schema = schema[step]
    return schema
