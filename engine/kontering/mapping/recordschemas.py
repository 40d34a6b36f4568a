"""Checks the schemas that a project brings for its own records: words that mean nothing would silently hide fields."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kontering.diagnostics import Diagnostic, Span, closest
from kontering.mapping import notations, problems
from kontering.mapping.roots import Roots, display
from kontering.mapping.schemas import ENDING
from kontering.yaml.load import compose
from kontering.yaml.nodes import Map, Node, Scalar, Sequence, plain

KEYWORDS = frozenset(
    (
        "$schema", "$id", "$ref", "$defs", "$comment", "title", "description", "type", "format", "properties", "items",
        "required", "enum", "const", "default", "examples", "additionalProperties", "minimum", "maximum", "multipleOf",
        "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "pattern", "minItems", "maxItems",
        "uniqueItems", "minProperties", "maxProperties", "propertyNames", "dependentRequired", "anyOf", "oneOf",
        "allOf", "not", "if", "then", "else", "deprecated", "readOnly", "writeOnly", "x-currency",
    )
)  # fmt: skip
TYPES = frozenset(("string", "integer", "number", "boolean", "object", "array", "null"))
FORMATS = frozenset((*notations.FORMATS, "minor", "key"))
MEANINGLESS = frozenset(
    ("email", "uri", "uuid", "hostname", "time", "duration", "regex")
)  # standard, and nothing to us


def check_schema(path: Path, roots: Roots) -> tuple[Diagnostic, ...]:
    """What is wrong with a record's schema."""
    file, text = display(path), path.read_text(encoding="utf-8", errors="replace")
    try:
        json.loads(text)
    except ValueError as error:
        return (problems.broken_schema(_place(error, file), f"it is no JSON: {_words(error)}"),)
    node, _ = compose(text.replace("\t", " "), file)
    return tuple(_schema(node, node, path, roots)) if node is not None else ()


def _place(error: ValueError, file: str) -> Span:
    if isinstance(error, json.JSONDecodeError):
        return Span(file, error.lineno, error.colno, error.lineno, error.colno + 1)
    return Span(file)


def _words(error: ValueError) -> str:
    return error.msg[:1].lower() + error.msg[1:] if isinstance(error, json.JSONDecodeError) else str(error)


def _schema(node: Node, root: Node, path: Path, roots: Roots) -> Iterator[Diagnostic]:
    if not isinstance(node, Map):
        if plain(node) not in (True, False):
            yield problems.schema_word(node.span, "a schema is an object, {} if nothing is known", None)
        return
    for entry in node.entries:
        name = entry.key.text
        if name not in KEYWORDS and not name.startswith("x-"):
            near = closest(name, KEYWORDS)
            yield problems.schema_word(entry.key.span, f"{name!r} is no word of a schema", near)
    yield from _types(node)
    yield from _format(node)
    yield from _ref(node, root, path, roots)
    yield from _required(node)
    for inner in _inside(node):
        yield from _schema(inner, root, path, roots)


def _inside(node: Map) -> Iterator[Node]:
    for word in ("properties", "$defs"):
        names = node.get(word)
        yield from (entry.value for entry in names.entries) if isinstance(names, Map) else ()
    items = node.get("items")
    yield from [items] if items is not None else []
    for word in ("anyOf", "oneOf", "allOf"):
        choices = node.get(word)
        yield from choices.items if isinstance(choices, Sequence) else ()


def _types(node: Map) -> Iterator[Diagnostic]:
    kinds = node.get("type")
    for kind in kinds.items if isinstance(kinds, Sequence) else [kinds]:
        if isinstance(kind, Scalar) and kind.text not in TYPES:
            yield problems.schema_word(kind.span, f"there is no type {kind.text!r}", closest(kind.text, TYPES))


def _format(node: Map) -> Iterator[Diagnostic]:
    named = node.get("format")
    if isinstance(named, Scalar) and named.text not in FORMATS | MEANINGLESS:
        yield problems.schema_word(named.span, f"there is no format {named.text!r}", closest(named.text, FORMATS))
    currency = node.get("x-currency")
    if currency is not None and (not isinstance(named, Scalar) or named.text != "minor"):
        yield problems.schema_word(currency.span, "x-currency belongs to an amount of format minor", None)


def _ref(node: Map, root: Node, path: Path, roots: Roots) -> Iterator[Diagnostic]:
    ref = node.get("$ref")
    if not isinstance(ref, Scalar):
        return
    file, _, pointer = ref.text.partition("#")
    if file and not (path.parent / file).is_file() and roots.find("schemas", f"records/{file}{ENDING}") is None:
        names = [*roots.names("schemas", ENDING, "records"), *(each.name for each in path.parent.glob(f"*{ENDING}"))]
        yield problems.schema_word(ref.span, f"{ref.text!r} leads nowhere", closest(file, names))
    elif not file and not _exists(root, pointer):
        known = root.get("$defs") if isinstance(root, Map) else None
        names = [f"#/$defs/{entry.key.text}" for entry in known.entries] if isinstance(known, Map) else []
        yield problems.schema_word(ref.span, f"{ref.text!r} leads nowhere", closest(ref.text, names))


def _exists(root: Node, pointer: str) -> bool:
    here: Any = plain(root)
    for step in pointer.strip("/").split("/") if pointer.strip("/") else ():
        if not isinstance(here, dict) or step not in here:
            return False
        here = here[step]
    return True


def _required(node: Map) -> Iterator[Diagnostic]:
    names, known = node.get("required"), node.get("properties")
    if isinstance(names, Sequence) and isinstance(known, Map):
        fields = [entry.key.text for entry in known.entries]
        for name in names.items:
            if isinstance(name, Scalar) and name.text not in fields:
                message = f"{name.text!r} is required and not listed under properties"
                yield problems.schema_word(name.span, message, closest(name.text, fields))
