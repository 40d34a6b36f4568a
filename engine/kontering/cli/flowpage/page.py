"""What a page is made of, before it is Markdown or HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

OPEN = "—"
"""Stands where nothing is known, and nothing needs to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under a head. `folded` may be shut away where a reader can open it."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    folded: str = ""

    @property
    def used(self) -> Table:
        """The table without columns that say nothing in any row."""
        kept = [at for at in range(len(self.head)) if at == 0 or any(row[at] not in ("", OPEN) for row in self.rows)]
        rows = [[row[at] for at in kept] for row in self.rows]
        return Table(head=[self.head[at] for at in kept], rows=rows, folded=self.folded)


Part = str | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with paragraphs and tables. A text may have `code` and **bold** in it."""

    title: str
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything on one flow."""

    name: str
    title: str
    lead: str
    sections: Sequence[Section]
    foot: str


def section(title: str, *parts: Part | None) -> Section:
    """A section of those parts that have something to say."""
    kept = [part.used if isinstance(part, Table) else part for part in parts if _says_something(part)]
    return Section(title=title, parts=[part for part in kept if part is not None])


def _says_something(part: Part | None) -> bool:
    return bool(part.rows if isinstance(part, Table) else part)
