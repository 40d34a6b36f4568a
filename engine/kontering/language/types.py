"""Types of values: what a schema promises, what an expression gives, and whether the one fits the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from kontering.model.record import JsonObject


@dataclass(frozen=True, slots=True)
class Any:
    """Nothing is known of it."""


@dataclass(frozen=True, slots=True)
class Null:
    """Missing; in a union: may be missing."""


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number."""


@dataclass(frozen=True, slots=True)
class Decimal:
    """An exact decimal number."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text; one of a few, if they are known."""

    one_of: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Date:
    """A day, without time or zone."""


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment, the same everywhere."""


@dataclass(frozen=True, slots=True)
class LocalTime:
    """Date and time of the connection's zone."""


@dataclass(frozen=True, slots=True)
class Id:
    """The target's id of something, a link until the send: it can be placed, not reckoned with."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of one type."""

    item: Type


@dataclass(frozen=True, slots=True)
class Object:
    """A thing with fields; `open` if it may have others too."""

    fields: Mapping[str, Type] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    open: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Either:
    """One of several types; make one with `union`."""

    members: tuple[Type, ...]


Type: TypeAlias = (
    Any | Null | Boolean | Integer | Decimal | Text | Date | Instant | LocalTime | Id | ListOf | Object | Either
)

Resolve = Callable[[str], JsonObject]


def from_schema(schema: JsonObject, resolve: Resolve) -> Type:
    """The type of the values that a JSON Schema allows; `resolve` gives the schema behind a `$ref`."""
    raise NotImplementedError


def describe(kind: Type) -> str:
    """The type in a mapping author's words."""
    raise NotImplementedError


def fits(kind: Type, wanted: Type) -> str | None:
    """None if a value of one type may stand where the other is wanted; else why not."""
    raise NotImplementedError


def may_be_missing(kind: Type) -> bool:
    raise NotImplementedError
