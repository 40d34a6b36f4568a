"""Cuts a JMESPath expression into tokens that know their offsets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from kontering.language import problems
from kontering.language.source import Source
from kontering.language.values import MAX_DIGITS, Number, Value, number

_TOKEN = re.compile(
    r"""
    (?P<blank>[ \t\r\n]+)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<outer>\$[A-Za-z_][A-Za-z0-9_]*)
  | (?P<number>-?[0-9]+)
  | (?P<quoted>"[^"\\]*(?:\\.[^"\\]*)*")
  | (?P<raw>'[^'\\]*(?:\\.[^'\\]*)*')
  | (?P<json>`[^`\\]*(?:\\.[^`\\]*)*`)
  | (?P<sign>\[\?|\[\]|\|\||&&|==|!=|<=|>=|[.*\[\],:@(){}|&<>!])
    """,
    re.VERBOSE | re.DOTALL,
)
_STRAY = {
    "=": ("`=` compares nothing", "two values are compared with `==`"),
    "$": ("a name must follow `$`", "inside [? ] a name from outside is written $name"),
    "'": ("this text has no end", "write the closing quote"),
    '"': ("this name has no end", "write the closing quote"),
    "`": ("this literal has no end", "write the closing backtick"),
}
_STRAY |= {sign: (f"a path has no `{sign}`", f'reckon in a calculation: {{calc: "a {sign} b"}}') for sign in "+-/%"}


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is name, outer, number, quoted, literal, end, or the sign itself."""

    kind: str
    value: Value
    start: int
    end: int


def tokens(source: Source) -> Iterator[Token]:
    """The tokens of an expression, and one more at its end."""
    text, at = source.text, 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            message, hint = _STRAY.get(text[at], (f"the character {text[at]!r} has no meaning in a path", None))
            raise problems.Bad(problems.syntax(message, hint).at(source.span(at, at + 1)))
        if found.lastgroup != "blank":
            yield _token(source, found)
        at = found.end()
    yield Token("end", "", at, at)


def _token(source: Source, found: re.Match[str]) -> Token:
    kind, text, (start, end) = found.lastgroup or "", found.group(), found.span()
    try:
        return Token(*_meaning(kind, text), start, end)
    except problems.Wrong as wrong:
        raise problems.Bad(wrong.at(source.span(start, end))) from None


def _meaning(kind: str, text: str) -> tuple[str, Value]:
    match kind:
        case "outer":
            return kind, text[1:]
        case "number":
            return kind, _integer(text)
        case "quoted":
            return kind, _name(text)
        case "raw":
            return "literal", text[1:-1].replace("\\'", "'")
        case "json":
            return "literal", _literal(text[1:-1].replace("\\`", "`"))
        case "sign":
            return text, text
        case _:
            return kind, text


def _name(text: str) -> str:
    try:
        return str(json.loads(text, strict=False))
    except ValueError:
        raise problems.bad_literal("this name in quotes isn't well written", "a text stands in single quotes") from None


def _literal(text: str) -> Value:
    """A backtick literal is JSON, its numbers exact."""
    try:
        value: Value = json.loads(text, parse_int=_integer, parse_float=_decimal, parse_constant=_refused)
    except (ValueError, RecursionError):
        hint = "a text stands in single quotes, 'paid'; in backticks stand numbers, true, false, null and JSON"
        raise problems.bad_literal(f"`{text[:40]}` is not JSON", hint) from None
    return value


def _integer(text: str) -> Number:
    if len(text) > MAX_DIGITS:
        raise problems.number_too_long(MAX_DIGITS)
    return int(text)


def _decimal(text: str) -> Number:
    return number(Decimal(text))


def _refused(text: str) -> Value:
    raise ValueError(text)
