"""Looks for what is there already: contacts, products, documents by reference, payments among a document's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kontering.connectors.dinero.asking import CONTACT_FIELDS, PRODUCT_FIELDS, Row, at, equals, one, rows
from kontering.sdk.calls import decimal, escaped
from kontering.sdk.connector import Found, Settings, Totals

if TYPE_CHECKING:
    import httpx

Terms = Mapping[str, str]

SALES = {"invoice": "/invoices", "credit_note": "/sales/creditnotes"}


def find(client: httpx.Client, settings: Settings, kind: str, by: Terms) -> Sequence[Found]:
    """Whatever fits all terms that this kind is known by; () where none of them is."""
    return tuple(_FINDERS[kind](client, settings, by))


# --- contacts


def _contacts(role: str) -> Callable[[httpx.Client, Settings, Terms], Iterator[Found]]:
    def found(client: httpx.Client, settings: Settings, by: Terms) -> Iterator[Found]:
        known = {term: value for term, value in by.items() if term in CONTACT_TERMS}
        if "key" in by:
            known["external_id"] = by["key"]
        elif "external_id" in known:
            known["external_id"] = reference(by.get("source", ""), role, known["external_id"])
        if not known:
            return
        for row in _listed(client, settings, known):
            if all(_same(term, value, row) for term, value in known.items()):
                yield contact(row)

    return found


def _listed(client: httpx.Client, settings: Settings, known: Terms) -> Iterator[Row]:
    """The contacts that Dinero's filter lets through. A number may be written with its country or without."""
    filters = [equals(name, known[term]) for term, name in _CONDITIONS.items() if term in known]
    spelled = spellings(known["vat_number"]) if "vat_number" in known else ("",)
    seen: set[str] = set()
    for number in spelled:
        own = [*filters, *([equals("VatNumber", number)] if number else [])]
        for row in rows(client, at(settings, "/contacts"), ";".join(own), fields=",".join(CONTACT_FIELDS)):
            if row["ContactGuid"] not in seen:
                seen.add(row["ContactGuid"])
                yield row


_CONDITIONS: Mapping[str, str] = {
    "external_id": "ExternalReference",
    "ean": "EanNumber",
    "email": "Email",
    "name": "Name",
}
CONTACT_TERMS = frozenset({*_CONDITIONS, "vat_number", "phone"})


def reference(source: str, role: str, id_: str) -> str:
    """What a contact of ours carries as its external reference: the key of the customer.

    >>> reference("shop", "customer", "77")
    'shop/customer/77'
    """
    return f"{source}/{role}/{id_}" if source else id_


def spellings(number: str) -> tuple[str, ...]:
    """A VAT number as it may stand in Dinero.

    >>> spellings("DK29384754"), spellings("SE556036079301")
    (('29384754', 'DK29384754'), ('SE556036079301',))
    """
    whole = vat_number(number) or number
    return (whole.removeprefix("DK"), whole) if re.fullmatch(r"DK\d{8}", whole) else (whole,)


def vat_number(text: object) -> str | None:
    """A number as the hub writes it: no blanks or marks, a Danish CVR number with its country.

    >>> vat_number("29 38 47 54"), vat_number("SE 556036-0793 01")
    ('DK29384754', 'SE556036079301')
    """
    plain = re.sub(r"[^0-9A-Za-z]", "", str(text or "")).upper()
    return f"DK{plain}" if re.fullmatch(r"\d{8}", plain) else plain or None


def _same(term: str, value: str, row: Row) -> bool:
    """Whether a row really has the value; only telephone numbers can't be asked for."""
    if term == "phone":
        return _digits(value) == _digits(row.get("Phone")) != ""
    if term == "vat_number":
        return vat_number(value) == vat_number(row.get("VatNumber"))
    return value.casefold() == str(row.get(_CONDITIONS[term]) or "").casefold()


def _digits(text: object) -> str:
    return re.sub(r"\D", "", str(text or ""))[-8:]


def contact(row: Row) -> Found:
    """A contact as it is matched: its numbers in the hub's notation."""
    own = re.fullmatch(r"[^/]+/(?:customer|supplier)/(.+)", str(row.get("ExternalReference") or ""))
    seen = {
        "external_id": own[1] if own else None,
        "vat_number": vat_number(row.get("VatNumber")),
        "ean": row.get("EanNumber"),
        "email": row.get("Email"),
        "phone": row.get("Phone"),
        "name": row.get("Name"),
    }
    return Found(
        id=str(row["ContactGuid"]),
        version=str(row.get("UpdatedAt") or ""),
        done=frozenset({"create"}),
        terms={term: str(value) for term, value in seen.items() if value},
        data=row,
    )


