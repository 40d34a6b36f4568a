"""`kontering status`: what is where, flow by flow."""

from __future__ import annotations

from pathlib import Path

import click

from kontering.cli import moments, output
from kontering.cli.options import open_project, project_option
from kontering.project.project import Project
from kontering.store.store import Store, milliseconds
from kontering.sync.status import NEEDS_A_PERSON, Status
from kontering.sync.status import status as status_of

STATES = ("done", "waiting", "held", "failed", "unsure", "skipped")


@click.command("status")
@project_option
@output.json_option
def command(folder: Path | None, as_json: bool) -> None:
    """Count what is done, waiting, held, failed or unsure.

    \b
    Examples:
      kontering status
      kontering status --json
    """
    project = open_project(folder)
    with Store.open(project.store, project=project.name, read_only=True) as store:
        found = status_of(store)
    output.write_json(found) if as_json else _write(found, project)


def _write(found: Status, project: Project) -> None:
    now, known = milliseconds(), {flow.name: flow for flow in found.flows}
    rows = []
    for name in sorted({*project.flows, *known}):
        flow = known.get(name)
        counts = [str(flow.counts.get(state, 0)) if flow else "0" for state in STATES]
        read = f"{moments.age(flow.read_at, now)} ago" if flow and flow.read_at else "never"
        oldest = moments.age(flow.oldest, now) if flow and flow.oldest else ""
        rows.append((name, *counts, read, oldest))
    output.table(("flow", *STATES, "read", "oldest"), rows, right=range(1, len(STATES) + 1))
    for connection in found.connections:
        if connection.stopped:
            output.say(f"{output.bad(connection.name)} is stopped: {connection.stopped}")
        else:
            until = moments.clock(connection.rests_until)
            output.say(f"{output.careful(connection.name)} rests until {until}: {connection.trouble or 'asked to'}")
    if any(found.counts.get(state) for state in NEEDS_A_PERSON):
        output.say("`kontering queue list` shows what needs a person.")
