"""What people decide about documents beside retry and skip: replay, cancel, say what is unsure, pause and resume."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kontering.errors import Misuse
from kontering.model.plan import Found
from kontering.store import audit, codec, deliveries, documents, gates, lanes, links, queries
from kontering.store.audit import Entry
from kontering.store.deliveries import action_of
from kontering.store.store import Store, Tx
from kontering.sync import facts, keeping
from kontering.sync.status import Changed

ANY = ("done", "held", "failed", "waiting", "skipped", "open", "read")
UNDONE = ("held", "failed", "waiting", "open", "read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Documents by key, or all of a flow, of days (both included), of states."""

    keys: tuple[str, ...] = ()
    flow: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.keys or self.flow or self.since or self.until)


def replay(store: Store, choice: Choice, *, who: str) -> Changed:
    """Documents are prepared anew from their records, also those that are done: what has happened isn't done again."""
    with store.begin() as tx:
        rows, left = _chosen(tx, choice, ANY)
        left |= {row.key: "its record isn't kept any more" for row in rows if keeping.is_forgotten(row)}
        rows = [row for row in rows if row.key not in left]
        documents.reopen(tx, [row.id for row in rows])
        deliveries.release(tx, [row.key for row in rows], "ready")
        _note(tx, rows, who, "replay")
        return Changed(keys=tuple(row.key for row in rows), left=left)


def cancel(store: Store, choice: Choice, *, reason: str, who: str) -> Changed:
    """What waits is not delivered, a replay not made; a document with a step in doubt is left to `resolve`."""
    with store.begin() as tx:
        rows, left = _chosen(tx, choice, UNDONE)
        unsure = {row.key for row in rows if _undecided(tx, row.key)}
        left |= dict.fromkeys(unsure, "a step of it may have happened: `queue resolve` says whether")
        rows = [row for row in rows if row.key not in unsure]
        queries.set_skipped(tx, [row.id for row in rows if row.done_at is None], reason or "cancelled")
        queries.set_done(tx, [row.id for row in rows if row.done_at is not None])
        _note(tx, rows, who, "cancel", because=reason)
        return Changed(keys=tuple(row.key for row in rows), left=left)


def resolve(store: Store, key: str, *, happened: bool, id_: str = "", number: str = "", who: str) -> Changed:
    """A person has looked in the target: the step whose answer was lost has happened, or it hasn't."""
    with store.begin() as tx:
        rows, left = _chosen(tx, Choice(keys=(key,)), ANY)
        undecided = [one for row in rows for one in _undecided(tx, row.key)]
        if not undecided:
            return Changed(keys=(), left=left or {key: "nothing of it is unsure"})
        first = undecided[0]
        if happened:
            _has_happened(tx, first, id_, number)
        else:
            deliveries.start_over(tx, first.id, first.attempt + 1, "a person looked: it isn't there")
        documents.reopen(tx, [row.id for row in rows])
        said = {"step": f"{first.action} {first.kind}", "happened": happened, "id": id_}
        _note(tx, rows, who, "resolve", **said)
        return Changed(keys=tuple(row.key for row in rows), left=left)


def pause(store: Store, project: Any, names: Sequence[str], *, reason: str, who: str) -> tuple[str, ...]:
    """Flows are neither read nor delivered, connections not called, until somebody resumes them."""
    gates_ = [_gate(project, name) for name in names]
    with store.begin() as tx:
        for gate in gates_:
            gates.set_paused(tx, gate, f"{who}: {reason}" if reason else who)
        audit.append(tx, [Entry(who=who, what="pause", subject=name, data={"because": reason}) for name in names])
    return tuple(names)


def resume(store: Store, project: Any, names: Sequence[str], *, who: str) -> tuple[str, ...]:
    """What was paused goes on, and a connection that stood because of its credentials is tried again."""
    gates_ = [_gate(project, name) for name in names]
    with store.begin() as tx:
        for gate in gates_:
            gates.set_paused(tx, gate, None)
        gates.open_again(tx, gates_)
        lanes.wake_all_open(tx, tuple(project.flows))
        audit.append(tx, [Entry(who=who, what="resume", subject=name) for name in names])
    return tuple(names)


def _gate(project: Any, name: str) -> str:
    if name in project.flows:
        return f"read/{name}"
    if name in project.connections:
        return name
    raise Misuse(f"there is no flow and no connection {name!r}: {', '.join([*project.flows, *project.connections])}")


def _has_happened(tx: Tx, row: Any, id_: str, number: str) -> None:
    if not id_:
        raise Misuse("what has happened has an id in the target: --id 318")
    step = codec.step(row.sent)
    receipt = Found(id=id_, number=number or None, done=frozenset({step.action}))
    thing = (step.kind, step.key)
    linked = facts.learned(links.of(tx, row.connection, [thing]).get(thing), step, receipt)
    deliveries.received(tx, [(row.id, receipt)])
    links.put(tx, row.connection, [linked])
    documents.wake(tx, [thing])
    data = {"connection": row.connection, "action": action_of(step), "id": id_, "payload": codec.digest(step.body)}
    audit.append(tx, [Entry(who="kontering", what=f"{step.action} {step.kind}", subject=step.document, data=data)])


def _undecided(tx: Tx, key: str) -> list[Any]:
    return [row for row in deliveries.all_of(tx, key) if row.state in ("sent", "held")]


def _chosen(tx: Tx, choice: Choice, states: Sequence[str]) -> tuple[list[Any], dict[str, str]]:
    if choice.is_empty:
        raise Misuse("Which documents? Name their keys, a --flow, or days with --since and --until.")
    left: dict[str, str] = {}
    rows = [row for key in choice.keys for row in _of_key(tx, key, states, left)]
    if not choice.keys:
        rows = list(queries.of_days(tx, states, choice.flow, choice.since, choice.until))
    return rows, left


def _of_key(tx: Tx, key: str, states: Sequence[str], left: dict[str, str]) -> Iterable[Any]:
    found = queries.keys_like(tx, key)
    if len(found) > 1:
        raise Misuse(f"{key} can be {', '.join(found[:5])}: write the whole key")
    if not found:
        left[key] = "no document has this key"
        return
    for row in queries.newest(tx, found[0]):
        if row.state in states:
            yield row
        else:
            left[key] = f"it is {row.state}"


def _note(tx: Tx, rows: Sequence[Any], who: str, what: str, **data: Any) -> None:
    was = [{"state": row.state, "code": row.code, "reason": row.reason, **data} for row in rows]
    audit.append(tx, [Entry(who=who, what=what, subject=row.key, data=one) for row, one in zip(rows, was, strict=True)])
