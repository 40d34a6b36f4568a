"""Version 2: people pause connections and flows, and sign documents off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    with op.batch_alter_table("gate") as gate:
        gate.add_column(sa.Column("paused", sa.String, nullable=True))
    op.create_table("engine_revision", sa.Column("name", sa.String, primary_key=True))
    op.create_table(
        "approval",
        *(sa.Column(name, sa.String, primary_key=True) for name in ("project", "flow", "key", "digest")),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
