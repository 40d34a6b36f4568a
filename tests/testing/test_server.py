"""A simulator behind a socket."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from kontering.testing.faults import Faulty, at, dropped, in_turn, late, lost
from kontering.testing.server import serve
from kontering.testing.simulator import Asked, Route, Simulated, reply


def add(asked: Asked[list[int]]) -> httpx.Response:
    asked.state.append(len(asked.state) + 1)
    return reply({"count": len(asked.state), "echo": asked.body.decode(), "q": asked.query.get("q")}, 201)


def counter() -> Simulated[list[int]]:
    return Simulated[list[int]]([], [Route("POST", "/add", add), Route("HEAD", "/add", add)])


def client(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, trust_env=False, timeout=10)


def test_a_call_goes_over_the_wire_whole() -> None:
    with serve(counter()) as served, client(served.url) as http:
        answer = http.post("/add?q=%C3%A6", content="smørrebrød 🥪".encode())

    assert answer.status_code == 201
    assert answer.json() == {"count": 1, "echo": "smørrebrød 🥪", "q": "æ"}


def test_a_head_has_no_body() -> None:
    with serve(counter()) as served, client(served.url) as http:
        assert http.head("/add").content == b""
        assert http.post("/add").json()["count"] == 2


@pytest.mark.parametrize(("fault", "done"), [(lost, 1), (dropped, 0)])
def test_a_lost_answer_is_a_cut_connection(fault: object, done: int) -> None:
    simulator = Faulty(counter(), at(1, lost if done else dropped))
    with serve(simulator) as served, client(served.url) as http:
        with pytest.raises(httpx.RemoteProtocolError):
            http.post("/add")
        assert len(simulator.state) == done
        assert http.post("/add").status_code == 201


def test_a_kept_connection_isnt_slowed_by_nagle() -> None:
    with serve(counter()) as served, client(served.url) as http:
        http.post("/add")
        started = time.perf_counter()
        for _ in range(20):
            http.post("/add", json={"a": 1})
        passed = time.perf_counter() - started

    assert passed < 20 * 0.030  # with Nagle on each takes 44 ms


def test_many_threads_are_served_at_once_and_counted_right() -> None:
    with serve(counter()) as served, client(served.url) as http, ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _: http.post("/add").json()["count"], range(100)))

    assert sorted(counts) == list(range(1, 101))


def test_a_stop_answers_what_is_under_way() -> None:
    started = threading.Event()

    def sleep(seconds: float) -> None:
        started.set()
        time.sleep(seconds)

    simulator = Faulty(counter(), in_turn([late(0.3, sleep)]))
    with ThreadPoolExecutor(1) as pool:
        with serve(simulator) as served:
            waiting = pool.submit(httpx.post, served.url + "/add", trust_env=False)
            assert started.wait(5)
        assert waiting.result().status_code == 201


def test_a_stop_doesnt_wait_for_an_idle_connection() -> None:
    started = time.perf_counter()
    with serve(counter()) as served:
        http = client(served.url)
        http.post("/add")
    http.close()

    assert time.perf_counter() - started < 3


def test_a_stopped_port_is_free_again() -> None:
    with serve(counter()) as served:
        port = served.port
    with serve(counter(), port) as again, client(again.url) as http:
        assert http.post("/add").json()["count"] == 1


@pytest.mark.parametrize("body", [b'{"half', b""])
def test_a_request_that_its_client_never_ended_is_not_handed_on(body: bytes) -> None:
    """A process that is killed between head and body leaves no request behind it."""
    simulator = counter()
    with serve(simulator) as served, socket.create_connection(("127.0.0.1", served.port)) as raw:
        raw.sendall(b"POST /add HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n" + body)
        raw.shutdown(socket.SHUT_WR)
        assert raw.recv(100) == b""
    assert simulator.state == []


def test_a_body_in_chunks_is_put_together() -> None:
    with serve(counter()) as served, client(served.url) as http:
        answer = http.post("/add", content=iter([b"smoer", b"rebroed"]))

    assert answer.json()["echo"] == "smoerrebroed"


def test_a_length_that_is_no_number_is_answered() -> None:
    with serve(counter()) as served, socket.create_connection(("127.0.0.1", served.port)) as raw:
        raw.sendall(b"POST /add HTTP/1.1\r\nHost: a\r\nContent-Length: many\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 400 ")
