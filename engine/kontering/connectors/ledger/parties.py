"""Customers, suppliers and products: entered once, changed as often as their source says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Table, insert, select, update

from kontering.connectors.ledger.book import Book, check_currency, check_text, refuse, version
from kontering.connectors.ledger.payload import Party, Product, data, read, store
from kontering.connectors.ledger.sql import Query
from kontering.connectors.ledger.tables import ledger_party, ledger_product
from kontering.errors import Refusal, Refused
from kontering.model.plan import Found, Step

Values = dict[str, Any]

_CREATED = frozenset({"create"})
_PARTY_BY_KEY = Query(ledger_party, ledger_party.c.keys(), "book = ? AND kind = ? AND key = ?")
_PRODUCT_BY_KEY = Query(ledger_product, ledger_product.c.keys(), "book = ? AND key = ?")
_PARTY_BY_ID = Query(ledger_party, ["id"], "book = ? AND id = ?")


def create_party(book: Book, step: Step) -> Found:
    """Enters a customer or a supplier; one with this key is there already: that one."""
    seen = _party(book, step)
    if seen:
        return party_found(seen)
    body = read(step.body, Party)
    values = _party_values(body) | {"book": book.name, "kind": step.kind, "key": step.key, "changed": book.changed}
    refuse(_check_party(book, step.kind, body, None))
    return party_found(_insert(book, ledger_party, values))


def change_party(book: Book, step: Step) -> Found:
    """The named fields are changed; what the body leaves out stays as it is."""
    seen = _party(book, step) or _by_id(book, ledger_party, step)
    body = read({**data(seen.data), **step.body}, Party)
    refuse(_check_party(book, step.kind, body, seen.id))
    return party_found(_update(book, ledger_party, seen.id, _party_values(body)))


def create_product(book: Book, step: Step) -> Found:
    seen = _product(book, step)
    if seen:
        return product_found(seen)
    body = read(step.body, Product)
    values = _product_values(body) | {"book": book.name, "key": step.key, "changed": book.changed}
    refuse(_check_product(book, body, None))
    return product_found(_insert(book, ledger_product, values))


def change_product(book: Book, step: Step) -> Found:
    seen = _product(book, step) or _by_id(book, ledger_product, step)
    body = read({**data(seen.data), **step.body}, Product)
    refuse(_check_product(book, body, seen.id))
    return product_found(_update(book, ledger_product, seen.id, _product_values(body)))


def party_found(row: Any) -> Found:
    known = {name: getattr(row, name) for name in ("number", "external_id", "vat_number", "ean", "email", "phone")}
    return Found(
        id=str(row.id),
        number=row.number or str(row.id),
        version=version(row.changed),
        done=_CREATED,
        terms={name: value for name, value in known.items() if value} | {"key": row.key, "name": row.name},
        data=data(row.data),
    )


def product_found(row: Any) -> Found:
    known = {"external_id": row.external_id} if row.external_id else {}
    terms = {"key": row.key, "sku": row.sku, "name": row.name} | known
    return Found(
        id=str(row.id), number=row.sku, version=version(row.changed), done=_CREATED, terms=terms, data=data(row.data)
    )


def party_id(book: Book, value: str | None, path: str) -> int | None:
    """The row of a customer or supplier that a body names; one that isn't there is refused."""
    if value is None:
        return None
    number = int(value) if value.isdecimal() else -1
    if number in book.parties or _PARTY_BY_ID.first(book.connection, book.name, number):
        book.parties.add(number)
        return number
    raise Refused([Refusal(f"there is no party {value!r} in the ledger", path, "PARTY_UNKNOWN")])


def normal_vat_number(text: str, country: str) -> str:
    """Without blanks and marks, with its country in front.

    >>> normal_vat_number("SE 556677-8899 01", "SE"), normal_vat_number("31 41 59 26", "DK")
    ('SE556677889901', 'DK31415926')
    """
    plain = re.sub(r"[^0-9A-Z]", "", text.upper())
    prefixed = plain if plain[:2].isalpha() else country + plain
    return re.sub("^GR", "EL", prefixed)


def normal_phone(text: str) -> str:
    """Its digits.

    >>> normal_phone("+45 12 34 56 78") == normal_phone("0045 12345678")
    True
    """
    return re.sub(r"\D", "", text).lstrip("0")


def normal_email(text: str) -> str:
    return text.strip().casefold()


def _party(book: Book, step: Step) -> Any:
    return _PARTY_BY_KEY.first(book.connection, book.name, step.kind, step.key)


def _product(book: Book, step: Step) -> Any:
    return _PRODUCT_BY_KEY.first(book.connection, book.name, step.key)


def _by_id(book: Book, table: Table, step: Step) -> Any:
    """A thing that another key made: a customer whom two shops share is linked by its id."""
    number = step.of.id if step.of and step.of.id.isdecimal() else "-1"
    query = select(table).where(table.c.book == book.name, table.c.id == int(number))
    row = book.connection.execute(query).one_or_none()
    if row is None:
        raise Refused([Refusal(f"there is no {step.kind} {step.key} in the ledger", "", "UNKNOWN")])
    return row


def _insert(book: Book, table: Table, values: Values) -> Any:
    result = book.connection.execute(insert(table).returning(*table.c), values)
    return result.one()


def _update(book: Book, table: Table, row: int, values: Values) -> Any:
    changes = update(table).where(table.c.id == row).values(**values, changed=book.changed)
    return book.connection.execute(changes.returning(*table.c)).one()


def _party_values(body: Party) -> Values:
    return {
        "number": body.number,
        "name": body.name,
        "country": body.address.country,
        "external_id": body.external_id,
        "vat_number": normal_vat_number(body.vat_number, body.address.country) if body.vat_number else None,
        "ean": body.ean,
        "email": normal_email(body.email) if body.email else None,
        "phone": normal_phone(body.phone) if body.phone else None,
        "data": store(body),
    }


def _product_values(body: Product) -> Values:
    return {"sku": body.sku, "external_id": body.external_id, "name": body.name, "data": store(body)}


def _check_party(book: Book, kind: str, body: Party, own: int | None) -> Iterator[Refusal]:
    yield from check_text(book, body.name, f"{kind}.name", "/name")
    if body.currency:
        yield from check_currency(book, body.currency, "/currency")
    if body.number and _taken(book, ledger_party, {"kind": kind, "number": body.number}, own):
        yield Refusal(f"{kind} number {body.number} is taken", "/number", "NUMBER_TAKEN")


def _check_product(book: Book, body: Product, own: int | None) -> Iterator[Refusal]:
    yield from check_text(book, body.name, "product.name", "/name")
    for at, price in enumerate(body.prices):
        yield from check_currency(book, price.currency, f"/prices/{at}/currency")
    if _taken(book, ledger_product, {"sku": body.sku}, own):
        yield Refusal(f"product {body.sku} is there already", "/sku", "NUMBER_TAKEN")


def _taken(book: Book, table: Table, where: Mapping[str, str], own: int | None) -> bool:
    terms = [table.c[name] == value for name, value in where.items()]
    row = book.connection.execute(select(table.c.id).where(table.c.book == book.name, *terms)).scalar_one_or_none()
    return row is not None and row != own
