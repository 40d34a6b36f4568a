"""Which field of the target a place in a mapping makes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from kontering.lsp.spots import Way
from kontering.mapping.forms import FORMS
from kontering.mapping.mapping import Mapping
from kontering.mapping.parts import Listed, Made, Part
from kontering.mapping.schemas import ANYTHING, Schema
from kontering.yaml.nodes import Map, Node, at

INSTEAD = ("missing", "on_miss")  # a form that is taken instead fills the same field


def target_at(node: Node | None, way: Way, wanted: Schema) -> Schema | None:
    """The schema of what the value at a place makes; None where it makes nothing of the target."""
    if way[:1] == ("fields",):
        return _below(node, way[1:], way[:1], wanted)
    if way[:1] == ("override",) and len(way) > 1 and isinstance(way[1], str):
        found = overridden(way[1].split("."), wanted)
        return _below(node, way[2:], way[:2], found) if found is not None else None
    return None


def _below(node: Node | None, steps: Way, walked: Way, schema: Schema | None) -> Schema | None:
    for step in steps:
        here = at(node, walked) if node is not None else None
        in_block = isinstance(walked[-1], int)
        if schema is None or (in_block and step != "fields"):
            return None
        schema = _step(schema, step, here)
        walked = (*walked, step)
    return schema


def _step(schema: Schema, step: str | int, here: Node | None) -> Schema | None:
    if isinstance(step, int):
        return _part(schema, "items")
    if step == "fields" or step in INSTEAD:
        return schema
    if isinstance(here, Map) and any(entry.key.text in FORMS for entry in here.entries):
        return schema if step in FORMS else None
    return _part(schema.get("properties", {}), step)


def overridden(steps: Sequence[str], schema: Schema) -> Schema | None:
    """The field that an `override` names: `lines.items.fields.description`, where items is a block."""
    found: Schema | None = schema
    for step in steps:
        if found is None:
            return None
        if step == "fields":
            continue
        is_list = "items" in found
        found = _part(found, "items") if is_list else _part(found.get("properties", {}), step)
    return found


def _part(schema: Any, name: str) -> Schema | None:
    part = schema.get(name)
    return part if isinstance(part, dict) else None


def fields_of(schema: Schema | None) -> dict[str, Schema]:
    """The fields that may be made of an object."""
    return dict((schema or ANYTHING).get("properties", {}))


def overridable(mapping: Mapping) -> Iterator[str]:
    """What an `override` may name: fields, blocks, and what is in them."""
    yield from _paths(mapping.file.made, "")


def _paths(part: Part, before: str) -> Iterator[str]:
    if before and not (isinstance(part, Made) and before.endswith(".fields")):
        yield before
    if isinstance(part, Made):
        for field in part.fields:
            yield from _paths(field.part, f"{before}.{field.name}" if before else field.name)
    elif isinstance(part, Listed):
        for block in part.blocks:
            yield f"{before}.{block.id}"
            yield from (f"{before}.{block.id}.{key}" for key in ("each", "when") if getattr(block, key) is not None)
            yield from _paths(block.made, f"{before}.{block.id}.fields")
