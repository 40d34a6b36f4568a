"""Delivers to a target that lives in the store: effect and receipt in one transaction, many documents at once.

Nothing is ever in doubt here: a process that dies has done nothing, and whoever comes next does all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kontering.errors import Closed, Refused
from kontering.model.link import Linked
from kontering.model.plan import Found, Hold, LookUp, Step, Todo, Trial
from kontering.model.voucher import Document
from kontering.sdk.connector import Holding, Target
from kontering.store import audit, deliveries, documents, gates, lanes, links
from kontering.store.documents import Row
from kontering.store.store import Store, Tx, exclusive
from kontering.sync import course as courses
from kontering.sync import facts as known
from kontering.sync import holds, kill, matching, mishaps
from kontering.sync.course import Course
from kontering.sync.facts import Facts
from kontering.sync.kept import done_entry, ended_entry
from kontering.sync.keys import Thing
from kontering.sync.progress import Ended, Tell, quiet
from kontering.sync.reviewed import next_of
from kontering.sync.wiring import Wired, WiredFlow

LANES = 200
DOCUMENTS = 200
"""Documents of one transaction: a commit costs as much as some ten of them."""


@dataclass(slots=True)
class Batch:
    """What one transaction does: written into the store's tables at its end, all at once."""

    tx: Tx
    wired: Wired
    connection: str
    target: Target
    links: dict[Thing, Linked] = field(default_factory=dict)
    fresh: dict[Thing, Linked] = field(default_factory=dict)
    done: list[tuple[Step, Found]] = field(default_factory=list)
    ended: list[tuple[Row, str, dict[str, Any]]] = field(default_factory=list)
    entries: list[audit.Entry] = field(default_factory=list)


def serve_batch(
    store: Store, wired: Wired, connection: str, owner: str, tell: Tell = quiet, most: int = DOCUMENTS
) -> int:
    """Serves many lanes of an embedded target; gives back how many documents were served.

    A mishap undoes the whole transaction: the document that met it is put aside, and the others are done again.
    """
    under_way = UnderWay()
    with mishaps.Caught(under_way.met):
        return _served(store, wired, connection, owner, tell, most, under_way)
    if under_way.row is None and most > 1:
        return serve_batch(store, wired, connection, owner, tell, most=1)
    _put_aside(store, connection, under_way, tell)
    return 1


@dataclass(slots=True)
class UnderWay:
    """The document that is just being worked on, and what nobody foresaw there."""

    row: Row | None = None
    only: Row | None = None
    error: Exception = field(default_factory=Exception)

    def met(self, error: Exception) -> None:
        self.error = error


def _put_aside(store: Store, connection: str, under_way: UnderWay, tell: Tell) -> None:
    row = under_way.row or under_way.only
    if row is None:
        raise under_way.error
    mishaps.note(under_way.error, project=store.project, connection=connection, document=row.key)
    state, columns = "failed", courses.ends(holds.mishap(row.key, mishaps.words(under_way.error)))[1]
    with store.begin() as tx:
        documents.put(tx, [row.id], state, **columns)
        audit.append(tx, [ended_entry(row, state, columns)])
    tell(Ended(key=row.key, number=row.number or "", state=state, reason=str(columns["reason"])))


def _served(store: Store, wired: Wired, connection: str, owner: str, tell: Tell, most: int, under_way: UnderWay) -> int:
    kill.point("before_intent")
    with store.begin() as tx:
        exclusive(tx, f"books/{connection}")
        flows = wired.running(gates.paused_flows(tx))
        ours = lanes.claim(tx, owner, to=[connection], reads=(), limit=LANES)
        if not ours:
            return 0
        rows = documents.open_in(tx, [one.key for one in ours], flows, most, wired.reviewed)
        under_way.only = rows[0] if len(rows) == 1 else None
        batch = Batch(tx=tx, wired=wired, connection=connection, target=wired.embedded(connection, tx.connection))
        if isinstance(batch.target, Holding):
            batch.target.hold()
        _deliver(batch, rows, under_way)
        under_way.row = None
        if isinstance(batch.target, Holding):
            batch.target.finish()
        _write(batch)
        lanes.give_back(tx, ours, () if wired.reviewed else flows)
        kill.point("before_receipt")
    kill.point("after_receipt")
    for row, state, columns in batch.ended:
        tell(Ended(key=row.key, number=row.number or "", state=state, reason=str(columns.get("reason", ""))))
    return len(rows)


