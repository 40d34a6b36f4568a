"""What may stand at a place of a mapping or project file, by the JSON Schemas that are shipped for editors."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from kontering import resources
from kontering.lsp.spots import Way
from kontering.mapping.forms import FORMS
from kontering.project.file import NAME
from kontering.yaml.nodes import Map, Node, Scalar, at

Schema = Mapping[str, Any]


@cache
def schema_file(name: str) -> Schema:
    found: Schema = json.loads((resources.shipped("schemas") / name).read_text(encoding="utf-8"))
    return found


def schema_of(file: str) -> Schema:
    """The schema of a file, by the file's name."""
    return schema_file("project.schema.json" if file == NAME else "mapping.schema.json")


def keys_at(root: Schema, node: Node | None, way: Way) -> dict[str, Schema]:
    """The keys that a map may have, each with what the schema says of it."""
    found: dict[str, Schema] = {}
    for schema, _ in _at(root, node, way):
        for name, part in schema.get("properties", {}).items():
            found.setdefault(name, _first(part, root))
    return found


def words_at(root: Schema, node: Node | None, way: Way) -> dict[str, Schema]:
    """The words of which a value may be one."""
    found: dict[str, Schema] = {}
    for schema, _ in _at(root, node, way):
        words = [schema["const"]] if "const" in schema else schema.get("enum", ())
        words = [*words, *(("true", "false") if schema.get("type") == "boolean" else ())]
        found |= {_written(word): schema for word in words}
    return found


def described(root: Schema, node: Node | None, way: Way) -> str:
    """What the schema says of the place."""
    if not way or not isinstance(way[-1], str):
        return ""
    part = keys_at(root, node, way[:-1]).get(way[-1], {})
    return str(part.get("description", ""))


def _written(word: object) -> str:
    return "null" if word is None else str(word).lower() if isinstance(word, bool) else str(word)


def _at(root: Schema, node: Node | None, way: Way) -> list[tuple[Schema, Schema]]:
    """The schemas that a place may follow, each with the file that its references are about."""
    found = [(root, root)]
    for depth, step in enumerate(way):
        here = at(node, way[:depth]) if node is not None else None
        found = [below for pair in found for one in _open(*pair, here) for below in _step(*one, step)]
    last = at(node, way) if node is not None else None
    return [one for pair in found for one in _open(*pair, last)]


def _step(schema: Schema, root: Schema, step: str | int) -> Iterator[tuple[Schema, Schema]]:
    if isinstance(step, int):
        if isinstance(schema.get("items"), dict):
            yield schema["items"], root
        return
    named = schema.get("properties", {}).get(step, schema.get("additionalProperties"))
    if isinstance(named, dict):
        yield named, root


def _open(schema: Schema, root: Schema, node: Node | None, depth: int = 0) -> Iterator[tuple[Schema, Schema]]:
    """The schema with its references followed and its alternatives laid side by side."""
    if depth > 12:
        return
    if "$ref" in schema:
        target, other = _follow(schema["$ref"], root)
        yield from _open(target, other, node, depth + 1)
    if _may_be(schema, node):
        yield schema, root
    for word in ("anyOf", "oneOf", "allOf"):
        for part in schema.get(word, ()):
            if "if" not in part:
                yield from _open(part, root, node, depth + 1)
            elif _holds(part["if"], node):
                yield from _open(part["then"], root, node, depth + 1)


def _follow(ref: str, root: Schema) -> tuple[Schema, Schema]:
    file, _, pointer = ref.partition("#")
    base = schema_file(file) if file else root
    found: Any = base
    for step in pointer.strip("/").split("/") if pointer.strip("/") else ():
        found = found.get(step, {})
    return found, base


def _first(part: Schema, root: Schema) -> Schema:
    """A key's schema with the description of what it refers to, if it has none of its own."""
    if "description" in part or "$ref" not in part:
        return part
    return {**_follow(part["$ref"], root)[0], **part}


def _may_be(schema: Schema, node: Node | None) -> bool:
    """A map that names a form already is that form, and no other."""
    if not isinstance(node, Map) or "properties" not in schema:
        return True
    named = [entry.key.text for entry in node.entries if entry.key.text in FORMS]
    forms = [name for name in schema.get("required", ()) if name in FORMS]
    return not forms or not named or forms[0] in named


def _holds(condition: Schema, node: Node | None) -> bool:
    """`if` of a connection's settings: its connector is that one."""
    if not isinstance(node, Map):
        return False
    for name, part in condition.get("properties", {}).items():
        value = node.get(name)
        if not isinstance(value, Scalar) or value.value != part.get("const"):
            return False
    return True
