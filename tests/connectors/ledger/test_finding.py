"""Look-ups: what a match or a lost answer asks."""

from __future__ import annotations

from typing import Any

import pytest
from tests.connectors.ledger.books import booked, customer, memory, on, opened, payment, posting, sale, step

from kontering.connectors.ledger import CONNECTOR
from kontering.connectors.ledger.finding import PLACES
from kontering.errors import Misuse

BUYER: dict[str, Any] = {
    "external_id": "77",
    "vat_number": "SE 556677-8899 01",
    "ean": "5790000000012",
    "email": "Ekonomi@Storsjo.example",
    "phone": "+46 (0)63 12 34 56",
    "number": "10077",
    "name": "Storsjö Handel AB",
    "address": {"country": "SE"},
}


@pytest.mark.parametrize(
    "by",
    [
        {"external_id": "77"},
        {"external_id": "77", "source": "shop"},
        {"key": "shop/customer/77"},
        {"number": "10077"},
        {"vat_number": "SE556677889901"},
        {"vat_number": "se 556677889901"},
        {"ean": "5790000000012"},
        {"email": "ekonomi@storsjo.example"},
        {"phone": "0046063123456"},
        {"name": "Storsjö Handel AB"},
        {"id": "1"},
        {"key": "shop/customer/77", "reference": "1042"},
    ],
)
def test_a_customer_is_found_by_each_term(by: dict[str, str]) -> None:
    with opened() as ledger:
        made = customer(ledger, "shop/customer/77", **BUYER)

        assert [found.id for found in ledger.find("customer", by)] == [made.id]


@pytest.mark.parametrize(
    "by",
    [
        {"external_id": "77", "source": "other"},
        {"external_id": "77", "email": "bo@example.dk"},
        {"email": "bo@example.dk"},
        {"id": "x"},
        {"key": "shop/customer/7"},
    ],
)
def test_all_terms_must_fit(by: dict[str, str]) -> None:
    with opened() as ledger:
        customer(ledger, "shop/customer/77", **BUYER)

        assert ledger.find("customer", by) == ()
        assert ledger.find("supplier", {"external_id": "77"}) == ()


def test_two_that_fit_are_both_found_and_say_by_what_they_are_known() -> None:
    with opened() as ledger:
        customer(ledger, "shop/customer/1", email="Bo@example.dk", vat_number="31 41 59 26")
        customer(ledger, "shop/customer/2", email="bo@example.dk")

        found = ledger.find("customer", {"email": "bo@example.dk"})
        assert [customer.terms.get("vat_number") for customer in found] == ["DK31415926", None]
        assert ledger.find("customer", {"vat_number": "DK31415926"})[0].terms["key"] == "shop/customer/1"
        assert ledger.find("customer", {"vat_number": "31415926"})[0].terms["key"] == "shop/customer/1"


def test_a_changed_customer_keeps_what_was_not_said() -> None:
    with opened() as ledger:
        made = customer(ledger, "shop/customer/77", **BUYER)
        ledger.send(step("change", "customer", "shop/customer/77", {"email": "ny@storsjo.example"}))

        [found] = ledger.find("customer", {"email": "ny@storsjo.example"})
        assert (found.id, found.terms["vat_number"]) == (made.id, "SE556677889901")
        assert found.version > made.version


def test_a_customer_of_another_shop_is_changed_by_its_id() -> None:
    with opened() as ledger:
        made = customer(ledger, "shop/customer/77", **BUYER)
        ledger.send(step("change", "customer", "billing/customer/5", {"name": "Storsjö AB"}, of=made))

        assert ledger.find("customer", {"id": made.id})[0].terms["name"] == "Storsjö AB"


def test_a_product_is_found_by_its_sku() -> None:
    with opened() as ledger:
        body = {"sku": "MUG", "name": "Mug", "prices": [{"currency": "DKK", "amount": 129, "includes_vat": True}]}
        made = ledger.send(step("create", "product", "shop/product/MUG", body))
        ledger.send(step("change", "product", "shop/product/MUG", {"name": "Enamel mug"}))

        [found] = ledger.find("product", {"sku": "MUG"})
        assert (found.id, found.terms["name"], found.number) == (made.id, "Enamel mug", "MUG")


def test_an_invoice_is_found_by_reference_and_says_what_has_happened() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        ledger.send(step("create", "invoice", "shop/order/1", sale(buyer.id)))
        assert ledger.find("invoice", {"reference": "1001"})[0].done == {"create"}
        ledger.send(step("book", "invoice", "shop/order/1"))

        [found] = ledger.find("invoice", {"reference": "1001", "key": "shop/order/1"})
        assert found.done == {"create", "book"}
        assert ledger.find("credit_note", {"reference": "1001"}) == ()


def test_payments_and_vouchers_are_found_after_a_lost_answer() -> None:
    with opened() as ledger:
        invoice = booked(ledger, "shop/order/1", sale(customer(ledger).id))
        body = payment(invoice, "100.00", reference="1001-p1")
        ledger.send(step("create", "payment", "shop/order/1#payment/1", body))
        payout = {
            "date": "2026-03-20",
            "reference": "PO-77",
            "postings": [posting("payout", bank="9.00", fees="-9.00")],
        }
        made = ledger.send(step("create", "voucher", "gateway/payout/77", payout))

        assert len(ledger.find("payment", {"reference": "1001-p1", "key": "shop/order/1#payment/1"})) == 1
        assert len(ledger.find("payment", {"of": invoice.id})) == 1
        assert ledger.find("voucher", {"reference": "PO-77"}) == (made,)


def test_before_the_first_entry_nothing_is_found() -> None:
    engine = memory()
    with engine.connect() as connection:
        ledger = on(connection)
        assert ledger.find("customer", {"email": "bo@example.dk"}) == ()
        assert list(ledger.read("invoice", None)) == []
    engine.dispose()


def test_an_unknown_term_is_a_mistake_of_the_caller() -> None:
    with opened() as ledger:
        customer(ledger)
        with pytest.raises(Misuse, match="the ledger can't be searched by shoe_size"):
            ledger.find("customer", {"shoe_size": "43"})


def test_the_table_of_calls_says_what_can_be_done_and_found() -> None:
    for kind, takes in CONNECTOR.takes.items():
        assert takes.finds - {"source"} <= PLACES[kind].terms.keys()
        assert {call.kind for call in takes.calls} == {kind}
