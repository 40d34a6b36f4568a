"""Our connector at the simulated Dinero: each row of its table of calls, in process and over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.connectors.dinero.organisation import (
    CONTACT,
    PRODUCT,
    booked,
    contact,
    drafted,
    organisation,
    outsider,
    own,
    sale,
    step,
    target,
)

from kontering.connectors.dinero import CONNECTOR
from kontering.connectors.dinero.target import Dinero
from kontering.errors import Closed, Denied, Refused, TryLater, Unsure
from kontering.sdk.connector import Totals
from kontering.testing import Faulty, serve
from kontering.testing.faults import at, before, lost

WHOLE = Totals(net=Decimal("399.92"), vat=Decimal("99.98"), gross=Decimal("499.90"))
PAYMENT = {
    "Amount": Decimal("499.90"),
    "DepositAccountNumber": 55040,
    "PaymentDate": "2026-03-01",
    "Description": "card ch_1",
    "ExternalReference": "SHOP-10042#1",
    "RemainderIsFee": False,
    "Direction": "in",
}
MARK = {"reference": "SHOP-10042#1"}


@pytest.fixture(params=["in process", "over a socket"])
def books(request: pytest.FixtureRequest) -> Iterator[tuple[Any, Dinero]]:
    """A simulator, and our connector that talks to it."""
    simulator = organisation()
    if request.param == "in process":
        yield simulator, target(simulator)
        return
    with serve(simulator) as served:
        ours = target(httpx.HTTPTransport(), url=served.url)
        yield simulator, ours
        ours.client.close()


def test_from_customer_to_payment_and_mail(books: tuple[Any, Dinero]) -> None:
    simulator, ours = books

    customer = ours.send(step("create", "customer", CONTACT))
    product = ours.send(step("create", "product", PRODUCT))
    body = sale(customer.id)
    body["ProductLines"][0]["ProductGuid"] = product.id
    tried = ours.trial(step("create", "invoice", body))
    made = ours.send(step("create", "invoice", body))
    counts = ours.send(step("book", "invoice", {}, of=made))
    paid = ours.send(step("create", "payment", PAYMENT, of=counts, terms=MARK))
    mailed = ours.send(step("mail", "invoice", {}, of=counts))

    assert tried == made.totals == counts.totals == WHOLE
    assert made.id == body["Guid"]
    assert (made.number, counts.number) == (None, "1001")
    assert counts.done == {"create", "book"}
    assert "mail" in mailed.done
    assert paid.done == {"create"}
    state = simulator.state
    assert state.balance(55040) == Decimal("499.90")
    assert state.balance(1000) == Decimal("-399.92")
    assert sum(state.trial_balance().values()) == 0
    assert [mail["To"] for mail in state.mails] == ["post@nordlys.example"]


def test_a_customers_fields_are_laid_over_what_is_there() -> None:
    simulator = organisation()
    guid = contact(outsider(simulator), Phone="12 34 56 78", City="Odense C")
    ours = target(simulator)
    there = ours.find("customer", {"email": "post@nordlys.example"})[0]

    changed = ours.send(step("change", "customer", {"Name": "Nordlys A/S", "City": "Odense M"}, of=there))

    row = simulator.state.contacts[guid]
    assert (row["Name"], row["City"], row["Phone"], row["VatNumber"]) == (
        "Nordlys A/S",
        "Odense M",
        "12 34 56 78",
        "29384754",
    )
    assert changed.terms["name"] == "Nordlys A/S"


def test_a_product_that_is_made_is_made_whatever_becomes_of_the_question_after_it() -> None:
    simulator = organisation()

    whole = target(simulator).send(step("create", "product", PRODUCT))
    bare = target(Faulty(simulator, at(1, before(503), lambda one: one.method == "GET"))).send(
        step("create", "product", PRODUCT | {"ProductNumber": "SKU-78"})
    )

    assert whole.version == simulator.state.products[whole.id]["UpdatedAt"]
    assert (bare.version, bare.number) == ("", "SKU-78")
    assert len(simulator.state.products) == 2


def test_a_product_is_changed_and_keeps_the_rest() -> None:
    simulator = organisation()
    ours = target(simulator)
    made = ours.send(step("create", "product", PRODUCT | {"Comment": "Red"}))

    ours.send(step("change", "product", {"BaseAmountValue": Decimal("210")}, of=made))

    row = simulator.state.products[made.id]
    assert (row["BaseAmountValue"], row["Comment"], row["ProductNumber"]) == (210, "Red", "SKU-77")


def test_a_draft_is_changed_with_whatever_timestamp_it_has_by_now() -> None:
    simulator = organisation()
    who = outsider(simulator)
    ours = target(simulator)
    body = sale(contact(who))
    made = ours.send(step("create", "invoice", body))
    who.put(own(f"/invoices/{made.id}", "v1.2"), json=body | {"Timestamp": made.version, "Comment": "by hand"})

    changed = ours.send(step("change", "invoice", body | {"Comment": "ours"}, of=made))

    assert simulator.state.invoices[made.id]["Comment"] == "ours"
    assert changed.version > made.version


def test_a_draft_that_somebody_has_booked_is_booked() -> None:
    simulator = organisation()
    who = outsider(simulator)
    ours = target(simulator)
    made = ours.send(step("create", "invoice", sale(contact(who))))
    who.post(own(f"/invoices/{made.id}/book"), json={"Timestamp": made.version})

    receipt = ours.send(step("book", "invoice", {}, of=made))

    assert receipt.number == "1001"
    assert len(simulator.state.entries) == 3


def test_the_number_may_be_ours() -> None:
    simulator = organisation()
    ours = target(simulator)
    made = ours.send(step("create", "invoice", sale(contact(outsider(simulator)))))

    with pytest.raises(Refused, match="they are whole"):
        ours.send(step("book", "invoice", {"number": "W-5012"}, of=made))
    assert ours.send(step("book", "invoice", {"number": "5012"}, of=made)).number == "5012"


def test_a_draft_is_taken_out_once() -> None:
    simulator = organisation()
    ours = target(simulator)
    made = ours.send(step("create", "invoice", sale(contact(outsider(simulator)))))

    first = ours.send(step("delete", "invoice", {}, of=made))
    second = ours.send(step("delete", "invoice", {}, of=made))

    assert first.done == second.done == {"create", "delete"}
    assert ours.find("invoice", {"reference": "SHOP-10042"}) == ()


def test_a_credit_note_settles_its_invoice_and_the_money_goes_back_on_it() -> None:
    simulator = organisation()
    who = outsider(simulator)
    invoice = booked(who, sale(contact(who)))
    ours = target(simulator)
    there = ours.find("invoice", {"reference": "SHOP-10042"})[0]
    ours.send(step("create", "payment", PAYMENT, of=there, terms=MARK))
    line = {"Description": "Helmet", "Quantity": 1, "BaseAmountValue": Decimal("249.95"), "AccountNumber": 1000}
    body = sale(invoice["ContactGuid"], line | {"Discount": 0}, ExternalReference="SHOP-88")

    made = ours.send(step("create", "credit_note", body | {"CreditNoteFor": invoice["Guid"]}))
    note = ours.send(step("book", "credit_note", {}, of=made))
    back = PAYMENT | {"Amount": Decimal("-249.95"), "ExternalReference": "SHOP-88#1", "Direction": "out"}
    terms = {"reference": "SHOP-88#1"}
    first = ours.send(step("create", "payment", back, of=note, terms=terms))
    again = ours.send(step("create", "payment", back, of=note, terms=terms))

    assert note.totals == Totals(net=Decimal("199.96"), vat=Decimal("49.99"), gross=Decimal("249.95"))
    assert first.id == again.id
    assert [one.id for one in ours.find("payment", terms)] == [first.id]
    assert who.get(own(f"/invoices/{invoice['Guid']}")).json()["Status"] == "Paid"
    assert simulator.state.balance(55040) == Decimal("249.95")
    assert simulator.state.balance(56000) == 0


def test_money_may_go_back_on_the_credit_note_itself() -> None:
    simulator = organisation(credit_payments=True, linked_credit=False)
    who = outsider(simulator)
    ours = target(simulator, credit_payments="credit_note")
    made = ours.send(step("create", "credit_note", sale(contact(who), ExternalReference="SHOP-88")))
    note = ours.send(step("book", "credit_note", {}, of=made))
    back = PAYMENT | {"ExternalReference": "SHOP-88#1", "Direction": "out"}

    paid = ours.send(step("create", "payment", back, of=note, terms={"reference": "SHOP-88#1"}))

    assert [one.id for one in ours.find("payment", {"reference": "SHOP-88#1"})] == [paid.id]
    assert simulator.state.balance(55040) == Decimal("-499.90")
    assert simulator.state.balance(56000) == 0


def test_a_credit_note_that_names_no_invoice_takes_no_money() -> None:
    simulator = organisation()
    who = outsider(simulator)
    ours = target(simulator)
    made = ours.send(step("create", "credit_note", sale(contact(who))))
    note = ours.send(step("book", "credit_note", {}, of=made))

    with pytest.raises(Refused, match="names no invoice"):
        ours.send(step("create", "payment", PAYMENT | {"Direction": "out"}, of=note))


def test_two_payments_of_one_invoice() -> None:
    simulator = organisation()
    who = outsider(simulator)
    booked(who, sale(contact(who)))
    ours = target(simulator)
    there = ours.find("invoice", {"reference": "SHOP-10042"})[0]

    for number, amount in (("1", "400"), ("2", "99.90")):
        body = PAYMENT | {"Amount": Decimal(amount), "ExternalReference": f"SHOP-10042#{number}"}
        ours.send(step("create", "payment", body, of=there, key=f"shop/order/10042#payment/{number}"))

    assert [one["Amount"] for one in simulator.state.invoices[there.id]["Payments"]] == [400, Decimal("99.90")]
    assert simulator.state.balance(56000) == 0


def test_what_a_payment_lacks_may_be_the_fee() -> None:
    simulator = organisation()
    who = outsider(simulator)
    booked(who, sale(contact(who)))
    ours = target(simulator)
    there = ours.find("invoice", {"reference": "SHOP-10042"})[0]

    ours.send(step("create", "payment", PAYMENT | {"Amount": Decimal("492.65"), "RemainderIsFee": True}, of=there))

    assert ours.find("invoice", {"reference": "SHOP-10042"})[0].data["Status"] == "Paid"
    assert simulator.state.balance(7220) == Decimal("7.25")


def test_a_voucher_is_booked_in_dineros_own_time() -> None:
    simulator = organisation(booking_polls=2)
    ours = target(simulator)
    made = ours.send(step("create", "voucher", {"Item": item(55000, 55040)}))
    one = step("book", "voucher", {}, of=made)

    for _ in range(2):
        with pytest.raises(Unsure) as unsure:
            ours.send(one)
        assert unsure.value.after == 5
    booked_ = ours.send(one)

    assert made.done == {"create"}
    assert booked_.done == {"create", "book"}
    assert simulator.state.balance(55000) == Decimal("985.50")
    assert len([call for call in simulator.calls if call.path.endswith("/ledgeritems/book")]) == 1


def item(account: int, other: int) -> dict[str, Any]:
    line = {"Description": "Payout", "Amount": Decimal("985.50"), "AccountNumber": account}
    line |= {"BalancingAccountNumber": other, "AccountVatCode": "NONE", "BalancingAccountVatCode": "NONE"}
    return {"VoucherDate": "2026-03-04", "Lines": [line]}


def test_a_ledger_items_refusal_leads_into_its_part_of_the_payload() -> None:
    with pytest.raises(Refused) as refused:
        target(organisation()).send(step("create", "voucher", {"Item": item(9, 55040)}))

    assert [one.path for one in refused.value.problems] == ["/Item/Lines/0/AccountNumber"]


def bill(supplier: str, **more: Any) -> dict[str, Any]:
    lines = [{"Description": "Paper", "AccountNumber": 2000, "VatCode": "I25", "Amount": Decimal("500")}]
    body = {"PurchaseType": "credit", "ContactGuid": supplier, "VoucherDate": "2026-03-05", "Lines": lines}
    return {"Purchase": body | {"PaymentDate": "2026-04-04", "CurrencyKey": "DKK", "ExternalReference": "B-1"} | more}


@pytest.mark.parametrize(("credit", "owed"), [(False, "-500"), (True, "500")])
def test_a_suppliers_bill_is_drafted_and_booked(credit: bool, owed: str) -> None:
    simulator = organisation()
    ours = target(simulator)
    supplier = ours.send(step("create", "supplier", CONTACT | {"ExternalReference": "purchases/supplier/88"}))

    made = ours.send(step("create", "voucher", bill(supplier.id, Credit=credit)))
    counts = [ours.send(step("book", "voucher", {}, of=made)) for _ in range(2)]

    assert made.done == {"create"}
    assert [one.done for one in counts] == [{"create", "book"}] * 2
    assert simulator.state.balance(63000) == Decimal(owed)
    assert simulator.state.balance(64020) == Decimal(owed) / -5
    assert simulator.state.contacts[supplier.id]["IsCreditor"] is True


def test_a_bill_whose_answer_was_lost_waits_for_a_person() -> None:
    simulator = organisation()
    supplier = contact(outsider(simulator))
    ours = target(Faulty(simulator, at(2, lost)))

    with pytest.raises(Refused, match="look before it is sent again"):
        ours.send(step("create", "voucher", bill(supplier)))


@pytest.mark.parametrize(("kind", "path"), [("invoice", "/invoices"), ("credit_note", "/sales/creditnotes")])
def test_a_booked_document_has_a_pdf(kind: str, path: str) -> None:
    simulator = organisation()
    who = outsider(simulator)
    guid = booked(who, sale(contact(who)), path)["Guid"]
    ours = target(simulator)
    assert CONNECTOR.paper is not None

    assert (CONNECTOR.paper(ours.settings, ours.client, kind, guid) or b"").startswith(b"%PDF")


def test_an_e_invoice_goes_to_the_ean_number() -> None:
    simulator = organisation()
    who = outsider(simulator)
    guid = contact(who, EanNumber="5798000000117")
    ours = target(simulator)
    made = ours.send(step("create", "invoice", sale(guid)))
    counts = ours.send(step("book", "invoice", {}, of=made))

    sent = ours.send(step("einvoice", "invoice", {"reference": "PO-88213"}, of=counts))

    assert "einvoice" in sent.done
    assert simulator.state.mails == [{"Guid": made.id, "Type": "EInvoice", "To": "5798000000117"}]
    assert "einvoice" in ours.find("invoice", {"reference": "SHOP-10042"})[0].done


def test_a_closed_period_is_told_apart() -> None:
    simulator = organisation(closed_until="2026-02-28")
    ours = target(simulator)
    made = ours.send(step("create", "invoice", sale(contact(outsider(simulator)), Date="2026-02-14")))

    with pytest.raises(Closed):
        ours.send(step("book", "invoice", {}, of=made))


def test_a_refusal_leads_into_the_payload() -> None:
    ours = target(organisation())
    line = {"Description": "x", "Quantity": 1, "BaseAmountValue": 1, "AccountNumber": 9, "Discount": 0}

    with pytest.raises(Refused) as refused:
        ours.send(step("create", "invoice", sale(None, line)))

    assert [one.path for one in refused.value.problems] == ["/ProductLines/0/AccountNumber"]


def test_a_trial_needs_nothing_that_isnt_there_yet() -> None:
    simulator = organisation()
    body = sale("9d2e0000-0000-4000-8000-000000000001", CreditNoteFor="9d2e0000-0000-4000-8000-000000000002")
    body["ProductLines"][0]["ProductGuid"] = {"kind": "product"}

    assert target(simulator).trial(step("create", "credit_note", body)) == WHOLE
    assert simulator.state.invoices == {}


def test_wrong_credentials_and_a_missing_subscription_are_denied() -> None:
    for ours in (target(organisation(), api_key="wrong"), target(organisation(pro=False))):
        with pytest.raises(Denied):
            ours.find("customer", {"email": "a@b.example"})


def test_too_many_calls_are_waited_for() -> None:
    ours = target(organisation(personal_calls_a_minute=2))
    for _ in range(2):
        ours.find("customer", {"email": "a@b.example"})
    with pytest.raises(TryLater) as later:
        ours.find("customer", {"email": "a@b.example"})
    assert later.value.after == 60


def test_a_brownout_is_said_so() -> None:
    simulator = organisation()
    simulator.state.brownout.add("contacts")

    with pytest.raises(TryLater, match="480"):
        target(simulator).find("customer", {"email": "a@b.example"})


def test_answers_without_a_body_are_read() -> None:
    simulator = organisation(empty_201=True)
    ours = target(simulator)
    customer = ours.send(step("create", "customer", CONTACT))
    product = ours.send(step("create", "product", PRODUCT))
    made = ours.send(step("create", "invoice", sale(customer.id)))
    counts = ours.send(step("book", "invoice", {}, of=made))
    paid = ours.send(step("create", "payment", PAYMENT, of=counts))

    assert product.id in simulator.state.products
    assert paid.id == simulator.state.invoices[made.id]["Payments"][0]["Guid"]


def test_drafted_is_not_booked() -> None:
    simulator = organisation()
    who = outsider(simulator)
    drafted(who, sale(contact(who)))

    assert target(simulator).find("invoice", {"reference": "SHOP-10042"})[0].done == {"create"}
