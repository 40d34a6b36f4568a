"""What the simulated Billy books: totals by its own rule, approval and locks, money with fees, bills, daybooks."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.connectors.billy.company import (
    account,
    approved,
    company,
    contact,
    draft,
    made,
    named,
    outsider,
    paid,
    product,
)


def refused(who: httpx.Client, resource: str, one: str, body: dict[str, Any]) -> set[str]:
    """The properties that are wrong."""
    answer = who.post(f"/{resource}", json={one: body})
    assert answer.status_code == 422, answer.text
    errors = answer.json()["validationErrors"][one]
    return {*errors["attributes"], *(name for name in errors if name != "attributes")}


@pytest.mark.parametrize(
    ("mode", "lines", "net", "tax"),
    [
        ("incl", [("DK25", 12, 99.99)], "959.90", "239.98"),
        ("excl", [("DK25", 1, 1.02)] * 5, "5.10", "1.28"),
        ("incl", [("DK25", 1, 100), ("DK0", 1, 30)], "110.00", "20.00"),
        ("excl", [("DK25", 3, 33.335)], "100.01", "25.00"),
        ("incl", [("OSS-DE-19", 9, 59.95)], "453.40", "86.15"),
    ],
)
def test_tax_is_rounded_once_for_the_whole_invoice(
    mode: str, lines: list[tuple[str, int, float]], net: str, tax: str
) -> None:
    who = outsider(company())
    body = [{"productId": product(who, number), "quantity": q, "unitPrice": price} for number, q, price in lines]

    row = approved(who, contact(who), *body, taxMode=mode)

    assert (str(row["amount"]), str(row["tax"])) == (str(float(net)), str(float(tax)))
    assert row["grossAmount"] == pytest.approx(row["amount"] + row["tax"])


@pytest.mark.parametrize(
    ("discount", "net"),
    [
        ({"discountMode": "percent", "discountValue": 25}, 75.0),
        ({"discountMode": "cash", "discountValue": 9.999}, 90.0),
    ],
)
def test_a_discount_is_rounded_by_itself(discount: dict[str, Any], net: float) -> None:
    who = outsider(company())
    line = {"productId": product(who, "DK0"), "quantity": 1, "unitPrice": 100} | discount

    assert approved(who, contact(who), line)["amount"] == net


def test_unit_prices_may_be_cut() -> None:
    who = outsider(company(line_decimals=2))
    line = {"productId": product(who, "DK0"), "quantity": 100, "unitPrice": 1.0049}

    assert approved(who, contact(who), line)["amount"] == 100.0


@pytest.mark.parametrize(
    ("country", "kind", "tax"),
    [("DK", "person", 25.0), ("DE", "person", 19.0), ("DE", "company", 0.0), ("NO", "person", 0.0)],
)
def test_a_ruleset_knows_countries_and_kinds_of_buyers(country: str, kind: str, tax: float) -> None:
    who = outsider(company())
    ruleset = named(who, "salesTaxRulesets", "name", "Alle lande")
    item = made(who, "products", "product", name="x", accountId=account(who, "1110"), salesTaxRulesetId=ruleset)
    buyer = contact(who, countryId=country, type=kind)

    row = approved(who, buyer, {"productId": item["id"], "unitPrice": 100}, taxMode="excl")

    assert row["tax"] == tax


def test_an_approved_invoice_is_posted_and_locked() -> None:
    simulator = company()
    who = outsider(simulator)
    row = approved(who, contact(who))

    assert simulator.state.trial_balance() == {
        "1110": Decimal("-399.92"),
        "5600": Decimal("499.90"),
        "7310": Decimal("-99.98"),
    }

    def put(body: dict[str, Any]) -> int:
        return who.put(f"/invoices/{row['id']}", json={"invoice": body}).status_code

    assert put({"contactMessage": "late"}) == 422
    assert put({"state": "draft"}) == 422
    assert put({"lines": [{"productId": product(who), "unitPrice": 1}]}) == 422
    assert put({"sentState": "printed"}) == 200
    assert put({"state": "approved"}) == 200
    assert who.delete(f"/invoices/{row['id']}").status_code == 422
    transaction = who.get(f"/transactions?originatorReference=invoice:{row['id']}").json()["transactions"][0]
    postings = who.get(f"/postings?transactionId={transaction['id']}").json()["postings"]
    assert {one["side"] for one in postings} == {"debit", "credit"}
    assert len(postings) == 3


def test_numbers_are_unique_and_go_on() -> None:
    who = outsider(company())
    buyer = contact(who)
    made(who, "invoices", "invoice", **draft(who, buyer, invoiceNo="2"))
    first = made(who, "invoices", "invoice", **draft(who, buyer))
    second = made(who, "invoices", "invoice", **draft(who, buyer))

    assert (first["invoiceNo"], second["invoiceNo"]) == ("1", "3")
    assert refused(who, "invoices", "invoice", draft(who, buyer, invoiceNo="2")) == {"invoiceNo"}
    change = {"invoice": {"invoiceNo": "9"}}
    assert who.put(f"/invoices/{first['id']}", json=change).status_code == 422


def test_drafts_may_have_no_number_and_a_company_may_number_by_hand() -> None:
    simulator = company(draft_numbers=False)
    who = outsider(simulator)
    buyer = contact(who)
    row = made(who, "invoices", "invoice", **draft(who, buyer))
    assert row["invoiceNo"] is None
    done = who.put(f"/invoices/{row['id']}", json={"invoice": {"state": "approved"}}).json()["invoices"][0]
    assert done["invoiceNo"] == "1"
    own = simulator.state.organization["id"]
    who.put(f"/organizations/{own}", json={"organization": {"invoiceNoMode": "manual"}})
    assert refused(who, "invoices", "invoice", draft(who, buyer)) == {"invoiceNo"}


@pytest.mark.parametrize(
    ("habit", "status", "gross"), [("replaced", 200, 10.0), ("ignored", 200, 499.9), ("refused", 422, 0)]
)
def test_lines_of_a_draft(habit: str, status: int, gross: float) -> None:
    who = outsider(company(draft_lines=habit))
    row = made(who, "invoices", "invoice", **draft(who, contact(who)))

    lines = [{"productId": product(who), "unitPrice": 10}]
    answer = who.put(f"/invoices/{row['id']}", json={"invoice": {"lines": lines}})

    assert answer.status_code == status
    if status == 200:
        assert answer.json()["invoices"][0]["grossAmount"] == gross


def test_a_locked_period_takes_nothing() -> None:
    who = outsider(company(closed_until=dt.date(2026, 3, 31)))
    buyer = contact(who)

    assert refused(who, "invoices", "invoice", draft(who, buyer, state="approved")) == {"entryDate"}
    later = approved(who, buyer, entryDate="2026-04-01")
    money = {"entryDate": "2026-03-31", "cashAmount": 1, "cashSide": "debit", "cashAccountId": account(who, "5710")}
    money["associations"] = [{"subjectReference": f"invoice:{later['id']}"}]
    assert refused(who, "bankPayments", "bankPayment", money) == {"entryDate"}
    lines = [{"accountId": account(who, "1310"), "amount": 1, "side": "debit", "contraAccountId": account(who, "5510")}]
    entry = {"entryDate": "2026-03-31", "state": "approved", "lines": lines}
    assert refused(who, "daybookTransactions", "daybookTransaction", entry) == {"entryDate"}


def test_terms_give_the_due_date() -> None:
    who = outsider(company())
    buyer = contact(who, paymentTermsDays=14)

    assert made(who, "invoices", "invoice", **draft(who, buyer))["dueDate"] == "2026-03-15"
    month = draft(who, buyer, paymentTermsMode="netEndOfMonth", paymentTermsDays=5)
    assert made(who, "invoices", "invoice", **month)["dueDate"] == "2026-04-05"


def test_a_credit_note_is_of_an_approved_invoice_of_the_same_buyer() -> None:
    who = outsider(company())
    buyer, other = contact(who), contact(who, name="Other")
    open_ = made(who, "invoices", "invoice", **draft(who, buyer))
    sale = approved(who, buyer)

    credit = {"type": "creditNote", "creditedInvoiceId": sale["id"]}
    assert refused(who, "invoices", "invoice", draft(who, other, **credit)) == {"creditedInvoiceId"}
    of_draft = credit | {"creditedInvoiceId": open_["id"]}
    assert refused(who, "invoices", "invoice", draft(who, buyer, **of_draft)) == {"creditedInvoiceId"}
    of_sale = credit | {"type": "invoice"}
    assert refused(who, "invoices", "invoice", draft(who, buyer, **of_sale)) == {"creditedInvoiceId"}


@pytest.mark.parametrize(("settles", "left"), [(True, [0, 0]), (False, [499.9, 499.9])])
def test_a_credit_note_may_close_its_invoice(settles: bool, left: list[float]) -> None:
    who = outsider(company(credit_settles=settles))
    buyer = contact(who)
    sale = approved(who, buyer)
    approved(who, buyer, type="creditNote", creditedInvoiceId=sale["id"])

    assert [row["balance"] for row in who.get("/invoices").json()["invoices"]] == left


def test_money_closes_what_it_is_for() -> None:
    simulator = company()
    who = outsider(simulator)
    buyer = contact(who)
    first, second = approved(who, buyer), approved(who, buyer)
    fee = {"feeAmount": 14.5, "feeAccountId": account(who, "1380")}

    payment = paid(who, 785.5, f"invoice:{first['id']}", f"invoice:{second['id']}", **fee)

    rows = {row["id"]: row for row in who.get("/invoices").json()["invoices"]}
    assert (rows[first["id"]]["isPaid"], rows[second["id"]]["balance"]) == (True, 199.8)
    assert simulator.state.balance("5600") == Decimal("199.80")
    modifiers = who.get(f"/balanceModifiers?modifierReference=bankPayment:{payment['id']}").json()["balanceModifiers"]
    assert [one["amount"] for one in modifiers] == [499.9, 300.1]
    voided = who.put(f"/bankPayments/{payment['id']}", json={"bankPayment": {"isVoided": True}})
    assert voided.status_code == 200
    assert simulator.state.balance("5600") == Decimal("999.80")
    assert simulator.state.balance("5720") == 0
    back = who.put(f"/bankPayments/{payment['id']}", json={"bankPayment": {"isVoided": False}})
    assert back.status_code == 422
    assert who.put(f"/bankPayments/{payment['id']}", json={"bankPayment": {"cashAmount": 1}}).status_code == 422


def test_too_much_stays_with_the_contact() -> None:
    simulator = company()
    who = outsider(simulator)
    sale = approved(who, contact(who))

    payment = paid(who, 600, f"invoice:{sale['id']}")

    assert payment["contactBalancePostings"] == [{"contactId": sale["contactId"], "amount": 100.1}]
    assert simulator.state.balance("5600") == Decimal("-100.10")


def test_a_credit_note_and_an_invoice_are_closed_by_what_is_left() -> None:
    simulator = company(credit_settles=False)
    who = outsider(simulator)
    buyer = contact(who)
    sale = approved(who, buyer)
    line = {"productId": product(who), "unitPrice": 99.9}
    credit = approved(who, buyer, line, type="creditNote", creditedInvoiceId=sale["id"])

    paid(who, 400, f"invoice:{sale['id']}", f"invoice:{credit['id']}")

    assert [row["balance"] for row in who.get("/invoices").json()["invoices"]] == [0, 0]
    assert simulator.state.balance("5600") == 0


def test_foreign_money_needs_a_rate_and_leaves_exchange() -> None:
    simulator = company()
    who = outsider(simulator)
    sale = approved(who, contact(who), {"productId": product(who, "DK0"), "unitPrice": 100}, currencyId="EUR")
    body = {"entryDate": "2026-03-03", "cashAmount": 750, "cashSide": "debit", "cashAccountId": account(who, "5710")}
    body["associations"] = [{"subjectReference": f"invoice:{sale['id']}"}]

    assert refused(who, "bankPayments", "bankPayment", body) == {"cashExchangeRate"}
    made(who, "bankPayments", "bankPayment", **body, cashExchangeRate=7.5)
    assert simulator.state.balance("2410") == Decimal("-3.95")
    euro = approved(who, sale["contactId"], {"productId": product(who, "DK0"), "unitPrice": 10}, currencyId="EUR")
    paid(who, 10, f"invoice:{euro['id']}", cashAccountId=account(who, "5740"))
    assert simulator.state.balance("5740") == Decimal("74.61")
    assert simulator.state.balance("5600") == 0


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"cashAccount": "1110"}, {"cashAccountId"}),
        ({"feeAmount": 5}, {"feeAccountId"}),
        ({"cashSide": "left"}, {"cashSide"}),
        ({"cashAmount": -5}, {"cashAmount"}),
        ({"associations": []}, {"contactId"}),
        ({"associations": [{"subjectReference": "invoice:none"}]}, {"associations"}),
        ({"associations": [{"subjectReference": "nonsense"}]}, {"associations"}),
        ({"associations": [{"subjectReference": "account:any"}]}, {"associations"}),
        ({"draft": True}, {"associations"}),
        ({"other": True}, {"associations"}),
    ],
)
def test_money_that_fits_nothing_is_refused(change: dict[str, Any], wrong: set[str]) -> None:
    who = outsider(company())
    buyer = contact(who)
    sale = approved(who, buyer)
    associations = [{"subjectReference": f"invoice:{sale['id']}"}]
    if change.pop("draft", False):
        change["associations"] = [
            {"subjectReference": f"invoice:{made(who, 'invoices', 'invoice', **draft(who, buyer))['id']}"}
        ]
    if change.pop("other", False):
        other = approved(who, contact(who, name="Other"))
        change["associations"] = [*associations, {"subjectReference": f"invoice:{other['id']}"}]
    body = {"entryDate": "2026-03-03", "cashAmount": 5, "cashSide": "debit", "associations": associations}
    body |= {"cashAccountId": account(who, change.pop("cashAccount", "5710"))} | change

    assert refused(who, "bankPayments", "bankPayment", body) == wrong


def test_what_a_contact_has_too_much_pays_the_next_invoice() -> None:
    who = outsider(company())
    sale = approved(who, contact(who))
    body = {"entryDate": "2026-03-03", "amount": 499.9, "associations": [{"subjectReference": f"invoice:{sale['id']}"}]}

    made(who, "contactBalancePayments", "contactBalancePayment", **body)

    assert who.get(f"/invoices/{sale['id']}").json()["invoice"]["isPaid"] is True


def supplier(who: httpx.Client) -> str:
    return contact(who, name="Papir", isSupplier=True)


def bill(who: httpx.Client, **more: Any) -> dict[str, Any]:
    rate = named(who, "taxRates", "name", "Købsmoms 25 %")
    line = {"accountId": account(who, "1320"), "taxRateId": rate, "description": "Paper", "amount": 400}
    return {"entryDate": "2026-03-07", "state": "approved", "lines": [line], "voucherNo": "B-1"} | more


def test_a_bill_is_booked_and_paid() -> None:
    simulator = company()
    who = outsider(simulator)
    row = made(who, "bills", "bill", contactId=supplier(who), **bill(who))

    assert simulator.state.trial_balance() == {"1320": 400, "6800": -500, "7320": 100}
    paid(who, 500, f"bill:{row['id']}", cashSide="credit", cashAccountId=account(who, "5710"))
    assert simulator.state.balance("6800") == 0
    assert who.get(f"/bills/{row['id']}").json()["bill"]["isPaid"] is True
    assert who.put(f"/bills/{row['id']}", json={"bill": {"state": "draft"}}).status_code == 422
    assert who.put(f"/bills/{row['id']}", json={"bill": {"suppliersInvoiceNo": "x"}}).status_code == 422
    assert who.delete(f"/bills/{row['id']}").status_code == 422


def test_a_bill_may_be_paid_at_once_or_given_back() -> None:
    simulator = company()
    who = outsider(simulator)
    at_once = {"paymentAccountId": account(who, "5710"), "paymentDate": "2026-03-07", "taxMode": "incl"}
    row = made(who, "bills", "bill", contactId=supplier(who), **bill(who, **at_once))
    assert (row["amount"], row["tax"], row["isPaid"]) == (320.0, 80.0, True)
    made(who, "bills", "bill", contactId=row["contactId"], **bill(who, type="creditNote", voucherNo="B-2"))

    assert simulator.state.balance("6800") == 500
    assert simulator.state.balance("5710") == -400
    without_day = bill(who, paymentAccountId=account(who, "5710"))
    assert refused(who, "bills", "bill", {"contactId": row["contactId"], **without_day}) == {"paymentDate"}
    assert refused(who, "bills", "bill", {"contactId": contact(who), **bill(who)}) == {"contactId"}


def entry(who: httpx.Client, *lines: tuple[str, float, str], **more: Any) -> dict[str, Any]:
    rows = [{"accountId": account(who, number), "amount": amount, "side": side} for number, amount, side in lines]
    return {"entryDate": "2026-03-31", "state": "approved", "apiType": "bridge", "lines": rows} | more


def test_a_daybook_transaction_balances_and_is_locked() -> None:
    simulator = company()
    who = outsider(simulator)
    good = entry(who, ("1310", 1200, "debit"), ("5510", 1200, "credit"))

    row = made(who, "daybookTransactions", "daybookTransaction", **good)
    assert simulator.state.trial_balance() == {"1310": 1200, "5510": -1200}
    unbalanced = entry(who, ("1310", 1200, "debit"), ("5510", 1199, "credit"))
    assert refused(who, "daybookTransactions", "daybookTransaction", unbalanced) == {"lines"}
    assert [one["id"] for one in who.get("/daybookTransactions?apiType=bridge").json()["daybookTransactions"]] == [
        row["id"]
    ]
    change = {"daybookTransaction": {"description": "late"}}
    assert who.put(f"/daybookTransactions/{row['id']}", json=change).status_code == 422
    back = {"daybookTransaction": {"state": "draft"}}
    assert who.put(f"/daybookTransactions/{row['id']}", json=back).status_code == 422
    assert who.delete(f"/daybookTransactions/{row['id']}").status_code == 422


def test_a_draft_of_the_daybook_counts_when_it_is_approved() -> None:
    simulator = company()
    who = outsider(simulator)
    draft_ = entry(who, ("1310", 5, "debit"), ("5510", 5, "credit"), state="draft")
    row = made(who, "daybookTransactions", "daybookTransaction", **draft_)
    assert simulator.state.trial_balance() == {}

    who.put(f"/daybookTransactions/{row['id']}", json={"daybookTransaction": {"state": "approved"}})

    assert simulator.state.trial_balance() == {"1310": 5, "5510": -5}


@pytest.mark.parametrize("by_account", [False, True])
def test_tax_is_split_off_where_a_line_or_its_account_names_a_rate(by_account: bool) -> None:
    simulator = company(account_tax=by_account)
    who = outsider(simulator)
    rate = named(who, "taxRates", "name", "Købsmoms 25 %")
    body = entry(who, ("1320", 500, "debit"))
    body["lines"][0]["contraAccountId"] = account(who, "5710")
    if by_account:
        simulator.state.account("1320")["taxRateId"] = rate
    else:
        body["lines"][0]["taxRateId"] = rate

    made(who, "daybookTransactions", "daybookTransaction", **body)

    assert simulator.state.trial_balance() == {"1320": 400, "5710": -500, "7320": 100}


def test_rates_may_be_written_in_percent() -> None:
    who = outsider(company(percent=True))

    assert 25 in [row["rate"] for row in who.get("/taxRates").json()["taxRates"]]
    assert approved(who, contact(who))["tax"] == 99.98


def test_mail_goes_to_a_person_of_the_contact() -> None:
    simulator = company()
    who = outsider(simulator)
    sale = approved(who, contact(who))
    person = next(iter(simulator.state.table("contactPersons")))
    letter = {"contactPersonId": person, "emailSubject": "Faktura", "emailBody": "Her er den."}

    def send(body: Any) -> int:
        return who.post(f"/invoices/{sale['id']}/emails", json={"email": body}).status_code

    assert send(letter | {"contactPersonId": "none"}) == 422
    assert send({"emailSubject": "x"}) == 422
    assert send("x") == 422
    assert send(letter) == 200
    assert who.get(f"/invoices/{sale['id']}").json()["invoice"]["sentState"] == "sent"
    open_ = made(who, "invoices", "invoice", **draft(who, sale["contactId"]))
    assert who.post(f"/invoices/{open_['id']}/emails", json={"email": letter}).status_code == 422
    assert who.post("/invoices/none/emails", json={"email": letter}).status_code == 404
