"""A problem as a value: a code, a place, what is wrong, and the way on."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a text file; lines and columns count from 1, `end_column` is the first that is outside."""

    file: str
    line: int = 1
    column: int = 1
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem. `field` is the target field (`lines[1].product.sku`), `record` the record and the path in it."""

    code: str
    message: str
    span: Span | None = None
    hint: str | None = None
    severity: Severity = "error"
    field: str | None = None
    record: str | None = None
    source: str | None = None
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return render(self)


def closest(name: str, names: Iterable[str]) -> str | None:
    """The known name that was probably meant.

    >>> closest("vatcodes", ["accounts", "vat_codes"])
    'vat_codes'
    """
    known = {candidate.lower(): candidate for candidate in names}
    hits = difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0.6)
    return known[hits[0]] if hits else None


def render(problem: Diagnostic, text: str | None = None) -> str:
    """The form people see: a clickable first line, the line itself with a caret, then the way on."""
    head = f"{problem.span}: " if problem.span else ""
    lines = [f"{head}{problem.severity}[{problem.code}]: {problem.message}"]
    line = problem.source if problem.source is not None else _line(text, problem.span)
    if line is not None and problem.span:
        number = str(problem.span.line)
        lines.append(f"   {number} | {line}")
        lines.append(f"   {' ' * len(number)} | {_caret(line, problem.span)} {problem.hint or ''}".rstrip())
    elif problem.hint:
        lines.append(f"   {problem.hint}")
    if problem.record:
        lines.append(f"   record: {problem.record}")
    if problem.field:
        lines.append(f"   field: {problem.field}")
    lines.extend(f"   {note}" for note in problem.notes)
    return "\n".join(lines)


def as_json(problem: Diagnostic) -> dict[str, Any]:
    """A problem for programs; absent parts are left out."""
    span = problem.span
    place = (
        {
            "file": span.file,
            "line": span.line,
            "column": span.column,
            "end_line": span.end_line,
            "end_column": span.end_column,
        }
        if span
        else {}
    )
    parts = {
        "code": problem.code,
        "severity": problem.severity,
        "message": problem.message,
        "hint": problem.hint,
        "field": problem.field,
        "record": problem.record,
        "notes": list(problem.notes),
    }
    return place | {name: value for name, value in parts.items() if value}


def as_json_text(problems: Iterable[Diagnostic]) -> str:
    return json.dumps([as_json(problem) for problem in problems], ensure_ascii=False, indent=2)


def errors(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    return [problem for problem in problems if problem.severity == "error"]


def _line(text: str | None, span: Span | None) -> str | None:
    if text is None or span is None:
        return None
    lines = text.splitlines()
    return lines[span.line - 1] if span.line <= len(lines) else None


def _caret(line: str, span: Span) -> str:
    end = span.end_column if span.end_line in (0, span.line) and span.end_column > span.column else len(line) + 1
    width = max(1, min(end, len(line) + 1) - span.column)
    return " " * (span.column - 1) + "^" * width
