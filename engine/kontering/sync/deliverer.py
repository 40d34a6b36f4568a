"""Serves one lane over the network: plan, intent, call, receipt; never a second call in doubt.

`inside` is done in a transaction that many lanes share (`rounds`), `make` outside of any. The intent is committed
before its call; the receipt waits in memory for the next commit: if the process dies before it, the guard finds out.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from kontering.errors import Closed, Denied, Refusal, Refused, TryLater, Unsure
from kontering.model.plan import Found, Hold, LookUp, Step, Trial
from kontering.sdk.connector import Target
from kontering.store import deliveries, documents
from kontering.store.deliveries import Delivery, action_of
from kontering.store.documents import Row
from kontering.store.lanes import Claimed
from kontering.store.store import Tx
from kontering.sync import course as courses
from kontering.sync import earlier, guard, holds, keys, kill, matching, mishaps
from kontering.sync import facts as known
from kontering.sync.course import Course
from kontering.sync.facts import Facts
from kontering.sync.guard import Judge
from kontering.sync.kept import Received, end_document, keep_found, words_of
from kontering.sync.progress import Event
from kontering.sync.reviewed import next_of
from kontering.sync.wiring import Wired

MOST = 50
"""Documents that a lane gets served before other lanes have their turn."""

ANOTHER_IS_AT_IT = 250
log = logging.getLogger("kontering.delivery")
Write: TypeAlias = Callable[[Tx], None]


@dataclass(frozen=True, slots=True)
class Rest:
    """The lane is given back and due again after so many milliseconds; `trouble` says why, if it is trouble."""

    after: int
    trouble: str | None = None


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


Call: TypeAlias = Send | AskAbout | LookUp | Trial
Move: TypeAlias = Call | Go | Rest


@dataclass(frozen=True, slots=True)
class Past:
    """What a store can't know: it is a copy, or `begun` is the last day that an earlier one may have served."""

    restored: bool = False
    begun: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a lane stood before a transaction that may have to be done again."""

    rows: tuple[int, ...] | None
    number: int | None
    course: Course | None
    facts: Facts | None
    ended: int


@dataclass(slots=True)
class Serving:
    """One lane that is ours, being served, document by document."""

    project: str
    wired: Wired
    ours: Claimed
    target: Target
    past: Past
    judge: Judge = guard.verdict
    stops: Callable[[], bool] = lambda: False
    unwritten: list[Write] = field(default_factory=list)
    receipts: list[Received] = field(default_factory=list)
    rows: list[int] | None = None
    """Documents that are still to be begun."""
    number: int | None = None
    """The document that is under way, its row and its course once they are known."""
    row: Row | None = None
    course: Course | None = None
    seen_open: bool | None = None
    """Whether the document is still to be worked on, if that was asked for many at once."""
    ended: int = 0
    """Documents that came to an end, so that trouble after them counts anew."""
    told: list[Event] = field(default_factory=list)
    """What is to be told once the transaction is through."""

    def moment(self) -> Moment:
        rows = None if self.rows is None else tuple(self.rows)
        facts = self.course.facts if self.course else None
        return Moment(rows, self.number, self.course, facts, self.ended)

    def back_to(self, moment: Moment) -> None:
        """The transaction was undone: nothing of it has happened."""
        self.rows = None if moment.rows is None else list(moment.rows)
        self.number, self.course, self.ended = moment.number, moment.course, moment.ended
        if self.course is not None and moment.facts is not None:
            self.course.facts = moment.facts
        self.told = []

    def write(self, tx: Tx) -> None:
        """What else came of the calls than receipts (`write_receipts`); unwritten until the commit is through."""
        for each in self.unwritten:
            each(tx)

    def written(self) -> list[Event]:
        """The commit is through; gives back what there is to tell."""
        if self.receipts:
            kill.point("after_receipt")
        told, self.told = self.told, []
        self.unwritten, self.receipts = [], []
        return told

    def inside(self, tx: Tx, flows: Sequence[str]) -> Call | Rest | None:
        """The lane's next call, its intent written; None when the lane has nothing more to do, or is to stop."""
        if self.rows is None:
            self.rows = list(documents.open_ids(tx, [self.ours.key], flows, MOST, self.wired.reviewed))
        while self.number is not None or self._another():
            move = self._next(tx, self.number or 0)
            if isinstance(move, Send | AskAbout | LookUp | Trial | Rest):
                return move
            if move is None:
                self.number = None
        return None

    def _another(self) -> bool:
        if not self.rows or self.stops():
            return False
        self.number, self.course, self.seen_open = self.rows.pop(0), None, None
        return True

    def mishap(self, tx: Tx, error: Exception, number: int | None) -> None:
        """The document is put aside, and the others go on; a step that it began stays in doubt until it is retried."""
        row = documents.brief(tx, number or 0)
        if row is not None:
            begun = [one.id for one in deliveries.sent(tx, self.ours.connection, row.key)]
            about = {"project": tx.project, "connection": self.ours.connection, "document": row.key}
            mishaps.note(error, **about, deliveries=begun)
            _, columns = courses.ends(holds.mishap(row.key, mishaps.words(error)))
            self._end(tx, row, "failed", columns)
        if number == self.number:
            self.number = None

    def receipts_lost(self, error: Exception) -> None:
        """What can't be written is in doubt, as after a kill."""
        mishaps.note(error, project=self.project, connection=self.ours.connection, lane=self.ours.key)
        self.unwritten, self.receipts = [], []

    def _next(self, tx: Tx, number: int) -> Move | None:
        """The next move of a document; its intent is written here, so that it is kept before it is made."""
        if self.course is None:
            return self._first(tx, number)
        is_open, self.seen_open = self.seen_open, None
        if not (documents.is_open(tx, number) if is_open is None else is_open):
            return None
        return self._advance(tx, self.course)

    def _first(self, tx: Tx, number: int) -> Move | None:
        """The document as it stands; what was begun and has no receipt comes before anything else."""
        self.row = row = documents.open_one(tx, number)
        if row is None:
            return None
        unsure = deliveries.sent(tx, row.connection, row.key)
        if unsure:
            return self._clear_up(tx, row, unsure[0])
        self.course = self._begin(tx, row)
        return self._advance(tx, self.course) if self.course else None

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
        document = courses.settle(tx, row, flow, courses.Together())
        if isinstance(document, courses.Aside):
            self._end(tx, row, document.state, document.columns)
            return None
        if document is None:
            return None
        facts = courses.facts_of(tx, row.connection, [(row, document, flow)])[row.id]
        return courses.begin(row, document, flow, facts)

    def _intend(self, tx: Tx, course: Course, step: Step) -> Move | None:
        """Writes the intent of a step that nobody has begun; else it depends on how far that came."""
        row, past = course.row, self.past
        if not past.restored and not earlier.may_be_there(tx, course, step, past.begun):
            sent = courses.sendable(step, course.facts, self._schema(step))
            kill.point("before_intent")
            number = deliveries.intend(tx, row.connection, sent, attempt=1, before=None)
            if number is not None:
                return Send(sent, number, 1)
        before = deliveries.of(tx, row.connection, step)
        return self._begun(tx, course, step, before) if before else self._doubt(tx, course, step)

    def _doubt(self, tx: Tx, course: Course, step: Step) -> Move:
        """An earlier store may have sent it."""
        self.course = None
        deliveries.doubt(tx, course.row.connection, courses.sendable(step, course.facts, self._schema(step)))
        return Go()

    def _begun(self, tx: Tx, course: Course, step: Step, before: Delivery) -> Move | None:
        row = course.row
        if before.state == "done" and before.receipt is not None:
            course.facts = known.with_receipt(course.facts, before.step, before.receipt)
            return Go()
        if before.state == "sent":
            if documents.has_open(tx, before.document):
                return Rest(ANOTHER_IS_AT_IT)  # what two documents share is made once
            self.course = None
            deliveries.take_over(tx, before.id, row.key)
            return Go()
        if before.state == "held":
            what = f"{action_of(step)} {step.kind} {step.key}"
            hold = holds.needs_a_person(row.key, what, before.trouble or "unsure")
            self._end(tx, row, *courses.ends(hold))
            return None
        sent = courses.sendable(self._numbered(step, before.attempt), course.facts, self._schema(step))
        kill.point("before_intent")
        number = deliveries.intend(tx, row.connection, sent, attempt=before.attempt, before=before)
        return Rest(ANOTHER_IS_AT_IT) if number is None else Send(sent, number, before.attempt)

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
                return Rest(after, f"the answer to {words_of(unsure.step)} was lost; it is looked up")
            case guard.AskAPerson():
                hold = holds.past_finding_out(row.key, words_of(unsure.step))
                deliveries.settle(tx, unsure.id, "held", trouble=hold.reason)
                self._end(tx, row, *courses.ends(hold))
                return None

    def make(self, move: Call) -> None:
        """Makes the call, and remembers what came of it for the next commit."""
        row = self.row
        assert row is not None
        try:
            match move:
                case Send():
                    self._send(move)
                case AskAbout(unsure=unsure):
                    self._look(row, unsure)
                case LookUp() if self.course is not None:
                    self._ask(self.course, move)
                case Trial() if self.course is not None:
                    courses.tried(self.course, move, self.target.trial(move.step))
        except Closed as closed:
            self._closed(row, move, closed)
        except Refused as refused:
            self._refused(row, move, refused.problems)

    def _send(self, move: Send) -> None:
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
        self._received(move.step, move.row, receipt, self.course)

    def _received(self, step: Step, row: int, receipt: Found, course: Course | None) -> None:
        self.receipts.append(Received(step, row, receipt))
        if course is not None:
            course.facts = known.with_receipt(course.facts, step, receipt)

    def _look(self, row: Row, unsure: Delivery) -> None:
        match guard.seen(unsure, self.target.find(unsure.step.kind, unsure.step.terms)):
            case guard.Happened(receipt=receipt):
                hold = earlier.another(row, self.wired.flows[row.flow], receipt) if self._by_reference(unsure) else None
                if hold is None:
                    self._received(unsure.step, unsure.id, receipt, None)
                else:
                    self._held(row, unsure, hold)
            case guard.StartOver():
                self.unwritten.append(lambda tx: deliveries.settle(tx, unsure.id, "ready"))
            case guard.Twice(found=found):
                self._held(row, unsure, holds.made_twice(row.key, words_of(unsure.step), found))

    def _by_reference(self, unsure: Delivery) -> bool:
        """Was it looked for although this store has never sent it?"""
        return unsure.first_at == 0 and not self.past.restored and unsure.step.key == unsure.document

    def _held(self, row: Row, unsure: Delivery, hold: Hold) -> None:
        self.unwritten.append(lambda tx: deliveries.settle(tx, unsure.id, "held", trouble=hold.reason))
        self._aside(row, hold)

    def _ask(self, course: Course, entry: LookUp) -> None:
        own = courses.terms_known(course, entry)
        answer = matching.choose(lambda by: self.target.find(entry.kind, by), entry.by, own)
        linked = courses.answered(course, entry, answer)
        if linked is not None:
            self.unwritten.append(lambda tx: keep_found(tx, self.ours.connection, linked))

    def _closed(self, row: Row, move: Call, closed: Closed) -> None:
        policy = self.wired.flows[row.flow].policy
        self.course = None
        if policy.closed_period != "next_open_day" or closed.until is None or row.closed_until is not None:
            until = closed.until.isoformat() if closed.until else None
            hold = holds.closed_period(row.key, closed.problems, until)
            self._not_taken(move, hold.reason)
            self._aside(row, hold, "failed" if policy.closed_period == "error" else None)
            return
        until = closed.until.isoformat()
        self._not_taken(move, str(closed))
        self.unwritten.append(lambda tx: documents.closed(tx, row.id, until))

    def _refused(self, row: Row, move: Call, refusals: Sequence[Refusal]) -> None:
        kind = move.step.kind if isinstance(move, Send | Trial) else move.kind if isinstance(move, LookUp) else row.kind
        hold = holds.refused(row.key, kind, refusals, self.wired.flows[row.flow].taker.place)
        self.course = None
        self._not_taken(move, hold.reason)
        self._aside(row, hold)

    def _not_taken(self, move: Call, trouble: str) -> None:
        """A clear no: nothing happened, and the next attempt is another one to the target."""
        if isinstance(move, Send):
            row, attempt = move.row, move.attempt + 1
            self.unwritten.append(lambda tx: deliveries.start_over(tx, row, attempt, trouble))

    def _aside(self, row: Row, hold: Hold, state: str | None = None) -> None:
        ends, columns = courses.ends(hold)
        self.unwritten.append(lambda tx: self._end(tx, row, state or ends, columns))

    def _end(self, tx: Tx, row: Row, state: str, columns: dict[str, object]) -> None:
        """The document has come to an end for now."""
        self.told.append(end_document(tx, row, state, columns))
        self.ended += 1

    def _numbered(self, step: Step, attempt: int) -> Step:
        if attempt == 1:
            return step
        project, connection = self.project, self.ours.connection
        return replace(step, attempt=keys.attempt(project, connection, step.kind, step.key, action_of(step), attempt))

    def _schema(self, step: Step) -> dict[str, object]:
        return dict(self.wired.payload_schema(self.ours.connection, step.kind))


def _about(serving: Serving, move: Send, receipt: Found) -> dict[str, object]:
    step, project = move.step, serving.project
    what = f"{action_of(step)} {step.kind}"
    about = {"project": project, "connection": serving.ours.connection, "delivery": move.row, "step": what}
    return about | {"document": step.document, "attempt": str(step.attempt), "id": receipt.id}
