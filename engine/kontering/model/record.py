"""What is read from a source: a record, a page of them, and how far the source is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kontering.diagnostics import Diagnostic

JsonObject = Mapping[str, Any]
Position = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One thing read from a source, complete; it never changes. `version` orders its editions as text."""

    connection: str
    kind: str
    id: str
    version: str
    data: JsonObject
    gone: bool = False

    @property
    def key(self) -> str:
        """Its identity, and that of the document it becomes: `shop/order/1042`."""
        return f"{self.connection}/{self.kind}/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """Kind and id: all that is taken from a webhook. Without id: there is something new of this kind."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some records; `after` is how far the source is read once they are stored (None: not safe to move yet).

    `problems` are things in it that can't be read as records; they come again until they are mended.
    """

    records: tuple[Record, ...] = ()
    after: Position | None = None
    total: int | None = None
    problems: tuple[Diagnostic, ...] = ()
