"""Trees written as Python: the same values as the interpreter's, the same compliance, and nothing smuggled in."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.language.test_cases import FOLDER, PARSERS, names, read, shown
from tests.language.test_compliance import NEEDED, cases

from kontering.language import emit, runtime
from kontering.language.functions import FILTERS, FUNCTIONS
from kontering.language.interpret import Scope, evaluate, search
from kontering.language.jinja import parse_calc
from kontering.language.jmespath import parse_path
from kontering.language.problems import Bad, Missing
from kontering.language.signatures import Function
from kontering.language.source import Source
from kontering.language.template import parse_text
from kontering.language.tree import Tree
from kontering.language.values import equal
from kontering.language.writer import TooDeep, Writer

ORDER: dict[str, Any] = {
    "id": 7,
    "total": Decimal("12.50"),
    "lines": [{"net": Decimal("0.1")}, {"net": Decimal("0.2")}],
    "note": "",
}


def ran(tree: Tree, *, strict: bool = True, **scope: Any) -> Any:
    code = emit.function({"x": tree}, tuple(scope), strict)
    return emit.run(code.function(), *scope.values())["x"]


def complies(given: Any, case: dict[str, Any]) -> bool:
    try:
        code = emit.search(parse_path(Source(case["expression"]))).function()
        found = emit.run(code, given)
    except (Bad, *runtime.FAILURES):
        return "error" in case
    return "result" in case and equal(found, case["result"])


@NEEDED
def test_the_official_compliance_files_pass_without_the_interpreter() -> None:
    assert [case["expression"] for _, given, case in cases() if not complies(given, case)] == []


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_each_case_gives_the_same_or_is_left_to_the_interpreter(path: Path) -> None:
    strict = path.stem != "not-strict"
    for language, text, said in read(path):
        try:
            found = shown(ran(PARSERS[language](Source(text)), strict=strict, **names()))
        except (Bad, *runtime.FAILURES):
            assert "error[" in said
        else:
            assert found == said


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("sum(order.lines[].net)", Decimal("0.3")),
        ("order.lines[?net == `0.20`].net | [0]", Decimal("0.2")),
        ("order.note || order.id", 7),
        ("length(order.lines)", 2),
    ],
)
def test_paths(text: str, value: Any) -> None:
    assert ran(parse_path(Source(text)), order=ORDER) == value


@pytest.mark.parametrize("function", FILTERS.values(), ids=lambda function: function.name)
def test_the_examples_of_filters(function: Function) -> None:
    tree = parse_calc(Source(function.example))

    assert repr(ran(tree)) == repr(evaluate(tree, Scope({})))


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_the_examples_of_functions(function: Function) -> None:
    tree = parse_path(Source(function.example))

    assert repr(emit.run(emit.search(tree).function(), None)) == repr(search(tree, None))


@pytest.mark.parametrize(
    "text",
    ["0 | upper", "1 | lower", "true | abs", "'x' | round(2)", "1 | round(99)", "-3 | int", "3 - -3", "'a' | int"],
)
def test_literals_stand_anywhere(text: str) -> None:
    tree = parse_calc(Source(text))
    try:
        wanted = evaluate(tree, Scope({}))
    except Bad:
        with pytest.raises(runtime.FAILURES):
            ran(tree)
    else:
        assert repr(ran(tree)) == repr(wanted)


def test_what_is_missing_is_left_to_the_interpreter() -> None:
    with pytest.raises(runtime.Missing):
        ran(parse_path(Source("order.note")), order=ORDER)
    with pytest.raises(runtime.Unfit):
        ran(parse_path(Source("order.id.x")), order=ORDER)


def test_what_was_computed_before_is_not_computed_again() -> None:
    trees = {str(n): parse_calc(Source(text)) for n, text in enumerate(["order.a.b + 1", "order.a.b + 2", "order.a.c"])}
    source = emit.function(trees, ("order",)).source

    assert source.count(".get('a')") == 1
    assert source.count(".get('b')") == 1


def test_filters_on_one_field_share_an_index_even_inside_a_loop() -> None:
    path = "order.lines[].taxes[].[$order.rates[?id == $order.id].value | [0], $order.rates[?id == `7`].value | [0]]"
    source = emit.function({"x": parse_path(Source(path))}, ("order",), strict=False).source

    assert source.count("= indexed(") == 2
    assert ran(
        parse_path(Source(path)),
        strict=False,
        order={"lines": [{"taxes": [1, 2]}], "rates": [{"id": 7, "value": 5}], "id": 7},
    ) == [[5, 5], [5, 5]]


@pytest.mark.parametrize("name", ["'", '"', "\\", "\n", "'); raise SystemExit(); ('", '"""', "\u2028", "{x}", "%s"])
def test_names_and_texts_can_t_become_code(name: str) -> None:
    template = parse_text(Source("{{ order['a'] ~ '.' }}"))

    assert ran(parse_calc(Source(f"order[{name!r}]['x']")), order={name: {"x": name}}) == name
    assert ran(template, order={"a": name}) == evaluate(template, Scope({"order": {"a": name}}))


def test_code_sees_nothing_but_what_it_is_given() -> None:
    function = emit.function({"x": parse_calc(Source("order.id"))}, ("order",)).function()

    assert function.__globals__["__builtins__"] == {}
    assert "open" not in function.__globals__


def test_what_python_would_not_nest_is_left_to_the_interpreter() -> None:
    tree = parse_path(Source("a" + "[*]" * 20))

    with pytest.raises(TooDeep):
        emit.function({"x": tree}, ("a",))


def test_a_larger_function_is_written_around_expressions() -> None:
    writer = Writer()
    writer.bind("order", "order", is_object=True)
    here = emit.emitter(writer)
    lines = here.demanded(parse_path(Source("order.lines")))
    line, made = writer.fresh(inner=True), writer.set("[]")
    with writer.block(f"for {line} in {lines}:"):
        writer.bind("line", line)
        net, name = here.demanded(parse_calc(Source("line.net * 2"))), here.optional(parse_path(Source("line.name")))
        writer.line(f"{made}.append(({net}, {name}))")
    writer.line(f"return {made}")
    function = writer.finish("double", ("order",)).function()

    assert emit.run(function, ORDER) == [(Decimal("0.2"), None), (Decimal("0.4"), None)]


@pytest.mark.parametrize(
    "text", ["order.nothing", "order.note", "order.nothing.at.all", "order.lines[5].net", "order.note or order.nothing"]
)
def test_optional_is_null_where_the_interpreter_says_missing(text: str) -> None:
    tree = parse_calc(Source(text))
    writer = Writer()
    writer.bind("order", "order", is_object=True)
    writer.line(f"return {emit.emitter(writer).optional(tree)}")

    assert emit.run(writer.finish("optional", ("order",)).function(), ORDER) is None
    with pytest.raises(Missing):
        evaluate(tree, Scope({"order": ORDER}))
