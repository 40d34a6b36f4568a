"""Looks for what is there already: contacts, products, invoices by their mark, vouchers by theirs."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from kontering.connectors.billy import paying
from kontering.connectors.billy.asking import Row, rows
from kontering.sdk.calls import decimal
from kontering.sdk.connector import Found, Settings, Totals

if TYPE_CHECKING:
    import httpx

Terms = Mapping[str, str]

PERSONS = "contact.contactPersons:embed"
SENT = frozenset({"sent", "opened", "viewed"})
CONTACTS_SECONDS = 10.0
"""For how long all contacts are kept in mind; a contact that we make ourselves makes us forget them."""

_CONTACTS: WeakKeyDictionary[httpx.Client, tuple[float, Sequence[Row]]] = WeakKeyDictionary()


def find(client: httpx.Client, settings: Settings, kind: str, by: Terms) -> Sequence[Found]:
    """Whatever fits all terms that this kind is known by; () where none of them is."""
    return tuple(_FINDERS[kind](client, settings, by))


def forget_contacts(client: httpx.Client) -> None:
    _CONTACTS.pop(client, None)


def _contacts(flag: str) -> Callable[[httpx.Client, Settings, Terms], Iterator[Found]]:
    """Customers, or suppliers: contacts that are marked as such. One with our own number for the buyer is the buyer."""

    def found(client: httpx.Client, settings: Settings, by: Terms) -> Iterator[Found]:
        known = {term: value for term, value in by.items() if term in CONTACT_TERMS}
        own = _own(by)
        if not known and own is None:
            return
        value = next(iter(known.values())) if known else str(own)
        there = [row for row in _candidates(client, settings, value) if row.get(flag) and not row.get("isArchived")]
        ours = [row for row in there if own is not None and row.get("contactNo") == own]
        others = (row for row in there if known and (own is None or not row.get("contactNo")))
        fits = (row for row in others if all(CONTACT_TERMS[term](value, row) for term, value in known.items()))
        yield from (contact(row, by) for row in (ours or fits))

    return found


def _own(by: Terms) -> str | None:
    """The number that our own customers have, where nothing names another one."""
    source = by.get("source") or by.get("key", "").partition("/")[0]
    if "number" in by or "external_id" not in by or not source:
        return None
    return own_number(source, by["external_id"])


def _candidates(client: httpx.Client, settings: Settings, value: str) -> Sequence[Row]:
    """Contacts with their persons: those that Billy's search finds, or all there are."""
    if settings.get("search") == "q":
        return tuple(rows(client, "contacts", include=PERSONS, q=value))
    until, kept = _CONTACTS.get(client, (0.0, ()))
    if time.monotonic() > until:
        kept = tuple(rows(client, "contacts", include=PERSONS))
        _CONTACTS[client] = (time.monotonic() + CONTACTS_SECONDS, kept)
    return kept


def contact(row: Row, by: Terms | None = None) -> Found:
    """A contact as it is matched: its numbers in the hub's notation."""
    emails = _emails(row)
    seen = {
        "number": row.get("contactNo"),
        "vat_number": vat_number(row.get("registrationNo"), row.get("countryId")),
        "ean": row.get("ean"),
        "email": emails[0] if emails else None,
        "phone": row.get("phone"),
        "name": row.get("name"),
        "external_id": (by or {}).get("external_id"),
    }
    return Found(
        id=str(row["id"]),
        number=str(row["contactNo"]) if row.get("contactNo") else None,
        done=frozenset({"create"}),
        terms={term: str(value) for term, value in seen.items() if value},
        data=row,
    )


def vat_number(text: object, country: object = "DK") -> str | None:
    """A number as the hub writes it: no blanks or marks, with its country in front.

    >>> vat_number("29 38 47 54"), vat_number("SE 556036-0793 01"), vat_number("556036079301", "SE")
    ('DK29384754', 'SE556036079301', 'SE556036079301')
    """
    plain = re.sub(r"[^0-9A-Za-z]", "", str(text or "")).upper()
    bare = plain[:2].isdigit()
    return (f"{country}{plain}" if bare and country else plain) or None


def _emails(row: Row) -> list[str]:
    """The addresses of a contact's persons, its first person's before all others."""
    persons = sorted(row.get("contactPersons") or (), key=lambda one: not one.get("isPrimary"))
    return [str(one["email"]) for one in persons if one.get("email")]


def _digits(text: object) -> str:
    return re.sub(r"\D", "", str(text or ""))[-8:]


