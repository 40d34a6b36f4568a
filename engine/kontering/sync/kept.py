"""What is kept of a step that has happened, and of a document that has come to its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kontering.model.link import Linked
from kontering.model.plan import Found, Step
from kontering.store import audit, deliveries, documents, links
from kontering.store.codec import digest
from kontering.store.deliveries import action_of
from kontering.store.documents import Row
from kontering.store.store import Tx
from kontering.sync import facts as known
from kontering.sync import keys, kill
from kontering.sync.progress import Ended


@dataclass(frozen=True, slots=True)
class Received:
    """A step that has happened, in its delivery's row, and what the target says of it."""

    step: Step
    row: int
    receipt: Found


def write_receipts(tx: Tx, connection: str, receipts: Sequence[Received]) -> None:
    """What has happened: deliveries done, things linked, whoever waited for them awake, and all of it in the chain."""
    things = [(one.step.kind, one.step.key) for one in receipts]
    linked: dict[keys.Thing, Linked] = dict(links.of(tx, connection, things))
    for _ in receipts:
        kill.point("before_receipt")
    for thing, one in zip(things, receipts, strict=True):
        linked[thing] = known.learned(linked.get(thing), one.step, one.receipt)
    deliveries.received(tx, [(one.row, one.receipt) for one in receipts])
    links.put(tx, connection, [linked[thing] for thing in dict.fromkeys(things)])
    documents.wake(tx, things)
    audit.append(tx, [done_entry(connection, one.step, one.receipt) for one in receipts])


def end_document(tx: Tx, row: Row, state: str, columns: dict[str, object]) -> Ended:
    """Moves a document to its state, wakes what waits for its flow, and writes it into the audit chain."""
    if state == "done":
        documents.done(tx, [row.id])
        documents.wake(tx, [(f"flow {row.flow}", row.key)])
    else:
        documents.put(tx, [row.id], state, **columns)
    audit.append(tx, [ended_entry(row, state, columns)])
    return Ended(key=row.key, number=row.number or "", state=state, reason=str(columns.get("reason", "")))


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


def words_of(step: Step) -> str:
    """A step in the words of reasons: `book invoice W-10332`."""
    return f"{step.action} {step.kind} {step.reference or step.key}"
