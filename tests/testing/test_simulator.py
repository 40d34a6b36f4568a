"""Simulators: routes, state, remembered calls, a clock that tests move."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from kontering.testing.simulator import Asked, Clock, Route, Simulated, reply

Notes = dict[str, str]


def write(asked: Asked[Notes]) -> httpx.Response:
    asked.state[asked.ids["id"]] = asked.json()["text"]
    return reply({"id": asked.ids["id"], "at": asked.now}, 201)


def read(asked: Asked[Notes]) -> httpx.Response:
    return reply({"text": asked.state[asked.ids["id"]], "price": Decimal("1.10")})


def whole(asked: Asked[Notes]) -> httpx.Response:
    return reply({"rest": asked.ids["rest"], "from": asked.origin, "q": asked.query.get("q")})


def locked(asked: Asked[Notes]) -> httpx.Response | None:
    return None if asked.headers.get("x-key") == "right" else reply({"message": "no"}, 401)


ROUTES = [
    Route("PUT", "/v1.2/notes/{id}", write),
    Route("GET", "/v1.2/notes/{id}", read),
    Route("GET", "/files/{rest*}", whole),
]


def client(simulator: Simulated[Notes], key: str = "right") -> httpx.Client:
    return httpx.Client(
        transport=httpx.MockTransport(simulator), base_url="http://notes.test", headers={"x-key": key}, trust_env=False
    )


def test_a_call_reaches_its_route_and_changes_the_state() -> None:
    simulator = Simulated[Notes]({}, ROUTES)

    answer = client(simulator).put("/v1.2/notes/7", json={"text": "hello"})

    assert answer.status_code == 201
    assert simulator.state == {"7": "hello"}


def test_a_segment_is_unquoted_once_and_may_hold_a_slash() -> None:
    simulator = Simulated[Notes]({}, ROUTES)

    client(simulator).put("/v1.2/notes/a%2Fb%20c", json={"text": "x"})

    assert simulator.state == {"a/b c": "x"}


def test_a_dot_in_a_path_is_a_dot() -> None:
    simulator = Simulated[Notes]({}, ROUTES)

    assert client(simulator).get("/v1x2/notes/7").status_code == 404


def test_a_starred_name_takes_all_that_is_left() -> None:
    answer = client(Simulated[Notes]({}, ROUTES)).get("/files/a/b/c.pdf?q=1")

    assert answer.json() == {"rest": "a/b/c.pdf", "from": "http://notes.test", "q": "1"}


def test_decimals_are_written_as_numbers() -> None:
    simulator = Simulated[Notes]({"7": "x"}, ROUTES)

    assert b'"price":1.10' in client(simulator).get("/v1.2/notes/7").content


def test_a_failed_check_answers_and_nothing_is_done() -> None:
    simulator = Simulated[Notes]({}, ROUTES, check=locked)

    answer = client(simulator, key="wrong").put("/v1.2/notes/7", json={"text": "x"})

    assert answer.status_code == 401
    assert simulator.state == {}


def test_calls_remember_what_was_asked_and_answered() -> None:
    clock = Clock()
    simulator = Simulated[Notes]({}, ROUTES, clock=clock)

    client(simulator).put("/v1.2/notes/7?dry=1", json={"text": "x"})

    (seen,) = simulator.calls
    assert (seen.method, seen.path, seen.query, seen.status) == ("PUT", "/v1.2/notes/7", {"dry": "1"}, 201)
    assert seen.body == b'{"text":"x"}'
    assert seen.writes
    assert seen.at == clock()


@pytest.mark.parametrize("path", ["/", "/v1.2/notes", "/v1.2/notes/7/8"])
def test_an_unknown_path_is_404(path: str) -> None:
    assert client(Simulated[Notes]({}, ROUTES)).get(path).status_code == 404


def test_a_clock_moves_only_when_told() -> None:
    clock = Clock()
    before = clock()

    clock.forward(minutes=5)
    clock.sleep(30)

    assert clock() - before == timedelta(minutes=5, seconds=30)
