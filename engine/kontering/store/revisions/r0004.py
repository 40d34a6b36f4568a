"""Version 4: what people have said of bank lines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations


def upgrade(op: Operations) -> None:
    op.create_table(
        "decision",
        sa.Column("project", sa.String, primary_key=True),
        sa.Column("line", sa.String, primary_key=True),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
    )
