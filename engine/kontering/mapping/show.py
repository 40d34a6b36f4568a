"""Writes a mapping as one file, merged with all that it extends, with the place where each line was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kontering.diagnostics import Span
from kontering.mapping.mapping import Mapping
from kontering.mapping.parts import MappingFile
from kontering.yaml.nodes import Map, Node, Scalar, Sequence

WIDTH = 100
ORDER = ("kontering", "mapping", "doc", "from", "as", "to", "strict", "params", "tables", "let", "stop", "fields")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of YAML and where it comes from."""

    text: str
    span: Span


def merged(mapping: Mapping | MappingFile, *, origins: bool = True) -> str:
    """The merged file as YAML; read again it is the same mapping."""
    file = mapping.file if isinstance(mapping, Mapping) else mapping
    lines = list(lines_of(file.merged))
    if not origins:
        return "".join(f"{line.text}\n" for line in lines)
    width = min(WIDTH, max(len(line.text) for line in lines))
    return "".join(f"{line.text.ljust(width)}  # {line.span.file}:{line.span.line}\n" for line in lines)


def lines_of(whole: Map) -> Iterator[Line]:
    entries = sorted(whole.entries, key=lambda entry: ORDER.index(entry.key.text) if entry.key.text in ORDER else 99)
    for entry in entries:
        yield from _entry(_key(entry.key), entry.value, entry.key.span, "")


def _entry(head: str, value: Node, span: Span, indent: str) -> Iterator[Line]:
    flow = _flow(value)
    if flow is not None and len(indent) + len(head) + len(flow) + 2 <= WIDTH:
        yield Line(f"{indent}{head}: {flow}", value.span if isinstance(value, Scalar) else span)
        return
    yield Line(f"{indent}{head}:", span)
    yield from _block(value, f"{indent}  ")


def _block(value: Node, indent: str) -> Iterator[Line]:
    match value:
        case Map():
            for entry in value.entries:
                yield from _entry(_key(entry.key), entry.value, entry.key.span, indent)
        case Sequence():
            for item in value.items:
                yield from _item(item, indent)
        case Scalar():
            yield Line(f"{indent}{_scalar(value)}", value.span)


def _item(item: Node, indent: str) -> Iterator[Line]:
    """An element: its first line begins with a dash."""
    flow = _flow(item)
    if flow is not None and len(indent) + len(flow) + 2 <= WIDTH:
        yield Line(f"{indent}- {flow}", item.span)
        return
    lines = list(_block(item, f"{indent}  "))
    yield Line(f"{indent}- {lines[0].text[len(indent) + 2 :]}", lines[0].span)
    yield from lines[1:]


def _flow(value: Node, depth: int = 0) -> str | None:
    """The value in one line; None if it is too deep for that, or comes from several files."""
    match value:
        case Scalar():
            return _scalar(value)
        case Sequence():
            items = [_flow(item, depth + 1) for item in value.items]
            return (
                None if None in items or depth > 1 or _mixed(value) else f"[{', '.join(str(item) for item in items)}]"
            )
        case Map():
            parts = [(_key(entry.key), _flow(entry.value, depth + 1)) for entry in value.entries]
            if depth > 1 or _mixed(value) or any(text is None for _, text in parts):
                return None
            return "{" + ", ".join(f"{key}: {text}" for key, text in parts) + "}"


def _mixed(value: Node) -> bool:
    return len(set(_files(value))) > 1


def _files(value: Node) -> Iterator[str]:
    yield value.span.file
    match value:
        case Map():
            for entry in value.entries:
                yield entry.key.span.file
                yield from _files(entry.value)
        case Sequence():
            for item in value.items:
                yield from _files(item)


def _key(key: Scalar) -> str:
    return quoted(key.text) if not _is_plain(key.text) else key.text


def _scalar(value: Scalar) -> str:
    if not isinstance(value.value, str):
        return value.text or "null"
    return value.text if value.style == "plain" and _is_plain(value.text) else quoted(value.text)


_SIGNS = frozenset("{}[],&*#?|-<>=!%@:`'\"")
_WORDS = frozenset(("true", "false", "null", "~", "<<"))


def _is_plain(text: str) -> bool:
    """Whether a text reads as itself without quotes, in braces too."""
    if not text or text[0] in _SIGNS or text in _WORDS or text != text.strip():
        return False
    return (
        not any(mark in text for mark in (": ", " #", ",", "{", "}", "[", "]", "\n", "\t"))
        and not text.endswith(":")
        and not text[0].isdigit()
        and text[0] not in "+."
    )


def quoted(text: str) -> str:
    """The text in double quotes, with escapes.

    >>> quoted('a "b"')
    '"a \\\\"b\\\\""'
    """
    marks = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(marks.get(char, char) for char in text) + '"'
