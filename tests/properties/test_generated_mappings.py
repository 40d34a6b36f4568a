"""Generated mappings and the interpreter are one: on examples, on thousands of damaged records, from bytes and from data."""

from __future__ import annotations

import copy
import datetime as dt
import json
import random
from collections import Counter
from collections.abc import Iterator
from collections.abc import Mapping as Names
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.diagnostic_cases import PROJECT

from kontering import resources
from kontering.mapping import accept
from kontering.mapping.load import Roots, load_mapping, mapping_names
from kontering.mapping.mapping import Held, Mapped, Mapping, Outcome, Skipped
from kontering.mapping.reading import Out
from kontering.mapping.specs import read_json, read_tests
from kontering.mapping.tables import Rows
from kontering.model.plan import Link

EXAMPLES = resources.shipped("examples")
ROOTS = [Roots(EXAMPLES / "webshop"), Roots(EXAMPLES / "subscriptions")]
ORDERS = sorted((EXAMPLES / "webshop" / "orders").glob("*.json"))
REFUNDS = sorted((EXAMPLES / "webshop" / "refunds").glob("*.json"))
NAMES = sorted({(name, root) for root in ROOTS for name in mapping_names(root)}, key=str)
DAMAGED = 3600
ODD = sorted(path.parent for path in (Path(__file__).parents[1] / "cases" / "mapping").glob("*/mapping.yaml"))


Params = Names[str, Any]
Tables = Names[str, Rows]


class Case(NamedTuple):
    """A record with the params and tables that its mapping runs with."""

    record: Any
    params: Params
    tables: Tables


@cache
def mapping_of(name: str, roots: Roots) -> Mapping:
    return load_mapping(name, roots)


@cache
def cases(name: str, roots: Roots) -> tuple[Case, ...]:
    """The records of a mapping's own tests, and the example shop's."""
    mapping = mapping_of(name, roots)
    out: Out = []
    specs = [spec for own in mapping.file.chain for spec in read_tests(own, mapping, out)]
    found = [Case(spec.given, spec.params, spec.tables) for spec in specs]
    more = {"woocommerce/order": ORDERS, "woocommerce/refund": REFUNDS}.get(mapping.source, [])
    return tuple(found + [Case(read_json(path), {}, {}) for path in more])


def all_outcomes(mapping: Mapping, case: Case) -> tuple[Outcome, dict[str, Outcome | None]]:
    """What the interpreter makes of a record, and what generated code does, from data and, where it is JSON, bytes."""
    before = copy.deepcopy(case.record)
    zone = "Europe/Copenhagen"
    wanted = mapping.interpreted(case.record, params=case.params, tables=case.tables, zone=zone)
    found: dict[str, Outcome | None] = {"data": accept.accepted(mapping, case.record, case.params, case.tables, zone)}
    if (data := as_json(case.record)) is not None:
        found["bytes"] = accept.accepted(mapping, data, case.params, case.tables, zone)
    assert repr(case.record) == repr(before)
    return wanted, found


def as_json(record: Any) -> bytes | None:
    """A record as JSON with all its digits; None where it holds what JSON hasn't got, or reads as something else."""
    try:
        return written(record).encode()
    except (TypeError, ValueError):
        return None


def written(value: Any) -> str:
    match value:
        case dict():
            return "{" + ",".join(f"{json.dumps(name)}:{written(part)}" for name, part in value.items()) + "}"
        case list():
            return "[" + ",".join(map(written, value)) + "]"
        case Decimal() if value.is_finite() and set(str(value)) & set(".E"):
            return str(value)
        case None | bool() | int() | str():
            return json.dumps(value)
    raise TypeError


def agrees(wanted: Outcome, found: Outcome | None) -> bool:
    """Equal in values, types, digits, order and warnings; giving up is always right."""
    if found is None:
        return True
    return type(wanted) is type(found) and repr(wanted) == repr(found)


def damaged(record: Any, chance: random.Random) -> Any:
    """The record with one to three things wrong somewhere in it."""
    changed = copy.deepcopy(record)
    for _ in range(chance.randint(1, 3)):
        places = list(places_of(changed))
        if places:
            around, key = chance.choice(places)
            damage(around, key, chance)
    return changed


