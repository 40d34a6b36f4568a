"""What the ledger gives and takes is what its schemas say."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from tests.connectors.ledger.books import booked, credit, customer, opened, payment, posting, sale, step

from kontering import resources
from kontering.connectors.ledger import CONNECTOR, payload

TAKEN: dict[str, type[payload.Body]] = {
    "customer": payload.Party,
    "supplier": payload.Party,
    "product": payload.Product,
    "invoice": payload.Invoice,
    "credit_note": payload.Invoice,
    "payment": payload.Payment,
    "voucher": payload.Voucher,
}


def schema(folder: str, name: str) -> dict[str, Any]:
    path = resources.shipped("schemas") / folder / f"{name}.schema.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def validator(folder: str, name: str) -> Draft202012Validator:
    system = name.partition("/")[0]
    parts = schema(folder, f"{system}/parts")
    registry = Registry[Any]().with_resource(f"{folder}/{system}/parts.schema.json", Resource.from_contents(parts))
    return Draft202012Validator(schema(folder, name), registry=registry)


@pytest.mark.parametrize("kind", sorted(TAKEN))
def test_a_payload_has_the_fields_that_the_ledger_knows(kind: str) -> None:
    said = schema("payloads", CONNECTOR.takes[kind].payload)
    known = {field.name: field.required for field in msgspec.structs.fields(TAKEN[kind])}

    assert set(said["properties"]) <= set(known)
    assert {name for name, required in known.items() if required} <= set(said["required"])


def test_records_are_as_their_schemas_say() -> None:
    with opened() as ledger:
        buyer = customer(ledger, "shop/customer/7", email="asta@example.dk", external_id="7")
        ledger.send(step("create", "supplier", "p/supplier/1", {"name": "Nordlys", "address": {"country": "DK"}}))
        ledger.send(
            step("create", "product", "shop/product/MUG", {"sku": "MUG", "name": "Mug", "cost": Decimal("42.10")})
        )
        invoice = booked(ledger, "shop/order/1", sale(buyer.id))
        note = booked(
            ledger, "shop/refund/1", credit(buyer.id, invoice, "8.00", "2.00", open=Decimal(0)), "credit_note"
        )
        ledger.send(step("create", "payment", "shop/order/1#payment/1", payment(invoice, "60.00")))
        back = [posting("refund", receivable="10.00", psp_clearing="-10.00")]
        ledger.send(step("create", "payment", "shop/refund/1#payment/1", payment(note, "10.00", postings=back)))

        for kind, reads in CONNECTOR.reads.items():
            records = [record for page in ledger.read(kind, None) for record in page.records]
            assert records, kind
            for record in records:
                found = validator("records", reads.schema).iter_errors(record.data)
                assert [f"{kind} {error.json_path}: {error.message}" for error in found] == []
                assert set(record.data) <= set(schema("records", reads.schema)["properties"])


def test_what_is_stored_is_read_again_as_it_was() -> None:
    body = sale("7", date=dt.date(2026, 2, 28), fx=Decimal("7.4605"), note="Læg den ved døren 👋")
    made = payload.read(body, payload.Invoice)

    assert payload.stored(payload.store(made), payload.Invoice) == made
