"""What can be wrong with an expression: the exceptions that stop one, and every message in one list."""

from __future__ import annotations

from kontering.diagnostics import Diagnostic, Span
from kontering.errors import KonteringError


class Bad(KonteringError):
    """An expression can't be read, or can't be evaluated on this record."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class Missing(KonteringError):
    """Something that the expression needs is absent, null or an empty text; `path` says what, as the record has it."""

    def __init__(self, span: Span, path: str) -> None:
        super().__init__(f"{path} is missing")
        self.span = span
        self.path = path

    @property
    def diagnostic(self) -> Diagnostic:
        return missing(self.span, self.path)


def missing(span: Span, path: str) -> Diagnostic:
    hint = "write `missing:` (skip, null, hold, or a form to take instead), or `or` with another value"
    return Diagnostic("K203", f"{path} is missing", span, hint, record=path)
