"""Where two documents differ: single values, equal numbers, and elements that are known by their ids."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from kontering.mapping.differences import Difference, differences


@pytest.mark.parametrize(
    ("before", "after", "fields"),
    [
        ({"a": 1}, {"a": Decimal("1.00")}, []),
        ({"a": 1}, {"a": True}, ["a"]),
        ({"a": [1, 2]}, {"a": [1]}, ["a[1]"]),
        ({"a": {"b": 1}}, {"a": {"c": 1}}, ["a.b", "a.c"]),
        ({"a": {"b": 1}}, {}, ["a"]),
        ({}, {}, []),
    ],
)
def test_differences_go_down_to_single_values(before: Any, after: Any, fields: list[str]) -> None:
    assert [each.field for each in differences(before, after)] == fields


def test_a_line_less_is_no_change_of_the_lines_after_it() -> None:
    lines = [{"id": "7", "amount": 1}, {"id": "8", "amount": 2}, {"id": "9", "amount": 3}]

    (only,) = differences({"lines": lines}, {"lines": [lines[0], {**lines[2], "amount": 3}]})

    assert only == Difference("lines[1]", lines[1], None)


def test_lines_without_ids_are_told_apart_by_their_number() -> None:
    found = list(differences([{"amount": 1}, {"amount": 2}], [{"amount": 2}]))

    assert [(each.field, each.before, each.after) for each in found] == [
        ("[0].amount", 1, 2),
        ("[1]", {"amount": 2}, None),
    ]


def test_a_field_has_one_name_for_all_elements_of_its_list() -> None:
    assert Difference("lines[3].taxes[0].vat", 1, 2).general == "lines[].taxes[].vat"
