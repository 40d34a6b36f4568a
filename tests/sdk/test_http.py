"""The client: what each kind of bad answer means, the dry run's refusal, bounds, limits, and no secrets in sight."""

from __future__ import annotations

import gzip
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from kontering.errors import Closed, ConnectorError, Denied, Refusal, Refused, TryLater, Unsure, WouldWrite
from kontering.sdk import wire
from kontering.sdk.auth import Credential, headers, query
from kontering.sdk.connector import SDK, Connector, Limit, Settings
from kontering.sdk.http import client
from kontering.sdk.limits import Here
from kontering.testing import Clock, Fault, Faulty, Route, Simulated, reply, serve
from kontering.testing.faults import after, always, before, dropped, html, lost, throttled, truncated, unreachable

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SCHEMA = {"type": "object", "properties": {"url": {"type": "string"}, "token": {"type": "string", "x-secret": True}}}
Answer = Callable[[httpx.Request], httpx.Response]


def connector(**parts: Any) -> Connector:
    return Connector(
        name="notes", title="Notes", sdk=SDK, settings=SCHEMA, base_url=lambda settings: str(settings["url"]), **parts
    )


def open_client(answer: Answer, settings: Settings | None = None, **options: Any) -> httpx.Client:
    parts = {name: options.pop(name) for name in ("limits", "problem", "auth") if name in options}
    return client(
        connector(**parts),
        {"name": "n", "url": "http://notes.test/v1", "token": "s3cret-token"} | dict(settings or {}),
        transport=httpx.MockTransport(answer),
        clock=lambda: NOW,
        limiter=options.pop("limiter", None) or Here(),
        **options,
    )


def answering(status: int, body: Any = None, **headers: str) -> Answer:
    return lambda request: reply(body if body is not None else {}, status, headers)


def system() -> Simulated[list[str]]:
    return Simulated[list[str]](
        [],
        [
            Route("GET", "/v1/notes", lambda asked: reply({"price": Decimal("1.10")})),
            Route("POST", "/v1/notes", lambda asked: reply({"id": 1}, 201)),
        ],
    )


def outcome(answer: Answer, method: str) -> type[ConnectorError]:
    with pytest.raises(ConnectorError) as caught:
        open_client(answer).request(method, "/notes").json()
    return caught.type


def test_numbers_with_a_point_are_decimals() -> None:
    assert open_client(system()).get("/notes").json() == {"price": Decimal("1.10")}


@pytest.mark.parametrize(
    ("fault", "read", "write"),
    [
        pytest.param(unreachable, TryLater, TryLater, id="unreachable"),
        pytest.param(lost, TryLater, Unsure, id="lost"),
        pytest.param(dropped, TryLater, Unsure, id="dropped"),
        pytest.param(before(500), TryLater, Unsure, id="500 before"),
        pytest.param(after(500), TryLater, Unsure, id="500 after"),
        pytest.param(before(503), TryLater, Unsure, id="503"),
        pytest.param(before(520), TryLater, Unsure, id="520"),
        pytest.param(before(501), Refused, Refused, id="501"),
        pytest.param(throttled(), TryLater, TryLater, id="429"),
        pytest.param(truncated, TryLater, Unsure, id="truncated"),
        pytest.param(html, TryLater, Unsure, id="a page"),
    ],
)
def test_a_fault_is_an_exception_that_says_what_to_do(
    fault: Fault, read: type[Exception], write: type[Exception]
) -> None:
    assert outcome(Faulty(system(), always(fault)), "GET") is read
    assert outcome(Faulty(system(), always(fault)), "POST") is write


@pytest.mark.parametrize(
    ("status", "error"),
    [(301, Denied), (307, Denied), (400, Refused), (401, Denied), (403, Denied), (404, Refused), (422, Refused)],
)
def test_a_status_is_an_exception(status: int, error: type[Exception]) -> None:
    assert outcome(answering(status), "GET") is error
    assert outcome(answering(status), "POST") is error


def test_nobody_listening_is_try_later_over_a_real_socket() -> None:
    with serve(system()) as served:
        url = served.url
    with pytest.raises(TryLater, match=r"127\.0\.0\.1 can't be reached"):
        client(connector(), {"url": url}, limiter=Here()).get("/notes")


def test_a_cut_connection_over_a_real_socket_leaves_a_write_in_doubt() -> None:
    with serve(Faulty(system(), always(lost))) as served, client(connector(), {"url": served.url + "/v1"}) as http:
        with pytest.raises(Unsure, match="POST /v1/notes"):
            http.post("/notes", json={})
        with pytest.raises(TryLater):
            http.get("/notes")


def test_a_call_that_reads_by_post_is_a_read() -> None:
    with pytest.raises(TryLater):
        open_client(answering(500)).post("/search", extensions={"reads": True})


def test_an_expected_status_comes_through() -> None:
    assert open_client(answering(404)).get("/notes/7", extensions={"expects": (404,)}).status_code == 404


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("Mon, 02 Mar 2026 09:02:00 GMT", 120.0), ("", None), ("soon", None)]
)
def test_a_throttle_says_for_how_long(header: str, seconds: float | None) -> None:
    with pytest.raises(TryLater) as caught:
        open_client(answering(429, **({"retry-after": header} if header else {}))).get("/notes")

    assert caught.value.after == seconds


