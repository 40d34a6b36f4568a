"""Tables: the first row that fits, numbers as numbers, CSV files with their places."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from kontering.diagnostics import Span
from kontering.mapping.tables import find_row, read_csv, rows_of


def found(rows: list[list[Any]], *keys: Any) -> int | None:
    columns = [*(f"k{number}" for number in range(len(keys))), "value"]
    return find_row(rows_of(columns, rows), tuple(columns[:-1]), keys)


def test_the_first_row_that_fits_wins() -> None:
    assert found([["a", 1], ["b", 2], ["b", 3]], "b") == 1


def test_a_star_fits_everything_and_stands_in_its_order() -> None:
    rows = [["a", "*", 1], ["a", "x", 2], ["*", "*", 3]]

    assert found(rows, "a", "x") == 0
    assert found(rows, "b", "x") == 2


def test_an_exact_row_above_a_star_wins() -> None:
    assert found([["a", 1], ["*", 2]], "a") == 0


def test_a_missing_key_is_fitted_by_a_star_alone() -> None:
    assert found([["", 1], ["null", 2], ["*", 3]], None) == 2
    assert found([["a", 1]], None) is None


@pytest.mark.parametrize("cell", [25, "25", Decimal("25.00"), "25.0"], ids=repr)
@pytest.mark.parametrize("key", [25, Decimal(25), Decimal("25.000")], ids=repr)
def test_numbers_are_compared_as_numbers(cell: Any, key: Any) -> None:
    assert found([[cell, 1]], key) == 0


def test_a_text_is_compared_as_a_text() -> None:
    assert found([["025", 1]], "25") is None
    assert found([["25", 1]], "25") == 0


def test_true_is_not_one() -> None:
    assert found([[1, "x"]], True) is None
    assert found([["true", "x"]], True) == 0


def test_no_row_is_no_row() -> None:
    assert found([["a", 1]], "b") is None


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_a_csv_file_may_separate_by_comma_semicolon_or_tab(between: str) -> None:
    text = f"role{between}account\nrevenue{between}1010\n"

    rows, problems = read_csv(text, "accounts.csv")

    assert problems == ()
    assert rows is not None
    assert rows.rows == (("revenue", "1010"),)
    assert not rows.typed


def test_each_cell_has_its_place() -> None:
    rows, _ = read_csv("role,account\n revenue , 1010\n", "a.csv")

    assert rows is not None
    assert rows.spans == ((Span("a.csv", 2, 2, 2, 9), Span("a.csv", 2, 12, 2, 16)),)


def test_a_quoted_cell_may_hold_the_separator_and_a_line_break() -> None:
    rows, problems = read_csv('a,b\n"x, y","1\n2"\nz,3\n', "a.csv")

    assert problems == ()
    assert rows is not None
    assert rows.rows == (("x, y", "1\n2"), ("z", "3"))
    assert rows.spans[1][0].line == 4


def test_a_row_of_another_length_is_named() -> None:
    _, problems = read_csv("a,b\n1,2\n1\n", "a.csv")

    assert [(problem.code, problem.span and problem.span.line) for problem in problems] == [("K142", 3)]


@pytest.mark.parametrize("text", ["", "\n", "a,a\n1,2\n", 'a,b\n"x,1\n'])
def test_what_is_no_csv_is_refused(text: str) -> None:
    _, problems = read_csv(text, "a.csv")

    assert [problem.code for problem in problems] == ["K143"]
