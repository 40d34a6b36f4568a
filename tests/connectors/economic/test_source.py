"""e-conomic read: reference data whole, customers and products by their last change."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import jsonschema
import pytest
from tests.connectors.economic.agreement import agreement, customer, outsider, target

from kontering import resources
from kontering.connectors.economic import CONNECTOR
from kontering.connectors.economic.source import KINDS, READS, Reader
from kontering.mapping.records import decode, record_schema
from kontering.mapping.roots import Roots
from kontering.sdk.connector import Pointer
from kontering.testing import Clock


def reader(simulator: Any, **settings: Any) -> Reader:
    ours = target(simulator, **settings)
    return Reader({"name": "books", **settings}, ours.client)


def ids(simulator: Any, kind: str) -> list[str]:
    return [record.id for page in reader(simulator).read(kind, None) for record in page.records]


@pytest.mark.parametrize("kind", list(READS))
def test_every_kind_fits_its_record_schema(kind: str) -> None:
    """The schema names all that a record has of ours, and reads it without a misfit."""
    simulator = agreement()
    customer(outsider(simulator), ean="5798000000117", city="Odense C")
    schema = record_schema(READS[kind].schema, Roots(None))
    records = [record for page in reader(simulator).read(kind, None) for record in page.records]

    assert schema is not None
    assert records
    for record in records:
        decode(record.data, schema, name=kind, key=record.key)


def test_reference_data_proves_the_tables() -> None:
    simulator = agreement()

    assert {"5600", "5825"} <= set(ids(simulator, "account"))
    assert {"U25", "DE19"} <= set(ids(simulator, "vat_code"))
    assert ids(simulator, "layout") == ["19", "20", "21"]
    proved = {name for reads in READS.values() for name in reads.proves}
    assert {"accounts.account", "vat_codes.vat_code", "zones.zone", "terms.number", "with.layout"} <= proved


def test_periods_say_whether_they_are_open() -> None:
    simulator = agreement(closed_until=dt.date(2026, 1, 31))

    periods = {record.id: record.data for page in reader(simulator).read("period", None) for record in page.records}

    assert (periods["2026-1"]["closed"], periods["2026-2"]["closed"]) == (True, False)
    assert periods["2025-12"]["closed"] is True


def test_only_changes_are_read_the_second_time() -> None:
    clock = Clock()
    simulator = agreement(clock=clock)
    who = outsider(simulator)
    customer(who, name="First")
    clock.forward(hours=1)
    customer(who, name="Second")
    ours = reader(simulator)

    first = list(ours.read("customer", None))
    clock.forward(hours=1)
    customer(who, name="Third")
    second = list(ours.read("customer", first[-1].after))

    assert [record.data["name"] for page in first for record in page.records] == ["First", "Second"]
    assert first[-1].after == {"updated": "2026-03-02T10:00:00Z"}
    assert [record.data["name"] for page in second for record in page.records] == ["Second", "Third"]
    assert second[0].records[0].version == first[0].records[1].version


def test_a_product_comes_with_what_belongs_to_it() -> None:
    simulator = agreement()
    who = outsider(simulator)
    card = {"productNumber": "A/1", "name": "Helmet", "productGroup": {"productGroupNumber": 1}}
    who.post("/products", json=card | {"unit": {"unitNumber": 2}})
    who.post("/products/A_6_1/pricing/currency-specific-sales-prices", json={"currency": {"code": "EUR"}, "price": 9})
    ours = reader(simulator, currency_prices=True)

    record = ours.get(Pointer(kind="product", id="A/1"))

    assert record is not None
    assert record.key == "books/product/A/1"
    assert record.data["related"]["unit"]["name"] == "timer"
    assert record.data["related"]["group"]["name"] == "Varer"
    assert [price["price"] for price in record.data["related"]["prices"]] == [9]


def test_what_is_gone_is_none() -> None:
    assert reader(agreement()).get(Pointer(kind="customer", id="77")) is None


def test_every_kind_that_is_read_has_a_place() -> None:
    assert set(KINDS) | {"period"} == set(READS) == set(CONNECTOR.reads)


def test_all_schemas_are_schemas() -> None:
    folder = resources.shipped("schemas")
    files = [*folder.glob("payloads/economic/*.json"), *folder.glob("records/economic/*.json")]

    assert len(files) == 18
    for file in files:
        jsonschema.Draft202012Validator.check_schema(json.loads(file.read_text(encoding="utf-8")))
