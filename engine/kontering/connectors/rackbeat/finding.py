"""Looks for what is there already: a few by number directly, many, and by anything else, in a list read for a while."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from kontering.connectors.rackbeat import asking
from kontering.connectors.rackbeat.asking import KINDS, Row
from kontering.sdk.connector import Found, Settings

if TYPE_CHECKING:
    import httpx

TERMS: Mapping[str, frozenset[str]] = {
    "customer": frozenset({"number", "vat_number", "ean", "email", "phone", "name"}),
    "supplier": frozenset({"number", "vat_number", "email", "phone", "name"}),
    "product": frozenset({"number", "sku", "barcode", "name"}),
    "customer_group": frozenset({"number", "name"}),
    "supplier_group": frozenset({"number", "name"}),
    "product_group": frozenset({"number", "name"}),
}
CERTAIN = frozenset({"number", "sku"})
"""By these a thing is had directly."""

FEW = 3
"""So many are asked for one by one; for more of them the list is read, which has a thousand in one call."""


@dataclass(slots=True)
class Index:
    """A list as it was read at a time, by each term; threads of one connection share it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    read_at: dict[str, float] = field(default_factory=dict)
    rows: dict[str, dict[tuple[str, str], list[Row]]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)


_INDEXES: WeakKeyDictionary[Any, Index] = WeakKeyDictionary()
_GUARD = threading.Lock()


def find(client: httpx.Client, settings: Settings, kind: str, by: Mapping[str, str]) -> Sequence[Found]:
    """Whatever fits all terms that this kind is known by; () where none of them is.

    With a key among the terms it is asked after a lost answer: then only Rackbeat itself knows.
    """
    known = {term: value for term, value in by.items() if term in TERMS.get(kind, frozenset())}
    if not known:
        return ()
    certain = next((term for term in known if term in CERTAIN), None)
    direct = certain is not None and _is_number(kind, known[certain])
    if direct and certain and ("key" in by or _are_few(client, settings, kind)):
        one = asking.row(client, KINDS[kind], settings, known[certain])
        found = [one] if one is not None else []
    elif "key" in by:
        found = list(asking.rows(client, KINDS[kind], settings))
    else:
        found = _indexed(client, settings, kind, *next(iter(known.items())))
    return tuple(one for one in (found_of(kind, row) for row in found) if _fits(one, known, certain))


def found_of(kind: str, row: Row) -> Found:
    """A thing as it is matched: its numbers in the hub's notation, its data in the words of the payload."""
    seen = {
        "number": row.get("number"),
        "sku": row.get("number") if kind == "product" else None,
        "vat_number": vat_number(row.get("company_vat"), row.get("address_country")),
        "ean": row.get("ean"),
        "email": row.get("contact_email"),
        "phone": row.get("contact_phone"),
        "name": row.get("company_name") or row.get("name"),
        "barcode": row.get("barcode"),
    }
    return Found(
        id=str(row["number"]),
        number=str(row["number"]),
        version=str(row.get("updated_at") or ""),
        done=frozenset({"create"}),
        terms={term: str(value) for term, value in seen.items() if value},
        data=written(row),
    )


def written(row: Row) -> Row:
    """A row in the words in which it is written: what it refers to by number."""
    names = {
        "payment_terms": "payment_terms_id",
        "group": "group",
        "supplier_group": "supplier_group_id",
        "unit": "unit_id",
        "default_supplier": "default_supplier_id",
    }
    return {
        names.get(name, name): value.get("number") if name in names and isinstance(value, Mapping) else value
        for name, value in row.items()
    }


def vat_number(text: object, country: object) -> str | None:
    """A number as the hub writes it: without blanks and marks, a Danish one with its country.

    >>> vat_number("29 38 47 54", "DK"), vat_number("SE556036079301", "SE")
    ('DK29384754', 'SE556036079301')
    """
    plain = re.sub(r"[^0-9A-Za-z]", "", str(text or "")).upper()
    return f"DK{plain}" if re.fullmatch(r"\d{8}", plain) and country in (None, "", "DK") else plain or None


def _are_few(client: httpx.Client, settings: Settings, kind: str) -> bool:
    index = _index(client)
    with index.lock:
        index.asked[kind] += 1
        return index.asked[kind] <= FEW or not int(settings.get("index_seconds", 60))


def _index(client: httpx.Client) -> Index:
    with _GUARD:
        return _INDEXES.setdefault(client, Index())


def _indexed(client: httpx.Client, settings: Settings, kind: str, term: str, value: str) -> list[Row]:
    """A list of thousands is read once, not once for each of those that are looked for."""
    index = _index(client)
    with index.lock:
        age = time.monotonic() - index.read_at.get(kind, float("-inf"))
        if age > int(settings.get("index_seconds", 60)):
            index.rows[kind] = _by_terms(kind, asking.rows(client, KINDS[kind], settings))
            index.read_at[kind] = time.monotonic()
        return index.rows[kind].get((term, _plain(value)), [])


def learn(client: httpx.Client, kind: str, row: Row) -> None:
    """What we made ourselves is in the list too: the next one with its e-mail address must find it."""
    index = _index(client)
    with index.lock:
        for term, value in found_of(kind, row).terms.items() if kind in index.rows else ():
            index.rows[kind].setdefault((term, _plain(value)), []).append(row)


def _by_terms(kind: str, rows: Any) -> dict[tuple[str, str], list[Row]]:
    made: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        for term, value in found_of(kind, row).terms.items():
            made.setdefault((term, _plain(value)), []).append(row)
    return made


def _fits(found: Found, known: Mapping[str, str], certain: str | None) -> bool:
    """Has it every term that it has a word for? Whoever has the number itself is the one."""
    if certain:
        return _plain(found.terms.get(certain, "")) == _plain(known[certain])
    return all(_plain(found.terms.get(term, "")) == _plain(value) for term, value in known.items())


def _is_number(kind: str, value: str) -> bool:
    return kind == "product" or value.isdecimal()


def _plain(value: str) -> str:
    return value.strip().casefold()
