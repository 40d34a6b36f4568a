"""Laws of the simulated Billy: whatever is sold, credited, paid and taken back, its books balance and agree with it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.connectors.billy.company import account, company, contact, made, outsider, product

from kontering.connectors.billy.simulator import State

ZERO = Decimal(0)
PRODUCTS = ("DK25", "DK0", "OSS-DE-19", "OSS-FI-25.5", "DK25-SHIP")
CENTS = st.integers(1, 200_000).map(lambda cents: cents / 100)
LINES = st.lists(
    st.tuples(st.sampled_from(PRODUCTS), st.integers(1, 12), CENTS, st.sampled_from([None, "percent", "cash"])),
    min_size=1,
    max_size=4,
)
SALES = st.tuples(st.sampled_from(["incl", "excl"]), st.sampled_from(["DKK", "EUR"]), LINES)
EVENTS = st.lists(st.tuples(st.sampled_from(["pay", "part", "fee", "credit", "void"]), st.integers(0, 9)), max_size=8)


@settings(max_examples=30, deadline=None)
@given(sales=st.lists(SALES, min_size=1, max_size=4), events=EVENTS)
def test_the_ledger_is_what_the_records_say(sales: list[Any], events: list[tuple[str, int]]) -> None:
    simulator = company()
    who = outsider(simulator)
    buyer = contact(who)
    invoices = [_sale(who, buyer, *sale) for sale in sales]
    payments: list[str] = []
    for what, which in events:
        _happens(who, what, invoices[which % len(invoices)], payments)

    state: State = simulator.state
    assert sum(state.trial_balance().values(), ZERO) == 0
    for row in state.table("transactions").values():
        postings = state.below("postings", "transactionId", row["id"])
        assert sum((one["amount"] * (1 if one["side"] == "debit" else -1) for one in postings), ZERO) == 0
    assert all(ZERO <= row["balance"] <= row["grossAmount"] for row in state.table("invoices").values())
    if {row["currencyId"] for row in state.table("invoices").values()} == {"DKK"}:
        assert state.balance("5600") == _owed(state)


def _sale(who: Any, buyer: str, mode: str, currency: str, lines: list[Any], **more: Any) -> dict[str, Any]:
    rows = [
        {"productId": product(who, number), "quantity": quantity, "unitPrice": price}
        | ({"discountMode": discount, "discountValue": min(price, 5)} if discount else {})
        for number, quantity, price, discount in lines
    ]
    body = {"contactId": buyer, "entryDate": "2026-03-01", "currencyId": currency, "taxMode": mode, "lines": rows}
    row = made(who, "invoices", "invoice", **body, state="approved", **more)
    gross = sum(Decimal(str(row[name])) for name in ("amount", "tax"))
    assert gross == Decimal(str(row["grossAmount"]))
    return {**row, "body": body}


def _happens(who: Any, what: str, invoice: dict[str, Any], payments: list[str]) -> None:
    """Money, a credit note, or a payment taken back; what isn't open any more isn't paid."""
    if what == "void":
        if payments:
            who.put(f"/bankPayments/{payments.pop()}", json={"bankPayment": {"isVoided": True}})
        return
    if what == "credit":
        made(
            who,
            "invoices",
            "invoice",
            **invoice["body"],
            type="creditNote",
            state="approved",
            creditedInvoiceId=invoice["id"],
        )
        return
    open_ = who.get(f"/invoices/{invoice['id']}").json()["invoice"]["balance"]
    rate = 1 if invoice["currencyId"] == "DKK" else 7.4605
    cash = round(open_ * rate * (0.4 if what == "part" else 1), 2)
    if cash <= 0:
        return
    fee = {"feeAmount": 0.01, "feeAccountId": account(who, "1380")} if what == "fee" and cash > 1 else {}
    body = {"entryDate": "2026-03-03", "cashAmount": cash - 0.01 if fee else cash, "cashSide": "debit"} | fee
    body |= {"cashAccountId": account(who, "5720"), "associations": [{"subjectReference": f"invoice:{invoice['id']}"}]}
    body |= {"cashAmount": round(body["cashAmount"], 2)} | ({"cashExchangeRate": rate} if rate != 1 else {})
    payments.append(made(who, "bankPayments", "bankPayment", **body)["id"])


def _owed(state: State) -> Decimal:
    """What invoices leave open, less what credit notes do, less what contacts have paid too much."""
    rows = state.table("invoices").values()
    owed = sum((row["balance"] * (1 if row["type"] == "invoice" else -1) for row in rows), ZERO)
    paid = (row for row in state.table("bankPayments").values() if not row["isVoided"])
    return owed - sum((one["amount"] for row in paid for one in row["contactBalancePostings"]), ZERO)
