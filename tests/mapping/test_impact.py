"""What a change of a mapping changes: fields, outcomes, and sums per VAT code by whoever can reckon them."""

from __future__ import annotations

from collections.abc import Mapping as Names
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.diagnostic_cases import PROJECT

from kontering.mapping.impact import Difference, Side, as_data, as_text, differences, impact
from kontering.mapping.load import Roots, load_mapping
from kontering.mapping.specs import read_json

HEAD = "kontering: 1\nmapping: test/case\nfrom: shop/item\nto: product\n"
OLD = HEAD + "fields:\n  sku: item.sku\n  name: item.name\n  cost: item.cost\n"
NEW = (
    HEAD
    + "stop: [{id: free, when: 'item.price == 0', skip: free}]\nfields:\n  sku: item.sku\n  name: item.name\n  cost: {calc: 'item.cost + 1', when: 'item.cost > 10'}\n"
)


def side(tmp_path: Path, name: str, text: str) -> Side:
    file = tmp_path / name
    file.write_text(text)
    return Side(load_mapping(file, Roots(PROJECT)))


def records() -> list[tuple[str, Any]]:
    coffee = read_json(PROJECT / "fixtures/coffee.json")
    return [
        ("shop/item/1", coffee),
        ("shop/item/2", coffee | {"cost": "5"}),
        ("shop/item/3", coffee | {"price": "0"}),
        ("shop/item/4", coffee | {"cost": None}),
    ]


def cost(key: str, document: dict[str, Any]) -> Names[str, Decimal]:
    return {"DK25": document.get("cost", Decimal(0))}


def test_the_same_mapping_changes_nothing(tmp_path: Path) -> None:
    found = impact(side(tmp_path, "a.yaml", OLD), side(tmp_path, "b.yaml", OLD), records(), cost)

    assert found.changes == ()
    assert found.records == 4
    assert found.sums == {"DK25": (Decimal("45.00"), Decimal("45.00"))}
    assert as_text(found) == "0 of 4 documents change\nDK25  45.00 → 45.00"


def test_each_change_is_told_and_summed(tmp_path: Path) -> None:
    found = impact(side(tmp_path, "a.yaml", OLD), side(tmp_path, "b.yaml", NEW), records(), cost)

    assert [
        (change.key, change.before.partition(":")[0], change.after.partition(":")[0]) for change in found.changes
    ] == [
        ("shop/item/1", "mapped", "mapped"),
        ("shop/item/2", "mapped", "mapped"),
        ("shop/item/3", "mapped", "skipped by free"),
    ]
    assert found.changes[0].differences == (Difference("cost", Decimal("20.00"), Decimal("21.00")),)
    assert found.changes[1].differences == (Difference("cost", Decimal(5), None),)
    assert found.fields["cost"] == 3
    assert found.outcomes == {("mapped", "skipped by free"): 1}
    assert found.sums == {"DK25": (Decimal("45.00"), Decimal("21.00"))}


def test_it_reads_as_a_table(tmp_path: Path) -> None:
    text = as_text(impact(side(tmp_path, "a.yaml", OLD), side(tmp_path, "b.yaml", NEW), records(), cost))

    assert text.splitlines()[:2] == ["3 of 4 documents change", "  mapped → skipped by free: 1"]
    assert "  cost: 20.00 → 21.00" in text
    assert text.endswith("DK25  45.00 → 21.00  (-24.00)")


def test_it_is_data_too(tmp_path: Path) -> None:
    data = as_data(impact(side(tmp_path, "a.yaml", OLD), side(tmp_path, "b.yaml", NEW), records(), cost))

    assert data["changed"] == 3
    assert data["changes"][0] == {
        "key": "shop/item/1",
        "before": "mapped",
        "after": "mapped",
        "fields": [{"field": "cost", "before": Decimal("20.00"), "after": Decimal("21.00")}],
        "amounts": {"DK25": {"before": Decimal("20.00"), "after": Decimal("21.00")}},
    }


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
