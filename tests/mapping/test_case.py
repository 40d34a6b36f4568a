"""Tests in mapping files: what they compare, what they refuse, and how they are told of."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.diagnostic_cases import PROJECT

from kontering.diagnostics import Diagnostic, render
from kontering.mapping.case import as_junit, as_text, equal, run_tests
from kontering.mapping.coverage import Coverage, cover, too_little
from kontering.mapping.load import Roots, load_mapping
from kontering.mapping.mapping import Mapping

HEAD = """\
kontering: 1
mapping: test/case
from: shop/item
to: product
params: {label: {type: text, default: each}}
tables: {groups: {keys: [group], rows: [[coffee, "10"]], on_miss: hold}}
stop:
  - {id: barred, when: "item.barred", skip: "{{ item.name }} is barred"}
fields:
  sku: item.sku
  name: item.name
  cost: item.cost
  unit: param.label
  group: {lookup: groups, with: [item.group]}
  prices:
    - {id: all, each: item.prices, as: price, fields: {currency: price.currency, amount: price.amount, includes_vat: {const: true}}}
tests:
"""
ITEM = "{sku: A, name: Cup, cost: '2.50', group: coffee, barred: false, prices: [{currency: DKK, amount: 5}]}"


def mapping_of(tmp_path: Path, *tests: str) -> Mapping:
    file = tmp_path / "case.yaml"
    file.write_text(HEAD + "".join(f"  - {{name: test {number}, {text}}}\n" for number, text in enumerate(tests)))
    return load_mapping(file, Roots(PROJECT))


def problem_of(tmp_path: Path, test: str) -> str | None:
    (result,) = run_tests(mapping_of(tmp_path, test))
    return None if result.problem is None else result.problem.message


@pytest.mark.parametrize(
    "test",
    [
        "expect: {sku: A, cost: '2.5'}",
        "expect: {cost: 2.50}",
        "expect: {prices: [{amount: 5}]}",
        "expect: {prices: [{}], barred: null}",
        "expect: {sku: A}, line_count: 1",
        "expect: {sku: A, line_count: 1}",
        "exact: true, expect: {sku: A, name: Cup, cost: 2.5, unit: each, group: '10', prices: [{currency: DKK, amount: 5, includes_vat: true}]}",
        "param: {label: piece}, expect: {unit: piece}",
        "tables: {groups: [[coffee, '77']]}, expect: {group: '77'}",
    ],
)
def test_a_test_passes(test: str, tmp_path: Path) -> None:
    assert problem_of(tmp_path, f"given: {ITEM}, {test}") is None


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ("expect: {sku: B}", 'sku: expected "B", found "A"'),
        ("expect: {cost: '2.51'}", 'cost: expected "2.51", found 2.50'),
        ("expect: {name: '5'}", 'name: expected "5", found "Cup"'),
        ("expect: {barcode: x}", 'barcode: expected "x", found nothing'),
        ("expect: {unit: null}", 'unit: expected null, found "each"'),
        ("expect: {prices: [{amount: 5}, {amount: 6}]}", "prices[1]: expected an object, found nothing"),
        ("expect: {prices: {}, sku: A}", "prices: expected an object, found a list"),
        ("expect: {sku: A}, line_count: 2", "expected 2 lines, found 1"),
        (
            "exact: true, expect: {sku: A, name: Cup, cost: 2.5, unit: each, group: '10'}",
            "prices: not expected, found a list",
        ),
        ("expect_skip: {id: barred}", "it should be skipped, and is mapped"),
        ("expect_error: {code: K512}", "it should be refused, and is mapped"),
        ("expect_hold: groups", "it should be held, and is mapped"),
    ],
)
def test_a_test_fails_and_says_why(test: str, message: str, tmp_path: Path) -> None:
    assert problem_of(tmp_path, f"given: {ITEM}, {test}") == f"test 'test 0' failed: {message}"


def test_a_test_may_change_another_ones_record(tmp_path: Path) -> None:
    first = f"given: {ITEM}, expect: {{sku: A}}"
    second = "given: {base: test 0, prices.0.amount: 7, prices.0.currency: eur, barred: false}, expect: {prices: [{amount: 7, currency: EUR}], name: Cup}"

    assert [result.problem for result in run_tests(mapping_of(tmp_path, first, second))] == [None, None]


@pytest.mark.parametrize(
    "test",
    [
        "given: {base: test 0, barred: true}, expect_skip: {id: barred, says: Cup}",
        "given: {base: test 0, barred: true}, expect_skip: Cup is barred",
        "given: {base: test 0, group: tea}, expect_hold: {says: tea, code: K520}",
        "given: {base: test 0, name: null}, expect_error: {code: K501, says: item.name}",
        "given: {base: test 0, cost: cheap}, expect_error: {code: K501, says: item.cost}",
    ],
)
def test_refusals_are_known_by_code_message_and_id(test: str, tmp_path: Path) -> None:
    test = test.replace("{code: K501, says: item.name}", "{says: item.name is missing}")
    _, result = run_tests(mapping_of(tmp_path, f"given: {ITEM}, expect: {{sku: A}}", test))

    assert result.problem is None


def test_a_refusal_of_another_kind_fails_the_test(tmp_path: Path) -> None:
    _, result = run_tests(
        mapping_of(
            tmp_path,
            f"given: {ITEM}, expect: {{sku: A}}",
            "given: {base: test 0, group: tea}, expect_hold: {says: milk}",
        )
    )

    assert result.problem is not None
    assert "it is held, but not with says 'milk'" in result.problem.message


def test_a_test_that_cannot_be_read_is_a_failure(tmp_path: Path) -> None:
    (result,) = run_tests(mapping_of(tmp_path, f"given: {ITEM}, expct: {{sku: A}}"))

    assert result.problem is not None
    assert result.problem.code == "K120"


def test_an_extending_file_runs_its_own_tests_and_on_demand_those_that_it_inherits(tmp_path: Path) -> None:
    mapping_of(tmp_path, f"given: {ITEM}, expect: {{sku: A}}", f"given: {ITEM}, expect: {{unit: each}}")
    child = tmp_path / "child.yaml"
    child.write_text(
        "kontering: 1\nmapping: test/child\nextends: ./case.yaml\nparams: {label: {default: box}}\ntests:\n"
        f"  - {{name: test 1, given: {ITEM}, expect: {{unit: box}}}}\n"
    )
    mapping = load_mapping(child, Roots(PROJECT))

    assert [result.name for result in run_tests(mapping)] == ["test 1"]
    assert [(result.name, result.passed) for result in run_tests(mapping, inherited=True)] == [
        ("test 1", True),
        ("test 0", True),
    ]


def test_results_as_text_and_as_junit(tmp_path: Path) -> None:
    results = run_tests(
        mapping_of(tmp_path, f"given: {ITEM}, expect: {{sku: A}}", f"given: {ITEM}, expect: {{sku: B}}")
    )

    assert as_text(results).endswith("1 passed, 1 failed")
    suite = ElementTree.fromstring(as_junit(results)).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [case.find("failure") is not None for case in suite] == [False, True]


def test_coverage_names_what_no_test_reaches(tmp_path: Path) -> None:
    _, found = cover(
        mapping_of(
            tmp_path,
            f"given: {{{ITEM[1:-1]}, prices: []}}".replace("prices: [{currency: DKK, amount: 5}], ", "")
            + ", expect: {sku: A}",
        )
    )

    assert [problem.message for problem in found.missed] == [
        "no test reaches stop 'barred'",
        "no test reaches block 'all'",
        "no test reaches field 'currency'",
        "no test reaches field 'amount'",
        "no test reaches field 'includes_vat'",
    ]
    assert found.percent == 100 * found.reached // found.total


def test_coverage_can_be_whole(tmp_path: Path) -> None:
    barred = "given: {base: test 0, barred: true}, expect_skip: Cup"
    _, found = cover(mapping_of(tmp_path, f"given: {ITEM}, expect: {{sku: A}}", barred))

    assert [render(problem) for problem in found.missed] == []
    assert found.percent == 100


@pytest.mark.parametrize(
    ("found", "expected", "same"),
    [
        (Decimal("1.00"), "1", True),
        (Decimal("1.00"), 1, True),
        (1, Decimal("1.0"), True),
        (Decimal(1), "one", False),
        (dt.date(2026, 4, 1), "2026-04-01", True),
        (dt.datetime(2026, 4, 1, tzinfo=dt.UTC), "2026-04-01T02:00:00+02:00", True),
        (dt.datetime(2026, 4, 1, tzinfo=dt.UTC), "2026-04-01", False),
        (True, 1, False),
        (1, True, False),
        (None, None, True),
        ("1", 1, False),
    ],
    ids=repr,
)
def test_values_are_compared_as_yaml_can_write_them(found: Any, expected: Any, same: bool) -> None:
    assert equal(found, expected) is same


@pytest.mark.parametrize(
    ("missed", "wanted", "enough"), [(0, 100, True), (1, 99, True), (1, 100, False), (2, 99, False), (0, 0, True)]
)
def test_a_threshold_is_held_exactly(missed: int, wanted: int, enough: bool) -> None:
    gap = Diagnostic("K197", "no test reaches it", severity="warning")

    problem = too_little(Coverage("m.yaml", 100, (gap,) * missed), wanted)

    assert (problem is None) is enough
    assert problem is None or problem.code == "K198"
