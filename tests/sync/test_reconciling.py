"""Source, documents and target side by side: what agrees is counted, what differs has its cause."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from kontering.model.document import Posting, PostingLine
from kontering.model.voucher import PlannedVoucher
from kontering.sync.reconciling import Entry, Ours, entries_of, reconcile

DAY = dt.date(2026, 3, 2)


def posting(key: str, amount: str) -> Posting:
    lines = (
        PostingLine(role="bank", amount=Decimal(amount)),
        PostingLine(role="revenue", amount=-Decimal(amount), code="DK0"),
    )
    return Posting(kind="voucher", key=key, date=DAY, lines=lines)


def ours(key: str, amount: str, state: str = "done", reason: str = "") -> Ours:
    made = (posting(key, amount),)
    document = PlannedVoucher(
        kind="voucher",
        key=key,
        mark=key,
        number=key,
        state="booked",
        date=DAY,
        currency="DKK",
        base_currency="DKK",
        postings=made,
    )
    return Ours(key=key, state=state, reason=reason, claimed=None, document=document, postings=made)


def test_what_is_posted_as_settled_agrees() -> None:
    one = ours("a/voucher/1", "10.00")

    found = reconcile([one], entries_of(one.postings))

    assert found.differences == ()
    assert found.agree == {"period": 1, "VAT code": 1, "account": 2, "document": 1}


def test_what_is_not_posted_says_why() -> None:
    found = reconcile([ours("a/voucher/1", "10.00", "held", "nobody knows")], [])

    assert [(one.name, one.difference, one.cause) for one in found.differences if one.level == "document"] == [
        ("a/voucher/1", Decimal("-10.00"), "not posted, held: nobody knows")
    ]


def test_what_nobody_settled_was_entered_by_hand() -> None:
    found = reconcile([], entries_of([posting("hand/1", "5.00")]))

    document = next(one for one in found.differences if one.level == "document")
    assert document.cause.endswith("entered by hand")
    assert document.target == Decimal("5.00")


def test_other_amounts_name_the_accounts() -> None:
    one = ours("a/voucher/1", "10.00")
    other = [
        Entry(key=one.key, date=DAY, role=e.role, amount=e.amount * 2, code=e.code) for e in entries_of(one.postings)
    ]

    found = reconcile([one], other)

    document = next(one for one in found.differences if one.level == "document")
    assert document.cause.startswith("posted with other amounts on bank, revenue")
    assert {one.cause for one in found.differences if one.level != "document"} == {"see a/voucher/1"}
