"""The tests in a mapping file, read and checked: a test that can't fail is no test."""

from __future__ import annotations

import json
from collections.abc import Mapping as Names
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from kontering.codes import CODES
from kontering.diagnostics import Diagnostic, Span, closest
from kontering.mapping import problems, records
from kontering.mapping.fit import Fitting, Misfit, fitted, types_of
from kontering.mapping.mapping import Mapping
from kontering.mapping.parts import TableSpec
from kontering.mapping.reading import Out, kind_of, known_keys, list_of, map_of, misspelt, text_of
from kontering.mapping.schemas import Schema
from kontering.mapping.tables import Rows, inline_rows
from kontering.yaml.nodes import Entry, Map, Node, Scalar, Sequence, nearest, plain

KEYS = (
    "name",
    "doc",
    "given",
    "param",
    "tables",
    "expect",
    "exact",
    "line_count",
    "expect_hold",
    "expect_error",
    "expect_skip",
)
REFUSALS = ("expect_hold", "expect_error", "expect_skip")
EXPECTS = ("expect", *REFUSALS)
REFUSAL = ("code", "says", "id", "field")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One test of a mapping file."""

    name: str
    given: Any
    params: Names[str, Any] = field(default_factory=dict)
    tables: Names[str, Rows] = field(default_factory=dict)
    expect: Names[str, Any] | None = None
    exact: bool = False
    line_count: int | None = None
    refusal: str | None = None
    refused: Names[str, str] = field(default_factory=dict)
    node: Map
    span: Span


def check_tests(mapping: Mapping) -> tuple[Diagnostic, ...]:
    """What is wrong with the tests of a file, before they run."""
    out: Out = []
    for test in read_tests(mapping.file.own, mapping, out):
        _check_given(test, mapping, out)
    return tuple(out)


def read_tests(own: Map, mapping: Mapping, out: Out) -> tuple[Spec, ...]:
    """The tests of one file of a mapping's chain; its fixtures lie beside it."""
    tests = list_of(own.get("tests"), "'tests'", out)
    beside = mapping.file.files.get(own.span.file, mapping.file.path)
    found: list[Spec] = []
    given: dict[str, Any] = {}
    for item in tests.items if tests else ():
        test = _test(item, mapping, beside, given, out)
        if test is None:
            continue
        first = next((each for each in found if each.name == test.name), None)
        if first is not None:
            out.append(problems.doubled_test(test.span, test.name, first.span))
        found.append(test)
        given[test.name] = test.given
    return tuple(found)


def _test(item: Node, mapping: Mapping, beside: Path, before: Names[str, Any], out: Out) -> Spec | None:
    node = map_of(item, "a test", out)
    if node is None:
        return None
    wrong = len(out)
    known_keys(node, KEYS, "a test", out)
    name = text_of(node.get("name"), "a test's name", out)
    for key, example in (
        ("name", "name: and in a sentence what should be true"),
        ("given", "given: {file: order.json}"),
    ):
        if node.get(key) is None and not misspelt(node, (key,), KEYS):
            out.append(problems.missing_key(node.span, key, "a test", example))
    if name is None:
        return None
    entry = node.entry("name")
    span = entry.value.span if entry else node.span
    _check_expectation(node, name, span, out)
    expect = map_of(node.get("expect"), "'expect'", out)
    if expect is not None:
        _check_expected(expect, mapping.wanted, "", out)
    refusal = next((key for key in REFUSALS if node.get(key) is not None), None)
    given = _given(node.get("given"), mapping, beside, before, out)
    test = Spec(
        name=name,
        given=given,
        params=_params(node, mapping, out),
        tables=_tables(node, mapping, out),
        expect={key: value for key, value in plain(expect).items() if key != "line_count"} if expect else None,
        exact=_flag(node.get("exact"), out),
        line_count=_count(node.get("line_count") or (expect.get("line_count") if expect else None), out),
        refusal=refusal,
        refused=_refused(node.get(refusal), mapping, out) if refusal else {},
        node=node,
        span=span,
    )
    return test if len(out) == wrong and given is not None else None


def _check_expectation(node: Map, name: str, span: Span, out: Out) -> None:
    """Exactly one outcome is expected, and something of it."""
    expected = [entry for entry in node.entries if entry.key.text in EXPECTS]
    if len(expected) > 1:
        out.append(problems.expects_two(expected[1].key.span, name, expected[0].key.text, expected[1].key.text))
    counts = node.get("line_count") is not None
    if not expected and not counts and not misspelt(node, EXPECTS, KEYS):
        out.append(problems.cannot_fail(span, name))
    for entry in expected:
        if isinstance(entry.value, Map | Sequence) and _says_nothing(entry.value) and not counts:
            out.append(problems.cannot_fail(entry.key.span, name))


