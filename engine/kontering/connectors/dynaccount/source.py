"""Dynaccount as a source: reference data for `pull`, and customers, suppliers and products whole, each round."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kontering.connectors.dynaccount.asking import PAGE, Row, listed
from kontering.sdk.connector import Page, Pointer, Position, Reads, Record, Settings
from kontering.sdk.wire import write_json

if TYPE_CHECKING:
    import httpx

KINDS: Mapping[str, tuple[str, str]] = {
    "account": ("account", "account_id_"),
    "vat_code": ("vatcode", "name"),
    "currency": ("currency", "name"),
    "term": ("payment", "name"),
    "draft": ("draft", "name"),
    "customer_group": ("debtor_group", "name"),
    "supplier_group": ("creditor_group", "name"),
    "year": ("year", "id"),
    "customer": ("debtor", "module_id_"),
    "supplier": ("creditor", "module_id_"),
    "product": ("product", "product_id_"),
}
"""Kind → its table, and the column that is its id."""

READS: Mapping[str, Reads] = {
    "account": Reads(schema="dynaccount/account", reference=True, proves={"accounts.account": "account_id_"}),
    "vat_code": Reads(schema="dynaccount/named", reference=True, proves={"vat_codes.vat_code": "name"}),
    "currency": Reads(schema="dynaccount/named", reference=True),
    "term": Reads(schema="dynaccount/named", reference=True, proves={"terms.payment": "name"}),
    "draft": Reads(schema="dynaccount/named", reference=True),
    "customer_group": Reads(schema="dynaccount/named", reference=True, proves={"with.customer_group": "name"}),
    "supplier_group": Reads(schema="dynaccount/named", reference=True, proves={"with.supplier_group": "name"}),
    "year": Reads(schema="dynaccount/year", reference=True),
    "customer": Reads(schema="dynaccount/party"),
    "supplier": Reads(schema="dynaccount/party"),
    "product": Reads(schema="dynaccount/product"),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """One company, read."""

    settings: Settings
    client: httpx.Client

    def read(self, kind: str, after: Position | None) -> Iterator[Page]:
        """Dynaccount compares by equality only, so nobody can ask what has changed."""
        table, offset = KINDS[kind][0], 0
        while True:
            page = listed(self.client, table, {"order": "id", "limit": f"{offset},{PAGE}"})
            yield Page(records=tuple(self._record(kind, row) for row in page), after=None)
            if len(page) < PAGE:
                return
            offset += PAGE

    def get(self, pointer: Pointer) -> Record | None:
        table, column = KINDS[pointer.kind]
        found = listed(self.client, table, {column: pointer.id})
        return self._record(pointer.kind, found[0]) if found else None

    def _record(self, kind: str, row: Row) -> Record:
        return Record(
            connection=str(self.settings.get("name", "dynaccount")),
            kind=kind,
            id=str(row[KINDS[kind][1]]),
            version="#" + hashlib.sha256(write_json(row)).hexdigest()[:24],
            data=row,
        )
