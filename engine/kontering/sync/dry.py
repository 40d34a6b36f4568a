"""The dry run: the same way as a run, stopped before anything is written anywhere, as one report.

The store is opened for reading, the client of a target refuses whatever would write, look-ups are made unless
`offline`. What an earlier document of the same dry run would make counts as made for the later ones.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from kontering.diagnostics import Diagnostic
from kontering.diagnostics import as_json as problem_as_json
from kontering.errors import Refused
from kontering.model.document import Planned, Posting, plain
from kontering.model.link import Linked
from kontering.model.plan import Found, Hold, Link, LookUp, Skip, Step, Todo, Trial, Wait
from kontering.model.state import State
from kontering.model.voucher import Document, PlannedVoucher, about
from kontering.sdk.connector import Target
from kontering.store import codec, cursors, documents
from kontering.store.documents import Row
from kontering.store.store import Store, Tx
from kontering.sync import course as courses
from kontering.sync import flow as reading
from kontering.sync import holds, matching, planner
from kontering.sync.course import Course
from kontering.sync.keys import Thing
from kontering.sync.others import Others, Settled, beside
from kontering.sync.prepare import Held, Prepared, Ready, Skipped, prepare
from kontering.sync.progress import Tell, Tick, Unreadable, quiet
from kontering.sync.wiring import Wired, WiredFlow

Outcome = Literal["deliver", "nothing", "waiting", "held", "failed", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What would become of one record: its document, the plan with bodies and reasons, the postings by role."""

    flow: str
    target: str
    key: str
    version: str
    outcome: Outcome
    number: str = ""
    code: str = ""
    reason: str = ""
    document: Document | None = None
    postings: tuple[Posting, ...] = ()
    todo: tuple[Todo, ...] = ()
    looked: tuple[str, ...] = ()
    problems: tuple[Diagnostic, ...] = ()

    @property
    def vat_codes(self) -> tuple[str, ...]:
        return tuple(row.code for row in self.document.totals.rates) if isinstance(self.document, Planned) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A dry run."""

    project: str
    items: tuple[Item, ...]
    unreadable: tuple[Diagnostic, ...] = ()
    offline: bool = False

    def counts(self) -> Mapping[str, int]:
        return Counter(item.outcome for item in self.items)


@dataclass(slots=True)
class _Run:
    """One dry run under way; `made` are the links that its plans so far would make."""

    tx: Tx
    wired: Wired
    targets: Mapping[str, Target]
    since: dt.date | None
    made: dict[tuple[str, Thing], Linked] = field(default_factory=dict)
    settled: defaultdict[str, Settled] = field(default_factory=lambda: defaultdict(Settled))
    known: dict[str, Others] = field(default_factory=dict)
    unreadable: list[Diagnostic] = field(default_factory=list)


def dry_run(
    store: Store, wired: Wired, *, offline: bool = False, since: dt.date | None = None, tell: Tell = quiet
) -> Report:
    """What a run would do now: with what is stored and not delivered yet, and with everything new in the sources."""
    with contextlib.ExitStack() as open_things, store.look() as tx:
        targets = {} if offline else _targets(wired, tx, open_things)
        run = _Run(tx=tx, wired=wired, targets=targets, since=since)
        flows = sorted(wired.flows.values(), key=lambda flow: flow.maker.mapping.target in reading.TAKES)
        items = [item for flow in flows for item in _stored(run, flow)]
        for flow in flows:  # bank lines and payouts come behind what they take from
            items += _new(run, flow, open_things, tell)
        return Report(project=store.project, items=tuple(items), unreadable=tuple(run.unreadable), offline=offline)


def as_json(report: Report) -> dict[str, Any]:
    """The report for programs."""
    return {
        "project": report.project,
        "offline": report.offline,
        "counts": dict(report.counts()),
        "items": [item_as_json(item) for item in report.items],
        "unreadable": [problem_as_json(problem) for problem in report.unreadable],
    }


def _targets(wired: Wired, tx: Tx, open_things: contextlib.ExitStack) -> dict[str, Target]:
    found = {}
    for name in {flow.target for flow in wired.flows.values()}:
        if wired.is_embedded(name):
            found[name] = wired.embedded(name, tx.connection)
        else:
            found[name] = wired.target(name, open_things.enter_context(wired.client(name, read_only=True)))
    return found


def _stored(run: _Run, flow: WiredFlow) -> Iterator[Item]:
    for row in documents.open_of(run.tx, flow.name):
        document = codec.document(row.kind, row.document) if row.document else None
        if document is None:
            yield from _items(run, flow, prepare(flow.maker, row.record, _others(run, flow)), row)
        elif _is_since(run, document):
            yield _planned(run, flow, document, row)


def _new(run: _Run, flow: WiredFlow, open_things: contextlib.ExitStack, tell: Tell) -> list[Item]:
    stands_in = run.wired.sources.get(flow.name)
    client = open_things.enter_context(run.wired.client(flow.source, read_only=True))
    source = stands_in or run.wired.source(flow, client, lambda: contextlib.nullcontext(run.tx))
    position = None if stands_in else cursors.position(run.tx, flow.name)
    items: list[Item] = []
    read = 0
    for page in source.read(flow.kind, position):
        for problem in page.problems:
            run.unreadable.append(problem)
            tell(Unreadable(flow=flow.name, problem=problem))
        for record in reading.news(run.tx, flow, page.records).values():
            made = _items(run, flow, prepare(flow.maker, record, _others(run, flow)), None)
            items += [item for item in made if item.document is None or _is_since(run, item.document)]
        read += len(page.records)
        tell(Tick(stage="read", name=flow.name, done=read, total=page.total))
    return items


def _is_since(run: _Run, document: Document) -> bool:
    return run.since is None or document.date is None or document.date >= run.since


def _items(run: _Run, flow: WiredFlow, prepared: Prepared, row: Row | None) -> list[Item]:
    record = prepared.record
    aside = Item(flow=flow.name, target=flow.target, key=record.key, version=record.version, outcome="skipped")
    match prepared:
        case Ready():
            items = []
            for document in reading.documents_of(prepared):
                run.settled[flow.target].add(document)
                items.append(_planned(run, flow, document, row or _row(flow, prepared, document)))
            return items
        case Skipped(code=code, reason=reason):
            return [replace(aside, code=code, reason=reason)]
        case Held(code=code, reason=reason, problems=problems, failed=failed):
            outcome: Outcome = "failed" if failed else "held"
            return [replace(aside, outcome=outcome, code=code, reason=reason, problems=problems)]


def _planned(run: _Run, flow: WiredFlow, document: Document, row: Row) -> Item:
    facts = courses.facts_of(run.tx, flow.target, [(row, document, flow)])[row.id]
    things = planner.things(document, flow.policy)
    made = {thing: run.made[flow.target, thing] for thing in things if (flow.target, thing) in run.made}
    credited = run.settled[flow.target].by_key.get(about(document) or "")
    states = {**facts.states, (credited.kind, credited.key): "open"} if credited else facts.states
    facts = replace(facts, links={**facts.links, **made}, states=states)
    course = courses.begin(row, document, flow, facts)
    looked, hold = _ask_all(run, course)
    todo = (hold,) if hold else tuple(planner.todo(course.want, course.facts))
    _pretend(run, flow, course.want.document, todo)
    return Item(
        flow=flow.name,
        target=flow.target,
        key=row.key,
        version=row.version,
        number=document.number,
        document=course.want.document,
        postings=_postings(flow, document),
        todo=todo,
        looked=looked,
        **_outcome(todo),
    )


def _postings(flow: WiredFlow, document: Document) -> tuple[Posting, ...]:
    match document:
        case Planned():
            return flow.taker.postings(document)
        case PlannedVoucher():
            return document.postings
        case State():
            return ()


def _ask_all(run: _Run, course: Course) -> tuple[tuple[str, ...], Hold | None]:
    """Makes the look-ups and trials that the plan asks for; offline there is nobody to ask."""
    target = run.targets.get(course.flow.target)
    said: list[str] = []
    while target is not None:
        plan = planner.todo(course.want, course.facts)
        entry = next((one for one in plan if isinstance(one, LookUp | Trial)), None)
        if entry is None:
            break
        try:
            said.append(_ask(course, entry, target))
        except Refused as refused:
            return tuple(said), holds.refused(course.row.key, _kind(entry), refused.problems, course.flow.taker.place)
    return tuple(said), None


def _kind(entry: LookUp | Trial) -> str:
    return entry.kind if isinstance(entry, LookUp) else entry.step.kind


def _ask(course: Course, entry: LookUp | Trial, target: Target) -> str:
    if isinstance(entry, Trial):
        courses.tried(course, entry, target.trial(entry.step))
        return f"tried {entry.step.kind} {entry.step.key}"
    own = courses.terms_known(course, entry)
    answer = matching.choose(lambda by: target.find(entry.kind, by), entry.by, own)
    courses.answered(course, entry, answer)
    by = ", ".join(name.replace("_", " ") for terms in entry.by for name in terms if name != "source")
    found = f"is {answer.number or answer.id}" if isinstance(answer, Found) else "not found, or not clearly"
    return f"{entry.kind} {entry.key} by {by}: {found}"


def _pretend(run: _Run, flow: WiredFlow, document: Document, todo: Sequence[Todo]) -> None:
    """What this plan would make is there for the documents after it."""
    if any(isinstance(entry, Hold | Skip) for entry in todo):
        return
    for entry in todo:
        if isinstance(entry, Step):
            thing = (entry.kind, entry.key)
            before = run.made.get((flow.target, thing))
            done = frozenset({entry.action}) | (before.found.done if before else frozenset())
            own = entry.key == document.key
            found = Found(id=f"new:{entry.key}", done=done, number=document.number if own else None)
            run.made[(flow.target, thing)] = Linked(kind=entry.kind, key=entry.key, found=found, keeps=entry.keeps)
        elif isinstance(entry, LookUp):  # offline: it will be found or made
            thing = (entry.kind, entry.key)
            found = Found(id=f"new:{entry.key}", done=frozenset({"create"}))
            run.made.setdefault((flow.target, thing), Linked(kind=entry.kind, key=entry.key, found=found))


def _outcome(todo: Sequence[Todo]) -> dict[str, Any]:
    for entry in todo:
        match entry:
            case Hold(code=code, reason=reason, problems=problems):
                return {"outcome": "held", "code": code, "reason": reason, "problems": problems}
            case Skip(code=code, reason=reason):
                return {"outcome": "skipped", "code": code, "reason": reason}
            case Wait(kind=kind, reason=reason) if kind != "totals":
                return {"outcome": "waiting", "code": "WAIT", "reason": reason}
    return {"outcome": "deliver" if todo else "nothing"}


def _others(run: _Run, flow: WiredFlow) -> Others:
    """As the store has them, and as this dry run would have them; read once for all records of a flow."""
    if flow.name not in run.known:
        run.known[flow.name] = beside(reading.others(run.tx, flow.target, flow.source), run.settled[flow.target])
    return run.known[flow.name]


def _row(flow: WiredFlow, ready: Ready, document: Document) -> Row:
    """A row that is never stored."""
    return Row(
        id=0,
        flow=flow.name,
        key=document.key,
        version=ready.record.version,
        connection=flow.target,
        lane="",
        kind=document.kind,
        state="open",
        number=document.number,
        closed_until=None,
        mapping=flow.maker.mapping.digest,
        record=ready.record,
        document=None,
    )


def item_as_json(item: Item) -> dict[str, Any]:
    document = item.document
    parts = {
        "flow": item.flow,
        "target": item.target,
        "key": item.key,
        "version": item.version,
        "number": item.number,
        "outcome": item.outcome,
        "code": item.code,
        "reason": item.reason,
        "vat_codes": list(item.vat_codes),
        "totals": plain(document.totals) if isinstance(document, Planned) else None,
        "warnings": plain(list(document.warnings)) if document else None,
        "why": list(document.why) if document else None,
        "plan": [_entry_as_json(entry) for entry in item.todo],
        "postings": plain(list(item.postings)),
        "looked": list(item.looked),
        "problems": [problem_as_json(problem) for problem in item.problems],
    }
    return {name: value for name, value in parts.items() if value not in (None, "", [])}


def _entry_as_json(entry: Todo) -> dict[str, Any]:
    match entry:
        case Step():
            names = {"do": entry.action, "kind": entry.kind, "key": entry.key, "reason": entry.reason}
            return names | {"body": shown(entry.body)}
        case LookUp(kind=kind, key=key, reason=reason):
            return {"do": "look up", "kind": kind, "key": key, "reason": reason, "by": [dict(by) for by in entry.by]}
        case Trial(step=step):
            return {"do": "try", "kind": step.kind, "key": step.key}
        case Wait(kind=kind, key=key, reason=reason):
            return {"do": "wait", "kind": kind, "key": key, "reason": reason}
        case Hold(code=code, reason=reason):
            return {"do": "hold", "code": code, "reason": reason}
        case Skip(code=code, reason=reason):
            return {"do": "skip", "code": code, "reason": reason}


def shown(value: Any) -> Any:
    """A payload for people: an id that only the target knows is named by what it belongs to.

    >>> shown({"customer": Link("customer", "shop/customer/7")})
    {'customer': 'id of customer shop/customer/7'}
    """
    if isinstance(value, Link):
        return value.key if value.field == "itself" else f"{value.field} of {value.kind} {value.key}"
    if isinstance(value, Mapping):
        return {name: shown(part) for name, part in value.items()}
    return [shown(part) for part in value] if isinstance(value, list | tuple) else value
