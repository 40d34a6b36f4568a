"""What can be known of a project without running it: each flow's mapping, its target, tables, snapshots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from kontering.connectors import registry
from kontering.diagnostics import Diagnostic, Span, closest
from kontering.errors import Problems
from kontering.mapping import load
from kontering.mapping.check import check_paths
from kontering.mapping.mapping import Mapping as Compiled
from kontering.mapping.parts import TableSpec
from kontering.mapping.roots import Roots
from kontering.project import flows, snapshot, tables, wishes, words
from kontering.project.file import ProjectFile, in_order, with_source
from kontering.project.parts import Connection, Flow, Project, payload_mapping
from kontering.project.project import around, read_project
from kontering.sdk.connector import Connector, Takes
from kontering.yaml.nodes import Node, at, nearest


def check_project(folder: Path, *, tests: bool = True) -> tuple[Diagnostic, ...]:
    """All problems of a project: its file, its own mappings, and how they fit together.

    Without `tests` it is asked whether the project can run, where the fixtures of its tests may be absent.
    """
    read = read_project(folder)
    own = check_paths(sorted((folder / "mappings").rglob("*.yaml")), Roots(folder), tests=tests)
    deep = _deep(read.project, read.file) if read.project and read.file else ()
    return in_order([*read.problems, *own, *with_source(deep, read.texts)])


def _deep(project: Project, file: ProjectFile) -> list[Diagnostic]:
    found = [problem for flow in project.flows.values() for problem in _check_flow(flow, project, file)]
    for connection in project.connections.values():
        if at(file.node, ["connections", connection.name]) is None:
            continue  # the project's own store, which the file needn't name
        found.extend(_check_connection(connection, project, file))
    return found


# --- flows


def _check_flow(flow: Flow, project: Project, file: ProjectFile) -> Iterator[Diagnostic]:
    node = _node(file, "flows", flow.name)
    place = _place(node, "mapping")
    if load.find(flow.mapping, project.roots) is None:
        yield words.unknown_mapping(place, flow.mapping, project.roots.names("mappings", ".yaml"))
        return
    try:
        mapping = load.load_mapping(flow.mapping, project.roots)
    except Problems as problems:
        yield from (item for item in problems.diagnostics if isinstance(item, Diagnostic))
        return
    wanted = flows.kinds_read(flow.source, around(file))[flow.kind]
    if mapping.source != wanted:
        yield words.wrong_source(place, flow.mapping, mapping.source, wanted)
    yield from _params(flow.params, mapping, node, flow.span)
    yield from _check_flow_tables(flow, mapping, project, node)
    yield from _check_target(flow, mapping, project, node)
    stored = registry.load(project.connections[flow.source].connector).stored
    if stored and mapping.target == "recognition" and project.accounting.recognition == "none":
        yield words.nothing_deferred(_place(node, "from"), flow.name)


def _check_flow_tables(flow: Flow, mapping: Compiled, project: Project, node: Node) -> Iterator[Diagnostic]:
    """A table that the mapping takes from the connection stands at the target or at the source."""
    own = {spec.name: spec for spec in filter(_from_connection, mapping.tables)}
    there = {**project.connections[flow.source].tables, **project.connections[flow.target].tables}
    for name in _lacking(own, there, own):
        by = f"the mapping {mapping.name!r}"
        yield words.lacking_table(_place(node, "mapping"), name, flow.target, by, (*own[name].keys, *own[name].gives))


def _flow_mappings(connection: Connection, project: Project) -> Iterator[Compiled]:
    """The mappings of flows that read from the connection or go to it; what is wrong with them is told there."""
    for flow in project.flows.values():
        if connection.name in (flow.source, flow.target) and load.find(flow.mapping, project.roots) is not None:
            with suppress(Problems):
                yield load.load_mapping(flow.mapping, project.roots, checked=False)


def _check_target(flow: Flow, mapping: Compiled, project: Project, node: Node) -> Iterator[Diagnostic]:
    takes = registry.load(project.connections[flow.target].connector).takes
    kind = flows.DELIVERED.get(mapping.target)
    if kind is None and mapping.target in takes:
        yield words.not_delivered(_place(node, "mapping"), mapping.target)
    elif kind is None or kind not in takes:
        yield words.not_taken(_place(node, "to"), kind or mapping.target, flow.target, takes)
    else:
        yield from flows.check_policy(node, kind, takes[kind], flow.target)
        if "oss" in takes[kind].lacks and kind == "invoice" and project.accounting.oss == "registered":
            yield words.not_booked(_place(node, "to"), flow.target, "oss")
        yield from wishes.check_wishes(node, flow, kind, takes)


def _params(said: Mapping[str, Any], mapping: Compiled, node: Node, owner: Span) -> tuple[Diagnostic, ...]:
    """What is wrong with the params that a flow or a connection sets for a mapping."""
    missing = nearest(node, ["with"]) if at(node, ["with"]) else owner
    places = {param.name: missing for param in mapping.params}
    set_here = {name: _value_place(node, ["with", name]) for name in said if name in places}
    unknown = {name: nearest(node, ["with", name]) for name in said if name not in places}
    return mapping.param_problems(said, {**places, **set_here, **unknown})


# --- connections


def _check_connection(connection: Connection, project: Project, file: ProjectFile) -> Iterator[Diagnostic]:
    node, connector = _node(file, "connections", connection.name), registry.load(connection.connector)
    used = {flow.target for flow in project.flows.values()}
    payloads: dict[str, Compiled] = {}
    yield from _check_papers(connection, connector, project, node)
    for kind in connection.mappings:
        if kind.removeprefix("book-") not in connector.takes:
            yield words.no_such_kind(nearest(node, ["mappings", kind]), kind, connection.name, sorted(connector.takes))
    for kind, takes in connector.takes.items():
        yield from _load_payload(connection, kind, takes, project, node, payloads)
    mapped = _from_mappings(_flow_mappings(connection, project))
    yield from _check_tables(connection, connector, payloads, mapped, node, needed=connection.name in used)
    yield from _check_connection_params(connection, payloads, node, needed=connection.name in used)
    taken, broken = snapshot.read_snapshot(project.folder, connection.name)
    yield from broken
    if taken is not None:
        yield from snapshot.check_against(connection, connector, taken)


def _check_papers(connection: Connection, connector: Connector, project: Project, node: Node) -> Iterator[Diagnostic]:
    """Who sends what another connection has booked needs that connection, and its PDFs if they are to go along."""
    for name, schema in connector.settings.get("properties", {}).items():
        if not schema.get("x-connection"):
            continue
        books = str(connection.settings.get(name, ""))
        if books not in project.connections:
            yield words.unknown_connection(_place(node, name), books, project.connections)
        elif (
            connection.settings.get("pdf") == "books"
            and registry.load(project.connections[books].connector).paper is None
        ):
            yield words.no_papers(_place(node, "pdf"), books)


def _load_payload(
    connection: Connection, kind: str, takes: Takes, project: Project, node: Node, into: dict[str, Compiled]
) -> Iterator[Diagnostic]:
    name = payload_mapping(connection, kind)
    place = _value_place(node, ["mappings", kind])
    if load.find(name, project.roots) is None:
        yield words.unknown_mapping(place, name, project.roots.names("mappings", ".yaml"))
        return
    try:
        into[kind] = load.load_mapping(name, project.roots)
    except Problems as problems:
        yield from (item for item in problems.diagnostics if isinstance(item, Diagnostic))
        return
    if into[kind].target != takes.payload:
        yield words.not_a_payload(place, name, into[kind].target, takes.payload)


def _check_tables(
    connection: Connection,
    connector: Connector,
    payloads: Mapping[str, Compiled],
    mapped: Wanted,
    node: Node,
    *,
    needed: bool,
) -> Iterator[Diagnostic]:
    wanted = _wanted_tables(connector, payloads)
    known = {**mapped, **wanted}
    for name, rows in connection.tables.items():
        if name not in known:
            yield words.unknown_table(nearest(node, ["tables", name]), name, connection.name, known)
        else:
            keys, gives, by = known[name]
            yield from tables.check_columns(name, rows, (*keys, *gives), by)
            yield from tables.check_keys(rows, keys)
    own = connector.settings.get("x-tables", {})  # what the connector itself takes it can do without
    for name in _lacking([name for name in wanted if name not in own] if needed else [], connection.tables, wanted):
        keys, gives, by = wanted[name]
        place = nearest(node, ["tables"]) if connection.tables else connection.span
        yield words.lacking_table(place, name, connection.name, by, (*keys, *gives))


def _lacking(needed: Iterable[str], there: Iterable[str], known: Iterable[str]) -> list[str]:
    """What is missing, and not only misspelt, which is a problem of its own already."""
    strange = [name for name in there if name not in known]
    return [name for name in needed if name not in there and not any(closest(other, [name]) for other in strange)]


Wanted = Mapping[str, tuple[tuple[str, ...], tuple[str, ...], str]]


def _wanted_tables(connector: Connector, payloads: Mapping[str, Compiled]) -> Wanted:
    """Tables that the connector itself or its payload mappings take from the connection: keys, gives, who takes it."""
    own = connector.settings.get("x-tables", {})
    wanted = {
        name: (tuple(t["keys"]), tuple(t["gives"]), f"the connector {connector.name!r}") for name, t in own.items()
    }
    return {**_from_mappings(payloads.values()), **wanted}


def _from_mappings(mappings: Iterable[Compiled]) -> Wanted:
    wanted: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {}
    for mapping in mappings:
        for spec in filter(_from_connection, mapping.tables):
            wanted.setdefault(spec.name, (spec.keys, spec.gives, f"the mapping {mapping.name!r}"))
    return wanted


def _from_connection(spec: TableSpec) -> bool:
    return spec.rows.kind == "connection"


def _check_connection_params(
    connection: Connection, payloads: Mapping[str, Compiled], node: Node, *, needed: bool
) -> Iterator[Diagnostic]:
    """A parameter that the connection sets is one of some payload mapping; one without default must be set."""
    owners = {param.name: mapping for mapping in payloads.values() for param in mapping.params}
    said = connection.params
    for name in (name for name in said if name not in owners):
        yield words.unknown_param(nearest(node, ["with", name]), name, connection.name, owners)
    demanded = {param.name for mapping in owners.values() for param in mapping.params if not param.has_default}
    lacking = _lacking(sorted(demanded) if needed else [], said, owners)
    for mapping in dict.fromkeys(owners[name] for name in owners if name in said or name in lacking):
        own = {param.name for param in mapping.params} & set(said)
        yield from _params({name: said[name] for name in sorted(own)}, mapping, node, connection.span)


# --- places


def _node(file: ProjectFile, group: str, name: str) -> Node:
    found = at(file.node, [group, name])
    assert found is not None  # the project was made from this very node
    return found


def _place(node: Node, name: str) -> Span:
    return _value_place(node, [name])


def _value_place(node: Node, path: list[str | int]) -> Span:
    found = at(node, path)
    return found.span if found is not None else nearest(node, path)
