"""`kontering reconcile`: what was sold, what was settled and what the books have, and why they differ."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import click

from kontering.cli import output
from kontering.cli.ledger import the_book
from kontering.cli.options import open_project, project_option
from kontering.connectors import registry
from kontering.connectors.ledger import reads
from kontering.errors import Misuse
from kontering.mapping.mapping import Mapped
from kontering.model.money import to_currency
from kontering.project.project import Project
from kontering.store import codec
from kontering.store.standing import Standing, standing
from kontering.store.store import Store, Tx
from kontering.sync import reconciling
from kontering.sync.reconciling import Difference, Entry, Ours, Reconciled
from kontering.sync.recount import recount
from kontering.sync.wiring import Wired, WiredFlow, wire

HEAD = ("Level", "What", "Source", "Documents", "Target", "Difference", "Cause")


@click.command("reconcile")
@click.option("--connection", "name", help="Which connection: embedded books, or another system that is asked.")
@click.option(
    "--since",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    metavar="DAY",
    help="Of another system only: what was delivered since this day.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV for a spreadsheet.")
@project_option
@output.json_option
@click.pass_context
def command(
    ctx: click.Context,
    name: str | None,
    since: dt.datetime | None,
    as_csv: bool,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Compare what was sold, what was settled and what the books have.

    Every difference is named with its cause, by period, VAT code, account and document. Exit code 1 if there is one.
    Another system than the embedded books is asked for each thing that was delivered to it, by its reference: what is
    there twice, gone, or with another amount is told. For cron, once a night, with --since.

    \b
    Examples:
      kontering reconcile
      kontering reconcile --connection economic --since 2026-11-01
      kontering reconcile --csv > differences.csv
    """
    project = open_project(folder)
    if name in project.connections and not registry.load(project.connections[str(name)].connector).embedded:
        found = _recounted(project, str(name), since.date() if since else None)
        _write(found, as_json=as_json, as_csv=as_csv)
        ctx.exit(1 if found.differences else 0)
    book = the_book(project, name)
    target = name or next(key for key, one in project.connections.items() if one.connector == "ledger")
    with Store.open(project.store, project=project.name, read_only=True) as store, store.look() as tx:
        found = reconciling.reconcile(_ours(tx, wire(project), target), _entries(tx, book))
    _write(found, as_json=as_json, as_csv=as_csv)
    ctx.exit(1 if found.differences else 0)


def _recounted(project: Project, name: str, since: dt.date | None) -> Reconciled:
    wired = wire(project, [flow.name for flow in project.flows.values() if flow.target == name])
    if name not in wired.connectors:
        raise Misuse(f"no flow delivers to {name}")
    with (
        Store.open(project.store, project=project.name, read_only=True) as store,
        wired.client(name, read_only=True) as client,
    ):
        found = recount(store, wired, name, wired.target(name, client), since)
    if found.not_asked:
        output.note(
            f"{output.count(found.not_asked, 'thing')} can't be asked for: {name} doesn't find them by reference"
        )
    return Reconciled(agree={"document": found.asked - len(found.differences)}, differences=found.differences)


def _ours(tx: Tx, wired: Wired, target: str) -> Iterator[Ours]:
    for one in standing(tx, target):
        flow = wired.flows.get(one.flow)
        if flow is not None:
            made = one.document
            yield Ours(
                key=one.key,
                state=one.state,
                reason=one.reason,
                claimed=_claimed(flow, one),
                document=made,
                postings=reconciling.postings_of(made, flow.taker.postings) if made else (),
            )


def _claimed(flow: WiredFlow, one: Standing) -> Decimal | None:
    """What the record says that its document comes to; only where the document is the record's own."""
    if one.key != one.record.key or one.kind not in codec.SALES:
        return None
    maker, data = flow.maker, one.record.data
    found = maker.mapping.run(data, params=maker.params, tables=maker.tables, record_key=one.key, zone=maker.zone)
    if not isinstance(found, Mapped) or "totals" not in found.data:
        return None
    gross = to_currency(Decimal(found.data["totals"]["gross"]), found.data["currency"])
    return abs(gross) if one.kind == "credit_note" else gross  # a change of plan below zero became one


def _entries(tx: Tx, book: str) -> Iterator[Entry]:
    for voucher in reads.vouchers(tx.connection, book=book):
        for line in voucher.entries:
            yield Entry(key=voucher.key, date=voucher.date, role=line.role, amount=line.amount, code=line.code)


def _write(found: Reconciled, *, as_json: bool, as_csv: bool) -> None:
    rows = [_row(one) for one in found.differences]
    if as_json:
        output.write_json({"agree": found.agree, "differences": found.differences})
    elif as_csv:
        csv.writer(sys.stdout, lineterminator="\n").writerows([HEAD, *rows])
    else:
        if rows:
            output.table(HEAD, rows, right=(2, 3, 4, 5))
        agree = ", ".join(f"{output.count(number, level)}" for level, number in found.agree.items())
        output.say(f"{'Agree' if not rows else 'The rest agrees'}: {agree}.")


def _row(one: Difference) -> tuple[str, ...]:
    source = "" if one.source is None else f"{one.source:.2f}"
    amounts = (source, f"{one.documents:.2f}", f"{one.target:.2f}", f"{one.difference:.2f}")
    return (one.level, one.name, *amounts, one.cause)
