"""`kontering run`: reads, plans and delivers what is due, once."""

from __future__ import annotations

from pathlib import Path

import click

from kontering.cli import moments, output, progress
from kontering.cli.inputs import input_option, sources_of
from kontering.cli.options import check_flows, open_checked, project_option
from kontering.store.store import Store
from kontering.sync import dispatch
from kontering.sync.dispatch import Summary
from kontering.sync.wiring import wire


@click.command("run")
@click.argument("flows", nargs=-1, metavar="[FLOW…]")
@input_option
@click.option("--from-start", is_flag=True, help="Read the sources from their beginning; what is known falls out.")
@project_option
@output.json_option
@click.pass_context
def command(
    ctx: click.Context,
    flows: tuple[str, ...],
    input_file: Path | None,
    from_start: bool,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Read, plan and deliver what is due, once.

    It may be stopped or killed at any moment: run it again, and it goes on; nothing is lost and nothing is booked
    twice. Exit code 1 says that documents are held or failed, 3 that a system doesn't answer.

    \b
    Examples:
      kontering run
      kontering run orders --input orders.jsonl
      kontering run --from-start
    """
    project = open_checked(folder)
    check_flows(project, flows)
    wired = wire(project, flows, sources=sources_of(input_file, project, flows))
    with Store.open(project.store, project=project.name) as store, progress.shown() as tell:
        summary = dispatch.run(store, wired, tell=tell, from_start=from_start)
    output.write_json(summary) if as_json else _write(summary)
    ctx.exit(exit_code(summary))


def exit_code(summary: Summary) -> int:
    if summary.troubles:
        return 3
    return 1 if summary.unreadable or any(summary.ended.get(state) for state in ("held", "failed")) else 0


PAINT = {"done": output.good, "held": output.careful, "failed": output.bad, "waiting": output.careful}


def _write(summary: Summary) -> None:
    read = {flow: count for flow, count in summary.read.items() if count}
    ended = {state: count for state, count in summary.ended.items() if count}
    if not read and not ended and not summary.unreadable and not summary.waiting:
        output.say("Nothing to do: everything that the sources have is known and delivered.")
    for flow, count in read.items():
        output.say(f"{flow}: {output.count(count, 'new or changed document')}")
    if ended:
        parts = [PAINT.get(state, output.dim)(f"{count} {state}") for state, count in ended.items()]
        output.say(", ".join(parts))
    _write_rest(summary)


def _write_rest(summary: Summary) -> None:
    """What is left, and the way on."""
    if summary.ended.get("held") or summary.ended.get("failed"):
        output.say("`kontering queue list` shows what needs a person.")
    if summary.unreadable:
        output.say(f"{output.count(summary.unreadable, 'record')} can't be read; the others went on.")
    for trouble in summary.troubles:
        output.say(f"{output.bad(trouble.connection)}: {trouble.trouble}")
    if summary.waiting:
        when = f"; the next is due at {moments.clock(summary.next_due)}" if summary.next_due else ""
        output.say(f"{output.count(summary.waiting, 'document')} still to be delivered{when}: run again.")
