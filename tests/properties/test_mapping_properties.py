"""Laws of mappings: the check is never weaker than the run, damaged records end in words, tables find what a scan finds."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.diagnostic_cases import PROJECT

from kontering.diagnostics import Diagnostic, errors, render
from kontering.mapping.check import check_mapping
from kontering.mapping.compile import compile_file
from kontering.mapping.file import read_file
from kontering.mapping.fit import Fitting, document_problems, fitted, shortened
from kontering.mapping.load import Roots, load_mapping
from kontering.mapping.mapping import Failed, Held, Mapped, Mapping, Skipped
from kontering.mapping.notations import Mistyped, decimal
from kontering.mapping.reading import Out
from kontering.mapping.records import document_schema, reader
from kontering.mapping.specs import read_json
from kontering.mapping.tables import ANY, canonical, find_row, rows_of
from kontering.yaml.load import compose
from kontering.yaml.nodes import Map

RECORDS = Path(__file__).parents[1] / "cases" / "systems" / "records"
SHIPPED = ["woocommerce/order-to-invoice", "woocommerce/order-customer"]

# What a run may refuse a checked mapping for: all of it is the record's.
THE_RECORDS = {
    "K203": "missing",
    "K213": "a number that is too large",
    "K214": "division by zero",
    "K501": "not of its type",
    "K502": "no number",
    "K503": "no currency",
    "K504": "no country",
    "K505": "too large",
    "K506": "an unknown word",
    "K512": "meta data that can't be read as its type",
    "K516": "a word that the field doesn't know",
    "K520": "no row",
    "K521": "stopped",
}

keys = st.sampled_from(["a", "b", "25", "025", 25, Decimal("25.0"), True, None, "", "*"])


@given(rows=st.lists(st.tuples(keys, keys), max_size=8), values=st.tuples(keys, keys))
def test_a_table_finds_what_a_scan_finds(rows: list[tuple[Any, Any]], values: tuple[Any, Any]) -> None:
    def fits(cell: Any, value: Any) -> bool:
        kind = "boolean" if isinstance(value, bool) else "number" if isinstance(value, int | Decimal) else "text"
        wanted = canonical(value, kind)
        return cell == ANY or (wanted is not None and canonical(cell, kind) == wanted)

    scanned = next((at for at, row in enumerate(rows) if all(map(fits, row, values))), None)

    assert find_row(rows_of(["x", "y", "z"], [(*row, 1) for row in rows]), ("x", "y"), values) == scanned


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12))
def test_a_decimal_is_read_as_it_is_written(value: Decimal) -> None:
    assert decimal(str(value)) == value
    assert decimal(value) == value


@given(st.text(max_size=12))
def test_what_is_read_as_a_decimal_is_one(text: str) -> None:
    try:
        value = decimal(text)
    except Mistyped:
        return
    assert value == Decimal(text)
    assert value.is_finite()


@given(text=st.text(max_size=40), most=st.integers(1, 30))
def test_a_shortened_text_is_the_start_of_the_whole(text: str, most: int) -> None:
    short = shortened(text, most)

    assert len(short) <= most
    assert text.startswith(short)
    assert short == short.rstrip() or len(text) <= most


def mutated(value: Any, draw: Callable[..., Any]) -> Any:
    """The value with something in it changed, dropped, doubled or emptied."""
    if isinstance(value, dict) and value and draw(st.booleans()):
        name = draw(st.sampled_from(sorted(value)))
        return {**value, name: mutated(value[name], draw)}
    if isinstance(value, list) and value and draw(st.booleans()):
        at = draw(st.integers(0, len(value) - 1))
        return [mutated(item, draw) if number == at else item for number, item in enumerate(value)]
    return draw(damage)


damage = st.one_of(
    st.none(),
    st.sampled_from(
        ["", "x", "0", "-1", "12.50", "NaN", "2026-02-30", "\u202e", "😀", [], {}, [None], {"a": 1}, True, False]
    ),
    st.integers(-(10**18), 10**18),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.floats(),
    st.text(max_size=6),
)


@cache
def shipped(name: str) -> Mapping:
    return load_mapping(name, Roots())


@cache
def record_of(name: str) -> Any:
    return read_json(RECORDS / f"{name}.json")


@pytest.mark.parametrize("name", SHIPPED)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_damaged_record_ends_in_words(name: str, data: st.DataObject) -> None:
    record = copy.deepcopy(record_of(name))
    for _ in range(data.draw(st.integers(1, 3))):
        record = mutated(record, data.draw)
    before = copy.deepcopy(record)

    outcome = shipped(name).run(record, record_key="shop/order/1")

    assert isinstance(outcome, Mapped | Held | Skipped | Failed)
    assert repr(record) == repr(before)
    if isinstance(outcome, Failed):
        assert {problem.code for problem in outcome.diagnostics} <= THE_RECORDS.keys()
        assert all(render(problem) for problem in outcome.diagnostics)
    if isinstance(outcome, Mapped) and "to-invoice" in name:
        assert document_problems("invoice", outcome.data) == ()


@pytest.mark.parametrize("name", SHIPPED)
def test_the_same_record_gives_the_same_document(name: str) -> None:
    assert shipped(name).run(record_of(name)) == shipped(name).run(record_of(name))


def plain_json(value: Any) -> Any:
    """A document as JSON has it, for a validator that knows no dates and decimals."""
    if isinstance(value, dict):
        return {name: plain_json(part) for name, part in value.items()}
    if isinstance(value, list):
        return [plain_json(part) for part in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


@cache
def validator() -> jsonschema.Draft202012Validator:
    schema = document_schema("invoice")
    assert schema is not None
    return jsonschema.Draft202012Validator(dict(schema))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_documents_are_judged_as_json_schema_judges_them(data: st.DataObject) -> None:
    outcome = shipped(SHIPPED[0]).run(record_of(SHIPPED[0]))
    assert isinstance(outcome, Mapped)
    strange: st.SearchStrategy[Any] = st.sampled_from(
        [None, "", "x", 0, 5, Decimal("1.5"), True, [], {}, [{}], {"gross": 1}, "gross", "DKK", "DK"]
    )
    document = mutated_by(outcome.data, data.draw, strange)

    ours = not document_problems("invoice", document)

    theirs = validator().is_valid(plain_json(document))
    assert ours == theirs or (theirs and stricter(document))


def mutated_by(value: Any, draw: Callable[..., Any], by: st.SearchStrategy[Any]) -> Any:
    if isinstance(value, dict) and value and draw(st.integers(0, 3)):
        name = draw(st.sampled_from([*sorted(value), "strange"]))
        return {**value, name: mutated_by(value.get(name), draw, by)}
    if isinstance(value, list) and value and draw(st.integers(0, 3)):
        return [mutated_by(value[0], draw, by), *value[1:]]
    return draw(by)


def stricter(document: Any) -> bool:
    """Whether it is a currency, a country or a date that JSON Schema takes for any text."""
    into = Fitting()
    fitted(document, dict(document_schema("invoice") or {}), (), into)
    words = ("currency", "country", "date")
    return all(
        any(word in misfit.message for word in words) or misfit.path[-1:] == ("date",) for misfit in into.misfits
    )


paths = st.sampled_from(
    [
        "item.id", "item.sku", "item.name", "item.group", "item.unit", "item.price", "item.cost", "item.weight", "item.barred",
        "item.made_at", "item.day", "item.local_time", "item.currency", "item.tags", "item.tags[0]", "item.prices[].amount",
        "item.prices[0].amount", "item.prices[?amount > `5`].currency | [0]", "item.meta[?key == 'a'].value | [0]", "item.maker",
        "item.maker.name", "item.maker.country", "sum(item.prices[].amount)", "length(item.tags)", "item.unit || item.name",
        "max(item.prices[].amount)", "param.flag", "param.word", "let.one", "let.two", "item.nothing", "join(', ', item.tags)",
        "item.prices[0]", "item.rates[?id == $item.id].percent | [0]", "item.prices[-1].currency", "not_null(item.unit, item.sku)",
        "item.meta[0].value", "sort(item.tags)[0]", "item.weight || item.name", "to_string(item.weight)", "item.prices",
    ]
)  # fmt: skip
calcs = st.sampled_from(
    [
        "item.price - item.cost", "item.price * 2", "item.name + item.sku", "item.weight / 7", "item.price / item.weight", "-item.cost",
        "item.unit or 'none'", "'goods' if item.barred else 'service'", "item.price > item.cost", "item.unit is none", "item.price | round(2)",
        "item.weight | string", "item.price | int", "item.name | upper", "item.day", "item.group == 'tea'", "item.weight == item.name",
        "not item.barred", "item.barred and item.weight > 3", "item.price if item.weight else 0", "loop.index", "item.tags", "item.cost | abs",
        "item.price | round(item.currency)", "item.unit", "item.weight // 2", "item.weight % 0", "2 ** item.weight", "item.sku in item.tags",
        "item.maker.name | lower", "let.one", "let.two | string", "param.word", "1 / 3", "item.day > item.made_at", "item.meta[0].value",
    ]
)  # fmt: skip
texts = st.sampled_from(
    [
        "{{ item.name }}",
        "{{ item.weight }} g",
        "{{ item.unit or '' }}",
        "{% if item.barred %}x{% endif %}",
        "{{ item.day }}",
        "{% for t in item.tags %}{{ t }} {% endfor %}",
        "{{ item.tags }}",
        "{{ item.price }}",
    ]
)
consts: st.SearchStrategy[Any] = st.sampled_from(
    ["goods", "x", 12, Decimal("1.5"), True, None, "DKK", "2026-01-01", [], {}]
)


def yaml_of(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else f'"{value}"' if isinstance(value, str) else str(value)


@st.composite
def parts(draw: st.DrawFn) -> str:
    form = draw(st.sampled_from(["path", "path", "calc", "text", "const", "lookup"]))
    if form == "const":
        return f"{{const: {yaml_of(draw(consts))}}}"
    if form == "lookup":
        value = f"lookup: groups, with: [{yaml_of(draw(paths))}]"
    else:
        value = f"{form}: {yaml_of(draw({'path': paths, 'calc': calcs, 'text': texts}[form]))}"
    options = draw(
        st.lists(
            st.sampled_from(
                [
                    "missing: skip",
                    "missing: null",
                    "missing: hold",
                    "missing: {const: x}",
                    "missing: {path: item.name}",
                    "type: text",
                    "type: decimal",
                    "zone: {const: Europe/Copenhagen}",
                    "when: 'item.weight > 3'",
                    "when: 'item.barred'",
                ]
            ),
            max_size=2,
            unique_by=lambda text: text[:4],
        )
    )
    return f"{{{', '.join([value, *options])}}}"


FIELDS = ["external_id", "description", "unit", "barcode", "group", "supply", "cost", "stocked", "barred", "prices"]


@st.composite
def mappings(draw: st.DrawFn) -> str:
    lines = [
        "kontering: 1", "mapping: test/random", "from: shop/item", "to: product",
        "params: {flag: {type: boolean, default: true}, word: {type: text, one_of: [goods, digital], default: goods}}",
        "tables: {groups: {keys: [k], rows: [[tea, a], [coffee, b], ['25', c], ['*', d]], on_miss: hold}}",
        f"let: {{one: {draw(parts())}, two: {draw(parts())}}}",
        "fields:",
    ]  # fmt: skip
    for name, fallback in (("sku", "item.sku"), ("name", "item.name")):
        lines.append(f"  {name}: {draw(parts()) if draw(st.booleans()) else fallback}")
    lines += [f"  {name}: {draw(parts())}" for name in draw(st.lists(st.sampled_from(FIELDS), max_size=3, unique=True))]
    return "\n".join(lines) + "\n"


amounts = st.decimals(min_value=-100, max_value=1000, places=2, allow_nan=False).map(str)
words = st.sampled_from(["", "A", "tea", "25", "2.5", "Kaffe", "😀"])
whole = {
    "id": st.integers(0, 5),
    "sku": words,
    "name": words,
    "group": st.sampled_from(["coffee", "tea", "cups"]),
    "unit": words,
    "price": amounts,
    "cost": amounts,
    "weight": st.integers(-2, 9),
    "barred": st.booleans(),
    "made_at": st.just("2026-03-31T22:30:00Z"),
    "day": st.just("2026-03-31"),
    "local_time": st.just("2026-03-31 01:00:00"),
    "currency": st.sampled_from(["DKK", "JPY"]),
    "tags": st.lists(words, max_size=2),
    "prices": st.lists(st.fixed_dictionaries({"currency": st.just("EUR"), "amount": amounts}), max_size=2),
    "rates": st.lists(st.fixed_dictionaries({"id": st.integers(0, 5), "percent": amounts}), max_size=2),
    "meta": st.lists(
        st.fixed_dictionaries({"key": st.just("a"), "value": st.one_of(words, st.integers(0, 30), st.booleans())}),
        max_size=2,
    ),
    "maker": st.fixed_dictionaries({"name": words, "country": st.sampled_from(["DK", ""])}),
}
record = st.one_of(st.fixed_dictionaries(whole), st.fixed_dictionaries({}, optional=whole))


def compiled(text: str) -> Mapping | None:
    """The mapping of a text, if the check has no error to tell."""
    node, wrong = compose(text, "random.yaml")
    assert isinstance(node, Map), wrong
    out: Out = []
    file = read_file(node, node, Path("random.yaml"), {"random.yaml": Path("random.yaml")}, (node,), out)
    if file is None or errors(out):
        return None
    mapping = compile_file(replaced(file), Roots(PROJECT), out)
    return mapping if mapping is not None and not errors([*out, *check_mapping(mapping)]) else None


def is_the_records(problem: Diagnostic) -> bool:
    """K209 is the record's where a number has decimals, or an element of a list is missing."""
    ours = "no whole number" not in problem.message and "null" not in problem.message.split(", not ")[-1]
    return problem.code in THE_RECORDS or (problem.code == "K209" and not ours)


