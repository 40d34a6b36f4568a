"""Whatever stands where in a project file, `check` answers with problems and never with an exception."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from kontering.project.check import check_project
from kontering.project.project import read_project

WHOLE: dict[str, Any] = {
    "kontering": 1,
    "project": "acme",
    "seller": {"country": "DK", "reverse_charge": ["PHONE"]},
    "accounting": {"fx": [{"currency": "EUR", "since": "2026-01-01", "rate": 7}], "closed_until": "2026-01-31"},
    "connections": {
        "shop": {"connector": "files", "system": "woocommerce", "folder": "orders"},
        "books": {
            "connector": "economic",
            "app_secret": {"secret": "APP"},
            "agreement_grant": {"secret": "GRANT"},
            "with": {"layout": 19},
            "tables": {"terms": "tables/terms.csv"},
        },
    },
    "flows": {
        "orders": {
            "from": "shop/order",
            "mapping": "woocommerce/order-to-invoice",
            "to": "books",
            "with": {"timezone": "Europe/Copenhagen"},
            "states": {"completed": "book", "*": "skip"},
            "customers": {"match": ["email"], "business": {"terms": 14}},
            "payments": {"clearing": {"stripe": "psp_clearing"}},
            "needs": [],
        }
    },
}

ODD: tuple[Any, ...] = (None, [], {}, "x", 7, True, [{}], {"secret": "NAME"}, {"x": {"y": 1}}, "shop/order/1")


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in pairs:
        yield from places(part, (*path, key))


def changed(path: tuple[str | int, ...], value: Any) -> Any:
    if not path:
        return value
    whole = copy.deepcopy(WHOLE)
    here: Any = whole
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    return whole


@pytest.mark.parametrize("path", list(places(WHOLE)), ids=lambda path: ".".join(map(str, path)) or "all")
def test_an_odd_value_is_a_problem_or_fine_and_nothing_else(path: tuple[str | int, ...], tmp_path: Path) -> None:
    for value in ODD:
        text = yaml.safe_dump(changed(path, value), sort_keys=False)
        (tmp_path / "kontering.yaml").write_text(text, encoding="utf-8")

        read = read_project(tmp_path)

        assert read.project is not None or read.problems, text
        assert all(problem.span for problem in read.problems)


@pytest.mark.parametrize("name", sorted(WHOLE["flows"]["orders"]))
def test_a_missing_setting_is_a_problem_or_has_a_default(name: str, tmp_path: Path) -> None:
    whole = copy.deepcopy(WHOLE)
    del whole["flows"]["orders"][name]
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "terms.csv").write_text("days,number\n", encoding="utf-8")
    (tmp_path / "kontering.yaml").write_text(yaml.safe_dump(whole, sort_keys=False), encoding="utf-8")

    lacks = [problem.message for problem in check_project(tmp_path) if problem.code == "K151"]

    assert lacks == ([f"'orders' lacks the setting {name!r}"] if name in ("from", "mapping", "to") else [])
