"""Jinja's tokens with their offsets.

Jinja's parser hands each token's line number on to its nodes. We hand it the token's own number in place of the line,
so every node leads back to its exact place; and numbers come as exact decimals, never as floats.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from jinja2 import Environment, TemplateSyntaxError
from jinja2.lexer import Token, TokenStream, ignored_tokens, operators
from jinja2.parser import Parser

from kontering.language import problems
from kontering.language.source import Source
from kontering.language.values import MAX_DIGITS

MAX_NESTING = 15
MAX_TOKENS = 400

ENVIRONMENT = Environment()  # only its grammar is used: nothing is rendered

_SKIPPED = {*ignored_tokens, "raw_begin", "raw_end"}
_OPENS = {"(", "[", "{"}
_CLOSES = {")", "]", "}"}
_DIGITS = re.compile(r"[0-9][0-9_]*(\.[0-9][0-9_]*)?", re.ASCII)
_STRAY = {
    "&": "write `and`",
    "!": "write `not`",
    "?": "lists are filtered in a path; name it under `let`",
    "`": "literals stand without backticks: 2.50, 'paid'",
    "$": "names stand without `$` here",
    "@": "`@` has a meaning in paths only",
    "'": "write the closing quote",
    '"': "write the closing quote",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One token, as Jinja's lexer names it, with its offsets."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """A source cut into tokens: what Jinja's parser reads, and the place of each."""

    source: Source
    pieces: tuple[Piece, ...]

    def parser(self) -> Parser:
        """Jinja's parser on these tokens; its line numbers are their numbers."""
        parser = Parser(ENVIRONMENT, "", state="variable")
        parser.stream = TokenStream(self._tokens(), None, None)
        return parser

    def _tokens(self) -> Iterator[Token]:
        for number, piece in enumerate(self.pieces):
            try:
                yield Token(number, *_meaning(piece))
            except problems.Wrong as wrong:
                raise problems.Bad(wrong.at(self.source.span(piece.start, piece.end))) from None


def cut(source: Source, state: Literal["variable"] | None) -> Pieces:
    """The tokens of an expression (`variable`) or of a template; raises `Bad` where it can't be cut."""
    text = source.text.replace("\r\n", " \n").replace("\r", "\n")  # the lexer would make it shorter
    pieces: list[Piece] = []
    at = 0
    try:
        for _, kind, part in ENVIRONMENT.lexer.tokeniter(text, None, state=state):
            start = _find(text, part, at)
            at = start + len(part)
            if kind not in _SKIPPED:
                pieces.append(Piece(kind, part, start, at))
    except TemplateSyntaxError as error:
        raise problems.Bad(_uncuttable(source, error, at)) from None
    _check_bounds(source, pieces)
    return Pieces(source, tuple(pieces))


def _find(text: str, part: str, at: int) -> int:
    """Where a token stands: right here, or behind blanks that a `-` has taken away."""
    while not text.startswith(part, at):
        at += 1
    return at


def _uncuttable(source: Source, error: TemplateSyntaxError, at: int) -> Any:
    message = str(error.message)
    stray = re.match(r"unexpected char (.*) at (\d+)$", message, re.DOTALL)
    if stray:
        place = int(stray[2])
        char = source.text[place]
        wrong = problems.stray(char, _STRAY.get(char))
    else:
        place = min(at, max(len(source.text) - 1, 0))
        wrong = problems.unbalanced(message)
    return wrong.at(source.span(place, place + 1))


def _check_bounds(source: Source, pieces: list[Piece]) -> None:
    """Nothing nests so deep, and no expression is so long, that the parser could fail on it."""
    depth = blocks = count = 0
    before = ""
    for piece in pieces:
        count = 0 if piece.kind.endswith("_begin") else count + 1
        depth += (piece.text in _OPENS) - (piece.text in _CLOSES) if piece.kind == "operator" else 0
        blocks += _block_depth(piece.text) if before == "block_begin" else 0
        before = piece.kind
        if depth > MAX_NESTING or blocks > MAX_NESTING:
            raise problems.Bad(problems.too_deep(MAX_NESTING).at(source.span(piece.start, piece.end)))
        if count > MAX_TOKENS:
            raise problems.Bad(problems.too_many_parts(MAX_TOKENS).at(source.span(piece.start, piece.end)))


def _block_depth(word: str) -> int:
    return -1 if word.startswith("end") else 0 if word in ("elif", "else") else 1


def _meaning(piece: Piece) -> tuple[str, Any]:
    match piece.kind:
        case "operator":
            return operators[piece.text], piece.text
        case "integer" | "float":
            return piece.kind, _number(piece.text)
        case "string":
            return piece.kind, _unescaped(piece.text[1:-1])
        case "name" if not piece.text.isascii():
            raise problems.syntax("a name is written with the letters a to z", "other fields: order['måned']")
        case _:
            return piece.kind, piece.text


def _number(text: str) -> int | Decimal:
    if not _DIGITS.fullmatch(text):
        raise problems.bad_literal(f"{text} is an odd way to write a number", "write it in digits: 31, 0.25")
    if len(text) > MAX_DIGITS:
        raise problems.number_too_long(MAX_DIGITS)
    digits = text.replace("_", "")
    return Decimal(digits) if "." in digits else int(digits)


def _unescaped(text: str) -> str:
    try:
        return text.encode("ascii", "backslashreplace").decode("unicode-escape")
    except UnicodeDecodeError:
        raise problems.bad_literal("an unknown escape", r"a backslash is written \\") from None
