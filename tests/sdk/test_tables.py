"""Sources, look-ups and refusals as tables: every way of paging, what is found, and what a no means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from kontering.errors import Closed, Denied, Refused, TryLater, Unsure
from kontering.sdk.connector import SDK, Again, Call, Connector, Found, Pointer, Step, Takes
from kontering.sdk.finds import Find, Taker
from kontering.sdk.http import client
from kontering.sdk.limits import Here
from kontering.sdk.lists import Links, List, Lister, Numbered, Paging, Tokens
from kontering.sdk.says import Says, problem
from kontering.testing import Asked, Route, Simulated, reply

ROWS = [{"id": number, "at": f"2026-03-0{number}", "name": f"Thing {number}"} for number in range(1, 6)]
TWO = 2


def numbered(asked: Asked[Any]) -> httpx.Response:
    page = int(asked.query["p"])
    return reply({"things": asked.state[(page - 1) * TWO : page * TWO], "meta": {"pages": -(-len(asked.state) // TWO)}})


def by_token(asked: Asked[Any]) -> httpx.Response:
    start = int(asked.query.get("from", "0"))
    following = start + TWO
    return reply(
        {"things": asked.state[start:following], "next": str(following) if following < len(asked.state) else ""}
    )


def by_link(asked: Asked[Any]) -> httpx.Response:
    start = int(asked.query.get("from", "0"))
    more = start + TWO < len(asked.state)
    return reply(
        {
            "things": asked.state[start : start + TWO],
            "next": f"{asked.origin}/things?from={start + TWO}" if more else None,
        }
    )


def since(asked: Asked[Any]) -> httpx.Response:
    return reply([row for row in asked.state if row["at"] >= asked.query.get("since", "")])


def opened(*routes: Route[Any], says: Says | None = None) -> httpx.Client:
    connector = Connector(
        name="things",
        title="Things",
        sdk=SDK,
        settings={},
        base_url=lambda settings: "http://things.example",
        problem=problem(says) if says else None,
    )
    system = Simulated(ROWS, routes)
    return client(connector, {}, transport=httpx.MockTransport(system), limiter=Here())


@pytest.mark.parametrize(
    ("answer", "paging"),
    [
        (numbered, Numbered(page="p", size="n", most=TWO, pages="meta.pages")),
        (by_token, Tokens(token="next", name="from", query={"n": TWO})),
        (by_link, Links(link="next")),
    ],
)
def test_a_list_is_read_to_its_end_however_it_is_paged(
    answer: Callable[[Asked[Any]], httpx.Response], paging: Paging
) -> None:
    how = List(path="/things", rows="things", version="at", paging=paging)
    lister = Lister({"thing": how}, {"name": "books"}, opened(Route("GET", "/things", answer)))

    pages = list(lister.read("thing", None))

    assert [record.key for page in pages for record in page.records] == [f"books/thing/{n}" for n in range(1, 6)]
    assert [page.after for page in pages] == [None] * len(pages), "there is nothing to go on from"


def test_a_list_that_knows_changes_goes_on_where_it_was() -> None:
    how = List(path="/things", version="at", since="since")
    lister = Lister({"thing": how}, {"name": "books"}, opened(Route("GET", "/things", since)))

    first = list(lister.read("thing", None))
    again = list(lister.read("thing", {"since": "2026-03-04"}))

    assert first[-1].after == {"since": "2026-03-05"}
    assert [record.id for page in again for record in page.records] == ["4", "5"]
    assert again[-1].after == {"since": "2026-03-05"}


def test_without_a_version_the_record_itself_is_one() -> None:
    lister = Lister({"thing": List(path="/things")}, {}, opened(Route("GET", "/things", since)))

    versions = [record.version for page in lister.read("thing", None) for record in page.records]

    assert len(set(versions)) == 5
    assert all(version.startswith("#") for version in versions)


def test_one_record_by_its_pointer_and_one_that_is_gone() -> None:
    def one(asked: Asked[Any]) -> httpx.Response:
        found = [row for row in asked.state if str(row["id"]) == asked.ids["id"]]
        return reply(found[0]) if found else reply({}, 404)

    lister = Lister({"thing": List(path="/things", version="at")}, {}, opened(Route("GET", "/things/{id}", one)))

    found = lister.get(Pointer(kind="thing", id="3"))

    assert found is not None
    assert (found.id, found.version) == ("3", "2026-03-03")
    assert lister.get(Pointer(kind="thing", id="9")) is None


PAPERS = [
    {
        "no": 7,
        "mark": "1001",
        "kind": "invoice",
        "sum": {"net": "80", "vat": "20", "gross": "100"},
        "booked": "2026-03-02",
    },
    {"no": 8, "mark": "1001-A", "kind": "invoice", "sum": {"net": "8", "vat": "2", "gross": "10"}, "booked": None},
]
HOW = Find(
    path="/papers",
    asks={"reference": "q"},
    query={"kind": "invoice"},
    rows="found",
    id="no",
    number="no",
    totals=("sum.net", "sum.vat", "sum.gross"),
    done={"book": "booked"},
    says={"reference": "mark"},
)
CREATE = Call(action="create", kind="invoice", method="POST", path="/papers", again=Again.SAME, id="no")


def taker() -> Taker:
    def search(asked: Asked[Any]) -> httpx.Response:
        assert asked.query["kind"] == "invoice"
        return reply({"found": [row for row in PAPERS if asked.query["q"] in str(row["mark"])]})

    made: Route[Any] = Route("POST", "/papers", lambda asked: reply({"no": 9, **asked.json()}, 201))
    takes = {"invoice": Takes(payload="things/invoice", calls=(CREATE,))}
    return Taker(takes, {"invoice": HOW}, {}, opened(Route("GET", "/papers", search), made))


def test_a_search_for_parts_of_words_finds_only_what_is_meant() -> None:
    (found,) = taker().find("invoice", {"reference": "1001", "key": "shop/order/1"})

    assert found.totals is not None
    assert (found.id, found.done, str(found.totals.gross)) == ("7", frozenset({"create", "book"}), "100")
    (draft,) = taker().find("invoice", {"reference": "1001-A"})
    assert draft.done == frozenset({"create"})


def test_what_cannot_be_asked_for_is_not_found() -> None:
    assert taker().find("invoice", {"email": "a@example.dk"}) == ()


def test_a_step_is_sent_by_its_row_and_others_are_a_mistake() -> None:
    step = Step(action="create", kind="invoice", key="k", document="k", body={"mark": "1"}, attempt=UUID(int=1))

    receipt = taker().send(step)

    assert receipt == Found(id="9", done=frozenset({"create"}), data={"no": 9, "mark": "1"})
    with pytest.raises(ValueError, match="no book invoice"):
        taker().send(Step(action="book", kind="invoice", key="k", document="k", body={}, attempt=UUID(int=1)))
    with pytest.raises(ValueError, match="no trial invoice"):
        taker().trial(step)


SAYS = Says(
    errors="errors",
    code="code",
    message="text",
    place="at",
    until="closedUntil",
    means={"closed": "closed", "busy": "later", "key": "denied", "pending": "unsure"},
)


def no(body: Any, status: int = 422) -> Exception:
    answering = opened(Route("GET", "/it", lambda asked: reply(body, status)), says=SAYS)
    with pytest.raises((Denied, Refused, TryLater, Unsure)) as raised:
        answering.get("/it")
    return raised.value


def test_a_refusal_names_each_place() -> None:
    error = no({"errors": [{"code": "x", "text": "no such account", "at": "lines.0.account"}, {"text": "no date"}]})

    assert isinstance(error, Refused)
    assert [(one.message, one.path, one.code) for one in error.problems] == [
        ("no such account", "/lines/0/account", "x"),
        ("no date", "", ""),
    ]


def test_codes_mean_what_the_table_says() -> None:
    closed = no({"errors": [{"code": "closed", "text": "closed"}], "closedUntil": "2026-02-28"})

    assert isinstance(closed, Closed)
    assert closed.until == dt.date(2026, 2, 28)
    assert isinstance(no({"errors": [{"code": "busy", "text": "busy"}]}, 400), TryLater)
    assert isinstance(no({"errors": [{"code": "key", "text": "bad key"}]}, 400), Denied)
    assert isinstance(no({"errors": [{"code": "pending", "text": "wait"}]}, 409), Unsure)


def test_what_the_table_does_not_know_is_left_to_the_statuses() -> None:
    assert isinstance(no({"errors": [{"text": "down"}]}, 503), TryLater)
    assert isinstance(no({"errors": [{"text": "who are you"}]}, 401), Denied)
    assert isinstance(no(["a list"], 400), Refused)
