"""One document on its way: its settled form, what is known of its target, and its plan's next entry.

Shared by the deliverers: one sends over a network, step by step; the other works in the store's own transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kontering.model.document import Planned
from kontering.model.link import Linked
from kontering.model.plan import Found, Hold, LookUp, Skip, Step, Todo, Totals, Trial, Wait
from kontering.model.record import JsonObject
from kontering.model.state import State
from kontering.model.voucher import Document
from kontering.store import codec, documents, lanes, links
from kontering.store.documents import Row
from kontering.store.store import Tx, exclusive
from kontering.sync import facts as known
from kontering.sync import flow as reading
from kontering.sync import ids, keys, matching, planner, state_plan
from kontering.sync.facts import Facts, Nobody, Origin, Several
from kontering.sync.others import NOBODY, Others, Settled, beside
from kontering.sync.prepare import Held, Ready, Skipped, prepare
from kontering.sync.state_plan import WantedState
from kontering.sync.wanted import Wanted
from kontering.sync.wiring import WiredFlow


@dataclass(slots=True)
class Course:
    """A document under way. `facts` grow with every answer; nothing of it is kept but what the store is told."""

    row: Row
    flow: WiredFlow
    want: planner.Want
    facts: Facts

    def next(self) -> Todo | None:
        """The first thing that is still to be done."""
        return next(planner.todo(self.want, self.facts), None)


@dataclass(frozen=True, slots=True)
class Aside:
    """A document whose end is clear before it is planned."""

    state: str
    columns: dict[str, Any]


@dataclass(slots=True)
class Together:
    """What is known of other documents while a run of bank lines is prepared in one transaction: read once for all."""

    flow: str = ""
    known: Others = NOBODY
    settled: Settled = field(default_factory=Settled)

    def others(self, tx: Tx, flow: WiredFlow) -> Others:
        if flow.maker.mapping.target in reading.TAKES:
            exclusive(tx, "/".join(keys.open_items(flow.target)))
        if flow.maker.mapping.target != "bank_line":
            self.flow = ""
            return reading.others(tx, flow.target, flow.source)
        if flow.name != self.flow:
            self.flow, self.settled = flow.name, Settled(flow=flow.name)
            self.known = beside(reading.others(tx, flow.target, flow.source), self.settled)
        return self.known


def settle(tx: Tx, row: Row, flow: WiredFlow, together: Together) -> Document | Aside | None:
    """The document of a row. Prepared only now, it may be put aside, or have moved to its customer's lane (None)."""
    if row.document is not None:
        return codec.document(row.kind, row.document)
    prepared = prepare(flow.maker, row.record, together.others(tx, flow))
    match prepared:
        case Ready():
            document = next((one for one in reading.documents_of(prepared) if one.key == row.key), None)
            if document is None:
                return Aside("skipped", {"code": "REBILLED", "reason": "other documents took its place"})
            columns = reading.settled_columns(row.connection, document)
            documents.settled(tx, row.id, columns.pop("document"), **columns, mapping=flow.maker.mapping.digest)
            documents.wake(tx, [(document.kind, row.key), *reading.opened(row.connection, document.kind)])
            together.settled.add(document)
            if columns["lane"] == row.lane:
                return document
            lanes.wake(tx, [(columns["lane"], row.connection)])  # behind what its customer's lane has already
            return None
        case Held() | Skipped():
            columns = reading.aside_columns(prepared)
            return Aside(columns.pop("state"), columns)


def facts_of(tx: Tx, connection: str, rows: Iterable[tuple[Row, Document, WiredFlow]]) -> dict[int, Facts]:
    """What is known of the target for these documents, read at once."""
    rows = list(rows)
    things = {thing for _, document, flow in rows for thing in planner.things(document, flow.policy)}
    all_links = links.of(tx, connection, things)
    named = {key for row, document, flow in rows for key in _named(document, flow)}
    states = documents.states(tx, connection, named) if named else {}
    origins = documents.origins(tx, [one.origin for _, one, _ in rows if isinstance(one, State) and one.origin])
    return {
        row.id: Facts(
            links=all_links,
            states=states,
            origins={key: _origin(read) for key, read in origins.items()},
            credited=_is_credited(tx, document, flow),
            closed_until=row.closed_until,
        )
        for row, document, flow in rows
    }


