"""What a body may hold: names in any case, types, lengths; what isn't known is ignored, as the system does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from kontering.connectors.dinero.simulator.refusals import Bad, invalid
from kontering.connectors.dinero.simulator.state import Row

Kind = Literal["text", "decimal", "integer", "boolean", "date", "guid", "list"]
_GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Field:
    """One name of a body."""

    name: str
    kind: Kind = "text"
    required: bool = False
    most: int | None = None
    one_of: tuple[str, ...] = ()
    parts: tuple[Field, ...] = ()


def text(name: str, most: int | None = None, *, required: bool = False, one_of: Sequence[str] = ()) -> Field:
    return Field(name, "text", required, most, tuple(one_of))


def number(name: str, *, required: bool = False) -> Field:
    return Field(name, "decimal", required)


def whole(name: str, *, required: bool = False) -> Field:
    return Field(name, "integer", required)


def flag(name: str, *, required: bool = False) -> Field:
    return Field(name, "boolean", required)


def day(name: str, *, required: bool = False) -> Field:
    return Field(name, "date", required)


def id_of(name: str, *, required: bool = False) -> Field:
    return Field(name, "guid", required)


def rows(name: str, parts: tuple[Field, ...], *, required: bool = False) -> Field:
    return Field(name, "list", required, parts=parts)


def read(body: Any, fields: Sequence[Field]) -> Row:
    """The body as a row with the names of the model; refuses what is wrong, all of it at once."""
    if not isinstance(body, Mapping):
        raise invalid({"body": "The body must be an object"})
    errors: dict[str, str] = {}
    row = _object(body, fields, "", errors)
    if errors:
        raise invalid(errors)
    return row


def read_all(body: Any, fields: Sequence[Field]) -> list[Row]:
    """The body as a list of rows."""
    if not isinstance(body, list):
        raise invalid({"body": "The body must be an array"})
    errors: dict[str, str] = {}
    made = [_element(item, fields, f"[{index}].", errors) for index, item in enumerate(body)]
    if errors:
        raise invalid(errors)
    return made


def _element(item: Any, fields: Sequence[Field], at: str, errors: dict[str, str]) -> Row:
    if isinstance(item, Mapping):
        return _object(item, fields, at, errors)
    errors[at.rstrip(".")] = "An object was expected"
    return {}


def _object(body: Mapping[str, Any], fields: Sequence[Field], at: str, errors: dict[str, str]) -> Row:
    given = {name.lower(): value for name, value in body.items()}
    row: Row = {}
    for field in fields:
        value = given.get(field.name.lower())
        if value is None or value == "":
            if field.required:
                errors[at + field.name] = f"{field.name} is required"
            continue
        wrong, made = _value(field, value, at, errors)
        if wrong:
            errors[at + field.name] = wrong
        else:
            row[field.name] = made
    return row


def _value(field: Field, value: Any, at: str, errors: dict[str, str]) -> tuple[str, Any]:
    if field.kind == "list":
        if not isinstance(value, list):
            return f"{field.name} must be a list", None
        parts = enumerate(value)
        return "", [_element(item, field.parts, f"{at}{field.name}[{index}].", errors) for index, item in parts]
    wrong = next(_wrong(field, value), "")
    return wrong, None if wrong else _made(field, value)


def _wrong(field: Field, value: Any) -> Iterator[str]:
    name = field.name
    match field.kind:
        case "text":
            if not isinstance(value, str | int) or isinstance(value, bool):
                yield f"{name} must be a text"
            elif field.most is not None and len(str(value)) > field.most:
                yield f"{name} can't be longer than {field.most} characters"
            elif field.one_of and value not in field.one_of:
                yield f"{name} must be one of {', '.join(field.one_of)}"
        case "decimal" if not isinstance(value, int | Decimal) or isinstance(value, bool):
            yield f"{name} must be a number"
        case "integer" if not isinstance(value, int) or isinstance(value, bool):
            yield f"{name} must be a whole number"
        case "boolean" if not isinstance(value, bool):
            yield f"{name} must be true or false"
        case "date" if not _is_day(value):
            yield f"{name} must be a date, yyyy-MM-dd"
        case "guid" if not isinstance(value, str) or not _GUID.fullmatch(value):
            yield f"{name} must be a guid"


def _made(field: Field, value: Any) -> Any:
    match field.kind:
        case "text":
            return str(value)
        case "decimal":
            return Decimal(value)
        case "date":
            return value[:10]
        case "guid":
            return value.lower()
        case _:
            return value


def _is_day(value: Any) -> bool:
    try:
        date.fromisoformat(value[:10])
    except (TypeError, ValueError):
        return False
    return True


def bad_json(why: str) -> Bad:
    return invalid({"body": f"The body is no JSON: {why}"})
