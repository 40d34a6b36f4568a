"""Faults: what is done, what arrives, and when."""

from __future__ import annotations

import httpx
import pytest

from kontering.testing.faults import (
    Fault,
    Faulty,
    Plan,
    after,
    always,
    at,
    before,
    by_chance,
    dropped,
    first_of,
    html,
    in_turn,
    late,
    lost,
    reads,
    throttled,
    to,
    truncated,
    twice,
    unreachable,
)
from kontering.testing.simulator import Asked, Clock, Route, Simulated, reply


def add(asked: Asked[list[int]]) -> httpx.Response:
    asked.state.append(len(asked.state) + 1)
    return reply({"count": len(asked.state)}, 201)


def show(asked: Asked[list[int]]) -> httpx.Response:
    return reply({"count": len(asked.state)})


def counter(plan: Plan) -> tuple[httpx.Client, Faulty]:
    simulator = Faulty(Simulated[list[int]]([], [Route("POST", "/add", add), Route("GET", "/show", show)]), plan)
    transport = httpx.MockTransport(simulator)
    return httpx.Client(transport=transport, base_url="http://counter.test", trust_env=False), simulator


@pytest.mark.parametrize(
    ("fault", "error", "done"),
    [
        (lost, httpx.ReadTimeout, 1),
        (dropped, httpx.RemoteProtocolError, 0),
        (unreachable, httpx.ConnectError, 0),
    ],
)
def test_a_fault_without_an_answer(fault: Fault, error: type[Exception], done: int) -> None:
    client, simulator = counter(at(1, fault))

    with pytest.raises(error):
        client.post("/add")

    assert len(simulator.state) == done


@pytest.mark.parametrize(
    ("fault", "status", "done"),
    [
        (throttled(), 429, 0),
        (before(), 503, 0),
        (before(500), 500, 0),
        (after(), 500, 1),
        (after(503), 503, 1),
        (twice, 201, 2),
        (html, 200, 0),
        (truncated, 201, 1),
    ],
)
def test_a_fault_with_an_answer(fault: Fault, status: int, done: int) -> None:
    client, simulator = counter(at(1, fault))

    assert client.post("/add").status_code == status
    assert len(simulator.state) == done


def test_a_throttle_may_say_for_how_long() -> None:
    client, _ = counter(in_turn([throttled("7"), throttled()]))

    assert client.post("/add").headers["retry-after"] == "7"
    assert "retry-after" not in client.post("/add").headers


def test_truncated_json_is_no_json() -> None:
    client, _ = counter(at(1, truncated))

    assert client.post("/add").content == b'{"cou'


def test_a_late_answer_lets_the_clock_pass() -> None:
    clock = Clock()
    started = clock()
    client, _ = counter(at(1, late(40, clock.sleep)))

    client.post("/add")

    assert (clock() - started).total_seconds() == 40


def test_only_the_nth_writing_call_fails() -> None:
    client, simulator = counter(at(2, before()))

    statuses = [client.post("/add").status_code, client.get("/show").status_code]
    statuses += [client.post("/add").status_code, client.post("/add").status_code]

    assert statuses == [201, 200, 503, 201]
    assert simulator.done == [("POST", "/add")]


def test_a_plan_may_be_for_reading_calls_or_a_path() -> None:
    client, _ = counter(first_of(always(before(), to("GET", "/sh*")), at(1, html, reads)))

    assert client.get("/show").status_code == 503
    assert client.post("/add").status_code == 201


def test_chance_is_the_same_for_the_same_seed() -> None:
    def statuses(seed: int) -> list[int]:
        client, _ = counter(by_chance(0.3, [before(500), before(503)], seed))
        return [client.post("/add").status_code for _ in range(200)]

    assert statuses(1) == statuses(1) != statuses(2)
    assert 30 < sum(status != 201 for status in statuses(1)) < 90


def test_calls_are_the_simulators_own() -> None:
    client, simulator = counter(at(1, lost))

    with pytest.raises(httpx.ReadTimeout):
        client.post("/add")

    assert [(call.path, call.status) for call in simulator.calls] == [("/add", 201)]
