"""`kontering doctor`: what is fine with a connection, what is missing, and how to make it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from kontering.cli import output
from kontering.cli.options import open_project, project_option
from kontering.connectors import registry
from kontering.project.project import Project
from kontering.sync import doctor
from kontering.sync.findings import Finding, worst

EXIT = {"fine": 0, "unknown": 0, "missing": 1, "trouble": 3}


@click.command("doctor")
@click.argument("connections", nargs=-1, metavar="[CONNECTION…]")
@project_option
@output.json_option
@click.pass_context
def command(ctx: click.Context, connections: tuple[str, ...], folder: Path | None, as_json: bool) -> None:
    """Try connections: credentials, rights, clock, tables against what is there, open periods.

    It only reads. For each thing it says what is fine, what is missing and how to make it. Without CONNECTION it
    tries all of the project. Exit code 1 if something is missing, 3 if a system doesn't answer.

    \b
    Examples:
      kontering doctor
      kontering doctor books --json
    """
    project = open_project(folder)
    told: list[tuple[str, list[Finding]]] = []
    for name in doctor.names_of(project, connections):
        output.note(f"{name}: asking {registry.load(project.connections[name].connector).title} …")
        told.append((name, list(doctor.examine(project, name))))
        if not as_json:
            _write(project, *told[-1])
    if as_json:
        output.write_json({"connections": [_json(project, name, found) for name, found in told]})
    ctx.exit(max(EXIT[worst(found)] for _, found in told))


def _write(project: Project, name: str, found: list[Finding]) -> None:
    output.say(output.bold(f"{name} ({registry.load(project.connections[name].connector).title})"))
    wide = max((len(one.about) for one in found), default=0)
    for one in found:
        output.say(f"  {_PAINT[one.state](one.state.ljust(7))}  {one.about.ljust(wide)}  {one.says}")
        for line in _more(one):
            output.say(" " * (wide + 13) + line)


def _more(one: Finding) -> Iterator[str]:
    if one.span is not None:
        yield output.dim(str(one.span))
    if one.way:
        yield f"→ {one.way}"


def _json(project: Project, name: str, found: list[Finding]) -> dict[str, Any]:
    rows = [
        {"about": one.about, "state": one.state, "says": one.says, "way": one.way, "place": str(one.span or "")}
        for one in found
    ]
    connector = project.connections[name].connector
    return {"connection": name, "connector": connector, "state": worst(found), "findings": rows}


_PAINT = {"fine": output.good, "missing": output.bad, "trouble": output.bad, "unknown": output.careful}
