"""A project's audit chain: what was done, by whom, from what; each entry holds the hash of the one before, so that none
can be changed or taken out without being seen.

What is older than must be kept may be cut off at the beginning; the entry that says so holds the hash of the last one
that went, so the rest is still proved.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from kontering.store import codec
from kontering.store.prepared import Prepared
from kontering.store.store import Tx, exclusive
from kontering.store.tables import audit

FIRST = "0" * 64
CUT = "cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that was done: `who` did `what` to `subject` (a document's key, a connection)."""

    who: str
    what: str
    subject: str
    data: Mapping[str, Any] = field(default_factory=dict)


def append(tx: Tx, entries: Sequence[Entry]) -> None:
    """Adds entries at the end of the chain, when the transaction ends: until then others may write theirs."""
    if entries and not tx.entries:
        tx.at_end.append(lambda: _write(tx))
    tx.entries.extend(entries)


def verify(tx: Tx) -> Iterator[str]:
    """What is wrong with the chain, in words; nothing if it is whole."""
    seq, before = _beginning(tx)
    for row in tx.connection.execute(_own(tx).order_by(audit.c.seq)).yield_per(1000):
        if row.seq != seq + 1:
            yield f"entry {seq + 1} is missing"
        if row.before != before:
            yield f"entry {row.seq} doesn't follow the one before it"
        if row.hash != hash_of(row._asdict()):
            yield f"entry {row.seq} was changed: {row.what} of {row.subject}"
        before, seq = row.hash, row.seq


def cut(tx: Tx, before: int, *, who: str) -> int:
    """Takes entries off the beginning that are older than a moment, but the last one; gives back how many."""
    keeps = sa.select(sa.func.min(audit.c.seq)).where(audit.c.project == tx.project, audit.c.at >= before)
    first = tx.connection.scalar(keeps) or end(tx)[0]
    last = tx.connection.execute(_own(tx).where(audit.c.seq == first - 1)).first()
    if last is None:
        return 0
    gone = tx.connection.execute(sa.delete(audit).where(audit.c.project == tx.project, audit.c.seq < first)).rowcount
    append(tx, [Entry(who=who, what=CUT, subject="audit", data={"seq": last.seq, "hash": last.hash})])
    return gone


def end(tx: Tx) -> tuple[int, str]:
    """The number of the last entry, and its hash."""
    rows = _LAST.rows(tx, of=tx.project)
    return (int(rows[0][0]), str(rows[0][1])) if rows else (0, FIRST)


_MINE = sa.select(audit.c.seq, audit.c.hash).where(audit.c.project == sa.bindparam("of"))
_LAST = Prepared(_MINE.order_by(audit.c.seq.desc()).limit(sa.literal_column("1")))
_ADD = Prepared(sa.insert(audit).values({column.name: sa.bindparam(column.name) for column in audit.c}))


def _beginning(tx: Tx) -> tuple[int, str]:
    """Number and hash of what came before the first entry that is kept."""
    words = _own(tx).where(audit.c.what == CUT, audit.c.subject == "audit").order_by(audit.c.seq.desc()).limit(1)
    row = tx.connection.execute(words).first()
    said: Mapping[str, Any] = codec.unpacked(row.data) if row else {"seq": 0, "hash": FIRST}
    return int(said["seq"]), str(said["hash"])


def _own(tx: Tx) -> sa.Select[Any]:
    return sa.select(audit).where(audit.c.project == tx.project)


def since(tx: Tx, at: int) -> Iterator[sa.Row[Any]]:
    """Entries of the project from a moment on, oldest first."""
    rows = sa.select(audit).where(audit.c.project == tx.project, audit.c.at >= at).order_by(audit.c.seq)
    yield from tx.connection.execute(rows).yield_per(1000)


def of(tx: Tx, subject: str) -> tuple[sa.Row[Any], ...]:
    """All entries of one subject, oldest first."""
    rows = sa.select(audit).where(audit.c.project == tx.project, audit.c.subject == subject).order_by(audit.c.seq)
    return tuple(tx.connection.execute(rows))


def _write(tx: Tx) -> None:
    exclusive(tx, f"audit/{tx.project}")
    seq, before = end(tx)
    rows = []
    for entry in tx.entries:
        seq += 1
        row = _row(tx, entry, seq, before)
        before = row["hash"]
        rows.append(row)
    _ADD.many(tx, rows)


def _row(tx: Tx, entry: Entry, seq: int, before: str) -> dict[str, Any]:
    row = {
        "seq": seq,
        "project": tx.project,
        "at": tx.now,
        "who": entry.who,
        "what": entry.what,
        "subject": entry.subject,
        "data": codec.packed(entry.data),
        "before": before,
    }
    return row | {"hash": hash_of(row)}


def hash_of(row: Mapping[str, Any]) -> str:
    parts = [row[name] for name in ("project", "at", "who", "what", "subject", "data", "before")]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
