"""Front end of calculations: one expression of Jinja's grammar, closed to everything but a list of nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from jinja2 import TemplateSyntaxError, nodes

from kontering.diagnostics import Diagnostic, Span, closest
from kontering.language import functions, problems
from kontering.language import tree as t
from kontering.language.source import Source
from kontering.language.tokens import Pieces, cut
from kontering.language.tree import Tree, joined_spans

MAX_LENGTH = 10_000
MAX_DEPTH = 60

_OPERATORS: dict[type[nodes.BinExpr], t.Operator] = {
    nodes.Add: "+",
    nodes.Sub: "-",
    nodes.Mul: "*",
    nodes.Div: "/",
    nodes.FloorDiv: "//",
    nodes.Mod: "%",
    nodes.Pow: "**",
}
_COMPARISONS: dict[str, t.Ordering] = {"eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">="}
_TRUE_OR_FALSE = (t.Compare, t.Within, t.IsNone, t.Not, t.And, t.Condition)


def parse_calc(source: Source) -> Tree:
    """The tree of a calculation; raises `Bad` where it can't be read.

    >>> parse_calc(Source("order.total - 0.10")).right.value
    Decimal('0.10')
    """
    check_length(source, MAX_LENGTH)
    if source.text.lstrip()[:2] in ("{{", "{%"):
        raise problems.Bad(problems.not_a_template().at(source.whole()))
    pieces = cut(source, "variable")
    if not pieces.pieces:
        raise problems.Bad(problems.syntax("an expression is missing").at(source.whole()))
    parser = pieces.parser()
    try:
        node = parser.parse_expression()
        left_over = None if parser.stream.eos else parser.stream.current.lineno
    except TemplateSyntaxError as error:
        raise problems.Bad(unreadable(pieces, error)) from None
    if left_over is not None:
        raise problems.Bad(_not_here(pieces, left_over))
    return Reader(pieces, is_text=False).tree(node)


def parse_condition(source: Source) -> Tree:
    """The tree of a calculation that must be true or false."""
    return as_condition(parse_calc(source))


def as_condition(tree: Tree) -> Tree:
    return tree if isinstance(tree, _TRUE_OR_FALSE) else t.Condition(tree, tree.span)


def check_length(source: Source, bound: int) -> None:
    if len(source.text) > bound:
        raise problems.Bad(problems.too_long(bound).at(source.span(0, 1)))


def unreadable(pieces: Pieces, error: TemplateSyntaxError) -> Diagnostic:
    """What Jinja's parser says, at its place and in our words."""
    number = min(error.lineno, len(pieces.pieces) - 1)
    message = str(error.message)
    if message.startswith(("expected", "unexpected", "Expected an expression")):
        return _not_here(pieces, number, at_end="end of" in message or "name or number" in message)
    place = pieces.pieces[number]
    return problems.in_our_words(message).at(pieces.source.span(place.start, place.end))


def _not_here(pieces: Pieces, number: int, at_end: bool = False) -> Diagnostic:
    piece = pieces.pieces[number]
    ends = at_end and number == len(pieces.pieces) - 1
    before = pieces.pieces[number - 1].text if number else ""
    span = pieces.source.span(piece.end, piece.end) if ends else pieces.source.span(piece.start, piece.end)
    return problems.not_here("" if ends else piece.text, before).at(span)


