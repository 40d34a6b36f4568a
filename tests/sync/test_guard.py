"""What may be done with a step whose answer was lost: a table, line by line."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from kontering.model.plan import Found, Step
from kontering.sdk.connector import Again, Call
from kontering.store.deliveries import Delivery
from kontering.sync.guard import (
    AskAPerson,
    Happened,
    Look,
    NotYet,
    SendAgain,
    StartOver,
    Twice,
    Verdict,
    seen,
    verdict,
)

STEP = Step(action="create", kind="invoice", key="k", document="k", body={}, attempt=UUID(int=1))
SENT_AT = 1_000_000
UNSURE = Delivery(
    id=1,
    document="k",
    state="sent",
    attempt=1,
    first_at=SENT_AT,
    sent_at=SENT_AT,
    step=STEP,
    receipt=None,
    trouble=None,
)
MINUTE, HOUR = 60_000, 3_600_000


def call(again: Again, *, window: bool = False, settle: bool = True) -> Call:
    return Call(
        action="create",
        kind="invoice",
        method="POST",
        path="/",
        again=again,
        window=timedelta(hours=1) if window else None,
        settle=timedelta(minutes=1) if settle else None,
    )


@pytest.mark.parametrize(
    ("row", "age", "wanted"),
    [
        (call(Again.SAME), 10 * HOUR, SendAgain()),
        (call(Again.SAME, window=True), HOUR - 1, SendAgain()),
        (call(Again.SAME, window=True), HOUR, Look()),
        (call(Again.LOOK), 0, NotYet(MINUTE)),
        (call(Again.LOOK), MINUTE - 1, NotYet(1)),
        (call(Again.LOOK), MINUTE, Look()),
        (call(Again.NEVER), 10 * HOUR, AskAPerson()),
        (None, 0, AskAPerson()),
    ],
)
def test_the_row_of_the_table_of_calls_says_what_may_be_done(row: Call | None, age: int, wanted: Verdict) -> None:
    assert verdict(UNSURE, row, SENT_AT + age) == wanted


def test_the_window_counts_from_the_first_sending_and_the_settling_from_the_last() -> None:
    """Sent again a moment before its window ended, the target may still be at it: no look before it has settled."""
    again = replace(UNSURE, sent_at=SENT_AT + HOUR - 1)

    assert verdict(again, call(Again.SAME, window=True), SENT_AT + HOUR) == NotYet(MINUTE - 1)


def test_what_a_look_up_cannot_see_is_done_again() -> None:
    change = replace(UNSURE, step=replace(STEP, action="change"))

    assert verdict(change, call(Again.LOOK), SENT_AT + MINUTE) == StartOver()


def test_only_what_has_had_the_action_done_to_it_counts() -> None:
    draft, booked = Found(id="1", done=frozenset({"create"})), Found(id="2", done=frozenset({"create", "book"}))
    book = replace(UNSURE, step=replace(STEP, action="book"))

    assert seen(book, [draft]) == StartOver()
    assert seen(book, [draft, booked]) == Happened(booked)
    assert seen(UNSURE, [draft, booked]) == Twice((draft, booked))
    assert seen(UNSURE, [draft, draft]) == Happened(draft), "the same thing, found in two places"
