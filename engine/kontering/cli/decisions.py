"""The rest of `kontering queue`: replay, resolve, cancel, pause, resume."""

from __future__ import annotations

import datetime as dt
import getpass
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from kontering.cli import output
from kontering.cli.options import open_project, project_option
from kontering.store.store import Store
from kontering.sync import people
from kontering.sync.people import Choice
from kontering.sync.status import Changed

F = TypeVar("F", bound=Callable[..., Any])
DAY = click.DateTime(formats=["%Y-%m-%d"])


def choice_options(command: F) -> F:
    """Keys, a flow, or days."""
    command = click.option("--until", type=DAY, metavar="DAY", help="Documents of this day or earlier.")(command)
    command = click.option("--since", type=DAY, metavar="DAY", help="Documents of this day or later.")(command)
    command = click.option("--flow", help="Documents of this flow.")(command)
    return click.argument("keys", nargs=-1, metavar="[KEY…]")(command)


def _choice(keys: tuple[str, ...], flow: str | None, since: dt.datetime | None, until: dt.datetime | None) -> Choice:
    return Choice(keys=keys, flow=flow, since=since and since.date(), until=until and until.date())


@click.command()
@choice_options
@project_option
@output.json_option
@click.pass_context
def replay(
    ctx: click.Context,
    keys: tuple[str, ...],
    flow: str | None,
    since: dt.datetime | None,
    until: dt.datetime | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Prepare documents anew from their records, also those that are done; what has happened isn't done again.

    For after a mapping was mended: what differs from what was sent is changed in drafts, and held where it is booked.

    \b
    Examples:
      kontering queue replay shop/order/5131
      kontering queue replay --flow orders --since 2026-03-01 --until 2026-03-31
    """
    with _opened(folder) as store:
        changed = people.replay(store, _choice(keys, flow, since, until), who=getpass.getuser())
    _told(ctx, changed, "prepared anew by the next run", as_json)


@click.command()
@choice_options
@click.option("--reason", default="", help="Why; it is kept with your name.")
@project_option
@output.json_option
@click.pass_context
def cancel(
    ctx: click.Context,
    keys: tuple[str, ...],
    flow: str | None,
    since: dt.datetime | None,
    until: dt.datetime | None,
    reason: str,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Don't deliver documents that wait; what is in the target already stays there.

    \b
    Examples:
      kontering queue cancel shop/order/5131 --reason "a test order"
      kontering queue cancel --flow orders --until 2025-12-31
    """
    with _opened(folder) as store:
        changed = people.cancel(store, _choice(keys, flow, since, until), reason=reason, who=getpass.getuser())
    _told(ctx, changed, "cancelled", as_json)


@click.command()
@click.argument("key")
@click.option("--happened/--did-not-happen", "happened", required=True, default=None, help="What you found there.")
@click.option("--id", "id_", default="", help="Its id in the target, if it is there.")
@click.option("--number", default="", help="Its printed number, if it has one.")
@project_option
@output.json_option
@click.pass_context
def resolve(
    ctx: click.Context, key: str, happened: bool, id_: str, number: str, folder: Path | None, as_json: bool
) -> None:
    """Say what became of a step whose answer was lost, having looked in the target.

    \b
    Examples:
      kontering queue resolve shop/order/5131 --happened --id 318
      kontering queue resolve shop/order/5131 --did-not-happen
    """
    with _opened(folder) as store:
        changed = people.resolve(store, key, happened=happened, id_=id_, number=number, who=getpass.getuser())
    _told(ctx, changed, "goes on with the next run", as_json)


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
@click.option("--reason", default="", help="Why; it is kept with your name.")
@project_option
@output.json_option
def pause(names: tuple[str, ...], reason: str, folder: Path | None, as_json: bool) -> None:
    """Stop flows or connections until somebody resumes them; calls in flight come to their end.

    \b
    Examples:
      kontering queue pause books --reason "year end"
      kontering queue pause orders
    """
    project = open_project(folder)
    with _opened(folder) as store:
        done = people.pause(store, project, names, reason=reason, who=getpass.getuser())
    _named(done, "paused", as_json)


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
@project_option
@output.json_option
def resume(names: tuple[str, ...], folder: Path | None, as_json: bool) -> None:
    """Let flows or connections go on: after a pause, or once refused credentials are mended.

    \b
    Examples:
      kontering queue resume books
    """
    project = open_project(folder)
    with _opened(folder) as store:
        done = people.resume(store, project, names, who=getpass.getuser())
    _named(done, "goes on", as_json)


COMMANDS = (replay, resolve, cancel, pause, resume)


def _opened(folder: Path | None) -> Store:
    project = open_project(folder)
    return Store.open(project.store, project=project.name)


def _named(names: tuple[str, ...], what: str, as_json: bool) -> None:
    if as_json:
        output.write_json({"names": names, "what": what})
        return
    for name in names:
        output.say(f"{name}: {what}")


def _told(ctx: click.Context, changed: Changed, what: str, as_json: bool) -> None:
    if as_json:
        output.write_json(changed)
    else:
        for key in changed.keys:
            output.say(f"{key}: {what}")
        for key, why in changed.left.items():
            output.say(f"{key}: left as it is, {why}")
    ctx.exit(1 if changed.left else 0)