def _says_nothing(node: Node) -> bool:
    match node:
        case Map():
            return all(_says_nothing(entry.value) for entry in node.entries)
        case Sequence():
            return not node.items
    return False


def _flag(node: Node | None, out: Out) -> bool:
    if node is None:
        return False
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        return node.value
    out.append(problems.wrong_kind(node.span, "'exact'", "true or false", kind_of(node)))
    return False


def _count(node: Node | None, out: Out) -> int | None:
    if node is None:
        return None
    if isinstance(node, Scalar) and isinstance(node.value, int) and not isinstance(node.value, bool):
        return node.value
    out.append(problems.wrong_kind(node.span, "'line_count'", "a whole number", kind_of(node)))
    return None


def _check_expected(node: Node, schema: Schema, place: str, out: Out) -> None:
    """Every expected field is one that the target has."""
    match node:
        case Map():
            for entry in node.entries:
                _check_expected_field(entry, schema, place, out)
        case Sequence() if "array" in types_of(schema):
            for item in node.items:
                _check_expected(item, schema.get("items", {}), f"{place}[]", out)
        case Scalar() if node.value is not None and place:
            _check_expected_value(node, schema, place, out)


def _check_expected_value(node: Scalar, schema: Schema, place: str, out: Out) -> None:
    """A value that the target can't take in this place can't come out."""
    choices = schema.get("enum")
    if choices and node.value not in choices:
        out.append(
            problems.unexpected_word(node.span, place, node.text, [each for each in choices if each is not None])
        )
        return
    misfits = _misfits(node.value, schema)
    number = _number(node.value)  # a test may write a number as a text, so that it keeps its zeros
    if misfits and (number is None or _misfits(number, schema)):
        out.append(problems.unexpected_value(node.span, place, misfits[0].message, misfits[0].hint))


def _misfits(value: Any, schema: Schema) -> list[Misfit]:
    into = Fitting()
    fitted(value, schema, (), into)
    return into.misfits


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None


def _check_expected_field(entry: Entry, schema: Schema, place: str, out: Out) -> None:
    name = entry.key.text
    known = schema.get("properties", {})
    path = f"{place}.{name}" if place else name
    if known and name not in known and schema.get("additionalProperties") is False:
        if not (name == "line_count" and not place):
            out.append(
                problems.unknown_expected(entry.key.span, path, name, [*known, *(() if place else ("line_count",))])
            )
        return
    _check_expected(entry.value, known.get(name, {}), path, out)


def _params(node: Map, mapping: Mapping, out: Out) -> dict[str, Any]:
    given = map_of(node.get("param"), "'param'", out)
    if given is None:
        return {}
    places = {entry.key.text: entry.key.span for entry in given.entries}
    values: dict[str, Any] = plain(given)
    unset = {param.name for param in mapping.params if not param.has_default and param.name not in values}
    out.extend(each for each in mapping.param_problems(values, places) if not (each.span is None and unset))
    return values


def _tables(node: Map, mapping: Mapping, out: Out) -> dict[str, Rows]:
    given = map_of(node.get("tables"), "'tables'", out)
    known: dict[str, TableSpec] = {table.name: table for table in mapping.tables}
    found: dict[str, Rows] = {}
    for entry in given.entries if given else ():
        name = entry.key.text
        if name not in known:
            out.append(problems.unknown_table(entry.key.span, name, known))
        elif (rows := list_of(entry.value, f"table {name!r}", out)) is not None:
            found[name] = inline_rows(known[name], rows.items, out)
    return found


def _refused(node: Node | None, mapping: Mapping, out: Out) -> dict[str, str]:
    """By what a refusal is known: its code, a part of its message, the id of the stop."""
    if isinstance(node, Scalar):
        text = text_of(node, "a refusal", out)
        return {"says": text} if text else {}
    given = map_of(node, "a refusal", out)
    if given is None:
        return {}
    known_keys(given, REFUSAL, "a refusal", out)
    texts = {entry.key.text: text_of(entry.value, f"{entry.key.text!r}", out) for entry in given.entries}
    code, stop = given.get("code"), given.get("id")
    if code is not None and (name := texts["code"]) and name not in CODES:
        out.append(problems.unknown_code(code.span, name, CODES))
    if stop is not None and (name := texts["id"]) and name not in (ids := _stop_ids(mapping)):
        out.append(problems.unknown_stop(stop.span, name, ids))
    return {name: text for name, text in texts.items() if text}


