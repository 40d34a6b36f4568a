"""Look-ups: by key and reference after a lost answer, by number, e-mail and the like to match."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table

from kontering.connectors.ledger import invoices, parties, payments, vouchers
from kontering.connectors.ledger.options import Options
from kontering.connectors.ledger.sql import Query
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
    """Where a kind is kept, which of its columns are terms, how a row is told, and what else a row must be."""

    table: Table
    terms: Mapping[str, str]
    found: Callable[[Any], Found]
    only: str = ""


def _voucher(row: Any) -> Found:
    return vouchers.found(row.number, row.changed)


_SAME = {"id": "id", "key": "key"}
_PARTY = _SAME | {name: name for name in ("external_id", "number", "vat_number", "ean", "email", "phone", "name")}
_PRODUCT = _SAME | {"sku": "sku", "external_id": "external_id", "name": "name", "number": "sku"}
_INVOICE = _SAME | {name: name for name in ("reference", "number", "guid")}
_PAYMENT = _SAME | {"reference": "reference", "document": "document", "of": "invoice"}
_VOUCHER = {"id": "number", "number": "number", "key": "key", "reference": "reference"}
_OWN_VOUCHER = " AND source = 'voucher' AND part = 0"

PLACES: Mapping[str, Place] = {
    "customer": Place(table=ledger_party, terms=_PARTY, found=parties.party_found, only=" AND kind = 'customer'"),
    "supplier": Place(table=ledger_party, terms=_PARTY, found=parties.party_found, only=" AND kind = 'supplier'"),
    "product": Place(table=ledger_product, terms=_PRODUCT, found=parties.product_found),
    "invoice": Place(table=ledger_invoice, terms=_INVOICE, found=invoices.found, only=" AND kind = 'invoice'"),
    "credit_note": Place(table=ledger_invoice, terms=_INVOICE, found=invoices.found, only=" AND kind = 'credit_note'"),
    "payment": Place(table=ledger_payment, terms=_PAYMENT, found=payments.found),
    "voucher": Place(table=ledger_voucher, terms=_VOUCHER, found=_voucher, only=_OWN_VOUCHER),
}


def find(connection: Connection, options: Options, kind: str, by: Mapping[str, str]) -> Sequence[Found]:
    """All that fits every term; a key says it all, so other terms beside it aren't asked."""
    if kind not in PLACES:
        raise Misuse(f"the ledger has no {kind}")
    terms = {"key": by["key"]} if "key" in by and "source" not in by else by
    query = _query(kind, tuple(terms))
    values = [value for name, term in terms.items() for value in _values(PLACES[kind], name, term, options)]
    return tuple(map(PLACES[kind].found, query.all(connection, options.book, *values)))


@cache
def _query(kind: str, names: tuple[str, ...]) -> Query:
    place = PLACES[kind]
    where = "".join(f" AND {_condition(place, name)}" for name in names)
    order = ", ".join(place.table.primary_key.columns.keys())
    return Query(place.table, place.table.c.keys(), f"book = ?{where}{place.only} ORDER BY {order}")


def _condition(place: Place, name: str) -> str:
    if name == "source":
        return "substr(key, 1, ?) = ?"
    if name not in place.terms:
        raise Misuse(f"the ledger can't be searched by {name}")
    return f"{place.terms[name]} = ?"


def _values(place: Place, name: str, value: str, options: Options) -> Iterator[Any]:
    """A term as the table has it: numbers as numbers, the rest normalised."""
    if name == "source":
        yield from (len(value) + 1, f"{value}/")
    elif place.table.c[place.terms[name]].type.python_type is int:
        yield int(value) if value.isdecimal() else -1
    elif name == "vat_number":
        yield parties.normal_vat_number(value, options.country)
    elif name == "phone":
        yield parties.normal_phone(value)
    else:
        yield parties.normal_email(value) if name == "email" else value
