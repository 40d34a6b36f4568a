"""Explaining a document: field, expression, record path, table row, mapping line."""

from __future__ import annotations

from pathlib import Path

from tests.diagnostic_cases import PROJECT

from kontering.mapping.load import Roots, load_mapping
from kontering.mapping.mapping import Mapping
from kontering.mapping.specs import read_json
from kontering.mapping.trace import Explained, as_data, as_text, explain

MAPPING = """\
kontering: 1
mapping: test/case
from: shop/item
to: product
params: {vat: {type: boolean, default: true}}
tables: {groups: {keys: [group], rows: [[tea, "20"], [coffee, "10"]], on_miss: error}}
let:
  margin: {calc: "item.price - item.cost"}
fields:
  sku: item.sku
  name: item.name
  cost: {calc: "let.margin / 2"}
  group: {lookup: groups, with: [item.group]}
  unit: {path: item.unit, missing: skip}
  prices:
    - {id: all, each: item.prices, as: price, fields: {currency: price.currency, amount: price.amount, includes_vat: param.vat}}
"""


def explained(tmp_path: Path) -> Explained:
    file = tmp_path / "case.yaml"
    file.write_text(MAPPING)
    mapping: Mapping = load_mapping(file, Roots(PROJECT))
    return explain(mapping, read_json(PROJECT / "fixtures/coffee.json"), record_key="shop/item/7")


def test_a_field_is_followed_to_the_record(tmp_path: Path) -> None:
    text = as_text(explained(tmp_path), "prices[0].amount")

    assert text.splitlines() == [
        "prices[0].amount = 49.95",
        f"    path price.amount   {tmp_path}/case.yaml:16:90",
        "    item.prices[0].amount = 49.95",
    ]


def test_a_let_is_followed_too(tmp_path: Path) -> None:
    text = as_text(explained(tmp_path), "cost")

    assert text.splitlines() == [
        "cost = 14.975",
        f"    calc let.margin / 2   {tmp_path}/case.yaml:12:16",
        f"    let.margin = 29.95   calc item.price - item.cost   {tmp_path}/case.yaml:8:18",
        "        item.price = 49.95",
        "        item.cost = 20.00",
    ]


def test_a_table_row_is_named_with_its_place(tmp_path: Path) -> None:
    text = as_text(explained(tmp_path), "group")

    assert f"    table groups: coffee → coffee, 10   {tmp_path}/case.yaml:6:55" in text.splitlines()


def test_what_is_left_out_says_why(tmp_path: Path) -> None:
    assert as_text(explained(tmp_path), "unit").startswith("unit = left out: item.unit is missing\n")


def test_the_record_s_own_notation_is_shown_where_it_differs(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    file.write_text(
        "kontering: 1\nmapping: test/case\nfrom: shop/item\nto: payment\nfields:\n  date: {path: item.made_at, zone: {const: Europe/Copenhagen}}\n  currency: item.currency\n  amount: item.price\n  direction: {const: in}\n  method: {const: cash}\n"
    )
    found = explain(load_mapping(file, Roots(PROJECT)), read_json(PROJECT / "fixtures/coffee.json"))

    assert '    item.made_at = 2026-03-31 22:30:00+00:00 (the record has "2026-03-31T22:30:00+00:00")' in as_text(
        found, "date"
    )


def test_it_is_data_too(tmp_path: Path) -> None:
    data = as_data(explained(tmp_path))

    assert [field["field"] for field in data["fields"]] == [
        "sku", "name", "cost", "group", "unit", "prices[0].currency", "prices[0].amount", "prices[0].includes_vat",
    ]  # fmt: skip
    cost = data["fields"][2]
    assert cost["lets"]["let.margin"]["read"][0]["path"] == "item.price"
    assert data["fields"][4]["left_out"] == "item.unit is missing"


def test_a_let_of_a_block_is_the_elements_own(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    file.write_text(
        "kontering: 1\nmapping: test/case\nfrom: shop/item\nto: product\nlet: {half: item.cost}\nfields:\n"
        "  sku: item.sku\n  name: item.name\n  prices:\n    - id: all\n      each: item.prices\n      as: price\n"
        "      let: {half: {calc: 'price.amount / 2'}}\n"
        "      fields: {currency: price.currency, amount: let.half, includes_vat: {const: true}}\n  cost: let.half\n"
    )
    record = read_json(PROJECT / "fixtures/coffee.json")
    record["prices"] = [{"currency": "DKK", "amount": 2}, {"currency": "DKK", "amount": 4}]

    found = explain(load_mapping(file, Roots(PROJECT)), record)

    assert "let.half = 1 " in as_text(found, "prices[0].amount")
    assert "let.half = 2 " in as_text(found, "prices[1].amount")
    assert "let.half = 20.00 " in as_text(found, "cost")
