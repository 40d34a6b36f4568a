"""The table of commands, each loaded when asked for; and where a failure becomes a message and an exit code.

0 fine, 1 problems in the files or held documents, 2 wrong use, 3 a system failed, 130 interrupted.
"""

from __future__ import annotations

import importlib
import os
from typing import Any

import click

from kontering import __version__
from kontering.cli import output
from kontering.diagnostics import closest
from kontering.errors import ConnectorError, Misuse, Problems, SystemFailed

COMMANDS: dict[str, dict[str, tuple[str, str]]] = {
    "start": {
        "demo": ("demo", "Book a sample shop on this machine: plan, run, look, and run again."),
        "init": ("init", "Make a project: a flow, a mapping, fixtures, tests and a CI file."),
        "docs": ("docs", "Read the manual: topics, functions, connectors, schemas, codes, roles."),
    },
    "write": {
        "check": ("check", "Find every mistake in mapping and project files without running them."),
        "test": ("test", "Run the tests that mapping files carry."),
        "show": ("show", "Print a mapping with everything it extends, and where each line is from."),
        "eval": ("eval", "Evaluate one expression against a record."),
        "explain": ("explain", "Show how a document came to be, field by field."),
        "impact": ("impact", "Show what a changed mapping would change in documents, VAT and accounts."),
        "lsp": ("lsp", "Serve an editor: problems as you type, completion, hover, definitions."),
    },
    "run": {
        "plan": ("plan", "Show what would be done and posted. Changes nothing."),
        "run": ("run", "Read, plan and deliver what is due, once."),
        "apply": ("apply", "Do exactly what a saved plan says, or say what has changed since."),
        "worker": ("worker", "Stay at it: read by schedule and deliver what is due, for one project or many."),
        "doctor": (
            "doctor",
            "Try connections: credentials, rights, clock, tables against what is there, open periods.",
        ),
        "connect": ("connect", "Grant a connection access in the browser (OAuth)."),
        "pull": ("pull", "Save a connection's accounts, VAT codes and other reference data for `check`."),
    },
    "look after": {
        "status": ("status", "Count what is done, waiting, held, failed or unsure."),
        "queue": ("queue", "List what needs a person; retry it, or skip it with a reason."),
        "audit": ("audit", "Verify and export who did what, from which record and mapping."),
        "backup": ("backup", "Copy a project's store, while it is in use."),
        "restore": ("restore", "Put a backup in the place of a project's store."),
        "forget": ("forget", "Take a person's data out of the store, and leave the books whole."),
        "report": ("report", "What the books say of VAT, customers, deferred revenue, payouts and the bank."),
        "reconcile": ("reconcile", "Compare what was sold, what was settled and what the books have."),
        "mail": ("mail", "Look at mails before they are sent, and send one to yourself."),
        "ledger": ("ledger", "Trial balance, closing and exports of the embedded books."),
        "sandbox": ("sandbox", "Serve the simulated systems over HTTP on this machine, until Ctrl-C."),
        "completion": ("completion", "Print the shell's completion script."),
    },
}
"""Group → command → (module in this folder, its first help line), so that `--help` need not load the modules."""

_MODULES = {name: row for group in COMMANDS.values() for name, row in group.items()}

_INTERRUPTED = "Interrupted. Nothing is lost: run the same command again, and it goes on where it stopped."


class Commands(click.Group):
    """The commands of the table."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _MODULES:
            return None
        module = importlib.import_module(f"kontering.cli.{_MODULES[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in _MODULES:
            near = closest(args[0], _MODULES)
            way = f"did you mean '{near}'?" if near else "`kontering --help` lists the commands."
            raise click.UsageError(f"There is no command '{args[0]}'; {way}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, _MODULES)) + 1
        for group, rows in COMMANDS.items():
            with formatter.section(group.capitalize()):
                formatter.write_dl([(name.ljust(width), line) for name, (_, line) in rows.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            output.fail(_INTERRUPTED)
            ctx.exit(130)
        except BrokenPipeError:  # the reader of our output, say `head`, has had enough: click ends quietly
            raise
        except Problems as report:
            output.problems(report.diagnostics)
            ctx.exit(1)
        except (Misuse, SystemFailed, ConnectorError, OSError) as failure:
            output.fail(_words(failure))
            ctx.exit(_exit_code(failure))


def _exit_code(failure: Exception) -> int:
    return 2 if isinstance(failure, Misuse) else 3


def _words(failure: Exception) -> str:
    if isinstance(failure, OSError) and failure.strerror:
        return f"{failure.filename}: {failure.strerror}" if failure.filename else failure.strerror
    return str(failure) or type(failure).__name__


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", message="kontering %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Moves what a business sells into its books: declared in mapping files, proved before it is booked, never twice.

    \b
    New here?
      kontering init shop --from woocommerce --to ledger
      cd shop
      kontering check && kontering test && kontering plan
    """
    ctx.color = False if os.environ.get("NO_COLOR") else None


def main() -> None:
    """Runs the command line with the process's arguments."""
    cli.main(prog_name="kontering")
