"""Generated code and interpreter are one: whatever the code accepts, it gives the interpreter's value."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from kontering.diagnostics import Span
from kontering.language import emit, runtime
from kontering.language import tree as t
from kontering.language.interpret import Scope, evaluate, search
from kontering.language.problems import Bad, Missing
from kontering.language.tree import Tree
from kontering.language.writer import TooDeep, Writer
from kontering.model.plan import Link

HERE = Span("random")
FIELDS = st.sampled_from(["a", "b", "id", "key"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.decimals(min_value=-5, max_value=5, places=2),
    st.sampled_from(["", "a", "b", "id", "12", "DKK", "x y"]),
    st.sampled_from([dt.date(2026, 3, 1), dt.datetime(2026, 3, 1, tzinfo=dt.UTC), Link("customer", "shop/customer/1")]),
)
DOCUMENTS = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELDS, inner, max_size=4), max_leaves=20
)
OBJECTS = st.dictionaries(FIELDS, DOCUMENTS, max_size=4)
LITERALS = st.one_of(SCALARS, st.lists(SCALARS, max_size=2), st.dictionaries(FIELDS, SCALARS, max_size=2))
NAMES = st.sampled_from(["order", "let", "item", "nobody"])


def leaves() -> st.SearchStrategy[Tree]:
    return st.one_of(
        st.builds(t.Name, NAMES, st.just(HERE)),
        st.builds(t.Current, st.just(HERE)),
        st.builds(lambda name, field: t.Field(t.Name(name, HERE), field, HERE, HERE), NAMES, FIELDS),
        st.builds(lambda field: t.Field(t.Current(HERE), field, HERE, HERE), FIELDS),
        st.builds(t.Literal, LITERALS, st.just(HERE)),
    )


def longer(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    one, some, numbers = (
        st.just(HERE),
        st.lists(inner, min_size=1, max_size=3).map(tuple),
        st.none() | st.integers(-2, 2),
    )
    steps = st.sampled_from([None, 1, 2, -1])
    return st.one_of(
        st.builds(t.Field, inner, FIELDS, one, one),
        st.builds(t.Item, inner, inner, one),
        st.builds(t.Index, inner, st.integers(-3, 3), one),
        st.builds(t.Slice, inner, numbers, numbers, steps, st.booleans(), one),
        st.builds(t.Flatten, inner, one),
        st.builds(t.Project, inner, inner, one),
        st.builds(t.Values, inner, inner, one),
        st.builds(t.Filter, inner, inner, inner, one),
        st.builds(t.Then, inner, inner, one),
        st.builds(t.Pick, some, one),
        st.builds(t.Make, st.lists(st.tuples(FIELDS, inner), min_size=1, max_size=2).map(tuple), one),
        st.builds(t.Listing, some, one),
        st.builds(t.Or, inner, inner, one),
        st.builds(t.And, inner, inner, one),
        st.builds(t.Not, inner, one),
        st.builds(t.Condition, inner, one),
        st.builds(t.Compare, st.sampled_from(get_args(t.Ordering)), inner, inner, st.booleans(), one),
        st.builds(t.Within, inner, inner, one),
        st.builds(t.IsNone, inner, one),
        st.builds(t.Arithmetic, st.sampled_from(get_args(t.Operator)), inner, inner, one),
        st.builds(t.Negate, inner, one),
        st.builds(lambda c, a, b: t.Choose(t.Condition(c, HERE), a, b, HERE), inner, inner, inner),
        functions(inner),
        st.builds(t.Joined, some, one),
    )


def functions(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    one = st.just(HERE)
    single = st.sampled_from(
        ["sum", "max", "length", "type", "keys", "to_string", "to_number", "to_array", "not_null", "sort"]
    )
    by = st.sampled_from(["sort_by", "max_by", "min_by"])
    filters = st.sampled_from(["round", "abs", "int", "string", "upper", "trim"])
    return st.one_of(
        st.builds(lambda name, arg: t.Call(name, (arg,), False, HERE, HERE), single, inner),
        st.builds(lambda name, arg: t.Call(name, (arg,), True, HERE, HERE), filters, inner),
        st.builds(lambda a, b: t.Call("contains", (a, b), False, HERE, HERE), inner, inner),
        st.builds(lambda a, b: t.Call("not_null", (a, b), False, HERE, HERE), inner, inner),
        st.builds(lambda name, of, body: t.Call(name, (of, t.Lambda(body, HERE)), False, HERE, HERE), by, inner, inner),
        st.builds(lambda body, of: t.Call("map", (t.Lambda(body, HERE), of), False, HERE, HERE), inner, inner),
        st.builds(lambda of, name, other: _joining(of, name, other), inner, FIELDS, leaves()),
        st.builds(t.Not, st.builds(t.IsNone, inner, one), one),
    )


def _joining(of: Tree, name: str, other: Tree) -> Tree:
    condition = t.Compare("==", t.Field(t.Current(HERE), name, HERE, HERE), other, True, HERE)
    return t.Filter(of, condition, t.Current(HERE), HERE)


TREES = st.recursive(leaves(), longer, max_leaves=8)


def templates() -> st.SearchStrategy[Tree]:
    def bodies(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        body = st.lists(inner, max_size=2).map(tuple)
        branch = st.builds(lambda c, a, b: t.Branch(t.Condition(c, HERE), a, b, HERE), TREES, body, body)
        loop = st.builds(lambda over, a, b: t.Loop("item", over, a, b, HERE), TREES, body, body)
        return st.one_of(inner, branch, loop)

    data = st.builds(t.Literal, st.sampled_from(["x", " ", "\n", "a  b"]), st.just(HERE))
    part = st.recursive(st.one_of(data, st.builds(t.Print, TREES, st.just(HERE))), bodies, max_leaves=4)
    return st.lists(part, max_size=3).map(lambda parts: t.Text(tuple(parts), HERE))


def interpreted(tree: Tree, names: dict[str, Any], strict: bool) -> tuple[str, Any]:
    try:
        return "value", evaluate(tree, Scope(names, strict))
    except Missing:
        return "missing", None
    except Bad:
        return "bad", None


def generated(code: Any, *args: Any) -> tuple[str, Any]:
    try:
        return "value", emit.run(code, *args)
    except runtime.FAILURES:
        return "gave up", None


def same(one: Any, other: Any) -> bool:
    """Equal in type and digits too: 1 isn't True, 1.0 isn't 1."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    return type(one) is type(other) and repr(one) == repr(other)


