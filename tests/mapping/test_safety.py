"""What the author of a mapping can't do: read other files, go on for ever, fill the memory."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.diagnostic_cases import PROJECT

from kontering.mapping.check import check_path
from kontering.mapping.load import Roots, load_mapping
from kontering.mapping.mapping import Failed

HEAD = "kontering: 1\nmapping: acme/case\nfrom: shop/item\nto: product\nfields:\n  sku: item.sku\n  name: item.name\n"


@pytest.fixture
def mappings(tmp_path: Path) -> Path:
    """The mappings folder of a project, with a secret beside the project."""
    (tmp_path / "secret.csv").write_text("group,value\ncoffee,hush\n")
    (tmp_path / "secret.json").write_text('{"sku": "hush"}')
    folder = tmp_path / "project/mappings/acme"
    folder.mkdir(parents=True)
    return folder


def codes(path: Path) -> list[str]:
    return [problem.code for problem in check_path(path, Roots(PROJECT))]


@pytest.mark.parametrize("name", ["../../../secret.csv", "/etc/passwd", "link.csv", "../../../../../../../etc/passwd"])
def test_a_table_reads_no_file_outside_of_the_project(name: str, mappings: Path) -> None:
    (mappings / "link.csv").symlink_to(mappings.parents[2] / "secret.csv")
    file = mappings / "case.yaml"
    file.write_text(
        HEAD
        + f"  group: {{lookup: g, with: [item.group]}}\ntables: {{g: {{keys: [group], rows: {{file: {name}}}, on_miss: hold}}}}\n"
    )

    assert codes(file) == ["K143"]


def test_a_table_may_lie_elsewhere_in_the_project(mappings: Path) -> None:
    (mappings.parents[1] / "tables").mkdir()
    (mappings.parents[1] / "tables/groups.csv").write_text("group,value\ncoffee,x\ntea,y\ncups,z\n")
    file = mappings / "case.yaml"
    file.write_text(
        HEAD + "  group: {lookup: g, with: [item.group]}\n"
        "tables: {g: {keys: [group], rows: {file: ../../tables/groups.csv}, on_miss: hold}}\n"
    )

    assert codes(file) == []


@pytest.mark.parametrize("name", ["../../../secret.json", "/etc/hostname"])
def test_a_test_reads_no_file_outside_of_the_project(name: str, mappings: Path) -> None:
    file = mappings / "case.yaml"
    file.write_text(HEAD + f"tests: [{{name: a, given: {{file: {name}}}, expect: {{sku: hush}}}}]\n")

    assert codes(file) == ["K143"]


@pytest.mark.parametrize("word", ["extends", "use"])
def test_no_mapping_outside_of_the_project_is_taken_in(word: str, mappings: Path) -> None:
    (mappings.parents[2] / "other.yaml").write_text(HEAD.replace("acme/case", "other"))
    file = mappings / "case.yaml"
    if word == "extends":
        file.write_text("kontering: 1\nmapping: acme/case\nextends: ../../../other.yaml\n")
    else:
        file.write_text(HEAD + "  description: {use: ../../../other.yaml}\n")

    assert "K130" in codes(file)


def test_files_that_extend_one_another_are_not_many(tmp_path: Path) -> None:
    (tmp_path / "0.yaml").write_text(HEAD)
    for number in range(1, 15):
        (tmp_path / f"{number}.yaml").write_text(f"kontering: 1\nmapping: m{number}\nextends: ./{number - 1}.yaml\n")

    assert codes(tmp_path / "14.yaml") == ["K131"]


def test_mappings_that_use_one_another_twice_are_compiled_once(tmp_path: Path) -> None:
    (tmp_path / "0.yaml").write_text(HEAD)
    for number in range(1, 9):
        used = f"./{number - 1}.yaml"
        (tmp_path / f"{number}.yaml").write_text(
            HEAD
            + f"let: {{a: {{use: {used}}}, b: {{use: {used}}}}}\n".replace("let:", "  description: item.name\nlet:")
        )
    began = time.perf_counter()

    load_mapping(tmp_path / "8.yaml", Roots(PROJECT), checked=False)

    assert time.perf_counter() - began < 2


def test_blocks_inside_blocks_end(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    file.write_text(
        "kontering: 1\nmapping: test/case\nfrom: shop/item\nto: invoice\nfields:\n  number: item.sku\n  state: {const: paid}\n  date: item.day\n"
        "  currency: item.currency\n  prices: {const: net}\n  totals: {gross: item.price}\n"
        "  customer: {kind: {const: consumer}, name: item.name, address: {country: item.maker.country}}\n"
        "  lines:\n    - id: a\n      each: item.tags\n      as: one\n      fields:\n"
        "        id: one\n        kind: {const: goods}\n        description: one\n        quantity: {const: 1}\n        amount: item.price\n"
        "        taxes:\n          - {id: b, each: item.tags, as: two, fields: {vat: item.price}}\n"
    )
    record = {
        "sku": "A", "name": "B", "day": "2026-01-01", "currency": "DKK", "price": "1", "maker": {"country": "DK"}, "tags": ["t"] * 2000,
    }  # fmt: skip
    began = time.perf_counter()

    outcome = load_mapping(file, Roots(PROJECT)).run(record)

    assert time.perf_counter() - began < 2
    assert isinstance(outcome, Failed)
    assert {problem.code for problem in outcome.diagnostics} == {"K507"}


def test_a_large_csv_file_is_refused(mappings: Path) -> None:
    (mappings / "large.csv").write_text("group,value\n" + "a,b\n" * 1_300_000)
    file = mappings / "case.yaml"
    file.write_text(
        HEAD
        + "  group: {lookup: g, with: [item.group]}\ntables: {g: {keys: [group], rows: {file: large.csv}, on_miss: hold}}\n"
    )
    began = time.perf_counter()

    assert codes(file) == ["K143"]
    assert time.perf_counter() - began < 2
