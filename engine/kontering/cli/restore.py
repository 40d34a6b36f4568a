"""`kontering restore`: a backup in the place of a project's store."""

from __future__ import annotations

from pathlib import Path

import click

from kontering.cli import output
from kontering.cli.options import open_project, project_option
from kontering.store import backups


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Also over a store that has something in it.")
@project_option
@output.json_option
def command(file: Path, replace: bool, folder: Path | None, as_json: bool) -> None:
    """Put a backup in the place of a project's store.

    Stop all workers first. What was delivered after the backup is not in it: from now on each step that the store
    doesn't know is looked up in the target before it is sent.

    \b
    Examples:
      kontering restore /backup/acme-2026-03-01.db
      kontering restore /backup/acme-2026-03-01.db --replace
    """
    project = open_project(folder)
    backups.restore(project.store, file, project=project.name, replace=replace)
    if as_json:
        output.write_json({"file": file, "project": project.name})
    else:
        output.say(f"{project.name}: its store is {file} now; the next run looks up what it doesn't know")
