"""Lanes: one owner at a time, longest due first, and nothing that comes in meanwhile is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from kontering.errors import NotOurs
from kontering.store import gates, lanes, owners
from kontering.store.lanes import LEASE, Claimed
from kontering.store.store import Store

ME, OTHER = "elsewhere|1|5|0", "elsewhere|2|5|0"


@dataclass
class Clock:
    now: int = 1_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgres"])
def store(clock: Clock, request: pytest.FixtureRequest) -> Iterator[Store]:
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("database")
    with Store.open(url, project="acme", clock=clock) as opened:
        yield opened


def claim(store: Store, owner: str = ME, limit: int = 1) -> list[str]:
    with store.begin() as tx:
        return [one.key for one in lanes.claim(tx, owner, limit=limit)]


def wake(store: Store, *keys: str) -> None:
    with store.begin() as tx:
        lanes.wake(tx, [(key, "books") for key in keys])


def test_the_lane_that_is_due_longest_goes_first(store: Store, clock: Clock) -> None:
    wake(store, "books/b")
    clock.now += 5
    wake(store, "books/a")

    assert claim(store) == ["books/b"]
    assert claim(store) == ["books/a"]


def test_a_lane_has_one_owner(store: Store) -> None:
    wake(store, "books/a")

    assert claim(store, ME) == ["books/a"]
    assert claim(store, OTHER) == []


def test_waking_a_due_lane_again_does_not_put_it_behind_others(store: Store, clock: Clock) -> None:
    wake(store, "books/a")
    clock.now += 5
    wake(store, "books/b")
    wake(store, "books/a")

    assert claim(store) == ["books/a"]


def test_a_lease_that_is_over_can_be_taken_over_and_the_old_owner_notices(store: Store, clock: Clock) -> None:
    wake(store, "books/a")
    claim(store, ME)
    clock.now += LEASE

    assert claim(store, OTHER) == ["books/a"]
    with store.begin() as tx, pytest.raises(NotOurs):
        lanes.renew(tx, Claimed("books/a", "books", ME))


def test_a_renewed_lease_lasts_from_then_on(store: Store, clock: Clock) -> None:
    wake(store, "books/a")
    claim(store, ME)
    clock.now += LEASE - 1
    with store.begin() as tx:
        lanes.renew(tx, Claimed("books/a", "books", ME))
    clock.now += LEASE - 1

    assert claim(store, OTHER) == []


def test_the_lease_of_a_dead_process_of_this_machine_is_over_at_once(store: Store) -> None:
    wake(store, "books/a", "books/b")
    gone = f"{owners.machine()}|999999999|5|0"
    assert claim(store, gone) == ["books/a"]
    assert claim(store, ME) == ["books/b"]

    with store.begin() as tx:
        assert lanes.free_the_dead(tx) == 1

    assert claim(store, OTHER) == ["books/a"], "and the lane of another machine is left alone"


def test_a_process_that_uses_a_dead_ones_number_is_another(store: Store) -> None:
    where, pid, _, slot = owners.me().rsplit("|", 3)

    assert owners.is_gone(f"{where}|{pid}|1|{slot}")
    assert not owners.is_gone(owners.me())


def test_a_lane_that_is_put_off_is_due_then_and_not_before(store: Store, clock: Clock) -> None:
    wake(store, "books/a")
    claim(store)
    with store.begin() as tx:
        lanes.put_off(tx, Claimed("books/a", "books", ME), tx.now + 100, tries=1, trouble="it doesn't answer")

    assert claim(store) == []
    clock.now += 100
    assert claim(store) == ["books/a"]


def test_a_lane_without_work_sleeps_until_it_is_woken(store: Store, clock: Clock) -> None:
    wake(store, "books/a")
    claim(store)
    with store.begin() as tx:
        lanes.give_back(tx, [Claimed("books/a", "books", ME)], ["orders"])
    clock.now += LEASE * 10

    assert claim(store) == []
    wake(store, "books/a")
    assert claim(store) == ["books/a"]


def test_a_stopped_connection_is_left_alone_until_it_is_opened(store: Store) -> None:
    wake(store, "books/a")
    with store.begin() as tx:
        gates.stop(tx, "books", "the token was refused")
    assert claim(store) == []

    with store.begin() as tx:
        gates.open_again(tx, ["books"])
    assert claim(store) == ["books/a"]


def test_a_connection_rests_until_its_time(store: Store, clock: Clock) -> None:
    wake(store, "books/a")
    with store.begin() as tx:
        gates.pause(tx, "books", tx.now + 50, "429")
        assert lanes.next_due(tx) == tx.now + 50
    assert claim(store) == []

    clock.now += 50
    assert claim(store) == ["books/a"]
