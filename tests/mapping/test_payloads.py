"""Payload mappings: planned documents in, bodies with links out, long texts cut at the very end."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kontering.diagnostics import Diagnostic
from kontering.errors import Problems
from kontering.mapping.load import Roots, load_mapping
from kontering.mapping.mapping import Failed, Held, Mapped, Mapping
from kontering.mapping.specs import read_json
from kontering.mapping.tables import read_csv
from kontering.model.plan import Link

PLANNED = Path(__file__).parents[1] / "cases" / "systems" / "records" / "billy" / "invoice.json"
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["customer", "lines"],
    "properties": {
        "customer": {"type": "integer"},
        "terms": {"type": "integer"},
        "label": {"type": "string", "maxLength": 5, "x-cut": False},
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "product": {"type": "string"},
                    "text": {"type": "string", "maxLength": 8},
                    "net": {"type": "number"},
                },
            },
        },
    },
}
LINES = "  lines: [{id: all, each: document.lines, as: line, fields: {product: line.product.id, text: line.description, net: line.net}}]\n"
HEAD = "kontering: 1\nmapping: books/invoice\nfrom: invoice\nas: document\nto: books/invoice\n"
TERMS = "tables: {terms: {keys: [days], gives: [number], rows: connection, on_miss: hold}}\n"


def mapping_of(tmp_path: Path, fields: str, head: str = HEAD) -> Mapping:
    schema = tmp_path / "schemas/payloads/books/invoice.schema.json"
    schema.parent.mkdir(parents=True)
    schema.write_text(json.dumps(SCHEMA))
    file = tmp_path / "mappings/books/invoice.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(f"{head}fields:\n{fields}")
    return load_mapping("books/invoice", Roots(tmp_path))


def planned() -> Any:
    """The document as the planner hands it on: ids are links."""
    document = read_json(PLANNED)
    document["customer"]["id"] = Link("customer", "shop/order/5121")
    for line in document["lines"]:
        line["product"]["id"] = Link("product", f"shop/product/{line['product'].get('sku', 'NONE')}")
    return document


def test_a_link_is_placed_as_it_is(tmp_path: Path) -> None:
    outcome = mapping_of(tmp_path, "  customer: document.customer.id\n" + LINES).run(planned())

    assert isinstance(outcome, Mapped)
    assert outcome.data["customer"] == Link("customer", "shop/order/5121")
    assert outcome.data["lines"][0]["product"] == Link("product", "shop/product/KAF-500")


@pytest.mark.parametrize(
    "value",
    [
        '{calc: "document.customer.id + 1"}',
        '{text: "{{ document.customer.id }}"}',
        '{calc: "document.customer.id | int"}',
    ],
)
def test_a_link_is_not_reckoned_with(value: str, tmp_path: Path) -> None:
    with pytest.raises(Problems) as caught:
        mapping_of(tmp_path, f"  customer: {value}\n" + LINES)

    codes = [problem.code for problem in caught.value.diagnostics if isinstance(problem, Diagnostic)]
    assert {"K209", "K218"} & set(codes)


def test_a_long_text_is_cut_with_a_warning_that_keeps_it(tmp_path: Path) -> None:
    outcome = mapping_of(tmp_path, "  customer: document.customer.id\n" + LINES).run(
        planned(), record_key="shop/order/5121"
    )

    assert isinstance(outcome, Mapped)
    assert outcome.data["lines"][0]["text"] == "Kaffe 50"
    (warning,) = outcome.warnings
    assert (warning.code, warning.severity, warning.field) == ("K518", "warning", "lines[0].text")
    assert warning.notes == ("in full: Kaffe 500 g",)
    assert [(cut.field, cut.full) for cut in outcome.cuts] == [("lines[0].text", "Kaffe 500 g")]


def test_a_text_that_may_not_be_cut_is_an_error(tmp_path: Path) -> None:
    outcome = mapping_of(tmp_path, "  customer: document.customer.id\n  label: document.number\n" + LINES).run(
        planned()
    )

    assert isinstance(outcome, Failed)
    assert [(problem.code, problem.field) for problem in outcome.diagnostics] == [("K517", "label")]


def test_a_connections_table_gives_cells_of_the_fields_type(tmp_path: Path) -> None:
    terms, _ = read_csv("days,number\n8,003\n", "terms.csv")
    assert terms is not None
    mapping = mapping_of(
        tmp_path,
        "  customer: document.customer.id\n  terms: let.terms\n" + LINES,
        HEAD + TERMS + "let: {terms: {lookup: terms, with: [document.terms_days]}}\n",
    )

    outcome = mapping.run(planned(), tables={"terms": terms})

    assert isinstance(outcome, Mapped)
    assert outcome.data["terms"] == 3


def test_a_connection_without_the_table_is_told_so(tmp_path: Path) -> None:
    mapping = mapping_of(
        tmp_path,
        "  customer: document.customer.id\n  terms: {lookup: terms, with: [document.terms_days]}\n" + LINES,
        HEAD + TERMS,
    )

    outcome = mapping.run(planned())

    assert isinstance(outcome, Failed)
    assert [problem.code for problem in outcome.diagnostics] == ["K141"]


def test_a_miss_in_a_connections_table_is_held(tmp_path: Path) -> None:
    terms, _ = read_csv("days,number\n14,3\n", "terms.csv")
    assert terms is not None
    mapping = mapping_of(
        tmp_path,
        "  customer: document.customer.id\n  terms: {lookup: terms, with: [document.terms_days]}\n" + LINES,
        HEAD + TERMS,
    )

    outcome = mapping.run(planned(), tables={"terms": terms})

    assert isinstance(outcome, Held)
    assert outcome.reason == "table 'terms' has no row for days 8"


def test_amounts_stay_exact(tmp_path: Path) -> None:
    outcome = mapping_of(tmp_path, "  customer: document.customer.id\n" + LINES).run(planned())

    assert isinstance(outcome, Mapped)
    assert outcome.data["lines"][0]["net"] == Decimal("159.84")
