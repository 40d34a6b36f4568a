"""`kontering explain`: how a document came to be, from the record to what its target is sent, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from kontering.cli import output
from kontering.cli.find import find_record, flow_of, planned_data
from kontering.cli.options import open_project, project_option, roots_here
from kontering.cli.records import read_record
from kontering.errors import Misuse, Problems
from kontering.mapping import trace
from kontering.mapping.load import load_mapping
from kontering.mapping.mapping import Failed
from kontering.mapping.trace import Explained
from kontering.model.document import Planned
from kontering.model.voucher import PlannedVoucher
from kontering.project.parts import payload_mapping
from kontering.project.project import Project
from kontering.store.store import Store
from kontering.sync.flow import others
from kontering.sync.prepare import Held, Prepared, Ready, Skipped, prepare
from kontering.sync.wiring import WiredFlow


@click.command("explain")
@click.argument("key", required=False)
@click.option("--field", "under", default="", metavar="PATH", help="Only fields that begin so: `lines[0]`, `customer`.")
@click.option("--flow", help="Which flow, if several read this record.")
@click.option("--mapping", help="In place of KEY: a mapping's name or file.")
@click.option(
    "--record",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
    help="With --mapping: the record, JSON.",
)
@project_option
@output.json_option
def command(
    key: str | None,
    under: str,
    flow: str | None,
    mapping: str | None,
    record: Path | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Show how a document came to be, field by field.

    For each field: its value, the expression that made it with its place in the mapping, what it read from the
    record, and the table's row that was found. KEY is the record's: CONNECTION/KIND/ID. Nothing is sent.

    \b
    Examples:
      kontering explain shop/order/5101
      kontering explain shop/order/5101 --field "lines[0]"
      kontering explain --mapping woocommerce/order-to-invoice --record order.json
    """
    if mapping and record:
        explained = trace.explain(load_mapping(mapping, roots_here()), read_record(record))
        _raise_failures(explained)
        output.write_json(trace.as_data(explained)) if as_json else output.say(trace.as_text(explained, under))
    elif key:
        told = _told(key, flow, open_project(folder))
        output.write_json(_data(told)) if as_json else _write(told, under)
    else:
        raise Misuse("What is to be explained? Name a document's KEY, or --mapping and --record.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A record's way: what the mapping made of it, what the engine settled, and what the target would be sent."""

    key: str
    flow: WiredFlow
    document: Explained
    prepared: Prepared
    payload: Explained | None = None


def _told(key: str, name: str | None, project: Project) -> Told:
    flow = flow_of(key, name, project)
    record = find_record(key, flow, project)
    maker = flow.maker
    explained = trace.explain(
        maker.mapping,
        record.data,
        params=maker.params,
        tables=maker.tables,
        record_key=record.key,
        zone=maker.zone,
    )
    with Store.open(project.store, project=project.name, read_only=True) as store, store.look() as tx:
        prepared = prepare(maker, record, others(tx, flow.target, flow.source))
    made = _payload(prepared, flow, project) if isinstance(prepared, Ready) else None
    return Told(key=key, flow=flow, document=explained, prepared=prepared, payload=made)


def _payload(ready: Ready, flow: WiredFlow, project: Project) -> Explained | None:
    """How the payload comes from a settled sale; ids are still links."""
    document = ready.document
    if not isinstance(document, Planned):
        return None
    target = project.connections[flow.target]
    mapping = load_mapping(payload_mapping(target, document.kind), project.roots)
    params = {name: value for name, value in target.params.items() if name in {one.name for one in mapping.params}}
    data = planned_data(document, ready.postings)
    return trace.explain(mapping, data, params=params, tables=target.tables, record_key=document.key)


def _raise_failures(explained: Explained) -> None:
    if isinstance(explained.outcome, Failed):
        raise Problems(explained.outcome.diagnostics)


# --- text


def _write(told: Told, under: str) -> None:
    output.say(output.bold(f"{told.key}, by flow {told.flow.name} and mapping {told.flow.maker.mapping.name}"))
    output.say()
    output.say(output.bold(f"From the record to the {told.flow.maker.mapping.target}"))
    output.say(trace.as_text(told.document, under))
    output.say()
    output.say(output.bold("What the engine settled"))
    for line in _settled(told.prepared, under):
        output.say(f"  {line}")
    if told.payload:
        output.say()
        output.say(output.bold(f"From the {told.flow.maker.mapping.target} to {told.flow.target}"))
        output.say(trace.as_text(told.payload, under))


def _settled(prepared: Prepared, under: str) -> list[str]:
    if isinstance(prepared, Held):
        return [f"held, {prepared.code}: {prepared.reason}", *output.behind(prepared.problems, prepared.reason)]
    if isinstance(prepared, Skipped):
        return [f"skipped, {prepared.code}: {prepared.reason}"]
    document = prepared.document
    if isinstance(document, PlannedVoucher):
        return [*_posted(prepared), *document.why]
    if isinstance(document, Planned):
        return [*_lines(document, under), *document.why]
    back = [f"it goes back to {document.origin}"] if document.origin else []
    kind, key = document.thing
    return [f"it is a state of the {kind.replace('_', ' ')} {key}", *back, *(one.message for one in document.warnings)]


def _posted(ready: Ready) -> list[str]:
    """A voucher is its postings: account by role, what is debited, what is credited."""
    rows = [
        (f"{part.kind} {part.date}", line.role, f"{line.amount:f}", line.code or "")
        for part in ready.postings
        for line in part.lines
    ]
    return output.columns(rows, right=(2,)) if rows else []


def _lines(document: Planned, under: str) -> list[str]:
    """Each line with what was decided for it."""
    rows = [
        (
            f"lines[{at}]",
            f"net {line.net}",
            f"VAT {line.vat} at {line.rate} %",
            f"gross {line.gross}",
            line.code,
            line.role,
        )
        for at, line in enumerate(document.lines)
        if not under.startswith("lines[") or under.startswith(f"lines[{at}]")
    ]
    return output.columns(rows) if rows else []


# --- JSON


def _data(told: Told) -> dict[str, Any]:
    return {
        "key": told.key,
        "flow": told.flow.name,
        "document": trace.as_data(told.document),
        "settled": _settled_data(told.prepared),
        "payload": trace.as_data(told.payload) if told.payload else None,
    }


def _settled_data(prepared: Prepared) -> dict[str, Any]:
    if isinstance(prepared, Ready):
        return {"state": "ready", "document": prepared.document, "postings": prepared.postings}
    state = "held" if isinstance(prepared, Held) else "skipped"
    return {"state": state, "code": prepared.code, "reason": prepared.reason}
