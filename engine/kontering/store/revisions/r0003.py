"""Version 3: an audit chain for each project, webhooks' pointers for each flow, and since when a store remembers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations

SOME = 1000
FIRST = "0" * 64
PARTS = ("project", "at", "who", "what", "subject", "data", "before")


def upgrade(op: Operations) -> None:
    op.drop_table("pointer")
    op.create_table("pointer", *_pointer())
    op.create_index("pointer_by_flow", "pointer", ["project", "flow"])
    op.drop_index("audit_by_subject", "audit")
    op.rename_table("audit", "audit_of_all")
    audit = op.create_table("audit", *_audit())
    op.create_index("audit_by_subject", "audit", ["project", "subject"])
    _take_apart(op, audit)
    op.drop_table("audit_of_all")
    _remember(op)


def _pointer() -> Iterable[sa.Column[Any]]:
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    yield sa.Column("id", number, primary_key=True)
    yield from (
        sa.Column(name, sa.String, nullable=False) for name in ("project", "flow", "connection", "kind", "record")
    )
    yield sa.Column("at", sa.BigInteger, nullable=False)


def _audit() -> Iterable[sa.Column[Any]]:
    yield sa.Column("project", sa.String, primary_key=True)
    yield sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False)
    yield sa.Column("at", sa.BigInteger, nullable=False)
    yield from (sa.Column(name, sa.String, nullable=False) for name in ("who", "what", "subject"))
    yield sa.Column("data", sa.Text, nullable=False)
    yield from (sa.Column(name, sa.String, nullable=False) for name in ("before", "hash"))


def _take_apart(op: Operations, audit: sa.Table) -> None:
    """The one chain of all projects becomes a chain for each; that of a single project stays as it is."""
    names = [column.name for column in audit.c]
    old = sa.table("audit_of_all", *(sa.column(name) for name in names))
    connection = op.get_bind()
    several = (connection.scalar(sa.select(sa.func.count(sa.distinct(old.c.project)))) or 0) > 1
    ends: dict[str, tuple[int, str]] = {}
    found = connection.execute(sa.select(*(old.c[name] for name in names)).order_by(old.c.seq)).mappings()
    for some in found.partitions(SOME):
        rows = [dict(row) for row in some]
        connection.execute(sa.insert(audit), [_linked(row, ends) for row in rows] if several else rows)


def _linked(row: dict[str, Any], ends: dict[str, tuple[int, str]]) -> dict[str, Any]:
    """An entry at the end of its project's chain; one that was wrong in the old chain is wrong in the new one."""
    was_whole = (row["seq"] - 1, row["before"]) == ends.get("", (0, FIRST)) and row["hash"] == _hash_of(row)
    ends[""] = (row["seq"], row["hash"])
    seq, before = ends.get(row["project"], (0, FIRST))
    made = {**row, "seq": seq + 1, "before": before}
    made["hash"] = _hash_of(made) if was_whole else row["hash"]
    ends[row["project"]] = (made["seq"], made["hash"])
    return made


def _hash_of(row: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps([row[name] for name in PARTS], ensure_ascii=False).encode()).hexdigest()


def _remember(op: Operations) -> None:
    """What was there before the first document may have been delivered by an earlier store."""
    document = sa.table("document", sa.column("project"), sa.column("seen_at"))
    first = sa.select(document.c.project, sa.literal("store/begun"), sa.func.min(document.c.seen_at))
    gate = sa.table("gate", *(sa.column(name) for name in ("project", "connection", "tat")))
    op.get_bind().execute(
        sa.insert(gate).from_select(["project", "connection", "tat"], first.group_by(document.c.project))
    )
