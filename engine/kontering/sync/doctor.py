"""Is a connection fit for its work? Credentials, rights, clock, tables against what the system has now, open periods.

Everything is a read. What can't be known without writing is said to be unknown, never fine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import httpx

from kontering.connectors import registry
from kontering.diagnostics import Diagnostic
from kontering.errors import ConnectorError, Denied, Misuse, Problems, Refused, StoreUnusable
from kontering.project import opened
from kontering.project.parts import Connection, Project
from kontering.project.secrets import Secret
from kontering.sdk import http
from kontering.sdk.connector import Connector, Source, Target
from kontering.store.store import Store
from kontering.sync import condition
from kontering.sync.findings import Finding, Seen
from kontering.sync.granted import tokens_of

LAST = ("reference", "email", "sku", "key", "number", "name")
NOBODY = "kontering-doctor"
"""What is looked for to see whether looking is allowed: nothing is called so."""


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def examine(
    project: Project,
    name: str,
    *,
    transport: httpx.BaseTransport | None = None,
    now: Callable[[], dt.datetime] = utc_now,
) -> Iterator[Finding]:
    """Everything that can be said of a connection, in the order in which it is found out."""
    connection = project.connections[name]
    connector = registry.load(connection.connector)
    try:
        settings = opened.settings_of(connection, project)
    except Problems as problems:
        yield from (_of("secrets", one) for one in problems.diagnostics if isinstance(one, Diagnostic))
        return
    yield from _secrets(connection)
    seen = Seen(now)
    if connector.embedded is not None:
        yield from _embedded(project, connection, connector, settings, seen)
    elif connector.knock is not None:
        yield from _door(connector, connector.knock, settings)
    elif connector.source is None and connector.target is None:
        yield Finding(about="reading", state="unknown", says=f"{connector.title} can't be asked anything")
    else:
        yield from _over_the_network(project, connection, connector, settings, seen, transport)


def _over_the_network(
    project: Project,
    connection: Connection,
    connector: Connector,
    settings: Mapping[str, Any],
    seen: Seen,
    transport: httpx.BaseTransport | None,
) -> Iterator[Finding]:
    try:
        tokens = tokens_of(project, connection.name, connector, settings)
    except Misuse as no:
        way = f"`kontering connect {connection.name}` grants it in the browser"
        yield Finding(about="access", state="missing", says=str(no), way=way)
        return
    with http.client(connector, settings, transport=transport, read_only=True, tokens=tokens) as client:
        client.event_hooks = {"response": [seen.hears]}
        source = connector.source(settings, client) if connector.source else None
        target = connector.target(settings, client) if connector.target else None
        rights = list(_rights(project, connection, connector, source, target, seen))
        yield from _told(connector, rights)
        yield from condition.clock(seen)
        if any(one.state == "fine" for one in rights):
            yield from condition.reference(project, connection, connector, seen)
            yield from condition.groups(project, connection, connector, seen)
            yield from condition.periods(connector, seen)
            yield from condition.named_things(project, connection, target)
            yield from _writing(connector, connection, project)


def _embedded(
    project: Project, connection: Connection, connector: Connector, settings: Mapping[str, Any], seen: Seen
) -> Iterator[Finding]:
    """The books in the store need no credentials; they are there with the first document."""
    assert connector.embedded is not None
    try:
        with Store.open(project.store, project=project.name, read_only=True) as store, store.look() as tx:
            source = cast(Source, connector.embedded(settings, tx.connection))
            rights = list(_rights(project, connection, connector, source, None, seen))
    except StoreUnusable as trouble:
        yield Finding(about="store", state="trouble", says=str(trouble))
        return
    yield from _told(connector, rights)
    yield from condition.reference(project, connection, connector, seen)


def _door(
    connector: Connector, knock: Callable[[Mapping[str, Any]], str], settings: Mapping[str, Any]
) -> Iterator[Finding]:
    """A system that isn't spoken to over HTTP: is anybody there, and do they let us in?"""
    try:
        said = knock(settings)
    except (Denied, Refused) as no:
        way = f"`kontering docs connectors {connector.name}` says which settings it takes"
        yield Finding(about="credentials", state="missing", says=str(no), way=way)
    except ConnectorError as no:
        yield Finding(about="answer", state="trouble", says=str(no), way="try again; are host and port right?")
    else:
        yield Finding(about="credentials", state="fine", says=f"accepted by {said or connector.title}")


