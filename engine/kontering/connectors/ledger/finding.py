"""Look-ups: by key and reference after a lost answer, by number, e-mail and the like to match."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, select

from kontering.connectors.ledger import invoices, parties, payments, vouchers
from kontering.connectors.ledger.options import Options
from kontering.connectors.ledger.tables import (
    ledger_invoice,
    ledger_party,
    ledger_payment,
    ledger_product,
    ledger_voucher,
)
from kontering.errors import Misuse
from kontering.model.plan import Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a kind is kept, which of its columns are terms, and how a row is told."""

    table: Table
    terms: Mapping[str, str]
    found: Callable[[Row[Any]], Found]
    kind: bool = False


def _voucher(row: Row[Any]) -> Found:
    return vouchers.found(row.number, row.changed)


_SAME = {"id": "id", "key": "key"}
_PARTY = _SAME | {name: name for name in ("external_id", "number", "vat_number", "ean", "email", "phone", "name")}
_INVOICE = _SAME | {name: name for name in ("reference", "number", "guid")}

PLACES: Mapping[str, Place] = {
    "customer": Place(table=ledger_party, terms=_PARTY, found=parties.party_found, kind=True),
    "supplier": Place(table=ledger_party, terms=_PARTY, found=parties.party_found, kind=True),
    "product": Place(
        table=ledger_product,
        terms=_SAME | {"sku": "sku", "external_id": "external_id", "name": "name", "number": "sku"},
        found=parties.product_found,
    ),
    "invoice": Place(table=ledger_invoice, terms=_INVOICE, found=invoices.found, kind=True),
    "credit_note": Place(table=ledger_invoice, terms=_INVOICE, found=invoices.found, kind=True),
    "payment": Place(
        table=ledger_payment,
        terms=_SAME | {"reference": "reference", "document": "document", "of": "invoice"},
        found=payments.found,
    ),
    "voucher": Place(
        table=ledger_voucher,
        terms={"id": "number", "number": "number", "key": "key", "reference": "reference"},
        found=_voucher,
    ),
}


def find(connection: Connection, options: Options, kind: str, by: Mapping[str, str]) -> Sequence[Found]:
    """All that fits every term; a key says it all, so other terms beside it aren't asked."""
    place = PLACES.get(kind)
    if place is None:
        raise Misuse(f"the ledger has no {kind}")
    terms = {"key": by["key"]} if "key" in by and "source" not in by else by
    table = place.table
    where = [table.c.book == options.book, *(_term(place, options, name, value) for name, value in terms.items())]
    if place.kind:
        where.append(table.c.kind == kind)
    if kind == "voucher":
        where += [table.c.source == "voucher", table.c.part == 0]
    rows = connection.execute(select(table).where(*where).order_by(*table.primary_key.columns))
    return tuple(place.found(row) for row in rows)


def _term(place: Place, options: Options, name: str, value: str) -> ColumnElement[bool]:
    if name == "source":
        return place.table.c.key.startswith(f"{value}/", autoescape=True)
    column = place.terms.get(name)
    if column is None:
        raise Misuse(f"the ledger can't be searched by {name}")
    wanted = _normal(name, value, options)
    if place.table.c[column].type.python_type is int:
        return place.table.c[column] == (int(wanted) if wanted.isdecimal() else -1)
    return place.table.c[column] == wanted


def _normal(name: str, value: str, options: Options) -> str:
    if name == "vat_number":
        return parties.normal_vat_number(value, options.country)
    if name == "phone":
        return parties.normal_phone(value)
    return parties.normal_email(value) if name == "email" else value
