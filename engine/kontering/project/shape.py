"""Holds YAML nodes against a JSON Schema, so that each problem has its line and the nearest right name.

The keywords are those that our own schemas use: type, const, enum, pattern, minLength, format (see formats.py),
minimum, exclusiveMinimum, maximum, minProperties, items, properties, required, additionalProperties, propertyNames and
`$ref` into `$defs`; where `type` is a list, the node's own kind chooses. `x-says` words what a pattern means;
`x-secret` marks a setting that may only be named: `{secret: NAME}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from kontering.diagnostics import Diagnostic, Span, closest
from kontering.project import words
from kontering.project.formats import FORMATS
from kontering.yaml.nodes import Map, Node, Scalar, Sequence

Schema = Mapping[str, Any]


def problems(
    node: Node, schema: Schema, *, root: Schema | None = None, key: Scalar | None = None
) -> Iterator[Diagnostic]:
    """What is wrong with `node`, which stands at `key`; `root` is the document that `$ref`s point into."""
    root, name = schema if root is None else root, key.text if key else ""
    schema = resolved(schema, root)
    if schema.get("x-secret"):
        yield from _secret(node, name)
    elif not _fits_type(node, schema):
        text = node.text if isinstance(node, Scalar) and "format" not in schema else ""
        secret = _names_a_secret(node)
        yield words.wrong_type(node.span, name, kinds(schema), kind(node), text=text, secret=secret)
    else:
        yield from _inside(node, schema, root, key)


def resolved(schema: Schema, root: Schema) -> Schema:
    """The schema with its `$ref` followed; what stands beside the `$ref` wins."""
    if "$ref" not in schema:
        return schema
    target: Schema = root
    for part in schema["$ref"].removeprefix("#/").split("/"):
        target = target[part]
    return resolved({**target, **{key: value for key, value in schema.items() if key != "$ref"}}, root)


def kind(node: Node) -> str:
    """What a node is, in the words of JSON Schema."""
    if isinstance(node, Map):
        return "object"
    if isinstance(node, Sequence):
        return "array"
    return _SCALARS[type(node.value)]


def kinds(schema: Schema) -> tuple[str, ...]:
    """The types that a schema takes; none named means any."""
    named = schema.get("type", ())
    return (named,) if isinstance(named, str) else tuple(named)


_SCALARS = {str: "string", bool: "boolean", int: "integer", Decimal: "number", type(None): "null"}


def _fits_type(node: Node, schema: Schema) -> bool:
    wanted, found = kinds(schema), kind(node)
    return not wanted or found in wanted or (found == "integer" and "number" in wanted)


def _inside(node: Node, schema: Schema, root: Schema, key: Scalar | None) -> Iterator[Diagnostic]:
    if isinstance(node, Map):
        yield from _map(node, schema, root, key)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from problems(item, schema.get("items", {}), root=root, key=key)
    else:
        yield from _scalar(node, schema, key.text if key else "")


def _map(node: Map, schema: Schema, root: Schema, at: Scalar | None) -> Iterator[Diagnostic]:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    name = at.text if at else ""
    for entry in node.entries:
        yield from _name(entry.key, schema.get("propertyNames", {}))
        if others is False and entry.key.text not in known:
            yield words.unknown_setting(entry.key.span, entry.key.text, known, of=name)
        else:
            yield from problems(entry.value, known.get(entry.key.text, others), root=root, key=entry.key)
    for missing in _missing(node, schema):
        yield words.missing_setting(_head(node, at), missing, resolved(known.get(missing, {}), root), of=name)
    if len(node.entries) < schema.get("minProperties", 0):
        yield words.empty(_head(node, at), name)


def _missing(node: Map, schema: Schema) -> Iterator[str]:
    """Required names that aren't there, nor there in a misspelt form, which is a problem already."""
    there = [entry.key.text for entry in node.entries]
    strange = [name for name in there if name not in schema.get("properties", {})]
    for name in schema.get("required", ()):
        if name not in there and not any(closest(other, [name]) for other in strange):
            yield name


def _name(key: Scalar, schema: Schema) -> Iterator[Diagnostic]:
    if not re.search(schema.get("pattern", ""), key.text):
        yield words.bad_name(key.span, key.text, schema.get("x-says"))


def _scalar(node: Scalar, schema: Schema, name: str) -> Iterator[Diagnostic]:
    choices = [schema["const"]] if "const" in schema else schema.get("enum")
    if choices is not None and not any(_same(node.value, choice) for choice in choices):
        yield words.not_one_of(node.span, name, node.text, [str(choice) for choice in choices])
    elif isinstance(node.value, str) and len(node.value) < schema.get("minLength", 0):
        yield words.does_not_fit(node.span, name, node.value, "it must not be empty")
    elif isinstance(node.value, str) and (hint := FORMATS.get(schema.get("format", ""), _fine)(node.value)):
        yield words.does_not_fit(node.span, name, node.value, hint)
    elif isinstance(node.value, str) and not re.search(schema.get("pattern", ""), node.value):
        yield words.does_not_fit(node.span, name, node.value, schema.get("x-says"))
    elif _is_number(node) and not _in_range(node, schema):
        yield words.out_of_range(node.span, name, node.text, schema)


def _same(value: object, choice: object) -> bool:
    """Equal, and not only as `True == 1` is."""
    return value == choice and isinstance(value, bool) == isinstance(choice, bool)


def _fine(_text: str) -> None:
    return None


def _is_number(node: Scalar) -> bool:
    return isinstance(node.value, int | Decimal) and not isinstance(node.value, bool)


def _in_range(node: Scalar, schema: Schema) -> bool:
    value = Decimal(str(node.value))
    low, above, high = (schema.get(word) for word in ("minimum", "exclusiveMinimum", "maximum"))
    over = (low is None or value >= Decimal(str(low))) and (above is None or value > Decimal(str(above)))
    return over and (high is None or value <= Decimal(str(high)))


def _secret(node: Node, name: str) -> Iterator[Diagnostic]:
    if not _names_a_secret(node):
        yield words.open_secret(node.span, name)


def _names_a_secret(node: Node) -> bool:
    return (
        isinstance(node, Map)
        and [entry.key.text for entry in node.entries] == ["secret"]
        and isinstance(node.entries[0].value, Scalar)
        and isinstance(node.entries[0].value.value, str)
    )


def _head(node: Map, at: Scalar | None) -> Span:
    """Where something that a map lacks is missed: at the map's own key, so that not all of it is underlined."""
    first = node.entries[0].key.span if node.entries else node.span
    return at.span if at else first
