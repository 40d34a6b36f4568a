"""`kontering pull`: saves a connection's reference data, so that `check` can prove tables against it offline."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import click

from kontering.cli import output
from kontering.cli.options import open_project, project_option
from kontering.connectors import registry
from kontering.errors import Misuse
from kontering.mapping.roots import display
from kontering.project.opened import settings_of
from kontering.project.project import Connection, Project
from kontering.project.snapshot import Snapshot, write_snapshot
from kontering.project.words import near_or_all
from kontering.sdk import http
from kontering.sdk.connector import Connector, Source
from kontering.store.store import Store
from kontering.sync.granted import tokens_of


@click.command("pull")
@click.argument("connections", nargs=-1, metavar="[CONNECTION…]")
@project_option
@output.json_option
def command(connections: tuple[str, ...], folder: Path | None, as_json: bool) -> None:
    """Save a connection's accounts, VAT codes and other reference data for `check`.

    It only reads. The snapshot is a file of the project, snapshots/CONNECTION.json: commit it, and `check` proves
    in CI that every account and code that a table can yield exists. Without CONNECTION it pulls all that have any.

    \b
    Examples:
      kontering pull
      kontering pull books
    """
    project = open_project(folder)
    written = [_pull(connection, project) for connection in _chosen(project, connections)]
    if as_json:
        output.write_json({"snapshots": written})
    elif not written:
        output.say("no connection of this project has reference data")
    for done in () if as_json else written:
        kinds = ", ".join(f"{count} {kind}" for kind, count in done["records"].items())
        output.say(f"{done['connection']}: {kinds} → {done['file']}")


def _chosen(project: Project, names: tuple[str, ...]) -> list[Connection]:
    for name in names:
        if name not in project.connections:
            raise Misuse(f"There is no connection {name!r}; {near_or_all(name, project.connections)}")
    chosen = [project.connections[name] for name in names] or list(project.connections.values())
    return [connection for connection in chosen if _kinds(registry.load(connection.connector))]


def _kinds(connector: Connector) -> list[str]:
    return [kind for kind, reads in connector.reads.items() if reads.reference]


def _pull(connection: Connection, project: Project) -> dict[str, Any]:
    connector = registry.load(connection.connector)
    with _source(connection, connector, project) as source:
        records = {kind: _records(source, kind, connection.name) for kind in _kinds(connector)}
    taken = Snapshot(connection=connection.name, connector=connector.name, records=records)
    path = write_snapshot(project.folder, taken)
    count = {kind: len(there) for kind, there in records.items()}
    return {"connection": connection.name, "file": display(path), "records": count}


def _records(source: Source, kind: str, connection: str) -> dict[str, Any]:
    output.note(f"{connection}: reading {kind} …")
    found = {record.id: record.data for page in source.read(kind, None) for record in page.records}
    return dict(sorted(found.items()))


@contextmanager
def _source(connection: Connection, connector: Connector, project: Project) -> Iterator[Source]:
    """The connection, opened for reading only."""
    settings = settings_of(connection, project)
    if connector.embedded:
        with Store.open(project.store, project=project.name, read_only=True) as store, store.look() as tx:
            yield cast(Source, connector.embedded(settings, tx.connection))  # embedded books can be read as well
    elif connector.source:
        tokens = tokens_of(project, connection.name, connector, settings)
        with http.client(connector, settings, read_only=True, tokens=tokens) as client:
            yield connector.source(settings, client)
    else:
        raise Misuse(f"{connection.name!r} can't be read.")
