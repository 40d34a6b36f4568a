"""`kontering demo`: the example shop on this machine, from nothing to booked, and a second run that does nothing."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from kontering import resources
from kontering.cli import output
from kontering.connectors import registry
from kontering.errors import Misuse
from kontering.testing.server import Served, serve

MARK = ".kontering-demo"
NAMES = {
    "woocommerce": ("WOO_KEY", "key", "WOO_SECRET", "secret"),
    "economic": ("ECO_APP", "app_secret", "ECO_GRANT", "agreement_grant"),
}
PORTS = {"woocommerce": 8711, "economic": 8712}


@dataclass(frozen=True, slots=True)
class Stage:
    """The demo's folder and the two systems that are served beside it."""

    folder: Path
    shop: Served
    books: Served


@click.command("demo")
@click.option(
    "--dir",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("kontering-demo"),
    show_default=True,
    help="Where the demo's project goes; what an earlier demo left there is replaced.",
)
@click.pass_context
def command(ctx: click.Context, folder: Path) -> None:
    """Book a sample shop on this machine: plan, run, look, and run again.

    A simulated WooCommerce and a simulated e-conomic are served over HTTP on this machine. The example shop's orders
    and refunds go into e-conomic and into the embedded ledger. Nothing leaves the machine; the project stays in DIR.

    \b
    Examples:
      kontering demo
      kontering demo --dir /tmp/shop
    """
    folder = folder.resolve()
    _make(folder)
    with _served(folder) as stage, contextlib.chdir(folder):
        _tell(stage)
    ctx.exit(0)


def _make(folder: Path) -> None:
    """A fresh copy of the example; only what a demo made is replaced."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise Misuse(f"{folder} isn't empty and wasn't made by a demo; name another folder with --dir.")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(resources.shipped("examples") / "webshop", folder)
    (folder / MARK).write_text("Made by `kontering demo`, which replaces this folder.\n", encoding="utf-8")


@contextlib.contextmanager
def _served(folder: Path) -> Iterator[Stage]:
    """Both systems on free ports; the project is told their addresses and credentials."""
    with contextlib.ExitStack() as stack:
        shop = stack.enter_context(serve(registry.simulator("woocommerce", folder=str(folder)), 0))
        books = stack.enter_context(serve(registry.simulator("economic"), 0))
        _connect(folder, {"woocommerce": shop, "economic": books})
        yield Stage(folder, shop, books)


def _connect(folder: Path, served: dict[str, Served]) -> None:
    project = folder / "kontering.yaml"
    text, secrets = project.read_text(encoding="utf-8"), []
    for name, one in served.items():
        text = text.replace(f"http://127.0.0.1:{PORTS[name]}", one.url)
        first, key, second, secret = NAMES[name]
        secrets += [f"{first}={one.simulator.credentials[key]}", f"{second}={one.simulator.credentials[secret]}"]
    project.write_text(text, encoding="utf-8")
    file = folder / "secrets.env"
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        out.write("# The simulated systems' keys.\n" + "\n".join(secrets) + "\n")


def _tell(stage: Stage) -> None:
    orders = len(stage.shop.simulator.state.orders)
    output.say(output.bold("A sample shop, and two sets of books"))
    output.say(f"  WooCommerce, simulated  {stage.shop.url}  {orders} orders")
    output.say(f"  e-conomic, simulated    {stage.books.url}  empty")
    output.say(f"  embedded ledger         {stage.folder / 'kontering.db'}  empty")
    _step("Nothing is sent before it is checked: files, then the mapping's own tests.", "check", "test")
    _step("What would be done, and why, in one line each; nothing is written yet.", "plan --brief")
    _step("The last of them whole: steps, VAT codes, postings.", "plan ledger economic --since 2026-04-29")
    _step("Do it. Each call is stored before it is made, so that this could be killed at any moment.", "run")
    _booked(stage)
    _step("The embedded books.", "ledger trial-balance", "ledger export beancount --out books.beancount")
    writes = _writes(stage)
    _step("And once more: the same orders are read, and nothing happens twice.", "run")
    output.say(f"Calls that wrote in e-conomic during the second run: {_writes(stage) - writes}.")
    _ways_on(stage.folder)


def _step(why: str, *commands: str) -> None:
    output.say()
    output.say(output.bold(why))
    for line in commands:
        output.say(output.dim(f"$ kontering {line}"))
        _run(line)


def _run(line: str) -> None:
    """One command of ours, as it would be typed; what it says of held documents is part of the demo."""
    root = click.get_current_context().find_root().command
    assert isinstance(root, click.Group)
    code = root.main(line.split(), prog_name="kontering", standalone_mode=False)
    if code not in (None, 0, 1):
        raise click.exceptions.Exit(code)


def _booked(stage: Stage) -> None:
    state = stage.books.simulator.state
    output.say(
        f"e-conomic now has {output.count(len(state.table('customers')), 'customer')}, "
        f"{output.count(len(state.table('products')), 'product')}, "
        f"{output.count(len(state.booked), 'booked invoice')} "
        f"and {output.count(len(state.drafts), 'draft')}."
    )


def _writes(stage: Stage) -> int:
    return sum(call.writes for call in stage.books.simulator.calls)


def _ways_on(folder: Path) -> None:
    output.say()
    output.say(output.bold(f"It is all in {folder}:"))
    output.say("  kontering.yaml    what is connected, and what flows where")
    output.say("  books.beancount   the embedded books, for Beancount and Fava")
    output.say("Look around in there:")
    output.say("  kontering queue list               what is held, and why")
    output.say("  kontering explain shop/order/5113  how a One Stop Shop invoice came to be, field by field")
    output.say("  kontering ledger trial-balance --at 2026-03-31")
    output.say("Then: kontering init shop --from woocommerce --to ledger")
