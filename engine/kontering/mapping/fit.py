"""Fits values into a schema of a document or a payload: turns what may be turned, names what may not stand there.

Dates and decimals are values here, not texts; a link may stand where an id belongs. Texts that are too long for a
payload are cut at the very end, unless the schema forbids it with `x-cut: false`.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from functools import cache
from typing import Any

from kontering.diagnostics import Diagnostic, closest
from kontering.mapping import notations, records, refusals
from kontering.mapping.dates import localised
from kontering.mapping.notations import Mistyped, shown
from kontering.mapping.roots import Roots
from kontering.mapping.schemas import Schema
from kontering.model.plan import Link

Path = tuple[str | int, ...]
ANY = object()
_WIDE = Context(prec=10_000)  # digits of a quotient, which a remainder may need: JSON's whole numbers can be long


@dataclass(frozen=True, slots=True)
class Misfit:
    """A value that can't stand where it is put."""

    path: Path
    code: str
    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """A text that was too long for the target; `full` is what the note must keep."""

    field: str
    full: str
    length: int
    most: int


@dataclass(slots=True)
class Fitting:
    """What is gathered while a value is fitted. `cutting` is for payloads; `zone` makes a local time an instant."""

    cutting: bool = False
    zone: str = "UTC"
    misfits: list[Misfit] = field(default_factory=list)
    cuts: list[tuple[Path, Cut]] = field(default_factory=list)

    def wrong(self, path: Path, message: str, hint: str | None = None, code: str = "K512") -> None:
        self.misfits.append(Misfit(path, code, message, hint))


def document_problems(kind: str, data: Any, roots: Roots | None = None) -> tuple[Diagnostic, ...]:
    """What is wrong with a document, by its schema."""
    schema = records.document_schema(kind, roots)
    if schema is None:
        return (refusals.unfit(None, "", f"there is no document {kind!r}"),)
    fitting = Fitting()
    fitted(data, schema, (), fitting)
    return tuple(refusals.unfit(None, dotted(each.path), each.message, each.hint) for each in fitting.misfits)


def dotted(path: Path) -> str:
    return records.dotted("", path)


def fitted(value: Any, schema: Schema, path: Path, into: Fitting) -> Any:
    """The value as it may stand in the schema's place."""
    if value is None:
        return _nothing(schema, path, into)
    if isinstance(value, Link):
        return _link(value, schema, path, into)
    before = len(into.misfits)
    value = _by_kind(value, schema, path, into)
    if len(into.misfits) == before:
        _bounds(value, schema, path, into)
        _combined(value, schema, path, into)
    return value


def _by_kind(value: Any, schema: Schema, path: Path, into: Fitting) -> Any:
    if isinstance(value, Mapping):
        return _object(value, schema, path, into)
    if isinstance(value, list | tuple):
        return _list(value, schema, path, into)
    if named := _FORMATS.get(schema.get("format", "")):
        return named(value, schema, path, into)
    kinds = types_of(schema)
    if not kinds:
        return value
    for kind in kinds:
        turned = _TYPES[kind](value) if kind in _TYPES else ANY
        if turned is not ANY:
            return _text(turned, schema, path, into) if isinstance(turned, str) else turned
    into.wrong(path, f"{_named(kinds)} belongs here, not {of_type(value)}", _hint(value, kinds))
    return value


def types_of(schema: Schema) -> tuple[str, ...]:
    kinds = schema.get("type", ())
    return (kinds,) if isinstance(kinds, str) else tuple(kinds)


_WORDS = {"string": "a text", "integer": "a whole number", "number": "a number", "boolean": "true or false"}
_WORDS |= {"object": "an object", "array": "a list", "null": "null"}


def _named(kinds: Iterable[str]) -> str:
    return " or ".join(_WORDS[kind] for kind in kinds if kind != "null")


def of_type(value: Any) -> str:
    """A value with its type, for messages."""
    match value:
        case bool():
            return shown(value)
        case str():
            return f"the text {shown(value)}"
        case int() | Decimal():
            return f"the number {value}"
        case dt.datetime():
            return "a time"
        case dt.date():
            return f"the date {value}"
    return shown(value)


