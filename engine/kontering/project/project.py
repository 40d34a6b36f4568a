"""Loads a project: its file, its connections with their tables, its flows; everything that is wrong is told at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from kontering import resources
from kontering.connectors import registry
from kontering.diagnostics import Diagnostic, errors
from kontering.errors import Problems
from kontering.mapping.roots import Roots
from kontering.project import books, connections, flows, tables
from kontering.project.file import ProjectFile, in_order, read_project_file, with_source
from kontering.project.flows import Around
from kontering.project.keep import keep
from kontering.project.parts import Connection, Flow, Project
from kontering.project.shape import Schema, problems
from kontering.project.tables import Tables
from kontering.yaml.nodes import Entry, Map, Node, at, plain

__all__ = ["Connection", "Flow", "Project", "Read", "load_project", "read_project"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A project as it was read: the project itself where it is sound, its problems, and the file for further checks."""

    project: Project | None = None
    problems: tuple[Diagnostic, ...] = ()
    file: ProjectFile | None = None
    texts: Mapping[str, str] = field(default_factory=dict)


def load_project(folder: Path) -> Project:
    """The project of a folder; raises Problems with everything that is wrong in its files."""
    read = read_project(folder)
    if read.project is None:
        raise Problems(read.problems)
    return read.project


def read_project(folder: Path) -> Read:
    """The project of a folder as far as it can be read, and what is wrong with it."""
    file, broken = read_project_file(folder)
    if file is None or errors(broken):
        return Read(problems=broken, file=file)
    read_in = {
        entry.key.text: tables.read_tables(at(entry.value, ["tables"]), folder)
        for entry in _entries(file, "connections")
    }
    texts = {file.shown: file.text} | {name: text for part in read_in.values() for name, text in part.texts.items()}
    found = with_source(in_order([*broken, *_check(file, read_in)]), texts)
    if errors(found):
        return Read(problems=found, file=file, texts=texts)
    project = _project(file, read_in)
    circles = with_source(flows.check_circles(tuple(project.flows.values())), texts)
    return Read(project=None if circles else project, problems=(*found, *circles), file=file, texts=texts)


def around(file: ProjectFile) -> Around:
    """What the flows of a project file may name."""
    there = _entries(file, "connections")
    own = {connections.OWN: registry.load(connections.OWN)}
    return Around(
        connections=own | {entry.key.text: connections.connector_of(entry.value) for entry in there},
        systems={entry.key.text: system for entry in there if (system := connections.system_of(entry.value))},
        flows=[entry.key.text for entry in _entries(file, "flows")],
        roots=Roots(file.folder),
    )


@cache
def schema() -> Schema:
    """The schema of project files."""
    found: Schema = json.loads((resources.shipped("schemas") / "project.schema.json").read_text(encoding="utf-8"))
    return found


def _check(file: ProjectFile, read_in: Mapping[str, Tables]) -> Iterator[Diagnostic]:
    root = schema()
    known = root["properties"]
    outside = {**root, "properties": {**known, "connections": {"type": "object", "minProperties": 1}}}
    yield from problems(file.node, outside, root=root)
    for entry in _entries(file, "connections"):
        yield from problems(_alone(entry), {**known["connections"], "additionalProperties": {}}, root=root)
        yield from connections.check_connection(entry, root["$defs"]["connection"], root)
        yield from read_in[entry.key.text].problems
    names = around(file)
    for entry in _entries(file, "connections"):
        yield from flows.check_system(entry, names)
    for entry in _entries(file, "flows"):
        yield from flows.check_flow(entry, names)


def _alone(entry: Entry) -> Node:
    """A map with this entry only: its name is checked by itself."""
    return Map(entries=(entry,), span=entry.key.span)


def _project(file: ProjectFile, read_in: Mapping[str, Tables]) -> Project:
    said = plain(file.node)
    return Project(
        folder=file.folder,
        name=said["project"],
        store=_store(said.get("store", schema()["properties"]["store"]["default"]), file.folder),
        connections=_connections(file, read_in),
        flows={entry.key.text: flows.flow(entry) for entry in _entries(file, "flows")},
        accounting=replace(books.settings(said), project=said["project"]),
        digest=_digest(file, read_in),
        roots=Roots(file.folder),
        keep=keep(said.get("keep", {})),
    )


def _connections(file: ProjectFile, read_in: Mapping[str, Tables]) -> Mapping[str, Connection]:
    """Those that the file names, and the project's own store where a flow reads from it."""
    named = {entry.key.text: _connection(entry, file, read_in) for entry in _entries(file, "connections")}
    reading = [flow for flow in map(flows.flow, _entries(file, "flows")) if flow.source == connections.OWN]
    own = {connections.OWN: connections.own(reading[0].span)} if reading else {}
    return own | named


def _connection(entry: Entry, file: ProjectFile, read_in: Mapping[str, Tables]) -> Connection:
    connector = connections.connector_of(entry.value)
    assert connector is not None  # _check has named it as a problem otherwise
    return connections.connection(entry, connector, read_in[entry.key.text].rows, file.folder)


def _store(url: str, folder: Path) -> str:
    """An SQLite file is relative to the project, wherever the command runs."""
    path = url.removeprefix("sqlite:///")
    return url if path in (url, "", ":memory:") else f"sqlite:///{folder / path}"


def _digest(file: ProjectFile, read_in: Mapping[str, Tables]) -> str:
    """Changes with anything that the project file or a table says, not with comments or their order."""
    texts = {name: text for part in read_in.values() for name, text in part.texts.items()}
    whole = json.dumps([plain(file.node), texts], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(whole.encode()).hexdigest()


def _entries(file: ProjectFile, name: str) -> tuple[Entry, ...]:
    node = file.node.get(name)
    return node.entries if isinstance(node, Map) else ()
