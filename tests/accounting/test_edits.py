"""An order that changes after its invoice was booked: held, or credited in full and invoiced anew."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from tests.accounting.made import DAY, SETTINGS, accounts, d, line, paid, planned, refund, sale

from kontering.accounting import edits
from kontering.accounting.edits import Rebilled
from kontering.model.document import Sale
from kontering.model.plan import Hold, Skip

REBILL = replace(SETTINGS, edit_after_booking="credit_and_rebill")
BOOKED = planned(sale(line("500.00", quantity=d("2"), cost=d("100")), payments=(paid("500.00"),)))
CHANGED = sale(line("250.00"), payments=(paid("500.00"),))


def rebilled(changed: Sale, **more: object) -> Rebilled:
    found = edits.rebill(BOOKED, changed, REBILL, **more)  # type: ignore[arg-type]
    assert isinstance(found, Rebilled), found
    return found


def test_an_edit_is_held_unless_the_setting_says_otherwise() -> None:
    found = edits.rebill(BOOKED, CHANGED, SETTINGS)

    assert isinstance(found, Hold)
    assert found.code == "EDITED_AFTER_BOOKING"


def test_nothing_changed_means_nothing_to_do() -> None:
    same = sale(line("500.00", quantity=d("2")), payments=(paid("500.00"),), note="delivered")

    assert isinstance(edits.rebill(BOOKED, same, SETTINGS), Skip)


def test_full_credit_and_a_new_invoice() -> None:
    found = rebilled(CHANGED)

    credit, invoice = found.credit.planned, found.invoice
    assert invoice is not None
    assert (credit.key, invoice.planned.key) == ("shop/order/1001:v1:credit", "shop/order/1001:v2")
    assert (credit.mark, invoice.planned.mark) == ("1001-credit", "1001-v2")
    assert len({credit.guid, invoice.planned.guid, BOOKED.guid}) == 3
    assert accounts(found.credit, "credit_note") == {"receivable": "-500.00", "revenue": "400.00", "vat_out": "100.00"}
    assert accounts(invoice, "invoice") == {"receivable": "250.00", "revenue": "-200.00", "vat_out": "-50.00"}
    assert accounts(invoice, "payment") == {}
    assert [one.code for one in invoice.planned.warnings] == ["CUSTOMER_OVERPAID"]


def test_money_that_came_since_is_posted_once() -> None:
    more = sale(line("600.00"), payments=(paid("500.00"), paid("100.00", day=dt.date(2026, 3, 9))))

    found = rebilled(more)

    assert found.invoice is not None
    assert found.invoice.planned.open == 0
    assert accounts(found.invoice, "payment") == {"psp_clearing": "100.00", "receivable": "-100.00"}


def test_payments_go_over_where_the_change_names_none() -> None:
    found = rebilled(sale(line("250.00")))

    assert found.invoice is not None
    assert found.invoice.planned.payments == BOOKED.payments


def test_what_was_credited_before_is_not_credited_again() -> None:
    earlier = planned(refund(line("100.00", of="1")), original=BOOKED)

    found = rebilled(CHANGED, earlier=[earlier])

    assert found.credit.planned.totals.gross == d("400.00")


def test_an_order_that_comes_to_nothing_is_only_credited() -> None:
    assert rebilled(sale(line("0.00"))).invoice is None


def test_the_next_change_counts_on() -> None:
    second = planned(replace(CHANGED, key="shop/order/1001:v2"))

    found = edits.rebill(second, sale(line("300.00")), REBILL)

    assert isinstance(found, Rebilled)
    assert found.invoice is not None
    assert (found.credit.planned.key, found.invoice.planned.key) == ("shop/order/1001:v2:credit", "shop/order/1001:v3")


def test_a_change_is_posted_on_its_own_day() -> None:
    later = DAY + dt.timedelta(days=40)
    closed = replace(REBILL, closed_until=dt.date(2026, 3, 31))

    held = edits.rebill(BOOKED, replace(CHANGED, payments=()), closed)
    found = rebilled(CHANGED, day=later)

    assert isinstance(held, Hold)
    assert found.invoice is not None
    assert {found.credit.planned.date, found.invoice.planned.date} == {later}


def test_a_cancelled_order_is_credited_in_full_with_its_goods() -> None:
    stock = replace(SETTINGS, stock="consume_on_invoice")

    found = edits.full_credit(BOOKED, "shop/order/1001:v1:credit", DAY, stock)

    assert accounts(found, "cogs") == {"cogs": "-200.00", "inventory": "200.00"}
    assert found.planned.open == d("500.00")
