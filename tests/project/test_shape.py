"""YAML nodes against a schema: each mistake is named at its own place, with the nearest right name."""

from __future__ import annotations

import pytest

from kontering.diagnostics import Diagnostic
from kontering.project.shape import problems
from kontering.yaml.load import compose

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "description": "What it is called."},
        "layout": {"type": "integer", "minimum": 1, "maximum": 99},
        "share": {"type": "number"},
        "state": {"enum": ["draft", "book", "hold"]},
        "format": {"const": 1},
        "key": {"x-secret": True, "type": "string"},
        "until": {"type": ["string", "null"], "format": "date"},
        "currency": {"type": "string", "format": "currency"},
        "code": {"type": "string", "pattern": "^[a-z]+$", "x-says": "small letters only"},
        "days": {"type": "array", "items": {"type": "integer"}},
        "inner": {"$ref": "#/$defs/inner"},
        "parts": {"type": "object", "minProperties": 1, "propertyNames": {"pattern": "^[a-z]+$"}},
    },
    "$defs": {"inner": {"type": "object", "additionalProperties": False, "properties": {"group": {"type": "string"}}}},
}


def found(text: str) -> list[Diagnostic]:
    node, broken = compose(text, "x.yaml")
    assert node is not None
    assert broken == ()
    return list(problems(node, SCHEMA))


def test_a_right_file_has_no_problems() -> None:
    assert (
        found("name: a\nlayout: 19\nshare: 0.5\nstate: book\nkey: {secret: KEY}\nuntil: null\ninner: {group: x}") == []
    )


@pytest.mark.parametrize(
    ("text", "line", "column", "code", "message", "hint"),
    [
        ("name: a\nlayuot: 1", 2, 1, "K150", "there is no setting 'layuot'", "did you mean 'layout'?"),
        ("name: a\ninner: {zone: x}", 2, 9, "K150", "'inner' has no setting 'zone'", "it can be group"),
        ("layout: 1", 1, 1, "K151", "the file lacks the setting 'name'", "What it is called."),
        ("name: a\nparts: {}", 2, 1, "K151", "'parts' is empty", "it needs at least one entry"),
        ("name: [a]", 1, 7, "K152", "'name' takes a text, and this is a list", None),
        (
            "name: a\nlayout: '19'",
            2,
            9,
            "K152",
            "'layout' takes a whole number, and this is a text",
            "write 19 without quotes",
        ),
        ("name: a\nlayout: true", 2, 9, "K152", "'layout' takes a whole number, and this is true or false", None),
        ("name: a\ndays: [1, two]", 2, 11, "K152", "'days' takes a whole number, and this is a text", None),
        ("name: a\nuntil: 20260331", 2, 8, "K152", "'until' takes a text or nothing, and this is a whole number", None),
        ("name: a\nstate: boook", 2, 8, "K153", "'state' can't be 'boook'", "did you mean 'book'?"),
        ("name: a\nstate: 7", 2, 8, "K153", "'state' can't be '7'", "it can be draft, book or hold"),
        ("name: a\nformat: 2", 2, 9, "K153", "'format' can't be '2'", "it can be 1"),
        ("name: a\nformat: true", 2, 9, "K153", "'format' can't be 'true'", "it can be 1"),
        ("name: a\nlayout: 0", 2, 9, "K154", "'layout' can't be 0", "it is at least 1 and at most 99"),
        ("name: a\ncode: ABC", 2, 7, "K154", "'code' can't be 'ABC'", "small letters only"),
        ("name: a\nuntil: 2026-02-30", 2, 8, "K154", "'until' can't be '2026-02-30'", "a day is written 2026-03-31"),
        ("name: a\ncurrency: DKR", 2, 11, "K154", "'currency' can't be 'DKR'", "did you mean 'DKK'?"),
        ("name: a\nparts: {A: 1}", 2, 9, "K154", "'A' is no name", "a name has small letters, digits, '-' and '_'"),
    ],
)
def test_each_mistake_is_named_at_its_place(
    text: str, line: int, column: int, code: str, message: str, hint: str | None
) -> None:
    (problem,) = found(text)

    assert problem.span is not None
    assert (problem.span.line, problem.span.column, problem.code) == (line, column, code)
    assert (problem.message, problem.hint) == (message, hint)


def test_a_secret_is_named_and_never_written() -> None:
    (problem,) = found("name: a\nkey: ck_1234567890")

    assert problem.code == "K155"
    assert "ck_1234567890" not in f"{problem.message} {problem.hint}"


def test_a_setting_that_is_no_secret_says_so() -> None:
    (problem,) = found("name: {secret: NAME}")

    assert problem.hint == "this setting is no secret: write its value"


def test_all_mistakes_are_found_at_once() -> None:
    assert [p.code for p in found("layout: x\nstate: y\nzzz: 1")] == ["K152", "K153", "K150", "K151"]
