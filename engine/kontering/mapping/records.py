"""Reads a record by its schema: notations become values, once, and what doesn't fit is named with its path.

The schema is turned into nested functions once; a record then costs one call a value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from kontering.diagnostics import Diagnostic
from kontering.errors import Problems
from kontering.mapping import notations, refusals, schemas
from kontering.mapping.notations import Mistyped
from kontering.mapping.roots import Roots
from kontering.mapping.schemas import Schema

LARGEST = 1_000_000  # values in a record; a yearly payout has some ten thousand transactions of thirty values
DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """One value that isn't what the schema says, and where it is: `("line_items", 1, "total")`."""

    code: str
    message: str
    path: tuple[str | int, ...] = ()
    hint: str | None = None

    def under(self, step: str | int) -> Fault:
        return replace(self, path=(step, *self.path))


Faults = list[Fault]
# value, the object around it, the record around that, faults
Read = Callable[[Any, Mapping[str, Any], Mapping[str, Any], Faults], Any]


def record_schema(name: str, roots: Roots) -> Schema | None:
    return schemas.find_schema("record", name, roots)


def document_schema(kind: str, roots: Roots | None = None) -> Schema | None:
    return schemas.find_schema("document", kind, roots or Roots())


def payload_schema(name: str, roots: Roots | None = None) -> Schema | None:
    return schemas.find_schema("payload", name, roots or Roots())


def decode(data: Any, schema: Schema, *, name: str = "record", key: str = "") -> Any:
    """The record with values for notations; raises Problems that name each value that doesn't fit."""
    faults: Faults = []
    values = decoded(data, schema, faults)
    if faults:
        raise Problems([told(fault, name, key) for fault in faults])
    return values


def decoded(data: Any, schema: Schema, faults: Faults) -> Any:
    return read_with(reader(schema), data, faults)


def read_with(read: Read, data: Any, faults: Faults) -> Any:
    """The values of a record, by a reading function that is at hand."""
    _, reason = measured(data)
    if reason is not None:
        faults.append(Fault("K505", reason))
        return None
    return read_measured(read, data, faults)


def read_measured(read: Read, data: Any, faults: Faults) -> Any:
    whole = data if isinstance(data, Mapping) else {}
    return read(data, whole, whole, faults)


def told(fault: Fault, name: str, key: str) -> Diagnostic:
    """A fault for people: `order.line_items[1].total` of `shop/order/5121`."""
    return refusals.record_fault(fault.code, fault.message, fault.hint, f"{key} {dotted(name, fault.path)}".strip())


def dotted(name: str, path: tuple[str | int, ...]) -> str:
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return (name + steps) if name else steps.lstrip(".")


def measured(data: Any) -> tuple[int, str | None]:
    """How many values a record has, and why it is refused unread: no order has a million, or is sixty levels deep."""
    count, level, depth = 0, [data], 0
    while level:
        count, depth = count + len(level), depth + 1
        if count > LARGEST:
            return count, f"the record has more than {LARGEST:,} values"
        if depth > DEEPEST:
            return count, f"the record is nested more than {DEEPEST} levels deep"
        level = [part for value in level if type(value) in (dict, list) for part in _parts(value)]
    return count, None


def _parts(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value


def reader(schema: Schema) -> Read:
    """The reading function of a schema."""
    if "properties" in schema or schema.get("type") == "object":
        return _object_reader(schema)
    if "items" in schema or schema.get("type") == "array":
        return partial(_read_list, reader(schema.get("items", schemas.ANYTHING)))
    if schema.get("format") == "minor":
        return partial(_read_minor, schema.get("x-currency", "/currency"))
    return partial(_read_value, notations.of(schema), schema.get("enum"))


def _object_reader(schema: Schema) -> Read:
    fields = tuple((name, reader(part)) for name, part in schema.get("properties", {}).items())
    if not fields:
        return partial(_read_value, notations.of(schemas.ANYTHING), None)
    return partial(_read_root if schema.get("x-root") else _read_object, fields)


def _read_root(fields: tuple[tuple[str, Read], ...], value: Any, around: Any, root: Any, faults: Faults) -> Any:
    return _read_object(fields, value, around, value, faults)


def _read_object(fields: tuple[tuple[str, Read], ...], value: Any, around: Any, root: Any, faults: Faults) -> Any:
    if value is None or value == "" or value == []:  # PHP writes an empty map as []
        return None if value != [] else {}
    if not isinstance(value, Mapping):
        faults.append(Fault("K501", f"expected an object, found {notations.shown(value)}"))
        return None
    values = {}
    for name, read in fields:
        if name in value:
            before = len(faults)
            values[name] = read(value[name], value, root, faults)
            if len(faults) > before:
                faults[before:] = [fault.under(name) for fault in faults[before:]]
    return values


def _read_list(read: Read, value: Any, around: Any, root: Any, faults: Faults) -> Any:
    if value is None or value == "":
        return None
    if not isinstance(value, list | tuple):
        faults.append(Fault("K501", f"expected a list, found {notations.shown(value)}"))
        return None
    values = []
    for index, item in enumerate(value):
        before = len(faults)
        values.append(read(item, around, root, faults))
        if len(faults) > before:
            faults[before:] = [fault.under(index) for fault in faults[before:]]
    return values


def _read_value(
    notation: notations.Notation, words: list[Any] | None, value: Any, around: Any, root: Any, faults: Faults
) -> Any:
    if value is None or value == "":
        return None
    try:
        read = notation(value)
    except Mistyped as wrong:
        faults.append(Fault(wrong.code, wrong.message, hint=wrong.hint))
        return None
    if words is not None and read not in words:
        faults.append(Fault("K506", f"{notations.shown(value)} is none of {', '.join(map(str, words))}"))
    return read


def _read_minor(where: str, value: Any, around: Any, root: Any, faults: Faults) -> Any:
    if value is None or value == "":
        return None
    try:
        return notations.minor(value, _along(where, around, root))
    except Mistyped as wrong:
        faults.append(Fault(wrong.code, wrong.message, hint=wrong.hint))
        return None


def _along(where: str, around: Any, root: Any) -> Any:
    """The currency beside an amount: `currency` in the same object, `/currency` at the record's top."""
    here = root if where.startswith("/") else around
    for step in where.strip("/").split("/"):
        here = here.get(step) if isinstance(here, Mapping) else None
    return here
