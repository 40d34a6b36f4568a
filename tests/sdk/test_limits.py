"""GCRA: never more calls in a span than the limit and its burst allow."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from kontering.sdk.connector import Limit
from kontering.sdk.limits import Here

LIMITS = st.builds(
    lambda calls, seconds, burst: Limit(calls=calls, per=timedelta(seconds=seconds), burst=burst),
    st.integers(1, 200),
    st.integers(1, 120),
    st.integers(1, 20),
)


class Watch:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(LIMITS, st.lists(st.floats(0, 30), min_size=1, max_size=60))
def test_no_span_sees_more_calls_than_limit_and_burst(limit: Limit, gaps: list[float]) -> None:
    watch = Watch()
    here = Here(watch)
    went: list[float] = []
    for gap in gaps:
        watch.now += gap
        wait = here.take("k", limit, 5.0)
        if wait <= 5.0:
            watch.now += max(0.0, wait)
            went.append(watch.now)

    span = limit.per.total_seconds()
    for start in went:
        assert sum(start <= at < start + span - 1e-6 for at in went) <= limit.calls + limit.burst - 1


def test_a_call_that_would_wait_too_long_takes_no_place() -> None:
    watch = Watch()
    here = Here(watch)
    limit = Limit(calls=1, per=timedelta(seconds=10))

    assert [here.take("k", limit, 5.0) for _ in range(3)] == [0.0, 10.0, 10.0]
    watch.now += 10
    assert here.take("k", limit, 5.0) == 0.0


def test_keys_have_their_own_limits() -> None:
    here = Here(Watch())
    limit = Limit(calls=1, per=timedelta(seconds=10))

    assert [here.take("a", limit, 5.0), here.take("b", limit, 5.0)] == [0.0, 0.0]


def test_a_held_key_waits_until_it_is_over() -> None:
    watch = Watch()
    here = Here(watch)
    here.hold("k", 30.0)
    here.hold("k", 3.0)

    assert here.take("k", Limit(calls=100, per=timedelta(seconds=1)), 5.0) == 30.0
    watch.now += 31
    assert here.take("k", Limit(calls=100, per=timedelta(seconds=1)), 5.0) <= 0.0
