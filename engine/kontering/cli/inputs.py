"""Records from a file that is named on the command line, in place of a flow's own source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from kontering.connectors import registry
from kontering.errors import Misuse
from kontering.project.project import Flow, Project
from kontering.sdk.connector import Source

F = TypeVar("F", bound=Callable[..., Any])


def input_option(command: F) -> F:
    """`--input FILE`."""
    return click.option(
        "--input",
        "input_file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Records from a file (JSON, JSON Lines, CSV) in place of the source.",
    )(command)


def sources_of(path: Path | None, project: Project, flows: tuple[str, ...]) -> Mapping[str, Source]:
    """The sources that stand in for the flows' own: none without a file."""
    if path is None:
        return {}
    chosen = [project.flows[name] for name in flows or project.flows]
    if len({(flow.source, flow.kind) for flow in chosen}) > 1:
        raise Misuse("--input holds records of one kind: name the flow that it is for.")
    return {flow.name: _file(path, flow, project) for flow in chosen}


def _file(path: Path, flow: Flow, project: Project) -> Source:
    """The file's records under the name of the flow's connection, so that their keys are the same."""
    connection = project.connections[flow.source]
    files = registry.load("files")
    assert files.source is not None
    settings = {
        "name": flow.source,
        "system": connection.settings.get("system", connection.connector),
        "folder": str(path.resolve().parent),
        "kinds": {flow.kind: {"files": path.name}},
    }
    return files.source(settings, cast(Any, None))  # files need no client
