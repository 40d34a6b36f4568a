"""The names that a project file may use: connections, record kinds, mappings, params, files of tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kontering.connectors import registry
from kontering.errors import Problems
from kontering.lsp.documents import Document
from kontering.lsp.spots import Spot, Way
from kontering.mapping.find import find, mapping_names
from kontering.mapping.load import load_mapping
from kontering.mapping.mapping import Mapping as Compiled
from kontering.project.file import ProjectFile
from kontering.project.flows import Around, kinds_read
from kontering.project.project import around
from kontering.yaml.nodes import Map, Scalar, at


def values_at(document: Document, spot: Spot) -> Mapping[str, str]:
    """Words for the value of a setting, each with a line on it."""
    match spot.way:
        case ("flows", _, "from"):
            return {f"{name}/{kind}": schema for name, kind, schema in _records(document)}
        case ("flows", _, "to"):
            known = _around(document)
            return {name: one.title for name, one in known.connections.items() if one and one.takes} if known else {}
        case ("flows", _, "mapping") | ("connections", _, "mappings", _):
            return dict.fromkeys(mapping_names(document.roots), "")
        case ("connections", _, "connector"):
            return {name: _title(name) for name in registry.names()}
        case ("connections", _, "tables", _):
            return dict.fromkeys(_csv_files(document.path.parent), "")
    return {}


def names_at(document: Document, way: Way) -> Mapping[str, str]:
    """Names that a map of settings may have: params behind `with`."""
    match way:
        case ("flows", str(flow), "with"):
            mapping = mapping_of_flow(document, flow)
            return {param.name: param.doc for param in mapping.params} if mapping else {}
    return {}


def mapping_of_flow(document: Document, flow: str) -> Compiled | None:
    """The mapping that a flow names."""
    node = at(document.node, ("flows", flow, "mapping")) if document.node else None
    name = node.text if isinstance(node, Scalar) else ""
    if not name or find(name, document.roots) is None:
        return None
    try:
        return load_mapping(name, document.roots)
    except Problems:
        return None


def _records(document: Document) -> list[tuple[str, str, str]]:
    known = _around(document)
    if known is None:
        return []
    found = [(name, kind, schema) for name in known.connections for kind, schema in kinds_read(name, known).items()]
    return [row for row in found if row[1] != "parts"]  # schemas share parts; nobody reads them


def _around(document: Document) -> Around | None:
    if not isinstance(document.node, Map):
        return None
    file = ProjectFile(folder=document.path.parent, shown=document.shown, text=document.text, node=document.node)
    return around(file)


def _title(name: str) -> str:
    try:
        return registry.load(name).title
    except Problems:
        return ""


def _csv_files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.csv"))
