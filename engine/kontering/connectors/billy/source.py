"""Billy as a source: reference data for `pull`, and contacts, products, invoices, bills and payments from the books.

Billy tells no time of change: a round reads all records of a kind, and what hasn't changed falls out by its version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kontering.connectors.billy.asking import Row, content, pages, rows, single
from kontering.sdk.connector import Page, Pointer, Position, Reads, Record, Settings
from kontering.sdk.wire import write_json

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class Related:
    """Records of another list that lines name by an id, and what of them is told."""

    resource: str
    by: str
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Where one kind of record is read, what is read with it, and which of the list's records it means."""

    resource: str
    include: str = ""
    keeps: Mapping[str, Any] = field(default_factory=dict)
    related: Mapping[str, Related] = field(default_factory=dict)
    """What belongs to its lines, by the name that it gets."""


RATES = Related("taxRates", "taxRateId", ("id", "name", "rate"))
SOLD = {"tax_rates": RATES, "products": Related("products", "productId", ("id", "productNo", "name"))}
BOUGHT = {"tax_rates": RATES, "accounts": Related("accounts", "accountId", ("id", "accountNo", "name"))}
WHOLE = "invoice.lines:embed,invoice.contact:embed"

KINDS: Mapping[str, Kind] = {
    "account": Kind(resource="accounts"),
    "tax_rate": Kind(resource="taxRates"),
    "ruleset": Kind(resource="salesTaxRulesets", include="salesTaxRuleset.rules:embed"),
    "daybook": Kind(resource="daybooks"),
    "currency": Kind(resource="currencies"),
    "product": Kind(resource="products", include="product.prices:embed"),
    "contact": Kind(resource="contacts", include="contact.contactPersons:embed"),
    "invoice": Kind(resource="invoices", include=WHOLE, keeps={"type": "invoice", "state": "approved"}, related=SOLD),
    "credit_note": Kind(
        resource="invoices", include=WHOLE, keeps={"type": "creditNote", "state": "approved"}, related=SOLD
    ),
    "bill": Kind(
        resource="bills", include="bill.lines:embed,bill.contact:embed", keeps={"state": "approved"}, related=BOUGHT
    ),
    "payment": Kind(resource="bankPayments", include="bankPayment.associations:embed"),
}

READS: Mapping[str, Reads] = {
    "account": Reads(schema="billy/account", reference=True, proves={"accounts.account": "accountNo"}),
    "tax_rate": Reads(schema="billy/tax_rate", reference=True, proves={"tax_rates.tax_rate": "name"}),
    "ruleset": Reads(schema="billy/ruleset", reference=True, proves={"rulesets.ruleset": "name"}),
    "daybook": Reads(schema="billy/daybook", reference=True),
    "currency": Reads(schema="billy/currency", reference=True),
    "organization": Reads(schema="billy/organization", reference=True, closed="fiscalLockingDate"),
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
        beside = self._beside(this)
        for page in pages(self.client, this.resource, **_query(this)):
            kept = [with_related(row, this, beside) for row in page[this.resource] if _is_meant(row, this)]
            total = page.get("meta", {}).get("paging", {}).get("total")
            yield Page(records=tuple(self._record(kind, row) for row in kept), after=None, total=total)

    def get(self, pointer: Pointer) -> Record | None:
        this = KINDS[pointer.kind]
        row = single(self.client, this.resource, pointer.id, **_query(this))
        if row is None or not _is_meant(row, this):
            return None
        return self._record(pointer.kind, with_related(row, this, self._beside(this)))

    def _beside(self, kind: Kind) -> Mapping[str, Mapping[str, Row]]:
        """The lists that lines refer to, by id; read once a round."""
        return {
            name: {str(row["id"]): row for row in rows(self.client, one.resource)} for name, one in kind.related.items()
        }

    def _record(self, kind: str, row: Row) -> Record:
        data = {name: value for name, value in row.items() if name not in VOLATILE}
        return Record(
            connection=str(self.settings.get("name", "billy")),
            kind=kind,
            id=str(row["id"]),
            version="#" + hashlib.sha256(write_json(data)).hexdigest()[:24],
            data=data,
        )


def with_related(row: Row, kind: Kind, beside: Mapping[str, Mapping[str, Row]]) -> Row:
    """A record with what its lines refer to."""
    if not kind.related:
        return row
    related = {name: list(_named(row, one, beside[name])) for name, one in kind.related.items()}
    return {**row, "related": related}


def _named(row: Row, one: Related, there: Mapping[str, Row]) -> Iterator[Row]:
    for id_ in dict.fromkeys(line.get(one.by) for line in row.get("lines") or ()):
        if id_ in there:
            yield {name: there[id_].get(name) for name in one.told}


def _query(kind: Kind) -> dict[str, str]:
    return {"include": kind.include} if kind.include else {}


def _is_meant(row: Row, kind: Kind) -> bool:
    return all(row.get(name) == value for name, value in kind.keeps.items())
