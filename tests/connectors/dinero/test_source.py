"""Dinero read: reference data whole, contacts, products, booked documents and payments by their last change."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from tests.connectors.dinero.organisation import (
    PRODUCT,
    SETTINGS,
    booked,
    contact,
    drafted,
    organisation,
    outsider,
    own,
    sale,
    target,
)

from kontering import resources
from kontering.connectors.dinero import CONNECTOR
from kontering.connectors.dinero.source import READS, Reader
from kontering.mapping.records import decode, record_schema
from kontering.mapping.roots import Roots
from kontering.sdk.connector import Pointer
from kontering.testing import Clock, Simulated
from kontering.testing.contract import SOURCE, Subject

CONTACTS = 1_200


def reader(simulator: Any, **settings: Any) -> Reader:
    ours = target(simulator, **settings)
    return Reader(ours.settings, ours.client)


def records(simulator: Any, kind: str, after: Any = None) -> list[Any]:
    return [record for page in reader(simulator).read(kind, after) for record in page.records]


def sold(simulator: Any, **more: Any) -> dict[str, Any]:
    """A booked invoice that was paid with 400, and a credit note of the rest."""
    who = outsider(simulator)
    invoice = booked(who, sale(contact(who, EanNumber="5798000000117"), **more))
    paid = {"Amount": 400, "DepositAccountNumber": 55040, "Description": "card", "RemainderIsFee": False}
    stamp = {"Timestamp": invoice["TimeStamp"], "PaymentDate": "2026-03-02", "ExternalReference": "SHOP-10042#1"}
    assert who.post(own(f"/invoices/{invoice['Guid']}/payments"), json=paid | stamp).status_code == 201
    line = {"Description": "Part", "Quantity": 1, "BaseAmountValue": 99.90, "AccountNumber": 1000, "Discount": 0}
    more = {"CreditNoteFor": invoice["Guid"], "ExternalReference": "SHOP-88"}
    booked(who, sale(invoice["ContactGuid"], line, **more), "/sales/creditnotes")
    who.post(own("/products"), json=PRODUCT)
    return invoice


@pytest.mark.parametrize("kind", list(READS))
def test_every_kind_fits_its_record_schema(kind: str) -> None:
    simulator = organisation()
    sold(simulator)
    schema = record_schema(READS[kind].schema, Roots(None))
    found = records(simulator, kind)

    assert schema is not None
    assert found
    for record in found:
        decode(record.data, schema, name=kind, key=record.key)


def test_a_booked_invoice_comes_with_what_belongs_to_it() -> None:
    simulator = organisation()
    invoice = sold(simulator)
    who = outsider(simulator)
    drafted(who, sale(invoice["ContactGuid"], ExternalReference="DRAFT"))

    (record,) = records(simulator, "invoice")

    related = record.data["related"]
    assert record.id == invoice["Guid"]
    assert record.version == simulator.state.invoices[record.id]["TimeStamp"]
    assert related["contact"]["Name"] == "Nordlys Cykler ApS"
    assert [(one["PaymentClass"], one["Amount"]) for one in related["payments"]] == [
        ("Payment", 400),
        ("CreditNote", Decimal("99.90")),
    ]
    assert related["remaining"] == 0
    assert [line["related"] for line in record.data["ProductLines"]] == [{"vat_code": "U25", "rate": 25}]


@pytest.mark.parametrize("fractions", [True, False])
def test_rates_are_percent_however_dinero_gives_them(fractions: bool) -> None:
    simulator = organisation(fraction_rates=fractions)
    sold(simulator)

    assert records(simulator, "invoice")[0].data["ProductLines"][0]["related"]["rate"] == 25


def test_a_payment_says_what_it_pays_and_a_settlement_is_none() -> None:
    simulator = organisation()
    sold(simulator)

    (record,) = records(simulator, "payment")

    document = record.data["related"]["document"]
    assert (document["kind"], document["ExternalReference"]) == ("invoice", "SHOP-10042")
    assert reader(simulator).get(Pointer(kind="payment", id=record.id)) == record


def test_what_is_deleted_is_gone() -> None:
    clock = Clock()
    simulator = organisation(clock=clock)
    who = outsider(simulator)
    guid = contact(who)
    position = list(reader(simulator).read("contact", None))[-1].after
    clock.forward(hours=1)
    who = outsider(simulator)
    who.delete(own(f"/contacts/{guid}"))

    (record,) = records(simulator, "contact", position)

    assert (record.id, record.gone) == (guid, True)


def test_an_organisation_without_anything_gives_nothing() -> None:
    assert records(organisation(), "invoice") == []


def test_a_draft_is_nobodys_business() -> None:
    simulator = organisation()
    who = outsider(simulator)
    guid = drafted(who, sale(contact(who)))["Guid"]

    assert reader(simulator).get(Pointer(kind="invoice", id=guid)) is None


def many() -> Simulated[Any]:
    """More contacts than a page holds."""
    simulator = organisation()
    who = outsider(simulator)
    for number in range(CONTACTS):
        contact(who, Name=f"Contact {number}", Email=f"{number}@example.dk", ExternalReference=f"C-{number}")
    return simulator


def changed(state: Any) -> str:
    guid, row = next(iter(state.contacts.items()))
    row["Name"], row["UpdatedAt"] = "Another name", "2026-03-02T11:00:00.00"
    return str(guid)


def removed(state: Any) -> str:
    guid = next(iter(state.contacts))
    del state.contacts[guid]
    return str(guid)


KEPT: list[Simulated[Any]] = []


def fresh() -> Simulated[Any]:
    """The same contacts each time; made once, since that takes a while."""
    if not KEPT:
        KEPT.append(many())
    simulator = organisation()
    simulator.state.contacts = {guid: dict(row) for guid, row in KEPT[0].state.contacts.items()}
    return simulator


SUBJECT = Subject(
    connector=CONNECTOR,
    kind="contact",
    make=fresh,
    count=CONTACTS,
    change=changed,
    remove=removed,
    settings={**SETTINGS, "name": "shop"},
)


@pytest.mark.parametrize("check", SOURCE, ids=lambda check: check.__name__)
def test_contacts_keep_the_contract(check: Callable[[Subject], None]) -> None:
    check(SUBJECT)


def test_reference_data_proves_the_tables() -> None:
    proved = {name for reads in READS.values() for name in reads.proves}

    assert proved == {"accounts.account", "vat_codes.vat_code"}
    assert {"1000", "55040"} <= {record.id for record in records(organisation(), "account")}


def test_all_schemas_are_schemas() -> None:
    folder = resources.shipped("schemas")
    files = [*folder.glob("payloads/dinero/*.json"), *folder.glob("records/dinero/*.json")]

    assert len(files) >= 13
    for file in files:
        jsonschema.Draft202012Validator.check_schema(json.loads(file.read_text(encoding="utf-8")))
