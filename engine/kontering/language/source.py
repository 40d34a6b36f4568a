"""The text of one expression or template, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from kontering.diagnostics import Span
from kontering.yaml.nodes import Scalar


@dataclass(frozen=True, slots=True)
class Source:
    """A text with its place: inside a scalar of a YAML file, or by itself.

    >>> Source("order.total").span(6, 11)
    Span(file='<expression>', line=1, column=7, end_line=1, end_column=12)
    """

    text: str
    scalar: Scalar | None = None
    file: str = "<expression>"

    def span(self, start: int, end: int) -> Span:
        """The place of `text[start:end]`."""
        if self.scalar is not None:
            return self.scalar.place(start, end)
        line, column = self._position(start)
        end_line, end_column = self._position(end)
        return Span(self.file, line, column, end_line, end_column)

    def whole(self) -> Span:
        return self.span(0, len(self.text))

    def _position(self, offset: int) -> tuple[int, int]:
        before = self.text[:offset]
        return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def of_scalar(scalar: Scalar) -> Source:
    """The source that a scalar of a YAML file holds."""
    return Source(scalar.text, scalar, scalar.span.file)
