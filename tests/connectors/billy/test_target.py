"""Our connector at the simulated Billy: each row of its table of calls, in process and over a real socket."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.connectors.billy.company import CONTACT, company, found, outsider, step, target

from kontering.connectors.billy import CONNECTOR
from kontering.connectors.billy.target import Billy
from kontering.errors import Closed, Denied, Refused, TryLater, Unsure
from kontering.sdk.connector import Totals
from kontering.testing import serve

HELMET = {
    "name": "Helmet",
    "productNo": "SKU-77",
    "account": "1110",
    "salesTaxRuleset": "DK 25 %",
    "prices": [{"unitPrice": Decimal("199.96"), "currencyId": "DKK"}],
}
BUYER = {**CONTACT, "contactNo": "shop-77"}
MARK = {
    "reference": "SHOP-10042#1",
    "key": "shop/order/10042#payment/1",
    "document": "SHOP-10042",
    "amount": "499.90",
    "date": "2026-03-03",
    "nth": "1",
}


def sale(contact: str, product: str = "", **more: Any) -> dict[str, Any]:
    line = {"description": "Helmet", "quantity": 2, "unitPrice": Decimal("249.95")}
    line |= {"productId": product} if product else {"product": "SHOP"}
    body: dict[str, Any] = {
        "type": "invoice",
        "contactId": contact,
        "entryDate": "2026-03-01",
        "reference": "SHOP-10042",
        "taxMode": "incl",
        "currencyId": "DKK",
        "lines": [line],
    }
    return body | more


def money(*invoices: str, **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "entryDate": "2026-03-03",
        "cashAmount": Decimal("499.90"),
        "cashSide": "debit",
        "cashAccount": "5720",
        "associations": [{"invoice": one} for one in invoices],
    }
    return body | more


@pytest.fixture(params=["in process", "over a socket"])
def books(request: pytest.FixtureRequest) -> Iterator[tuple[Any, Billy]]:
    """A simulator, and our connector that talks to it."""
    simulator = company()
    if request.param == "in process":
        yield simulator, target(simulator)
        return
    with serve(simulator) as served:
        ours = target(httpx.HTTPTransport(), url=f"{served.url}/v2")
        yield simulator, ours
        ours.client.close()


def test_from_customer_to_payment(books: tuple[Any, Billy]) -> None:
    simulator, ours = books

    customer = ours.send(step("create", "customer", BUYER))
    helmet = ours.send(step("create", "product", HELMET))
    made = ours.send(step("create", "invoice", sale(customer.id, helmet.id)))
    booked = ours.send(step("book", "invoice", {}, of=made))
    mailed = ours.send(step("mail", "invoice", {}, of=booked))
    ours.send(step("create", "payment", money(booked.id), of=booked, terms=MARK))

    whole = Totals(net=Decimal("399.92"), vat=Decimal("99.98"), gross=Decimal("499.90"))
    assert made.totals == booked.totals == whole
    assert (made.number, booked.number) == ("SHOP-10042", "SHOP-10042")
    assert made.done == {"create"}
    assert booked.done == {"create", "book"}
    assert "mail" in mailed.done
    assert [letter["emailSubject"] for letter in simulator.state.mails] == ["Faktura SHOP-10042"]
    assert simulator.state.table("invoices")[booked.id]["isPaid"]
    assert simulator.state.balance("5600") == 0
    assert simulator.state.balance("5720") == Decimal("499.90")


def test_a_product_is_named_by_account_and_ruleset() -> None:
    simulator = company()
    helmet = target(simulator).send(step("create", "product", HELMET))

    row = simulator.state.table("products")[helmet.id]
    assert simulator.state.table("accounts")[row["accountId"]]["accountNo"] == "1110"
    assert simulator.state.table("salesTaxRulesets")[row["salesTaxRulesetId"]]["name"] == "DK 25 %"
    assert [price["unitPrice"] for price in simulator.state.table("productPrices").values()] == [Decimal("199.96")]


@pytest.mark.parametrize(
    ("name", "value", "path"),
    [("account", "9999", "/account"), ("salesTaxRuleset", "Nowhere", "/salesTaxRuleset")],
)
def test_a_name_that_billy_lacks_is_refused_with_its_place(name: str, value: str, path: str) -> None:
    with pytest.raises(Refused, match=value) as refused:
        target(company()).send(step("create", "product", HELMET | {name: value}))
    assert [one.path for one in refused.value.problems] == [path]


def test_what_is_new_in_billy_is_found_without_waiting() -> None:
    simulator = company()
    ours, who = target(simulator), outsider(simulator)
    ours.send(step("create", "product", HELMET))
    group = who.get("/accountGroups").json()["accountGroups"][0]["id"]
    who.post("/accounts", json={"account": {"name": "Nyt salg", "accountNo": "1199", "groupId": group}})

    made = ours.send(step("create", "product", HELMET | {"account": "1199", "productNo": "SKU-78"}))

    assert made.number == "SKU-78"


def test_a_changed_customer_keeps_its_other_persons() -> None:
    simulator = company()
    ours, who = target(simulator), outsider(simulator)
    customer = ours.send(step("create", "customer", BUYER))
    who.post("/contactPersons", json={"contactPerson": {"contactId": customer.id, "email": "accounts@nordlys.example"}})

    change = {"name": "Nordlys ApS", "contactPersons": [{"email": "new@nordlys.example", "isPrimary": True}]}
    changed = ours.send(step("change", "customer", change, of=customer))

    emails = {row["email"] for row in simulator.state.table("contactPersons").values()}
    assert changed.terms["name"] == "Nordlys ApS"
    assert emails == {"new@nordlys.example", "accounts@nordlys.example"}
    assert simulator.state.table("contacts")[customer.id]["registrationNo"] == "29384754"


def test_a_changed_product_keeps_its_prices_in_other_currencies() -> None:
    simulator = company()
    ours, who = target(simulator), outsider(simulator)
    helmet = ours.send(step("create", "product", HELMET))
    euro = {"productId": helmet.id, "unitPrice": 26.8, "currencyId": "EUR"}
    who.post("/productPrices", json={"productPrice": euro})

    price = {"unitPrice": Decimal("210"), "currencyId": "DKK"}
    ours.send(step("change", "product", {"prices": [price]}, of=helmet))

    prices = {row["currencyId"]: row["unitPrice"] for row in simulator.state.table("productPrices").values()}
    assert prices == {"DKK": 210, "EUR": Decimal("26.8")}


@pytest.mark.parametrize("answers", ["records", "empty"])
def test_a_draft_is_changed_and_taken_out(answers: str) -> None:
    simulator = company(put_answer=answers)
    ours = target(simulator)
    customer = ours.send(step("create", "customer", BUYER))
    made = ours.send(step("create", "invoice", sale(customer.id)))

    line = {"product": "ROUNDING", "description": "Rounding", "quantity": 1, "unitPrice": Decimal("0.01")}
    changed = ours.send(
        step("change", "invoice", sale(customer.id, lines=[*sale(customer.id)["lines"], line]), of=made)
    )
    assert changed.totals == Totals(net=Decimal("399.93"), vat=Decimal("99.98"), gross=Decimal("499.91"))

    ours.send(step("delete", "invoice", {}, of=made))
    ours.send(step("delete", "invoice", {}, of=made))
    assert not simulator.state.table("invoices")
    assert not simulator.state.table("invoiceLines")


def test_a_credit_note_closes_its_invoice_and_the_rest_is_paid_back() -> None:
    simulator = company()
    ours = target(simulator)
    customer = ours.send(step("create", "customer", BUYER))
    made = ours.send(step("create", "invoice", sale(customer.id)))
    booked = ours.send(step("book", "invoice", {}, of=made))
    ours.send(step("create", "payment", money(booked.id), of=booked, terms=MARK))

    back = sale(customer.id, type="creditNote", creditedInvoiceId=booked.id, reference="SHOP-10042-88")
    credit = ours.send(step("create", "credit_note", back))
    done = ours.send(step("book", "credit_note", {}, of=credit))
    ours.send(step("create", "payment", money(done.id, cashSide="credit"), of=done))

    assert simulator.state.table("invoices")[done.id]["balance"] == 0
    assert {number: amount for number, amount in simulator.state.trial_balance().items() if amount} == {}


def test_an_unpaid_invoice_is_closed_by_its_credit_note() -> None:
    simulator = company()
    ours = target(simulator)
    customer = ours.send(step("create", "customer", BUYER))
    booked = ours.send(step("book", "invoice", {}, of=ours.send(step("create", "invoice", sale(customer.id)))))
    back = sale(customer.id, type="creditNote", creditedInvoiceId=booked.id, reference="SHOP-10042-88")
    ours.send(step("book", "credit_note", {}, of=ours.send(step("create", "credit_note", back))))

    assert [row["balance"] for row in simulator.state.table("invoices").values()] == [0, 0]


def test_a_fee_that_was_held_back_closes_the_invoice_too() -> None:
    simulator = company()
    ours = target(simulator)
    customer = ours.send(step("create", "customer", BUYER))
    booked = ours.send(step("book", "invoice", {}, of=ours.send(step("create", "invoice", sale(customer.id)))))
    fee = {"cashAmount": Decimal("485.40"), "feeAmount": Decimal("14.50"), "feeAccount": "1380"}
    paid = ours.send(step("create", "payment", money(booked.id, **fee), of=booked, terms=MARK))

    assert simulator.state.table("invoices")[booked.id]["isPaid"]
    assert simulator.state.balance("1380") == Decimal("14.50")
    assert [one.id for one in ours.find("payment", MARK)] == [paid.id]


def test_one_payment_for_two_invoices_is_a_voucher() -> None:
    simulator = company()
    ours = target(simulator)
    customer = ours.send(step("create", "customer", BUYER))
    ids = []
    for mark in ("A-1", "A-2"):
        made = ours.send(step("create", "invoice", sale(customer.id, reference=mark), key=f"shop/order/{mark}"))
        ids.append(ours.send(step("book", "invoice", {}, of=made)).id)
    terms = {"reference": "BANK-7", "document": "A-1\nA-2", "amount": "999.80", "date": "2026-03-05"}
    body = {"bankPayment": money(*ids, cashAmount=Decimal("999.80"), cashAccount="5710", entryDate="2026-03-05")}

    made = ours.send(step("create", "voucher", body, terms=terms))

    assert made.done == {"create", "book"}
    assert [row["isPaid"] for row in simulator.state.table("invoices").values()] == [True, True]
    assert [one.id for one in ours.find("voucher", terms)] == [made.id]
    assert ours.find("voucher", terms | {"document": "A-1"}) != (), "one invoice's payment is clear"
    assert ours.find("voucher", terms | {"amount": "1"}) == ()


def cost(**more: Any) -> dict[str, Any]:
    lines = [
        {"account": "1310", "amount": Decimal("126.30"), "side": "debit", "text": "Cups"},
        {"account": "5510", "amount": Decimal("126.30"), "side": "credit", "text": "Cups"},
    ]
    body = {"entryDate": "2026-03-01", "apiType": "SHOP-1#cogs", "voucherNo": "SHOP-1#cogs", "lines": lines}
    return {"daybookTransaction": body | more}


def test_a_voucher_is_posted_in_the_daybook() -> None:
    simulator = company()
    ours = target(simulator)

    made = ours.send(step("create", "voucher", cost(), terms={"reference": "SHOP-1#cogs"}))

    assert made.done == {"create", "book"}
    assert simulator.state.trial_balance() == {"1310": Decimal("126.30"), "5510": Decimal("-126.30")}
    assert [one.done for one in ours.find("voucher", {"reference": "SHOP-1#cogs"})] == [{"create", "book"}]
    assert ours.send(step("book", "voucher", {}, of=made)).done == {"create", "book"}


def test_vouchers_can_be_left_for_a_bookkeeper() -> None:
    simulator = company()

    target(simulator, vouchers="draft", daybook="Kassekladde").send(step("create", "voucher", cost()))

    assert simulator.state.trial_balance() == {}
    assert [row["state"] for row in simulator.state.table("daybookTransactions").values()] == ["draft"]


def test_a_daybook_that_billy_lacks_is_refused() -> None:
    with pytest.raises(Refused, match="Billy has no daybook Salg"):
        target(company(), daybook="Salg").send(step("create", "voucher", cost()))


def bill(supplier: str, **more: Any) -> dict[str, Any]:
    line = {"account": "1320", "taxRate": "Købsmoms 25 %", "description": "Paper", "amount": Decimal("400")}
    body: dict[str, Any] = {
        "type": "bill",
        "contactId": supplier,
        "entryDate": "2026-03-07",
        "suppliersInvoiceNo": "S-4711",
        "voucherNo": "BILL-9",
        "taxMode": "excl",
        "lines": [line],
    }
    return {"bill": body | more}


def supplier_of(ours: Billy) -> str:
    body = {"type": "company", "name": "Nordlys Papir A/S", "countryId": "DK", "isSupplier": True, "isCustomer": False}
    return ours.send(step("create", "supplier", body | {"registrationNo": "31415926"})).id


def test_a_bill_is_approved_when_it_comes_to_what_was_posted() -> None:
    simulator = company()
    ours = target(simulator)
    terms = {"reference": "BILL-9", "gross": "500.00"}

    made = ours.send(step("create", "voucher", bill(supplier_of(ours)), terms=terms))
    assert made.done == {"create"}
    assert simulator.state.trial_balance() == {}
    ours.send(step("book", "voucher", {}, of=made, terms=terms))

    assert simulator.state.trial_balance() == {"1320": 400, "6800": -500, "7320": 100}
    assert [one.done for one in ours.find("voucher", {"reference": "BILL-9"})] == [{"create", "book"}]
    assert [one.id for one in ours.find("supplier", {"vat_number": "DK31415926"})]
    assert ours.find("customer", {"vat_number": "DK31415926"}) == ()


def test_a_bill_that_comes_to_something_else_stays_a_draft() -> None:
    simulator = company()
    ours = target(simulator)
    terms = {"reference": "BILL-9", "gross": "500.01"}
    made = ours.send(step("create", "voucher", bill(supplier_of(ours)), terms=terms))

    with pytest.raises(Refused, match=r"500\.01 were posted"):
        ours.send(step("book", "voucher", {}, of=made, terms=terms))
    assert [row["state"] for row in simulator.state.table("bills").values()] == ["draft"]


def test_a_voucher_of_nothing_is_refused() -> None:
    with pytest.raises(Refused, match="daybookTransaction, bill, bankPayment"):
        target(company()).send(step("create", "voucher", {}))


def test_a_locked_period_says_until_when() -> None:
    ours = target(company(closed_until=dt.date(2026, 3, 31)))
    customer = ours.send(step("create", "customer", BUYER))
    made = ours.send(step("create", "invoice", sale(customer.id)))

    with pytest.raises(Closed) as closed:
        ours.send(step("book", "invoice", {}, of=made))
    assert closed.value.until == dt.date(2026, 3, 31)


@pytest.mark.parametrize("status", [422, 409])
def test_our_own_draft_under_its_number_is_a_receipt(status: int) -> None:
    simulator = company(duplicate_status=status)
    ours = target(simulator)
    customer = ours.send(step("create", "customer", BUYER))
    made = ours.send(step("create", "invoice", sale(customer.id)))

    assert ours.send(step("create", "invoice", sale(customer.id))).id == made.id
    assert len(simulator.state.table("invoices")) == 1


def test_somebody_elses_number_is_refused() -> None:
    ours = target(company())
    customer = ours.send(step("create", "customer", BUYER))
    made = ours.send(step("create", "invoice", sale(customer.id)))
    other = sale(customer.id)
    other["lines"][0]["quantity"] = 3

    with pytest.raises(Refused) as refused:
        ours.send(step("create", "invoice", other))
    assert [one.path for one in refused.value.problems] == ["/invoiceNo"]
    ours.send(step("book", "invoice", {}, of=made))
    with pytest.raises(Refused):
        ours.send(step("create", "invoice", sale(customer.id)))


@pytest.mark.parametrize("field", ["externalId", "orderNo"])
def test_the_mark_can_stand_elsewhere(field: str) -> None:
    simulator = company()
    ours = target(simulator, reference=field)
    customer = ours.send(step("create", "customer", BUYER))

    made = ours.send(step("create", "invoice", sale(customer.id)))

    row = simulator.state.table("invoices")[made.id]
    assert (row[field], row["invoiceNo"]) == ("SHOP-10042", "1")
    assert [one.id for one in ours.find("invoice", {"reference": "SHOP-10042"})] == [made.id]


def test_a_number_of_our_own_stands_beside_the_mark() -> None:
    simulator = company()
    ours = target(simulator, reference="externalId")
    customer = ours.send(step("create", "customer", BUYER))

    made = ours.send(step("create", "invoice", sale(customer.id, invoiceNo="30001")))

    assert made.number == "30001"


def test_without_an_address_nothing_is_mailed() -> None:
    simulator = company()
    ours = target(simulator)
    customer = ours.send(step("create", "customer", {"type": "person", "name": "Greta", "countryId": "DE"}))
    made = ours.send(step("create", "invoice", sale(customer.id)))
    booked = ours.send(step("book", "invoice", {}, of=made))

    with pytest.raises(Refused, match="e-mail address"):
        ours.send(step("mail", "invoice", {}, of=booked))


def test_the_mail_says_what_the_connection_says() -> None:
    simulator = company(mail_sends=False)
    ours = target(simulator, mail_subject="Invoice {number}", mail_body="Please find {number}.")
    customer = ours.send(step("create", "customer", BUYER))
    made = ours.send(step("create", "invoice", sale(customer.id)))
    booked = ours.send(step("book", "invoice", {}, of=made))
    ours.send(step("mail", "invoice", {}, of=booked))

    assert [(one["emailSubject"], one["emailBody"]) for one in simulator.state.mails] == [
        ("Invoice SHOP-10042", "Please find SHOP-10042.")
    ]


def test_a_draft_that_was_deleted_is_in_doubt() -> None:
    simulator = company()
    ours = target(simulator)

    with pytest.raises((Unsure, Refused)):
        ours.send(step("book", "invoice", {}, of=found("gone", "create")))


def test_a_users_token_says_which_company() -> None:
    simulator = company()
    id_ = simulator.state.organization["id"]
    made = target(simulator, organization=id_).send(step("create", "customer", BUYER))

    assert simulator.state.table("contacts")[made.id]["organizationId"] == id_


def test_refusals_lead_into_the_payload() -> None:
    ours = target(company())
    customer = ours.send(step("create", "customer", BUYER))
    lines = [
        {"product": "SHOP", "description": "x", "quantity": 1, "unitPrice": 1},
        {"description": "y", "quantity": 1},
    ]

    with pytest.raises(Refused) as refused:
        ours.send(step("create", "invoice", sale(customer.id, lines=lines)))

    assert {one.path for one in refused.value.problems} == {"/lines/1/productId", "/lines/1/unitPrice"}
    assert {one.code for one in refused.value.problems} == {"E_VALIDATION"}


def test_log_lines_before_the_answer_are_passed_over() -> None:
    ours = target(company(log_prefix="warning: slow query\n"))

    customer = ours.send(step("create", "customer", BUYER))
    made = ours.send(step("create", "invoice", sale(customer.id)))

    assert ours.send(step("book", "invoice", {}, of=made)).done == {"create", "book"}


def test_wrong_tokens_stop_the_connection() -> None:
    with pytest.raises(Denied):
        target(company(token="another")).find("customer", {"number": "1"})


@pytest.mark.parametrize("after", [17.0, None])
def test_a_throttled_call_says_for_how_long(after: float | None) -> None:
    simulator = company()
    simulator.state.throttled.append(after)

    with pytest.raises(TryLater) as later:
        target(simulator).send(step("create", "customer", BUYER))
    assert after is None or later.value.after == after


def test_it_has_no_trial_and_no_unknown_action() -> None:
    ours = target(company())
    with pytest.raises(ValueError, match="draft"):
        ours.trial(step("create", "invoice", {}))
    with pytest.raises(ValueError, match="no book for a customer"):
        ours.send(step("book", "customer", {}))


def test_the_paper_of_an_approved_invoice() -> None:
    simulator = company()
    ours = target(simulator)
    customer = ours.send(step("create", "customer", BUYER))
    made = ours.send(step("create", "invoice", sale(customer.id)))
    assert CONNECTOR.paper is not None
    assert CONNECTOR.paper(ours.settings, ours.client, "invoice", made.id) is None
    ours.send(step("book", "invoice", {}, of=made))

    paper = CONNECTOR.paper(ours.settings, ours.client, "invoice", made.id)

    assert paper == b"%PDF-1.4 SHOP-10042"
    assert CONNECTOR.paper(ours.settings, ours.client, "invoice", "none") is None
