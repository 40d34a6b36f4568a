"""The tables of the store; instants are milliseconds since 1970 in UTC, JSON is text.

The sizes that matter: `document` and `delivery` grow for ever, `lane` and `link` with the customers and products.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, UniqueConstraint

VERSION = 4
"""The schema's version; a store of a newer one is refused."""

metadata = MetaData()
ROW_ID = BigInteger().with_variant(Integer, "sqlite")


def _text(name: str, *, required: bool = True) -> Column[str]:
    return Column(name, String, nullable=not required)


def _instant(name: str, *, required: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=not required)


version = Table("version", metadata, Column("number", Integer, nullable=False))

document = Table(
    "document",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    _text("project"),
    _text("flow"),
    _text("key"),
    Column("edition", Integer, nullable=False),
    _text("version"),
    _text("digest"),
    _text("connection"),
    _text("lane"),
    _text("kind"),
    _text("state"),
    _text("code", required=False),
    _text("reason", required=False),
    _text("waits", required=False),
    _text("of", required=False),
    _text("number", required=False),
    _text("day", required=False),
    _text("closed_until", required=False),
    _text("mapping", required=False),
    _instant("seen_at", required=True),
    _instant("changed_at", required=True),
    _instant("done_at"),
    Column("record", Text, nullable=False),
    Column("document", Text),
    Column("details", Text),
    UniqueConstraint("project", "flow", "key", "edition", name="document_once"),
    Index("document_by_lane", "project", "lane", "state"),
    Index("document_by_key", "project", "key"),
    Index("document_by_state", "project", "state"),
    Index("document_by_waits", "project", "waits"),
    Index("document_by_of", "project", "of"),
    Index("document_by_number", "project", "connection", "number"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    _text("project"),
    _text("connection"),
    _text("kind"),
    _text("key"),
    _text("action"),
    _text("document"),
    _text("state"),
    Column("attempt", Integer, nullable=False, server_default="1"),
    _instant("first_at"),
    _instant("sent_at"),
    _instant("done_at"),
    _text("reference", required=False),
    Column("sent", Text),
    Column("receipt", Text),
    Column("trouble", Text),
    UniqueConstraint("project", "connection", "kind", "key", "action", name="delivery_once"),
    Index("delivery_by_document", "project", "document", "state"),
)

link = Table(
    "link",
    metadata,
    Column("project", String, primary_key=True),
    Column("connection", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("key", String, primary_key=True),
    _text("id"),
    _text("version"),
    Column("edition", Integer, nullable=False, server_default="0"),
    Column("found", Text, nullable=False),
    Column("keeps", Text, nullable=False, server_default="{}"),
    _instant("changed_at", required=True),
    Index("link_by_id", "project", "connection", "id"),
)

lane = Table(
    "lane",
    metadata,
    Column("project", String, primary_key=True),
    Column("key", String, primary_key=True),
    _text("connection"),
    _text("owner", required=False),
    Column("until", BigInteger, nullable=False, server_default="0"),
    _instant("due"),
    Column("tries", Integer, nullable=False, server_default="0"),
    _text("trouble", required=False),
    Index("lane_by_due", "project", "due"),
)

cursor = Table(
    "cursor",
    metadata,
    Column("project", String, primary_key=True),
    Column("flow", String, primary_key=True),
    Column("position", Text),
    _instant("moved_at"),
    _instant("read_at"),
)

gate = Table(
    "gate",
    metadata,
    Column("project", String, primary_key=True),
    Column("connection", String, primary_key=True),
    Column("tat", BigInteger, nullable=False, server_default="0"),
    _text("stopped", required=False),
    _text("trouble", required=False),
    _text("paused", required=False),
)
"""A connection, a flow's reading (`read/<flow>`), or one rate limit of a connection (`<connection>/<limit>`)."""

engine_revision = Table("engine_revision", metadata, Column("name", String, primary_key=True))
"""Which of the task engine's own revisions its tables have; it keeps no version itself."""

approval = Table(
    "approval",
    metadata,
    Column("project", String, primary_key=True),
    Column("flow", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("digest", String, primary_key=True),
    _text("who"),
    _instant("at", required=True),
)
"""Documents that another person has signed off, as they were planned."""

decision = Table(
    "decision",
    metadata,
    Column("project", String, primary_key=True),
    Column("line", String, primary_key=True),
    _text("who"),
    _instant("at", required=True),
    Column("said", Text, nullable=False),
)
"""What people have said of bank lines: what they pay, or where they go."""

token = Table(
    "token",
    metadata,
    Column("project", String, primary_key=True),
    Column("connection", String, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    _instant("changed_at", required=True),
)

pointer = Table(
    "pointer",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    _text("project"),
    _text("flow"),
    _text("connection"),
    _text("kind"),
    _text("record"),
    _instant("at", required=True),
    Index("pointer_by_flow", "project", "flow"),
)
"""What webhooks announced, once for each flow that reads it."""

audit = Table(
    "audit",
    metadata,
    Column("project", String, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    _instant("at", required=True),
    _text("who"),
    _text("what"),
    _text("subject"),
    Column("data", Text, nullable=False),
    _text("before"),
    _text("hash"),
    Index("audit_by_subject", "project", "subject"),
)
"""A chain for each project: those of others neither wait for it nor have to be there to verify it."""
