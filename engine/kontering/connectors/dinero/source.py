"""Dinero as a source: contacts, products, booked documents and payments by their last change; reference data whole.

A list shows little of a document, so each is read by itself, with its contact, its payments and the VAT of its lines.
What changes while the pages are read may slip from one to another: a round that saw fewer than the list says moves
no position, and the next one begins where this one did, a little before the last change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kontering.connectors.dinero.asking import CONTACT_FIELDS, PRODUCT_FIELDS, Row, at, one, pages
from kontering.connectors.dinero.finding import SALES
from kontering.connectors.dinero.problem import is_gone
from kontering.sdk.connector import Page, Pointer, Position, Reads, Record, Refused, Settings

if TYPE_CHECKING:
    import httpx

OVERLAP = timedelta(minutes=2)
"""By how much a round reaches back behind the last change that was seen; doubles fall out by their version."""

REFERENCE: Mapping[str, tuple[str, str]] = {
    "account": ("/accounts/entry", "AccountNumber"),
    "deposit_account": ("/accounts/deposit", "AccountNumber"),
    "vat_type": ("/vatTypes", "VatCode"),
    "year": ("/accountingyears", "Name"),
}

READS: Mapping[str, Reads] = {
    "account": Reads(schema="dinero/account", reference=True, proves={"accounts.account": "AccountNumber"}),
    "deposit_account": Reads(schema="dinero/account", reference=True),
    "vat_type": Reads(schema="dinero/vat_type", reference=True, proves={"vat_codes.vat_code": "VatCode"}),
    "year": Reads(schema="dinero/year", reference=True, days=("FromDate", "ToDate", None)),
    "contact": Reads(schema="dinero/contact"),
    "product": Reads(schema="dinero/product"),
    "invoice": Reads(schema="dinero/invoice"),
    "credit_note": Reads(schema="dinero/credit_note"),
    "payment": Reads(schema="dinero/payment"),
}

BOOKED = "Booked,Paid,OverPaid,Overdue"
LISTED = "Guid,TimeStamp,UpdatedAt"


@dataclass(slots=True)
class Reader:
    """One organisation, read. What documents share is read once."""

    settings: Settings
    client: httpx.Client
    contacts: dict[str, Row] = field(default_factory=dict)
    rates: dict[int, Row] = field(default_factory=dict)

    def read(self, kind: str, after: Position | None) -> Iterator[Page]:
        if kind in REFERENCE:
            path, id_ = REFERENCE[kind]
            rows = self.client.get(at(self.settings, path)).json()
            yield Page(records=tuple(self._record(kind, str(row[id_]), "", row) for row in rows))
            return
        self.contacts.clear()
        since = (after or {}).get("changed")
        if kind == "payment":
            for own in SALES:
                yield from self._changed(SALES[own], self._payments_of(own), since, statusFilter=BOOKED)
        elif kind in SALES:
            whole: Whole = lambda row: [self._sale(kind, str(row["Guid"]))]  # noqa: E731
            yield from self._changed(SALES[kind], whole, since, statusFilter=BOOKED)
        else:
            yield from self._masters(kind, since)

    def get(self, pointer: Pointer) -> Record | None:
        kind, id_ = pointer.kind, pointer.id
        try:
            if kind in SALES:
                found = self._sale(kind, id_)
                return found if found.data["Status"] != "Draft" else None
            if kind in _MASTERS:
                path = _MASTERS[kind][0]
                return self._master(kind, self.client.get(one(self.settings, path, id_)).json())
        except Refused as refused:
            if is_gone(refused):
                return None
            raise
        found_in = (record for page in self.read(kind, None) for record in page.records)
        return next((record for record in found_in if record.id == id_), None)

    def _masters(self, kind: str, since: str | None) -> Iterator[Page]:
        path, _, fields = _MASTERS[kind]
        if since:  # a first reading needs none that are gone
            query = {"deletedOnly": "true", "fields": ",".join(fields), "changesSince": since}
            for page in pages(self.client, at(self.settings, path), **query):
                yield Page(records=tuple(self._master(kind, row, gone=True) for row in page["Collection"]))
        yield from self._changed(path, lambda row: [self._master(kind, row)], since, fields=",".join(fields))

    def _changed(self, path: str, whole: Whole, since: str | None, **query: str) -> Iterator[Page]:
        """The pages of a list; the position comes with the last one, if nothing has slipped."""
        asked = {"fields": LISTED, **query, **({"changesSince": since} if since else {})}
        ids: set[str] = set()
        newest, held = since or "", None
        for page in pages(self.client, at(self.settings, path), **asked):
            if held is not None:
                yield held
            rows = page["Collection"]
            ids |= {_id(row) for row in rows}
            newest = max([newest, *(str(row.get("UpdatedAt") or "") for row in rows)])
            all_there = len(ids) >= page["Pagination"]["Result"]
            after = {"changed": before(newest)} if newest and all_there else None
            records = tuple(record for row in rows for record in whole(row))
            held = Page(records=records, after=None, total=page["Pagination"]["Result"])
        if held is not None:
            yield Page(records=held.records, after=after, total=held.total)

    def _master(self, kind: str, row: Row, *, gone: bool = False) -> Record:
        _, id_, fields = _MASTERS[kind]
        data = {name: row[name] for name in fields if row.get(name) is not None}
        gone = gone or bool(row.get("DeletedAt"))
        return self._record(kind, str(row[id_]), str(row.get("UpdatedAt") or ""), data, gone=gone)

    def _sale(self, kind: str, guid: str) -> Record:
        """A document with what belongs to it; every line with its VAT code and rate."""
        path = one(self.settings, SALES[kind], guid)
        row = self.client.get(path).json()
        paid = self.client.get(one(self.settings, SALES[kind], guid, "v2") + "/payments").json()
        related: dict[str, Any] = {"payments": paid["Payments"], "remaining": paid["RemainingAmount"]}
        if row.get("ContactGuid"):
            related["contact"] = self._contact(str(row["ContactGuid"]))
        lines = [{**line, "related": self._vat(line)} for line in row.get("ProductLines", ())]
        data = {name: value for name, value in row.items() if value is not None}
        return self._record(
            kind, guid, str(row.get("TimeStamp") or ""), {**data, "ProductLines": lines, "related": related}
        )

    def _payments_of(self, kind: str) -> Whole:
        def whole(row: Row) -> list[Record]:
            guid = str(row["Guid"])
            sale = self._sale(kind, guid)
            names = ("Guid", "Number", "ExternalReference", "ContactGuid", "Currency")
            document = {"kind": kind, **{name: sale.data[name] for name in names if name in sale.data}}
            paid = [one for one in sale.data["related"]["payments"] if one.get("PaymentClass") == "Payment"]
            return [self._payment(one, document) for one in paid]

        return whole

    def _payment(self, row: Row, document: Row) -> Record:
        data = {name: value for name, value in row.items() if value is not None}
        return self._record("payment", str(row["Guid"]), "1", {**data, "related": {"document": document}})

    def _contact(self, guid: str) -> Row:
        if guid not in self.contacts:
            row = self.client.get(one(self.settings, "/contacts", guid)).json()
            self.contacts[guid] = {name: row[name] for name in CONTACT_FIELDS if row.get(name) is not None}
        return self.contacts[guid]

    def _vat(self, line: Row) -> Row:
        """The VAT of a line is that of its account."""
        if not self.rates:
            types = {row["VatCode"]: row for row in self.client.get(at(self.settings, "/vatTypes")).json()}
            accounts = self.client.get(at(self.settings, "/accounts/entry")).json()
            self.rates = {
                int(row["AccountNumber"]): {
                    "vat_code": str(row.get("VatCode") or "NONE"),
                    "rate": percent(types.get(row.get("VatCode"), {}).get("VatRate", 0)),
                }
                for row in accounts
            }
        return self.rates.get(int(line.get("AccountNumber") or 0), {"vat_code": "NONE", "rate": Decimal(0)})

    def _record(self, kind: str, id_: str, version: str, data: Row, *, gone: bool = False) -> Record:
        name = str(self.settings.get("name", "dinero"))
        return Record(connection=name, kind=kind, id=id_, version=version, data=data, gone=gone)


Whole = Callable[[Row], list[Record]]

_MASTERS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "contact": ("/contacts", "ContactGuid", CONTACT_FIELDS),
    "product": ("/products", "ProductGuid", PRODUCT_FIELDS),
}


def before(moment: str) -> str:
    """A little before a moment, as Dinero takes it.

    >>> before("2026-03-02T09:00:00.55")
    '2026-03-02T08:58:00Z'
    """
    at_ = datetime.fromisoformat(moment.rstrip("Z")[:19])
    return (at_ - OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")


def percent(rate: Any) -> Decimal:
    """A rate in percent, whether Dinero gives fractions or percent.

    >>> percent(Decimal("0.25")), percent(25)
    (Decimal('25.00'), Decimal('25'))
    """
    value = Decimal(rate)
    return value * 100 if value <= 1 else value


def _id(row: Row) -> str:
    return str(row.get("Guid") or row.get("ContactGuid") or row.get("ProductGuid"))
