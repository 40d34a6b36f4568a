"""Nodes keep what was written, and where."""

from decimal import Decimal

import pytest

from kontering.yaml.load import compose
from kontering.yaml.nodes import Map, Node, Scalar, at, nearest, plain


def node(text: str) -> Node:
    found, problems = compose(text, "m.yaml")
    assert not problems
    assert found is not None
    return found


def value(text: str) -> Scalar:
    scalar = at(node(text), ("a",))
    assert isinstance(scalar, Scalar)
    return scalar


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("True", "True"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("", None),
        ("0100", "0100"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("+45", "+45"),
        (".5", ".5"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("12:30:45", "12:30:45"),
        ("2026-03-01", "2026-03-01"),
        ("0", 0),
        ("-7", -7),
        ("0.10", Decimal("0.10")),
        ("-12.50", Decimal("-12.50")),
        ("'12'", "12"),
        ('"true"', "true"),
    ],
)
def test_nothing_is_guessed(written: str, meant: object) -> None:
    scalar = value(f"a: {written}")

    assert (type(scalar.value), str(scalar.value)) == (type(meant), str(meant))


def test_a_decimal_keeps_its_digits() -> None:
    assert str(value("a: 0.10").value) == "0.10"


def test_a_key_is_the_text_that_was_written() -> None:
    assert plain(node("NO: 1\n5: 2\ntrue: 3\n0.10: 4")) == {"NO": 1, "5": 2, "true": 3, "0.10": 4}


def test_aliases_are_written_out() -> None:
    assert plain(node("a: &x {b: [1]}\nc: *x")) == {"a": {"b": [1]}, "c": {"b": [1]}}


def test_a_path_leads_to_a_node() -> None:
    tree = node("lines:\n  - {sku: A}\n  - {sku: B}\n")

    assert plain(at(tree, ("lines", 1, "sku")) or tree) == "B"
    assert at(tree, ("lines", 2, "sku")) is None
    assert at(tree, ("lines", "sku")) is None


def test_a_missing_key_points_at_its_parents_key() -> None:
    tree = node("fields:\n  lines:\n    - {sku: A}\n")

    assert str(nearest(tree, ("fields", "lines", 0, "sku"))) == "m.yaml:3:8"
    assert str(nearest(tree, ("fields", "lines", 0, "name"))) == "m.yaml:3:7"
    assert str(nearest(tree, ("fields", "totals"))) == "m.yaml:1:1"


def test_of_a_doubled_key_the_first_is_kept() -> None:
    found, problems = compose("a: 1\na: 2", "m.yaml")

    assert isinstance(found, Map)
    assert plain(found) == {"a": 1}
    assert [problem.code for problem in problems] == ["K102"]


def placed(text: str, part: str) -> str:
    scalar = value(text)
    start = scalar.text.index(part)
    span = scalar.place(start, start + len(part))
    return f"{span.line}:{span.column}-{span.end_line}:{span.end_column}"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a: order.total", "1:10-1:15"),
        ("a: 'order.total'", "1:11-1:16"),
        ("a: '''x'' + order.total'", "1:19-1:24"),
        ('a: "order.total"', "1:11-1:16"),
        ('a: "\\"x\\" + \\u00e6 + total"', "1:22-1:27"),
        ("a: |\n  first\n\n    second total\n", "4:12-4:17"),
        ("a: |-\n\n  x total", "3:5-3:10"),
        ("a: >\n  folded\n  text total\n", "3:8-3:13"),
        ("a: order\n  + total", "2:5-2:10"),
        ('a: "order \\\n   + total"', "2:6-2:11"),
    ],
)
def test_a_part_of_a_scalar_has_its_place(text: str, where: str) -> None:
    assert placed(text, "total") == where


def test_the_end_of_a_scalar_has_a_place_too() -> None:
    assert str(value('a: "order."').place(6, 6)) == "m.yaml:1:11"
    assert str(value('a: ""').place(0, 0)) == "m.yaml:1:5"
