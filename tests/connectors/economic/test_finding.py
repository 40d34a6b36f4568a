"""What our connector finds at the simulated e-conomic, by which terms, and what it must not take for a match."""

from __future__ import annotations

from typing import Any

import pytest
from tests.connectors.economic.agreement import agreement, booked, customer, draft, outsider, step, target

from kontering.connectors.economic.target import TAKES
from kontering.testing import Clock


def ids(found: Any) -> list[str]:
    return [one.id for one in found]


@pytest.fixture
def shop() -> Any:
    """Three customers that are easily mistaken for each other."""
    simulator = agreement()
    who = outsider(simulator)
    customer(who, ean="5798000000117", telephoneAndFaxNumber="+45 12 34 56 78")
    customer(who, name="Anden A/S", corporateIdentificationNumber="DK10150817", email="a@anden.example b@anden.example")
    customer(who, name="Tredje (Odense)", corporateIdentificationNumber="SE556036079301", email="xpost@nordlys.example")
    return simulator


@pytest.mark.parametrize(
    ("by", "wanted"),
    [
        ({"number": "2"}, ["2"]),
        ({"number": "two"}, []),
        ({"number": "99"}, []),
        ({"vat_number": "DK29384754"}, ["1"]),
        ({"vat_number": "29384754"}, ["1"]),
        ({"vat_number": "DK10150817"}, ["2"]),
        ({"vat_number": "SE556036079301"}, ["3"]),
        ({"email": "POST@nordlys.example"}, ["1"]),
        ({"email": "b@anden.example"}, ["2"]),
        ({"email": "@anden.example"}, []),
        ({"ean": "5798000000117"}, ["1"]),
        ({"phone": "+45 12 34 56 78"}, ["1"]),
        ({"name": "Tredje (Odense)"}, ["3"]),
        ({"email": "post@nordlys.example", "vat_number": "DK10150817"}, []),
        ({"reference": "SHOP-1", "key": "shop/customer/1"}, []),
        ({"reference": "SHOP-1", "key": "shop/customer/1", "email": "post@nordlys.example"}, ["1"]),
    ],
)
def test_customers(shop: Any, by: dict[str, str], wanted: list[str]) -> None:
    assert ids(target(shop).find("customer", by)) == wanted


def test_a_customer_says_by_what_it_is_known(shop: Any) -> None:
    one, two = (target(shop).find("customer", {"number": number})[0] for number in ("1", "2"))

    assert one.terms == {
        "number": "1",
        "vat_number": "DK29384754",
        "ean": "5798000000117",
        "email": "post@nordlys.example",
        "phone": "+45 12 34 56 78",
        "name": "Nordlys Cykler ApS",
    }
    assert two.terms["vat_number"] == "DK10150817"
    assert one.version == "2026-03-02T09:00:00Z"


def test_products_are_found_by_their_own_number_exactly() -> None:
    simulator = agreement()
    group = {"productGroup": {"productGroupNumber": 1}}
    for number in ("A/1", "A_1", "sku.9 ø"):
        outsider(simulator).post(
            "/products", json={"productNumber": number, "name": f"N {number}", "barCode": number} | group
        )
    ours = target(simulator)

    assert ids(ours.find("product", {"sku": "A/1"})) == ["A/1"]
    assert ids(ours.find("product", {"sku": "sku.9 ø"})) == ["sku.9 ø"]
    assert ids(ours.find("product", {"number": "NONE"})) == []
    assert ids(ours.find("product", {"barcode": "A_1"})) == ["A_1"]
    assert ids(ours.find("product", {"name": "N A_1"})) == ["A_1"]
    assert ids(ours.find("product", {"external_id": "7"})) == []


def test_invoices_are_found_by_reference_as_drafts_and_booked() -> None:
    simulator = agreement()
    who = outsider(simulator)
    number = customer(who)
    who.post("/invoices/drafts", json=draft(number, references={"other": "S-1"}))
    booked(who, number, references={"other": "S-2"})
    booked(who, number, references={"other": "s-2"})
    ours = target(simulator)

    assert [(one.id, set(one.done)) for one in ours.find("invoice", {"reference": "S-1"})] == [("301", {"create"})]
    assert ids(ours.find("invoice", {"reference": "S-2", "key": "k"})) == ["20001"]
    assert ids(ours.find("invoice", {"reference": "S-3"})) == []
    assert ids(ours.find("invoice", {"number": "20001"})) == ["20001"]


def test_two_with_one_reference_are_both_shown() -> None:
    simulator = agreement()
    who = outsider(simulator)
    number = customer(who)
    booked(who, number)
    booked(who, number)

    assert ids(target(simulator).find("invoice", {"reference": "SHOP-10042"})) == ["20001", "20002"]


def test_a_mark_is_a_word_of_its_own_and_not_the_invoices() -> None:
    simulator = agreement()
    who = outsider(simulator)
    booked(who, customer(who), notes={"heading": "Faktura S-1#1"})
    ours = target(simulator)
    for mark in ("S-1#1", "S-1#10"):
        entry = {"customer": {"customerNumber": 1}, "amount": -1, "contraAccount": {"accountNumber": 5825}}
        body = {"entries": {"customerPayments": [entry | {"date": "2026-03-04", "text": f"{mark} card"}]}}
        ours.send(step("create", "payment", body, key=mark, terms={"reference": mark}))

    assert ids(ours.find("payment", {"reference": "S-1#1"})) == ["2026-50000"]
    assert ids(ours.find("payment", {"reference": "S-1#10"})) == ["2026-50001"]
    assert ids(ours.find("payment", {"reference": "S-1"})) == []


def test_a_moved_voucher_is_found_in_its_new_journal() -> None:
    simulator = agreement()
    customer(outsider(simulator))
    ours = target(simulator)
    entry = {"customer": {"customerNumber": 1}, "amount": -1, "contraAccount": {"accountNumber": 5825}}
    body = {"entries": {"customerPayments": [entry | {"date": "2026-03-04", "text": "S-1#1 card"}]}}
    made = ours.send(step("create", "payment", body, terms={"reference": "S-1#1"}))
    for row in simulator.state.draft_entries.values():
        row["journal"] = {"journalNumber": 1}
        row["voucher"] = row["voucher"] | {"voucherNumber": 10007}

    assert ids(ours.find("payment", {"reference": "S-1#1"})) == ["2026-10007"]
    ours.send(step("book", "payment", {}, of=made, terms={"reference": "S-1#1"}))
    assert simulator.calls[-1].path.endswith("/journals/1/bookdraftentries")


def test_more_than_a_page_is_read_to_its_end() -> None:
    simulator = agreement(clock=Clock())
    who = outsider(simulator)
    for _ in range(1001):
        customer(who, email="same@example.dk")

    assert len(target(simulator).find("customer", {"email": "same@example.dk"})) == 1001


def test_every_kind_says_by_what_it_can_be_found() -> None:
    assert {kind: sorted(takes.finds) for kind, takes in TAKES.items()} == {
        "customer": ["ean", "email", "name", "number", "phone", "vat_number"],
        "supplier": ["email", "name", "number", "vat_number"],
        "product": ["barcode", "name", "number", "sku"],
        "invoice": ["number", "reference"],
        "credit_note": ["number", "reference"],
        "payment": ["reference"],
        "voucher": ["reference"],
    }
