"""XML from outside, read piece by piece with the standard library's expat: in little memory, and nothing is resolved.

Refused are a document type (and with it every entity), too many levels inside one another, a text, tag or comment
that is too long, and too much inside one part. What remains is as much as the bounds below, whatever the file's size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from kontering.connectors.bank import problems
from kontering.diagnostics import Diagnostic, Span

PIECE = 64 * 1024
DEEPEST = 40
LONGEST_TEXT = 64 * 1024
LONGEST_TOKEN = 1024 * 1024
MOST_PARTS = 400_000
"""Elements inside one part that is kept: some ten thousand transactions of one batch."""

_CODES = expat.errors.codes
_ENCODING = (_CODES[expat.errors.XML_ERROR_UNKNOWN_ENCODING], _CODES[expat.errors.XML_ERROR_INCORRECT_ENCODING])
_INVALID = _CODES[expat.errors.XML_ERROR_INVALID_TOKEN]


@dataclass(slots=True)
class Element:
    """An element with its text and what is inside it; names are local, without their namespace."""

    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    inside: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    def all(self, path: str) -> Iterator[Element]:
        """The elements at a path, `Bal/Amt`."""
        name, _, rest = path.partition("/")
        for one in self.inside:
            if one.name == name:
                yield from one.all(rest) if rest else (one,)

    def first(self, *paths: str) -> Element | None:
        """The first element at the first path that leads anywhere."""
        return next((one for path in paths for one in self.all(path)), None)

    def text(self, *paths: str) -> str | None:
        """The text at the first path that has one."""
        texts = ("".join(one.pieces).strip() for path in paths for one in self.all(path))
        return next((text for text in texts if text), None)


@dataclass(frozen=True, slots=True)
class Enters:
    """An element begins whose parts follow, each by itself."""

    path: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Leaves:
    """An element has ended whose parts came before."""

    path: tuple[str, ...]
    line: int


Event = Enters | Leaves | Element | Diagnostic


class _Refused(Exception):
    """The file isn't to be read any further."""


def events(file: BinaryIO, name: str, parts_of: frozenset[str], limit: int) -> Iterator[Event]:
    """The file's elements from the outside in; those that stand right inside one of `parts_of` come as a whole."""
    walk = _Walk(parts_of)
    parser = walk.parser
    fed = 0
    while True:
        piece = file.read(PIECE)
        fed += len(piece)
        if fed > limit:
            yield problems.too_large(name, limit)
            return
        try:
            parser.Parse(piece, not piece)
        except expat.ExpatError as error:
            yield from walk.take()
            yield _said(error, name, fed, piece)
            return
        except _Refused as why:
            yield problems.unsafe(Span(name, parser.CurrentLineNumber), str(why))
            return
        if fed - parser.CurrentByteIndex > LONGEST_TOKEN:
            yield problems.unsafe(Span(name, parser.CurrentLineNumber), "a tag or a comment that doesn't end")
            return
        yield from walk.take()
        if not piece:
            return


class _Walk:
    """What the parser has told and nobody has taken yet."""

    def __init__(self, parts_of: frozenset[str]) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self._parts_of = parts_of
        self._told: list[Event] = []
        self._path: list[str] = []
        self._open: list[Element] = []
        self._parts = 0
        self._length = 0
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._starts
        self.parser.EndElementHandler = self._ends
        self.parser.CharacterDataHandler = self._says
        self.parser.StartDoctypeDeclHandler = self._declares
        self.parser.EntityDeclHandler = self._declares
        self.parser.ExternalEntityRefHandler = self._declares
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def take(self) -> list[Event]:
        told, self._told = self._told, []
        return told

    def _declares(self, *_: object) -> int:
        raise _Refused("it declares a document type or an entity")

    def _starts(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        within = self._path[-1] if self._path else ""
        self._path.append(local)
        if len(self._path) > DEEPEST:
            raise _Refused(f"more than {DEEPEST} levels inside one another")
        self._length = 0
        if not self._open and within not in self._parts_of:
            self._told.append(Enters(tuple(self._path), self.parser.CurrentLineNumber))
            return
        self._parts = self._parts + 1 if self._open else 1
        if self._parts > MOST_PARTS:
            raise _Refused(f"more than {MOST_PARTS} elements inside one part")
        self._open.append(Element(local, self.parser.CurrentLineNumber, attributes))

    def _ends(self, _name: str) -> None:
        if not self._open:
            self._told.append(Leaves(tuple(self._path), self.parser.CurrentLineNumber))
        else:
            done = self._open.pop()
            self._open[-1].inside.append(done) if self._open else self._told.append(done)
        self._path.pop()

    def _says(self, text: str) -> None:
        self._length += len(text)
        if self._length > LONGEST_TEXT:
            raise _Refused(f"a text of more than {LONGEST_TEXT} characters")
        if self._open and text:
            self._open[-1].pieces.append(text)


def _said(error: expat.ExpatError, name: str, fed: int, piece: bytes) -> Diagnostic:
    span = Span(name, error.lineno, error.offset + 1)
    if fed == 0:
        return problems.empty(name)
    if error.code in _ENCODING or (error.code == _INVALID and not piece.isascii()):
        return problems.wrong_encoding(span, ["the encoding that its first line says"])
    return problems.broken(span, f"broken XML: {expat.ErrorString(error.code)}")
