"""What readers of all formats give: a record as it stands in its file, with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kontering.diagnostics import Diagnostic, Span


@dataclass(frozen=True, slots=True)
class Raw:
    """A record's data, where it begins, and about how large it is (bytes or characters)."""

    data: dict[str, Any]
    span: Span
    size: int


Found = Raw | Diagnostic