def _hint(value: Any, kinds: tuple[str, ...]) -> str | None:
    if "string" in kinds and isinstance(value, int | Decimal) and not isinstance(value, bool):
        return "a number becomes a text with {calc: … | string} or in a template"
    return None


def _nothing(schema: Schema, path: Path, into: Fitting) -> None:
    if schema and "null" not in types_of(schema) and ("type" in schema or "enum" in schema):
        into.misfits.append(Misfit(path, "K514", "null where none may be", "leave the field out (missing: skip)"))


def _link(value: Link, schema: Schema, path: Path, into: Fitting) -> Link:
    kinds = types_of(schema)
    if schema.get("format") not in (None, "link", "key") or (kinds and not {"string", "integer"} & set(kinds)):
        into.wrong(path, f"the id of a {value.kind} can't stand here")
    return value


def _object(value: Mapping[str, Any], schema: Schema, path: Path, into: Fitting) -> Any:
    kinds = types_of(schema)
    if kinds and "object" not in kinds:
        into.wrong(path, f"{_named(kinds)} belongs here, not an object")
        return value
    known = schema.get("properties", {})
    if schema.get("additionalProperties") is False:
        for name in value:
            if name not in known:
                near = closest(name, known)
                into.wrong(
                    (*path, name), f"there is no field {name!r}", f"did you mean {near!r}?" if near else None, "K510"
                )
    for name in schema.get("required", ()):
        if name not in value:
            into.wrong((*path, name), f"the field {name!r} is needed", None, "K511")
    return {name: fitted(part, known.get(name, {}), (*path, name), into) for name, part in value.items()}


def _list(value: Iterable[Any], schema: Schema, path: Path, into: Fitting) -> Any:
    kinds = types_of(schema)
    if kinds and "array" not in kinds:
        into.wrong(path, f"{_named(kinds)} belongs here, not a list")
        return value
    items = schema.get("items", {})
    values = [fitted(item, items, (*path, index), into) for index, item in enumerate(value)]
    if len(values) < schema.get("minItems", 0):
        into.wrong(path, f"at least {schema['minItems']} needed, there are {len(values)}")
    if len(values) > schema.get("maxItems", len(values)):
        into.wrong(path, f"at most {schema['maxItems']} allowed, there are {len(values)}")
    return values


def _whole(value: Any) -> Any:
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else ANY


def _number(value: Any) -> Any:
    return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else ANY


_TYPES: dict[str, Callable[[Any], Any]] = {
    "string": lambda value: value if isinstance(value, str) else ANY,
    "integer": _whole,
    "number": _number,
    "boolean": lambda value: value if isinstance(value, bool) else ANY,
}


def _text(value: str, schema: Schema, path: Path, into: Fitting) -> str:
    """A text in its length: cut at the end for payloads, refused elsewhere."""
    most = schema.get("maxLength")
    if most is None or len(value) <= most:
        return value
    normal = unicodedata.normalize("NFC", value)
    if len(normal) <= most:
        return normal
    if not into.cutting or schema.get("x-cut") is False or "enum" in schema:
        into.wrong(path, f"the text has {len(normal)} characters, {most} is the most", None, "K517")
        return value
    into.cuts.append((path, Cut(dotted(path), value, len(normal), most)))
    return shortened(normal, most)


def shortened(text: str, most: int) -> str:
    """The first `most` characters, never ending in a blank or in half of a joined character.

    >>> shortened("Kaffe og te", 6)
    'Kaffe'
    """
    end = most
    while (
        end > 0
        and end < len(text)
        and (unicodedata.combining(text[end]) or text[end] in "\u200d\ufe0f" or text[end - 1] == "\u200d")
    ):
        end -= 1
    return text[: end or most].rstrip()


def _date(value: Any, schema: Schema, path: Path, into: Fitting) -> Any:
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            return value.date()
        into.misfits.append(
            Misfit(path, "K513", "an instant where a date belongs", "say which zone's day it is: zone:")
        )
        return value
    return _read(notations.date, value, path, into)


