"""Drafts and booked invoices of the simulated e-conomic: totals, VAT by group and zone, numbers, sending, PDFs."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.connectors.economic.agreement import REST, agreement, booked, customer, draft, outsider

from kontering.connectors.economic.simulator.chart import oss_zone
from kontering.testing import Clock


def line(amount: float, quantity: float = 1, product: str = "SHOP", **more: Any) -> dict[str, Any]:
    return {"product": {"productNumber": product}, "quantity": quantity, "unitNetPrice": amount, **more}


def totals_of(row: dict[str, Any]) -> tuple[str, str, str]:
    return tuple(f"{row[name]:.2f}" for name in ("netAmount", "vatAmount", "grossAmount"))  # type: ignore[return-value]


def drafted(who: httpx.Client, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = who.post("/invoices/drafts", json=draft(customer(who), *lines, **more))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_the_draft_of_the_documentation() -> None:
    made = drafted(outsider(agreement()))

    assert (made["draftInvoiceNumber"], made["exchangeRate"], made["roundingAmount"]) == (301, 100, 0)
    assert totals_of(made) == ("399.92", "99.98", "499.90")
    assert made["dueDate"] == "2026-03-09"
    assert made["pdf"]["download"] == f"{REST}/invoices/drafts/301/pdf"
    assert made["lines"][0] | {"totalNetAmount": 399.92, "lineNumber": 1} == made["lines"][0]


@pytest.mark.parametrize(
    ("habits", "vat"),
    [
        ({}, "1.28"),
        ({"vat_per": "line"}, "1.30"),
        ({"half": "down"}, "1.27"),
        ({"vat_per": "line", "half": "down"}, "1.25"),
    ],
)
def test_vat_is_rounded_as_the_habit_says(habits: dict[str, Any], vat: str) -> None:
    lines = [line(1.02) for _ in range(5)]

    assert totals_of(drafted(outsider(agreement(**habits)), *lines))[1] == vat


@pytest.mark.parametrize(
    ("zone", "product", "vat"),
    [
        (1, "SHOP", "25.00"),
        (1, "SHIP", "25.00"),
        (1, "ROUNDING", "0.00"),
        (1, "GIFTCARD", "0.00"),
        (2, "SHOP", "0.00"),
        (3, "SHOP", "0.00"),
        (4, "SHOP", "0.00"),
        (oss_zone("DE"), "SHOP", "19.00"),
        (oss_zone("FI"), "SHIP", "25.50"),
        (oss_zone("DE"), "BOOK", "7.00"),
        (oss_zone("DE"), "GIFTCARD", "0.00"),
    ],
)
def test_vat_follows_from_zone_and_group(zone: int, product: str, vat: str) -> None:
    who = outsider(agreement())
    who.post("/products", json={"productNumber": "BOOK", "name": "Bog", "productGroup": {"productGroupNumber": 3}})

    assert totals_of(drafted(who, line(100, product=product), zone=zone))[1] == vat


def test_two_rates_are_rounded_each() -> None:
    who = outsider(agreement())
    who.post("/products", json={"productNumber": "BOOK", "name": "Bog", "productGroup": {"productGroupNumber": 3}})

    made = drafted(
        who, line(90), line(18, product="BOOK"), line(5, product="SHIP"), zone=oss_zone("DE"), currency="EUR"
    )

    assert totals_of(made) == ("113.00", "19.31", "132.31")
    assert made["exchangeRate"] == 746.05
    assert made["grossAmountInBaseCurrency"] == pytest.approx(987.10)


def test_discounts_are_taken_from_the_line() -> None:
    made = drafted(outsider(agreement()), line(99.99, 3, discountPercentage=10))

    assert totals_of(made)[0] == "269.97"


def test_a_line_without_product_is_text_only() -> None:
    who = outsider(agreement())

    made = drafted(who, line(10), {"description": "Tak for handlen"})
    refused = who.post("/invoices/drafts", json=draft(1, {"description": "x", "quantity": 1, "unitNetPrice": 5}))

    assert totals_of(made)[0] == "10.00"
    assert "product" in refused.json()["errors"]["lines"][0]


def test_zero_quantities_are_a_habit() -> None:
    assert outsider(agreement()).post("/invoices/drafts", json=draft(1)).status_code == 400  # no customer yet
    who = outsider(agreement(zero_quantity=False))
    answer = who.post("/invoices/drafts", json=draft(customer(who), line(5, 0)))

    assert "quantity" in answer.json()["errors"]["lines"][0]


@pytest.mark.parametrize(
    ("terms", "due"), [(1, "2026-03-09"), (4, "2026-03-01"), (5, "2026-04-30"), (7, "2026-03-01"), (6, "2026-04-17")]
)
def test_the_due_date_follows_from_the_terms(terms: int, due: str) -> None:
    made = drafted(outsider(agreement()), paymentTerms={"paymentTermsNumber": terms}, dueDate="2026-04-17")

    assert made["dueDate"] == due


def test_terms_with_a_due_date_ask_for_one() -> None:
    who = outsider(agreement())
    answer = who.post("/invoices/drafts", json=draft(customer(who), paymentTerms={"paymentTermsNumber": 6}))

    assert list(answer.json()["errors"]) == ["dueDate"]


def test_an_exchange_rate_may_be_given_with_six_decimals() -> None:
    who = outsider(agreement())

    assert drafted(who, currency="EUR", exchangeRate=746.123456)["exchangeRate"] == 746.123456
    answer = who.post("/invoices/drafts", json=draft(1, currency="EUR", exchangeRate=746.1234567))
    assert answer.json()["errors"]["exchangeRate"]["errors"][0]["errorCode"] == "E04740"


def test_a_draft_is_replaced_and_lines_can_be_appended() -> None:
    who = outsider(agreement())
    drafted(who)

    replaced = who.put("/invoices/drafts/301", json=draft(1, line(10), notes={"heading": "Ny"})).json()
    longer = who.post("/invoices/drafts/301/lines", json={"lines": [line(5)]})

    assert totals_of(replaced) == ("10.00", "2.50", "12.50")
    assert replaced["draftInvoiceNumber"] == 301
    assert totals_of(longer.json()) == ("15.00", "3.75", "18.75")
    assert [one["lineNumber"] for one in longer.json()["lines"]] == [1, 2]


def test_drafts_are_deleted_one_or_many() -> None:
    who = outsider(agreement())
    number = customer(who)
    for index in range(4):
        who.post("/invoices/drafts", json=draft(number, references={"other": f"SHOP-{index}"}))

    one = who.delete("/invoices/drafts/301").json()
    some = who.delete("/invoices/drafts", params={"filter": "references.other$in:x"})
    hit = who.delete("/invoices/drafts", params={"filter": "references.other$eq:SHOP-2"}).json()
    rest = who.delete("/invoices/drafts").json()

    assert (one["deletedCount"], one["deletedItems"][0]["draftInvoiceNumber"]) == (1, 301)
    assert some.status_code == 400
    assert (hit["deletedCount"], rest["deletedCount"]) == (1, 2)


def test_booking_gives_a_number_of_its_own_series_and_the_draft_is_gone() -> None:
    who = outsider(agreement())

    made = booked(who, customer(who))

    assert made["bookedInvoiceNumber"] == 20001
    assert (made["remainder"], made["references"]["other"]) == (499.9, "SHOP-10042")
    assert made["lines"][0]["vatRate"] == 25
    assert who.get("/invoices/drafts/301").status_code == 404
    again = who.post("/invoices/booked", json={"draftInvoice": {"draftInvoiceNumber": 301}})
    assert again.json()["errors"]["draftInvoice"]["errors"][0]["errorCode"] == "E06000"


def test_the_number_may_be_chosen() -> None:
    who = outsider(agreement())
    number = customer(who)
    for _ in range(4):
        who.post("/invoices/drafts", json=draft(number))

    def book(draft_number: int, **more: Any) -> httpx.Response:
        return who.post("/invoices/booked", json={"draftInvoice": {"draftInvoiceNumber": draft_number}} | more)

    assert book(301, bookWithNumber=20017).json()["bookedInvoiceNumber"] == 20017
    assert book(302, bookWithNumber=20017).status_code == 400
    assert book(302).json()["bookedInvoiceNumber"] == 20018
    put = who.put("/invoices/booked/30000", json={"draftInvoice": {"self": f"{REST}/invoices/drafts/303"}})
    assert put.json()["bookedInvoiceNumber"] == 30000


def test_the_ledger_balances_and_knows_its_accounts() -> None:
    simulator = agreement()
    who = outsider(simulator)
    booked(who, customer(who), line(100), line(40, product="SHIP"), line(-0.02, product="ROUNDING"))

    assert simulator.state.trial_balance() == {
        1010: Decimal("-100.00"),
        1015: Decimal("-40.00"),
        2720: Decimal("0.02"),
        5600: Decimal("174.98"),
        7680: Decimal("-35.00"),
    }
    assert who.get("/customers/1").json()["balance"] == 174.98


def test_a_foreign_invoice_balances_to_the_cent_in_base_currency() -> None:
    simulator = agreement()
    who = outsider(simulator)
    lines = [line(amount) for amount in (49.58, 21.83, 4.12)]
    made = booked(who, customer(who), *lines, currency="EUR", exchangeRate=746.05, zone=oss_zone("DE"))

    assert sum(simulator.state.trial_balance().values()) == 0
    assert made["grossAmountInBaseCurrency"] == float(simulator.state.balance(5600))


def test_negative_prices_make_a_credit_note() -> None:
    simulator = agreement()
    who = outsider(simulator)
    number = customer(who)
    booked(who, number, line(100))

    made = booked(who, number, line(-100))

    assert totals_of(made) == ("-100.00", "-25.00", "-125.00")
    assert simulator.state.balance(5600) == 0


def test_a_closed_period_is_refused() -> None:
    who = outsider(agreement(closed_until=dt.date(2026, 2, 28)))
    number = customer(who)
    who.post("/invoices/drafts", json=draft(number, date="2026-02-28"))
    who.post("/invoices/drafts", json=draft(number, date="2019-01-01"))

    for draft_number in (301, 302):
        answer = who.post("/invoices/booked", json={"draftInvoice": {"draftInvoiceNumber": draft_number}})
        assert answer.status_code == 400
    assert who.get("/invoices/drafts/301").status_code == 200
    assert booked(who, number)["bookedInvoiceNumber"] == 20001


def test_paid_and_unpaid_and_overdue() -> None:
    clock = Clock()
    who = outsider(agreement(clock=clock))
    number = customer(who)
    booked(who, number)
    booked(who, number, paymentTerms={"paymentTermsNumber": 7})

    def numbers(name: str) -> list[int]:
        return [row["bookedInvoiceNumber"] for row in who.get(f"/invoices/{name}").json()["collection"]]

    assert (numbers("paid"), numbers("unpaid"), numbers("overdue"), numbers("not-due")) == (
        [20002],
        [20001],
        [],
        [20001],
    )
    clock.forward(days=30)
    assert (numbers("overdue"), numbers("not-due")) == ([20001], [])
    totals = who.get("/invoices/totals").json()
    assert (totals["booked"]["invoiceCount"], totals["booked"]["unpaid"]["grossRemainderInBaseCurrency"]) == (2, 499.9)


def test_lists_have_no_lines_and_are_found_by_reference() -> None:
    who = outsider(agreement())
    number = customer(who)
    booked(who, number)
    who.post("/invoices/drafts", json=draft(number, references={"other": "SHOP-2"}))

    drafts = who.get("/invoices/drafts", params={"filter": "references.other$eq:shop-2"}).json()["collection"]
    found = who.get("/invoices/booked", params={"filter": "references.other$eq:SHOP-10042"}).json()["collection"]

    assert [row["draftInvoiceNumber"] for row in drafts] == [302]
    assert [row["bookedInvoiceNumber"] for row in found] == [20001]
    assert "lines" not in found[0]
    assert who.get(found[0]["self"]).json()["lines"]
    assert who.get(f"/customers/{number}/invoices/booked").json()["pagination"]["results"] == 1


def test_a_search_index_may_trail() -> None:
    clock = Clock()
    who = outsider(agreement(clock=clock, lag_seconds=30))
    booked(who, customer(who))
    asked = {"filter": "references.other$eq:SHOP-10042"}

    assert who.get("/invoices/booked", params=asked).json()["collection"] == []
    clock.forward(seconds=31)
    assert who.get("/invoices/booked", params=asked).json()["pagination"]["results"] == 1


def test_a_pdf_wants_any_type_and_a_moment() -> None:
    clock = Clock()
    who = outsider(agreement(clock=clock))
    booked(who, customer(who))
    url = "/invoices/booked/20001/pdf"

    assert who.get(url, headers={"accept": "*/*"}).status_code == 404
    clock.forward(seconds=3)
    assert who.get(url, headers={"accept": "application/pdf"}).status_code == 406
    answer = who.get(url, headers={"accept": "*/*"})
    assert (answer.headers["content-type"], answer.content[:5]) == ("application/pdf", b"%PDF-")


def test_mail_wants_an_address_and_is_noted() -> None:
    simulator = agreement()
    who = outsider(simulator)
    with_mail, without = customer(who), customer(who)
    who.put(f"/customers/{without}", json={key: value for key, value in CARD.items() if key != "email"})
    for number in (with_mail, without):
        who.post("/invoices/drafts", json=draft(number))

    sent = who.post("/invoices/booked", json={"draftInvoice": {"draftInvoiceNumber": 301}, "sendBy": "Email"})
    refused = who.post("/invoices/booked", json={"draftInvoice": {"draftInvoiceNumber": 302}, "sendBy": "Email"})
    strange = who.post("/invoices/booked", json={"draftInvoice": {"draftInvoiceNumber": 302}, "sendBy": "pigeon"})

    assert sent.status_code == 201
    assert (refused.status_code, strange.status_code) == (400, 400)
    assert [row["sendBy"] for row in simulator.state.sent.values()] == ["email"]
    assert who.get(sent.json()["sent"]).json()["pagination"]["results"] == 1


CARD = {
    "name": "Uden mail",
    "currency": "DKK",
    "customerGroup": {"customerGroupNumber": 1},
    "vatZone": {"vatZoneNumber": 1},
    "paymentTerms": {"paymentTermsNumber": 1},
    "email": "x@example.dk",
}


def test_an_e_invoice_wants_ean_and_contact() -> None:
    who = outsider(agreement())
    number = customer(who, ean="5798000000117")
    recipient = {"name": "Børnehuset", "vatZone": {"vatZoneNumber": 1}, "ean": "5798000000117"}
    who.post("/invoices/drafts", json=draft(number, recipient=recipient))
    body = {"draftInvoice": {"draftInvoiceNumber": 301}, "sendBy": "EAN"}

    assert who.post("/invoices/booked", json=body).status_code == 400
    who.post(f"/customers/{number}/contacts", json={"name": "Signe Holm"})
    named = recipient | {"attention": {"customerContactNumber": 1}}
    who.put("/invoices/drafts/301", json=draft(number, recipient=named))
    assert who.post("/invoices/booked", json=body).status_code == 201


def test_a_customer_gives_a_template_that_can_be_sent_back() -> None:
    who = outsider(agreement())
    number = customer(who)

    body = who.get(f"/customers/{number}/templates/invoice").json()
    item = who.get(f"/customers/{number}/templates/invoiceline/SHOP").json()

    assert who.post("/invoices/drafts", json=body | {"lines": [item | {"unitNetPrice": 8}]}).json()["grossAmount"] == 10
