"""Masks personal data in a record, so that it can be kept as a fixture: the same shape, the same totals, nobody's name.

The same value becomes the same mask wherever it stands. Country, postcode and town stay, since VAT depends on them; VAT
and EAN numbers become others that are as valid.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from typing import Any

from stdnum import ean
from stdnum.eu import vat

_FIRST = (
    "Asta",
    "Bo",
    "Clara",
    "Dan",
    "Ella",
    "Finn",
    "Gro",
    "Hugo",
    "Ida",
    "Jens",
    "Karla",
    "Lars",
    "Maja",
    "Noah",
    "Olga",
    "Poul",
)
_LAST = (
    "Ahl",
    "Birk",
    "Dahl",
    "Eng",
    "Fjord",
    "Gran",
    "Holm",
    "Krog",
    "Lund",
    "Mose",
    "Nord",
    "Palm",
    "Ravn",
    "Skov",
    "Toft",
    "Vang",
)
_TRADES = ("Bageri", "Cykler", "Design", "Handel", "Kaffe", "Kontor", "Musik", "Service")

_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_IP = re.compile(r"\d{1,3}(\.\d{1,3}){3}", re.ASCII)
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
# Where a `name` is a person's or a firm's, not a product's.
_PARTY_KEYS = frozenset(
    ("customer", "billing", "shipping", "buyer", "supplier", "recipient", "contact", "payer", "owner", "user", "maker")
)
_PARTY_FIELDS = frozenset(("email", "phone", "address", "street", "ean", "zip", "postcode", "cvr"))


def masked(record: Any) -> Any:
    """The record without personal data."""
    return _masked(record, "", False)


def _masked(value: Any, name: str, party: bool) -> Any:
    if isinstance(value, dict):
        if {"key", "value"} <= value.keys() and isinstance(value["key"], str):  # meta data
            return {
                **value,
                **{part: _masked(inner, value["key"], party) for part, inner in value.items() if "value" in part},
            }
        inside = party or _is_party(value, name)
        return {part: _masked(inner, part, inside) for part, inner in value.items()}
    if isinstance(value, list):
        return [_masked(item, name, party) for item in value]
    return _mask(value, name, party) if isinstance(value, str) and value else value


def _is_party(value: dict[str, Any], name: str) -> bool:
    words = set(_words(name))
    fields = {word for field in value for word in _words(field)}
    return bool(words & _PARTY_KEYS) or bool(fields & _PARTY_FIELDS)


def _words(name: str) -> Iterator[str]:
    return (word.lower() for word in _WORDS.findall(name))


def _mask(value: str, name: str, party: bool) -> str:
    words = tuple(_words(name))
    for wanted, anywhere, mask in _MASKS:
        if (anywhere or party) and any(_names(each, words) for each in wanted):
            return mask(value)
    return _MAIL.sub(lambda found: _mail(found.group()), value)


def _names(wanted: str, words: tuple[str, ...]) -> bool:
    """Whether a field's name has these words; after `=` it has no others: `vat` is a number, `amount_vat` an amount."""
    if wanted.startswith("="):
        return words == tuple(wanted[1:].split())
    return set(wanted.split()) <= set(words)


def _number(value: str, salt: str = "") -> int:
    return int.from_bytes(hashlib.sha256(f"{salt}{value}".encode()).digest()[:8])


def _pick(value: str, words: tuple[str, ...], salt: str) -> str:
    """One of the words, and never one that is in the value itself."""
    others = [word for word in words if word.lower() not in value.lower()]
    return others[_number(value, salt) % len(others)]


def _first(value: str) -> str:
    return _pick(value, _FIRST, "first")


def _last(value: str) -> str:
    return _pick(value, _LAST, "last")


def _full(value: str) -> str:
    return f"{_first(value)} {_last(value)}"


def _firm(value: str) -> str:
    return f"{_last(value)} {_pick(value, _TRADES, 'trade')} ApS"


def _mail(value: str) -> str:
    return f"{_first(value).lower()}.{_number(value) % 10_000}@example.com"


def _street(value: str) -> str:
    return f"{_last(value)}vej {_number(value) % 200 + 1}"


def _digits(value: str) -> str:
    """Other digits in the same places."""
    fresh = str(_number(value, "digits")) * 3
    return "".join(fresh[at] if char.isdigit() else char for at, char in enumerate(value[: len(fresh)]))


def _note(value: str) -> str:
    return "(masked)"


def _address(value: str) -> str:
    return "192.0.2.1" if _IP.fullmatch(value) else "(masked)"


def _valid(value: str, is_valid: Callable[[str], bool]) -> str:
    """Another number of the same form that is valid if this one is."""
    if not is_valid(value):
        return _digits(value)
    for attempt in range(2_000):
        other = _redrawn(value, attempt)
        if other != value and is_valid(other):
            return other
    return _digits(value)


def _redrawn(value: str, attempt: int) -> str:
    fresh = str(_number(value, str(attempt))) * 2
    return "".join(fresh[at] if char.isdigit() else char for at, char in enumerate(value[: len(fresh)]))


def _vat(value: str) -> str:
    if value[:2].isalpha():
        return _valid(value, lambda number: bool(vat.is_valid(number)))
    return _valid(value, lambda number: bool(vat.is_valid(f"DK{number}")))


def _ean(value: str) -> str:
    return _valid(value, lambda number: bool(ean.is_valid(number)))


Masks = tuple[tuple[tuple[str, ...], bool, Callable[[str], str]], ...]
# The words of a field's name, whether it is personal anywhere or only inside a party, and what it becomes.
_MASKS: Masks = (
    (("email", "=mail"), True, _mail),
    (("first name", "=firstname"), True, _first),
    (("last name", "=lastname", "=surname"), True, _last),
    (("phone", "mobile", "telephone"), True, _digits),
    (("ip address",), True, _address),
    (("user agent",), True, _note),
    (("vat number", "=vat", "cvr", "tax id"), True, _vat),
    (("=ean", "ean number", "billing ean"), True, _ean),
    (("iban", "bank account"), True, _digits),
    (("=note", "=notes", "customer note", "=comment", "=message"), True, _note),
    (("street", "line 1", "line 2", "address"), False, _street),
    (("company", "firm", "organisation"), False, _firm),
    (("=username", "=login", "=handle"), False, _digits),
    (("=name", "=contact", "att person", "display name", "full name"), False, _full),
)
