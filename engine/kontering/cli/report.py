"""`kontering report`: what the books say of VAT, customers, deferred revenue, payouts and the bank."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

import click

from kontering.accounting.settlement import KnownPayment
from kontering.cli import figures, moments, output, pictures, reporting
from kontering.cli.ledger import day, the_book, the_connection
from kontering.cli.options import open_project, project_option
from kontering.cli.reporting import Asked, Row
from kontering.errors import Misuse
from kontering.project.parts import Project
from kontering.store import documents, recognitions
from kontering.store.store import Store, Tx
from kontering.sync import outstanding
from kontering.sync.deciding import UNMATCHED
from kontering.sync.wiring import settings_of

F = TypeVar("F", bound=Callable[..., Any])
Rows = Callable[[Asked], Iterable[Row]]

REPORTS: dict[str, tuple[Rows, str]] = {
    "trial-balance": (reporting.trial_balance, "Every account with its turnover and balance."),
    "vat": (reporting.vat, "Base and VAT by code and country."),
    "vat-return": (reporting.vat_return, "The boxes of the Danish VAT return."),
    "eu-sales": (reporting.eu_sales, "Goods and services to businesses in the EU, by their VAT numbers."),
    "oss": (reporting.oss, "One Stop Shop sales by country and rate; corrections of earlier quarters."),
    "open-items": (reporting.open_items, "What customers owe on the last day, with its age."),
    "payables": (reporting.payables, "What is owed to suppliers on the last day, bill by bill."),
    "deferred": (reporting.deferred_revenue, "What was invoiced for a time still to come."),
    "recognition": (reporting.recognition, "How deferred revenue came and went, month by month."),
    "metrics": (figures.figures, "Recurring revenue, churn and retention, month by month, beside booked revenue."),
    "payouts": (reporting.payouts, "Payouts of gateways, and what of them was not found."),
    "bank": (reporting.bank, "Bank lines with what they paid and why; those that wait for a person last."),
}
FIRST = dt.date(1900, 1, 1)
SHORT = ("mrr", "arr", "arpa", "ltv", "cac")
MONTHLY = ("recognition", "metrics")
"""Reports with a line for each month: without a first day they begin with the year."""


def _days(
    name: str, since: dt.datetime | None, until: dt.datetime | None, period: str | None
) -> tuple[dt.date, dt.date]:
    if period and (since or until):
        raise Misuse("--period is in place of --since and --until.")
    if period:
        return moments.period(period)
    last = until.date() if until else dt.datetime.now(dt.UTC).date()
    begins = last.replace(month=1, day=1) if name in MONTHLY else FIRST
    return since.date() if since else begins, last


def _decimal(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation as wrong:
        raise Misuse(f"{text!r} is no number.") from wrong


@click.group("report")
def command() -> None:
    """What the books say of VAT, customers, deferred revenue, payouts and the bank.

    \b
    Examples:
      kontering report vat-return --period 2026-Q1
      kontering report open-items --until 2026-03-31 --csv
      kontering report metrics --period 2026 --picture mrr.svg
    """


def _picture_option(name: str) -> Callable[[F], F]:
    if name not in pictures.PICTURES:
        return lambda run: run
    about = "Draw it into a file, .svg or .png."
    return click.option("--picture", type=click.Path(dir_okay=False, path_type=Path), help=about)


def _metrics_options(name: str) -> Callable[[F], F]:
    if name != "metrics":
        return lambda run: run
    cost = click.option("--acquisition-cost", type=str, help="What winning customers cost in a month, for CAC.")
    margin = click.option("--margin", type=str, help="Share of revenue left after direct costs: 0.7.")
    way = click.option(
        "--bridge", is_flag=True, help="From recurring to booked revenue, each difference with its cause."
    )
    return lambda run: way(margin(cost(run)))


def _command(name: str, rows: Rows, about: str) -> click.Command:
    @_picture_option(name)
    @_metrics_options(name)
    @click.option("--since", type=day, help="First day; without it, from the beginning (month by month: of the year).")
    @click.option("--until", type=day, help="Last day; without it, today.")
    @click.option("--period", help="In place of both: 2026, 2026-H1, 2026-Q1 or 2026-03.")
    @click.option("--euro", type=str, help="Base currency for one euro, for amounts in euro.")
    @click.option("--connection", "book_of", help="Which connection, if several have embedded books.")
    @click.option("--csv", "as_csv", is_flag=True, help="Print CSV for a spreadsheet.")
    @project_option
    @output.json_option
    def run(
        since: dt.datetime | None,
        until: dt.datetime | None,
        period: str | None,
        euro: str | None,
        book_of: str | None,
        as_csv: bool,
        folder: Path | None,
        as_json: bool,
        picture: Path | None = None,
        acquisition_cost: str | None = None,
        margin: str | None = None,
        bridge: bool = False,
    ) -> None:
        project = open_project(folder)
        target = the_connection(project, book_of)
        with Store.open(project.store, project=project.name, read_only=True) as store, store.look() as tx:
            first, last = _days(name, since, until, period)
            asked = ask(
                tx,
                project,
                target,
                since=first,
                until=last,
                euro=_decimal(euro),
                margin=_decimal(margin) or Decimal(1),
                acquisition_cost=_decimal(acquisition_cost),
            )
            found = list(figures.causes(asked) if bridge else rows(asked))
        if picture is not None:
            pictures.write(name, found, picture, f"{project.name}, {last}")
            output.note(f"{picture} written")
        else:
            _write(found, as_json=as_json, as_csv=as_csv)

    run.__doc__ = about
    return click.command(name)(run)


def ask(
    tx: Tx,
    project: Project,
    target: str,
    *,
    since: dt.date,
    until: dt.date,
    euro: Decimal | None = None,
    margin: Decimal = Decimal(1),
    acquisition_cost: Decimal | None = None,
) -> Asked:
    """What reports read from: the books of a connection, and what the project has settled for it."""
    return Asked(
        connection=tx.connection,
        book=the_book(project, target),
        since=since,
        until=until,
        euro=euro,
        sales=lambda: [one for _, one in documents.sales(tx, target)],
        vouchers=lambda: documents.vouchers(tx, target),
        payments=lambda: _payments(project, tx, target),
        unclear=lambda: documents.held_details(tx, target, UNMATCHED),
        delivered=lambda: recognitions.delivered(tx, target),
        settings=project.accounting,
        margin=margin,
        acquisition_cost=acquisition_cost,
    )


def _payments(project: Project, tx: Tx, target: str) -> list[KnownPayment]:
    """Every payment on a clearing account, by the settings of the flow that brought it."""
    vouchers = documents.vouchers(tx, target)
    found = list(outstanding.on_clearing((), vouchers, project.accounting))
    for flow, sale in outstanding.newest(documents.sales(tx, target)):
        settings = settings_of(project, project.flows[flow]) if flow in project.flows else project.accounting
        found += outstanding.on_clearing((sale,), (), settings)
    return found


def _write(rows: Sequence[Row], *, as_json: bool, as_csv: bool) -> None:
    names = list(rows[0]) if rows else []
    if as_json:
        output.write_json(rows)
    elif as_csv:
        written = csv.writer(sys.stdout, lineterminator="\n")
        written.writerows([names, *([_text(row[name]) for name in names] for row in rows)])
    elif rows:
        names = [name for name in names if any(row[name] is not None for row in rows)]  # a screen is only so wide
        right = tuple(at for at, name in enumerate(names) if _is_number([row[name] for row in rows]))
        body = [tuple(_text(row[name]) for name in names) for row in rows]
        output.table(tuple(map(_head, names)), body, right=right)
    else:
        output.say("Nothing to report.")


def _head(name: str) -> str:
    """
    >>> _head("open_items"), _head("ltv_to_cac")
    ('Open items', 'LTV to CAC')
    """
    words = [word.upper() if word in SHORT else word for word in name.split("_")]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def _is_number(values: Sequence[Any]) -> bool:
    return any(isinstance(one, Decimal | int) for one in values) and not any(isinstance(one, bool) for one in values)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)


for _name, (_rows, _about) in REPORTS.items():
    command.add_command(_command(_name, _rows, _about))
