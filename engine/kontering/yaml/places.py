"""Finds the place in the file of a stretch of a scalar's text, by walking text and source side by side."""

from __future__ import annotations

from functools import lru_cache

from kontering.diagnostics import Span

_BLANK = " \t\n\r"
_LONG = {"x": 4, "u": 6, "U": 10}


def within(text: str, raw: str, span: Span, start: int, end: int) -> Span:
    """The span of `text[start:end]`; the scalar's own span if source and text can't be laid side by side."""
    places = _aligned(text, raw) if raw else None
    if places is None:
        return span
    first, last = _edges(raw, places, start, max(start, end))
    line, column = _position(raw, span, first)
    end_line, end_column = _position(raw, span, last)
    return Span(span.file, line, column, end_line, end_column)


def _edges(raw: str, places: tuple[int, ...], start: int, end: int) -> tuple[int, int]:
    behind = places[-1] + _width(raw, places[-1]) if places else _first(raw)
    first = places[start] if start < len(places) else behind
    if end <= start:
        return first, first
    last = places[end - 1] if end <= len(places) else None
    return first, behind if last is None else last + _width(raw, last)


def _position(raw: str, span: Span, index: int) -> tuple[int, int]:
    before = raw[:index]
    newlines = before.count("\n")
    column = span.column + index if newlines == 0 else index - before.rindex("\n")
    return span.line + newlines, column


@lru_cache(maxsize=64)
def _aligned(text: str, raw: str) -> tuple[int, ...] | None:
    """For each character of `text` its index in `raw`; None if they don't fit together."""
    at = _first(raw)
    if "\n" not in raw and raw in (text, f"'{text}'", f'"{text}"'):
        return tuple(range(at, at + len(text)))
    places: list[int] = []
    for char in text:
        found = _find(char, raw, at)
        if found is None:
            return None
        places.append(found)
        at = found + (_width(raw, found) if _is_here(char, raw, found) else 0)
    return tuple(places)


def _find(char: str, raw: str, at: int) -> int | None:
    """Where `char` stands at or after `at`; only blanks that YAML folds away may lie between."""
    while at < len(raw):
        if raw[0] == '"' and raw.startswith(("\\\n", "\\\r\n"), at):
            at = len(raw) - len(raw[at + 1 :].lstrip(_BLANK))
        elif char in _BLANK or raw[at] not in _BLANK:
            return at if char in _BLANK or _is_here(char, raw, at) else None
        else:
            at += 1
    return None if char not in _BLANK else len(raw)


def _is_here(char: str, raw: str, at: int) -> bool:
    if at >= len(raw):
        return False
    if char in _BLANK:
        return raw[at] in _BLANK or raw[at] == "\\"
    return raw[at] == char or (raw[0] == '"' and raw[at] == "\\")


def _width(raw: str, at: int) -> int:
    """How many characters of the source make the one character of the text at `at`."""
    if raw[0] == "'" and raw.startswith("''", at):
        return 2
    if raw[0] == '"' and raw.startswith("\\", at):
        return _LONG.get(raw[at + 1 : at + 2], 2)
    return 1


def _first(raw: str) -> int:
    if raw[:1] in ("'", '"'):
        return 1
    return raw.find("\n") + 1 if raw[:1] in ("|", ">") else 0
