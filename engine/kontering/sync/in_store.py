"""Embedded books as a source: read page by page, each in a transaction of its own, so that none stays open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from kontering.model.record import Page, Pointer, Position, Record
from kontering.sdk.connector import Source
from kontering.sync.recognitions import Look

Opened = Callable[[Any], Source]
"""The books in an open transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InStore:
    """Books that live in the store."""

    look: Look
    opened: Opened

    def read(self, kind: str, after: Position | None) -> Iterator[Page]:
        while (page := self._page(kind, after)) is not None:
            yield page
            if page.after is None or page.after == after:
                return
            after = page.after

    def get(self, pointer: Pointer) -> Record | None:
        with self.look() as tx:
            return self.opened(tx.connection).get(pointer)

    def _page(self, kind: str, after: Position | None) -> Page | None:
        with self.look() as tx:
            return next(iter(self.opened(tx.connection).read(kind, after)), None)


def source(look: Look, embedded: Callable[[Any], object]) -> Source:
    """What is a target in a delivery's transaction is a source in that of a reading."""
    return InStore(look=look, opened=cast(Opened, embedded))