def _deliver(batch: Batch, rows: Sequence[Row], under_way: UnderWay) -> None:
    settled: list[tuple[Row, Document, WiredFlow]] = []
    together = courses.Together()
    for row in rows:
        under_way.row = row
        flow = batch.wired.flows[row.flow]
        document = courses.settle(batch.tx, row, flow, together)
        if isinstance(document, courses.Aside):
            batch.ended.append((row, document.state, document.columns))
        elif document is not None:
            settled.append((row, document, flow))
    under_way.row = None
    facts = courses.facts_of(batch.tx, batch.connection, settled)
    batch.links = {thing: linked for one in facts.values() for thing, linked in one.links.items()}
    for row, document, flow in settled:
        under_way.row = row
        course = courses.begin(row, document, flow, _shared(batch, facts[row.id]))
        _document(batch, course)


def _shared(batch: Batch, facts: Facts) -> Facts:
    """The document's facts, with links that see what the documents before it have done."""
    return Facts(links=batch.links, states=facts.states, credited=facts.credited, closed_until=facts.closed_until)


def _document(batch: Batch, course: Course) -> None:
    while True:
        entry = next_of(batch.tx, course, batch.wired.reviewed)
        try:
            if not _made(batch, course, entry):
                state, columns = courses.ends(entry)
                batch.ended.append((course.row, state, columns))
                return
        except Closed as closed:
            if not _moves(batch, course, closed):
                return
        except Refused as refused:
            kind = entry.kind if isinstance(entry, Step | LookUp) else course.row.kind
            _aside(batch, course, holds.refused(course.row.key, kind, refused.problems, course.flow.taker.place))
            return


def _made(batch: Batch, course: Course, entry: Todo | None) -> bool:
    """Does what the plan says next; False at its end."""
    match entry:
        case Step():
            step = courses.sendable(entry, course.facts, batch.wired.payload_schema(batch.connection, entry.kind))
            receipt = batch.target.send(step)
            kill.point("after_call")
            _learn(batch, known.learned(batch.links.get((step.kind, step.key)), step, receipt))
            batch.done.append((step, receipt))
            batch.entries.append(done_entry(batch.connection, step, receipt))
        case LookUp():
            own = courses.terms_known(course, entry)
            answer = matching.choose(lambda by: batch.target.find(entry.kind, by), entry.by, own)
            linked = courses.answered(course, entry, answer)
            if linked is not None:
                _learn(batch, linked)
                course.facts = known.with_links(course.facts, batch.links)
        case Trial():
            courses.tried(course, entry, batch.target.trial(entry.step))
        case _:
            return False
    return True


def _learn(batch: Batch, linked: Linked) -> None:
    thing = (linked.kind, linked.key)
    batch.links[thing] = batch.fresh[thing] = linked


def _moves(batch: Batch, course: Course, closed: Closed) -> bool:
    """The flow may let a document of a closed period go to the next open day; else a person looks at it."""
    policy, until = course.flow.policy, closed.until.isoformat() if closed.until else None
    if policy.closed_period == "next_open_day" and until and course.facts.closed_until is None:
        documents.closed(batch.tx, course.row.id, until)
        document = course.want.document
        facts = known.with_closed(course.facts, until)
        course.facts, course.want = facts, courses.begin(course.row, document, course.flow, facts).want
        return True
    hold = holds.closed_period(course.row.key, closed.problems, until)
    _aside(batch, course, hold, failed=policy.closed_period == "error")
    return False


def _aside(batch: Batch, course: Course, hold: Hold, *, failed: bool = False) -> None:
    state, columns = courses.ends(hold)
    batch.ended.append((course.row, "failed" if failed else state, columns))


def _write(batch: Batch) -> None:
    tx = batch.tx
    links.put(tx, batch.connection, list(batch.fresh.values()))
    deliveries.add_done(tx, batch.connection, batch.done)
    documents.done(tx, [row.id for row, state, _ in batch.ended if state == "done"])
    for row, state, columns in batch.ended:
        if state != "done":
            documents.put(tx, [row.id], state, **columns)
    flows = [(f"flow {row.flow}", row.key) for row, state, _ in batch.ended if state == "done"]
    documents.wake(tx, [*batch.fresh, *flows])
    ends = [ended_entry(row, state, columns) for row, state, columns in batch.ended]
    audit.append(tx, [*batch.entries, *ends])