def _origin(read: Sequence[tuple[str, str]]) -> Origin:
    decided = all(state in ("done", "skipped") for _, state in read)
    return Origin(versions=frozenset(version for version, _ in read), decided=decided)


def begin(row: Row, document: Document, flow: WiredFlow, facts: Facts) -> Course:
    want = planner.wants(document, facts, flow.policy, flow.taker)
    return Course(row=row, flow=flow, want=want, facts=facts)


def sendable(step: Step, facts: Facts, schema: Mapping[str, Any]) -> Step:
    """The step as it is sent and stored: ids filled in, and read back, so that the same bytes can be sent again."""
    of = facts.links[step.on].found if step.on and step.on in facts.links else None
    full = replace(step, body=ids.fill(step.body, facts.links, schema), of=of)
    return codec.step(codec.packed(full))


def terms_known(course: Course, entry: LookUp) -> Mapping[str, str]:
    """By what a found thing is compared with ours."""
    if entry.kind == "customer" and isinstance(course.want, Wanted):
        return matching.all_terms(course.want.document, course.flow.policy.customers)
    if isinstance(course.want, WantedState):
        return state_plan.known_terms(course.want.document, entry.kind)
    return {name: value for by in entry.by for name, value in by.items()}


def answered(course: Course, entry: LookUp, answer: Found | Nobody | Several) -> Linked | None:
    """A look-up's answer becomes a fact; gives back the link that has to be kept, if it found one thing."""
    thing = (entry.kind, entry.key)
    before = course.facts.links.get(thing)
    if isinstance(answer, Nobody | Several):
        course.facts = known.with_answer(course.facts, thing, answer)
        return None
    of_state = isinstance(course.want, WantedState)
    linked = Linked(kind=entry.kind, key=entry.key, found=answer)
    if before:
        linked = _looked_again(before, answer, answer.data if of_state else {})
    course.facts = known.with_link(course.facts, linked)
    if before or of_state:  # asked once is enough: without new totals the plan goes on to what else there is
        course.facts = known.with_answer(course.facts, thing, Nobody())
    return linked


def tried(course: Course, entry: Trial, totals: Totals) -> None:
    course.facts = known.with_trial(course.facts, (entry.step.kind, entry.step.key), totals)


def ends(entry: Todo | None) -> tuple[str, dict[str, Any]]:
    """The state that a document ends in when its plan has nothing more to do, and the columns that say why."""
    match entry:
        case None:
            return "done", {}
        case Hold(code=code, reason=reason, details=details, problems=problems):
            text = codec.packed({"problems": problems, "details": details})
            return "held", {"code": code, "reason": reason, "details": text, "waits": _hold_waits(code, details)}
        case Skip(code=code, reason=reason):
            return "skipped", {"code": code, "reason": reason}
        case Wait(kind=kind, key=key, reason=reason):
            return "waiting", {"code": "WAIT", "reason": reason, "waits": f"{kind}/{key}"}
        case _:
            raise TypeError(f"a plan doesn't end with {entry!r}")


def _hold_waits(code: str, details: Mapping[str, Any]) -> str | None:
    """A credit note that is held for want of its invoice goes on by itself when that comes."""
    return f"invoice/{details['credits']}" if code == "INVOICE_UNKNOWN" and details.get("credits") else None


def _named(document: Document, flow: WiredFlow) -> Iterable[str]:
    if isinstance(document, Planned) and document.credits:
        yield document.credits
    if flow.policy.needs:
        yield document.key


def _is_credited(tx: Tx, document: Document, flow: WiredFlow) -> bool:
    """Only a cancelled invoice asks whether parts of it were credited."""
    return (
        isinstance(document, Planned)
        and flow.policy.states.get(document.state) == "cancel"
        and bool(documents.credits_of(tx, flow.target, document.key, ""))
    )


def _looked_again(before: Linked, found: Found, data: JsonObject) -> Linked:
    done = before.found.done | found.done
    return replace(before, found=replace(found, done=done, totals=found.totals or before.found.totals, data=data))
