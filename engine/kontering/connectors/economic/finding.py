"""Looks for what is there already: customers, products, invoices by reference, payments by the mark in their text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kontering.connectors.economic.asking import Row, both, either, equals, holds, rows
from kontering.connectors.economic.ids import in_path
from kontering.sdk.calls import decimal
from kontering.sdk.connector import Found, Settings, Totals

if TYPE_CHECKING:
    import httpx

Terms = Mapping[str, str]


def find(client: httpx.Client, settings: Settings, kind: str, by: Terms) -> Sequence[Found]:
    """Whatever fits all terms that this kind is known by; () where none of them is."""
    return tuple(_FINDERS[kind](client, settings, by))


def _customers(client: httpx.Client, settings: Settings, by: Terms) -> Iterator[Found]:
    known = {term: value for term, value in by.items() if term in CUSTOMER_TERMS}
    if not known or not known.get("number", "0").isdecimal():
        return
    for row in rows(client, "/customers", both(*(CUSTOMER_TERMS[term](value) for term, value in known.items()))):
        found = customer(row)
        if all(_same(term, value, found) for term, value in known.items()):
            yield found


def customer(row: Row) -> Found:
    """A customer as it is matched: its numbers in the hub's notation."""
    seen = {
        "number": row["customerNumber"],
        "vat_number": vat_number(row.get("corporateIdentificationNumber") or row.get("vatNumber")),
        "ean": row.get("ean"),
        "email": row.get("email"),
        "phone": row.get("telephoneAndFaxNumber") or row.get("mobilePhone"),
        "name": row.get("name"),
    }
    return Found(
        id=str(row["customerNumber"]),
        number=str(row["customerNumber"]),
        version=str(row.get("lastUpdated", "")),
        done=frozenset({"create"}),
        terms={term: str(value) for term, value in seen.items() if value},
        data=row,
    )


def vat_number(text: object) -> str | None:
    """A number as the hub writes it: no blanks or marks, a Danish CVR number with its country.

    >>> vat_number("29 38 47 54"), vat_number("SE 556036-0793 01")
    ('DK29384754', 'SE556036079301')
    """
    plain = re.sub(r"[^0-9A-Za-z]", "", str(text or "")).upper()
    return f"DK{plain}" if re.fullmatch(r"\d{8}", plain) else plain or None


def _by_vat_number(value: str) -> str:
    """It stands in the field for CVR numbers, with or without its country, or in that for VAT numbers."""
    return either(_by_cvr(value), equals("vatNumber", vat_number(value) or value))


def _by_cvr(value: str) -> str:
    whole = vat_number(value) or value
    bare = [whole.removeprefix("DK")] if whole.startswith("DK") else []
    return either(*(equals("corporateIdentificationNumber", one) for one in dict.fromkeys((whole, *bare, value))))


def _by_phone(value: str) -> str:
    return either(equals("telephoneAndFaxNumber", value), equals("mobilePhone", value))


SUPPLIER_TERMS: Mapping[str, Callable[[str], str]] = {
    "number": lambda value: equals("supplierNumber", int(value)),
    "vat_number": _by_cvr,
    "email": lambda value: holds("email", value),
    "name": lambda value: equals("name", value),
}
CUSTOMER_TERMS: Mapping[str, Callable[[str], str]] = {
    "number": lambda value: equals("customerNumber", int(value)),
    "vat_number": _by_vat_number,
    "ean": lambda value: equals("ean", value),
    "email": lambda value: holds("email", value),
    "phone": _by_phone,
    "name": lambda value: equals("name", value),
}


def _same(term: str, value: str, found: Found) -> bool:
    """Whether a row really has the value: an e-mail field may hold several addresses, others are compared whole."""
    seen = found.terms.get(term, "")
    if term == "email":
        return value.casefold() in seen.casefold().split()
    if term == "vat_number":
        return vat_number(value) == seen
    return term == "phone" or value.casefold() == seen.casefold()


def _suppliers(client: httpx.Client, settings: Settings, by: Terms) -> Iterator[Found]:
    known = {term: value for term, value in by.items() if term in SUPPLIER_TERMS}
    if not known or not known.get("number", "0").isdecimal():
        return
    for row in rows(client, "/suppliers", both(*(SUPPLIER_TERMS[term](value) for term, value in known.items()))):
        found = supplier(row)
        if all(_same(term, value, found) for term, value in known.items()):
            yield found


def supplier(row: Row) -> Found:
    seen = {
        "number": row["supplierNumber"],
        "vat_number": vat_number(row.get("corporateIdentificationNumber")),
        "email": row.get("email"),
        "name": row.get("name"),
    }
    return Found(
        id=str(row["supplierNumber"]),
        number=str(row["supplierNumber"]),
        done=frozenset({"create"}),
        terms={term: str(value) for term, value in seen.items() if value},
        data=row,
    )


def _products(client: httpx.Client, settings: Settings, by: Terms) -> Iterator[Found]:
    number = by.get("sku") or by.get("number")
    if number:
        answer = client.get(f"/products/{in_path(number)}", extensions={"expects": (404,)})
        if answer.status_code != 404:
            yield product(answer.json())
    elif "barcode" in by or "name" in by:
        name, value = ("barCode", by["barcode"]) if "barcode" in by else ("name", by["name"])
        yield from map(product, rows(client, "/products", equals(name, value)))


