"""What a YAML file is made of: scalars, sequences and maps, each with its place in the file."""

from __future__ import annotations

from collections.abc import Sequence as Path
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from kontering.diagnostics import Span
from kontering.yaml import places

Style = Literal["plain", "single", "double", "literal", "folded"]
Plain = str | int | Decimal | bool | None


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value; `text` is what was written, without quotes and escapes, `raw` with them."""

    value: Plain
    text: str
    style: Style
    span: Span
    raw: str = ""

    def place(self, start: int, end: int) -> Span:
        """The place of a stretch of `text`, as exact as the style allows.

        >>> Scalar("a + b", "a + b", "double", Span("m.yaml", 3, 9, 3, 16), '"a + b"').place(4, 5)
        Span(file='m.yaml', line=3, column=14, end_line=3, end_column=15)
        """
        return places.within(self.text, self.raw, self.span, start, end)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Entry:
    """A key and its value; a key is always text."""

    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True)
class Map:
    """A map; its keys are all different."""

    entries: tuple[Entry, ...]
    span: Span

    def get(self, name: str) -> Node | None:
        return next((entry.value for entry in self.entries if entry.key.text == name), None)

    def entry(self, name: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.key.text == name), None)


Node = Scalar | Sequence | Map


def plain(node: Node) -> Any:
    """The node as ordinary data: dict, list, and the scalars' values."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Map():
            return {entry.key.text: plain(entry.value) for entry in node.entries}


def at(node: Node, path: Path[str | int]) -> Node | None:
    """The node at the end of a path, or None if there is none."""
    here: Node | None = node
    for step in path:
        here = _step(here, step) if here is not None else None
    return here


def nearest(node: Node, path: Path[str | int]) -> Span:
    """Where to point for a path: the key or item itself, or the last part of the path that exists."""
    span = node.span
    here = node
    for step in path:
        if isinstance(here, Map) and isinstance(step, str) and (entry := here.entry(step)):
            here, span = entry.value, entry.key.span
        elif (item := _step(here, step)) is not None:
            here, span = item, item.span
        else:
            break
    return span


def _step(node: Node, step: str | int) -> Node | None:
    if isinstance(node, Map) and isinstance(step, str):
        return node.get(step)
    if isinstance(node, Sequence) and isinstance(step, int) and 0 <= step < len(node.items):
        return node.items[step]
    return None
