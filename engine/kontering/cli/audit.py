"""`kontering audit`: the chain of what was done, verified and exported."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from kontering.cli import output
from kontering.cli.options import open_project, project_option
from kontering.store import audit, codec
from kontering.store.store import Store

COLUMNS = ("seq", "at", "who", "what", "subject", "data", "before", "hash")


@click.group("audit")
def command() -> None:
    """Verify and export who did what, from which record and mapping.

    Each entry holds the hash of the one before it, so that none can be changed or taken out without being seen.

    \b
    Examples:
      kontering audit verify
      kontering audit export > audit.jsonl
    """


@command.command()
@project_option
@output.json_option
@click.pass_context
def verify(ctx: click.Context, folder: Path | None, as_json: bool) -> None:
    """Recompute the whole chain; exit code 1 if an entry was changed or taken out.

    Keep the last hash elsewhere from time to time: it shows that the end of the chain wasn't cut off.

    \b
    Examples:
      kontering audit verify
    """
    project = open_project(folder)
    with Store.open(project.store, project=project.name, read_only=True) as store, store.look() as tx:
        wrong = list(audit.verify(tx))
        number, last = audit.end(tx)
    if as_json:
        output.write_json({"entries": number, "last": last, "problems": wrong})
    else:
        for line in wrong:
            output.say(f"{output.bad('broken')}: {line}")
        if not wrong:
            output.say(f"{output.count(number, 'entry', 'entries')}, whole; the last is {last}")
    ctx.exit(1 if wrong else 0)


@command.command()
@click.option("--since", type=click.DateTime(formats=["%Y-%m-%d"]), metavar="DAY", help="Only entries since this day.")
@project_option
@output.json_option
def export(since: dt.datetime | None, folder: Path | None, as_json: bool) -> None:
    """Print the entries, one JSON object a line, oldest first.

    \b
    Examples:
      kontering audit export --since 2026-01-01
    """
    project = open_project(folder)
    first = 0 if since is None else round(since.replace(tzinfo=dt.UTC).timestamp() * 1000)
    with Store.open(project.store, project=project.name, read_only=True) as store, store.look() as tx:
        for row in audit.since(tx, first):
            click.echo(codec.packed(_line(row)))


def _line(row: Any) -> dict[str, Any]:
    line = {name: getattr(row, name) for name in COLUMNS}
    at = dt.datetime.fromtimestamp(row.at / 1000, tz=dt.UTC).isoformat(timespec="milliseconds")
    return line | {"at": at, "data": codec.unpacked(row.data)}
