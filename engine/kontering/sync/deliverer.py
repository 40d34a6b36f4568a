"""Serves one lane over the network: plan, intent, call, receipt; one commit a step, and never a second call in doubt.

The intent is committed before the call. The receipt waits in memory for the next commit: if the process dies before it,
the guard finds out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeAlias

from kontering.errors import Closed, Denied, KonteringError, Refusal, Refused, TryLater, Unsure
from kontering.model.link import Linked
from kontering.model.plan import Found, Hold, LookUp, Step, Trial
from kontering.sdk.connector import Target
from kontering.store import audit, backups, deliveries, documents, gates, lanes, links
from kontering.store.codec import digest
from kontering.store.deliveries import Delivery, action_of
from kontering.store.documents import Row
from kontering.store.lanes import Claimed
from kontering.store.store import Store, Tx
from kontering.sync import course as courses
from kontering.sync import facts as known
from kontering.sync import guard, holds, keys, kill, matching, mishaps
from kontering.sync.course import Course
from kontering.sync.guard import Judge
from kontering.sync.progress import Ended, Tell, quiet
from kontering.sync.reviewed import next_of
from kontering.sync.wiring import Wired

MOST = 50
"""Documents that a lane gets served before other lanes have their turn."""

ANOTHER_IS_AT_IT = 1_000
log = logging.getLogger("kontering.delivery")
Write: TypeAlias = Callable[[Tx], None]


class Later(KonteringError):
    """The lane is given back and due again after so many milliseconds; `trouble` says why, if it is trouble."""

    def __init__(self, after: int, trouble: str | None = None) -> None:
        super().__init__(trouble or f"again in {after} ms")
        self.after = after
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Send:
    """A call to make now: its intent is kept."""

    step: Step
    row: int
    attempt: int


@dataclass(frozen=True, slots=True)
class AskAbout:
    """A look-up for a step whose answer was lost."""

    unsure: Delivery


@dataclass(frozen=True, slots=True)
class Go:
    """Nothing to call; look at the plan again."""


Move: TypeAlias = Send | AskAbout | LookUp | Trial | Go


@dataclass(slots=True)
class Serving:
    """One lane that is ours, being served."""

    store: Store
    wired: Wired
    ours: Claimed
    target: Target
    judge: Judge = guard.verdict
    tell: Tell = quiet
    stops: Callable[[], bool] = lambda: False
    unwritten: list[Write] = field(default_factory=list)
    receipts: int = 0
    restored: bool = False
    """The store came from a backup: what it doesn't know may have happened."""
    ended: int = 0
    """Documents that came to an end, so that trouble after them counts anew."""

    def serve(self) -> int:
        """All that the lane has to do, or the first part of it; gives back how many documents were served."""
        with self.store.begin() as tx:
            lanes.renew(tx, self.ours)
            flows = self.wired.running(gates.paused_flows(tx))
            self.restored = backups.is_restored(tx)
            rows = documents.open_ids(tx, [self.ours.key], flows, MOST, self.wired.reviewed)
        try:
            for row in rows:
                with mishaps.Caught(partial(self._mishap, row)):
                    self._document(row)
                if self.stops():
                    break
        finally:
            self._flush()
        return self.ended

    def _document(self, number: int) -> None:
        course: Course | None = None
        while True:
            with self.store.begin() as tx:
                self._write(tx)
                lanes.renew(tx, self.ours)
                move, row, course = self._next(tx, number, course)
            self._written()
            if move is None or row is None:
                return
            course = self._do(move, row, course)

    def _mishap(self, number: int, error: Exception) -> None:
        """The document is put aside, and the others go on; a step that it began stays in doubt until it is retried."""
        with mishaps.Caught(self._receipts_lost):
            self._flush()
        with self.store.begin() as tx:
            lanes.renew(tx, self.ours)
            row = documents.brief(tx, number)
            if row is not None:
                begun = [one.id for one in deliveries.sent(tx, self.ours.connection, row.key)]
                about = {"project": tx.project, "connection": self.ours.connection, "document": row.key}
                mishaps.note(error, **about, deliveries=begun)
                _, columns = courses.ends(holds.mishap(row.key, mishaps.words(error)))
                self._end(tx, row, "failed", columns)

    def _receipts_lost(self, error: Exception) -> None:
        """What can't be written is in doubt, as after a kill."""
        mishaps.note(error, project=self.store.project, connection=self.ours.connection, lane=self.ours.key)
        self.unwritten, self.receipts = [], 0

    def _next(self, tx: Tx, number: int, course: Course | None) -> tuple[Move | None, Row | None, Course | None]:
        """The next move of a document; its intent is written here, so that it is kept before it is made."""
        row = documents.open_one(tx, number) if course is None else course.row
        if row is None or (course and not documents.is_open(tx, number)):
            return None, None, None
        unsure = deliveries.sent(tx, row.connection, row.key)
        if unsure:
            return self._clear_up(tx, row, unsure[0]), row, None
        course = course or self._begin(tx, row)
        return (self._advance(tx, course) if course else None), row, course

    def _advance(self, tx: Tx, course: Course) -> Move | None:
        match next_of(tx, course, self.wired.reviewed):
            case Step() as step:
                return self._intend(tx, course, step)
            case LookUp() | Trial() as question:
                return question
            case entry:
                self._end(tx, course.row, *courses.ends(entry))
                return None

    def _begin(self, tx: Tx, row: Row) -> Course | None:
        flow = self.wired.flows[row.flow]
        document = courses.settle(tx, row, flow)
        if isinstance(document, courses.Aside):
            self._end(tx, row, document.state, document.columns)
            return None
        if document is None:
            return None
        facts = courses.facts_of(tx, row.connection, [(row, document, flow)])[row.id]
        return courses.begin(row, document, flow, facts)

    def _intend(self, tx: Tx, course: Course, step: Step) -> Move | None:
        row = course.row
        before = deliveries.of(tx, row.connection, step)
        if before is not None and before.state == "done" and before.receipt is not None:
            course.facts = known.with_receipt(course.facts, before.step, before.receipt)
            return Go()
        if before is not None and before.state == "sent":
            if documents.has_open(tx, before.document):
                raise Later(ANOTHER_IS_AT_IT)  # what two documents share is made once
            deliveries.take_over(tx, before.id, row.key)
            return Go()
        if before is not None and before.state == "held":
            what = f"{action_of(step)} {step.kind} {step.key}"
            hold = holds.needs_a_person(row.key, what, before.trouble or "unsure")
            self._end(tx, row, *courses.ends(hold))
            return None
        attempt = before.attempt if before else 1
        sent = courses.sendable(self._numbered(step, attempt), course.facts, self._schema(step))
        if before is None and self.restored:
            deliveries.doubt(tx, row.connection, sent)
            return Go()
        kill.point("before_intent")
        number = deliveries.intend(tx, row.connection, sent, attempt=attempt, before=before)
        if number is None:
            raise Later(ANOTHER_IS_AT_IT)
        return Send(sent, number, attempt)

    def _clear_up(self, tx: Tx, row: Row, unsure: Delivery) -> Move | None:
        """A step of this document may have happened: that comes before anything else."""
        takes = self.wired.connectors[row.connection].takes.get(unsure.step.kind)
        match self.judge(unsure, takes.call(unsure.step.action) if takes else None, tx.now):
            case guard.SendAgain():
                deliveries.sent_again(tx, unsure.id)
                return Send(unsure.step, unsure.id, unsure.attempt)
            case guard.Look():
                return AskAbout(unsure)
            case guard.StartOver():
                deliveries.settle(tx, unsure.id, "ready")
                return Go()
            case guard.NotYet(after=after):
                raise Later(after, f"the answer to {_what(unsure.step)} was lost; it is looked up")
            case guard.AskAPerson():
                hold = holds.past_finding_out(row.key, _what(unsure.step))
                deliveries.settle(tx, unsure.id, "held", trouble=hold.reason)
                self._end(tx, row, *courses.ends(hold))
                return None

    def _do(self, move: Move, row: Row, course: Course | None) -> Course | None:
        """Makes the move, and remembers what came of it for the next commit."""
        try:
            match move:
                case Send():
                    return self._send(move, course)
                case AskAbout(unsure=unsure):
                    self._look(row, unsure)
                    return None
                case LookUp() if course is not None:
                    self._ask(course, move)
                case Trial() if course is not None:
                    courses.tried(course, move, self.target.trial(move.step))
        except Closed as closed:
            return self._closed(row, move, closed)
        except Refused as refused:
            return self._refused(row, move, refused.problems)
        return course

    def _send(self, move: Send, course: Course | None) -> Course | None:
        kill.point("after_intent")
        try:
            receipt = self.target.send(move.step)
        except (TryLater, Denied) as nothing:
            trouble = str(nothing)
            self.unwritten.append(lambda tx: deliveries.settle(tx, move.row, "ready", trouble=trouble))
            raise
        except Unsure as unsure:
            trouble = str(unsure)
            self.unwritten.append(lambda tx: deliveries.settle(tx, move.row, "sent", trouble=trouble))
            raise
        kill.point("after_call")
        if log.isEnabledFor(logging.INFO):
            log.info("sent", extra=_about(self, move, receipt))
        return self._received(move.step, move.row, receipt, course)

    def _received(self, step: Step, row: int, receipt: Found, course: Course | None) -> Course | None:
        self.receipts += 1
        connection = self.ours.connection

        def write(tx: Tx) -> None:
            linked = known.learned(_link(tx, connection, step), step, receipt)
            deliveries.received(tx, row, receipt)
            links.put(tx, connection, [linked])
            documents.wake(tx, [(step.kind, step.key)])
            audit.append(tx, [done_entry(connection, step, receipt)])

        self.unwritten.append(write)
        if course is not None:
            course.facts = known.with_receipt(course.facts, step, receipt)
        return course

    def _look(self, row: Row, unsure: Delivery) -> None:
        match guard.seen(unsure, self.target.find(unsure.step.kind, unsure.step.terms)):
            case guard.Happened(receipt=receipt):
                self._received(unsure.step, unsure.id, receipt, None)
            case guard.StartOver():
                self.unwritten.append(lambda tx: deliveries.settle(tx, unsure.id, "ready"))
            case guard.Twice(found=found):
                hold = holds.made_twice(row.key, _what(unsure.step), found)
                self.unwritten.append(lambda tx: deliveries.settle(tx, unsure.id, "held", trouble=hold.reason))
                self._aside(row, hold)

    def _ask(self, course: Course, entry: LookUp) -> None:
        own = courses.terms_known(course, entry)
        answer = matching.choose(lambda by: self.target.find(entry.kind, by), entry.by, own)
        linked = courses.answered(course, entry, answer)
        if linked is not None:
            self.unwritten.append(lambda tx: keep_found(tx, self.ours.connection, linked))

    def _closed(self, row: Row, move: Move, closed: Closed) -> Course | None:
        policy = self.wired.flows[row.flow].policy
        if policy.closed_period != "next_open_day" or closed.until is None or row.closed_until is not None:
            until = closed.until.isoformat() if closed.until else None
            hold = holds.closed_period(row.key, closed.problems, until)
            self._not_taken(move, hold.reason)
            self._aside(row, hold, "failed" if policy.closed_period == "error" else None)
            return None
        until = closed.until.isoformat()
        self._not_taken(move, str(closed))
        self.unwritten.append(lambda tx: documents.closed(tx, row.id, until))
        return None

    def _refused(self, row: Row, move: Move, refusals: Sequence[Refusal]) -> Course | None:
        kind = move.step.kind if isinstance(move, Send | Trial) else move.kind if isinstance(move, LookUp) else row.kind
        hold = holds.refused(row.key, kind, refusals, self.wired.flows[row.flow].taker.place)
        self._not_taken(move, hold.reason)
        self._aside(row, hold)
        return None

    def _not_taken(self, move: Move, trouble: str) -> None:
        """A clear no: nothing happened, and the next attempt is another one to the target."""
        if isinstance(move, Send):
            row, attempt = move.row, move.attempt + 1
            self.unwritten.append(lambda tx: deliveries.start_over(tx, row, attempt, trouble))

    def _aside(self, row: Row, hold: Hold, state: str | None = None) -> None:
        ends, columns = courses.ends(hold)
        self.unwritten.append(lambda tx: self._end(tx, row, state or ends, columns))

    def _end(self, tx: Tx, row: Row, state: str, columns: dict[str, object]) -> None:
        """The document has come to an end for now."""
        end_document(tx, row, state, columns)
        self.ended += 1
        reason = str(columns.get("reason", ""))
        self.tell(Ended(key=row.key, number=row.number or "", state=state, reason=reason))

    def _write(self, tx: Tx) -> None:
        """What came of the calls since the last commit; it stays unwritten until that is through."""
        if self.receipts:
            kill.point("before_receipt")
        for write in self.unwritten:
            write(tx)

    def _written(self) -> None:
        if self.receipts:
            kill.point("after_receipt")
        self.unwritten, self.receipts = [], 0

    def _flush(self) -> None:
        if self.unwritten:
            with self.store.begin() as tx:
                self._write(tx)
            self._written()

    def _numbered(self, step: Step, attempt: int) -> Step:
        if attempt == 1:
            return step
        project, connection = self.store.project, self.ours.connection
        return replace(step, attempt=keys.attempt(project, connection, step.kind, step.key, action_of(step), attempt))

    def _schema(self, step: Step) -> dict[str, object]:
        return dict(self.wired.payload_schema(self.ours.connection, step.kind))


