"""Lists that are read to their end."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from kontering.errors import Refused
from kontering.sdk.connector import SDK, Connector
from kontering.sdk.http import client
from kontering.sdk.paging import by_link, by_page, by_token, number
from kontering.testing import Asked, Route, Simulated, reply


def numbered(asked: Asked[list[int]]) -> httpx.Response:
    page, size = int(asked.query["page"]), int(asked.query["size"])
    rows = asked.state[(page - 1) * size : page * size]
    return reply(rows, headers={"x-pages": str(-(-len(asked.state) // size))})


def tokened(asked: Asked[list[int]]) -> httpx.Response:
    start = int(asked.query.get("after", "0"))
    more = start + 2 < len(asked.state)
    return reply({"rows": asked.state[start : start + 2], "next": str(start + 2) if more else None})


def linked(asked: Asked[list[int]]) -> httpx.Response:
    start = int(asked.query.get("skip", "0"))
    more = {"nextPage": f"{asked.origin}/v1/linked?skip={start + 2}"} if start + 2 < len(asked.state) else {}
    return reply({"rows": asked.state[start : start + 2], "pagination": more})


def elsewhere(asked: Asked[list[int]]) -> httpx.Response:
    return reply({"rows": [], "pagination": {"nextPage": "http://evil.test/v1/linked"}})


def looping(asked: Asked[list[int]]) -> httpx.Response:
    return reply({"rows": [], "next": "1", "pagination": {"nextPage": "/v1/looping"}})


def lists(count: int) -> tuple[httpx.Client, Simulated[list[int]]]:
    answers = {"numbered": numbered, "tokened": tokened, "linked": linked, "elsewhere": elsewhere, "looping": looping}
    routes = [Route("GET", f"/v1/{name}", answer) for name, answer in answers.items()]
    simulator = Simulated(list(range(count)), routes)
    connector = Connector(name="l", title="L", sdk=SDK, settings={}, base_url=lambda settings: "http://lists.test/v1")
    return client(connector, {}, transport=httpx.MockTransport(simulator)), simulator


def pages(response: httpx.Response) -> int:
    return number(response, "x-pages")


def following(response: httpx.Response) -> Any:
    return response.json()["next"]


@pytest.mark.parametrize(("count", "calls"), [(0, 1), (1, 1), (3, 1), (4, 2), (7, 3)])
def test_pages_are_read_to_the_last(count: int, calls: int) -> None:
    http, simulator = lists(count)

    rows = [row for page in by_page(http, "/numbered", {"size": 3}, pages=pages) for row in page.json()]

    assert rows == list(range(count))
    assert len(simulator.calls) == calls


def test_a_list_that_grows_is_read_to_its_new_end() -> None:
    http, simulator = lists(3)
    rows = []
    for page in by_page(http, "/numbered", {"size": 3}, pages=pages):
        rows += page.json()
        simulator.state += [99] if len(simulator.state) < 5 else []

    assert rows == [0, 1, 2]
    assert len(simulator.calls) == 1


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_tokens_and_links_are_followed(count: int) -> None:
    http, _ = lists(count)

    tokens = [
        row for page in by_token(http, "/tokened", {}, token=following, name="after") for row in page.json()["rows"]
    ]
    links = [row for page in by_link(http, "/linked", {}, link="pagination.nextPage") for row in page.json()["rows"]]

    assert tokens == links == list(range(count))


def test_a_link_to_another_host_isnt_followed() -> None:
    http, simulator = lists(1)

    with pytest.raises(Refused, match=r"another host, evil\.test"):
        list(by_link(http, "/elsewhere", {}, link="pagination.nextPage"))
    assert len(simulator.calls) == 1


def test_a_list_that_leads_back_to_itself_ends() -> None:
    http, _ = lists(1)

    with pytest.raises(Refused, match="leads back"):
        list(by_token(http, "/looping", {}, token=following, name="after"))
    with pytest.raises(Refused, match="leads back"):
        list(by_link(http, "/looping", {}, link="pagination.nextPage"))