def _instant(value: Any, schema: Schema, path: Path, into: Fitting) -> Any:
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        return localised(value, into.zone)
    return _read(notations.instant, value, path, into)


def _decimal(value: Any, schema: Schema, path: Path, into: Fitting) -> Any:
    if isinstance(value, str):
        into.wrong(path, f"a decimal belongs here, not {of_type(value)}")
        return value
    return _read(notations.number, value, path, into)


def _code(read: notations.Notation) -> Callable[[Any, Schema, Path, Fitting], Any]:
    def code(value: Any, schema: Schema, path: Path, into: Fitting) -> Any:
        return _read(read, value, path, into)

    return code


def _read(read: notations.Notation, value: Any, path: Path, into: Fitting) -> Any:
    try:
        return read(value)
    except Mistyped as wrong:
        into.wrong(path, wrong.message, wrong.hint)
        return value


_FORMATS: dict[str, Callable[[Any, Schema, Path, Fitting], Any]] = {
    "date": _date,
    "date-time": _instant,
    "decimal": _decimal,
    "currency": _code(notations.currency),
    "country": _code(notations.two_letters),
    "link": _code(notations.link),
}


def _bounds(value: Any, schema: Schema, path: Path, into: Fitting) -> None:
    """Words, limits and patterns."""
    words = schema.get("enum") or ([schema["const"]] if "const" in schema else None)
    if words is not None and (value not in words or isinstance(value, bool) != any(word is value for word in words)):
        near = closest(value, [str(word) for word in words]) if isinstance(value, str) else None
        hint = f"did you mean {near!r}?" if near else f"it must be {', '.join(map(str, words))}"
        into.wrong(path, f"{shown(value)} is none of the field's words", hint, "K516")
    if isinstance(value, str):
        _text_bounds(value, schema, path, into)
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        _number_bounds(value, schema, path, into)


def _text_bounds(value: str, schema: Schema, path: Path, into: Fitting) -> None:
    if len(value) < schema.get("minLength", 0):
        into.wrong(path, f"the text {shown(value)} is too short", f"at least {schema['minLength']} characters")
    if "pattern" in schema and not _pattern(schema["pattern"]).search(value):
        into.wrong(path, f"the text {shown(value)} doesn't have the form {schema['pattern']}")


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _number_bounds(value: int | Decimal, schema: Schema, path: Path, into: Fitting) -> None:
    if "minimum" in schema and value < schema["minimum"]:
        into.wrong(path, f"{value} is less than {schema['minimum']}")
    if "maximum" in schema and value > schema["maximum"]:
        into.wrong(path, f"{value} is more than {schema['maximum']}")
    if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
        into.wrong(path, f"{value} must be more than {schema['exclusiveMinimum']}")
    if "multipleOf" in schema and _WIDE.remainder(Decimal(value), Decimal(str(schema["multipleOf"]))) != 0:
        into.wrong(path, f"{value} is no multiple of {schema['multipleOf']}")


def _combined(value: Any, schema: Schema, path: Path, into: Fitting) -> None:
    """anyOf, oneOf, allOf, and if with then: mostly «this field or that one»."""
    for each in schema.get("allOf", ()):
        fitted(value, each, path, into)
    if "if" in schema:
        branch = "then" if fits(value, schema["if"]) else "else"
        if branch in schema:
            fitted(value, schema[branch], path, into)
    if (choices := schema.get("anyOf")) and not any(fits(value, choice) for choice in choices):
        into.wrong(path, f"it needs {_choices(choices)}")
    if choices := schema.get("oneOf"):
        count = sum(fits(value, choice) for choice in choices)
        if count != 1:
            into.wrong(path, f"it needs {_choices(choices)}" + (", not several" if count else ""))


def fits(value: Any, schema: Schema) -> bool:
    fitting = Fitting()
    fitted(value, schema, (), fitting)
    return not fitting.misfits


def _choices(choices: Iterable[Schema]) -> str:
    return " or ".join(" and ".join(map(repr, choice.get("required", ()))) or "another form" for choice in choices)
