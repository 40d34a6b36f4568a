"""The ledger as a source."""

from __future__ import annotations

import pytest
from tests.connectors.ledger.books import booked, credit, customer, opened, payment, sale, step

from kontering.connectors.ledger import CONNECTOR, source
from kontering.errors import Misuse
from kontering.model.record import Pointer


def test_records_come_oldest_change_first_and_only_once() -> None:
    with opened() as ledger:
        for number in range(1, 6):
            customer(ledger, f"shop/customer/{number}", name=f"Kunde {number}")
        ledger.send(step("change", "customer", "shop/customer/2", {"name": "Kunde 2 A/S"}))

        [page] = ledger.read("customer", None)
        names = [record.data["name"] for record in page.records]
        assert names == ["Kunde 1", "Kunde 3", "Kunde 4", "Kunde 5", "Kunde 2 A/S"]
        assert list(ledger.read("customer", page.after)) == []
        customer(ledger, "shop/customer/9", name="Kunde 9")
        [later] = ledger.read("customer", page.after)
        assert [record.data["name"] for record in later.records] == ["Kunde 9"]


def test_many_records_are_pages() -> None:
    with opened() as ledger:
        for number in range(source.SIZE + 1):
            customer(ledger, f"shop/customer/{number}")

        assert [len(page.records) for page in ledger.read("customer", None)] == [source.SIZE, 1]


def test_the_version_is_the_receipts() -> None:
    with opened() as ledger:
        made = customer(ledger)
        record = ledger.get(Pointer(kind="customer", id=made.id))

        assert record is not None
        assert (record.version, record.key) == (made.version, "books/customer/1")
        assert ledger.get(Pointer(kind="customer", id="2")) is None


def test_invoices_say_state_number_and_what_is_open() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        invoice = booked(ledger, "shop/order/1", sale(buyer.id))
        ledger.send(step("create", "payment", "shop/order/1#payment/1", payment(invoice, "60.00")))
        booked(ledger, "shop/refund/1", credit(buyer.id, invoice, "8.00", "2.00"), "credit_note")

        [page] = ledger.read("invoice", None)
        [record] = page.records
        said = {name: record.data[name] for name in ("state", "number", "invoice_number", "open", "key")}
        assert said == {"state": "booked", "number": "1001", "invoice_number": "1", "open": "30", "key": "shop/order/1"}
        assert [len(page.records) for page in ledger.read("payment", None)] == [2]


def test_reference_data_comes_whole() -> None:
    with opened() as ledger:
        customer(ledger)
        [accounts] = ledger.read("account", None)
        [codes] = ledger.read("vat_code", None)

        by_id = {record.id: record.data for record in (*accounts.records, *codes.records)}
        assert by_id["6190"]["role"] == "receivable"
        assert by_id["DK25"]["rate"] == "25"
        found = ledger.get(Pointer(kind="account", id="6190"))
        assert found is not None
        assert found.data["english"] == "Receivable from customers"


def test_an_unknown_kind_is_a_mistake_of_the_caller() -> None:
    with opened() as ledger, pytest.raises(Misuse, match="no records of the kind shoe"):
        list(ledger.read("shoe", None))


def test_what_the_connector_says_it_reads_can_be_read() -> None:
    with opened() as ledger:
        customer(ledger)
        for kind in CONNECTOR.reads:
            list(ledger.read(kind, None))
