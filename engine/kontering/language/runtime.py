"""What generated code calls. It accepts or gives up: whatever it gives up on, the interpreter decides and words.

Everything here runs in the decimal context `values.EXACT`, in which plain operators are exact or fail.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from kontering.language import functions, problems, signatures, values
from kontering.language.library import item
from kontering.language.values import Number, Value

__all__ = [
    "EMPTY",
    "FAILURES",
    "NOTHING",
    "Decimal",
    "Missing",
    "Unfit",
    "called",
    "chosen",
    "filtered",
    "flat",
    "indexed",
    "indexed_by",
    "item",
    "negated",
    "number",
    "printed",
    "summed",
    "tidied",
    "values",
]


class Unfit(Exception):
    """The generated code doesn't accept this record: the interpreter has the word."""


class Missing(Unfit):
    """Something that is demanded is missing."""


FAILURES = (Unfit, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, problems.Wrong)
"""What generated code may raise where it doesn't accept a record."""

EMPTY: dict[str, Value] = {}
NOTHING: tuple[Value, ...] = ()

_LIMIT = 10**values.MAX_DIGITS


def number(value: Any) -> Number:
    """A result within bounds, without the sign of a zero."""
    if value:
        if type(value) is int and not -_LIMIT < value < _LIMIT:
            raise Unfit
        return value  # type: ignore[no-any-return]
    return abs(value)  # type: ignore[no-any-return]


def negated(value: Any) -> Number:
    if type(value) is not Decimal and type(value) is not int:
        raise Unfit
    return number(0 - value)


def summed(items: list[Any]) -> Number:
    """The exact sum; plain addition does it, since nothing inexact passes."""
    if type(items) is not list:
        raise Unfit
    total: Any = 0
    for each in items:
        if type(each) is not Decimal and type(each) is not int:
            raise Unfit
        total += each
    return number(total)


def flat(of: list[Value]) -> list[Value]:
    found: list[Value] = []
    for each in of:
        if type(each) is list:
            found.extend(each)
        else:
            found.append(each)
    return found


def indexed(of: list[Value], name: str, forgiving: bool) -> dict[object, list[Value]]:
    """The elements of a list by the value of one field, for a filter that compares it with something from outside."""
    found: dict[object, list[Value]] = {}
    for each in of:
        value = each.get(name) if type(each) is dict else None
        if type(value) is not dict and type(value) is not list:
            found.setdefault(_key(value, forgiving), []).append(each)
    return found


def indexed_by(of: list[Any], attribute: str, forgiving: bool) -> dict[object, list[Any]]:
    """As `indexed`, for records of a generated class; without the attribute all are null."""
    found: dict[object, list[Any]] = {}
    for each in of:
        value = getattr(each, attribute) if attribute else None
        if type(value) is not dict and type(value) is not list:
            found.setdefault(_key(value, forgiving), []).append(each)
    return found


def chosen(index: dict[object, list[Value]], value: Any, forgiving: bool) -> list[Value]:
    """The elements whose field equals a value."""
    if type(value) is dict or type(value) is list:
        raise Unfit
    return index.get(_key(value, forgiving), [])


def _key(value: Any, forgiving: bool) -> object:
    """True isn't 1; and where a filter is tolerant, the empty text is null."""
    if type(value) is bool:
        return (value,)
    return None if forgiving and value == "" else value


def filtered(name: str, args: list[Any]) -> Value:
    return signatures.call(functions.OF_CALCULATIONS, name, args)


def called(name: str, args: list[Any]) -> Value:
    return signatures.call(functions.OF_PATHS, name, args)


def printed(parts: Iterable[str]) -> str:
    """The pieces of a template as one text within bounds."""
    text = "".join(parts)
    if len(text) > values.MAX_TEXT:
        raise Unfit
    return text


def tidied(pieces: list[str]) -> str:
    """A template's text, tidied; one line without doubled blanks only loses those at its ends."""
    text = printed(pieces)
    if text.isprintable() and "  " not in text:
        return text.strip()
    return values.tidy(text)
