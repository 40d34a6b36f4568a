"""How an extending file is laid over the one it extends."""

from __future__ import annotations

from typing import Any

import pytest

from kontering.diagnostics import Diagnostic
from kontering.mapping.extend import extended
from kontering.yaml.load import compose
from kontering.yaml.nodes import Map, plain

BASE = """\
kontering: 1
mapping: base
from: shop/item
to: product
params: {currency: {type: text, default: DKK, doc: Currency}}
let: {a: item.a, b: item.b}
tables: {groups: {keys: [k], rows: [[x, 1]], on_miss: error}}
stop: [{id: one, when: "item.a", skip: one}, {id: two, when: "item.b", hold: two}]
fields:
  plain: item.plain
  form: {path: item.form, missing: skip}
  object: {inner: item.inner, other: item.other}
  maybe: {when: "item.x", fields: {street: item.street}}
  lines:
    - {id: items, each: item.lines, as: line, let: {t: line.t}, when: "line.ok", fields: {id: line.id, n: line.n}}
    - {id: rest, fields: {id: item.id}}
"""


def node(text: str) -> Map:
    found, problems = compose(text, "m.yaml")
    assert problems == ()
    assert isinstance(found, Map)
    return found


def merged(child: str) -> tuple[dict[str, Any], list[str]]:
    out: list[Diagnostic] = []
    whole = plain(extended(node(f"kontering: 1\nmapping: child\n{child}"), node(BASE), out))
    return whole, [problem.code for problem in out]


def fields(child: str) -> Any:
    whole, problems = merged(child)
    assert problems == []
    return whole["fields"]


def test_a_file_that_changes_nothing_is_the_extended_one() -> None:
    whole, _ = merged("extends: base\n")

    assert whole == plain(node(BASE)) | {"mapping": "child"}


@pytest.mark.parametrize(
    ("child", "name", "value"),
    [
        ("{plain: item.other}", "plain", "item.other"),
        ("{plain: {text: x}}", "plain", {"text": "x"}),
        ("{plain: {missing: skip}}", "plain", {"path": "item.plain", "missing": "skip"}),
        ("{form: {path: item.new}}", "form", {"path": "item.new", "missing": "skip"}),
        ("{form: {missing: hold}}", "form", {"path": "item.form", "missing": "hold"}),
        ("{form: {calc: '1'}}", "form", {"calc": "1"}),
        ("{form: item.bare}", "form", "item.bare"),
        ("{object: {inner: item.new}}", "object", {"inner": "item.new", "other": "item.other"}),
        ("{object: {new: item.new}}", "object", {"inner": "item.inner", "other": "item.other", "new": "item.new"}),
        ("{object: {other: {remove: true}}}", "object", {"inner": "item.inner"}),
        ("{object: {path: item.whole}}", "object", {"path": "item.whole"}),
        (
            "{maybe: {city: item.city}}",
            "maybe",
            {"when": "item.x", "fields": {"street": "item.street", "city": "item.city"}},
        ),
        (
            "{maybe: {fields: {city: item.city}}}",
            "maybe",
            {"when": "item.x", "fields": {"street": "item.street", "city": "item.city"}},
        ),
        ("{maybe: {when: 'item.y'}}", "maybe", {"when": "item.y", "fields": {"street": "item.street"}}),
        ("{new: item.new}", "new", "item.new"),
    ],
)
def test_values_merge_by_their_form(child: str, name: str, value: Any) -> None:
    assert fields(f"fields: {child}\n")[name] == value


def test_a_removed_field_is_gone() -> None:
    assert "form" not in fields("fields: {form: {remove: true}}\n")


def test_blocks_merge_by_id_and_new_ones_come_last() -> None:
    lines = fields(
        "fields: {lines: [{id: new, fields: {id: item.new}}, {id: rest, fields: {n: item.n}}, {id: items, when: 'line.no'}]}\n"
    )["lines"]

    assert [line["id"] for line in lines] == ["items", "rest", "new"]
    assert lines[0]["when"] == "line.no"
    assert lines[0]["each"] == "item.lines"
    assert lines[1]["fields"] == {"id": "item.id", "n": "item.n"}


def test_a_block_may_be_removed() -> None:
    assert [line["id"] for line in fields("fields: {lines: [{id: items, remove: true}]}\n")["lines"]] == ["rest"]


