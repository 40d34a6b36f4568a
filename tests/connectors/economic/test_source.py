"""e-conomic read: reference data whole, customers and products by their last change."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import httpx
import jsonschema
import pytest
from tests.connectors.economic.agreement import APIS, agreement, booked, customer, outsider, target

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


SUPPLIER = {
    "name": "Nordlys Papir A/S",
    "currency": "DKK",
    "supplierGroup": {"supplierGroupNumber": 1},
    "vatZone": {"vatZoneNumber": 1},
    "paymentTerms": {"paymentTermsNumber": 2},
}


def filled(simulator: Any) -> httpx.Client:
    """A customer, a supplier, an invoice that is paid, a credit note, and stock of a product."""
    who = outsider(simulator)
    number = customer(who, ean="5798000000117", city="Odense C")
    who.post("/suppliers", json=SUPPLIER)
    invoice = booked(who, number)["bookedInvoiceNumber"]
    booked(
        who, number, {"product": {"productNumber": "SHOP"}, "description": "Back", "quantity": 1, "unitNetPrice": -9}
    )
    pays(who, number, invoice, 100)
    simulator.state.products["SHOP"]["inventory"] = {"available": Decimal(7), "inStock": Decimal(9)}
    return who


def pays(who: httpx.Client, customer_: int, invoice: int, amount: float) -> None:
    """A payment that is entered and booked by somebody."""
    entry = {
        "customer": {"customerNumber": customer_},
        "customerInvoice": invoice,
        "amount": -amount,
        "contraAccount": {"accountNumber": 5820},
        "currency": {"code": "DKK"},
        "date": "2026-03-02",
        "text": f"paid {invoice}",
    }
    body = {
        "accountingYear": {"year": "2026"},
        "journal": {"journalNumber": 3},
        "entries": {"customerPayments": [entry]},
    }
    assert who.post("/journals/3/vouchers", json=body).status_code == 201
    numbers = [row["journalEntryNumber"] for row in who.get("/journals/3/entries").json()["collection"]]
    answer = who.post(f"{APIS}/journalsapi/v15.0.0/journals/3/bookdraftentries", json={"entryNumbers": numbers})
    assert answer.status_code < 300, answer.text


@pytest.mark.parametrize("kind", list(READS))
def test_every_kind_fits_its_record_schema(kind: str) -> None:
    """The schema names all that a record has of ours, and reads it without a misfit."""
    simulator = agreement()
    filled(simulator)
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
    ours = reader(agreement())

    for kind in ("customer", "supplier", "invoice", "credit_note", "payment", "product"):
        assert ours.get(Pointer(kind=kind, id="77")) is None, kind


def test_an_invoice_is_read_when_it_is_booked_and_again_when_it_is_paid() -> None:
    simulator = agreement()
    who = outsider(simulator)
    number = customer(who)
    first, second = (booked(who, number)["bookedInvoiceNumber"] for _ in range(2))
    ours = reader(simulator)

    pages = [list(ours.read("invoice", None))]
    pages.append(list(ours.read("invoice", pages[-1][-1].after)))
    pays(who, number, first, 100)
    pages.append(list(ours.read("invoice", pages[-1][-1].after)))
    pays(who, number, first, 400)
    simulator.state.booked[first]["remainder"] = Decimal(0)
    pages.append(list(ours.read("invoice", pages[-1][-1].after)))
    pages.append(list(ours.read("invoice", pages[-1][-1].after)))

    read = [[(record.id, record.data["remainder"]) for page in some for record in page.records] for some in pages]
    whole = Decimal("499.9")
    assert read == [
        [(str(first), whole), (str(second), whole)],
        [],
        [(str(first), Decimal("399.9"))],
        [(str(first), 0)],
        [],
    ]
    assert all(page.after is None for some in pages for page in some[:-1])


def test_an_invoice_comes_whole_with_its_customer_s_card_asked_for_once() -> None:
    simulator = agreement()
    who = outsider(simulator)
    number = customer(who)
    booked(who, number)
    booked(who, number)
    simulator.calls.clear()
    records = [record for page in reader(simulator).read("invoice", None) for record in page.records]

    assert len(records[0].data["lines"]) == 1
    assert records[0].data["related"]["customer"]["email"] == "post@nordlys.example"
    assert sum(call.path == f"/customers/{number}" for call in simulator.calls) == 1
    assert reader(simulator).get(Pointer(kind="invoice", id=records[0].id)) == records[0]


def test_credit_notes_and_payments_are_kinds_of_their_own() -> None:
    simulator = agreement()
    filled(simulator)

    assert ids(simulator, "invoice") == ["20001"]
    assert ids(simulator, "credit_note") == ["20002"]
    paid = next(record for page in reader(simulator).read("payment", None) for record in page.records)
    assert (paid.data["amount"], paid.data["bookedInvoice"]["bookedInvoiceNumber"]) == (-100, 20001)


def test_stock_is_another_edition_when_it_moves_and_a_supplier_when_its_card_does() -> None:
    simulator = agreement()
    who = filled(simulator)
    before = {kind: versions(simulator, kind) for kind in ("stock", "supplier")}
    simulator.state.products["SHOP"]["inventory"]["available"] = Decimal(6)
    who.put("/suppliers/1", json=SUPPLIER | {"name": "Other"})

    assert list(before["stock"]) == ["SHOP"]
    for kind, old in before.items():
        assert versions(simulator, kind) != old, kind


def versions(simulator: Any, kind: str) -> dict[str, str]:
    return {record.id: record.version for page in reader(simulator).read(kind, None) for record in page.records}


def test_a_customer_comes_with_the_days_of_its_terms() -> None:
    simulator = agreement()
    filled(simulator)
    record = next(record for page in reader(simulator).read("customer", None) for record in page.records)

    assert record.data["related"]["terms"]["daysOfCredit"] == 8


def test_every_kind_that_is_read_has_a_place() -> None:
    assert set(KINDS) | {"period"} == set(READS) == set(CONNECTOR.reads)


def test_all_schemas_are_schemas() -> None:
    folder = resources.shipped("schemas")
    files = [*folder.glob("payloads/economic/*.json"), *folder.glob("records/economic/*.json")]

    assert len(files) == 24
    for file in files:
        jsonschema.Draft202012Validator.check_schema(json.loads(file.read_text(encoding="utf-8")))
