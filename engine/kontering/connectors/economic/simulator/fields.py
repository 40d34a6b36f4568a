"""What properties a resource has: kind, lengths, decimals, who may write, filter and sort them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypedDict

Kind = Literal["text", "integer", "number", "boolean", "date", "instant", "word", "object", "list", "ref"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One property; `low` and `high` bound a text's length or a number's size, `to` is what a reference points at."""

    name: str
    kind: Kind
    low: int | None = None
    high: int | None = None
    decimals: int | None = None
    need: bool = False
    read: bool = False
    filter: bool = False
    sort: bool = False
    words: tuple[str, ...] = ()
    parts: tuple[Field, ...] = ()
    to: str = ""
    key: str = ""


def text(name: str, high: int, use: str = "", *, low: int = 0, need: bool = False) -> Field:
    """A text of at most `high` characters; in `use`, f is filterable, s sortable, r read only."""
    return Field(name=name, kind="text", low=low, high=high, need=need, **_uses(use))


def integer(name: str, use: str = "", *, low: int | None = None, high: int | None = None, need: bool = False) -> Field:
    return Field(name=name, kind="integer", low=low, high=high, need=need, **_uses(use))


def number(name: str, use: str = "", *, decimals: int | None = 2, high: int | None = None, need: bool = False) -> Field:
    return Field(name=name, kind="number", decimals=decimals, high=high, need=need, **_uses(use))


def boolean(name: str, use: str = "") -> Field:
    return Field(name=name, kind="boolean", **_uses(use))


def date(name: str, use: str = "", *, need: bool = False) -> Field:
    return Field(name=name, kind="date", need=need, **_uses(use))


def instant(name: str, use: str = "r") -> Field:
    return Field(name=name, kind="instant", **_uses(use))


def word(name: str, words: tuple[str, ...], use: str = "", *, need: bool = False) -> Field:
    return Field(name=name, kind="word", words=words, need=need, **_uses(use))


def ref(name: str, to: str, key: str, use: str = "", *, need: bool = False, kind: Kind = "integer") -> Field:
    """A reference to another resource by its number or by its `self` link; `use` is the number's."""
    part = Field(name=key, kind=kind, **_uses(use))
    return Field(name=name, kind="ref", to=to, key=key, need=need, parts=(part,), read="r" in use)


def group(name: str, *parts: Field, need: bool = False, use: str = "") -> Field:
    return Field(name=name, kind="object", parts=parts, need=need, **_uses(use))


def rows(name: str, *parts: Field, need: bool = False) -> Field:
    return Field(name=name, kind="list", parts=parts, need=need)


def columns(fields: tuple[Field, ...], prefix: str = "") -> Iterator[tuple[str, Field]]:
    """Every property with its dotted name; what lies inside lists can't be asked for.

    >>> [name for name, _ in columns((text("name", 9), ref("unit", "units", "unitNumber")))]
    ['name', 'unit', 'unit.unitNumber']
    """
    for field in fields:
        yield prefix + field.name, field
        if field.kind in ("object", "ref"):
            yield from columns(field.parts, f"{prefix}{field.name}.")


class _Uses(TypedDict):
    filter: bool
    sort: bool
    read: bool


def _uses(use: str) -> _Uses:
    return {"filter": "f" in use, "sort": "s" in use, "read": "r" in use}
