"""Every node knows its place, every value where it was found, and a recorder is told of all of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from kontering.diagnostics import Span
from kontering.language.interpret import Scope, evaluate
from kontering.language.jinja import parse_calc
from kontering.language.jmespath import parse_path
from kontering.language.problems import Missing
from kontering.language.source import Source, of_scalar
from kontering.language.template import parse_text
from kontering.language.tree import Call, Field, Filter, Tree, walk
from kontering.language.values import Value
from kontering.yaml.load import compose
from kontering.yaml.nodes import Map, Scalar

LINES: list[Value] = [{"id": 1, "net": 5, "tags": ["a", "b"]}, {"id": 2, "net": 7, "tags": []}]
ORDER: dict[str, Value] = {"id": 9, "lines": LINES, "related": {"customer": {"name": "Ann"}}}


@dataclass
class Seen:
    """Keeps what it is told."""

    all: list[tuple[str, Value, str | None]] = field(default_factory=list)

    def saw(self, tree: Tree, value: Value, path: str | None) -> None:
        self.all.append((type(tree).__name__, value, path))

    def paths(self) -> list[str | None]:
        return [path for _, _, path in self.all]


def part(text: str, span: Span) -> str:
    lines = text.split("\n")
    assert span.line == span.end_line
    return lines[span.line - 1][span.column - 1 : span.end_column - 1]


@pytest.mark.parametrize(
    ("parse", "text", "parts"),
    [
        (parse_path, "order.lines[0].net", ["order.lines[0].net", "order.lines[0]", "order.lines", "order"]),
        (parse_path, "sum(order.lines[].net)", ["sum(order.lines[].net)", "order.lines[].net", "order.lines[]"]),
        (parse_path, "order.lines[?net > $order.id]", ["order.lines[?net > $order.id]", "order.lines", "order"]),
        (parse_path, "a || b && !c", ["a || b && !c", "a", "b && !c"]),
        (parse_calc, "a.b + c.d * 2", ["a.b + c.d * 2", "a.b", "a", "c.d * 2"]),
        (parse_calc, "x.y if not a.b else 'c d'", ["x.y if not a.b else 'c d'", "not a.b", "a.b", "a.b", "a", "x.y"]),
        (parse_calc, "a.b is not none", ["a.b is not none", "a.b is not none", "a.b"]),
        (parse_calc, "a in ['x', 'y']", ["a in ['x', 'y'", "a", "['x', 'y'", "'x'", "'y'"]),
        (parse_text, "No. {{ a.b | upper }}", ["No. {{ a.b | upper }}", "No. ", "a.b | upper", "a.b | upper", "a.b"]),
        (parse_text, "x\n {% if a.b %}{{ c }}{% endif %}", []),
    ],
)
def test_nodes_have_their_exact_places(parse: Callable[[Source], Tree], text: str, parts: list[str]) -> None:
    found = [node.span for node in walk(parse(Source(text)))]

    assert [part(text, span) for span in found[: len(parts)]] == parts


def test_a_name_has_a_place_of_its_own() -> None:
    tree = parse_calc(Source("order.total | round(2)"))
    assert isinstance(tree, Call)
    of = tree.args[0]
    assert isinstance(of, Field)

    assert (part("order.total | round(2)", tree.at), part("order.total | round(2)", of.at)) == ("round", "total")


def test_in_a_yaml_file_places_are_the_files() -> None:
    node, _ = compose('fields:\n  date: "order.lines[?\\"net\\" > $order.id].id"\n', "m.yaml")
    assert isinstance(node, Map)
    fields = node.entries[0].value
    assert isinstance(fields, Map)
    scalar = fields.entries[0].value
    assert isinstance(scalar, Scalar)
    tree = parse_path(of_scalar(scalar))
    assert isinstance(tree, Filter)

    assert str(tree.span) == "m.yaml:2:10"
    assert str(tree.each.span) == "m.yaml:2:43"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("line.name", "order.lines[1].name"),
        ("order.lines[].name", "order.lines[0].name"),
        ("order.lines[?id == `2`].name", "order.lines[1].name"),
        ("sort_by(order.lines, &net)[-1].name", "order.lines[1].name"),
        ("let.customer.email", "order.related.customer.email"),
        ("let.sum", "let.sum"),
        ("order.lines[1].tags[0]", "order.lines[1].tags[0]"),
        ("order.lines | [5].id", "order.lines[5]"),
        ("order.lines[?id == `3`] | [0]", "order.lines[?…][0]"),
        ("{a: order.none}", "order.none"),
        ("order.{a: none}", "order.none"),
        ("order.lines[*].[none]", "order.lines[0].none"),
        ("map(&none, order.lines)", "order.lines[0].none"),
    ],
)
def test_what_is_missing_is_named_as_the_record_has_it(text: str, path: str) -> None:
    related = ORDER["related"]
    assert isinstance(related, dict)
    names: dict[str, Value] = {"let": {"customer": related["customer"]}, "line": LINES[1], "order": ORDER}

    with pytest.raises(Missing) as missing:
        evaluate(parse_path(Source(text)), Scope({"order": ORDER, **names}))

    assert missing.value.path == path


def test_a_name_can_stand_for_a_part_of_another_record() -> None:
    with pytest.raises(Missing, match=r"refund\.related\.order\.lines\[0\]\.name is missing"):
        evaluate(
            parse_path(Source("order.lines[0].name")), Scope({"order": ORDER}, wheres={"order": "refund.related.order"})
        )


def test_a_recorder_sees_each_node_with_its_value_and_where_it_was_found() -> None:
    seen = Seen()
    evaluate(parse_calc(Source("line.net * 2")), Scope({"order": ORDER, "line": LINES[1]}, recorder=seen))

    assert seen.all == [
        ("Name", LINES[1], "order.lines[1]"),
        ("Field", 7, "order.lines[1].net"),
        ("Literal", 2, None),
        ("Arithmetic", 14, None),
    ]


def test_a_recorder_sees_into_lists() -> None:
    seen = Seen()
    evaluate(parse_path(Source("sum(order.lines[].net)")), Scope({"order": ORDER}, recorder=seen))

    assert "order.lines[0].net" in seen.paths()
    assert "order.lines[1].net" in seen.paths()
