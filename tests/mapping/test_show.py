"""The merged file: each line with its origin, and read again the same mapping."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.diagnostic_cases import PROJECT

from kontering import resources
from kontering.mapping.load import Roots, load_mapping
from kontering.mapping.show import merged, quoted
from kontering.yaml.load import compose
from kontering.yaml.nodes import plain

SHIPPED = sorted(resources.shipped("mappings").rglob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_merged_file_read_again_is_the_same(path: Path) -> None:
    mapping = load_mapping(path, Roots())

    node, problems = compose(merged(mapping), "merged.yaml")

    assert problems == ()
    assert node is not None
    assert plain(node) == plain(mapping.file.merged)


def test_each_line_says_where_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    file.write_text(
        "kontering: 1\nmapping: test/case\nextends: shop/item-to-product\n"
        "fields:\n  name: {text: '{{ item.name }}!'}\noverride:\n  prices.sales.when: 'price.amount > 1'\n"
    )

    lines = merged(load_mapping(file, Roots(PROJECT))).splitlines()

    base = PROJECT / "mappings/shop/item-to-product.yaml"
    origins = {line.partition("  # ")[0].strip(): line.partition("  # ")[2].strip() for line in lines}
    assert origins['name: {text: "{{ item.name }}!"}'] == f"{file}:5"
    assert origins['when: "price.amount > 1"'] == f"{file}:7"
    assert Path(origins["sku: item.sku"].rpartition(":")[0]).resolve() == base
    assert origins["sku: item.sku"].endswith(":21")


@pytest.mark.parametrize("text", ["a", 'a "b"', "line\nline", "\\", "tab\t", "ø", "{{ x }}", "'", "NO", "1", ""])
def test_a_quoted_text_reads_as_itself(text: str) -> None:
    node, _ = compose(f"a: {quoted(text)}", "m.yaml")

    assert node is not None
    assert plain(node) == {"a": text}