# --- products


def _products(client: httpx.Client, settings: Settings, by: Terms) -> Iterator[Found]:
    number = by.get("sku") or by.get("number")
    name, value = ("ProductNumber", number) if number else ("Name", by.get("name"))
    if value is None:
        return
    filter_ = equals(name, value)
    for row in rows(client, at(settings, "/products"), filter_, fields=",".join(PRODUCT_FIELDS)):
        if row.get(name) == value:
            yield product(row)


def product(row: Row) -> Found:
    number = row.get("ProductNumber")
    seen = {"sku": number, "number": number, "name": row.get("Name")}
    return Found(
        id=str(row["ProductGuid"]),
        number=str(number) if number else None,
        version=str(row.get("UpdatedAt") or ""),
        done=frozenset({"create"}),
        terms={term: str(value) for term, value in seen.items() if value},
        data=row,
    )


# --- documents of sale


def _sales(kind: str) -> Callable[[httpx.Client, Settings, Terms], Iterator[Found]]:
    """Drafts and booked ones that carry the reference; a list shows too little, so each is read."""

    def found(client: httpx.Client, settings: Settings, by: Terms) -> Iterator[Found]:
        if "reference" not in by:
            return
        filter_ = equals("ExternalReference", by["reference"])
        listed = rows(client, at(settings, SALES[kind]), filter_, fields="Guid,ExternalReference")
        for row in listed:
            if row.get("ExternalReference") == by["reference"]:
                yield read_sale(client, settings, kind, str(row["Guid"]))

    return found


def read_sale(client: httpx.Client, settings: Settings, kind: str, guid: str) -> Found:
    return sale(client.get(one(settings, SALES[kind], guid)).json())


def sale(row: Row) -> Found:
    """An invoice or a credit note with its totals, and what has happened to it."""
    booked = str(row.get("Status", "Draft")).casefold() != "draft"
    sent = booked and str(row.get("MailOutStatus") or "").casefold() == "sent"
    by = "einvoice" if "invoice" in str(row.get("LatestMailOutType") or "").casefold() else "mail"
    return Found(
        id=str(row["Guid"]),
        number=str(row["Number"]) if booked else None,
        version=str(row.get("TimeStamp") or ""),
        done=frozenset({"create", *(["book"] if booked else []), *([by] if sent else [])}),
        totals=totals(row),
        terms={"reference": str(row.get("ExternalReference") or "")},
        data=row,
    )


def totals(row: Row) -> Totals:
    net, vat, gross = (decimal(row.get(name)) for name in TOTALS)
    return Totals(net=net, vat=vat, gross=gross)


TOTALS = ("TotalExclVat", "TotalVat", "TotalInclVat")


# --- payments


def _payments(client: httpx.Client, settings: Settings, by: Terms) -> Iterator[Found]:
    """Among those of the document whose reference the payment's own begins with."""
    mark = by.get("reference", "")
    document = by.get("document") or re.split(r"#\d+$|/payment/", mark)[0]
    if not mark or document == mark:
        return
    for kind in SALES:
        for found in _sales(kind)(client, settings, {"reference": document}):
            yield from payments(client, settings, payable(settings, kind, found), mark)


def payable(settings: Settings, kind: str, found: Found) -> str:
    """The path of what the payments of a document are registered on: itself, or the invoice that it credits."""
    credited = found.data.get("CreditNoteFor")
    if kind == "credit_note" and credited and settings.get("credit_payments", "invoice") == "invoice":
        return f"{SALES['invoice']}/{escaped(str(credited))}"
    return f"{SALES[kind]}/{escaped(found.id)}"


def payments(client: httpx.Client, settings: Settings, of: str, mark: str) -> Iterator[Found]:
    """The payments of one document that carry the mark."""
    answer = client.get(at(settings, of, "v2") + "/payments").json()
    for row in answer.get("Payments", ()):
        if row.get("ExternalReference") == mark:
            yield payment(row)


def payment(row: Mapping[str, Any]) -> Found:
    mark = str(row.get("ExternalReference") or "")
    return Found(id=str(row["Guid"]), done=frozenset({"create"}), terms={"reference": mark}, data=row)


def _nothing(client: httpx.Client, settings: Settings, by: Terms) -> Iterator[Found]:
    """Vouchers can't be listed; they are known by their own id."""
    yield from ()


_FINDERS: Mapping[str, Callable[[httpx.Client, Settings, Terms], Iterator[Found]]] = {
    "customer": _contacts("customer"),
    "supplier": _contacts("supplier"),
    "product": _products,
    "invoice": _sales("invoice"),
    "credit_note": _sales("credit_note"),
    "payment": _payments,
    "voucher": _nothing,
}
