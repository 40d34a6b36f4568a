"""`kontering ledger`: trial balance, closing and exports of the books that are embedded in the store."""

from __future__ import annotations

import datetime as dt
import getpass
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from kontering.cli import output
from kontering.cli.options import open_project, project_option
from kontering.connectors import registry
from kontering.connectors.ledger import exports, periods, reads
from kontering.connectors.ledger.reads import Balance
from kontering.errors import Misuse
from kontering.project.opened import book_of
from kontering.project.project import Connection, Project
from kontering.store.store import Store

day = click.DateTime(formats=["%Y-%m-%d"])

connection_option = click.option("--connection", "name", help="Which connection, if several have embedded books.")


@click.group("ledger")
def command() -> None:
    """Trial balance, closing and exports of the embedded books.

    \b
    Examples:
      kontering ledger trial-balance --at 2026-03-31
      kontering ledger close --until 2026-03-31
      kontering ledger export beancount --out books.beancount
      kontering ledger export csv --out export/
    """


@command.command("trial-balance")
@click.option("--since", type=day, help="First day of the turnover; without it, from the beginning.")
@click.option("--at", type=day, help="Last day; without it, all days.")
@connection_option
@project_option
@output.json_option
def trial_balance(
    since: dt.datetime | None, at: dt.datetime | None, name: str | None, folder: Path | None, as_json: bool
) -> None:
    """Every account with its turnover and balance; the balances add up to nothing.

    \b
    Examples:
      kontering ledger trial-balance
      kontering ledger trial-balance --since 2026-03-01 --at 2026-03-31 --json
    """
    project = open_project(folder)
    book = the_book(project, name)
    with _opened(project) as store, store.look() as tx:
        rows = reads.trial_balance(tx.connection, at=_date(at), since=_date(since), book=book)
        currency = reads.book_of(tx.connection, book).base_currency
    output.write_json({"book": book, "currency": currency, "accounts": rows}) if as_json else _show(rows, currency)


def _show(rows: Sequence[Balance], currency: str) -> None:
    lines = [(row.account, row.name, f"{row.debit:.2f}", f"{row.credit:.2f}", f"{row.balance:.2f}") for row in rows]
    total = [sum(values) for values in zip(*((r.debit, r.credit, r.balance) for r in rows), strict=True)] or [0, 0, 0]
    foot = ("", "Total", *(f"{value:.2f}" for value in total))
    output.table(("Account", "Name", "Debit", "Credit", f"Balance {currency}"), [*lines, foot], right=(2, 3, 4))


@command.command()
@click.option("--until", type=day, required=True, help="Last day that is closed.")
@click.option("--reason", default="", help="Kept with the closing.")
@connection_option
@project_option
@output.json_option
@click.pass_context
def close(
    ctx: click.Context, until: dt.datetime, reason: str, name: str | None, folder: Path | None, as_json: bool
) -> None:
    """Close all days up to one; what stands in the way is listed, and nothing is closed.

    \b
    Examples:
      kontering ledger close --until 2026-03-31 --reason "VAT return of the first quarter"
    """
    project = open_project(folder)
    with _opened(project, writes=True) as store, store.begin() as tx:
        now, who = dt.datetime.now(dt.UTC), getpass.getuser()
        book = the_book(project, name)
        done = periods.close(tx.connection, until.date(), by=who, at=now, reason=reason, book=book)
    if as_json:
        output.write_json(done)
    elif done.closed:
        output.say(f"closed until {done.until}")
    else:
        output.say("nothing is closed:")
        for obstacle in done.obstacles:
            output.say(f"  {obstacle.message}")
    ctx.exit(0 if done.closed else 1)


@command.command()
@click.option("--until", type=day, help="Last day that stays closed; without it every day is open again.")
@click.option("--reason", required=True, help="Kept with the opening.")
@connection_option
@project_option
@output.json_option
def reopen(until: dt.datetime | None, reason: str, name: str | None, folder: Path | None, as_json: bool) -> None:
    """Open closed days again, with a reason that is kept.

    \b
    Examples:
      kontering ledger reopen --until 2026-02-28 --reason "a late bill, agreed with the accountant"
    """
    project = open_project(folder)
    with _opened(project, writes=True) as store, store.begin() as tx:
        now, who = dt.datetime.now(dt.UTC), getpass.getuser()
        book = the_book(project, name)
        done = periods.reopen(tx.connection, _date(until), by=who, at=now, reason=reason, book=book)
    said = f"closed until {done.until}" if done.until else "every day is open"
    output.write_json(done) if as_json else output.say(said)


@command.command()
@click.argument("form", type=click.Choice(["beancount", "csv"]))
@click.option("--out", type=click.Path(path_type=Path), help="File, or for csv a folder; a Beancount file may go to -.")
@connection_option
@project_option
def export(form: str, out: Path | None, name: str | None, folder: Path | None) -> None:
    """Write the books as a Beancount file, or as a folder of CSV files.

    \b
    Examples:
      kontering ledger export beancount > books.beancount
      kontering ledger export beancount --out books.beancount
      kontering ledger export csv --out export/
    """
    project = open_project(folder)
    book = the_book(project, name)
    if form == "csv" and out is None:
        raise Misuse("`export csv` writes several files: name their folder with --out DIR.")
    with _opened(project) as store, store.look() as tx:
        if form == "csv" and out is not None:
            out.mkdir(parents=True, exist_ok=True)
            files = exports.csv(tx.connection, out, book=book)
            output.note(f"{output.count(len(files), 'file')} written to {out}")
        elif out is None or str(out) == "-":
            exports.beancount(tx.connection, sys.stdout, book=book)
        else:
            with out.open("w", encoding="utf-8") as file:
                exports.beancount(tx.connection, file, book=book)
            output.note(f"{out} written")


def _opened(project: Project, *, writes: bool = False) -> Store:
    return Store.open(project.store, project=project.name, read_only=not writes)


def the_book(project: Project, name: str | None) -> str:
    """The book of the one connection that has embedded books, or of the named one."""
    own = [one for one in project.connections.values() if registry.load(one.connector).embedded]
    fitting = [one for one in own if name in (None, one.name)]
    if len(fitting) != 1:
        raise Misuse(_which(own, name))
    return book_of(fitting[0], project)


def _which(own: Sequence[Connection], name: str | None) -> str:
    if not own:
        return "No connection of this project has embedded books: `connector: ledger` is one."
    names = ", ".join(one.name for one in own)
    return f"--connection takes one of {names}." if name else f"Which books? Name one of {names} with --connection."


def _date(value: dt.datetime | None) -> dt.date | None:
    return value.date() if value else None