def places_of(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from places_of(value[key])


def damage(around: Any, key: Any, chance: random.Random) -> None:
    kind = chance.randrange(8)
    if kind == 0 and isinstance(around, dict):
        del around[key]
    elif kind == 1 and isinstance(around, list):
        around.append(copy.deepcopy(around[key]))
    elif kind == 2 and isinstance(around, dict):
        around[f"{key}_more"] = copy.deepcopy(around[key])
    elif kind == 3 and isinstance(around[key], int | Decimal | str) and not isinstance(around[key], bool):
        around[key] = near(around[key], chance)
    else:
        around[key] = copy.deepcopy(chance.choice(WRONG))


def near(value: Any, chance: random.Random) -> Any:
    """A value much like the old one, written another way."""
    if isinstance(value, str):
        return chance.choice([f"{value} ", f" {value}", value.lower(), f"-{value}", f"{value}0", value * 3, value[:2]])
    return chance.choice([-value, value + 1, str(value), Decimal(value) / 4, 0, Decimal(value) * Decimal("1.0")])


WRONG: list[Any] = [
    *[
        None,
        "",
        " ",
        "x",
        "0",
        "-0.00",
        "-1",
        "12.50",
        "1e5",
        "NaN",
        "Infinity",
        "1_000",
        "٣",
        "é" * 300,
        "a\u0301" * 200,
    ],
    *[
        "2026-02-30",
        "2026-03-31T22:30:00",
        "2026-03-31T22:30:00+02:00",
        "2026-03-31",
        "0001-01-01T00:00:00",
        "dkk",
        "XX",
    ],
    *[
        True,
        False,
        0,
        1,
        -1,
        10**18,
        10**30,
        10**120,
        Decimal("0.1"),
        Decimal("-0.0"),
        Decimal("1E+3"),
        Decimal("1E-45"),
    ],
    *[Decimal("NaN"), 1.5, Decimal("5.0"), [], {}, [None], [[]], {"a": 1}, [{}], "a  b\n\nc", "\u202e", "😀"],
    *[dt.date(2026, 3, 1), dt.datetime(2026, 3, 1, tzinfo=dt.UTC), Link("customer", "shop/customer/1")],
]


WHOLE = {"store/booked-to-mail"}
"""They hand the whole record on: there are no fields of their own to decode."""


@pytest.mark.parametrize(("name", "roots"), NAMES, ids=str)
def test_every_shipped_mapping_is_written_with_classes(name: str, roots: Roots) -> None:
    function = accept.generated(mapping_of(name, roots)).function

    assert function is not None
    assert (function.shape is not None) is (name not in WHOLE)


@pytest.mark.parametrize(("name", "roots"), NAMES, ids=str)
def test_whole_records_are_accepted_with_the_interpreter_s_outcome(name: str, roots: Roots) -> None:
    for case in cases(name, roots):
        wanted, found = all_outcomes(mapping_of(name, roots), case)
        for outcome in found.values():
            assert agrees(wanted, outcome)
            plain = isinstance(wanted, Mapped) and not wanted.warnings
            assert outcome is not None or not plain


@cache
def odd(folder: Path) -> tuple[Mapping, Case]:
    """A mapping of the cases with its record, checked or not."""
    mapping = load_mapping(folder / "mapping.yaml", Roots(PROJECT), checked=False)
    params = read_json(folder / "params.json") if (folder / "params.json").is_file() else {}
    return mapping, Case(read_json(folder / "record.json"), params, {})


@pytest.mark.parametrize("folder", ODD, ids=lambda folder: folder.name)
def test_the_odd_parts_of_the_language_come_to_the_same(folder: Path) -> None:
    mapping, case = odd(folder)
    chance = random.Random(folder.name)
    for record in [case.record, *(damaged(case.record, chance) for _ in range(40))]:
        wanted, found = all_outcomes(mapping, case._replace(record=record))
        assert all(agrees(wanted, outcome) for outcome in found.values()), record


def test_nearly_all_of_the_language_is_written() -> None:
    functions = [accept.generated(odd(folder)[0]).function for folder in ODD]

    assert sum(function is not None for function in functions) > 0.7 * len(functions)
    assert any(function is not None and function.shape is None for function in functions)


@pytest.mark.slow
def test_thousands_of_damaged_records_come_to_the_same() -> None:
    chance, counted = random.Random(20260301), Counter[str]()
    for number in range(DAMAGED):
        name, roots = NAMES[number % len(NAMES)]
        case = chance.choice(cases(name, roots))
        case = case._replace(record=damaged(case.record, chance))
        wanted, found = all_outcomes(mapping_of(name, roots), case)
        for way, outcome in found.items():
            assert agrees(wanted, outcome), (name, way, case.record)
            counted[f"{type(wanted).__name__}, {way}{'' if outcome else ' given up'}"] += 1

    assert counted["Mapped, data"] > 20 * counted["Mapped, data given up"]
    assert counted["Mapped, bytes"] > 20 * counted["Mapped, bytes given up"]
    assert counted["Failed, data given up"] > 300
    assert counted["Held, data given up"] > 10


def test_the_judge_tells_one_outcome_from_another() -> None:
    one = Mapped(data={"amount": Decimal("1.0")})

    assert agrees(one, Mapped(data={"amount": Decimal("1.0")}))
    assert not agrees(one, Mapped(data={"amount": Decimal("1.00")}))
    assert not agrees(one, Mapped(data={"amount": 1}))
    assert not agrees(one, Skipped(id="x", reason=""))
    assert not agrees(Held(reason="", diagnostic=None), one)  # type: ignore[arg-type]


def test_a_mapping_is_written_once_it_has_run_a_few_times() -> None:
    mapping = load_mapping("woocommerce/order-to-invoice", ROOTS[0])
    record = read_json(ORDERS[0])
    for _ in range(accept.WARM):
        mapping.run(record)
    assert not mapping.generated.written

    assert mapping.run(record) == mapping.interpreted(record)
    assert mapping.generated.written
    assert mapping.run_json(ORDERS[0].read_bytes()) == mapping.interpreted(record)


@pytest.mark.parametrize("data", [b"{", b"[1,", b'{"id": NaN}', b"\xff", b'{"a": 1}}'])
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        load_mapping("woocommerce/order-to-invoice", ROOTS[0]).run_json(data)


@pytest.mark.parametrize(
    ("data", "small"),
    [
        (b'{"a": [1, {"b": []}]}', True),
        (b"[" * 59 + b"]" * 59, True),
        (b"[" * 61 + b"]" * 61, False),
        (b'["[["]', False),
        (b"[" + b"1," * 1_000_000 + b"1]", False),
    ],
)
def test_how_deep_json_is_shows_in_its_brackets(data: bytes, small: bool) -> None:
    assert accept.is_small(data) is small


def test_what_a_field_is_called_doesn_t_get_into_the_code(tmp_path: Path) -> None:
    wild = "x'); import os #"
    folder = tmp_path / "schemas" / "records" / "shop"
    folder.mkdir(parents=True)
    schema = {"type": "object", "properties": {wild: {"type": "string"}, "class": {"type": "string"}}}
    (folder / "thing.schema.json").write_text(json.dumps(schema))
    (tmp_path / "mapping.yaml").write_text(
        "kontering: 1\nmapping: shop/thing-to-product\nfrom: shop/thing\nto: product\nfields:\n"
        f'  sku: thing.class\n  name: "thing.\\"{wild}\\""\n'
    )
    mapping = load_mapping(tmp_path / "mapping.yaml", Roots(tmp_path), checked=False)
    wanted = mapping.interpreted({wild: "Cup", "class": "7"})

    assert agrees(wanted, accept.accepted(mapping, {wild: "Cup", "class": "7"}, {}, {}, "UTC"))
    function = accept.generated(mapping).function
    assert function is not None
    assert "import os" not in function.code.source