def _secrets(connection: Connection) -> Iterator[Finding]:
    names = [setting.name for setting in connection.settings.values() if isinstance(setting, Secret)]
    if names:
        yield Finding(about="secrets", state="fine", says=f"there: {', '.join(names)}")


# --- rights


def _rights(
    project: Project,
    connection: Connection,
    connector: Connector,
    source: Source | None,
    target: Target | None,
    seen: Seen,
) -> Iterator[Finding]:
    """One reading call, or all of a list, for every kind that this project needs; the first dead end is the last."""
    asks: list[tuple[str, Callable[[], object]]] = []
    if source is not None:
        asks += [(kind, _reading(source, kind, connector, seen)) for kind in _kinds(project, connection, connector)]
    if target is not None:
        asks += [(kind, _looking(target, kind, by)) for kind, by in _looked_for(connector, connection, project)]
    for kind, ask in asks:
        found = _asked(kind, ask)
        yield found
        if found.state == "trouble":
            return


def _kinds(project: Project, connection: Connection, connector: Connector) -> list[str]:
    read = {flow.kind for flow in project.flows.values() if flow.source == connection.name}
    return [kind for kind, reads in connector.reads.items() if reads.reference or kind in read]


def _looked_for(connector: Connector, connection: Connection, project: Project) -> Iterator[tuple[str, str]]:
    """Kinds that a flow's documents need to be looked for, and by what."""
    if not _is_target(connection, project):
        return
    for kind, takes in connector.takes.items():
        by = next((term for term in LAST if term in takes.finds), None)
        if by is not None:
            yield kind, by


def _reading(source: Source, kind: str, connector: Connector, seen: Seen) -> Callable[[], object]:
    def read() -> object:
        pages = source.read(kind, None)
        if not connector.reads[kind].reference:
            return next(iter(pages), None)
        seen.records[kind] = {record.id: record.data for page in pages for record in page.records}
        return None

    return read


def _looking(target: Target, kind: str, by: str) -> Callable[[], object]:
    return lambda: target.find(kind, {by: NOBODY})


def _asked(kind: str, ask: Callable[[], object]) -> Finding:
    what = kind.replace("_", " ")
    try:
        ask()
    except Denied as no:
        return Finding(about="rights", state="missing", says=f"{what}: {no}", way="see the page of the connector")
    except Refused as no:
        return Finding(about="rights", state="missing", says=f"{what} can't be read: {no}")
    except ConnectorError as no:
        return Finding(about="answer", state="trouble", says=str(no), way="try again; is the url right?")
    return Finding(about="rights", state="fine", says=what)


def _told(connector: Connector, rights: Sequence[Finding]) -> Iterator[Finding]:
    """What may be read in one line; credentials that open nothing in another."""
    fine = list(dict.fromkeys(one.says for one in rights if one.state == "fine"))
    denied = [one for one in rights if one.state == "missing"]
    if fine:
        yield Finding(about="credentials", state="fine", says=f"accepted by {connector.title}")
        yield Finding(about="rights", state="fine", says=f"may read {', '.join(fine)}")
    elif denied:
        way = f"`kontering docs connectors {connector.name}` says where they are made"
        yield replace(denied[0], about="credentials", says=denied[0].says.partition(": ")[2], way=way)
        denied = []
    yield from denied
    yield from (one for one in rights if one.state == "trouble")
    if not rights:
        yield Finding(about="use", state="unknown", says="no flow of this project reads from it or delivers to it")


def _writing(connector: Connector, connection: Connection, project: Project) -> Iterator[Finding]:
    if connector.takes and _is_target(connection, project):
        says = "whether it may write shows with the first document: nothing was written to find out"
        yield Finding(about="writing", state="unknown", says=says)


def _is_target(connection: Connection, project: Project) -> bool:
    return any(condition.flows_to(connection, project))


def _of(about: str, problem: Diagnostic) -> Finding:
    return Finding(about=about, state="missing", says=problem.message, way=problem.hint or "", span=problem.span)


def names_of(project: Project, names: Sequence[str]) -> tuple[str, ...]:
    """The connections that are meant: those that are named, or all."""
    for name in names:
        if name not in project.connections:
            raise Misuse(f"There is no connection {name!r}; there are {', '.join(project.connections)}")
    return tuple(names) or tuple(project.connections)
