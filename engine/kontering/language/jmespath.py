"""Front end of paths: JMESPath in full, `$name` for a name from outside, and `get`; every node with its place.

A parser by operator precedence (Pratt): `_first` reads what starts an expression, `_next` what goes on from a left
side. At the top of a path a bare name is one of the mapping's (`Name`); behind a dot, in a projection, a filter or a
pipe it belongs to the value at hand (`Field` of `Current`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast, get_args

from kontering.diagnostics import Span
from kontering.language import problems
from kontering.language.lexer import Token, tokens
from kontering.language.rounds import lists_inside
from kontering.language.source import Source
from kontering.language.tree import (
    And,
    Call,
    Compare,
    Current,
    Field,
    Filter,
    Flatten,
    Index,
    Item,
    Lambda,
    Literal,
    Make,
    Name,
    Not,
    Or,
    Ordering,
    Pick,
    Project,
    Slice,
    Then,
    Tree,
    Values,
    joined_spans,
    too_deep,
)

T = TypeVar("T")

MAX_LENGTH = 10_000
MAX_DEPTH = 60
MAX_LISTS = 2

_COMPARISONS: tuple[Ordering, ...] = get_args(Ordering)
_POWER: dict[str, int] = {
    "|": 1,
    "||": 2,
    "&&": 3,
    **dict.fromkeys(_COMPARISONS, 5),
    "[]": 9,
    "[?": 21,
    ".": 40,
    "[": 55,
}
_UNDER_NOT = 8  # `!a.b[0]` is `!(a.b[0])`
_BEHIND = {"*": 20, "[?": 21, "[]": 9, ".*": 40}  # how far the right side of a projection reaches

_WORDS = {
    "and": "`and` is written && in a path; or write a calculation: {calc: …}",
    "or": "`or` is written || in a path; or write a calculation: {calc: …}",
    "is": "`is none` stands in a calculation: {calc: …}",
    "in": "`in` stands in a calculation: {calc: …}",
    "if": "a choice stands in a calculation: {calc: …}",
    "-": "a path has no arithmetic; write a calculation: {calc: …}",
}


def parse_path(source: Source) -> Tree:
    """The tree of a path; raises `Bad` where it can't be read.

    >>> tree = parse_path(Source("order.total"))
    >>> tree.name, tree.of.name
    ('total', 'order')
    """
    if len(source.text) > MAX_LENGTH:
        raise problems.Bad(problems.too_long(MAX_LENGTH).at(source.span(0, 1)))
    tree = _Parser(source).parse()
    if too_deep(tree, MAX_DEPTH):
        raise problems.Bad(problems.too_deep(MAX_DEPTH).at(tree.span))
    if lists_inside(tree) > MAX_LISTS:
        raise problems.Bad(problems.too_many_lists(MAX_LISTS).at(tree.span))
    return tree


class _Parser:
    """Reads one expression, once."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.tokens = list(tokens(source))
        self.at = 0
        self.top = True
        self.depth = 0

    def parse(self) -> Tree:
        if self.kind == "end":
            raise self._bad("an expression is missing", "write a path, as in order.total")
        tree = self._expression(0)
        if self.kind != "end":
            raise self._unexpected()
        return tree

    # tokens

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    @property
    def kind(self) -> str:
        return self.token.kind

    def _take(self, kind: str | None = None) -> Token:
        token = self.token
        if kind is not None and token.kind != kind:
            raise self._unexpected(f"`{kind}`")
        self.at += 1
        return token

    def _follows(self, kind: str) -> bool:
        return self.at + 1 < len(self.tokens) and self.tokens[self.at + 1].kind == kind

    def _span(self, token: Token) -> Span:
        return self.source.span(token.start, token.end)

    def _since(self, start: Span) -> Span:
        return joined_spans(start, self._span(self.tokens[self.at - 1]))

    def _bad(self, message: str, hint: str | None) -> problems.Bad:
        return problems.Bad(problems.syntax(message, hint).at(self._span(self.token)))

    def _unexpected(self, wanted: str | None = None) -> problems.Bad:
        text = self.source.text[self.token.start : self.token.end]
        if self.source.text.lstrip().startswith("{{"):
            return problems.Bad(problems.template_for_path().at(self.source.whole()))
        hint = _WORDS.get(text) or _WORDS.get(text[:1]) or (f"{wanted} should stand here" if wanted else None)
        if self.kind == "end":
            return self._bad("the path ends too early", hint)
        return self._bad(f"{text!r} can't stand here", hint)

    # expressions

    def _expression(self, power: int) -> Tree:
        self._deeper()
        tree = self._onwards(self._first(), power)
        self.depth -= 1
        return tree

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise problems.Bad(problems.too_deep(MAX_DEPTH).at(self._span(self.token)))

    def _onwards(self, left: Tree, power: int) -> Tree:
        while power < _POWER.get(self.kind, 0):
            left = self._next(left)
        return left

    def _inside(self, read: Callable[[], T]) -> T:
        """Reads what belongs to another value at hand than the mapping's names."""
        self._deeper()
        top, self.top = self.top, False
        result = read()
        self.top = top
        self.depth -= 1
        return result

    def _first(self) -> Tree:
        match self.kind:
            case "name" | "quoted":
                return self._named()
            case "outer":
                token = self._take()
                return Name(str(token.value), self._span(token))
            case "literal":
                token = self._take()
                return Literal(token.value, self._span(token))
            case "@":
                return Current(self._span(self._take()))
            case "!":
                return self._not()
            case "(":
                return self._group()
            case _:
                return self._structure()

    def _structure(self) -> Tree:
        match self.kind:
            case "*":
                return self._values(self._here())
            case "[?" | "[]":
                return self._next(self._here())
            case "[":
                return self._brackets(self._span(self._take()))
            case "{":
                return self._make(self._span(self._take()))
            case _:
                raise self._unexpected()

    def _brackets(self, start: Span) -> Tree:
        if self.kind in ("number", ":") or (self.kind == "*" and self._follows("]")):
            return self._bracket(self._here())
        return self._pick(start)

    def _next(self, left: Tree) -> Tree:
        token = self._take()
        match token.kind:
            case ".":
                return self._dot(left)
            case "[":
                return self._bracket(left)
            case "[?":
                return self._filter(left)
            case "[]":
                flat = Flatten(left, self._since(left.span))
                return self._project(flat, "[]")
            case "|":
                then = self._inside(lambda: self._expression(_POWER["|"]))
                return Then(left, then, joined_spans(left.span, then.span))
            case _:
                return self._operation(left, token.kind)

    def _operation(self, left: Tree, sign: str) -> Tree:
        right = self._expression(_POWER[sign])
        span = joined_spans(left.span, right.span)
        match sign:
            case "||":
                return Or(left, right, span)
            case "&&":
                return And(left, right, span)
            case _:
                return Compare(cast(Ordering, sign), left, right, True, span)

    # what starts an expression

    def _here(self) -> Current:
        """The value at hand, where nothing is written for it."""
        start = self.token.start
        return Current(self.source.span(start, start))

    def _named(self) -> Tree:
        if self._follows("("):
            return self._call()
        token = self._take()
        span = self._span(token)
        return Name(str(token.value), span) if self.top else Field(Current(span), str(token.value), span, span)

    def _call(self) -> Tree:
        if self.kind == "quoted":
            raise self._bad("a function's name stands without quotes", None)
        token = self._take()
        self._take("(")
        args: list[Tree] = []
        while self.kind != ")":
            args.append(self._argument())
            if self.kind != ")":
                self._take(",")
                self._another(")")
        self._take(")")
        at = self._span(token)
        if token.value == "get" and len(args) == 2:
            return Item(args[0], args[1], self._since(at))
        return Call(str(token.value), tuple(args), False, self._since(at), at)

    def _argument(self) -> Tree:
        if self.kind != "&":
            return self._expression(0)
        start = self._span(self._take())
        body = self._inside(lambda: self._expression(0))
        return Lambda(body, joined_spans(start, body.span))

    def _another(self, end: str) -> None:
        """Behind a comma something must follow."""
        if self.kind == end:
            raise self._unexpected()

    def _not(self) -> Tree:
        start = self._span(self._take())
        of = self._expression(_UNDER_NOT)
        return Not(of, joined_spans(start, of.span))

    def _group(self) -> Tree:
        self._take("(")
        tree = self._expression(0)
        self._take(")")
        return tree

    def _pick(self, start: Span) -> Tree:
        items = [self._expression(0)]
        while self.kind != "]":
            self._take(",")
            items.append(self._expression(0))
        self._take("]")
        return Pick(tuple(items), self._since(start))

    def _make(self, start: Span) -> Tree:
        items = [self._pair()]
        while self.kind != "}":
            self._take(",")
            items.append(self._pair())
        self._take("}")
        return Make(tuple(items), self._since(start))

    def _pair(self) -> tuple[str, Tree]:
        if self.kind not in ("name", "quoted"):
            raise self._unexpected("a name")
        name = str(self._take().value)
        self._take(":")
        return name, self._expression(0)

    # what goes on from a left side

    def _dot(self, left: Tree) -> Tree:
        if self.kind == "*":
            return self._values(left, ".*")
        if self.kind in ("[", "{") or (self.kind == "name" and self._follows("(")):
            then = self._inside(self._selection)
            return Then(left, then, joined_spans(left.span, then.span))
        if self.kind not in ("name", "quoted"):
            raise self._unexpected("a name")
        token = self._take()
        at = self._span(token)
        return Field(left, str(token.value), joined_spans(left.span, at), at)

    def _selection(self) -> Tree:
        if self.kind == "name":
            return self._call()
        token = self._take()
        return self._pick(self._span(token)) if token.kind == "[" else self._make(self._span(token))

    def _values(self, left: Tree, sign: str = "*") -> Tree:
        self._take("*")
        each = self._each(sign)
        return Values(left, each, self._since(left.span))

    def _bracket(self, left: Tree) -> Tree:
        if self.kind == "*":
            self._take()
            self._take("]")
            return self._project(left, "*")
        if self.kind == "number" and self._follows("]"):
            index = cast(int, self._take().value)
            self._take("]")
            return Index(left, index, self._since(left.span))
        return self._slice(left)

    def _slice(self, left: Tree) -> Tree:
        start = self.token
        parts: list[int | None] = [None]
        while self.kind != "]":
            if self.kind == ":" and len(parts) < 3:
                self._take()
                parts.append(None)
            elif self.kind == "number" and parts[-1] is None:
                parts[-1] = cast(int, self._take().value)
            else:
                raise self._unexpected("a number or *")
        if len(parts) == 1 or parts[2:] == [0]:
            raise problems.Bad(problems.step_of_zero().at(self._since(self._span(start))))
        self._take("]")
        first, stop, step = (*parts, None)[:3]
        return self._project(Slice(left, first, stop, step, False, self._since(left.span)), "*")

    def _filter(self, left: Tree) -> Tree:
        condition = self._inside(lambda: self._expression(0))
        self._take("]")
        each = self._each("[?")
        return Filter(left, condition, each, self._since(left.span))

    def _project(self, left: Tree, sign: str) -> Tree:
        each = self._each(sign)
        return Project(left, each, self._since(left.span))

    def _each(self, sign: str) -> Tree:
        """What a projection does with each element: as much of what follows as belongs to it."""
        if self.kind not in (".", "[", "[?"):
            return self._here()
        return self._inside(lambda: self._onwards(self._next(self._here()), _BEHIND[sign]))