def product(row: Row) -> Found:
    seen = {"sku": row["productNumber"], "number": row["productNumber"], "name": row.get("name")}
    return Found(
        id=str(row["productNumber"]),
        number=str(row["productNumber"]),
        version=str(row.get("lastUpdated", "")),
        done=frozenset({"create"}),
        terms={term: str(value) for term, value in (seen | {"barcode": row.get("barCode")}).items() if value},
        data=row,
    )


def _invoices(sign: int) -> Callable[[httpx.Client, Settings, Terms], Iterator[Found]]:
    """Drafts and booked ones that carry the reference; a credit note is the one with negative amounts."""

    def found(client: httpx.Client, settings: Settings, by: Terms) -> Iterator[Found]:
        for row in (*_drafts(client, by), *_booked(client, by)):
            one = invoice(row, sign)
            if one.totals is None or one.totals.gross is None or one.totals.gross >= 0:
                yield one

    return found


def _drafts(client: httpx.Client, by: Terms) -> Iterator[Row]:
    if "reference" in by:
        yield from _referring(client, "/invoices/drafts", by["reference"])


def _booked(client: httpx.Client, by: Terms) -> Iterator[Row]:
    if "reference" in by:
        yield from _referring(client, "/invoices/booked", by["reference"])
    elif by.get("number", "").isdecimal():
        yield from rows(client, "/invoices/booked", equals("bookedInvoiceNumber", int(by["number"])))


def _referring(client: httpx.Client, path: str, reference: str) -> Iterator[Row]:
    """The filter doesn't mind case, so the reference is compared once more."""
    for row in rows(client, path, equals("references.other", reference)):
        if row.get("references", {}).get("other") == reference:
            yield row


def invoice(row: Row, sign: int = 1) -> Found:
    """A draft or a booked invoice with its totals; those of a credit note are turned positive."""
    booked = row.get("bookedInvoiceNumber")
    return Found(
        id=str(booked or row["draftInvoiceNumber"]),
        number=str(booked) if booked else None,
        version=str(row.get("lastUpdated", "")),
        done=frozenset({"create", "book"} if booked else {"create"}),
        totals=totals(row, sign),
        terms={"reference": str(row.get("references", {}).get("other", ""))},
        data=row,
    )


def totals(row: Row, sign: int = 1) -> Totals:
    net, vat, gross = (decimal(row.get(name)) for name in ("netAmount", "vatAmount", "grossAmount"))
    return Totals(
        net=None if net is None else sign * net,
        vat=None if vat is None else sign * vat,
        gross=None if gross is None else sign * gross,
    )


def _vouchers(of_type: str) -> Callable[[httpx.Client, Settings, Terms], Iterator[Found]]:
    """Vouchers by the mark in their entries' text; their number changes when a bookkeeper moves them."""

    def found(client: httpx.Client, settings: Settings, by: Terms) -> Iterator[Found]:
        mark = by.get("reference")
        if mark:
            yield from _vouchers_of(drafts_with(client, mark), frozenset({"create"}))
            yield from _vouchers_of(_booked_with(client, mark, of_type), frozenset({"create", "book"}))

    return found


def drafts_with(client: httpx.Client, mark: str) -> Iterator[Row]:
    """Entries of any journal that carry the mark and aren't booked."""
    for journal in rows(client, "/journals"):
        yield from drafts_in(client, journal["journalNumber"], mark)


def drafts_in(client: httpx.Client, journal: int, mark: str) -> Iterator[Row]:
    """Those of one journal."""
    return _marked(rows(client, f"/journals/{journal}/entries", holds("text", mark)), mark)


def _booked_with(client: httpx.Client, mark: str, of_type: str) -> Iterator[Row]:
    """Booked entries that carry the mark, in years that are still open."""
    for year in rows(client, "/accounting-years"):
        if not year.get("closed"):
            code = year["year"]
            found = rows(client, f"/accounting-years/{in_path(code)}/entries", both(holds("text", mark), of_type))
            yield from ({**row, "accountingYear": code} for row in _marked(found, mark))


def _marked(entries: Iterable[Row], mark: str) -> Iterator[Row]:
    """The mark stands by itself: `#7` isn't meant by `#70`."""
    alone = re.compile(rf"(?<!\S){re.escape(mark)}(?!\S)")
    return (row for row in entries if alone.search(str(row.get("text", ""))))


def _vouchers_of(entries: Iterable[Row], done: frozenset[str]) -> Iterator[Found]:
    """One find a voucher, however many entries it has."""
    seen: dict[str, Row] = {}
    for row in entries:
        seen.setdefault(voucher_id(row), row)
    for id_, row in seen.items():
        yield Found(id=id_, number=id_.rpartition("-")[2], done=done, data=row)


def voucher_id(entry: Row) -> str:
    """`2026-50031`, from an entry of a journal or a booked one."""
    voucher: Mapping[str, Any] = entry.get("voucher", {})
    year = voucher.get("accountingYear", {}).get("year") or entry.get("accountingYear", "")
    return f"{year}-{voucher.get('voucherNumber') or entry.get('voucherNumber', '')}"


_FINDERS: Mapping[str, Callable[[httpx.Client, Settings, Terms], Iterator[Found]]] = {
    "customer": _customers,
    "supplier": _suppliers,
    "product": _products,
    "invoice": _invoices(1),
    "credit_note": _invoices(-1),
    "payment": _vouchers(equals("entryType", "customerPayment")),
    "voucher": _vouchers("entryType$ne:customerInvoice"),
}