def _stop_ids(mapping: Mapping) -> list[str]:
    """As they are written: a stop with a mistake in it is there nevertheless."""
    stops = mapping.file.merged.get("stop")
    rules = [item for item in stops.items if isinstance(item, Map)] if isinstance(stops, Sequence) else []
    own = [name.text for rule in rules if isinstance(name := rule.get("id"), Scalar)]
    return own + [name for use in mapping.uses.values() for name in _stop_ids(use)]


def _given(node: Node | None, mapping: Mapping, beside: Path, before: Names[str, Any], out: Out) -> Any:
    """The record of a test: written here, in a file, or another one with changes."""
    match node:
        case None:
            return None
        case Map() if node.get("file") is not None and len(node.entries) == 1:
            return _fixture(node, mapping, beside, out)
        case Map() if node.get("base") is not None:
            return _changed(node, mapping, beside, before, out)
        case Map():
            return plain(node)
    out.append(problems.wrong_kind(node.span, "'given'", "a record, {file: …} or {base: …}", kind_of(node)))
    return None


def _fixture(node: Map, mapping: Mapping, beside: Path, out: Out) -> Any:
    name = text_of(node.get("file"), "the file's path", out)
    if name is None:
        return None
    entry = node.entry("file")
    assert entry is not None
    path = beside.parent / name
    if not mapping.roots.may_read(path, beside):
        out.append(problems.outside(entry.value.span, name))
        return None
    if not path.is_file():
        near = closest(path.name, [each.name for each in path.parent.glob("*")]) if path.parent.is_dir() else None
        out.append(problems.no_fixture(entry.value.span, name, near))
        return None
    try:
        return read_json(path)
    except (ValueError, OSError, RecursionError) as error:
        out.append(problems.bad_fixture(entry.value.span, name, str(error)))
        return None


def read_json(path: Path) -> Any:
    """A JSON file with exact numbers."""
    return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal, parse_constant=_refuse)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _changed(node: Map, mapping: Mapping, beside: Path, before: Names[str, Any], out: Out) -> Any:
    base = node.get("base")
    if isinstance(base, Scalar):
        record = before.get(base.text)
        if record is None:
            out.append(problems.unknown_base(base.span, base.text, before))
    else:
        record = _given(base, mapping, beside, before, out)
    for entry in node.entries if record is not None else ():
        if entry.key.text != "base":
            record = _put(record, entry, mapping.schema, out)
    return record


def _put(record: Any, entry: Entry, schema: Schema, out: Out) -> Any:
    path = entry.key.text
    try:
        return _at(record, path.split("."), plain(entry.value), schema)
    except _Nowhere as nowhere:
        out.append(problems.hits_nothing(entry.key.span, path, nowhere.step, nowhere.known))
        return record


class _Nowhere(Exception):
    def __init__(self, step: str, known: list[str]) -> None:
        super().__init__(step)
        self.step, self.known = step, known


def _at(value: Any, steps: list[str], new: Any, schema: Schema) -> Any:
    """The record with a new value at the end of the path; nothing of the old one is touched.

    What the record lacks may be added if its schema has it.
    """
    step, *rest = steps
    if isinstance(value, dict):
        known = schema.get("properties", {})
        if step not in value and (rest or step not in known):
            raise _Nowhere(step, [*value, *(name for name in known if name not in value)])
        return {**value, step: _at(value[step], rest, new, known.get(step, {})) if rest else new}
    if isinstance(value, list):
        number = int(step) if step.isdigit() else -1
        if not 0 <= number < len(value):
            raise _Nowhere(step, [str(each) for each in range(len(value))])
        inner = schema.get("items", {})
        return [
            (_at(item, rest, new, inner) if rest else new) if at == number else item for at, item in enumerate(value)
        ]
    raise _Nowhere(step, [])


def _check_given(test: Spec, mapping: Mapping, out: Out) -> None:
    """A given record fits its schema, unless the test is about one that doesn't."""
    if test.refusal == "expect_error":
        return
    faults: records.Faults = []
    records.read_with(mapping.read, test.given, faults)
    for fault in faults[:3]:
        where = records.dotted(mapping.file.record, fault.path)
        out.append(problems.bad_given(nearest(test.node, ("given",)), where, fault.message))