def agrees(tree: Tree, names: dict[str, Any], strict: bool) -> str:
    try:
        code = emit.function({"x": tree}, tuple(names), strict).function()
    except TooDeep:
        return "too deep"
    kind, wanted = interpreted(tree, names, strict)
    found_kind, found = generated(code, *names.values())
    if found_kind == "value":
        assert kind == "value"
        assert same(found["x"], wanted)
    return f"{kind}, {found_kind}"


NAMED = st.fixed_dictionaries({"order": OBJECTS, "let": OBJECTS, "item": DOCUMENTS})
MANY = settings(max_examples=100)


@MANY
@given(TREES, NAMED, st.booleans())
def test_any_expression(tree: Tree, names: dict[str, Any], strict: bool) -> None:
    assert agrees(tree, names, strict)


@MANY
@given(templates(), NAMED)
def test_any_template(tree: Tree, names: dict[str, Any]) -> None:
    assert agrees(tree, names, True)


@MANY
@given(TREES, DOCUMENTS)
def test_any_path_in_any_document(tree: Tree, document: Any) -> None:
    kind, found = generated(emit.search(tree).function(), document)

    assert kind == "gave up" or same(found, search(tree, document))


@MANY
@given(TREES, NAMED)
def test_what_may_be_missing_is_null(tree: Tree, names: dict[str, Any]) -> None:
    writer = Writer()
    for number, name in enumerate(names):
        writer.bind(name, f"n{number}")
    writer.line(f"here = {{{', '.join(f'{name!r}: {local}' for name, local in writer.names.items())}}}")
    writer.line(f"return {emit.emitter(writer, True, 'here').optional(tree)}")
    kind, wanted = interpreted(tree, names, True)
    found_kind, found = generated(writer.finish("optional", tuple(writer.names.values())).function(), *names.values())

    assert found_kind == "gave up" or (kind != "bad" and same(found, wanted))


@MANY
@given(st.lists(TREES, min_size=2, max_size=5), NAMED)
def test_many_expressions_in_one_function_don_t_disturb_each_other(trees: list[Tree], names: dict[str, Any]) -> None:
    together = emit.function({str(place): tree for place, tree in enumerate(trees)}, tuple(names)).function()
    kind, found = generated(together, *names.values())
    outcomes = [interpreted(tree, names, True) for tree in trees]

    if kind == "value":
        assert all(each == "value" for each, _ in outcomes)
        assert all(same(found[str(place)], wanted) for place, (_, wanted) in enumerate(outcomes))


def test_the_code_seldom_gives_up_on_what_has_a_value() -> None:
    counted: Counter[str] = Counter()

    @settings(max_examples=300, database=None)
    @given(TREES, NAMED, st.booleans())
    def count(tree: Tree, names: dict[str, Any], strict: bool) -> None:
        counted[agrees(tree, names, strict)] += 1

    count()
    assert counted["value, value"] > 10 * counted["value, gave up"]
    assert counted["missing, gave up"] > 10
    assert counted["bad, gave up"] > 10


def test_the_judge_tells_one_number_from_another() -> None:
    assert not same(1, True)
    assert not same(Decimal("1.0"), 1)
    assert not same([Decimal("1.0")], [Decimal("1.00")])
