"""Journals of the simulated e-conomic: vouchers wait, are booked by the newer service, and close what they pay."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.connectors.economic.agreement import APIS, REST, agreement, booked, customer, outsider

BOOK = f"{APIS}/journalsapi/v15.0.0/journals/3/bookdraftentries"


def payment(amount: float = -499.9, **more: Any) -> dict[str, Any]:
    entry = {
        "customer": {"customerNumber": 1},
        "customerInvoice": 20001,
        "amount": amount,
        "contraAccount": {"accountNumber": 5825},
        "currency": {"code": "DKK"},
        "date": "2026-03-04",
        "text": "payout po_881 #a1b2c3d4",
    }
    return voucher(customerPayments=[entry | more])


def voucher(**entries: list[dict[str, Any]]) -> dict[str, Any]:
    return {"accountingYear": {"year": "2026"}, "journal": {"journalNumber": 3}, "entries": entries}


def finance(account: int, amount: float, contra: int | None = None, **more: Any) -> dict[str, Any]:
    other = {"contraAccount": {"accountNumber": contra}} if contra else {}
    entry = {"account": {"accountNumber": account}, "amount": amount, "date": "2026-03-04", "text": "x"}
    return entry | other | more


def paid(who: httpx.Client, body: dict[str, Any]) -> list[int]:
    """Put into the journal and booked; gives the entries' numbers."""
    answer = who.post("/journals/3/vouchers", json=body)
    assert answer.status_code == 201, answer.text
    numbers = [row["journalEntryNumber"] for row in who.get("/journals/3/entries").json()["collection"]]
    assert who.post(BOOK, json={"entryNumbers": numbers}).is_success
    return numbers


def test_a_voucher_is_answered_as_an_array_and_waits() -> None:
    simulator = agreement()
    who = outsider(simulator)
    booked(who, customer(who))

    answer = who.post("/journals/3/vouchers", json=payment())

    assert (answer.status_code, answer.json()[0]["voucherNumber"]) == (201, 50000)
    assert answer.headers["location"] == answer.json()[0]["self"] == f"{REST}/journals/3/vouchers/2026-50000"
    assert who.get("/invoices/booked/20001").json()["remainder"] == 499.9
    assert who.get(answer.headers["location"]).json()["entries"]["customerPayments"][0]["amount"] == -499.9
    assert [row["voucherNumber"] for row in who.get("/journals/3/vouchers").json()["collection"]] == [50000]
    assert who.get("/journals/3/vouchers", params={"filter": "voucherNumber$eq:50000"}).status_code == 400


def test_booking_its_entries_pays_the_invoice() -> None:
    simulator = agreement()
    who = outsider(simulator)
    booked(who, customer(who))

    paid(who, payment())

    assert who.get("/invoices/booked/20001").json()["remainder"] == 0
    assert who.get("/invoices/paid").json()["pagination"]["results"] == 1
    assert who.get("/journals/3/vouchers/2026-50000").status_code == 404
    assert simulator.state.balance(5825) == Decimal("499.9")
    assert simulator.state.balance(5600) == 0


def test_a_part_leaves_the_rest_open() -> None:
    who = outsider(agreement())
    booked(who, customer(who))

    paid(who, payment(-200))

    assert who.get("/invoices/unpaid").json()["collection"][0]["remainder"] == 299.9


@pytest.mark.parametrize(("form", "object_", "array"), [("both", 204, 204), ("object", 204, 400), ("array", 400, 204)])
def test_which_body_books_is_a_habit(form: str, object_: int, array: int) -> None:
    for body, status in (({"entryNumbers": [1]}, object_), ([1], array)):
        who = outsider(agreement(book_body=form))
        booked(who, customer(who))
        who.post("/journals/3/vouchers", json=payment())
        assert who.post(BOOK, json=body).status_code == status


def test_entries_are_found_by_their_text_before_and_after_booking() -> None:
    who = outsider(agreement())
    booked(who, customer(who))
    who.post("/journals/3/vouchers", json=payment())
    asked = {"filter": "text$like:#a1b2c3d4$and:entryType$eq:customerPayment"}

    drafts = who.get("/journals/3/entries", params=asked).json()["collection"]
    who.post(BOOK, json={"entryNumbers": [drafts[0]["journalEntryNumber"]]})
    entries = who.get("/accounting-years/2026/entries", params=asked).json()["collection"]

    assert drafts[0]["voucher"]["voucherNumber"] == 50000
    assert {row["voucherNumber"] for row in entries} == {50000}
    assert sum(row["amountInBaseCurrency"] for row in entries) == 0
    assert who.get("/accounting-years/2026/entries", params={"filter": "account$eq:1"}).status_code == 400
    of_account = who.get("/accounts/5825/accounting-years/2026/entries").json()["collection"]
    assert [row["amount"] for row in of_account] == [499.9]
    assert who.get("/accounting-years/2026/periods/3/entries").json()["pagination"]["results"] == 5


