"""`kontering impact`: what a change of a mapping would change in the books, over records that are there already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from kontering.cli import output
from kontering.cli.flowpage.places import Places, places_of
from kontering.cli.flowpage.words import Words
from kontering.cli.inputs import input_option, sources_of
from kontering.cli.options import check_flows, open_project, project_option
from kontering.cli.versions import Version, version
from kontering.errors import Misuse
from kontering.mapping.mapping import Mapping
from kontering.mapping.notations import shown
from kontering.model.record import Record
from kontering.project.project import Project
from kontering.sdk.connector import Source
from kontering.store.store import Store
from kontering.sync import impact as effects
from kontering.sync.flow import others
from kontering.sync.impact import Amounts, Change, Impact, Pair
from kontering.sync.prepare import Maker
from kontering.sync.wiring import WiredFlow, wire

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command("impact")
@click.argument("old")
@click.argument("new", default=".")
@click.option("--flow", "flows", multiple=True, metavar="FLOW", help="Only this flow; may be given several times.")
@input_option
@click.option("--since", type=DAY, metavar="DAY", help="Only documents of this day or later.")
@click.option("--until", type=DAY, metavar="DAY", help="Only documents of this day or earlier.")
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True, help="Documents to show in full.")
@click.option("--fail-on-change", is_flag=True, help="Exit code 1 if any document would change.")
@project_option
@output.json_option
@click.pass_context
def command(
    ctx: click.Context,
    old: str,
    new: str,
    flows: tuple[str, ...],
    input_file: Path | None,
    since: dt.datetime | None,
    until: dt.datetime | None,
    limit: int,
    fail_on_change: bool,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Show what a changed mapping would change in documents, VAT and accounts.

    OLD and NEW are each a mapping file, a folder with mappings, or a git revision of the project; without NEW it is
    the files as they are now. Both are run over the records that the flows have read, or over --input FILE: which
    documents would change, in which fields, and by how much per VAT code and account. Nothing is sent or stored, and
    what is booked already stays as it is.

    \b
    Examples:
      kontering impact HEAD
      kontering impact v1.2 v1.3 --since 2026-03-01 --until 2026-03-31
      kontering impact HEAD --input orders.jsonl --flow orders --json
      kontering impact mappings/shop/order-to-invoice.yaml draft.yaml
    """
    project = open_project(folder)
    check_flows(project, flows)
    period = (since.date() if since else None, until.date() if until else None)
    with ExitStack() as open_things:
        sides = [open_things.enter_context(version(said, project.folder)) for said in (old, new)]
        chosen = _flows(project, flows, sides)
        sources = sources_of(input_file, project, tuple(chosen))
        found = {name: _impact(project, name, sides, sources.get(name), period) for name in chosen}
    _write(found, sides, limit=limit, as_json=as_json)
    ctx.exit(1 if fail_on_change and any(one.changes for one in found.values()) else 0)


def _flows(project: Project, named: Sequence[str], sides: Sequence[Version]) -> list[str]:
    """The flows that are named, else those whose mapping differs between the two; of files, those that use them."""
    if named:
        return list(named)
    files = [side for side in sides if side.file is not None]
    if files:
        names = {side.mapping("").name for side in files}
        chosen = [flow.name for flow in project.flows.values() if flow.mapping in names]
        if not chosen:
            raise Misuse(f"No flow uses {' or '.join(sorted(names))}: say with --flow whose records to take.")
        return chosen
    return [flow.name for flow in project.flows.values() if _differs(flow.mapping, sides)]


def _differs(name: str, sides: Sequence[Version]) -> bool:
    return len({side.mapping(name).digest for side in sides}) > 1


