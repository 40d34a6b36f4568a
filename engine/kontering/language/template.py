"""Front end of texts: a Jinja template of outputs, conditions and loops."""

from __future__ import annotations

from jinja2 import TemplateSyntaxError, nodes

from kontering.language import problems
from kontering.language import tree as t
from kontering.language.jinja import Reader, as_condition, check_length, unreadable
from kontering.language.source import Source
from kontering.language.tokens import cut
from kontering.language.tree import Tree

MAX_LENGTH = 20_000


def parse_text(source: Source) -> Tree:
    """The tree of a template; raises `Bad` where it can't be read.

    >>> [type(part).__name__ for part in parse_text(Source("Order {{ order.number }}")).parts]
    ['Literal', 'Print']
    """
    check_length(source, MAX_LENGTH)
    pieces = cut(source, None)
    try:
        template = pieces.parser().parse()
    except TemplateSyntaxError as error:
        raise problems.Bad(unreadable(pieces, error)) from None
    return t.Text(_parts(Reader(pieces, is_text=True), template.body), source.whole())


def _parts(reader: Reader, body: list[nodes.Node]) -> tuple[Tree, ...]:
    return tuple(part for node in body for part in _part(reader, node))


def _part(reader: Reader, node: nodes.Node) -> list[Tree]:
    match node:
        case nodes.Output():
            return [_output(reader, part) for part in node.nodes]
        case nodes.If():
            return [_branch(reader, node)]
        case nodes.For():
            return [_loop(reader, node)]
        case _:
            raise reader.refused(node)


def _output(reader: Reader, node: nodes.Node) -> Tree:
    if isinstance(node, nodes.TemplateData):
        return t.Literal(node.data, reader.span(node))
    of = reader.tree(node)
    return t.Print(of, of.span)


def _branch(reader: Reader, node: nodes.If) -> Tree:
    condition = as_condition(reader.tree(node.test))
    otherwise = _parts(reader, node.else_)
    for other in reversed(node.elif_):
        test = as_condition(reader.tree(other.test))
        otherwise = (t.Branch(test, _parts(reader, other.body), otherwise, test.span),)
    return t.Branch(condition, _parts(reader, node.body), otherwise, condition.span)


def _loop(reader: Reader, node: nodes.For) -> Tree:
    if not isinstance(node.target, nodes.Name):
        raise reader.bad(node, problems.one_loop_name())
    if node.test is not None or node.recursive:
        raise reader.bad(node, problems.plain_loop())
    over = reader.tree(node.iter)
    body, otherwise = _parts(reader, node.body), _parts(reader, node.else_)
    return t.Loop(node.target.name, over, body, otherwise, over.span)
