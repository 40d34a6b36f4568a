"""Whatever happens to a call, the guard's two questions have right answers: may the same be sent again, is it there?

Counted at the simulator, never from what our connector says.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.connectors.billy.company import company, step, target
from tests.connectors.billy.test_target import BUYER, HELMET, MARK, bill, cost, money, sale, supplier_of

from kontering.connectors.billy.target import TAKES, Billy
from kontering.errors import TryLater, Unsure
from kontering.sdk.connector import Again, Found, Step
from kontering.testing import Fault, Faulty
from kontering.testing.faults import after, at, before, dropped, html, lost, throttled, truncated, unreachable

IN_DOUBT: dict[str, Fault] = {
    "lost": lost,
    "dropped": dropped,
    "500 after": after(500),
    "502 before": before(502),
    "html": html,
    "truncated": truncated,
}
STEPS: list[tuple[str, str]] = [
    ("customer", "create"),
    ("supplier", "create"),
    ("product", "create"),
    ("invoice", "create"),
    ("invoice", "change"),
    ("invoice", "book"),
    ("invoice", "delete"),
    ("credit_note", "create"),
    ("credit_note", "book"),
    ("payment", "create"),
    ("voucher", "create"),
    ("bill", "create"),
    ("bill", "book"),
]
TERMS: dict[str, dict[str, str]] = {
    "customer": {"key": "shop/customer/77", "external_id": "77", "email": "post@nordlys.example"},
    "supplier": {"key": "shop/supplier/8", "vat_number": "DK31415926"},
    "product": {"key": "shop/product/SKU-77", "sku": "SKU-77"},
    "invoice": {"reference": "SHOP-10042"},
    "credit_note": {"reference": "SHOP-88"},
    "payment": MARK,
    "voucher": {"reference": "SHOP-1#cogs"},
    "bill": {"reference": "BILL-9", "gross": "500.00"},
}


class Desk:
    """What was done before a step, and the step itself."""

    def __init__(self, ours: Billy) -> None:
        self.ours = ours
        self.have: dict[str, Found] = {}

    def prepare(self, kind: str, action: str) -> None:
        if kind in ("invoice", "credit_note", "payment"):
            self.have["customer"] = self.ours.send(self.todo("customer", "create"))
        if kind == "payment":
            self.have["invoice"] = self.ours.send(self.todo("invoice", "create"))
            self.have["invoice"] = self.ours.send(self.todo("invoice", "book"))
        if kind == "bill":
            self.have["supplier"] = Found(id=supplier_of(self.ours))
        if action != "create":
            self.have[kind] = self.ours.send(self.todo(kind, "create"))

    def todo(self, kind: str, action: str) -> Step:
        """A step on what is there; nothing is asked for to make it."""
        customer = self.have["customer"].id if "customer" in self.have else ""
        bodies: dict[str, Any] = {
            "customer": BUYER,
            "supplier": {"type": "company", "name": "Papir", "countryId": "DK", "isSupplier": True}
            | {"registrationNo": "31415926"},
            "product": HELMET,
            "invoice": sale(customer),
            "credit_note": sale(customer, type="creditNote", reference="SHOP-88"),
            "payment": money(self.have["invoice"].id) if "invoice" in self.have else {},
            "voucher": cost(),
            "bill": bill(self.have["supplier"].id) if "supplier" in self.have else {},
        }
        body = bodies[kind] if action in ("create", "change") else {}
        own = "voucher" if kind == "bill" else kind
        return step(action, own, body, terms=TERMS[kind], of=self.have.get(kind))


def prepared(kind: str, action: str, faults: Any, **options: Any) -> tuple[Any, Billy, Step]:
    """Everything before the step is done without faults; the step's own writing call gets them."""
    simulator = company(**options)
    desk = Desk(target(simulator))
    desk.prepare(kind, action)
    return simulator, target(Faulty(simulator, faults)), desk.todo(kind, action)


def counted(simulator: Any) -> dict[str, Any]:
    state = simulator.state
    names = ("contacts", "products", "invoices", "invoiceLines", "bankPayments", "daybookTransactions", "bills")
    counts: dict[str, Any] = {name: len(state.table(name)) for name in names}
    return counts | {"balances": state.trial_balance(), "mails": len(state.mails)}


def expected(kind: str, action: str) -> dict[str, Any]:
    """One of each, whatever went wrong."""
    simulator, ours, one = prepared(kind, action, at(99, lost))
    ours.send(one)
    return counted(simulator)


@pytest.mark.parametrize(("kind", "action"), STEPS)
@pytest.mark.parametrize("fault", IN_DOUBT)
def test_after_a_doubtful_answer_the_same_may_be_sent_or_is_found(kind: str, action: str, fault: str) -> None:
    simulator, ours, one = prepared(kind, action, at(1, IN_DOUBT[fault]))

    with pytest.raises(Unsure):
        ours.send(one)
    row = TAKES[one.kind].call(action)
    assert row is not None
    there = [found for found in ours.find(one.kind, one.terms) if action in found.done]
    receipt = there[0] if there and row.again is Again.LOOK else ours.send(one)

    assert action in receipt.done
    assert counted(simulator) == expected(kind, action)


@pytest.mark.parametrize(("kind", "action"), STEPS)
@pytest.mark.parametrize("fault", [throttled("3"), unreachable], ids=["429", "unreachable"])
def test_after_a_clear_no_the_same_is_sent_later(kind: str, action: str, fault: Fault) -> None:
    simulator, ours, one = prepared(kind, action, at(1, fault))

    with pytest.raises(TryLater):
        ours.send(one)
    ours.send(one)

    assert counted(simulator) == expected(kind, action)


@pytest.mark.parametrize("kind", ["customer", "product", "payment", "voucher", "bill"])
def test_the_same_would_be_made_twice(kind: str) -> None:
    """The control: without the look-up there are two, so the tests above can fail."""
    simulator, ours, one = prepared(kind, "create", at(1, lost))
    with pytest.raises(Unsure):
        ours.send(one)
    ours.send(one)

    assert counted(simulator) != expected(kind, "create")


def test_a_mail_in_doubt_is_a_persons() -> None:
    row = TAKES["invoice"].call("mail")

    assert row is not None
    assert row.again is Again.NEVER


def test_equal_payments_are_told_apart_by_which_they_are() -> None:
    """Two gift cards of the same amount on one day: the first is never taken for the second."""
    simulator = company()
    desk = Desk(target(simulator))
    desk.prepare("payment", "create")
    half = {"cashAmount": 100}
    id_ = desk.have["invoice"].id
    first = desk.ours.send(step("create", "payment", money(id_, **half), key="a"))
    terms = MARK | {"amount": "100.00"}

    assert [one.id for one in desk.ours.find("payment", terms)] == [first.id]
    assert desk.ours.find("payment", terms | {"nth": "2"}) == ()
    second = desk.ours.send(step("create", "payment", money(id_, **half), key="b"))
    assert [one.id for one in desk.ours.find("payment", terms | {"nth": "2"})] in ([first.id], [second.id])


@pytest.mark.parametrize("terms", [{}, {"reference": "SHOP-10042#1"}, MARK | {"document": "NONE"}])
def test_a_payment_of_nothing_known_is_not_found(terms: dict[str, str]) -> None:
    assert target(company()).find("payment", terms) == ()
