"""Vouchers of their own, and the documents that they close."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from tests.connectors.ledger.books import booked, credit, customer, opened, posting, sale, step

from kontering.connectors.ledger import reads
from kontering.connectors.ledger.target import Ledger
from kontering.errors import Refused

LATER = dt.date(2026, 9, 30)


def voucher(*postings: Any, **more: Any) -> dict[str, Any]:
    return {"date": "2026-03-20", "reference": "V-1", "postings": list(postings)} | more


def items(ledger: Ledger) -> list[tuple[str, str | None, str, str]]:
    found = reads.open_items(ledger.connection, at=LATER)
    return [(item.kind, item.key, f"{item.open}", f"{item.base}") for item in found]


def test_a_payout_is_posted_as_it_is() -> None:
    with opened() as ledger:
        payout = posting("payout", bank="885.50", fees="14.50", psp_reserve="100.00", psp_clearing="-1000.00")
        made = ledger.send(step("create", "voucher", "gateway/payout/77", voucher(payout)))

        assert (made.number, sorted(made.done)) == ("1", ["book", "create"])
        assert {role: f"{amount}" for role, amount in reads.role_balances(ledger.connection).items()} == {
            "bank": "885.50",
            "fees": "14.50",
            "psp_clearing": "-1000.00",
            "psp_reserve": "100.00",
        }


def test_the_same_voucher_is_posted_once() -> None:
    with opened() as ledger:
        cogs = step("create", "voucher", "shop/order/1#cogs", voucher(posting("cogs", cogs="5.00", inventory="-5.00")))
        first, again = ledger.send(cogs), ledger.send(cogs)

        assert first == again
        assert len(list(reads.vouchers(ledger.connection))) == 1


def test_a_loss_closes_its_invoice() -> None:
    with opened() as ledger:
        invoice = booked(ledger, "shop/order/1", sale(customer(ledger).id))
        loss = posting("bad_debt", bad_debt="80.00", vat_out="20.00/DK25", receivable="-100.00")
        body = voucher(loss, closes=[{"of": invoice.id, "amount": "100.00"}])
        ledger.send(step("create", "voucher", "shop/order/1#bad_debt", body))

        assert items(ledger) == []


def test_one_bank_line_pays_several_invoices() -> None:
    with opened() as ledger:
        buyer, other = customer(ledger), customer(ledger, "shop/customer/2")
        first = booked(ledger, "shop/order/1", sale(buyer.id))
        second = booked(ledger, "shop/order/2", sale(other.id))
        line = posting("bank", bank="150.00")
        line["lines"] += [{"role": "receivable", "amount": "-100.00"}, {"role": "receivable", "amount": "-50.00"}]
        closes = [{"of": first.id, "amount": "100.00"}, {"of": second.id, "amount": "50.00"}]
        ledger.send(step("create", "voucher", "bank/line/1", voucher(line, closes=closes)))

        assert items(ledger) == [("invoice", "shop/order/2", "50.00", "50.00")]
        assert [row.kind for row in reads.party_ledger(ledger.connection, int(other.id))] == ["invoice", "bank"]


def test_an_invoice_and_a_credit_note_are_closed_together() -> None:
    with opened() as ledger:
        buyer = customer(ledger)
        first = booked(ledger, "shop/order/1", sale(buyer.id))
        second = booked(ledger, "shop/order/2", sale(buyer.id))
        body = credit(buyer.id, first, "40.00", "10.00", open=0)
        note = booked(ledger, "shop/refund/1", body, "credit_note")
        line = posting("bank", bank="50.00")
        line["lines"] += [{"role": "receivable", "amount": "-100.00"}, {"role": "receivable", "amount": "50.00"}]
        closes = [{"of": second.id, "amount": "100.00"}, {"of": note.id, "amount": "50.00"}]
        ledger.send(step("create", "voucher", "bank/line/1", voucher(line, closes=closes)))

        assert items(ledger) == [("invoice", "shop/order/1", "100.00", "100.00")]


@pytest.mark.parametrize(
    ("closes", "problem"),
    [
        ([("100.01",)], "/closes/0/amount: 100.01 is more than the 100 open on invoice 1"),
        ([("50.00",), ("50.00",)], "/closes: 2 documents are closed by 1 lines on receivable: each needs its own"),
        (
            [("60.00",), ("60.00",)],
            "/closes/1/amount: 120.00 is more than the 100 open on invoice 1; /closes: 2 documents"
            " are closed by 1 lines on receivable: each needs its own",
        ),
        ([("1.001",)], "/closes/0/amount: 1.001 has more decimals than DKK"),
    ],
)
def test_no_more_is_closed_than_is_open(closes: list[tuple[str]], problem: str) -> None:
    with opened() as ledger:
        invoice = booked(ledger, "shop/order/1", sale(customer(ledger).id))
        body = voucher(
            posting("bank", bank="100.00", receivable="-100.00"),
            closes=[{"of": invoice.id, "amount": amount} for (amount,) in closes],
        )
        with pytest.raises(Refused) as refused:
            ledger.send(step("create", "voucher", "bank/line/1", body))

        assert str(refused.value) == problem
        assert items(ledger) == [("invoice", "shop/order/1", "100.00", "100.00")]


def test_a_bill_is_on_its_suppliers_account() -> None:
    with opened() as ledger:
        made = ledger.send(
            step("create", "supplier", "p/supplier/1", {"name": "Nordlys", "address": {"country": "DK"}})
        )
        bill = posting("bill", cost="400.00/DK25-IN", vat_in="100.00/DK25-IN", payable="-500.00")
        ledger.send(step("create", "voucher", "p/bill/1", voucher(bill, supplier=made.id)))

        assert reads.party_balances(ledger.connection, role="payable").keys() == {int(made.id)}
