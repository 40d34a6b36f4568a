"""What a target does when calls go wrong: at every writing call, with every fault, and always to the same end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx

from kontering.testing.faults import (
    Fault,
    Plan,
    after,
    at,
    before,
    dropped,
    html,
    late,
    lost,
    throttled,
    truncated,
    unreachable,
)
from kontering.testing.simulator import Simulator
from kontering.testing.targets.bench import Bench, Count, bench, doubles
from kontering.testing.targets.books import Books
from kontering.testing.targets.sales import refund, sale

FAILURES: Mapping[str, Fault] = {"500 before it": before(500), "503 before it": before(503), "500 after it": after(500)}
LOST: Mapping[str, Fault] = {
    "a lost answer": lost,
    "a cut connection": dropped,
    "half an answer": truncated,
    "a page for people": html,
}
CLEAR_NO: Mapping[str, Fault] = {"401": before(401), "403": before(403), "404": before(404), "409": before(409)}
LATER: Mapping[str, Fault] = {"429": throttled(), "nobody listens": unreachable}
REST = 17


def a_lost_answer_never_makes_anything_twice(books: Books) -> None:
    """A lost answer, a cut connection, an answer that isn't whole, at each writing call."""
    assert_nothing_twice(books, LOST)


def a_failure_never_makes_anything_twice(books: Books) -> None:
    """500 before and after the write, at each writing call."""
    assert_nothing_twice(books, FAILURES)


def a_clear_no_loses_nothing(books: Books) -> None:
    """401, 403, 404, 409 at each writing call: the document is held or waits, and comes to the same end."""
    assert_nothing_lost(books, CLEAR_NO)


def a_system_that_is_away_loses_nothing(books: Books) -> None:
    """429 and a server that isn't there, at each writing call."""
    assert_nothing_lost(books, LATER)


def credentials_that_are_refused_stop_the_connection(books: Books) -> None:
    """401 on every call: one call says it, and nothing else is tried until somebody has looked."""
    with bench(books) as here:
        _calls(here)
        asked: list[httpx.Request] = []
        here.run(sale(), sale("1002"), faults=_answering(before(401), asked))
        assert not here.count().papers, "something was written, though every call was answered 401"
        assert here.troubles, "every call was answered 401, and nobody was told"
        assert len(asked) <= 4, f"{len(asked)} calls were made with credentials that are refused"
        assert not here.run(sale(), sale("1002")), f"with good credentials again it doesn't go on: {here.ended()}"


def a_429_is_obeyed(books: Books) -> None:
    """429 with Retry-After: no other call before that time."""
    with bench(books) as here:
        _calls(here)
        said: list[tuple[int, datetime]] = []
        here.run(sale(), faults=at(2, _noted(throttled(str(REST)), here, said)))
        assert said, "the sale made fewer than two writing calls"
        calls, when = said[0]
        early = [call.path for call in here.calls[calls:] if call.at < when + timedelta(seconds=REST)]
        assert not early, f"it was told to wait {REST} seconds, and called {early}"
        assert here.count() == clean(books, refunds=False), f"after the rest it doesn't go on: {here.ended()}"


def a_slow_answer_is_waited_for(books: Books) -> None:
    """Each writing call takes 25 seconds."""
    with bench(books) as here:
        _calls(here)
        here.run(sale(), faults=lambda request: late(25, here.clock.sleep) if request.method != "GET" else None)
        assert here.count() == clean(books, refunds=False), f"{here.ended()}"


def a_stale_token_overwrites_nothing(books: Books) -> None:
    """A person changes the draft just before each of our calls that change or book it: it is still there once."""
    touch = books.asked("touch")
    books.takes("invoice", "book")
    wanted = clean(books, refunds=False)
    with bench(books) as counted:
        counted.run(sale())
        calls = len(_calls(counted))
    for number in range(1, calls + 1):
        with bench(books) as here:
            here.run(sale(), faults=at(number, _after_a_person(lambda state: touch(state, "1001"))))
            _finished(here, refunds=False)
            count = here.count()
            assert not doubles(wanted, count), f"touched before call {number}: {doubles(wanted, count)}"
            assert count == wanted, f"touched before call {number}: {difference(wanted, count)}; {here.ended()}"