def test_a_throttle_without_a_time_waits_for_the_limits_span() -> None:
    limits = (Limit(calls=100, per=timedelta(seconds=60), burst=100),)
    with pytest.raises(TryLater) as caught:
        open_client(answering(429), limits=limits).get("/notes")

    assert caught.value.after == 60.0


def test_after_a_throttle_others_of_the_connection_wait_without_calling() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        return reply({}, 429, {"retry-after": "30"})

    http = open_client(answer, limits=(Limit(calls=100, per=timedelta(seconds=60), burst=100),))
    for _ in range(2):
        with pytest.raises(TryLater):
            http.get("/notes")

    assert asked == ["GET"]


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({"message": "no such note", "code": "E1"}, (Refusal("no such note", code="E1"),)),
        ({"error": "no"}, (Refusal("no"),)),
        (
            {"message": "invalid", "errors": {"lines.0.sku": ["is missing", "is short"]}},
            (Refusal("is missing", "/lines/0/sku"), Refusal("is short", "/lines/0/sku")),
        ),
        ({"errors": [{"field": "/a", "message": "b", "code": 9}, "c"]}, (Refusal("b", "/a", "9"), Refusal("c"))),
        ({"errors": {}, "message": "m"}, (Refusal("m"),)),
        ([1], (Refusal("[1]"),)),
    ],
)
def test_a_refusal_says_what_the_system_said(body: Any, problems: tuple[Refusal, ...]) -> None:
    with pytest.raises(Refused) as caught:
        open_client(answering(400, body)).post("/notes")

    assert caught.value.problems == problems


def test_a_page_for_people_is_quoted_by_its_title() -> None:
    with pytest.raises(TryLater, match="a page, 'One moment'"):
        open_client(Faulty(system(), always(html))).get("/notes").json()


def test_a_connector_knows_its_systems_habits() -> None:
    def problem(response: httpx.Response) -> ConnectorError | None:
        body = response.json()
        if body.get("error") == "throttled":
            return TryLater("throttled", 3.0)
        return Closed((Refusal("closed"),)) if body.get("code") == "E7" else None

    with pytest.raises(TryLater) as throttle:
        open_client(answering(200, {"error": "throttled"}), problem=problem).get("/notes")
    with pytest.raises(Closed):
        open_client(answering(400, {"code": "E7"}), problem=problem).post("/notes")
    assert throttle.value.after == 3.0


def test_a_dry_run_sends_nothing_that_writes() -> None:
    simulator = system()
    http = open_client(simulator, read_only=True)

    http.get("/notes")
    with pytest.raises(WouldWrite, match="POST /v1/notes in a dry run"):
        http.post("/notes")
    http.post("/notes", extensions={"reads": True})

    assert [call.method for call in simulator.calls] == ["GET", "POST"]


def test_an_answer_beyond_the_bound_is_refused() -> None:
    bomb = gzip.compress(bytes(wire.LARGEST + 1))

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=bomb, headers={"content-encoding": "gzip"})

    with serve(Whole(answer)) as served:
        http = client(connector(), {"url": served.url})
        with pytest.raises(Refused, match="more than 100 MB"):
            http.get("/notes")
        with pytest.raises(Unsure, match="more than 100 MB"):
            http.post("/notes")


class Whole(Simulated[None]):
    """Answers all with one function."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(None, [], missing=lambda asked: answer(asked.request))


def test_calls_keep_to_the_limit_and_wait_in_between() -> None:
    clock = Clock()
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(round(seconds, 3))
        clock.forward(seconds=seconds)

    http = open_client(
        system(),
        limits=(Limit(calls=60, per=timedelta(seconds=60), burst=2),),
        limiter=Here(lambda: clock().timestamp()),
        sleep=sleep,
    )
    for _ in range(4):
        http.get("/notes")

    assert waits == [1.0, 1.0]


def test_a_long_wait_gives_the_lane_back() -> None:
    clock = Clock()
    limits = (Limit(calls=1, per=timedelta(seconds=60), on="write"),)
    http = open_client(system(), limits=limits, limiter=Here(lambda: clock().timestamp()))

    http.post("/notes")
    http.get("/notes")
    with pytest.raises(TryLater) as caught:
        http.post("/notes")

    assert caught.value.after == 60.0


@pytest.mark.parametrize(
    "auth", [headers({"x-token": "s3cret-token"}), query({"consumer_secret": "s3cret-token"})], ids=["header", "query"]
)
def test_no_secret_reaches_a_log_or_a_message(auth: Credential, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    http = open_client(
        lambda request: reply({"message": f"bad token {'s3cret-token'}"}, 400 if request.method == "GET" else 401),
        auth=lambda settings: auth,
    )
    with pytest.raises(Refused) as refused:
        http.get("/notes?page=2")
    with pytest.raises(Denied) as denied:
        http.post("/notes")

    assert "s3cret-token" not in caplog.text + str(refused.value) + str(denied.value) + str(refused.value.problems)
    assert "page=2" in caplog.text


def test_a_wrong_scheme_is_a_mistake_in_the_connection() -> None:
    with pytest.raises(Denied, match="look at the connection's url"):
        client(connector(), {"url": "ftp://notes.test"}).get("/notes")


def test_the_environments_proxy_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with serve(system()) as served, client(connector(), {"url": served.url + "/v1"}) as http:
        assert http.get("/notes").status_code == 200
