"""The schema that editors use says the same as the reader: what the one refuses for its shape, the other does too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource
from tests.diagnostic_cases import CASES, PROJECT

from kontering import resources
from kontering.mapping.file import KEYS
from kontering.mapping.forms import BLOCK, FORMS, OPTIONS
from kontering.mapping.specs import KEYS as TEST_KEYS
from kontering.yaml.load import read
from kontering.yaml.nodes import plain

SCHEMAS = resources.shipped("schemas")
GOOD = [
    *sorted(resources.shipped("mappings").rglob("*.yaml")),
    *sorted(PROJECT.rglob("*.yaml")),
    *sorted((CASES.parent / "mapping").rglob("*.yaml")),
]
SHAPE = ("shape", "forms", "blocks", "options", "params", "stops", "tables", "tests")
# What a schema can't say, or says differently: names and ids that are doubled or meant otherwise, and what expressions mean.
BEYOND = {
    "shape/misnamed", "forms/broken-calc", "forms/broken-path", "forms/broken-template", "forms/option-alone", "blocks/no-fields", "forms/literal-as-path", "options/type-not-needed",
    "options/zone-on-a-text", "options/zone-param-unknown", "options/zone-unknown", "options/zone-as-path", "options/skip-in-let", "options/missing-on-const",
    "blocks/doubled-id", "blocks/each-of-a-text", "blocks/each-unknown", "blocks/element-outside", "blocks/let-of-another-block", "blocks/loop-outside",
    "blocks/name-taken", "blocks/outer-name-in-a-filter", "blocks/reserved-name", "blocks/unknown-field-of-element", "params/default-not-among",
    "params/boolean-in-quotes", "params/default-of-other-type", "params/index-without-one-of", "params/number-in-quotes", "params/word-that-never-is",
    "params/no-type", "stops/doubled-id", "stops/no-outcome", "stops/no-when", "stops/not-boolean", "stops/same-condition", "stops/two-outcomes",
    "stops/unknown-name-in-the-reason", "tables/csv-cell", "tables/csv-column", "tables/csv-short-row", "tables/doubled-row", "tables/empty-key",
    "tables/hidden-row", "tables/no-csv", "tables/no-keys", "tables/no-on-miss", "tables/no-rows", "tables/short-row", "tables/unquoted-star", "tables/unused",
    "tables/word-of-no-field", "tests/broken-file", "tests/doubled-name", "tests/expects-an-empty-map", "tests/expects-nothing", "tests/expects-two-things",
    "tests/no-file", "tests/param-of-other-type", "options/missing-of-a-needed-literal", "tests/path-beyond-the-list", "tests/path-hits-nothing", "tests/record-misfits", "tests/unknown-base",
    "tests/unexpected-word", "tests/unknown-expected-field", "tests/unknown-param", "tests/unknown-stop", "tests/unknown-table",
}  # fmt: skip


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    registry = Registry().with_resource("case.schema.json", Resource.from_contents(schema("case")))
    return jsonschema.Draft202012Validator(schema("mapping"), registry=registry)


def bad() -> Iterator[Path]:
    for kind in SHAPE:
        for path in sorted((CASES / kind).glob("*/mapping.yaml")):
            if f"{kind}/{path.parent.name}" not in BEYOND:
                yield path


@pytest.mark.parametrize("path", GOOD, ids=lambda path: "/".join(path.parts[-3:]))
def test_a_good_file_fits_the_schema(path: Path, validator: jsonschema.Draft202012Validator) -> None:
    node, _ = read(path, path.name)
    assert node is not None

    assert [error.message for error in validator.iter_errors(plain(node))] == []


@pytest.mark.parametrize("path", list(bad()), ids=lambda path: "/".join(path.parts[-3:-1]))
def test_a_file_of_the_wrong_shape_does_not(path: Path, validator: jsonschema.Draft202012Validator) -> None:
    node, _ = read(path, path.name)
    assert node is not None

    assert not validator.is_valid(plain(node))


def test_the_schema_knows_the_keys_that_the_reader_knows() -> None:
    mapping, case = schema("mapping"), schema("case")

    assert set(mapping["properties"]) == set(KEYS)
    assert set(case["properties"]) == set(TEST_KEYS)
    assert set(mapping["$defs"]["block"]["properties"]) == {*BLOCK, "remove"}
    assert {name for name in mapping["$defs"] if name.startswith("form_")} == {f"form_{form}" for form in FORMS}
    assert set(mapping["$defs"]["form_path"]["properties"]) == {"path", *OPTIONS}


def test_every_key_has_a_title_and_a_description_for_hovering() -> None:
    mapping = schema("mapping")

    bare = [
        name
        for name, part in mapping["properties"].items()
        if "$ref" not in part and not {"title", "description"} <= part.keys()
    ]

    assert bare == []
