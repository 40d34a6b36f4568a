"""How functions and filters are declared and called on values; generated code calls them through here too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kontering.diagnostics import closest
from kontering.language import problems, values
from kontering.language.values import Value

Apply = Callable[[Value], Value]
"""What an `&expression` becomes: applied to one element it gives a value."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What an argument may be, in words and as a question."""

    words: str
    accepts: Callable[[Any], bool]

    @property
    def with_article(self) -> str:
        return "any value" if self.words == "any" else f"{'an' if self.words[0] in '&aeiou' else 'a'} {self.words}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """How a function is called and what it gives; `example` is an expression, `gives` its value as JSON."""

    name: str
    line: str
    takes: tuple[Kind, ...]
    result: str
    example: str
    gives: str
    run: Callable[..., Value]
    optional: int = 0
    variadic: bool = False
    is_filter: bool = False

    def kind(self, place: int) -> Kind:
        """What the argument at a place must be, counted from 0; the last one may come again."""
        return self.takes[min(place, len(self.takes) - 1)]

    @property
    def signature(self) -> str:
        """How it is called: `join(text, list of texts) -> text`, `number | round([number or text]) -> number`."""
        words = [kind.words for kind in self.takes]
        required = len(words) - self.optional
        shown = [*words[:required], *(f"[{word}]" for word in words[required:])]
        if self.is_filter:
            rest = f"({', '.join(shown[1:])})" if shown[1:] else ""
            return f"{shown[0]} | {self.name}{rest} -> {self.result}"
        return f"{self.name}({', '.join(shown)}{', …' if self.variadic else ''}) -> {self.result}"


@dataclass(frozen=True, slots=True)
class Table:
    """Functions by name; `what` says what they are called."""

    what: str
    functions: Mapping[str, Function]


def call(table: Table, name: str, args: Sequence[Value | Apply]) -> Value:
    """The value of a function for these arguments; raises `Wrong` for an unknown name, a wrong count or kind."""
    function = known(table, name)
    check_count(function, len(args))
    for place, arg in enumerate(args):
        kind = function.kind(place)
        if not kind.accepts(arg):
            raise problems.wrong_argument(name, place + 1, kind.with_article, described(arg))
    return function.run(*args)


def known(table: Table, name: str) -> Function:
    found = table.functions.get(name)
    if found is None:
        raise problems.unknown_function(table.what, name, closest(name, table.functions))
    return found


def check_count(function: Function, count: int) -> None:
    least, most = len(function.takes) - function.optional, len(function.takes)
    if count < least or (count > most and not function.variadic):
        raise problems.wrong_count(function.signature, count - function.is_filter)


def described(arg: Value | Apply) -> str:
    """An argument in words; of a list also what is in it."""
    if callable(arg):
        return "an &expression"
    if isinstance(arg, list) and arg:
        return f"a list with {', '.join(sorted({values.word(item) for item in arg}))}"
    return values.word(arg)


def sortable(value: Any) -> bool:
    """Whether it is a list whose elements have one order."""
    orders = {values.order_of(item) for item in value} if values.is_list(value) else {None}
    return len(orders) < 2 and None not in orders


def _all(accepts: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: values.is_list(value) and all(map(accepts, value))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


ANY = Kind("any", lambda value: not callable(value))
NUMBER = Kind("number", values.is_number)
TEXT = Kind("text", _is_text)
LIST = Kind("list", values.is_list)
OBJECT = Kind("object", values.is_object)
NUMBERS = Kind("list of numbers", _all(values.is_number))
TEXTS = Kind("list of texts", _all(_is_text))
SORTABLE = Kind("list of numbers, texts or dates", sortable)
TEXT_OR_LIST = Kind("text or list", lambda value: type(value) in (str, list))
SIZED = Kind("text, list or object", lambda value: type(value) in (str, list, dict))
PRINTED = Kind("text, number, boolean or date", lambda value: type(value) is bool or values.order_of(value) is not None)
NUMBER_OR_TEXT = Kind("number or text", lambda value: values.is_number(value) or isinstance(value, str))
EXPRESSION = Kind("&expression", callable)