def test_a_settlement_of_a_gateway() -> None:
    simulator = agreement()
    who = outsider(simulator)
    booked(who, customer(who), {"product": {"productNumber": "SHOP"}, "quantity": 1, "unitNetPrice": 800})
    entries = voucher(
        customerPayments=payment(-1000)["entries"]["customerPayments"],
        financeVouchers=[finance(4340, 14.5, 5825), finance(5820, 985.5, 5825)],
    )

    paid(who, entries)

    assert simulator.state.balance(5825) == 0
    assert simulator.state.balance(5820) == Decimal("985.5")
    assert sum(simulator.state.trial_balance().values()) == 0


def test_vat_is_lifted_out_of_the_amount() -> None:
    simulator = agreement()

    paid(outsider(simulator), voucher(financeVouchers=[finance(4340, 125, 5820, vatAccount={"vatCode": "I25"})]))

    assert simulator.state.trial_balance() == {4340: Decimal(100), 5820: Decimal(-125), 7690: Decimal(25)}


def test_a_bill_with_its_contra_account() -> None:
    simulator = agreement()
    who = outsider(simulator)
    card = {"name": "Papir", "currency": "DKK", "supplierGroup": {"supplierGroupNumber": 1}}
    who.post("/suppliers", json=card | {"vatZone": {"vatZoneNumber": 1}, "paymentTerms": {"paymentTermsNumber": 1}})
    bill = {"supplier": {"supplierNumber": 1}, "supplierInvoiceNumber": "F-77", "amount": -1250, "date": "2026-03-04"}
    bill |= {"contraAccount": {"accountNumber": 1610}, "contraVatAccount": {"vatCode": "I25"}, "text": "Papir"}

    paid(who, voucher(supplierInvoices=[bill]))

    assert simulator.state.trial_balance() == {1610: Decimal(1000), 6800: Decimal(-1250), 7690: Decimal(250)}


def test_one_legged_entries_must_balance() -> None:
    who = outsider(agreement())
    who.post("/journals/3/vouchers", json=voucher(financeVouchers=[finance(4340, 10), finance(5820, -9)]))

    answer = who.post(BOOK, json={"entryNumbers": [1, 2]})

    assert answer.status_code == 400
    assert who.get("/journals/3/entries").json()["pagination"]["results"] == 2
    assert who.post("/journals/3/vouchers", json=voucher(financeVouchers=[finance(4340, 1), finance(5820, -1)])).json()
    assert who.post(BOOK, json={"entryNumbers": [3, 4]}).is_success


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (payment() | {"accountingYear": {"year": "2035"}}, "accountingYear"),
        (payment() | {"journal": {"journalNumber": 99}}, "journal"),
        (voucher(), "entries"),
        (payment(-1.234), "entries"),
        (payment(date="2025-12-31"), "entries"),
        (payment(text="x" * 251), "entries"),
        (payment(contraAccount={"accountNumber": 77}), "entries"),
        (payment(contraAccount={"accountNumber": 1000}), "entries"),
        (payment(customer={"customerNumber": 9}), "entries"),
        (payment(currency={"code": "XYZ"}), "entries"),
        (voucher(financeVouchers=[{"amount": 1, "date": "2026-03-04"}]), "entries"),
    ],
)
def test_a_wrong_voucher_is_refused_at_its_place(body: dict[str, Any], place: str) -> None:
    who = outsider(agreement())
    booked(who, customer(who))

    answer = who.post("/journals/3/vouchers", json=body)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [place])


def test_several_vouchers_in_one_call() -> None:
    who = outsider(agreement())
    booked(who, customer(who))

    answer = who.post("/journals/3/vouchers", json=[payment(-1), payment(-2) | {"voucherNumber": 777}])

    assert [row["voucherNumber"] for row in answer.json()] == [50000, 777]
    assert who.post("/journals/3/vouchers", json=payment(-3) | {"voucherNumber": 777}).status_code == 400


def test_a_closed_period_keeps_its_entries_out() -> None:
    who = outsider(agreement(closed_until=dt.date(2026, 3, 31)))
    who.post("/journals/3/vouchers", json=voucher(financeVouchers=[finance(4340, 10, 5820)]))

    answer = who.post(BOOK, json={"entryNumbers": [1]})

    assert (answer.status_code, answer.json()["errorCode"]) == (400, "EntryDateInClosedPeriod")


def test_draft_entries_are_deleted_by_the_newer_service_only() -> None:
    who = outsider(agreement())
    who.post("/journals/3/vouchers", json=voucher(financeVouchers=[finance(4340, 10, 5820)]))
    url = f"{APIS}/journalsapi/v15.0.0/draft-entries"
    item = who.get(url).json()["items"][0]

    assert who.delete("/journals/3/entries/1").status_code == 405
    stale = who.request("DELETE", url, json={"entryNumber": 1, "objectVersion": "old"})
    gone = who.request("DELETE", url, json={"entryNumber": 1, "objectVersion": item["objectVersion"]})
    assert (stale.status_code, gone.status_code) == (409, 204)
    assert who.get("/journals/3/entries").json()["collection"] == []


