"""What follows a booked document: vouchers beside it are booked where they must be, and it is sent once."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from tests.sync.samples import TAKES, calls, invoice, policy, taker

from kontering.model.document import Planned, Posting, PostingLine
from kontering.model.link import Linked
from kontering.model.plan import Found, Step
from kontering.project.policy import Mail, Policy
from kontering.sdk.connector import Takes
from kontering.sync.facts import Facts, with_link
from kontering.sync.planner import plan
from kontering.sync.taker import Taker

KEY = "shop/order/5121"
SENDS: Policy = policy(mail=Mail(send="target"))


def cost(document: Planned) -> tuple[Posting, ...]:
    lines = (PostingLine(role="cogs", amount=Decimal(40)), PostingLine(role="inventory", amount=Decimal(-40)))
    return (Posting(kind="cogs", key=f"{document.key}#cogs", date=dt.date(2026, 3, 1), lines=lines, text="cost"),)


def books(*actions: str, voucher: tuple[str, ...] = ("create",)) -> Taker:
    """A target that sends by steps of its own, and takes vouchers."""
    sends = replace(TAKES["invoice"], calls=(*TAKES["invoice"].calls, *calls("invoice", *actions)), mail="step")
    vouchers = Takes(payload="x/voucher", calls=calls("voucher", *voucher))
    return replace(taker({**TAKES, "invoice": sends, "voucher": vouchers}), postings=cost)


def known(*things: tuple[str, str, str]) -> Facts:
    """Everything up to the booked and paid invoice, and more: (kind, key, what was done)."""
    facts = Facts()
    base = (("invoice", KEY, "create book"), ("payment", f"{KEY}#payment/1", "create"))
    for kind, key, done in (*base, *things):
        facts = with_link(facts, Linked(kind=kind, key=key, found=Found(id="7", done=frozenset(done.split()))))
    return facts


def steps(document: Planned, facts: Facts, target: Taker, rules: Policy = SENDS) -> list[str]:
    return [f"{one.action} {one.kind}" for one in plan(document, facts, rules, target) if isinstance(one, Step)]


def test_a_voucher_counts_when_it_is_booked() -> None:
    quiet, target = policy(), books(voucher=("create", "book"))
    made, done = ("voucher", f"{KEY}#cogs", "create"), ("voucher", f"{KEY}#cogs", "create book")

    assert steps(invoice(), known(), target, quiet) == ["create voucher", "book voucher"]
    assert steps(invoice(), known(made), target, quiet) == ["book voucher"]
    assert steps(invoice(), known(done), target, quiet) == []
    assert steps(invoice(), known(), books(), quiet) == ["create voucher"]


def test_it_is_mailed_or_goes_to_an_ean_number_once() -> None:
    target, done = books("mail", "einvoice"), ("voucher", f"{KEY}#cogs", "create")
    public = replace(invoice().customer, ean="5798000000117", contact="Lise")
    electronic = invoice(delivery="einvoice", customer=public, reference="PO-7")

    assert steps(invoice(), known(done), target) == ["mail invoice"]
    assert steps(electronic, known(done), target) == ["einvoice invoice"]
    assert steps(invoice(), known(done, ("invoice", KEY, "create book mail")), target) == []
    assert steps(electronic, known(done, ("invoice", KEY, "create book einvoice")), target) == []
    assert steps(electronic, known(done), books("mail")) == []
    assert steps(electronic, known(done), target, policy()) == []
    sent = next(one for one in plan(electronic, known(done), SENDS, target) if isinstance(one, Step))
    assert sent.body == {"reference": "PO-7", "contact": "Lise", "ean": "5798000000117"}


def test_who_sends_at_booking_is_told_how() -> None:
    """Dinero and Billy have a step of their own; e-conomic sends by mail or to an EAN number when it books."""
    takes = {**TAKES, "invoice": replace(TAKES["invoice"], mail="book")}
    draft = with_link(Facts(), Linked(kind="invoice", key=KEY, found=Found(id="7", done=frozenset({"create"}))))
    for delivery, sent in (("mail", True), ("einvoice", True), ("none", False)):
        document = invoice(delivery=delivery)
        [book] = [one for one in plan(document, draft, SENDS, taker(takes)) if getattr(one, "action", "") == "book"]
        assert isinstance(book, Step)
        assert (book.body["delivery"], book.body["mail"]) == (delivery, sent)
