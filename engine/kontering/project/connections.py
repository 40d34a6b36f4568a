"""From a connection's nodes to a `Connection`: its connector, settings by the connector's own schema, tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from kontering.connectors import registry
from kontering.diagnostics import Diagnostic, Span, closest
from kontering.errors import Problems
from kontering.mapping.tables import Rows
from kontering.project.parts import Connection
from kontering.project.secrets import Secret
from kontering.project.shape import Schema, problems
from kontering.sdk.connector import Connector
from kontering.yaml.nodes import Entry, Map, Node, Scalar, plain

OWN = "store"
"""Name and connector of the connection to the project's own store, which is there without being named."""


def connector_of(node: Node) -> Connector | None:
    """The connector that a connection names, if there is one of that name and it can be loaded."""
    name = _name_of(node)
    found = _loaded(name.text) if name else None
    return found if isinstance(found, Connector) else None


def check_connection(entry: Entry, general: Schema, root: Schema) -> Iterator[Diagnostic]:
    """The connection's own settings, and those of its connector."""
    node, name = entry.value, _name_of(entry.value)
    found = _loaded(name.text) if name else None
    if name and isinstance(found, tuple):
        yield from (replace(problem, span=name.span) for problem in found)
    else:
        schema = whole_schema(general, found) if isinstance(found, Connector) else _open_schema(general, node)
        yield from problems(node, schema, root=root, key=entry.key)


def _name_of(node: Node) -> Scalar | None:
    name = node.get("connector") if isinstance(node, Map) else None
    return name if isinstance(name, Scalar) and isinstance(name.value, str) else None


@cache
def _loaded(name: str) -> Connector | tuple[Diagnostic, ...]:
    """The connector, or why there is none; finding out costs a look at every installed package."""
    try:
        return registry.load(name)
    except Problems as problems:
        return tuple(item for item in problems.diagnostics if isinstance(item, Diagnostic))


def whole_schema(general: Schema, connector: Connector) -> Schema:
    """The schema of a connection of this connector: what every connection has, and what this one adds."""
    return {
        **general,
        "properties": {**general["properties"], **connector.settings.get("properties", {})},
        "required": [*general["required"], *connector.settings.get("required", ())],
        "additionalProperties": False,
    }


def _open_schema(general: Schema, node: Node) -> Schema:
    """The schema of a connection whose connector isn't known: it may have any setting, but none that looks like
    `connector`, for a misspelt key isn't told of as a missing one too."""
    keys = [entry.key.text for entry in node.entries] if isinstance(node, Map) else []
    others: dict[str, Schema] = {key: {} for key in keys if closest(key, ["connector"]) is None}
    return {**general, "properties": {**others, **general["properties"]}, "additionalProperties": False}


def connection(entry: Entry, connector: Connector, tables: Mapping[str, Rows], folder: Path) -> Connection:
    """A connection whose nodes were found right; settings that it leaves out have the connector's default."""
    node = entry.value
    assert isinstance(node, Map)
    said = plain(node)
    known: Mapping[str, Schema] = connector.settings.get("properties", {})
    defaults = {name: _placed(part["default"], part, folder) for name, part in known.items() if "default" in part}
    own = {
        item.key.text: _setting(item.value, known[item.key.text], folder)
        for item in node.entries
        if item.key.text in known
    }
    return Connection(
        name=entry.key.text,
        connector=connector.name,
        settings={**defaults, **own},
        params=said.get("with", {}),
        param_spans=_spans(node.get("with")),
        mappings=said.get("mappings", {}),
        tables=tables,
        span=entry.key.span,
    )


def own(span: Span) -> Connection:
    """The connection to the project's own store: a flow may read from it though the project file names none."""
    known: Mapping[str, Schema] = registry.load(OWN).settings["properties"]
    defaults = {name: part["default"] for name, part in known.items() if "default" in part}
    return Connection(name=OWN, connector=OWN, settings=defaults, span=span)


def _spans(node: Node | None) -> Mapping[str, Span]:
    return {item.key.text: item.value.span for item in node.entries} if isinstance(node, Map) else {}


def _setting(node: Node, schema: Schema, folder: Path) -> Any:
    value = plain(node)
    if schema.get("x-secret"):
        return Secret(value["secret"], _secret_span(node))
    return _placed(value, schema, folder)


def _placed(value: Any, schema: Schema, folder: Path) -> Any:
    """A path is relative to the project file."""
    return str((folder / value).resolve()) if schema.get("x-path") and value is not None else value


def _secret_span(node: Node) -> Span:
    return node.entries[0].value.span if isinstance(node, Map) else node.span


def system_of(node: Node) -> str | None:
    """The system whose records a connection of files holds, if it is one."""
    system = node.get("system") if isinstance(node, Map) else None
    return system.text if isinstance(system, Scalar) else None
