"""What is known of a local of generated code before anything runs, so that it needn't be checked again.

`tame` is a decimal as a record has it, at most forty digits before and after its point; `sum` is what adding and
subtracting makes of such, or the whole 0 of nothing; `mixed` is a sum or a whole number, `decimal` any other.
`record` is an instance of a generated class: its fields are read as attributes. All but `any` may still be null,
unless the writer knows that it is sure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

NO_FIELDS: Mapping[str, tuple[str, Known]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Known:
    """The kind of a local; of a record its fields with their attributes, of a list its elements.

    `words` are all texts that it may be, where these are known: then it is surely one of them.
    """

    kind: str = "any"
    fields: Mapping[str, tuple[str, Known]] = field(default_factory=lambda: NO_FIELDS)
    item: Known | None = None
    place: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()

    @property
    def is_record(self) -> bool:
        """Whether it, or what is in it, is no plain data."""
        return self.kind == "record" or (self.item is not None and self.item.is_record)


ANY = Known()
BOOLEAN, INTEGER, TEXT = Known("boolean"), Known("integer"), Known("text")
TAME, SUM, DECIMAL = Known("tame"), Known("sum"), Known("decimal")
NUMBERS = frozenset({"integer", "tame", "sum", "mixed", "decimal", "number"})
DECIMALS = frozenset({"tame", "sum", "decimal"})
ADDED = frozenset({"tame", "sum"})
TEXTS = frozenset({"text", "currency", "country"})
NEVER_EMPTY = NUMBERS | {"boolean", "date", "instant", "local", "list", "record", "currency", "country"}
"""Kinds that are missing only if they are null."""


class NeedsPlain(Exception):
    """A record of a generated class would get where plain data is needed: `place` must be read as plain data."""

    def __init__(self, place: tuple[str, ...]) -> None:
        super().__init__(".".join(place))
        self.place = place


def joined(one: Known, other: Known) -> Known:
    """What is known of something that is one or the other."""
    if one == other:
        return one
    kinds = {one.kind, other.kind}
    if one.words and other.words:
        return Known("text", words=one.words | other.words)
    if kinds <= ADDED:
        return SUM
    if kinds <= ADDED | {"integer", "mixed"}:
        return Known("mixed")
    if kinds <= DECIMALS:
        return DECIMAL
    if kinds <= NUMBERS:
        return Known("number")
    return TEXT if kinds <= TEXTS else ANY


def of_value(value: object) -> Known:
    """What is known of a literal."""
    if type(value) is str and value:
        return Known("text", words=frozenset({value}))
    named = {bool: BOOLEAN, int: INTEGER, str: TEXT}
    return named.get(type(value), ANY)