def test_open_entries_are_matched_by_their_numbers() -> None:
    simulator = agreement()
    who = outsider(simulator)
    number = customer(who)
    helmet = {"product": {"productNumber": "SHOP"}, "quantity": 1}
    booked(who, number, helmet | {"unitNetPrice": 100})
    booked(who, number, helmet | {"unitNetPrice": -40})
    open_ = [row["entryNumber"] for row in simulator.state.entries.values() if "remainder" in row]

    answer = who.post(f"{APIS}/bookedEntriesapi/v4.0.0/booked-entries/match", json={"entryIds": open_})

    assert answer.is_success
    assert who.get("/invoices/booked/20001").json()["remainder"] == 75
    assert who.get("/invoices/booked/20002").json()["remainder"] == 0


def test_a_payment_at_another_rate_leaves_a_difference() -> None:
    simulator = agreement()
    who = outsider(simulator)
    booked(who, customer(who), currency="USD", exchangeRate=690, zone=3)

    paid(who, payment(-399.92, currency={"code": "USD"}, exchangeRate=684))

    assert simulator.state.balance(5600) == 0
    assert simulator.state.balance(3610) == Decimal("24.00")
    assert sum(simulator.state.trial_balance().values()) == 0


def test_several_payments_close_an_invoice_without_a_difference() -> None:
    simulator = agreement()
    who = outsider(simulator)
    booked(who, customer(who), currency="EUR", exchangeRate=746.05, zone=3)

    for amount in (-100.01, -200, -99.91):
        paid(who, payment(amount, currency={"code": "EUR"}, exchangeRate=746.05))

    assert who.get("/invoices/booked/20001").json()["remainder"] == 0
    assert abs(simulator.state.balance(3610)) <= Decimal("0.02")  # each payment is rounded into base currency
    assert simulator.state.balance(5600) == 0
    assert simulator.state.booked[20001]["remainderInBaseCurrency"] == 0


def test_terms_of_cash_settle_the_invoice_unless_the_habit_is_another() -> None:
    for settles, remainder in ((True, 0), (False, 499.9)):
        simulator = agreement(cash_terms=settles)
        who = outsider(simulator)
        made = booked(who, customer(who), paymentTerms={"paymentTermsNumber": 7})
        assert who.get(made["self"]).json()["remainder"] == remainder


def test_attachments_are_files_in_a_form() -> None:
    who = outsider(agreement())
    who.post("/journals/3/vouchers", json=voucher(financeVouchers=[finance(4340, 10, 5820)]))
    at = "/journals/3/vouchers/2026-50000/attachment"
    pdf = ("bill.pdf", b"%PDF-1.4 bill", "application/pdf")

    assert who.post(f"{at}/file", files={"file": pdf}).is_success
    assert who.post(f"{at}/file", files={"file": pdf}).status_code == 400
    assert who.patch(f"{at}/file", files={"file": pdf}).is_success
    assert who.get(at).json()["pages"] == 2
    assert who.get(f"{at}/file").content == b"%PDF-1.4 bill" * 2
    assert who.patch(f"{at}/file", files={"file": ("x.heic", b"..", "image/heic")}).status_code == 400
    large = ("large.pdf", b"x" * (9 * 1024 * 1024 + 1), "application/pdf")
    assert who.patch(f"{at}/file", files={"file": large}).status_code == 400
    assert who.delete(f"{at}/file").is_success
    assert who.get(f"{at}/file").status_code == 404


def test_years_and_periods_are_read_and_opened() -> None:
    who = outsider(agreement(closed_until=dt.date(2025, 12, 31)))

    years = {row["year"]: row for row in who.get("/accounting-years").json()["collection"]}
    periods = who.get("/accounting-years/2026/periods").json()["collection"]

    assert years["2025"]["closed"] is True
    assert "closed" not in years["2026"]
    assert [row["fromDate"] for row in periods[:2]] == ["2026-01-01", "2026-02-01"]
    made = who.post("/accounting-years", json={"fromDate": "2028-07-01", "toDate": "2029-06-30"})
    assert made.json()["year"] == "2028/2029"
    assert who.get(f"{REST}/accounting-years/2028_6_2029/periods").json()["pagination"]["results"] == 12
    assert who.post("/accounting-years", json={"fromDate": "2026-01-01", "toDate": "2026-12-31"}).status_code == 400


def test_totals_of_a_year_add_up_to_zero() -> None:
    who = outsider(agreement())
    booked(who, customer(who))

    rows = who.get("/accounting-years/2026/totals").json()["collection"]

    assert round(sum(row["totalInBaseCurrency"] for row in rows), 2) == 0
    assert {row["account"]["accountNumber"] for row in rows} == {1010, 5600, 7680}
    assert (
        who.get("/accounts/1010/accounting-years/2026/totals").json()["collection"][0]["totalInBaseCurrency"] == -399.92
    )
