"""Records out of a JSON Lines file: one a line, so that a broken line spoils nothing but itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from kontering.connectors.files import problems
from kontering.connectors.files.found import Found
from kontering.connectors.files.json_files import record_of, said
from kontering.connectors.files.options import KindOptions
from kontering.connectors.files.stream import half
from kontering.connectors.files.values import Wrong, value_at
from kontering.diagnostics import Span


def read(file: TextIO, name: str, options: KindOptions) -> Iterator[Found]:
    """A record for each line that isn't blank."""
    for number, line in lines(file, options):
        if line is None:
            yield problems.too_large(Span(name, number), options.limit)
        elif not line.isspace():
            yield _record(line.rstrip(), name, number, options)


def lines(file: TextIO, options: KindOptions) -> Iterator[tuple[int, str | None]]:
    """Lines with their numbers; of one that is too long only the number."""
    number = 0
    while line := file.readline(options.limit + 1):
        number += 1
        if len(line) <= options.limit or line.endswith("\n"):
            yield number, line
            continue
        while (rest := file.readline(options.limit)) and not rest.endswith("\n"):
            pass
        yield number, None


def _record(line: str, name: str, number: int, options: KindOptions) -> Found:
    start = len(line) - len(line.lstrip())
    span = Span(name, number, start + 1)
    broken = half(line)
    if broken is not None:
        return problems.wrong_encoding(Span(name, number, broken + 1), options.encoding)
    found = value_at(line, start)
    if isinstance(found, Wrong):
        return said(found, Span(name, number, found.at + 1), line, options.encoding)
    if line[found[1] :].strip():
        return problems.broken(Span(name, number, found[1] + 1), "there is more behind the end of the JSON")
    return record_of(found[0], line, span)
