"""Fills the ids of the target into a payload, where it names other things by link: at the send, not before.

A plan holds links, so it is the same before and after its first step. An id is a text to us; where the payload's schema
takes only whole numbers, it is written as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from kontering.model.link import Linked
from kontering.model.plan import Link
from kontering.sync.keys import Thing

ITSELF = "itself"
"""As a link's field: the key is the id, because the flow's policy names it."""

Schema = Mapping[str, Any]
_EMPTY: Schema = {}
_ATOMS = frozenset({str, int, bool, Decimal, date, type(None)})


class NoSuchId(LookupError):
    """A payload names something that the target doesn't have: a plan was made wrongly."""


def fill(body: Any, links: Mapping[Thing, Linked], schema: Schema) -> Any:
    """The payload with every link replaced by what the target calls the thing."""
    return _filled(body, links, schema, schema)


def _filled(value: Any, links: Mapping[Thing, Linked], schema: Schema, root: Schema) -> Any:
    if isinstance(value, Link):
        return _id(value, links, _resolved(schema, root))
    if isinstance(value, Mapping):
        parts = _resolved(schema, root).get("properties", _EMPTY)
        return {
            name: part if type(part) in _ATOMS else _filled(part, links, parts.get(name, _EMPTY), root)
            for name, part in value.items()
        }
    if isinstance(value, list | tuple):
        items = _resolved(schema, root).get("items", _EMPTY)
        return [_filled(part, links, items, root) for part in value]
    return value


def _id(link: Link, links: Mapping[Thing, Linked], schema: Schema) -> str | int:
    text = link.key if link.field == ITSELF else _of(link, links)
    return int(text) if schema.get("type") in ("integer", ["integer"]) and text.isdecimal() else text


def _of(link: Link, links: Mapping[Thing, Linked]) -> str:
    linked = links.get((link.kind, link.key))
    text = getattr(linked.found, link.field, None) if linked else None
    if not text:
        raise NoSuchId(f"the {link.kind} {link.key} has no {link.field} in the target")
    return str(text)


def _resolved(schema: Schema, root: Schema) -> Schema:
    while (reference := schema.get("$ref")) and reference.startswith("#/"):
        target: Any = root
        for part in reference[2:].split("/"):
            target = target[part]
        schema = {**target, **{name: part for name, part in schema.items() if name != "$ref"}}
    return schema