def end_document(tx: Tx, row: Row, state: str, columns: dict[str, object]) -> None:
    """Moves a document to its state, wakes what waits for its flow, and writes it into the audit chain."""
    if state == "done":
        documents.done(tx, [row.id])
        documents.wake(tx, [(f"flow {row.flow}", row.key)])
    else:
        documents.put(tx, [row.id], state, **columns)
    audit.append(tx, [ended_entry(row, state, columns)])


def ended_entry(row: Row, state: str, columns: dict[str, object]) -> audit.Entry:
    data = {
        "version": row.version,
        "mapping": row.mapping,
        "code": columns.get("code"),
        "reason": columns.get("reason"),
    }
    return audit.Entry(who=f"flow {row.flow}", what=state, subject=row.key, data=data)


def done_entry(connection: str, step: Step, receipt: Found) -> audit.Entry:
    data = {
        "connection": connection,
        "kind": step.kind,
        "key": step.key,
        "action": action_of(step),
        "payload": digest(step.body),
        "id": receipt.id,
        "number": receipt.number,
        "reason": step.reason,
    }
    return audit.Entry(who="kontering", what=f"{step.action} {step.kind}", subject=step.document, data=data)


def keep_found(tx: Tx, connection: str, linked: Linked) -> None:
    """A thing that was found is linked, and whoever waited for it goes on."""
    links.put(tx, connection, [linked])
    documents.wake(tx, [(linked.kind, linked.key)])


def _about(serving: Serving, move: Send, receipt: Found) -> dict[str, object]:
    step, project = move.step, serving.store.project
    what = f"{action_of(step)} {step.kind}"
    about = {"project": project, "connection": serving.ours.connection, "delivery": move.row, "step": what}
    return about | {"document": step.document, "attempt": str(step.attempt), "id": receipt.id}


def _link(tx: Tx, connection: str, step: Step) -> Linked | None:
    return links.of(tx, connection, [(step.kind, step.key)]).get((step.kind, step.key))


def _what(step: Step) -> str:
    return f"{step.action} {step.kind} {step.reference or step.key}"
