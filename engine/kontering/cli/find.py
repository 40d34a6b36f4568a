"""Finds a record by its key: in the store, as it was read, or else at its source."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kontering.errors import Misuse
from kontering.model.record import Pointer, Record
from kontering.project.project import Project
from kontering.store import documents, tables
from kontering.store.store import Store
from kontering.sync.wiring import WiredFlow, wire


def find_record(key: str, flow: WiredFlow, project: Project) -> Record:
    """The record as the flow last read it; one that it hasn't read yet is read at its source."""
    with Store.open(project.store, project=project.name, read_only=True) as store, store.look() as tx:
        text = tx.connection.scalar(_latest(project.name, flow.name, key))
    if text is not None:
        return documents.record(text)
    found = _at_source(key, flow, project)
    if found is None:
        raise Misuse(f"{flow.source} has no {flow.kind} {key.rpartition('/')[2]!r}.")
    return found


def _latest(project: str, flow: str, key: str) -> sa.Select[Any]:
    """The record of the newest edition."""
    table = tables.document.c
    newest = (table.project == project, table.flow == flow, table.key == key, table.state != "superseded")
    return sa.select(table.record).where(*newest)


def _at_source(key: str, flow: WiredFlow, project: Project) -> Record | None:
    wired = wire(project, [flow.name])
    pointer = Pointer(kind=flow.kind, id=key.split("/", 2)[2])
    with wired.client(flow.source, read_only=True) as client:
        return wired.source(flow, client).get(pointer)
