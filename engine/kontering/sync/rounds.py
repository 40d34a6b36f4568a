"""Serves many lanes of a project at once, in rounds: one transaction for all of them, then their calls side by side.

A round writes what came of the calls that have ended since, renews the leases, and writes the intents of the next
calls; its one commit makes all of them durable, and only then does a byte leave. Calls that are under way meanwhile are
in the next round. If anything goes wrong inside of a round, it is undone, and each lane is taken by itself.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeAlias

from kontering.errors import KonteringError, Misuse, NotOurs, Problems, StoreBusy, StoreUnusable
from kontering.sdk import moments
from kontering.store import backups, documents, gates, lanes
from kontering.store.lanes import LEASE, Claimed
from kontering.store.store import Tx
from kontering.sync import desk as desks
from kontering.sync import earlier, mishaps
from kontering.sync.callers import Callers, Ending
from kontering.sync.deliverer import Call, Past, Rest, Serving
from kontering.sync.desk import Desk
from kontering.sync.kept import Received, write_receipts
from kontering.sync.outcomes import outcome
from kontering.sync.progress import Event

TURN = 1.0
"""Seconds after which no lane is begun any more, since other projects may wait."""

LEAVES = LEASE / 1000 - 35
"""Seconds after its round began in which a call may leave: it and its answer end before the lease."""

DRY = 0.02
"""Seconds before lanes are asked for again, when there were fewer than could be served."""

GATHER = 0.002
"""Seconds for which a commit waits for more answers: it costs as much for one as for many."""

PATIENCE = 0.25
TRIES = 5

Answered: TypeAlias = tuple[Serving, BaseException | None]
"""A lane whose call has ended, and what went wrong with it."""


@dataclass(slots=True)
class Round:
    """What one transaction has come to."""

    calls: list[tuple[Serving, Call]] = field(default_factory=list)
    over: list[Serving] = field(default_factory=list)
    """Lanes that have nothing more to do."""
    told: list[Event] = field(default_factory=list)
    claimed: int = 0


@dataclass(slots=True)
class Rounds:
    """One turn of a project: lanes are claimed as long as it lasts, and served as far as they were begun."""

    desk: Desk
    owner: str
    claims: bool = True
    leave: Callable[[], None] = lambda: None
    """Called when no more lanes will be claimed: another turn may begin while the last calls are under way."""
    served: int = 0
    until: float = 0.0
    again: float = 0.0
    past: Past | None = None

    def run(self, first: Sequence[Claimed] = ()) -> int:
        """Serves these lanes, and others that are due; gives back how many."""
        self.until = time.monotonic() + TURN
        if first:
            with self.desk.store.look() as tx:
                self._remember(tx, first)
        with Callers[Serving](self.desk.calls) as callers:
            back: list[Answered] = [(self._serving(ours), None) for ours in first]
            self.served += len(back)
            while True:
                try:
                    found = self._round(callers, back)
                except StoreUnusable:
                    self._salvage(callers, back)
                    raise
                if not callers.flying and not found:
                    return self.served
                back = callers.answers(PATIENCE, GATHER) if callers.flying else []

    def _round(self, callers: Callers[Serving], back: Sequence[Answered]) -> bool:
        """One commit and the calls that follow from it; False if there was nothing to do."""
        room = self._room(callers.flying + len(back))
        if not back and not room:
            return False
        began = moments.clock()
        rounds = [self._together(back, room)]
        if rounds[0] is None:
            rounds = [self._alone(one) for one in (*back, *self._claimed_alone(room))]
        for one in rounds:
            if one is not None:
                self._begin(callers, one, began)
        for _, trouble in back:
            if trouble is not None and not isinstance(trouble, KonteringError) and not mishaps.is_one(trouble):
                raise trouble  # what ails the process isn't a lane's
        return any(one is not None and (one.claimed or one.calls or one.over) for one in rounds)

    def _begin(self, callers: Callers[Serving], round_: Round, began: float) -> None:
        for event in round_.told:
            self.desk.tell(event)
        self.served += round_.claimed
        for serving, move in round_.calls:
            callers.call(serving, _call(serving, move, began + LEAVES))

    def _room(self, taken: int) -> int:
        """How many lanes may be claimed now."""
        now = time.monotonic()
        if not self.claims or self.desk.stop.is_set() or now > self.until:
            if self.claims:
                self.claims = False
                self.leave()
            return 0
        return self.desk.calls - taken if now >= self.again else 0

    def _together(self, back: Sequence[Answered], room: int) -> Round | None:
        """One transaction for all; None if something went wrong in it, which undoes all of it."""
        moments_ = [serving.moment() for serving, _ in back]
        with mishaps.Caught(_is_told_alone), suppress(StoreBusy, Misuse, Problems):
            with self.desk.store.begin() as tx:
                done = self._inside(tx, back, room)
            return self._through(done, back)
        for (serving, _), moment in zip(back, moments_, strict=True):
            serving.back_to(moment)
        return None

    def _alone(self, one: Answered) -> Round:
        """A lane by itself: what nobody foresaw puts the document aside that met it."""
        serving, trouble = one
        fault: int | None = None
        for tries in range(TRIES):
            moment, ending = serving.moment(), Ending()
            with ending:
                with self.desk.store.begin() as tx:
                    done = self._inside(tx, [(serving, trouble)], 0, fault)
                return self._through(done, [one])
            fault, error = serving.number, ending.error
            serving.back_to(moment)
            if isinstance(error, StoreBusy) and tries < TRIES - 1:
                time.sleep(random.uniform(0.01, 0.1))
            elif error is not None and (mishaps.is_one(error) or isinstance(error, Misuse | Problems)):
                trouble = self._written_alone(serving, trouble, error)
            elif error is not None:
                raise error
        return Round()

    def _claimed_alone(self, room: int) -> Sequence[Answered]:
        """What would have been claimed is, with nothing else in the transaction: one of them may be what went wrong."""
        if not room:
            return ()
        with self.desk.store.begin() as tx:
            claimed = self._claimed(tx, room)
            self._remember(tx, claimed)
            told: list[Event] = []
            servings = [serving for ours in claimed if (serving := self._opened(tx, ours, told)) is not None]
        for event in told:
            self.desk.tell(event)
        self.served += len(claimed)
        return [(serving, None) for serving in servings]

    def _written_alone(
        self, serving: Serving, trouble: BaseException | None, error: BaseException
    ) -> BaseException | None:
        """What can be written of the calls is; then the error is the trouble, unless it was met while writing."""
        with mishaps.Caught(serving.receipts_lost):
            with self.desk.store.begin() as tx:
                _write(tx, [serving])
            for event in serving.written():
                self.desk.tell(event)
        return error if trouble is None else trouble

    def _through(self, done: Round, back: Sequence[Answered]) -> Round:
        """The commit is through."""
        seen = {id(serving): serving for serving in (*done.over, *(one for one, _ in done.calls))}
        for serving in (seen | {id(serving): serving for serving, _ in back}).values():
            done.told += serving.written()
        for serving in done.over:
            self.desk.fails[serving.ours.connection] = 0
        return done

    def _inside(self, tx: Tx, back: Sequence[Answered], room: int, fault: int | None = None) -> Round:
        done = Round()
        lost = lanes.renew_all(tx, [serving.ours for serving, _ in back])
        flows = self.desk.wired.running(gates.paused_flows(tx))
        _write(tx, [serving for serving, _ in back])
        _see_open(tx, [serving for serving, _ in back])
        for serving, trouble in back:
            self._one(tx, done, serving, NotOurs() if serving.ours.key in lost else trouble, flows, fault)
        if room:
            claimed = self._claimed(tx, room)
            self._remember(tx, claimed)
            for ours in claimed:
                done.claimed += 1
                opened = self._opened(tx, ours, done.told)
                if opened is not None:
                    self._one(tx, done, opened, None, flows)
        self._give_back(tx, done.over, flows)
        return done

    def _one(
        self,
        tx: Tx,
        done: Round,
        serving: Serving,
        trouble: BaseException | None,
        flows: Sequence[str],
        fault: int | None = None,
    ) -> None:
        """`fault` is the document that met what nobody foresaw, if that was while it was planned."""
        if trouble is not None and mishaps.is_one(trouble):
            serving.mishap(tx, trouble, fault or serving.number)
            trouble = None
        move = serving.inside(tx, flows) if trouble is None else trouble
        if move is None:
            done.over.append(serving)
        elif isinstance(move, Rest | Exception):
            done.told += outcome(self.desk, tx, serving.ours, move, progress=serving.ended > 0)
        elif not isinstance(move, BaseException):
            done.calls.append((serving, move))

    def _claimed(self, tx: Tx, room: int) -> Sequence[Claimed]:
        claimed = lanes.claim(tx, self.owner, to=self.desk.remote, reads=(), limit=room)
        self.again = time.monotonic() + DRY if len(claimed) < room else 0.0
        return claimed

    def _remember(self, tx: Tx, claimed: Sequence[Claimed]) -> None:
        if claimed and self.past is None:
            self.past = Past(backups.is_restored(tx), earlier.begun(tx))

    def _give_back(self, tx: Tx, over: Sequence[Serving], flows: Sequence[str]) -> None:
        if over:
            lanes.give_back(tx, [serving.ours for serving in over], () if self.desk.wired.reviewed else flows)

    def _opened(self, tx: Tx, ours: Claimed, told: list[Event]) -> Serving | None:
        """A lane whose target can be opened; a secret that is missing stops its connection, not the others."""
        ending = Ending()
        with ending:
            return self._serving(ours)
        error = ending.error
        if isinstance(error, Misuse | Problems) or (error is not None and mishaps.is_one(error)):
            told += outcome(self.desk, tx, ours, error)
        elif error is not None:
            raise error
        return None

    def _serving(self, ours: Claimed) -> Serving:
        return Serving(
            project=self.desk.store.project,
            wired=self.desk.wired,
            ours=ours,
            target=desks.target(self.desk, ours.connection),
            past=self.past or Past(),
            judge=self.desk.judge,
            stops=self._stops,
        )

    def _stops(self) -> bool:
        """Is a lane to be given back before its next document?"""
        return self.desk.stop.is_set()

    def _salvage(self, callers: Callers[Serving], back: Sequence[Answered]) -> None:
        """The store is away: calls come to their end, and what they brought is written if it is back by then."""
        ended = list(back)
        while callers.flying:
            ended += callers.answers(PATIENCE)
        for serving, _ in ended:
            with suppress(StoreUnusable), mishaps.Caught(serving.receipts_lost):
                with self.desk.store.begin() as tx:
                    _write(tx, [serving])
                serving.written()


def _write(tx: Tx, servings: Sequence[Serving]) -> None:
    """What came of the calls of these lanes."""
    by_connection: dict[str, list[Received]] = {}
    for serving in servings:
        if serving.receipts:
            by_connection.setdefault(serving.ours.connection, []).extend(serving.receipts)
    for connection, receipts in by_connection.items():
        write_receipts(tx, connection, receipts)
    for serving in servings:
        serving.write(tx)


def _see_open(tx: Tx, servings: Sequence[Serving]) -> None:
    """Which documents are still to be worked on: a newer edition, or a person, may have come between."""
    under_way = {serving.number: serving for serving in servings if serving.number is not None and serving.course}
    still = documents.still_open(tx, [number for number in under_way if number is not None])
    for number, serving in under_way.items():
        serving.seen_open = number in still


def _is_told_alone(error: Exception) -> None:
    """It is met again when each lane is taken by itself, and told of there."""


def _call(serving: Serving, move: Call, leaves_by: float) -> Callable[[], None]:
    def call() -> None:
        with moments.leaving(leaves_by):
            serving.make(move)

    return call
