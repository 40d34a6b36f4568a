"""Every function and filter has an example, and the example is true."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from kontering.language import calls
from kontering.language.functions import FILTERS, FUNCTIONS
from kontering.language.infer import infer
from kontering.language.interpret import Scope, evaluate, search
from kontering.language.jinja import parse_calc
from kontering.language.jmespath import parse_path
from kontering.language.signatures import Function
from kontering.language.source import Source
from kontering.language.values import Value, equal, json_of


def value(text: str) -> Value:
    found: Value = json.loads(text, parse_float=Decimal)
    return found


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_the_example_of_a_function_is_true(function: Function) -> None:
    assert equal(search(parse_path(Source(function.example)), None), value(function.gives))


@pytest.mark.parametrize("function", FILTERS.values(), ids=lambda function: function.name)
def test_the_example_of_a_filter_is_true(function: Function) -> None:
    found = evaluate(parse_calc(Source(function.example)), Scope({}))

    assert equal(found, value(function.gives))
    assert json_of(found) == function.gives


@pytest.mark.parametrize("function", [*FUNCTIONS.values(), *FILTERS.values()], ids=lambda function: function.example)
def test_an_example_uses_its_function_and_has_a_line(function: Function) -> None:
    assert function.name in function.example
    assert function.line.endswith(".")
    assert function.name in function.signature


def test_the_checker_knows_the_same_functions_and_filters() -> None:
    assert calls.FUNCTIONS.keys() == FUNCTIONS.keys()
    assert calls.FILTERS.keys() == FILTERS.keys()


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_the_checker_finds_no_fault_with_an_example(function: Function) -> None:
    assert infer(parse_path(Source(function.example)), {})[1] == ()


@pytest.mark.parametrize("function", FILTERS.values(), ids=lambda function: function.name)
def test_the_checker_finds_no_fault_with_an_example_of_a_filter(function: Function) -> None:
    assert infer(parse_calc(Source(function.example)), {})[1] == ()
