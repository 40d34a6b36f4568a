"""Classes for what a mapping reads of a record: JSON is decoded straight into them, and what nobody reads is skipped.

What is passed through on the way to fields becomes a class; what is taken whole stays plain data. Notations are turned
into values by code that the writer is given, field by field; whatever doesn't fit is left to the interpreter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from kontering.language.known import ANY, BOOLEAN, INTEGER, TAME, TEXT, Known
from kontering.language.runtime import Unfit
from kontering.language.writer import Writer
from kontering.mapping import notations, records
from kontering.mapping.schemas import Schema
from kontering.mapping.used import EACH, Place, Used

MEMO = 20_000  # texts that a notation remembers; amounts and codes come again and again


class Unshaped(Exception):
    """The record has something that classes can't express: it is read as plain data."""


class Memo(dict[Any, Any]):
    """The values of texts and whole numbers in one notation, as far as they came already."""

    def __init__(self, notation: notations.Notation) -> None:
        super().__init__({"": None})
        self.notation = notation

    def __missing__(self, written: str | int) -> Any:
        value = self.notation(written)
        if len(self) < MEMO and (type(written) is int or len(str(written)) < 100):
            self[written] = value
        return value


@dataclass(frozen=True, slots=True)
class Shape:
    """How one place of a record is decoded: its type for the decoder, what code knows of it, how its value is made."""

    type: Any
    known: Known
    schema: Schema
    parts: tuple[tuple[str, Shape], ...] = ()
    item: Shape | None = None
    made: Any = None


@dataclass(slots=True)
class Shapes:
    """What shapes are made for: the places that are used, and those that must stay plain data."""

    used: Used
    plain: frozenset[Place] = frozenset()
    count: int = field(default=0)


def shape_of(schema: Schema, name: str, used: Used, plain: frozenset[Place]) -> Shape:
    """The shape of a record; raises Unshaped where there is none."""
    shape = _shape(schema, (name,), Shapes(used, plain))
    if shape.known.kind != "record":
        raise Unshaped
    return shape


def _shape(schema: Schema, place: Place, work: Shapes) -> Shape:
    if _is_scalar(schema):
        return _scalar(schema)
    whole = work.used.whole | work.plain
    below = _below(place, work.used)
    if not below or any(place[:end] in whole for end in range(1, len(place) + 1)):
        return _plain(schema)
    if "properties" in schema:
        return _record(schema, place, below, work)
    item = _shape(schema["items"], (*place, EACH), work)
    if item.known.kind != "record":
        return _plain(schema)
    known = Known("list", item=item.known, place=place)
    return Shape(list[item.type] | Literal[""] | None, known, schema, item=item)  # type: ignore[name-defined]


def _is_scalar(schema: Schema) -> bool:
    has_parts = "properties" in schema or "items" in schema
    return not has_parts and schema.get("type") not in ("object", "array")


def _below(place: Place, used: Used) -> set[str]:
    found = used.touched | used.whole
    return {other[len(place)] for other in found if len(other) > len(place) and other[: len(place)] == place}


def _record(schema: Schema, place: Place, below: set[str], work: Shapes) -> Shape:
    parts = tuple(
        (name, _shape(part, (*place, name), work)) for name, part in schema["properties"].items() if name in below
    )
    names = {f"f{number}": name for number, (name, _) in enumerate(parts)}
    types = [(at, shape.type, None) for at, (_, shape) in zip(names, parts, strict=True)]
    work.count += 1
    made = msgspec.defstruct(f"Record{work.count}", types, rename=names, gc=False)
    fields = {name: (at, shape.known) for at, (name, shape) in zip(names, parts, strict=True)}
    known = Known("record", fields=fields, place=place)
    return Shape(made | list[Any] | Literal[""] | None, known, schema, parts, made=made)


def _plain(schema: Schema) -> Shape:
    if any(part.get("format") == "minor" for part in _inside(schema)):
        raise Unshaped
    return Shape(Any, Known("any"), schema)


def _inside(schema: Schema) -> Iterable[Schema]:
    yield schema
    for part in schema.get("properties", {}).values():
        yield from _inside(part)
    if "items" in schema:
        yield from _inside(schema["items"])


