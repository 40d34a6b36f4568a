"""What is where, and what needs a person: questions to the store, and the few things that a person decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kontering.diagnostics import Diagnostic
from kontering.errors import Misuse
from kontering.store import audit, codec, cursors, deliveries, documents, gates, queries
from kontering.store.store import Store, Tx

State = Literal["done", "waiting", "held", "failed", "unsure", "skipped"]
NO_ANSWER = "one of its steps has no answer: whether it happened is found out by the next run"
NEEDS_A_PERSON = ("held", "failed", "unsure")

_SHOWN: Mapping[str, State] = {"open": "waiting", "read": "waiting", "waiting": "waiting"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStatus:
    """A flow: its documents by state, when its source was read last (milliseconds since 1970), what waits longest."""

    name: str
    counts: Mapping[str, int]
    read_at: int | None
    oldest: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionStatus:
    """A connection in trouble: stopped until a person has looked, or resting until a time."""

    name: str
    stopped: str | None
    rests_until: int | None
    trouble: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A project at a glance."""

    flows: tuple[FlowStatus, ...]
    connections: tuple[ConnectionStatus, ...]
    counts: Mapping[str, int]
    next_due: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A document in the queue, and why it is there since when."""

    key: str
    flow: str
    connection: str
    kind: str
    number: str
    day: str
    state: State
    code: str
    reason: str
    since: int
    problems: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One edition of a record in a flow, with what was made of it."""

    flow: str
    connection: str
    kind: str
    edition: int
    version: str
    state: str
    code: str
    reason: str
    mapping: str
    seen_at: int
    changed_at: int
    done_at: int | None
    record: Mapping[str, Any]
    document: Mapping[str, Any] | None
    problems: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One step: when it was sent, what was sent, and what came of it."""

    connection: str
    kind: str
    key: str
    action: str
    state: str
    attempt: int
    sent_at: int | None
    done_at: int | None
    reason: str
    body: Mapping[str, Any]
    id: str
    number: str
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """One entry of the audit chain."""

    at: int
    who: str
    what: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that is known of a document."""

    key: str
    editions: tuple[Edition, ...]
    deliveries: tuple[Delivered, ...]
    audit: tuple[Audited, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What a person's word changed; `left` says why for each key that was left as it is."""

    keys: tuple[str, ...]
    left: Mapping[str, str]


def status(store: Store) -> Status:
    """Documents by flow and state, connections in trouble, and when something is due next."""
    with store.look() as tx:
        counts = queries.counts(tx)
        unsure = queries.unsure_by_flow(tx)
        read = cursors.all_cursors(tx)
        oldest = queries.oldest_open(tx)
        flows = tuple(
            FlowStatus(
                name=name,
                counts=_by_shown(counts.get(name, {}), unsure.get(name, 0)),
                read_at=read[name].read_at if name in read else None,
                oldest=oldest.get(name),
            )
            for name in sorted({*counts, *read})
        )
        total = sum((Counter(flow.counts) for flow in flows), Counter[str]())
        return Status(flows=flows, connections=_connections(tx), counts=total, next_due=queries.next_due(tx))


def queue(
    store: Store,
    *,
    states: Sequence[str] = NEEDS_A_PERSON,
    flow: str | None = None,
    limit: int | None = None,
) -> tuple[Entry, ...]:
    """Documents in these states, the one that is there longest first."""
    wanted = {kept for kept, shown in _SHOWN.items() if shown in states} | set(states)
    if "unsure" in states:
        wanted |= {"open", "read"}
    with store.look() as tx:
        rows = queries.in_states(tx, sorted(wanted), flow)
        entries = (_entry(row, unsure=bool(row.unsure)) for row in rows)
        found = [entry for entry in entries if entry.state in states]
    return tuple(found if limit is None else found[:limit])


def history(store: Store, key: str) -> History | None:
    """A document's editions, steps and audit entries, oldest first; `key` may be short: `order/5121`."""
    with store.look() as tx:
        found = queries.keys_like(tx, key)
        if not found:
            return None
        whole = _one(key, found)
        return History(
            key=whole,
            editions=tuple(_edition(row) for row in queries.editions(tx, whole)),
            deliveries=tuple(_delivered(row) for row in deliveries.all_of(tx, whole)),
            audit=tuple(
                Audited(at=row.at, who=row.who, what=row.what, data=codec.unpacked(row.data))
                for row in audit.of(tx, whole)
            ),
        )


def retry(store: Store, keys: Iterable[str], *, who: str) -> Changed:
    """Documents are prepared anew from their records and go on; a step that a person has looked at is sent anew."""
    with store.begin() as tx:
        rows, left = _chosen(tx, keys, ("held", "failed", "waiting", "skipped", "open", "read"), "it is {state}")
        documents.reopen(tx, [row.id for row in rows])
        deliveries.release(tx, [row.key for row in rows], "ready")
        audit.append(tx, [audit.Entry(who=who, what="retry", subject=row.key, data=_was(row)) for row in rows])
        return Changed(keys=tuple(row.key for row in rows), left=left)


def skip(store: Store, keys: Iterable[str], *, reason: str, who: str) -> Changed:
    """Documents are left out for good, with a person's reason."""
    if not reason.strip():
        raise Misuse("a document is skipped with a reason: --reason '…'")
    with store.begin() as tx:
        rows, left = _chosen(tx, keys, ("held", "failed", "waiting", "open", "read"), "it is {state}")
        queries.set_skipped(tx, [row.id for row in rows], reason)
        deliveries.release(tx, [row.key for row in rows], "skipped")
        entries = [
            audit.Entry(who=who, what="skip", subject=row.key, data={**_was(row), "because": reason}) for row in rows
        ]
        audit.append(tx, entries)
        return Changed(keys=tuple(row.key for row in rows), left=left)


def _chosen(tx: Tx, keys: Iterable[str], states: Sequence[str], why: str) -> tuple[list[Any], dict[str, str]]:
    rows: list[Any] = []
    left: dict[str, str] = {}
    for given in keys:
        found = queries.keys_like(tx, given)
        if not found:
            left[given] = "no document has this key"
            continue
        for row in queries.newest(tx, _one(given, found)):
            if row.state in states:
                rows.append(row)
            else:
                left[given] = why.format(state=row.state)
    return rows, left


def _one(given: str, found: Sequence[str]) -> str:
    if len(found) > 1:
        raise Misuse(f"{given} can be {', '.join(found[:5])}: write the whole key")
    return found[0]


def _was(row: Any) -> dict[str, Any]:
    return {"state": row.state, "code": row.code, "reason": row.reason}


def _by_shown(counts: Mapping[str, int], unsure: int) -> dict[str, int]:
    found: Counter[str] = Counter()
    for state, number in counts.items():
        found[_SHOWN.get(state, state)] += number
    if unsure:
        found["unsure"] += unsure
        found["waiting"] -= unsure
    return {state: number for state, number in found.items() if number}


def _connections(tx: Tx) -> tuple[ConnectionStatus, ...]:
    return tuple(
        ConnectionStatus(
            name=row.connection.removeprefix("read/"),
            stopped=row.stopped or (f"paused by {row.paused}" if row.paused else None),
            rests_until=row.tat if row.tat > tx.now else None,
            trouble=row.trouble,
        )
        for row in gates.all_gates(tx)
        if row.stopped or row.paused or row.tat > tx.now
    )


def _entry(row: Any, *, unsure: bool) -> Entry:
    state: State = "unsure" if unsure and row.state in ("open", "read") else _SHOWN.get(row.state, row.state)
    return Entry(
        key=row.key,
        flow=row.flow,
        connection=row.connection,
        kind=row.kind,
        number=row.number or "",
        day=row.day or "",
        state=state,
        code=row.code or ("UNSURE" if state == "unsure" else ""),
        reason=row.reason or row.trouble or (NO_ANSWER if state == "unsure" else ""),
        since=row.changed_at,
        problems=_problems(row.details),
    )


def _edition(row: Any) -> Edition:
    return Edition(
        flow=row.flow,
        connection=row.connection,
        kind=row.kind,
        edition=row.edition,
        version=row.version,
        state=row.state,
        code=row.code or "",
        reason=row.reason or "",
        mapping=row.mapping or "",
        seen_at=row.seen_at,
        changed_at=row.changed_at,
        done_at=row.done_at,
        record=codec.unpacked(row.record),
        document=codec.unpacked(row.document) if row.document else None,
        problems=_problems(row.details),
    )


def _delivered(row: Any) -> Delivered:
    step = codec.step(row.sent)
    receipt = codec.found(row.receipt) if row.receipt else None
    return Delivered(
        connection=row.connection,
        kind=row.kind,
        key=row.key,
        action=row.action,
        state="unsure" if row.state == "sent" else row.state,
        attempt=row.attempt,
        sent_at=row.sent_at,
        done_at=row.done_at,
        reason=step.reason,
        body=step.body,
        id=receipt.id if receipt else "",
        number=(receipt.number or "") if receipt else "",
        trouble=row.trouble or "",
    )


def _problems(details: str | None) -> tuple[Diagnostic, ...]:
    return codec.problems(details) if details else ()
