"""Looks for what is there already: debtors and creditors by their columns, vouchers and orders by their mark."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from kontering.connectors.dynaccount.asking import Row, rows
from kontering.sdk.calls import decimal
from kontering.sdk.connector import Found, Settings, Totals

if TYPE_CHECKING:
    import httpx

Terms = Mapping[str, str]

TABLES: Mapping[str, str] = {"customer": "debtor", "supplier": "creditor"}
COLUMNS: Mapping[str, str] = {"number": "module_id_", "ean": "ean", "email": "email", "phone": "phone", "name": "name"}
_FOREIGN = re.compile(r" (\d+(?:\.\d+)?) [A-Z]{3}$")
"""The end of a voucher's note, where the document is in another currency: what it comes to there."""

TRIED = 5
"""How many numbers from its own on are looked at for a customer, where others have the first."""


def find(client: httpx.Client, settings: Settings, kind: str, by: Terms) -> Sequence[Found]:
    """Whatever fits all terms that this kind is known by; () where none of them is."""
    if kind in TABLES:
        return tuple(_parties(client, settings, TABLES[kind], by))
    return tuple(_papers(client, settings, by["reference"])) if by.get("reference") else ()


def _parties(client: httpx.Client, settings: Settings, table: str, by: Terms) -> Iterator[Found]:
    known = {term: value for term, value in by.items() if term in COLUMNS or term == "vat_number"}
    own = own_number(settings, by) if by.get("external_id") and "number" not in by else None
    seen = [party(row) for row in _asked(client, table, known, own)]
    for one in {one.id: one for one in seen}.values():
        ours = own is not None and one.id == own and not _others(one, known)
        if ours or (known and all(_same(term, value, one) for term, value in known.items())):
            yield one


def _asked(client: httpx.Client, table: str, known: Terms, own: str | None) -> Iterator[Row]:
    """Rows by the first term; a VAT number may be written with or without its country."""
    if own:
        yield from rows(client, table, module_id_=own)
    term = next(iter(known), None)
    if term == "vat_number":
        for spelled in dict.fromkeys((known[term], known[term].removeprefix("DK"))):
            yield from rows(client, table, vatno=spelled)
    elif term:
        yield from rows(client, table, **{COLUMNS[term]: known[term]})


def _others(one: Found, known: Terms) -> bool:
    """Does a row with our number say that it is somebody else?"""
    mail, theirs = known.get("email"), one.terms.get("email")
    return bool(
        mail and theirs and mail.casefold() != theirs.casefold() and not _same("name", known.get("name", ""), one)
    )


def _same(term: str, value: str, one: Found) -> bool:
    seen = one.terms.get(term, "")
    return vat_number(value) == vat_number(seen) if term == "vat_number" else value.casefold() == seen.casefold()


def vat_number(text: str) -> str:
    """
    >>> vat_number("DK 29 38 47 54"), vat_number("29384754")
    ('DK29384754', 'DK29384754')
    """
    plain = re.sub(r"[^0-9A-Za-z]", "", text).upper()
    return f"DK{plain}" if re.fullmatch(r"\d{8}", plain) else plain


def own_number(settings: Settings, by: Terms) -> str:
    """The customer number of somebody for whom nobody has one: always the same, made of the source's key.

    >>> own_number({"first_number": 100_000_000}, {"key": "shop/customer/77"})
    '375777751'
    """
    source = by.get("source") or by.get("key", "").partition("/")[0]
    key = f"{source}/customer/{by['external_id']}" if "external_id" in by else by.get("key", "")
    return str(int(settings["first_number"]) + zlib.crc32(key.encode()) % 899_999_999)


def party(row: Row) -> Found:
    """A debtor or a creditor as it is matched; it is referred to by its visible number."""
    columns = {**COLUMNS, "vat_number": "vatno"}
    number = str(row["module_id_"])
    terms = {term: str(row[column]) for term, column in columns.items() if row.get(column)}
    return Found(id=number, number=number, done=frozenset({"create"}), terms=terms, data=row)


def _papers(client: httpx.Client, settings: Settings, mark: str) -> Iterator[Found]:
    """Vouchers whose text is the mark, orders whose requisition is; one without lines is none yet."""
    for row in rows(client, "enclosure", txt=mark):
        lines = entered(client, str(row["id"]))
        if lines:
            yield enclosure(row, settings, lines)
    for row in rows(client, "debtor_order", requisition=mark):
        if ordered(client, str(row["id"])):
            yield order(row)


def entered(client: httpx.Client, enclosure_id: str) -> Sequence[Row]:
    return tuple(rows(client, "accounting", enclosure_id=enclosure_id))


def ordered(client: httpx.Client, order_id: str) -> Sequence[Row]:
    return tuple(rows(client, "debtor_order_product", order_id=order_id))


def enclosure(row: Row, settings: Settings, lines: Sequence[Row], gross: Decimal | None = None) -> Found:
    """A voucher; it is done once it is booked, or at once where a bookkeeper does that."""
    booked = row.get("is_booked") == "YES" or not settings.get("book_action")
    owed = sum((decimal(line["amount"]) or Decimal(0) for line in lines if _is_owed(line)), Decimal(0))
    foreign = _FOREIGN.search(str(row.get("note") or ""))
    gross = Decimal(foreign[1]) if gross is None and foreign else gross
    return Found(
        id=str(row["id"]),
        number=str(row.get("enc_id_") or row["id"]),
        done=frozenset({"create", "book"} if booked else {"create"}),
        totals=Totals(gross=abs(owed) if gross is None else gross),
        data=row,
    )


def _is_owed(line: Row) -> bool:
    return str(line.get("type", "")).startswith("DEBTOR")


def order(row: Row) -> Found:
    """An order, with what the server says it comes to; to invoice it is done in Dynaccount."""
    gross, vat = decimal(row.get("total_amount")), decimal(row.get("vat_amount"))
    net = None if gross is None or vat is None else gross - vat
    return Found(
        id=str(row["id"]),
        number=str(row.get("order_id_") or row["id"]),
        done=frozenset({"create", "book"}),
        totals=Totals(net=net, vat=vat, gross=gross),
        data=row,
    )
