"""Which edition of each document counts in a target, and where it stands: for comparing it with the books."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from kontering.model.record import Record
from kontering.model.voucher import Document
from kontering.store import codec
from kontering.store.documents import record
from kontering.store.store import Tx
from kontering.store.tables import document


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A document by its key; `document` is what is in the books, or will be."""

    key: str
    flow: str
    state: str
    reason: str
    kind: str
    record: Record
    document: Document | None


def standing(tx: Tx, connection: str) -> tuple[Standing, ...]:
    """Each document of a target. A newer edition that made none, being held, leaves the one before in the books."""
    counts = sa.or_(document.c.state != "superseded", document.c.done_at.is_not(None))
    here = (document.c.project == tx.project, document.c.connection == connection)
    found: dict[str, Standing] = {}
    for row in tx.connection.execute(sa.select(document).where(*here, counts).order_by(document.c.id)):
        known = found.get(row.key)
        if row.document is None and known is not None and known.document is not None:
            found[row.key] = replace(known, reason=row.reason or "")
        else:
            found[row.key] = _standing(row)
    return tuple(found.values())


def _standing(row: Any) -> Standing:
    return Standing(
        key=row.key,
        flow=row.flow,
        state=row.state,
        reason=row.reason or "",
        kind=row.kind,
        record=record(row.record),
        document=codec.document(row.kind, row.document) if row.document else None,
    )
