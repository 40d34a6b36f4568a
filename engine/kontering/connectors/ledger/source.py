"""The ledger as a source: what it holds, as records with a version that grows, and its reference data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, or_, select, true

from kontering.connectors.ledger import tables
from kontering.connectors.ledger.book import version
from kontering.connectors.ledger.options import Options
from kontering.connectors.ledger.payload import data
from kontering.connectors.ledger.tables import (
    ledger_account,
    ledger_invoice,
    ledger_party,
    ledger_payment,
    ledger_product,
    ledger_vat_code,
)
from kontering.errors import Misuse
from kontering.model.record import Page, Pointer, Position, Record

SIZE = 200
Data = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A kind of record: its table, and what a row says beside the body that it was made of."""

    table: Table
    data: Callable[[Row[Any]], Data]
    by_kind: bool = False


def _party(row: Row[Any]) -> Data:
    return data(row.data) | {"key": row.key, "number": row.number or str(row.id), "ledger_id": row.id}


def _product(row: Row[Any]) -> Data:
    return data(row.data) | {"key": row.key, "ledger_id": row.id}


def _invoice(row: Row[Any]) -> Data:
    own = {"key": row.key, "state": row.state, "open": _text(row.open), "ledger_id": row.id}
    return data(row.data) | own | ({"invoice_number": row.number} if row.number else {})


def _payment(row: Row[Any]) -> Data:
    own = {"key": row.key, "direction": row.direction, "method": row.method, "currency": row.currency}
    of = {"of": str(row.invoice)} if row.invoice else {}
    amounts = {"amount": _text(row.amount), "date": row.date.isoformat(), "ledger_id": row.id}
    return data(row.data) | own | of | amounts


KEPT: Mapping[str, Kept] = {
    "customer": Kept(table=ledger_party, data=_party, by_kind=True),
    "supplier": Kept(table=ledger_party, data=_party, by_kind=True),
    "product": Kept(table=ledger_product, data=_product),
    "invoice": Kept(table=ledger_invoice, data=_invoice, by_kind=True),
    "credit_note": Kept(table=ledger_invoice, data=_invoice, by_kind=True),
    "payment": Kept(table=ledger_payment, data=_payment),
}
REFERENCE: Mapping[str, tuple[Table, str]] = {
    "account": (ledger_account, "number"),
    "vat_code": (ledger_vat_code, "code"),
}


def read(connection: Connection, options: Options, kind: str, after: Position | None) -> Iterator[Page]:
    """Pages of records, oldest change first; reference data comes whole, without a position."""
    if kind not in KEPT and kind not in REFERENCE:
        raise Misuse(f"the ledger has no records of the kind {kind}")
    if not tables.exist(connection):
        return
    if kind in REFERENCE:
        yield _reference(connection, options, kind)
        return
    while True:
        page = _page(connection, options, kind, after)
        if not page.records:
            return
        yield page
        after = page.after


def get(connection: Connection, options: Options, pointer: Pointer) -> Record | None:
    """One record by its id in the ledger."""
    if not tables.exist(connection):
        return None
    if pointer.kind in REFERENCE:
        found = _reference(connection, options, pointer.kind).records
        return next((record for record in found if record.id == pointer.id), None)
    kept = KEPT[pointer.kind]
    number = int(pointer.id) if pointer.id.isdecimal() else -1
    query = select(kept.table).where(_mine(kept, options, pointer.kind), kept.table.c.id == number)
    row = connection.execute(query).one_or_none()
    return None if row is None else _record(options, pointer.kind, kept, row)


def _page(connection: Connection, options: Options, kind: str, after: Position | None) -> Page:
    kept = KEPT[kind]
    column = kept.table.c
    later: ColumnElement[bool] = true()
    if after:
        later = or_(
            column.changed > after["changed"], and_(column.changed == after["changed"], column.id > after["id"])
        )
    query = select(kept.table).where(_mine(kept, options, kind), later).order_by(column.changed, column.id).limit(SIZE)
    rows = connection.execute(query).all()
    records = tuple(_record(options, kind, kept, row) for row in rows)
    return Page(records=records, after={"changed": rows[-1].changed, "id": rows[-1].id} if rows else after)


def _mine(kept: Kept, options: Options, kind: str) -> ColumnElement[bool]:
    of_book = kept.table.c.book == options.book
    return and_(of_book, kept.table.c.kind == kind) if kept.by_kind else of_book


def _record(options: Options, kind: str, kept: Kept, row: Row[Any]) -> Record:
    values = kept.data(row)
    return Record(connection=options.name, kind=kind, id=str(row.id), version=version(row.changed), data=values)


def _reference(connection: Connection, options: Options, kind: str) -> Page:
    table, name = REFERENCE[kind]
    rows = connection.execute(select(table).where(table.c.book == options.book).order_by(table.c[name])).mappings()
    return Page(records=tuple(_entry(options, kind, name, row) for row in rows))


def _entry(options: Options, kind: str, name: str, row: Mapping[Any, Any]) -> Record:
    values = {str(key): _text(value) for key, value in row.items() if value is not None and key != "book"}
    return Record(connection=options.name, kind=kind, id=str(row[name]), version="", data=values)


def _text(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    return value.isoformat() if isinstance(value, dt.date) else value
