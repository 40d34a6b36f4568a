"""What the functions of paths and the filters of calculations do; arguments are checked before (`signatures.call`)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from kontering.language import problems, values
from kontering.language.signatures import Apply, described, sortable
from kontering.language.values import Number, Value
from kontering.model import money

MAX_PLACES = 20

_NUMERIC = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?", re.ASCII)


def total(numbers: list[Value]) -> Number:
    total: Number = 0
    for item in numbers:
        total = values.reckoned("+", total, item)
    return total


def average(numbers: list[Value]) -> Value:
    return values.reckoned("/", total(numbers), len(numbers)) if numbers else None


def number_of(value: Value) -> Value:
    """A number from a text that is written as one; null from anything else."""
    if values.is_number(value):
        return value
    if not isinstance(value, str) or len(value) > values.MAX_DIGITS or not _NUMERIC.fullmatch(value):
        return None
    digits = Decimal(value)
    if digits and not -values.MAX_DIGITS < digits.adjusted() < values.MAX_DIGITS:
        return None
    return digits if set(value) & set(".eE") else int(value)


def type_of(value: Value) -> str:
    names = {type(None): "null", bool: "boolean", int: "number", Decimal: "number", list: "array", dict: "object"}
    return names.get(type(value), "string")


def _keys(items: list[Value], apply: Apply, name: str) -> list[tuple[Any, int, Value]]:
    """Each element with its key and place; the keys must have one order."""
    keys = [apply(item) for item in items]
    if not sortable(keys):
        raise problems.wrong_argument(name, 2, "an &expression that gives numbers, texts or dates", described(keys))
    return [(key, place, item) for place, (key, item) in enumerate(zip(keys, items, strict=True))]


def sorted_by(items: list[Value], apply: Apply) -> Value:
    return [item for _, _, item in sorted(_keys(items, apply, "sort_by"), key=lambda found: found[:2])]


def largest_by(items: list[Value], apply: Apply) -> Value:
    return max(_keys(items, apply, "max_by"), key=lambda found: found[0])[2] if items else None


def smallest_by(items: list[Value], apply: Apply) -> Value:
    return min(_keys(items, apply, "min_by"), key=lambda found: found[0])[2] if items else None


def merged(*objects: dict[str, Value]) -> Value:
    return {name: value for part in objects for name, value in part.items()}


def join(glue: str, parts: list[str]) -> Value:
    return values.joined([piece for part in parts for piece in (glue, part)][1:])


def first_present(*items: Value) -> Value:
    return next((item for item in items if item is not None), None)


def reversed_(value: str | list[Value]) -> Value:
    return value[::-1]


def item(of: Value, key: Value) -> Value:
    """A field of an object by its name, or an element of a list by its number; null if there is none."""
    if isinstance(of, dict) and isinstance(key, str):
        return of.get(key)
    if isinstance(of, list) and type(key) is int:
        return of[key] if -len(of) <= key < len(of) else None
    return None


def as_list(value: Value) -> Value:
    return value if isinstance(value, list) else [value]


def as_text(value: Value) -> str:
    """A text as it is, anything else as JSON."""
    return value if isinstance(value, str) else values.json_of(value)


def rounded(value: Number, places: Value = 0) -> Value:
    """Half away from zero, to a number of places or to those of a currency.

    >>> rounded(Decimal("2.345"), 2), rounded(Decimal("2.5"), "JPY")
    (Decimal('2.35'), Decimal('3'))
    """
    return values.rounded(value, _digits(places))


def _digits(places: Value) -> int:
    if isinstance(places, str):
        try:
            return money.digits(places)
        except money.UnknownCurrency:
            raise problems.unknown_currency(places) from None
    if isinstance(places, int) and -MAX_PLACES <= places <= MAX_PLACES:
        return places
    raise problems.wrong_places()


def whole(value: Value) -> int:
    """A whole number from a number or a text that is one; nothing is cut off."""
    digits = number_of(value)
    if isinstance(digits, int | Decimal) and values.number(digits) == digits // 1:
        return int(digits)
    raise problems.not_whole(str(value)[:40])


def replaced(value: str, old: str, new: str) -> str:
    if not old:
        raise problems.nothing_to_replace()
    if len(value) + value.count(old) * (len(new) - len(old)) > values.MAX_TEXT:
        raise problems.text_too_long(values.MAX_TEXT)
    return value.replace(old, new)
