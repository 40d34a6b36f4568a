"""`kontering plan`: what a run would do and post, and why; nothing is written anywhere."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import os
from pathlib import Path
from typing import Any

import click

from kontering import __version__
from kontering.cli import drawn, output, progress
from kontering.cli.fixture import save_fixture
from kontering.cli.inputs import input_option, sources_of
from kontering.cli.options import check_flows, open_checked, project_option
from kontering.mapping.roots import display
from kontering.project.project import Project
from kontering.store.store import Store
from kontering.sync.dry import Report, as_json, dry_run
from kontering.sync.progress import Tell, Unreadable
from kontering.sync.wiring import Wired, wire


@click.command("plan")
@click.argument("flows", nargs=-1, metavar="[FLOW…]")
@input_option
@click.option(
    "--since", type=click.DateTime(formats=["%Y-%m-%d"]), metavar="DAY", help="Only documents of this day or later."
)
@click.option("--offline", is_flag=True, help="Ask no target; steps then say `find or create`.")
@click.option("--brief", is_flag=True, help="One line a document.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save the plan as JSON, readable by you alone: it names your customers.",
)
@click.option(
    "--save-fixture", "key", metavar="KEY", help="Plan nothing: keep this record as a fixture, personal data masked."
)
@click.option("--planned", is_flag=True, help="With --save-fixture: the document that is planned from it.")
@project_option
@output.json_option
@click.pass_context
def command(
    ctx: click.Context,
    flows: tuple[str, ...],
    input_file: Path | None,
    since: dt.datetime | None,
    offline: bool,
    brief: bool,
    out: Path | None,
    key: str | None,
    planned: bool,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Show what would be done and posted. Changes nothing.

    For each document: its steps in order with their reasons, what it comes to under each VAT code, and its postings;
    then what is held or skipped, and why. Sources are read and targets asked, but nothing can be written.

    \b
    Examples:
      kontering plan
      kontering plan orders --since 2026-03-01 --brief
      kontering plan --input orders.jsonl --offline
      kontering plan --out plan.json
      kontering plan --save-fixture shop/order/5101
    """
    project = open_checked(folder)
    if key is not None:
        _keep(key, project, out, planned=planned)
        return
    check_flows(project, flows)
    wired = wire(project, flows, sources=sources_of(input_file, project, flows))
    with Store.open(project.store, project=project.name, read_only=True) as store, progress.shown() as tell:
        report = dry_run(store, wired, offline=offline, since=since.date() if since else None, tell=_counting(tell))
    if out is not None:
        _save(_plan(report, project, wired), out)
    _write(report, project, wired, brief=brief, as_json=as_json)
    ctx.exit(exit_code(report))


def _keep(key: str, project: Project, out: Path | None, *, planned: bool) -> None:
    path = save_fixture(key, project, out, planned=planned)
    output.say(f"given: {{file: {path.parent.name}/{path.name}}}" if out is None else f"given: {{file: {out}}}")
    output.note(f"{display(path)} written, with personal data masked: read it before you share it")


def _counting(tell: Tell) -> Tell:
    """Only how far it is: what can't be read stands in the report."""
    return lambda event: None if isinstance(event, Unreadable) else tell(event)


def exit_code(report: Report) -> int:
    counts = report.counts()
    return 1 if counts["held"] or counts["failed"] or report.unreadable else 0


def _write(report: Report, project: Project, wired: Wired, *, brief: bool, as_json: bool) -> None:
    if as_json:
        output.write_json(_plan(report, project, wired))
    else:
        drawn.report(report, brief=brief)


def _plan(report: Report, project: Project, wired: Wired) -> dict[str, Any]:
    """The report with who made it, and the digests of what it was made with."""
    return {"kontering": 1, "by": getpass.getuser(), "digests": digests_of(project, wired), **as_json(report)}


def digests_of(project: Project, wired: Wired) -> dict[str, Any]:
    """What a plan depends on beside records and target."""
    mappings = {name: flow.maker.mapping.digest for name, flow in sorted(wired.flows.items())}
    return {"engine": __version__, "project": project.digest, "mappings": mappings}


def _save(plan: dict[str, Any], path: Path) -> None:
    """Written beside, then moved: a plan is there whole, or not at all; nobody else may read it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    text = json.dumps(output.simple(plan), ensure_ascii=False, indent=1) + "\n"
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    beside.replace(path)
    output.note(f"{path} written")
