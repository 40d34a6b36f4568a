"""`kontering backup`: a copy of a project's store, while it is in use."""

from __future__ import annotations

from pathlib import Path

import click

from kontering.cli import output
from kontering.cli.options import open_project, project_option
from kontering.store import backups
from kontering.store.store import Store


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@project_option
@output.json_option
def command(file: Path, folder: Path | None, as_json: bool) -> None:
    """Copy a project's store, while it is in use.

    The copy is one SQLite file, also if the store is in PostgreSQL; it holds personal data, and you alone can read it.

    \b
    Examples:
      kontering backup /backup/acme-2026-03-01.db
    """
    project = open_project(folder)
    with Store.open(project.store, project=project.name) as store:
        size = backups.backup(store, file)
    if as_json:
        output.write_json({"file": file, "bytes": size})
    else:
        output.say(f"{file}: {size // 1024} KB, checked")
