"""`kontering apply`: exactly what a saved plan says, or what has changed since."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from kontering.cli import output, progress
from kontering.cli.options import open_checked, project_option
from kontering.cli.plan import digests_of
from kontering.store.store import Store
from kontering.sync import apply
from kontering.sync.apply import Applied
from kontering.sync.wiring import wire


@click.command("apply")
@click.argument("plan", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sign-off", is_flag=True, help="Do nothing but sign the plan's documents off, with your name.")
@project_option
@output.json_option
@click.pass_context
def command(ctx: click.Context, plan: Path, sign_off: bool, folder: Path | None, as_json: bool) -> None:
    """Do exactly what a saved plan says, or say what has changed since.

    The plan is made again and compared: a document that comes out otherwise is left, with the first difference; a step
    that the plan doesn't have is held. A flow may demand that another person signs off what is above an amount.

    \b
    Examples:
      kontering plan --out plan.json
      kontering apply --sign-off plan.json
      kontering apply plan.json
    """
    project, saved, who = open_checked(folder), apply.load(plan), getpass.getuser()
    wired = wire(project, sorted(saved["digests"].get("mappings", {})))
    digests = digests_of(project, wired)
    with Store.open(project.store, project=project.name) as store, progress.shown() as tell:
        if sign_off:
            found = apply.sign_off(store, wired, saved, digests, who=who)
        else:
            found = apply.apply(store, wired, saved, digests, who=who, tell=tell)
    output.write_json(found) if as_json else _write(found, "signed off" if sign_off else "delivered as reviewed")
    ctx.exit(1 if found.refused or found.left else 0)


def _write(found: Applied, what: str) -> None:
    if found.refused:
        output.say(f"{output.bad('refused')}: {found.refused}. Plan again.")
        return
    for key in found.delivered:
        output.say(f"{key}: {what}")
    for key, why in found.left.items():
        output.say(f"{output.careful(key)}: left, {why}")
    if not found.delivered and not found.left:
        output.say("The plan has nothing to deliver.")
