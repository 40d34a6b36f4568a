"""How the properties and resources of Billy's API are described: kinds, references, children, and what lists can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["text", "decimal", "boolean", "integer", "date", "ref", "tagged", "ids"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One property. `need`: at creation; `fixed`: never again; `read`: the server's own, ignored in a body."""

    name: str
    kind: Kind = "text"
    need: bool = False
    fixed: bool = False
    read: bool = False
    to: str = ""
    words: tuple[str, ...] = ()
    default: Any = None
    least: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """Records that are sent and shown inside of another one."""

    of: str
    parent: str
    least: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One kind of record: `name` as in the address, `one` as in the envelope of a single record."""

    name: str
    one: str
    fields: tuple[Field, ...]
    children: Mapping[str, Child] = field(default_factory=dict)
    equals: frozenset[str] = frozenset()
    """Properties by which a list can be filtered."""
    spans: Mapping[str, str] = field(default_factory=dict)
    """`EntryDate` → the property: filters minEntryDate, maxEntryDate, entryDatePeriod."""
    search: tuple[str, ...] = ()
    """What `q` looks through."""
    sorts: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    """POST, PUT, DELETE."""

    @property
    def by_name(self) -> Mapping[str, Field]:
        return {one.name: one for one in self.fields}


def text(
    name: str, *, need: bool = False, fixed: bool = False, read: bool = False, default: str | None = None
) -> Field:
    return Field(name=name, need=need, fixed=fixed, read=read, default=default)


def words(name: str, *those: str, fixed: bool = False, need: bool = False, read: bool = False) -> Field:
    """One of some words; the first is taken where nothing is said."""
    return Field(name=name, words=those, default=None if need else those[0], fixed=fixed, need=need, read=read)


def number(
    name: str,
    *,
    need: bool = False,
    read: bool = False,
    fixed: bool = False,
    least: int | None = None,
    default: Any = None,
) -> Field:
    return Field(name=name, kind="decimal", need=need, read=read, fixed=fixed, least=least, default=default)


def whole(name: str, default: int | None = None) -> Field:
    return Field(name=name, kind="integer", default=default)


def flag(name: str, default: bool = False, *, read: bool = False, need: bool = False) -> Field:
    return Field(name=name, kind="boolean", default=default, read=read, need=need)


def day(name: str, *, need: bool = False, read: bool = False, fixed: bool = False) -> Field:
    return Field(name=name, kind="date", need=need, read=read, fixed=fixed)


def ref(
    name: str, to: str, *, need: bool = False, fixed: bool = False, read: bool = False, default: Any = None
) -> Field:
    """A record by its id."""
    return Field(name=name, kind="ref", to=to, need=need, fixed=fixed, read=read, default=default)


def tagged(name: str, *, need: bool = False, read: bool = False, fixed: bool = False) -> Field:
    """`invoice:abc`: a record of one of several kinds."""
    return Field(name=name, kind="tagged", need=need, read=read, fixed=fixed)