def _impact(
    project: Project,
    name: str,
    sides: Sequence[Version],
    source: Source | None,
    period: tuple[dt.date | None, dt.date | None],
) -> Impact:
    flow = wire(project, [name]).flows[name]
    old, new = (_maker(flow, side.mapping(project.flows[name].mapping)) for side in sides)
    places = places_of(project.connections[flow.target], project, Words("en"))
    since, until = period
    with Store.open(project.store, project=project.name, read_only=True) as store, store.look() as tx:
        records = _read(source, flow) if source is not None else effects.stored(tx, name)
        known = others(tx, flow.target, flow.source)
        found = effects.impact(old, new, records, _account(places), others=known, since=since, until=until)
    if source is None and not found.records and since is None and until is None:
        raise Misuse(f"The flow {name} has read no records yet: run it once, or take records from --input FILE.")
    return found


def _maker(flow: WiredFlow, mapping: Mapping) -> Maker:
    """The flow with another version of its mapping; a param that this version doesn't have isn't set."""
    if mapping.source != flow.maker.mapping.source:
        raise Misuse(f"{mapping.name} reads {mapping.source}, and the flow {flow.name} {flow.maker.mapping.source}.")
    known = {param.name for param in mapping.params}
    params = {name: value for name, value in flow.maker.params.items() if name in known}
    return replace(flow.maker, mapping=mapping, params=params)


def _read(source: Source, flow: WiredFlow) -> Iterator[Record]:
    for page in source.read(flow.kind, None):
        for problem in page.problems:
            output.note(str(problem))
        yield from page.records


def _account(places: Places) -> effects.Account:
    known: dict[tuple[str, str], str] = {}

    def account(role: str, code: str) -> str:
        if (role, code) not in known:
            known[role, code] = places.known_account(role, code) or role
        return known[role, code]

    return account


# --- text


def _write(found: dict[str, Impact], sides: Sequence[Version], *, limit: int, as_json: bool) -> None:
    old, new = (side.shown for side in sides)
    if as_json:
        flows = {name: effects.as_data(one) for name, one in found.items()}
        output.write_json({"old": old, "new": new, "flows": flows})
        return
    if not found:
        output.say(f"No flow's mapping differs between {old} and {new}.")
    for name, one in found.items():
        _text(name, one, f"{old} → {new}", limit)


def _text(name: str, found: Impact, versions: str, limit: int) -> None:
    changed = output.count(len(found.changes), "document changes", "documents change")
    output.say(output.bold(f"{name}: {versions}"))
    output.say(f"{output.count(found.records, 'record')}, {changed}")
    counted = [(f"{was} → {will}", number) for (was, will), number in found.outcomes.items()]
    for what, number in [*counted, *found.fields.items()]:
        output.say(f"  {number} × {what}")
    for change in found.changes[:limit]:
        output.say()
        _change(change)
    if len(found.changes) > limit:
        output.say(f"\n… and {len(found.changes) - limit} more; --limit shows more, --json all of them")
    _sums(found.sums.changed())
    output.say()


def _change(change: Change) -> None:
    parts = [change.key, change.number or "", change.day.isoformat() if change.day else ""]
    output.say(output.bold("  ".join(part for part in parts if part)))
    if change.before != change.after:
        output.say(f"  {change.before} → {output.careful(change.after)}")
    rows = [(f"  {one.field}", f"{_shown(one.before)} → {_shown(one.after)}") for one in change.differences]
    for line in output.columns(rows) if rows else ():
        output.say(line)


def _shown(value: Any) -> str:
    return "nothing" if value is None else shown(value)


def _sums(changed: Amounts) -> None:
    """What differs in sum; where nothing does, that is said."""
    if changed == Amounts():
        output.say("\nNo amount changes under any VAT code, and none on any account.")
        return
    rows = [(f"{code} net", changed.net[code]) for code in sorted(changed.net)]
    rows += [(f"{code} VAT", changed.vat[code]) for code in sorted(changed.vat)]
    _table("VAT code", sorted(rows))
    _table("account, debit less credit", [(name, changed.accounts[name]) for name in sorted(changed.accounts)])


def _table(head: str, rows: Iterable[tuple[str, Pair]]) -> None:
    cells = [(name, f"{pair.before:,.2f}", f"{pair.after:,.2f}", f"{pair.difference:+,.2f}") for name, pair in rows]
    if cells:
        output.say()
        output.table((head, "before", "after", "difference"), cells, right=(1, 2, 3))