def _scalar(schema: Schema) -> Shape:
    if schema.get("format") == "minor":
        raise Unshaped
    notation = notations.of(schema)
    kind, known = _KINDS.get(notation, (Any, ANY))
    return Shape(kind, known, schema)


_KINDS: dict[Callable[[Any], Any], tuple[Any, Known]] = {
    notations.text: (str | None, TEXT),
    notations.integer: (int | Literal[""] | None, INTEGER),
    notations.boolean: (bool | Literal[""] | None, BOOLEAN),
    notations.number: (Any, TAME),
    notations.decimal: (Any, TAME),
    notations.unix: (Any, Known("instant")),
    notations.utc: (Any, Known("instant")),
    notations.instant: (Any, Known("instant")),
    notations.local: (Any, Known("local")),
    notations.date: (Any, Known("date")),
    notations.currency: (Any, Known("currency")),
    notations.country: (Any, Known("country")),
}


# the code that makes values of notations


def read(writer: Writer, local: str, shape: Shape) -> None:
    """Writes what makes values of the notations in a record of a generated class."""
    for number, (_, part) in enumerate(shape.parts):
        _read_part(writer, f"{local}.f{number}", part)


def _read_part(writer: Writer, at: str, shape: Shape) -> None:
    match shape.known.kind:
        case "record":
            _read_record(writer, at, shape)
        case "list" if shape.item is not None:
            _read_list(writer, at, shape.item)
        case _ if _is_scalar(shape.schema):
            _read_scalar(writer, at, shape)
        case _:
            writer.line(f"{at} = {writer.constant(_whole(shape.schema))}({at})")


def _read_record(writer: Writer, at: str, shape: Shape) -> None:
    local = writer.set(at)
    with writer.block(f"if type({local}) is not {writer.constant(shape.made)}:"):
        writer.line(f"{local} = {at} = {writer.constant(_odd(shape.made))}({local})")
    with writer.block(f"if {local} is not None:"):
        read(writer, local, shape)


def _read_list(writer: Writer, at: str, item: Shape) -> None:
    local = writer.set(at)
    writer.line(f"if {local} == '': {local} = {at} = None")
    if all(part.type == str | None and "enum" not in part.schema for _, part in item.parts):
        return
    with writer.block(f"if {local} is not None:"):
        each = writer.fresh(inner=True)
        with writer.block(f"for {each} in {local}:"):
            read(writer, each, item)


def _read_scalar(writer: Writer, at: str, shape: Shape) -> None:
    notation = notations.of(shape.schema)
    if notation is notations.anything:
        local, read_it = writer.set(at), writer.constant(notation)
        writer.line(f"{at} = {local} or None if type({local}) is str else {read_it}({local})")
    elif shape.type is Any:
        local = writer.set(at)
        memo, other = writer.constant(_memo(notation)), writer.constant(_unless_null(notation))
        writer.line(f"{at} = {memo}[{local}] if type({local}) is str or type({local}) is int else {other}({local})")
    elif notation is not notations.text:
        writer.line(f"if {at} == '': {at} = None")
    if "enum" in shape.schema:
        words = writer.constant(list(shape.schema["enum"]))
        writer.line(f"if {at} is not None and {at} != '' and {at} not in {words}: raise Unfit")


_MEMOS: dict[notations.Notation, Memo] = {}


def _memo(notation: notations.Notation) -> Memo:
    return _MEMOS.setdefault(notation, Memo(notation))


def _unless_null(notation: notations.Notation) -> notations.Notation:
    def read(value: Any) -> Any:
        return None if value is None else notation(value)

    return read


def _whole(schema: Schema) -> notations.Notation:
    reader = records.reader(schema)

    def read(value: Any) -> Any:
        faults: records.Faults = []
        found = reader(value, {}, {}, faults)
        if faults:
            raise Unfit
        return found

    return read


def _odd(made: Any) -> Callable[[Any], Any]:
    """What stands where an object belongs: nothing, or the empty list that PHP writes for an empty map."""

    def read(value: Any) -> Any:
        if value is None or value == "":
            return None
        if value == []:
            return made()
        raise Unfit

    return read
