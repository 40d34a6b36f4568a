"""Finds a record by its key: the flow that reads it, the record in the store or at its source, and its planned data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from kontering.errors import Misuse
from kontering.model.document import Planned, Posting
from kontering.model.plan import Link
from kontering.model.record import Pointer, Record
from kontering.project.project import Project
from kontering.project.words import near_or_all
from kontering.store import documents, tables
from kontering.store.store import Store
from kontering.sync import keys, payload
from kontering.sync.wiring import WiredFlow, wire


def flow_of(key: str, name: str | None, project: Project) -> WiredFlow:
    """The one flow that reads this record."""
    connection, _, rest = key.partition("/")
    kind, _, number = rest.partition("/")
    if not number:
        raise Misuse(f"{key!r} is no key: it is CONNECTION/KIND/ID, as in shop/order/5101.")
    fitting = [flow.name for flow in project.flows.values() if (flow.source, flow.kind) == (connection, kind)]
    if not fitting:
        known = sorted({f"{flow.source}/{flow.kind}" for flow in project.flows.values()})
        raise Misuse(f"No flow reads {connection}/{kind}; {near_or_all(f'{connection}/{kind}', known)}")
    if name not in (None, *fitting):
        raise Misuse(f"The flow {name!r} doesn't read {connection}/{kind}; it can be {', '.join(fitting)}.")
    chosen = name or fitting[0]
    return wire(project, [chosen]).flows[chosen]


def find_record(key: str, flow: WiredFlow, project: Project) -> Record:
    """The record as the flow last read it; one that it hasn't read yet is read at its source."""
    with _store(project) as store, store.look() as tx:
        text = tx.connection.scalar(_latest(project.name, flow.name, key))
    if text is not None:
        return documents.record(text)
    found = _at_source(key, flow, project)
    if found is None:
        raise Misuse(f"{flow.source} has no {flow.kind} {key.split('/', 2)[2]!r}.")
    return found


def _latest(project: str, flow: str, key: str) -> sa.Select[Any]:
    """The record of the newest edition."""
    table = tables.document.c
    newest = (table.project == project, table.flow == flow, table.key == key, table.state != "superseded")
    return sa.select(table.record).where(*newest)


def _at_source(key: str, flow: WiredFlow, project: Project) -> Record | None:
    wired = wire(project, [flow.name])
    pointer = Pointer(kind=flow.kind, id=key.split("/", 2)[2])
    with wired.client(flow.source, read_only=True) as client, _store(project) as store:
        return wired.source(flow, client, store.look).get(pointer)


def _store(project: Project) -> Store:
    return Store.open(project.store, project=project.name, read_only=True)


def planned_data(document: Planned, postings: Sequence[Posting]) -> Mapping[str, Any]:
    """A settled sale as payload mappings read it; ids are links to what the target will have."""
    customer = Link("customer", keys.customer_key(document))
    source = keys.source_of(document.key)
    products = [
        Link("product", keys.product_key(source, line.product) if line.product else source) for line in document.lines
    ]
    return payload.document_data(document, customer, products, None, postings)
