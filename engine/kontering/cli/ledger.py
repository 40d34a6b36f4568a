"""`kontering ledger`: trial balance, closing and exports of the books that are embedded in the store."""

from __future__ import annotations

import datetime as dt
import getpass
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click
from sqlalchemy import Connection as Database

from kontering.cli import moments, output
from kontering.cli.options import open_project, project_option
from kontering.connectors import registry
from kontering.connectors.ledger import exports, periods, reads, saft
from kontering.connectors.ledger.periods import Closing, Obstacle
from kontering.connectors.ledger.reads import Balance
from kontering.errors import Misuse
from kontering.project.opened import book_of
from kontering.project.project import Connection, Project
from kontering.store.store import Store
from kontering.sync import closing
from kontering.sync.closing import InTheWay

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
      kontering ledger export saft --period 2026 --out saft-2026.xml
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
@click.option("--anyway", is_flag=True, help="Also if documents of these days aren't in the books yet.")
@connection_option
@project_option
@output.json_option
@click.pass_context
def close(
    ctx: click.Context,
    until: dt.datetime,
    reason: str,
    anyway: bool,
    name: str | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Close all days up to one; what stands in the way is listed, and nothing is closed.

    In the way are drafts, gaps in the numbers, rests on receivable, and what the project has of these days and the
    books don't: documents that are held or wait, and deferred revenue that is earned and not recognised.

    \b
    Examples:
      kontering ledger close --until 2026-03-31 --reason "VAT return of the first quarter"
    """
    project = open_project(folder)
    book, target = the_book(project, name), the_connection(project, name)
    with _opened(project, writes=True) as store, store.begin() as tx:
        now, who = dt.datetime.now(dt.UTC), getpass.getuser()
        outside = () if anyway else tuple(closing.in_the_way(tx, project, target, until.date()))
        if outside:
            own = periods.obstacles(tx.connection, until.date(), at=now.date(), book=book)
            last = periods.closed_until(tx.connection, book=book)
            done = Closing(until=last, closed=False, obstacles=(*own, *map(_obstacle, outside)))
        else:
            done = periods.close(tx.connection, until.date(), by=who, at=now, reason=reason, book=book)
    output.write_json(done) if as_json else _say_closed(done)
    ctx.exit(0 if done.closed else 1)


def _obstacle(found: InTheWay) -> Obstacle:
    return Obstacle(code=found.code, message=found.message, key=found.key)


def _say_closed(done: Closing) -> None:
    if done.closed:
        output.say(f"closed until {done.until}")
        return
    output.say("nothing is closed:")
    for obstacle in done.obstacles:
        output.say(f"  {obstacle.message}")


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


FORMS = ("beancount", "csv", "saft")


@command.command()
@click.argument("form", type=click.Choice(FORMS), required=False)
@click.option("--format", "named", type=click.Choice(FORMS), help="The form, in place of the argument.")
@click.option("--out", type=click.Path(path_type=Path), help="File, or for csv a folder; one file may go to -.")
@click.option("--period", help="For saft: 2026, 2026-H1, 2026-Q1 or 2026-03; without it, the year so far.")
@connection_option
@project_option
def export(
    form: str | None, named: str | None, out: Path | None, period: str | None, name: str | None, folder: Path | None
) -> None:
    """Write the books as a Beancount file, as a folder of CSV files, or as a SAF-T audit file.

    \b
    Examples:
      kontering ledger export beancount > books.beancount
      kontering ledger export csv --out export/
      kontering ledger export saft --period 2026 --out saft-2026.xml
    """
    project = open_project(folder)
    book, chosen = the_book(project, name), form or named
    if chosen is None:
        raise Misuse(f"Which form? One of {', '.join(FORMS)}.")
    if chosen == "csv" and out is None:
        raise Misuse("`export csv` writes several files: name their folder with --out DIR.")
    with _opened(project) as store, store.look() as tx:
        if chosen == "csv" and out is not None:
            out.mkdir(parents=True, exist_ok=True)
            files = exports.csv(tx.connection, out, book=book)
            output.note(f"{output.count(len(files), 'file')} written to {out}")
            return
        with _written(out) as file:
            if chosen == "saft":
                _saft(tx.connection, file, period, book)
            else:
                exports.beancount(tx.connection, file, book=book)


def _saft(connection: Database, file: TextIO, period: str | None, book: str) -> None:
    today = dt.datetime.now(dt.UTC).date()
    since, until = moments.period(period) if period else (today.replace(month=1, day=1), today)
    saft.saft(connection, file, since=since, until=until, created=today, book=book)


@contextmanager
def _written(out: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that is there only when all of it is."""
    if out is None or str(out) == "-":
        yield sys.stdout
        return
    part = out.with_name(f"{out.name}.part")
    with part.open("w", encoding="utf-8") as file:
        yield file
    part.replace(out)
    output.note(f"{out} written")


def _opened(project: Project, *, writes: bool = False) -> Store:
    return Store.open(project.store, project=project.name, read_only=not writes)


def the_book(project: Project, name: str | None) -> str:
    """The book of the one connection that has embedded books, or of the named one."""
    return book_of(project.connections[the_connection(project, name)], project)


def the_connection(project: Project, name: str | None) -> str:
    """The one connection that has embedded books, or the named one."""
    own = [one for one in project.connections.values() if registry.load(one.connector).embedded]
    fitting = [one for one in own if name in (None, one.name)]
    if len(fitting) != 1:
        raise Misuse(_which(own, name))
    return fitting[0].name


def _which(own: Sequence[Connection], name: str | None) -> str:
    if not own:
        return "No connection of this project has embedded books: `connector: ledger` is one."
    names = ", ".join(one.name for one in own)
    return f"--connection takes one of {names}." if name else f"Which books? Name one of {names} with --connection."


def _date(value: dt.datetime | None) -> dt.date | None:
    return value.date() if value else None
