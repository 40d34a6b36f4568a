"""Laws of the languages: numbers are exact, reading never fails otherwise than with a place, JMESPath is JMESPath."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kontering.diagnostics import Diagnostic
from kontering.language.interpret import Scope, evaluate, search
from kontering.language.jinja import parse_calc
from kontering.language.jmespath import parse_path
from kontering.language.problems import Bad, Missing
from kontering.language.source import Source
from kontering.language.template import parse_text
from kontering.language.tree import Tree
from kontering.language.values import Value, equal, json_of, tidy

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=4)
whole = st.integers(-(10**12), 10**12)
numbers = st.one_of(amounts, whole)
operators = st.sampled_from(["+", "-", "*"])

names = st.sampled_from(["a", "b", "c", "d"])
scalars = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), amounts, st.sampled_from(["", "a", "b", "é"]))


def of_scalars(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=3)),
        max_leaves=12,
    )


documents = of_scalars(scalars)
whole_documents = of_scalars(
    scalars.filter(lambda value: not isinstance(value, Decimal))
)  # jmespath.py knows no Decimal


def written(number: Decimal | int) -> str:
    text = f"{number:f}" if isinstance(number, Decimal) else str(number)
    return f"({text})" if text.startswith("-") else text


def calculated(text: str, **scope: Value) -> Value:
    return evaluate(parse_calc(Source(text)), Scope(scope))


def refusal(parse: Callable[[Source], Tree], text: str, scope: Scope) -> Diagnostic | None:
    """Why there is no value, if there is none; any other exception is an error of ours."""
    try:
        evaluate(parse(Source(text)), scope)
    except (Missing, Bad) as refused:
        return refused.diagnostic
    return None


def has_a_place(problem: Diagnostic | None) -> bool:
    return problem is None or problem.span is not None


# numbers


@given(numbers, operators, numbers, operators, numbers)
def test_sums_differences_and_products_are_exact(a: Any, one: str, b: Any, two: str, c: Any) -> None:
    found = calculated(f"({written(a)} {one} {written(b)}) {two} {written(c)}")

    first = {"+": Fraction(a) + Fraction(b), "-": Fraction(a) - Fraction(b), "*": Fraction(a) * Fraction(b)}[one]
    last = {"+": first + Fraction(c), "-": first - Fraction(c), "*": first * Fraction(c)}[two]
    assert isinstance(found, int | Decimal)
    assert Fraction(found) == last


@given(numbers, numbers)
def test_floor_division_and_remainder_belong_together(a: Any, b: Any) -> None:
    if b:
        part, rest = calculated("a // b", a=a, b=b), calculated("a % b", a=a, b=b)
        assert isinstance(part, int | Decimal)
        assert isinstance(rest, int | Decimal)
        assert Fraction(part) == Fraction(a) // Fraction(b)
        assert Fraction(part) * Fraction(b) + Fraction(rest) == Fraction(a)


@given(st.lists(numbers), st.randoms())
def test_a_sum_is_exact_in_any_order(items: list[Any], random: Any) -> None:
    shuffled = items[:]
    random.shuffle(shuffled)
    found = search(parse_path(Source("sum(@)")), shuffled)

    assert isinstance(found, int | Decimal)
    assert Fraction(found) == sum(map(Fraction, items))


@given(st.lists(numbers, min_size=1))
def test_max_min_and_sort_agree(items: list[Any]) -> None:
    in_order = search(parse_path(Source("sort(@)")), items)
    assert isinstance(in_order, list)

    assert search(parse_path(Source("max(@)")), items) == in_order[-1] == max(items)
    assert search(parse_path(Source("min(@)")), items) == in_order[0] == min(items)


@given(amounts, st.integers(0, 4))
def test_rounding_is_half_away_from_zero_and_never_further_than_half(amount: Decimal, places: int) -> None:
    found = calculated(f"a | round({places})", a=amount)
    mirrored = calculated(f"a | round({places})", a=-amount)

    assert isinstance(found, Decimal)
    assert abs(found - amount) <= Decimal(5).scaleb(-places - 1)
    assert mirrored == -found


@given(numbers)
def test_a_literal_is_the_number_that_is_written(number: Any) -> None:
    assert str(calculated(written(number))) == str(calculated("a", a=number))
    assert str(search(parse_path(Source(f"`{json_of(number)}`")), None)) == json_of(number)


@given(documents)
def test_no_float_ever_appears(document: Value) -> None:
    def floats(value: Any) -> bool:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
        return isinstance(value, float) or any(map(floats, inner))

    assert not floats(search(parse_path(Source(f"[@, `{json_of(document)}`]")), document))


# reading


@pytest.mark.parametrize("parse", [parse_path, parse_calc, parse_text], ids=lambda parse: parse.__name__)
@given(text=st.text(max_size=60))
def test_any_text_is_read_or_refused(parse: Callable[[Source], Tree], text: str) -> None:
    assert has_a_place(refusal(parse, text, Scope({})))


SIGNS = st.text(alphabet="ab.|[]()?*@&!=<>,:{}'`\"$ 01%-+~\\#\n", max_size=40)
VOCABULARY = """
    a.b a b[0] [0] ( ) not and or in is none if else == < + - * / // ** % ~ 1 0.5 'x' | round upper , . {{ }}
    {% %} for endif endfor [ ] [? [] && || ! @ $a &a `1` sum( max_by( : { } true
"""
WORDS = st.lists(st.sampled_from(VOCABULARY.split()), max_size=14).map(" ".join)


@pytest.mark.parametrize("parse", [parse_path, parse_calc, parse_text], ids=lambda parse: parse.__name__)
@given(text=st.one_of(SIGNS, WORDS), document=documents, strict=st.booleans())
def test_any_mixture_of_signs_and_words_gives_a_value_or_a_problem_with_a_place(
    parse: Callable[[Source], Tree], text: str, document: Value, strict: bool
) -> None:
    assert has_a_place(refusal(parse, text, Scope({"a": document, "b": 1}, strict)))


# paths


def paths() -> st.SearchStrategy[str]:
    """Well-formed JMESPath that both implementations read alike."""
    start = st.sampled_from(["@", "a", "b", "[0]", "*", "a.b", "[]", "`1`", "'a'", "[a, b]", "{a: a, b: b}", "a[?b]"])

    def longer(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        ends = st.sampled_from(
            [".a", ".b", "[0]", "[-1]", "[*]", "[]", ".*", "[1:]", "[::-1]", "[?a]", "[?a == b]", ".[a]"]
        )
        after = st.builds(lambda left, end: f"({left}){end}" if left[0] in "'`!" else f"{left}{end}", inner, ends)
        pairs = st.builds(
            lambda left, sign, right: f"({left}) {sign} ({right})",
            inner,
            st.sampled_from(["||", "&&", "|", "==", "!=", "<", ">="]),
            inner,
        )
        calls = st.builds(
            lambda name, arg: f"{name}({arg})", st.sampled_from(["length", "type", "to_array", "not_null"]), inner
        )
        return st.one_of(after, pairs, calls, inner.map(lambda path: f"!({path})"))

    return st.recursive(start, longer, max_leaves=4)


@given(paths(), whole_documents)
def test_without_strict_reading_a_path_is_what_the_reference_implementation_has(path: str, document: Value) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            theirs = jmespath.search(path, document)
        except jmespath.exceptions.JMESPathError:
            return
        except TypeError:  # it compares `1 < 'a'` and fails where the standard says null
            return
    ours = search(parse_path(Source(path)), document)

    assert equal(ours, theirs)


@given(paths(), documents)
def test_what_strict_reading_gives_is_what_loose_reading_gives(path: str, document: Value) -> None:
    """Strict reading stops where something is missing; it never gives another value. But `||` may step over more."""
    tree = parse_path(Source(path))
    try:
        strict = evaluate(tree, Scope({"a": document, "b": [1]}))
    except (Bad, Missing):
        return
    if "||" not in path and "[?" not in path and "not_null" not in path:
        assert equal(strict, search(tree, {"a": document, "b": [1]}))


# text


@given(st.text(alphabet="a b\n\t", max_size=40))
def test_a_tidy_text_is_tidy_already(text: str) -> None:
    once = tidy(text)

    assert tidy(once) == once
    assert once.split() == text.split()
