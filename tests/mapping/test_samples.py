"""A draft of a record schema from samples: what is guessed, what isn't, and that the samples fit it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kontering.mapping.records import decode
from kontering.mapping.recordschemas import check_schema
from kontering.mapping.roots import Roots
from kontering.mapping.samples import schema_of
from kontering.mapping.specs import read_json
from kontering.sdk.wire import write_json

RECORDS = sorted((Path(__file__).parents[1] / "cases" / "systems" / "records").rglob("*.json"))


def guessed(name: str, *values: Any) -> Any:
    return schema_of([{name: value} for value in values], accept=True)["properties"][name]


@pytest.mark.parametrize(
    ("name", "values", "schema"),
    [
        ("total", ["39.20", "5"], {"type": "string", "format": "decimal"}),
        ("number", ["1042", "1043"], {"type": "string"}),
        ("sku", ["007"], {"type": "string"}),
        ("rate", [Decimal("25.0"), 0], {"type": "number", "format": "decimal"}),
        ("id", [7], {"type": "integer"}),
        ("created", [1772323200], {"type": "integer", "format": "unix"}),
        ("quantity", [1772323200], {"type": "integer"}),
        ("date_paid_gmt", ["2026-03-01T07:12:51"], {"type": "string", "format": "utc"}),
        ("date_paid", ["2026-03-01T07:12:51"], {"type": "string", "format": "local"}),
        ("created", ["2026-03-01T07:12:51+01:00"], {"type": "string", "format": "iso"}),
        ("day", ["2026-03-01"], {"type": "string", "format": "date"}),
        ("currency", ["dkk"], {"type": "string", "format": "currency"}),
        ("word", ["dkk"], {"type": "string"}),
        ("country", ["DK", ""], {"type": "string", "format": "country"}),
        ("paid", [True, None], {"type": ["boolean", "null"]}),
        ("value", ["x", 1], {}),
        ("value", ["x", {}], {}),
        ("tags", [["a"], []], {"type": "array", "items": {"type": "string"}}),
        ("meta", [{"a": 1}, []], {"type": "object", "properties": {"a": {"type": "integer"}}}),
        ("nothing", [None, ""], {"$comment": "always empty in the samples"}),
    ],
)
def test_a_format_is_guessed_where_every_sample_agrees(name: str, values: list[Any], schema: Any) -> None:
    assert guessed(name, *values) == schema


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_samples_fit_their_schema(path: Path, tmp_path: Path) -> None:
    record = read_json(path)
    file = tmp_path / "draft.schema.json"
    file.write_bytes(write_json(schema_of([record], "draft")))

    assert check_schema(file, Roots()) == ()
    assert decode(record, schema_of([record])).keys() == record.keys()


def test_a_guess_is_only_said_until_it_is_accepted() -> None:
    samples = [{"total": "39.20", "note": None}, {"total": "5.00", "note": "x"}]

    field = schema_of(samples)["properties"]["total"]

    assert field == {"type": "string", "$comment": "format decimal? all 2 samples fit, such as '39.20'"}


def test_what_is_always_there_is_required_once_there_is_more_than_one_sample() -> None:
    samples = [{"id": 1, "note": ""}, {"id": 2, "note": "x"}, {"id": 3}]

    assert schema_of(samples)["required"] == ["id"]
    assert "required" not in schema_of(samples[:1])


def test_words_that_come_again_are_a_choice() -> None:
    samples = [{"status": word} for word in ["paid"] * 7 + ["open"] * 4]

    field = schema_of(samples)["properties"]["status"]

    assert field == {
        "type": "string",
        "enum": ["open", "paid"],
        "$comment": "in 11 samples: paid 7 times, open 4 times",
    }
    assert "enum" not in schema_of(samples[:5])["properties"]["status"]