CONTACT_TERMS: Mapping[str, Callable[[str, Row], bool]] = {
    "number": lambda value, row: row.get("contactNo") == value,
    "vat_number": lambda value, row: (
        vat_number(value, row.get("countryId")) == vat_number(row.get("registrationNo"), row.get("countryId"))
    ),
    "ean": lambda value, row: row.get("ean") == value,
    "email": lambda value, row: value.casefold() in [email.casefold() for email in _emails(row)],
    "phone": lambda value, row: _digits(value) != "" and _digits(row.get("phone")) == _digits(value),
    "name": lambda value, row: str(row.get("name", "")).casefold() == value.casefold(),
}
"""How a contact is compared with each term."""


def own_number(source: str, external_id: str) -> str:
    """What the payload mapping writes into `contactNo` of a customer whom the source has a number for."""
    return f"{source}-{external_id}"


def _products(client: httpx.Client, settings: Settings, by: Terms) -> Iterator[Found]:
    number, name = by.get("sku") or by.get("number"), by.get("name")
    wanted = number or name
    if not wanted:
        return
    query = {"q": wanted} if settings.get("search") == "q" else {}
    for row in rows(client, "products", **query):
        fits = row.get("productNo") == number if number else str(row.get("name", "")).casefold() == wanted.casefold()
        if fits and not row.get("isArchived"):
            yield product(row)


def product(row: Row) -> Found:
    seen = {"sku": row.get("productNo"), "number": row.get("productNo"), "name": row.get("name")}
    return Found(
        id=str(row["id"]),
        number=str(row["productNo"]) if row.get("productNo") else None,
        done=frozenset({"create"}),
        terms={term: str(value) for term, value in seen.items() if value},
        data=row,
    )


def _invoices(type_: str) -> Callable[[httpx.Client, Settings, Terms], Iterator[Found]]:
    def found(client: httpx.Client, settings: Settings, by: Terms) -> Iterator[Found]:
        for row in marked(client, settings, by):
            if row.get("type", "invoice") == type_:
                yield invoice(row)

    return found


def marked(client: httpx.Client, settings: Settings, by: Terms) -> Iterator[Row]:
    """Invoices and credit notes that carry the mark, or have the number; what was voided is as good as gone."""
    field, value = (
        (str(settings["reference"]), by["reference"]) if "reference" in by else ("invoiceNo", by.get("number"))
    )
    if value:
        for row in rows(client, "invoices", **{field: value}):
            if row.get(field) == value and row.get("state") != "voided":
                yield row


def invoice(row: Row) -> Found:
    """A draft or an approved invoice with its totals; Billy's `amount` is without tax."""
    done = {"create"}
    if row.get("state") == "approved":
        done.add("book")
    if row.get("sentState") in SENT:
        done.add("mail")
    number = row.get("invoiceNo")
    return Found(
        id=str(row["id"]),
        number=str(number) if number else None,
        done=frozenset(done),
        totals=totals(row),
        data=row,
    )


def totals(row: Row) -> Totals | None:
    net, tax = decimal(row.get("amount")), decimal(row.get("tax"))
    if net is None or tax is None:
        return None
    return Totals(net=net, vat=tax, gross=net + tax)


def _vouchers(client: httpx.Client, settings: Settings, by: Terms) -> Iterator[Found]:
    """Daybook transactions by `apiType`, bills by their voucher number, bank payments by what they close."""
    mark = by.get("reference")
    if mark:
        for row in rows(client, "daybookTransactions", apiType=mark):
            if row.get("apiType") == mark and row.get("state") != "voided":
                yield voucher(row)
        for row in rows(client, "bills", voucherNo=mark):
            if row.get("voucherNo") == mark and row.get("state") != "voided":
                yield voucher(row)
    yield from _payments(client, settings, by)


def voucher(row: Row) -> Found:
    done = {"create", "book"} if row.get("state") == "approved" else {"create"}
    number = row.get("voucherNo")
    return Found(id=str(row["id"]), number=str(number) if number else None, done=frozenset(done), data=row)


def _payments(client: httpx.Client, settings: Settings, by: Terms) -> Iterator[Found]:
    """A payment has no mark of its own: what it closes, its day and its amount tell it."""
    invoices = [
        next(marked(client, settings, {"reference": mark}), None) for mark in by.get("document", "").split("\n") if mark
    ]
    if invoices and all(invoices):
        found = paying.found(client, [str(row["id"]) for row in invoices if row], by)
        yield from (payment(row) for row in found)


def payment(row: Row) -> Found:
    return Found(id=str(row["id"]), done=frozenset({"create", "book"}), data=dict[str, Any](row))


_FINDERS: Mapping[str, Callable[[httpx.Client, Settings, Terms], Iterator[Found]]] = {
    "customer": _contacts("isCustomer"),
    "supplier": _contacts("isSupplier"),
    "product": _products,
    "invoice": _invoices("invoice"),
    "credit_note": _invoices("creditNote"),
    "payment": _payments,
    "voucher": _vouchers,
}