class Reader:
    """Turns Jinja's nodes into ours, or says why not."""

    def __init__(self, pieces: Pieces, is_text: bool) -> None:
        self.pieces = pieces
        self.is_text = is_text
        self.depth = 0

    def tree(self, node: nodes.Node) -> Tree:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise problems.Bad(problems.too_deep(MAX_DEPTH).at(self.span(node)))
        read = _READ.get(type(node))
        if read is None:
            raise self.refused(node)
        tree = read(self, node)
        self.depth -= 1
        return tree

    def span(self, node: nodes.Node, further: int = 0) -> Span:
        """The place of the token that a node begins with, or of one further on."""
        piece = self.pieces.pieces[(node.lineno or 0) + further]  # Jinja gives some tags no line
        return self.pieces.source.span(piece.start, piece.end)

    def bad(self, node: nodes.Node, wrong: problems.Wrong) -> problems.Bad:
        return problems.Bad(wrong.at(self.span(node)))

    def refused(self, node: nodes.Node) -> problems.Bad:
        what = type(node).__name__
        return self.bad(node, problems.not_allowed(what, "template" if self.is_text else "calculation"))

    # one function a kind of node

    def const(self, node: nodes.Const) -> Tree:
        return t.Literal(node.value, self.span(node))

    def name(self, node: nodes.Name) -> Tree:
        span = self.span(node)
        self._check_name(node.name, span)
        return t.Name(node.name, span)

    def attribute(self, node: nodes.Getattr) -> Tree:
        of = self.tree(node.node)
        at = self.span(node, 1)
        self._check_name(node.attr, at)
        return t.Field(of, node.attr, joined_spans(of.span, at), at)

    def item(self, node: nodes.Getitem) -> Tree:
        of = self.tree(node.node)
        if isinstance(node.arg, nodes.Slice):
            return self._slice(node, of, node.arg)
        if isinstance(node.arg, nodes.Tuple):
            raise self.bad(node, problems.brackets_of_paths())
        key = self.tree(node.arg)
        span = joined_spans(of.span, key.span)
        match key:
            case t.Literal(value=str(name)):
                self._check_name(name, key.span)
                return t.Field(of, name, span, key.span)
            case t.Literal(value=int(index)) if not isinstance(index, bool):
                return t.Index(of, index, span)
            case _:
                return t.Item(of, key, span)

    def _slice(self, node: nodes.Getitem, of: Tree, part: nodes.Slice) -> Tree:
        if not self.is_text:
            raise self.refused(part)
        start, stop, step = self._whole(part.start), self._whole(part.stop), self._whole(part.step)
        if step == 0:
            raise self.bad(node, problems.step_of_zero())
        return t.Slice(of, start, stop, step, True, of.span)

    def _whole(self, node: nodes.Expr | None) -> int | None:
        if node is None:
            return None
        sign, digits = (-1, node.node) if isinstance(node, nodes.Neg) else (1, node)
        if isinstance(digits, nodes.Const) and type(digits.value) is int:
            return sign * digits.value
        raise self.bad(node, problems.slice_of_numbers())

    def listing(self, node: nodes.List) -> Tree:
        items = tuple(self.tree(item) for item in node.items)
        start = self.span(node)
        return t.Listing(items, joined_spans(start, items[-1].span) if items else start)

    def arithmetic(self, node: nodes.BinExpr) -> Tree:
        if isinstance(node.right, nodes.Filter) and not self._stands_in_brackets(node.right):
            raise self.bad(node.right, problems.unclear_filter(node.right.name))
        if isinstance(node, nodes.Pow) and isinstance(node.left, nodes.Pow) and not self._stands_in_brackets(node.left):
            raise self.bad(node.left, problems.unclear_power())
        left, right = self.tree(node.left), self.tree(node.right)
        return t.Arithmetic(_OPERATORS[type(node)], left, right, joined_spans(left.span, right.span))

    def _stands_in_brackets(self, node: nodes.Expr) -> bool:
        """`a + b | round` rounds b alone; who means that writes `a + (b | round)`."""
        first: nodes.Node = node
        while isinstance(first, nodes.Filter | nodes.Getattr | nodes.Getitem | nodes.BinExpr):
            first = first.left if isinstance(first, nodes.BinExpr) else cast(nodes.Node, first.node)
        return first.lineno > 0 and self.pieces.pieces[first.lineno - 1].text == "("

    def negate(self, node: nodes.Neg) -> Tree:
        of = self.tree(node.node)
        return t.Negate(of, joined_spans(self.span(node), of.span))

    def compare(self, node: nodes.Compare) -> Tree:
        left = self.tree(node.expr)
        parts: list[Tree] = []
        for operand in node.ops:
            right = self.tree(operand.expr)
            parts.append(self._comparison(operand.op, left, right))
            left = right
        tree = parts[0]
        for part in parts[1:]:
            tree = t.And(tree, part, joined_spans(tree.span, part.span))
        return tree

    def _comparison(self, op: str, left: Tree, right: Tree) -> Tree:
        span = joined_spans(left.span, right.span)
        if op in ("in", "notin"):
            within = t.Within(left, right, span)
            return within if op == "in" else t.Not(within, span)
        for side in (left, right):
            if isinstance(side, t.Literal) and side.value is None:
                raise problems.Bad(problems.compared_with_none().at(span))
        return t.Compare(_COMPARISONS[op], left, right, False, span)

    def both(self, node: nodes.And) -> Tree:
        left, right = as_condition(self.tree(node.left)), as_condition(self.tree(node.right))
        return t.And(left, right, joined_spans(left.span, right.span))

    def either(self, node: nodes.Or) -> Tree:
        left, right = self.tree(node.left), self.tree(node.right)
        return t.Or(left, right, joined_spans(left.span, right.span))

    def negation(self, node: nodes.Not) -> Tree:
        of = as_condition(self.tree(node.node))
        start = self.span(node) if self.pieces.pieces[node.lineno].text == "not" else of.span
        return t.Not(of, joined_spans(start, of.span))

    def choose(self, node: nodes.CondExpr) -> Tree:
        if node.expr2 is None:
            raise self.bad(node.test, problems.no_else())
        then, condition = self.tree(node.expr1), as_condition(self.tree(node.test))
        otherwise = self.tree(node.expr2)
        return t.Choose(condition, then, otherwise, joined_spans(then.span, otherwise.span))

    def test(self, node: nodes.Test) -> Tree:
        if node.name != "none" or node.args or node.kwargs:
            raise self.bad(node, problems.unknown_test(node.name))
        of = self.tree(node.node)
        negated = self.pieces.pieces[node.lineno + 1].text == "not"
        return t.IsNone(of, joined_spans(of.span, self.span(node, 2 if negated else 1)))

    def filtered(self, node: nodes.Filter) -> Tree:
        if node.node is None or node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise self.bad(node, problems.plain_arguments(node.name))
        if node.name not in functions.FILTERS:
            raise self.bad(node, problems.unknown_filter(node.name, closest(node.name, functions.FILTERS)))
        args = tuple(self.tree(arg) for arg in (node.node, *node.args))
        at = self.span(node)
        return t.Call(node.name, args, True, joined_spans(args[0].span, joined_spans(at, at)), at)

    def concat(self, node: nodes.Concat) -> Tree:
        if not self.is_text:
            raise self.bad(node, problems.text_in_calculation())
        parts = tuple(self.tree(part) for part in node.nodes)
        return t.Joined(parts, joined_spans(parts[0].span, parts[-1].span))

    def called(self, node: nodes.Call) -> Tree:
        name = self.pieces.pieces[node.lineno - 1].text
        raise problems.Bad(problems.no_calls(name, name in functions.FILTERS).at(self.span(node, -1)))

    def _check_name(self, name: str, at: Span) -> None:
        if name.startswith("__") and name.endswith("__"):
            raise problems.Bad(problems.inner_name(name).at(at))


_READ: dict[type[nodes.Node], Callable[[Reader, Any], Tree]] = {
    nodes.Const: Reader.const,
    nodes.Name: Reader.name,
    nodes.Getattr: Reader.attribute,
    nodes.Getitem: Reader.item,
    nodes.List: Reader.listing,
    **dict.fromkeys(_OPERATORS, Reader.arithmetic),
    nodes.Neg: Reader.negate,
    nodes.Compare: Reader.compare,
    nodes.And: Reader.both,
    nodes.Or: Reader.either,
    nodes.Not: Reader.negation,
    nodes.CondExpr: Reader.choose,
    nodes.Test: Reader.test,
    nodes.Filter: Reader.filtered,
    nodes.Concat: Reader.concat,
    nodes.Call: Reader.called,
}
