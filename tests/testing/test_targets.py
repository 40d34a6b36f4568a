"""The contract for targets can fail: each check finds the mistake that it is there for.

The mistakes are made in a connector or its simulator, and never in the contract.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from tests.targets.test_economic import BOOKS

from kontering.connectors.economic import CONNECTOR
from kontering.connectors.economic.problem import problem
from kontering.connectors.economic.simulator import State, make
from kontering.errors import ConnectorError, TryLater, Unsure
from kontering.sdk.connector import Connector, Found, Settings, Step, Target, Totals
from kontering.testing import Clock, Faulty, reply
from kontering.testing.faults import always, before
from kontering.testing.simulator import Simulator
from kontering.testing.targets import TARGET, Books, NotTaken

CHECKS = {check.__name__: check for check in TARGET}


@dataclass(frozen=True, slots=True)
class Around:
    """A target with a mistake in its `send` or `find`."""

    inner: Target
    sends: Callable[[Target, Step], Found]
    finds: Callable[[Target, str, Mapping[str, str]], Sequence[Found]]

    def send(self, step: Step) -> Found:
        return self.sends(self.inner, step)

    def find(self, kind: str, by: Mapping[str, str]) -> Sequence[Found]:
        return self.finds(self.inner, kind, by)

    def trial(self, step: Step) -> Totals:
        return self.inner.trial(step)


def wrong(
    sends: Callable[[Target, Step], Found] = lambda inner, step: inner.send(step),
    finds: Callable[[Target, str, Mapping[str, str]], Sequence[Found]] = lambda inner, kind, by: inner.find(kind, by),
) -> Connector:
    def target(settings: Settings, client: httpx.Client) -> Target:
        assert CONNECTOR.target is not None
        return Around(CONNECTOR.target(settings, client), sends, finds)

    return replace(CONNECTOR, target=target)


def twice(inner: Target, step: Step) -> Found:
    """Each step is sent a second time, under another key."""
    inner.send(step)
    return inner.send(replace(step, attempt=type(step.attempt)(int=step.attempt.int ^ 1)))


def swallows(inner: Target, step: Step) -> Found:
    """Every no is taken for a yes."""
    try:
        return inner.send(step)
    except ConnectorError:
        return Found(id="1", done=frozenset({step.action, "book"}), totals=Totals(gross=Decimal(250)))


def unheard(inner: Target, kind: str, by: Mapping[str, str]) -> Sequence[Found]:
    """Every no is taken for nothing found."""
    try:
        return inner.find(kind, by)
    except ConnectorError:
        return ()


def impatient(response: httpx.Response) -> Exception | None:
    """What the system says about waiting isn't passed on."""
    return TryLater("too many calls", 0.0) if response.status_code == 429 else problem(response)


def forgetful(inner: Target, step: Step) -> Found:
    """A lost answer is taken for a no."""
    try:
        return inner.send(step)
    except Unsure as lost:
        raise TryLater(str(lost), 4000.0) from lost


def unpaid(inner: Target, step: Step) -> Found:
    if step.kind == "payment":
        return Found(id="2026-1", done=frozenset({step.action}))
    return inner.send(step)


def unbooked(inner: Target, step: Step) -> Found:
    return Found(id="1", done=frozenset({"create", "book"})) if step.action == "book" else inner.send(step)


def unchanged(inner: Target, step: Step) -> Found:
    return step.of if step.action == "change" and step.of else inner.send(step)


def unsent(inner: Target, step: Step) -> Found:
    body = {**step.body, "mail": False} if step.action == "book" and step.kind == "invoice" else step.body
    return inner.send(replace(step, body=body))


def overbooks(inner: Target, step: Step) -> Found:
    """The totals that come back are always those that were asked for."""
    found = inner.send(step)
    return replace(found, totals=Totals(gross=Decimal("2.97"))) if found.totals else found


def sends_all_mail(inner: Target, step: Step) -> Found:
    body = {"delivery": "mail", "mail": True} if step.action == "book" and step.kind == "invoice" else step.body
    return inner.send(replace(step, body=body))


def blind(inner: Target, kind: str, by: Mapping[str, str]) -> Sequence[Found]:
    return ()


def one_page(inner: Target, kind: str, by: Mapping[str, str]) -> Sequence[Found]:
    """Only the first thousand customers are looked at, and ours comes behind them."""
    asked: Any = inner
    results = asked.client.get("/customers").json()["pagination"]["results"]
    return () if kind == "customer" and results > 1000 else inner.find(kind, by)


def unpredicted(connector: Connector) -> Connector:
    """Nothing is known of how the system rounds: only the draft's totals tell."""
    takes = {kind: replace(one, rounding=None) for kind, one in connector.takes.items()}
    return replace(connector, takes=takes)


def expiring(clock: Clock) -> Simulator:
    """A system whose sessions end after a minute, for good."""
    start = clock()
    return Faulty(make(clock=clock), lambda request: before(401) if clock() - start > timedelta(minutes=1) else None)


def garbling(clock: Clock) -> Simulator:
    """A system that keeps ASCII only."""

    def plain(simulator: Simulator, request: httpx.Request) -> httpx.Response:
        text = request.read().decode().encode("ascii", "replace")
        headers = {name: value for name, value in request.headers.items() if name != "content-length"}
        return simulator(httpx.Request(request.method, request.url, headers=headers, content=text))

    return Faulty(make(clock=clock), always(plain, lambda request: request.method in ("POST", "PUT")))


