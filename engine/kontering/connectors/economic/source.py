"""e-conomic as a source: reference data for `pull`, master data by the time of its last change, booked documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kontering.connectors.economic import documents
from kontering.connectors.economic.asking import Row, pages, rows
from kontering.connectors.economic.ids import in_path
from kontering.sdk.connector import Page, Pointer, Position, Reads, Record, Settings

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class Kind:
    """Where one kind of record is read, and which property is its id; `since`: it knows when it was changed."""

    path: str
    id: str
    since: bool = False


KINDS: Mapping[str, Kind] = {
    "account": Kind("/accounts", "accountNumber"),
    "vat_code": Kind("/vat-accounts", "vatCode"),
    "zone": Kind("/vat-zones", "vatZoneNumber"),
    "customer_group": Kind("/customer-groups", "customerGroupNumber"),
    "supplier_group": Kind("/supplier-groups", "supplierGroupNumber"),
    "product_group": Kind("/product-groups", "productGroupNumber"),
    "term": Kind("/payment-terms", "paymentTermsNumber"),
    "layout": Kind("/layouts", "layoutNumber"),
    "unit": Kind("/units", "unitNumber"),
    "journal": Kind("/journals", "journalNumber"),
    "currency": Kind("/currencies", "code"),
    "product": Kind("/products", "productNumber", since=True),
    "customer": Kind("/customers", "customerNumber", since=True),
    "supplier": Kind("/suppliers", "supplierNumber"),
    "invoice": Kind("/invoices/booked", "bookedInvoiceNumber"),
    "credit_note": Kind("/invoices/booked", "bookedInvoiceNumber"),
    "payment": Kind("/accounting-years", "entryNumber"),
    "stock": Kind("/products", "productNumber"),
}

OTHERS = (*documents.SALES, "payment", "stock")
PARTIES = ("customer", "supplier")

READS: Mapping[str, Reads] = {
    "account": Reads(schema="economic/account", reference=True, proves={"accounts.account": "accountNumber"}),
    "vat_code": Reads(schema="economic/vat_code", reference=True, proves={"vat_codes.vat_code": "vatCode"}),
    "zone": Reads(schema="economic/zone", reference=True, proves={"zones.zone": "vatZoneNumber"}),
    "customer_group": Reads(
        schema="economic/customer_group", reference=True, proves={"with.customer_group": "customerGroupNumber"}
    ),
    "product_group": Reads(
        schema="economic/product_group",
        reference=True,
        proves={"with.product_group": "productGroupNumber", "product_groups.group": "productGroupNumber"},
    ),
    "term": Reads(schema="economic/term", reference=True, proves={"terms.number": "paymentTermsNumber"}),
    "layout": Reads(schema="economic/layout", reference=True, proves={"with.layout": "layoutNumber"}),
    "unit": Reads(schema="economic/unit", reference=True, proves={"with.unit": "unitNumber"}),
    "journal": Reads(schema="economic/journal", reference=True),
    "currency": Reads(schema="economic/currency", reference=True),
    "period": Reads(schema="economic/period", reference=True, days=("fromDate", "toDate", "closed")),
    "product": Reads(schema="economic/product", reference=True, proves={"line_products.product": "productNumber"}),
    "customer": Reads(schema="economic/customer"),
    "supplier": Reads(schema="economic/supplier"),
    "supplier_group": Reads(
        schema="economic/supplier_group", reference=True, proves={"with.supplier_group": "supplierGroupNumber"}
    ),
    "invoice": Reads(schema="economic/invoice"),
    "credit_note": Reads(schema="economic/invoice"),
    "payment": Reads(schema="economic/payment"),
    "stock": Reads(schema="economic/stock"),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """One agreement, read."""

    settings: Settings
    client: httpx.Client
    terms: dict[int, Row] = field(default_factory=dict)
    """Payment terms by number, asked for once."""

    def read(self, kind: str, after: Position | None) -> Iterator[Page]:
        if kind == "period":
            yield self._page(kind, "id", _periods(self.client), None)
        elif kind in OTHERS:
            for some in self._documents(kind, after):
                yield self._page(kind, KINDS[kind].id, some.rows, some.after, some.total)
        elif KINDS[kind].since:
            yield from self._changed(kind, (after or {}).get("updated"))
        else:
            for page in pages(self.client, KINDS[kind].path):
                yield self._page(kind, KINDS[kind].id, page["collection"], None)

    def get(self, pointer: Pointer) -> Record | None:
        kind = KINDS[pointer.kind]
        if pointer.kind in documents.SALES:
            found = documents.sale(self.client, pointer.id)
            return None if found is None else self._record(pointer.kind, kind.id, found)
        if pointer.kind == "payment":
            whole = (record for page in self.read("payment", None) for record in page.records)
            return next((record for record in whole if record.id == pointer.id), None)
        answer = self.client.get(f"{kind.path}/{in_path(pointer.id)}", extensions={"expects": (404,)})
        if answer.status_code == 404:
            return None
        return self._page(pointer.kind, kind.id, [answer.json()], None).records[0]

    def _changed(self, kind: str, since: str | None) -> Iterator[Page]:
        """Oldest change first; the same second is read again next time, since more may happen in it."""
        filter_ = f"lastUpdated$gte:{since}" if since else None
        for page in pages(self.client, KINDS[kind].path, filter_, sort="lastUpdated"):
            found = page["collection"]
            after = {"updated": found[-1]["lastUpdated"]} if found else None
            yield self._page(kind, KINDS[kind].id, found, after, page["pagination"].get("results"))

    def _page(
        self, kind: str, id_: str, found: Iterable[Row], after: Position | None, total: int | None = None
    ) -> Page:
        whole = self._products(found) if kind == "product" else self._parties(found) if kind in PARTIES else found
        return Page(records=tuple(self._record(kind, id_, row) for row in whole), after=after, total=total)

    def _record(self, kind: str, id_: str, row: Row) -> Record:
        return Record(
            connection=str(self.settings.get("name", "economic")),
            kind=kind,
            id=str(row[id_]),
            version=_version(kind, row),
            data=row,
        )

    def _documents(self, kind: str, after: Position | None) -> Iterator[documents.Some]:
        if kind == "payment":
            return documents.payments(self.client, after)
        return documents.stock(self.client) if kind == "stock" else documents.sales(self.client, kind, after)

    def _parties(self, found: Iterable[Row]) -> Iterator[Row]:
        """Customers and suppliers with their terms, whose days only the terms themselves say."""
        for row in found:
            if not self.terms:
                self.terms.update({one["paymentTermsNumber"]: one for one in rows(self.client, "/payment-terms")})
            terms = self.terms.get(row.get("paymentTerms", {}).get("paymentTermsNumber"))
            yield {**row, "related": {"terms": terms} if terms else {}}

    def _products(self, found: Iterable[Row]) -> Iterator[Row]:
        """Products with what belongs to them: unit, group, and prices in other currencies where they are wanted."""
        units = {row["unitNumber"]: row for row in rows(self.client, "/units")}
        groups = {row["productGroupNumber"]: row for row in rows(self.client, "/product-groups")}
        for row in found:
            related: dict[str, Any] = {"prices": self._prices(row), "group": groups[_number(row, "productGroup")]}
            unit = units.get(_number(row, "unit"))
            yield {**row, "related": {**related, **({"unit": unit} if unit else {})}}

    def _prices(self, row: Row) -> list[Row]:
        if not self.settings.get("currency_prices", False):
            return []
        at = f"/products/{in_path(row['productNumber'])}/pricing/currency-specific-sales-prices"
        return list(rows(self.client, at))


def _version(kind: str, row: Row) -> str:
    """When it was changed, as far as e-conomic says so; a digest where a round must see a change without it."""
    if kind == "stock":
        return documents.stock_version(row)
    if kind in (*documents.SALES, "supplier", "payment"):
        return documents.digest({name: value for name, value in row.items() if name != "related"})
    return str(row.get("lastUpdated", ""))


def _number(row: Row, name: str) -> Any:
    return row.get(name, {}).get(f"{name}Number")


def _periods(client: httpx.Client) -> Iterator[Row]:
    """The periods of every accounting year, with whether they are open."""
    for year in rows(client, "/accounting-years"):
        code = year["year"]
        for period in rows(client, f"/accounting-years/{in_path(code)}/periods"):
            closed = bool(period.get("closed") or year.get("closed"))
            yield {**period, "id": f"{code}-{period['periodNumber']}", "closed": closed}
