"""Where the pointer is in a YAML file: the scalar under it, and the way to it from the root."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kontering.diagnostics import Span
from kontering.yaml.nodes import Map, Node, Scalar, Sequence

Way = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A scalar with the way to the map or list that holds it; `key` says that it is the key of an entry."""

    scalar: Scalar
    way: Way
    """To the value; for a key to the value behind it."""
    within: Node
    key: bool = False

    @property
    def name(self) -> str:
        """The key that the scalar stands behind, itself or in a list."""
        return next((step for step in reversed(self.way) if isinstance(step, str)), "")


def holds(span: Span, line: int, column: int) -> bool:
    """Is a place inside a stretch, its end included?"""
    end = (span.end_line or span.line, span.end_column or span.column)
    return (span.line, span.column) <= (line, column) <= end


def spots(node: Node, way: Way = (), within: Node | None = None) -> Iterator[Spot]:
    """Every scalar of a file, keys too."""
    match node:
        case Scalar():
            yield Spot(scalar=node, way=way, within=within or node)
        case Sequence():
            for number, item in enumerate(node.items):
                yield from spots(item, (*way, number), node)
        case Map():
            for entry in node.entries:
                inner = (*way, entry.key.text)
                yield Spot(scalar=entry.key, way=inner, within=node, key=True)
                yield from spots(entry.value, inner, node)


def spot_at(node: Node | None, line: int, column: int) -> Spot | None:
    """What is under the pointer."""
    return _first(node, lambda spot: holds(spot.scalar.span, line, column))


def spot_with(node: Node | None, text: str) -> Spot | None:
    """The scalar that has a text in it."""
    return _first(node, lambda spot: text in spot.scalar.text)


def _first(node: Node | None, wanted: Callable[[Spot], bool]) -> Spot | None:
    return next(filter(wanted, spots(node)), None) if node is not None else None
