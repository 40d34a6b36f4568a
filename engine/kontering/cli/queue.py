"""`kontering queue`: what needs a person, and the few things that a person can decide."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path

import click

from kontering.cli import bank_queue, decisions, moments, output
from kontering.cli.options import open_project, project_option
from kontering.errors import Misuse
from kontering.store.store import Store, milliseconds
from kontering.sync import status
from kontering.sync.status import NEEDS_A_PERSON, Changed, Entry, History

STATES = ("held", "failed", "unsure", "waiting", "skipped", "done")


@click.group("queue")
def command() -> None:
    """List what needs a person; retry it, or skip it with a reason.

    A document is named by its key, `shop/order/5121`, or without the connection where that is clear: `order/5121`.

    \b
    Examples:
      kontering queue list
      kontering queue retry shop/order/5131
      kontering queue skip shop/order/5131 --reason "booked by hand, voucher 118"
    """


@command.command("list")
@click.option(
    "--state", "states", multiple=True, type=click.Choice(STATES), help="Only these; may be given several times."
)
@click.option("--flow", help="Only documents of this flow.")
@click.option("--limit", type=click.IntRange(1), help="At most so many, those that wait longest first.")
@project_option
@output.json_option
def list_(states: tuple[str, ...], flow: str | None, limit: int | None, folder: Path | None, as_json: bool) -> None:
    """What is held, failed or unsure, with the reason and the way on.

    \b
    Examples:
      kontering queue list
      kontering queue list --state waiting --flow orders
    """
    with _opened(folder, read_only=True) as store:
        found = status.queue(store, states=states or NEEDS_A_PERSON, flow=flow, limit=limit)
    output.write_json({"documents": found}) if as_json else _write(found)


def _write(found: Sequence[Entry]) -> None:
    if not found:
        output.say("Nothing needs a person.")
    now = milliseconds()
    for entry in found:
        what = f"{entry.kind.replace('_', ' ')} {entry.number}".rstrip()
        place = f"{what}, flow {entry.flow} to {entry.connection}, since {moments.age(entry.since, now)}"
        output.say(f"{output.careful(entry.state)} {output.bold(entry.key)}  {output.dim(place)}")
        output.say(f"  {entry.code}: {entry.reason}" if entry.code else f"  {entry.reason}")
        for line in output.behind(entry.problems, entry.reason):
            output.say(f"    {line}")
    if found:
        output.say()
        way = (
            "`kontering queue replay KEY`"
            if _all_done(found)
            else "`kontering queue retry KEY`, or `skip KEY --reason …`"
        )
        output.say(f"{output.count(len(found), 'document')}: {way}.")


def _all_done(found: Sequence[Entry]) -> bool:
    return all(entry.state in ("done", "skipped") for entry in found)


@command.command()
@click.argument("key")
@project_option
@output.json_option
def show(key: str, folder: Path | None, as_json: bool) -> None:
    """All that is known of a document: its editions, every step with its receipt, and who did what.

    \b
    Examples:
      kontering queue show shop/order/5131
    """
    with _opened(folder, read_only=True) as store:
        found = status.history(store, key)
    if found is None:
        raise Misuse(f"No document has the key {key!r}; it is CONNECTION/KIND/ID, as in shop/order/5131.")
    output.write_json(found) if as_json else _show(found)


def _show(found: History) -> None:
    output.say(output.bold(found.key))
    for edition in found.editions:
        why = f", {edition.code}: {edition.reason}" if edition.reason else ""
        place = f"flow {edition.flow} to {edition.connection}"
        output.say(
            f"  {moments.clock(edition.seen_at)}  read as version {edition.version}, {place}: {edition.state}{why}"
        )
        for line in output.behind(edition.problems, edition.reason):
            output.say(f"      {line}")
    for step in found.deliveries:
        what = f"{step.action} {step.kind.replace('_', ' ')} {step.key}"
        answer = f"{step.number or step.id}".strip()
        said = f" → {answer}" if answer else f": {step.trouble}" if step.trouble else ""
        output.say(
            f"  {moments.clock(step.done_at or step.sent_at)}  {step.state}: {what}{said}  {output.dim(step.reason)}"
        )
    for entry in found.audit:
        if entry.who != "kontering":  # its steps stand above
            why = f", {entry.data['because']}" if "because" in entry.data else ""
            output.say(f"  {moments.clock(entry.at)}  {entry.who}: {entry.what}{why}")


@command.command()
@click.argument("keys", nargs=-1, metavar="[KEY…]")
@click.option("--all", "everything", is_flag=True, help="All that is held or failed.")
@project_option
@output.json_option
@click.pass_context
def retry(ctx: click.Context, keys: tuple[str, ...], everything: bool, folder: Path | None, as_json: bool) -> None:
    """Prepare documents anew from their records, and let the next run go on with them.

    \b
    Examples:
      kontering queue retry shop/order/5131
      kontering queue retry --all
    """
    with _opened(folder) as store:
        chosen = keys or tuple(entry.key for entry in status.queue(store, states=("held", "failed")) if everything)
        if not chosen and not everything:
            raise Misuse("Which documents? Name their keys, or --all.")
        _told(ctx, status.retry(store, chosen, who=getpass.getuser()), "tried again by the next run", as_json)


@command.command()
@click.argument("keys", nargs=-1, required=True, metavar="KEY…")
@click.option("--reason", required=True, help="Why; it is kept with your name.")
@project_option
@output.json_option
@click.pass_context
def skip(ctx: click.Context, keys: tuple[str, ...], reason: str, folder: Path | None, as_json: bool) -> None:
    """Leave documents out for good; who did it and why is kept.

    \b
    Examples:
      kontering queue skip shop/order/5131 --reason "booked by hand, voucher 118"
    """
    with _opened(folder) as store:
        _told(ctx, status.skip(store, keys, reason=reason, who=getpass.getuser()), "skipped", as_json)


for each in (*decisions.COMMANDS, *bank_queue.COMMANDS):
    command.add_command(each)


def _opened(folder: Path | None, *, read_only: bool = False) -> Store:
    project = open_project(folder)
    return Store.open(project.store, project=project.name, read_only=read_only)


def _told(ctx: click.Context, changed: Changed, what: str, as_json: bool) -> None:
    if as_json:
        output.write_json(changed)
    else:
        for key in changed.keys:
            output.say(f"{key}: {what}")
        for key, why in changed.left.items():
            output.say(f"{key}: left as it is, {why}")
    ctx.exit(1 if changed.left else 0)
