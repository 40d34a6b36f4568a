"""Reads a YAML file into nodes, and refuses what YAML would guess at."""

from __future__ import annotations

import re
from pathlib import Path

from kontering.diagnostics import Diagnostic, Span
from kontering.yaml import problems
from kontering.yaml.composer import Composer
from kontering.yaml.nodes import Node

MAX_BYTES = 1_000_000

_CONTROL = re.compile("[^\\t\\n\\r -~\u00a0-\u2027\u2030-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # they make a line read otherwise than it runs

Loaded = tuple[Node | None, tuple[Diagnostic, ...]]


def read(path: Path, file: str) -> Loaded:
    """The nodes of a file; `file` is how messages name it."""
    with path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    text, found = decode(data, file)
    return (None, found) if text is None else compose(text, file)


def decode(data: bytes, file: str) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """The text of a file's bytes, which must be UTF-8 and not too many."""
    if len(data) > MAX_BYTES:
        return None, (problems.too_large(file, MAX_BYTES),)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        return None, (problems.not_utf8(_place(before, len(before), file), data[error.start]),)


def compose(text: str, file: str) -> Loaded:
    """The nodes of a YAML text, and what is wrong with it. There is no node where it can't be read at all.

    >>> node, found = compose("currency: NO", "m.yaml")
    >>> node.get("currency").value
    'NO'
    """
    if len(text) > MAX_BYTES:
        return None, (problems.too_large(file, MAX_BYTES),)
    unreadable = _characters(text, file)
    return (None, (unreadable,)) if unreadable else Composer(text, file).compose()


def _characters(text: str, file: str) -> Diagnostic | None:
    if text.startswith("\ufeff"):
        return problems.byte_order_mark(Span(file, 1, 1, 1, 2))
    found = _CONTROL.search(text) or _TURNING.search(text)
    return problems.control_character(_place(text, found.start(), file), found.group()) if found else None


def _place(text: str, index: int, file: str) -> Span:
    line = text.count("\n", 0, index) + 1
    column = index - (text.rfind("\n", 0, index) + 1) + 1
    return Span(file, line, column, line, column + 1)