def replaced(file: Any) -> Any:
    """Without a file on disk there is nothing to digest."""
    return type(file)(**{name: getattr(file, name) for name in file.__slots__} | {"files": {}})


@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(text=mappings(), given_record=record)
def test_what_a_mapping_does_not_read_makes_no_difference(text: str, given_record: Any) -> None:
    mapping = compiled(text)
    if mapping is None:
        return

    assert mapping.run(given_record) == replace(mapping, read=reader(mapping.schema)).run(given_record)


@pytest.mark.parametrize(
    "name", sorted(path.relative_to(RECORDS).as_posix()[:-5] for path in RECORDS.glob("woocommerce/*.json"))
)
def test_the_same_is_true_of_shipped_mappings(name: str) -> None:
    mapping = shipped(name)

    assert mapping.run(record_of(name)) == replace(mapping, read=reader(mapping.schema)).run(record_of(name))


@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(text=mappings(), given_record=record)
def test_what_the_check_passes_the_run_refuses_only_for_the_records_sake(text: str, given_record: Any) -> None:
    mapping = compiled(text)
    if mapping is None:
        return

    outcome = mapping.run(given_record)

    if isinstance(outcome, Failed):
        strange = [problem for problem in outcome.diagnostics if not is_the_records(problem)]
        assert [render(problem) for problem in strange] == [], text
