"""Checks the body of a writing call against a resource's properties, and gives it the form in which it is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeGuard

from kontering.connectors.economic.ids import from_path
from kontering.connectors.economic.simulator.fields import Field
from kontering.connectors.economic.simulator.refusals import (
    DECIMALS,
    INVALID,
    MISSING_RESOURCE,
    NO_IDENTIFIER,
    Errors,
    invalid,
    one,
    refused,
)

Row = dict[str, Any]
LARGEST = 10**12
Exists = Callable[[str, Any], bool]
"""Whether the resource of a path has something of that number."""


def checked(body: Any, fields: Iterable[Field], exists: Exists) -> Row:
    """The body as a row: unknown and read only properties dropped, references by number; raises what is wrong."""
    if not isinstance(body, dict):
        raise refused("The body must be a JSON object.")
    row, errors = _object(body, tuple(fields), exists)
    if errors:
        raise invalid(errors)
    return row


def _object(body: Mapping[str, Any], fields: tuple[Field, ...], exists: Exists) -> tuple[Row, Errors]:
    row: Row = {}
    errors: Errors = {}
    for field in fields:
        if field.read:
            continue
        if field.name not in body:
            if field.need:
                errors[field.name] = one(INVALID, f"{field.name} must be given.")
            continue
        value, wrong = _value(field, body[field.name], exists)
        if wrong:
            errors[field.name] = wrong
        else:
            row[field.name] = value
    return row, errors


def _value(field: Field, value: Any, exists: Exists) -> tuple[Any, Errors]:
    if value is None:
        return None, one(INVALID, f"{field.name} can't be null; leave the property out.")
    match field.kind:
        case "object":
            return _part(field, value, exists)
        case "list":
            return _list(field, value, exists)
        case "ref":
            return _reference(field, value, exists)
        case _:
            return value, _CHECKS[field.kind](field, value)


def _part(field: Field, value: Any, exists: Exists) -> tuple[Any, Errors]:
    if not isinstance(value, dict):
        return None, one(INVALID, f"{field.name} must be an object.", value)
    return _object(value, field.parts, exists)


def _list(field: Field, value: Any, exists: Exists) -> tuple[Any, Any]:
    if not isinstance(value, list):
        return None, one(INVALID, f"{field.name} must be an array.", value)
    if not field.parts:
        return value, {}
    done = [_part(field, item, exists) for item in value]
    wrong = [{"arrayIndex": index, **errors} for index, (_, errors) in enumerate(done) if errors]
    return [row for row, _ in done], wrong


def _reference(field: Field, value: Any, exists: Exists) -> tuple[Any, Errors]:
    """A number, or the `self` link that ends in it, of something that is there."""
    if not isinstance(value, dict):
        return None, one(INVALID, f"{field.name} must be an object.", value)
    number = value.get(field.key, _linked(field, value.get("self")))
    if number is None:
        return None, one(NO_IDENTIFIER, f"{field.name} needs {field.key} or self.", hint=f"See /{field.to}.")
    wrong = _CHECKS[field.parts[0].kind](field.parts[0], number)
    if wrong:
        return None, {field.key: wrong}
    if not exists(field.to, number):
        return None, one(MISSING_RESOURCE, f"{field.name} does not exist.", number, f"See /{field.to}.")
    return {field.key: number}, {}


def _linked(field: Field, link: Any) -> Any:
    if not isinstance(link, str) or not link:
        return None
    number = from_path(link.rstrip("/").rpartition("/")[2])
    whole = field.parts[0].kind == "integer" and number.isdecimal()
    return int(number) if whole else number


def _text(field: Field, value: Any) -> Errors:
    if not isinstance(value, str):
        return one(INVALID, f"{field.name} must be a string.", value)
    if field.high is not None and len(value) > field.high:
        return one(INVALID, f"{field.name} may have at most {field.high} characters.", value)
    if field.low and len(value) < field.low:
        return one(INVALID, f"{field.name} must have at least {field.low} characters.", value)
    return {}


def whole(value: Any) -> TypeGuard[int | Decimal]:
    """Whether a value is a number without decimals; in JSON 3.0 is one too.

    >>> whole(3), whole(Decimal("3.0")), whole(True), whole("3")
    (True, True, False, False)
    """
    if isinstance(value, Decimal):
        return value == value.to_integral_value()
    return isinstance(value, int) and not isinstance(value, bool)


def _integer(field: Field, value: Any) -> Errors:
    if not whole(value):
        return one(INVALID, f"{field.name} must be a whole number.", value)
    return _size(field, value)


def _number(field: Field, value: Any) -> Errors:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return one(INVALID, f"{field.name} must be a number.", value)
    if field.decimals is not None and decimals(value) > field.decimals:
        return one(DECIMALS, f"{field.name} may have at most {field.decimals} decimals.", value)
    return _size(field, value)


def _size(field: Field, value: int | Decimal) -> Errors:
    if not -LARGEST < value < LARGEST:
        return one(INVALID, f"{field.name} is too large.", str(value))
    if field.low is not None and value < field.low:
        return one(INVALID, f"{field.name} must be at least {field.low}.", value)
    if field.high is not None and value > field.high:
        return one(INVALID, f"{field.name} must be at most {field.high}.", value)
    return {}


def decimals(value: int | Decimal) -> int:
    """How many decimals a number has that aren't zero at its end.

    >>> decimals(Decimal("10.120")), decimals(100), decimals(Decimal("1E+2"))
    (2, 0, 0)
    """
    exponent = Decimal(value).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _boolean(field: Field, value: Any) -> Errors:
    return {} if isinstance(value, bool) else one(INVALID, f"{field.name} must be true or false.", value)


def _date(field: Field, value: Any) -> Errors:
    """Only the form with dashes; Python would take `20260301` as well."""
    wrong = one(INVALID, f"{field.name} must be a date written YYYY-MM-DD.", value)
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return wrong
    try:
        date.fromisoformat(value)
    except ValueError:
        return wrong
    return {}


def _word(field: Field, value: Any) -> Errors:
    if value in field.words:
        return {}
    return one(INVALID, f"{field.name} must be one of {', '.join(field.words)}.", value)


_CHECKS: Mapping[str, Callable[[Field, Any], Errors]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "instant": _text,
    "word": _word,
}
