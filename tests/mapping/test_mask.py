"""Fixtures without personal data: another name everywhere, the same shape and the same document otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from stdnum import ean
from stdnum.eu import vat

from kontering.mapping.load import Roots, load_mapping
from kontering.mapping.mapping import Mapped
from kontering.mapping.mask import masked
from kontering.mapping.specs import read_json

RECORDS = Path(__file__).parents[1] / "cases" / "systems" / "records"
PERSONAL = (
    "Ida",
    "Prøve",
    "ida@example.com",
    "Testvej",
    "Havnegade",
    "Abonnent",
    "bo@example.com",
    "Firma ApS",
    "Import A/S",
    "ap@firma.example",
    "Kajen",
)


@pytest.mark.parametrize("path", sorted(RECORDS.rglob("*.json")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_nothing_personal_is_left(path: Path) -> None:
    record = read_json(path)

    text = str(masked(record))

    assert [word for word in PERSONAL if word in str(record) and word in text] == []


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    return [shape(item) for item in value] if isinstance(value, list) else type(value)


@pytest.mark.parametrize("path", sorted(RECORDS.rglob("*.json")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_shape_stays(path: Path) -> None:
    record = read_json(path)

    assert shape(masked(record)) == shape(record)
    assert masked(record) == masked(record)


def test_the_document_is_the_same_but_for_the_person() -> None:
    record = read_json(RECORDS / "woocommerce/order-to-invoice.json")
    mapping = load_mapping("woocommerce/order-to-invoice", Roots())

    before, after = mapping.run(record), mapping.run(masked(record))

    assert isinstance(before, Mapped)
    assert isinstance(after, Mapped)
    assert {name: value for name, value in before.data.items() if name != "customer"} == {
        name: value for name, value in after.data.items() if name != "customer"
    }
    assert before.data["customer"] != after.data["customer"]
    assert before.data["customer"]["address"]["postcode"] == after.data["customer"]["address"]["postcode"]


@pytest.mark.parametrize("number", ["DK13585628", "DE136695976", "13585628"])
def test_a_valid_vat_number_becomes_another_valid_one(number: str) -> None:
    other = masked({"vat_number": number})["vat_number"]

    assert other != number
    assert vat.is_valid(other if other[0].isalpha() else f"DK{other}")


def test_a_valid_ean_becomes_another_valid_one() -> None:
    other = masked({"ean": "5798000000001"})["ean"]

    assert other != "5798000000001"
    assert ean.is_valid(other) or not ean.is_valid("5798000000001")


@pytest.mark.parametrize(
    "record",
    [
        {"line_items": [{"name": "Kaffe 500 g", "total_vat": "47.76"}]},
        {"amount_vat": "12.50", "vat_rate": "25"},
        {"credit_note": "credit_note/88"},
        {"accountNumber": "1010"},
        {"billing": {"country": "DK", "postcode": "5000", "city": "Odense C"}},
    ],
)
def test_what_is_not_personal_stays(record: Any) -> None:
    assert masked(record) == record


def test_meta_data_is_masked_by_its_key() -> None:
    record = {
        "meta_data": [
            {"id": 1, "key": "_billing_vat_number", "value": "DK13585628"},
            {"id": 2, "key": "colour", "value": "red"},
        ]
    }

    found = masked(record)["meta_data"]

    assert found[0]["value"] != "DK13585628"
    assert found[1]["value"] == "red"


def test_the_same_value_gets_the_same_mask() -> None:
    found = masked({"billing": {"email": "x@y.dk"}, "note_to": "write to x@y.dk", "customer": {"email": "x@y.dk"}})

    assert found["billing"]["email"] == found["customer"]["email"]
    assert found["billing"]["email"] in found["note_to"]
