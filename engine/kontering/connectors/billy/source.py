"""Billy as a source: reference data for `pull`, and contacts, products, invoices, bills and payments from the books.

Billy tells no time of change: a round reads all records of a kind, and what hasn't changed falls out by its version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kontering.connectors.billy.asking import Row, content, pages, single
from kontering.sdk.connector import Page, Pointer, Position, Reads, Record, Settings
from kontering.sdk.wire import write_json

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Where one kind of record is read, what is read with it, and which of the list's records it means."""

    resource: str
    include: str = ""
    keeps: Mapping[str, Any] | None = None


KINDS: Mapping[str, Kind] = {
    "account": Kind(resource="accounts"),
    "tax_rate": Kind(resource="taxRates"),
    "ruleset": Kind(resource="salesTaxRulesets", include="salesTaxRuleset.rules:embed"),
    "daybook": Kind(resource="daybooks"),
    "currency": Kind(resource="currencies"),
    "product": Kind(resource="products", include="product.prices:embed"),
    "contact": Kind(resource="contacts", include="contact.contactPersons:embed"),
    "invoice": Kind(
        resource="invoices", include="invoice.lines:embed,invoice.contact:embed", keeps={"type": "invoice"}
    ),
    "credit_note": Kind(
        resource="invoices", include="invoice.lines:embed,invoice.contact:embed", keeps={"type": "creditNote"}
    ),
    "bill": Kind(resource="bills", include="bill.lines:embed,bill.contact:embed"),
    "payment": Kind(resource="bankPayments", include="bankPayment.associations:embed"),
}

READS: Mapping[str, Reads] = {
    "account": Reads(schema="billy/account", reference=True, proves={"accounts.account": "accountNo"}),
    "tax_rate": Reads(schema="billy/tax_rate", reference=True, proves={"tax_rates.tax_rate": "name"}),
    "ruleset": Reads(schema="billy/ruleset", reference=True, proves={"rulesets.ruleset": "name"}),
    "daybook": Reads(schema="billy/daybook", reference=True),
    "currency": Reads(schema="billy/currency", reference=True),
    "organization": Reads(schema="billy/organization", reference=True),
    "product": Reads(schema="billy/product", reference=True, proves={"line_products.product": "productNo"}),
    **{kind: Reads(schema=f"billy/{kind}") for kind in ("contact", "invoice", "credit_note", "bill", "payment")},
}

VOLATILE = frozenset({"downloadUrl", "accessCode", "lateFees"})
"""Properties that may differ from call to call, and say nothing about the record."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One company, read."""

    settings: Settings
    client: httpx.Client

    def read(self, kind: str, after: Position | None) -> Iterator[Page]:
        if kind == "organization":
            found = content(self.client.get("/organization")).get("organization")
            yield Page(records=tuple(self._record(kind, row) for row in [found] if row), after=None)
            return
        this = KINDS[kind]
        query = {"include": this.include} if this.include else {}
        for page in pages(self.client, this.resource, **query):
            kept = [row for row in page[this.resource] if _is_meant(row, this)]
            total = page.get("meta", {}).get("paging", {}).get("total")
            yield Page(records=tuple(self._record(kind, row) for row in kept), after=None, total=total)

    def get(self, pointer: Pointer) -> Record | None:
        this = KINDS[pointer.kind]
        query = {"include": this.include} if this.include else {}
        row = single(self.client, this.resource, pointer.id, **query)
        return self._record(pointer.kind, row) if row is not None and _is_meant(row, this) else None

    def _record(self, kind: str, row: Row) -> Record:
        data = {name: value for name, value in row.items() if name not in VOLATILE}
        return Record(
            connection=str(self.settings.get("name", "billy")),
            kind=kind,
            id=str(row["id"]),
            version="#" + hashlib.sha256(write_json(data)).hexdigest()[:24],
            data=data,
        )


def _is_meant(row: Row, kind: Kind) -> bool:
    return all(row.get(name) == value for name, value in (kind.keeps or {}).items())