def test_stops_merge_by_id() -> None:
    whole, problems = merged(
        "stop: [{id: two, remove: true}, {id: one, when: 'item.c'}, {id: three, when: 'item.d', error: no}]\n"
    )

    assert problems == []
    assert whole["stop"] == [
        {"id": "one", "when": "item.c", "skip": "one"},
        {"id": "three", "when": "item.d", "error": "no"},
    ]


def test_params_keep_what_is_not_changed() -> None:
    whole, _ = merged("params: {currency: {default: EUR}, new: {type: text}}\n")

    assert whole["params"] == {
        "currency": {"type": "text", "default": "EUR", "doc": "Currency"},
        "new": {"type": "text"},
    }


def test_lets_keep_their_order() -> None:
    whole, _ = merged("let: {c: item.c, a: item.z}\n")

    assert list(whole["let"].items()) == [("a", "item.z"), ("b", "item.b"), ("c", "item.c")]


def test_rows_are_put_in_front_over_several_files() -> None:
    out: list[Diagnostic] = []
    middle = extended(node("kontering: 1\nmapping: m\ntables: {groups: {rows+: [[y, 2]]}}\n"), node(BASE), out)
    whole = plain(extended(node("kontering: 1\nmapping: c\ntables: {groups: {rows+: [[z, 3]]}}\n"), middle, out))

    assert out == []
    assert whole["tables"]["groups"] == {
        "keys": ["k"],
        "rows": [["x", 1]],
        "on_miss": "error",
        "rows+": [["z", 3], ["y", 2]],
    }


def test_new_rows_take_the_place_of_all_rows() -> None:
    out: list[Diagnostic] = []
    middle = extended(node("kontering: 1\nmapping: m\ntables: {groups: {rows+: [[y, 2]]}}\n"), node(BASE), out)
    whole = plain(extended(node("kontering: 1\nmapping: c\ntables: {groups: {rows: [[z, 3]]}}\n"), middle, out))

    assert whole["tables"]["groups"] == {"keys": ["k"], "rows": [["z", 3]], "on_miss": "error"}


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("plain", "item.new", "item.new"),
        ("plain.missing", "skip", {"path": "item.plain", "missing": "skip"}),
        ("form.missing", "hold", {"path": "item.form", "missing": "hold"}),
        ("form.when", "item.a", {"path": "item.form", "missing": "skip", "when": "item.a"}),
        ("object.inner", "{const: 1}", {"inner": {"const": 1}, "other": "item.other"}),
        ("object.inner", "{remove: true}", {"other": "item.other"}),
        ("maybe.fields.street", "item.way", {"when": "item.x", "fields": {"street": "item.way"}}),
    ],
)
def test_an_override_changes_one_path(path: str, value: str, found: Any) -> None:
    assert fields(f"override: {{{path}: {value}}}\n")[path.split(".")[0]] == found


def test_an_override_finds_blocks_by_id() -> None:
    lines = fields(
        "override: {lines.items.fields.n: {const: 1}, lines.rest.when: item.b, lines.items.let.t: line.u}\n"
    )["lines"]

    assert lines[0]["fields"]["n"] == {"const": 1}
    assert lines[0]["let"] == {"t": "line.u"}
    assert lines[1]["when"] == "item.b"


def test_an_override_may_remove_a_block() -> None:
    assert [line["id"] for line in fields("override: {lines.rest: {remove: true}}\n")["lines"]] == ["items"]


@pytest.mark.parametrize(
    "path",
    [
        "plan",
        "plain.more",
        "object.iner",
        "lines.item.when",
        "lines.items.fields.x",
        "lines.items.n",
        "maybe.street",
        "form.pth",
        "lines.0.when",
    ],
)
def test_an_override_that_hits_nothing_is_an_error(path: str) -> None:
    assert merged(f"override: {{{path}: item.a}}\n")[1] == ["K132"]


@pytest.mark.parametrize(
    "child",
    [
        "fields: {nothing: {remove: true}}",
        "fields: {object: {nothing: {remove: true}}}",
        "fields: {new: {inner: {remove: true}}}",
        "fields: {lines: [{id: nothing, remove: true}]}",
        "stop: [{id: nothing, remove: true}]",
        "let: {nothing: {remove: true}}",
        "params: {nothing: {remove: true}}",
        "tables: {nothing: {remove: true}}",
    ],
)
def test_a_removal_that_hits_nothing_is_an_error(child: str) -> None:
    assert merged(f"{child}\n")[1] == ["K133"]
