"""Records out of a JSON file: one object, a list of them, or a list somewhere inside an object; read piece by piece."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BufferedReader
from typing import Any

from kontering.connectors.files import problems
from kontering.connectors.files.found import Found, Raw
from kontering.connectors.files.options import KindOptions
from kontering.connectors.files.scan import Scan
from kontering.connectors.files.stream import Stream, half
from kontering.connectors.files.values import Wrong, value_at
from kontering.diagnostics import Diagnostic, Span

_CUT = "was it copied in full?"
_LONE = re.compile(r"\\u[dD][89a-fA-F]")


def read(file: BufferedReader, name: str, options: KindOptions) -> Iterator[Found]:
    """All records of a file, and all that is wrong with it; after a broken record the next one is read."""
    stream = Stream(file, name, options.encoding)
    first = stream.skip_blanks()
    if not first:
        yield problems.broken(stream.span(stream.at), "the file is empty")
    elif options.list:
        yield from _inside(stream, options)
    elif first == "[":
        yield from _elements(stream, options)
        yield from _nothing_else(stream)
    else:
        yield _record(stream, options)
        yield from _nothing_else(stream)


def record_of(value: Any, text: str, span: Span) -> Found:
    """A parsed value as a record, if it is one and all its characters are whole; `text` is what it was read from."""
    if _LONE.search(text) and _has_half(value):
        return problems.half_a_character(span)
    if not isinstance(value, dict):
        return problems.no_record(span, shown(value))
    return Raw(value, span, len(text))


def said(wrong: Wrong, span: Span, text: str, encoding: str) -> Diagnostic:
    """What is wrong inside a value, as a person reads it."""
    if half(text[wrong.at : wrong.at + 1]) is not None:
        return problems.wrong_encoding(span, encoding)
    if wrong.kind == "doubled":
        return problems.doubled(span, wrong.found)
    if wrong.kind == "number":
        return problems.no_number(span, wrong.found)
    if wrong.kind == "deep":
        return problems.broken(span, "broken JSON: too many levels inside one another")
    message = wrong.found.removesuffix(" at").removesuffix(" starting")
    return problems.broken(span, f"broken JSON: {message[:1].lower()}{message[1:]}")


def shown(value: Any) -> str:
    """
    >>> shown([]), shown(None)
    ('a list', 'null')
    """
    if value is None or isinstance(value, bool):
        return "null" if value is None else "true or false"
    if isinstance(value, str):
        return "a text"
    return "a list" if isinstance(value, list) else "a number"


def _has_half(value: Any) -> bool:
    if isinstance(value, str):
        return half(value) is not None
    if isinstance(value, dict):
        return any(_has_half(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(map(_has_half, value))


def _elements(stream: Stream, options: KindOptions) -> Iterator[Found]:
    """The records of a list whose bracket is next."""
    stream.at += 1
    mark, found = stream.skip_blanks(), None
    while mark and mark != "]":
        found = _record(stream, options)
        yield found
        mark = stream.skip_blanks()
        if mark and mark not in ",]":
            yield problems.broken(stream.span(stream.at), "broken JSON: a comma is missing between two records")
        mark = _next(stream, mark)
        stream.tidy()
    if not mark and not isinstance(found, Diagnostic):
        yield problems.broken(stream.span(stream.at), "the file ends inside its list", _CUT)
    stream.at += 1


def _next(stream: Stream, mark: str) -> str:
    """The next thing that can begin a record, or the list's end."""
    while mark and mark not in ",{[]":
        stream.at += 1
        mark = stream.skip_blanks()
    if mark == ",":
        stream.at += 1
        mark = stream.skip_blanks()
    return mark


def _inside(stream: Stream, options: KindOptions) -> Iterator[Found]:
    """The records of the list at a path inside the object that is next; what stands behind it is none of ours."""
    start = stream.span(stream.at)
    there = all(stream.skip_blanks() == "{" and _entered(stream, options, name) for name in options.list)
    if there and stream.skip_blanks() == "[":
        yield from _elements(stream, options)
    else:
        yield problems.no_list(start, ".".join(options.list))


def _entered(stream: Stream, options: KindOptions, name: str) -> bool:
    """Moves to the value of one name of the object that is next."""
    stream.at += 1
    while stream.skip_blanks() == '"':
        found = _value(stream, options.limit)
        if isinstance(found, Wrong) or found is None or stream.skip_blanks() != ":":
            return False
        stream.at += 1
        stream.skip_blanks()
        if found[0] == name:
            return True
        Scan(stream).pass_over()
        if stream.skip_blanks() == ",":
            stream.at += 1
    return False


def _record(stream: Stream, options: KindOptions) -> Found:
    """The record that begins here; whatever is wrong with it, the stream stands behind it afterwards."""
    start, where = stream.at, stream.span(stream.at)
    found = _value(stream, options.limit)
    if found is None:
        return problems.too_large(where, options.limit)
    if isinstance(found, Wrong):
        if found.kind == "syntax" and stream.ended and stream.at >= len(stream.text):
            return problems.broken(where, "the file ends inside this record", _CUT)
        return said(found, stream.span(found.at), stream.text, options.encoding)
    broken = half(stream.text, start, stream.at)
    if broken is not None:
        return problems.wrong_encoding(stream.span(broken), options.encoding)
    return record_of(found[0], stream.text[start : stream.at], where)


def _value(stream: Stream, limit: int) -> tuple[Any, int] | Wrong | None:
    """The value that begins here, and the stream behind it; None if it is too large."""
    start = stream.at
    quick = value_at(stream.text, start)
    if isinstance(quick, Wrong) or quick[1] == len(stream.text):
        scan = Scan(stream)
        end = scan.end(limit)
        if end is None and not stream.ended:
            scan.pass_over()
            return None
        quick = value_at(stream.text, start)
        stream.at = len(stream.text) if end is None else end
        return quick if stream.at - start <= limit else None
    stream.at = quick[1]
    return quick if quick[1] - start <= limit else None


def _nothing_else(stream: Stream) -> Iterator[Found]:
    if stream.skip_blanks():
        hint = "one record a line is `format: jsonl`" if stream.text[stream.at] == "{" else None
        yield problems.broken(stream.span(stream.at), "there is more behind the end of the JSON", hint)
