"""The part of `kontering queue` about bank lines: what those may be that nothing explained, and what they are."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from kontering.cli import output
from kontering.cli.options import open_project, project_option
from kontering.store.store import Store
from kontering.sync import deciding
from kontering.sync.deciding import Choice, Unclear
from kontering.sync.status import Changed
from kontering.sync.wiring import Wired, wire


@click.command()
@click.option("--most", type=click.IntRange(1), default=3, help="So many choices a line, the likeliest first.")
@project_option
@output.json_option
def suggestions(most: int, folder: Path | None, as_json: bool) -> None:
    """Bank lines that nothing explained, with what each may be, how sure that is, and why.

    Learnt from what was confirmed before in this store. Nothing of it is booked before somebody says so.

    \b
    Examples:
      kontering queue suggestions
      kontering queue suggestions --json
    """
    with _opened(folder, read_only=True) as (store, wired):
        found = deciding.unclear(store, wired, most=most)
    output.write_json({"lines": found}) if as_json else _write(found)


def _write(found: Sequence[Unclear]) -> None:
    if not found:
        output.say("Every bank line is explained.")
    for line in found:
        who = f", {line.party}" if line.party else ""
        output.say(f"{output.bold(line.key)}  {line.date} {line.amount} {line.currency} {line.text!r}{who}")
        for choice in line.choices:
            output.say(f"  {choice.score}  {choice.name}: {'; '.join(choice.reasons)}")
            output.say(output.dim(f"        kontering queue {_command(line, choice)}"))
        if not line.choices:
            output.say(f"  nothing like it is open or was confirmed: `queue confirm {line.key} --with DOCUMENT`,")
            output.say(f"  or `queue categorise {line.key} --as ROLE`")


def _command(line: Unclear, choice: Choice) -> str:
    if choice.kind != "category":
        return f"confirm {line.key} " + " ".join(f"--with {key}" for key in choice.target.split())
    role, _, vat = choice.target.partition(" ")
    return f"categorise {line.key} --as {role}" + (f" --vat {vat}" if vat else "")


@click.command()
@click.argument("key")
@click.option(
    "--with",
    "with_",
    multiple=True,
    required=True,
    metavar="DOCUMENT[=AMOUNT]",
    help="What the line pays, by key or number; several times for several. With an amount, so much of it.",
)
@click.option("--less-fee", is_flag=True, help="What is missing was held back as a fee: the document is paid in full.")
@project_option
@output.json_option
@click.pass_context
def confirm(
    ctx: click.Context, key: str, with_: tuple[str, ...], less_fee: bool, folder: Path | None, as_json: bool
) -> None:
    """Say which open documents a bank line pays; the next run books it, and the next suggestions know it.

    \b
    Examples:
      kontering queue confirm account/line/2026-03-25-6e2d1c0b5a4f --with order/5208
      kontering queue confirm account/line/2026-03-25-6e2d1c0b5a4f --with order/5204=300.00 --with order/5208
    """
    with _opened(folder) as (store, wired):
        changed = deciding.pays(store, wired, key, with_, less_fee=less_fee, who=getpass.getuser())
    _told(ctx, changed, f"pays {', '.join(with_)}", as_json)


@click.command()
@click.argument("key")
@click.option("--as", "role", required=True, metavar="ROLE", help="Role of the account: fees, transfers, cost_rent.")
@click.option("--vat", metavar="CODE", help="VAT to deduct that is in the amount: DK25-IN.")
@project_option
@output.json_option
@click.pass_context
def categorise(ctx: click.Context, key: str, role: str, vat: str | None, folder: Path | None, as_json: bool) -> None:
    """Say which account a bank line goes to that pays no document; a rule under `categories:` does so for all like it.

    \b
    Examples:
      kontering queue categorise account/line/2026-03-31-6e2d1c0b5a4f --as fees
      kontering queue categorise account/line/2026-03-31-6e2d1c0b5a4f --as cost_phone --vat DK25-IN
    """
    with _opened(folder) as (store, wired):
        changed = deciding.goes_to(store, wired, key, role, vat=vat, who=getpass.getuser())
    _told(ctx, changed, f"goes to {role}", as_json)


COMMANDS = (suggestions, confirm, categorise)


@contextmanager
def _opened(folder: Path | None, *, read_only: bool = False) -> Iterator[tuple[Store, Wired]]:
    project = open_project(folder)
    with Store.open(project.store, project=project.name, read_only=read_only) as store:
        yield store, wire(project)


def _told(ctx: click.Context, changed: Changed, what: str, as_json: bool) -> None:
    if as_json:
        output.write_json(changed)
        ctx.exit(1 if changed.left else 0)
    for key in changed.keys:
        output.say(f"{key}: {what}, booked by the next run")
    for key, why in changed.left.items():
        output.say(f"{key}: left as it is, {why}")
    ctx.exit(1 if changed.left else 0)