def crashing(clock: Clock) -> Simulator:
    """A system that answers long names with 500, for ever."""

    def plan(request: httpx.Request) -> Any:
        long = request.method == "POST" and len(request.read()) > 900
        return (lambda simulator, asked: reply({"message": "stack overflow"}, 500)) if long else None

    return Faulty(make(clock=clock), plan)


def lenient(state: State, until: date) -> None:
    """Books that are said to be closed, and aren't."""


def overwriting(state: State, reference: str) -> None:
    """Whoever touches the draft makes a second one of it: as a system without tokens does that two write to."""
    for row in [row for row in state.drafts.values() if row["references"]["other"] == reference]:
        number = state.next("draft")
        state.drafts[number] = {**row, "draftInvoiceNumber": number}


MISTAKES: list[tuple[str, Books]] = [
    ("a_sale_is_booked_once_with_its_customer_and_product", replace(BOOKS, connector=wrong(twice))),
    ("what_is_there_is_found", replace(BOOKS, connector=wrong(finds=blind))),
    ("a_customer_follows_the_source", replace(BOOKS, connector=wrong(unchanged))),
    ("a_product_follows_the_source", replace(BOOKS, connector=wrong(unchanged))),
    ("a_draft_stays_a_draft_until_it_is_to_be_booked", replace(BOOKS, connector=wrong(unbooked))),
    ("an_ore_gets_a_rounding_line", replace(BOOKS, connector=unpredicted(wrong(overbooks)))),
    ("a_difference_beyond_the_tolerance_is_held", replace(BOOKS, connector=wrong(overbooks))),
    ("a_payment_closes_its_invoice", replace(BOOKS, connector=wrong(unpaid))),
    ("a_part_payment_leaves_the_rest_open", replace(BOOKS, connector=wrong(unpaid))),
    ("a_refund_of_everything_is_a_credit_note", replace(BOOKS, connector=wrong(unbooked))),
    ("a_refund_of_a_part_is_a_credit_note_of_that_part", replace(BOOKS, connector=wrong(unbooked))),
    ("a_credit_note_waits_for_its_invoice", replace(BOOKS, connector=wrong(unbooked))),
    ("a_sale_in_another_currency_keeps_its_amount", replace(BOOKS, connector=wrong(unpaid))),
    ("the_books_balance", replace(BOOKS, balance=lambda state: Decimal("0.01"))),
    ("the_target_sends_it_by_mail_once", replace(BOOKS, connector=wrong(unsent))),
    ("the_target_sends_it_by_mail_once", replace(BOOKS, connector=wrong(sends_all_mail))),
    ("a_lost_answer_never_makes_anything_twice", replace(BOOKS, connector=wrong(forgetful, blind))),
    ("a_failure_never_makes_anything_twice", replace(BOOKS, connector=wrong(forgetful, blind))),
    ("a_system_that_is_away_loses_nothing", replace(BOOKS, connector=wrong(swallows))),
    ("a_clear_no_loses_nothing", replace(BOOKS, connector=wrong(swallows))),
    ("credentials_that_are_refused_stop_the_connection", replace(BOOKS, connector=wrong(swallows, unheard))),
    ("a_429_is_obeyed", replace(BOOKS, connector=replace(CONNECTOR, problem=impatient))),
    ("a_slow_answer_is_waited_for", replace(BOOKS, make=expiring)),
    ("a_stale_token_overwrites_nothing", replace(BOOKS, touch=overwriting)),
    ("a_closed_period_is_held", replace(BOOKS, close=lenient)),
    ("an_unknown_account_is_held_and_goes_on", replace(BOOKS, connector=wrong(unpaid))),
    ("a_customer_that_was_deleted_is_held", replace(BOOKS, connector=wrong(swallows))),
    ("two_sales_of_one_number_are_not_confused", replace(BOOKS, connector=wrong(twice))),
    ("a_store_that_was_lost_makes_nothing_twice", replace(BOOKS, connector=wrong(finds=blind))),
    ("what_is_behind_the_first_page_is_found", replace(BOOKS, connector=wrong(finds=one_page))),
    ("long_texts_are_cut_or_held", replace(BOOKS, make=crashing)),
    ("odd_texts_arrive_whole", replace(BOOKS, make=garbling)),
    ("two_workers_do_it_once", replace(BOOKS, connector=wrong(twice))),
]


@pytest.mark.parametrize(
    ("name", "books"), MISTAKES, ids=[f"{number} {name}" for number, (name, _) in enumerate(MISTAKES)]
)
def test_a_check_finds_its_mistake(name: str, books: Books) -> None:
    with pytest.raises(AssertionError):
        CHECKS[name](books)


def test_every_check_has_its_mistake() -> None:
    found = {name for name, _ in MISTAKES}

    assert found | SAME_AS_ANOTHER == set(CHECKS)


SAME_AS_ANOTHER = {"a_closed_period_lets_it_go_to_the_next_open_day"}


def test_what_a_target_does_not_take_is_skipped_with_its_name() -> None:
    takes = {kind: one for kind, one in CONNECTOR.takes.items() if kind != "payment"}
    less = replace(BOOKS, connector=replace(CONNECTOR, takes=takes), touch=None)

    with pytest.raises(NotTaken, match="economic takes no payment to create"):
        CHECKS["a_payment_closes_its_invoice"](less)
    with pytest.raises(NotTaken, match="doesn't say how to touch"):
        CHECKS["a_stale_token_overwrites_nothing"](less)