TROUBLE = (
    a_lost_answer_never_makes_anything_twice,
    a_failure_never_makes_anything_twice,
    a_clear_no_loses_nothing,
    a_system_that_is_away_loses_nothing,
    credentials_that_are_refused_stop_the_connection,
    a_429_is_obeyed,
    a_slow_answer_is_waited_for,
    a_stale_token_overwrites_nothing,
)


def assert_nothing_twice(books: Books, faults: Mapping[str, Fault]) -> None:
    """What was in doubt is found out, or left to a person where the target's table says that nobody else can."""
    wanted = clean(books)
    for where, here in each_call(books, faults):
        _finished(here)
        count, ended = here.count(), here.ended()
        assert not doubles(wanted, count), f"{where}: there twice: {doubles(wanted, count)}"
        never = any("UNSURE" in why for why in ended.values()) and _never(books)
        assert count == wanted or never, f"{where}: {difference(wanted, count)}; {ended or here.troubles[-1:]}"


def assert_nothing_lost(books: Books, faults: Mapping[str, Fault]) -> None:
    wanted = clean(books)
    for where, here in each_call(books, faults):
        _finished(here)
        count = here.count()
        assert count == wanted, f"{where}: {difference(wanted, count)}; {here.ended() or here.troubles[-1:]}"


def deliver(here: Bench, faults: Plan | None = None, *, refunds: bool = True) -> None:
    """A sale, and its refund where the target takes credit notes."""
    back = [refund("88", "1001")] if refunds and "credit_note" in here.books.connector.takes else []
    here.run(sale(), refunds=back, faults=faults)


def clean(books: Books, *, refunds: bool = True) -> Count:
    """What the books hold when nothing goes wrong."""
    with bench(books) as here:
        deliver(here, refunds=refunds)
        assert not here.ended(), f"without any fault it isn't done: {here.ended()}"
        return here.count()


def each_call(books: Books, faults: Mapping[str, Fault]) -> Iterator[tuple[str, Bench]]:
    """A fresh system for every writing call and fault; each has had its fault."""
    with bench(books) as counted:
        deliver(counted)
        calls = _calls(counted)
    for number, call in enumerate(calls, 1):
        for name, fault in faults.items():
            with bench(books) as here:
                deliver(here, at(number, fault))
                yield f"{name} at call {number}, {call}", here


def difference(wanted: Count, count: Count) -> str:
    names = ("customers", "products", "papers", "payments")
    differ = [name for name in names if getattr(wanted, name) != getattr(count, name)]
    return "; ".join(f"{name} are {getattr(count, name)} instead of {getattr(wanted, name)}" for name in differ)


def _calls(here: Bench) -> list[str]:
    """The writing calls; NotTaken where there are none, since the target lives in the store."""
    return [f"{call.method} {call.path}" for call in here.writes]


def _finished(here: Bench, *, refunds: bool = True) -> None:
    """Somebody has looked at what is held, and lets it go on."""
    for _ in range(3):
        if not here.ended():
            return
        here.retry()
        deliver(here, refunds=refunds)


def _never(books: Books) -> bool:
    """Has the target an action that mustn't be done again?"""
    rows = [call for takes in books.connector.takes.values() for call in takes.calls]
    return any(call.again.value == "never" for call in rows)


def _answering(fault: Fault, asked: list[httpx.Request]) -> Plan:
    def plan(request: httpx.Request) -> Fault:
        asked.append(request)
        return fault

    return plan


def _noted(fault: Fault, here: Bench, said: list[tuple[int, datetime]]) -> Fault:
    """Remembers after how many calls it was said, and when."""

    def noted(simulator: Simulator, request: httpx.Request) -> httpx.Response:
        said.append((len(here.calls), here.clock()))
        return fault(simulator, request)

    return noted


def _after_a_person(changes: Callable[[Any], None]) -> Fault:
    """The call itself is answered well; something has been changed just before it."""

    def changed(simulator: Simulator, request: httpx.Request) -> httpx.Response:
        changes(simulator.state)
        return simulator(request)

    return changed
