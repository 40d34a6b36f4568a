"""Any expression in a mapping, on records of generated classes: the function gives the interpreter's outcome or gives up."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.properties.test_emit_properties import HERE, TREES, templates

from kontering.language import tree as t
from kontering.language.tree import Tree
from kontering.mapping import accept
from kontering.mapping.load import Roots, load_mapping
from kontering.mapping.mapping import Mapping
from kontering.mapping.parts import Block, Computed, Expression, Field, Listed, Made, Options
from kontering.mapping.records import reader
from kontering.mapping.used import used_schema

ANYTHING: dict[str, Any] = {}
INNER: dict[str, Any] = {
    "type": "object",
    "properties": {"a": {"format": "decimal"}, "b": {"type": "boolean"}, "id": {"type": "string"}, "key": ANYTHING},
}
ITEM: dict[str, Any] = {
    "type": "object",
    "properties": {"a": {"format": "decimal"}, "b": {"type": "string"}, "id": {"type": "integer"}, "key": INNER},
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "a": {"type": "array", "items": ITEM},
        "b": {"format": "decimal"},
        "id": {"type": "string"},
        "key": INNER,
    },
}
FITTING = {"type": "object", "properties": {"x": ANYTHING, "y": {"type": "array", "items": ANYTHING}}}

DECIMALS = st.sampled_from(["1.50", "0", "-0.00", "-2", 3, "", None])
TEXTS = st.sampled_from(["a", "b", "id", "12", "", None, "x  y"])
INNERS = st.fixed_dictionaries(
    {},
    optional={
        "a": DECIMALS,
        "b": st.sampled_from([True, False, None, ""]),
        "id": TEXTS,
        "key": st.sampled_from([None, "", 1, "a", [1, "b"], {"a": 1}, [], {}, True]),
    },
)
ITEMS = st.fixed_dictionaries(
    {},
    optional={
        "a": DECIMALS,
        "b": TEXTS,
        "id": st.sampled_from([1, 2, 0, None, ""]),
        "key": st.one_of(INNERS, st.none()),
    },
)
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "a": st.one_of(st.lists(ITEMS, max_size=3), st.sampled_from([None, ""])),
        "b": DECIMALS,
        "id": TEXTS,
        "key": st.one_of(INNERS, st.sampled_from([None, "", []])),
    },
)


@cache
def plain_mapping() -> Mapping:
    return load_mapping("woocommerce/order-customer", Roots())


def mapping_of(tree: Tree, missing: Any, looped: Tree | None = None) -> Mapping:
    """A mapping with one field, or with one for each element of a list."""
    part = Computed(expression=expression(tree), options=Options(missing=missing), span=HERE)
    fields = (Field(name="x", part=part, span=HERE),)
    if looped is not None:
        each = Computed(expression=expression(looped), options=Options(missing="skip"), span=HERE)
        block = Block(id="all", each=each, name="item", made=Made(fields=fields, span=HERE), span=HERE)
        fields = (Field(name="y", part=Listed(blocks=(block,), span=HERE), span=HERE),)
    mapping = plain_mapping()
    file = replace(mapping.file, let=(), stops=(), params=(), tables=(), made=Made(fields=fields, span=HERE))
    read = reader(used_schema(file, SCHEMA, {}))
    return replace(mapping, file=file, schema=SCHEMA, read=read, wanted=FITTING, uses={}, rows={})


def expression(tree: Tree) -> Expression:
    return Expression(language="path", text="x", tree=tree, span=HERE)


def agrees(mapping: Mapping, record: Any) -> str:
    wanted = mapping.interpreted(record)
    found = accept.accepted(mapping, record, {}, {}, "UTC")
    if found is not None:
        assert repr(found) == repr(wanted)
    shape = mapping.generated.function and mapping.generated.function.shape
    if mapping.generated.function is None:  # it reads all names at once
        return f"not written, {type(wanted).__name__}"
    return f"{type(wanted).__name__}{'' if found else ', gave up'}{'' if shape else ', plain'}"


OFTEN = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
MISSING = st.sampled_from([None, "skip"])


@OFTEN
@given(TREES, RECORDS, MISSING)
def test_any_expression_of_a_record(tree: Tree, record: Any, missing: Any) -> None:
    assert agrees(mapping_of(tree, missing), record)


@OFTEN
@given(templates(), RECORDS, MISSING)
def test_any_template_of_a_record(tree: Tree, record: Any, missing: Any) -> None:
    assert agrees(mapping_of(tree, missing), record)


NULL_S_FIELD = t.Field(t.Literal(None, HERE), "a", HERE, HERE)  # a mistake, not something missing


@OFTEN
@example(t.Name("order", HERE), NULL_S_FIELD, {}, None)
@given(TREES, TREES, RECORDS, MISSING)
def test_any_expression_in_any_loop(tree: Tree, looped: Tree, record: Any, missing: Any) -> None:
    assert agrees(mapping_of(tree, missing, looped), record)


def test_the_function_seldom_gives_up_on_what_is_mapped() -> None:
    counted: Counter[str] = Counter()

    @settings(max_examples=300, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(TREES, RECORDS, MISSING)
    def count(tree: Tree, record: Any, missing: Any) -> None:
        counted[agrees(mapping_of(tree, missing), record)] += 1

    count()

    def times(start: str) -> int:
        return sum(number for outcome, number in counted.items() if outcome.startswith(start))

    assert times("Mapped") > 5 * times("Mapped, gave up")
    assert times("Failed, gave up") > 5
