"""Rate limits in the store: shared by everybody who has it open, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kontering.sdk.connector import Limit
from kontering.store.limits import Shared
from kontering.store.store import Store

TEN = Limit(calls=10, per=timedelta(seconds=1), burst=2)
KEY = "books/all/10/1"


class Clock:
    now = 1_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/a.db" if request.param == "sqlite" else str(request.getfixturevalue("database"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def both(url: str, clock: Clock) -> Iterator[tuple[Shared, Shared]]:
    """Two workers of one project."""
    with Store.open(url, project="acme", clock=clock) as one, Store.open(url, project="acme", clock=clock) as two:
        yield Shared(one), Shared(two)


def test_two_workers_share_one_limit(both: tuple[Shared, Shared], clock: Clock) -> None:
    one, two = both

    waits = [taker.take(KEY, TEN, 5.0) for taker in (one, two, one, two)]

    assert waits == [0, 0, 0.1, 0.2]
    clock.now += 400
    assert one.take(KEY, TEN, 5.0) == 0


def test_a_place_too_far_away_is_not_taken(both: tuple[Shared, Shared]) -> None:
    one, two = both
    for _ in range(4):
        one.take(KEY, TEN, 5.0)

    assert two.take(KEY, TEN, 0.1) == pytest.approx(0.3)
    assert two.take(KEY, TEN, 0.1) == pytest.approx(0.3)


def test_a_pause_that_the_system_asked_for_holds_for_all(both: tuple[Shared, Shared], clock: Clock) -> None:
    one, two = both
    one.take(KEY, TEN, 5.0)
    one.hold(KEY, 30)

    assert two.take(KEY, TEN, 5.0) == pytest.approx(30)
    clock.now += 30_000
    assert two.take(KEY, TEN, 5.0) == 0


def test_many_at_once_get_a_place_each(url: str, clock: Clock) -> None:
    waits: list[float] = []
    with Store.open(url, project="acme", clock=clock) as store:
        limiter = Shared(store)
        threads = [threading.Thread(target=lambda: waits.append(limiter.take(KEY, TEN, 60.0))) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(waits) == pytest.approx([0, *(number / 10 for number in range(11))])
