"""The contract can fail: each check catches the source that breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from kontering.errors import ConnectorError
from kontering.sdk.connector import SDK, Connector, Page, Pointer, Position, Record, Settings
from kontering.testing import Asked, Route, Simulated, reply
from kontering.testing import contract as checks
from kontering.testing.contract import Subject

Rows = dict[str, int]


def listing(asked: Asked[Rows]) -> httpx.Response:
    since, page = int(asked.query.get("since", 0)), int(asked.query.get("page", 1))
    rows = sorted((at, name) for name, at in asked.state.items() if at > since)
    return reply({"rows": rows[page * 2 - 2 : page * 2], "more": len(rows) > page * 2})


def one(asked: Asked[Rows]) -> httpx.Response:
    at = asked.state.get(asked.ids["id"])
    return reply({"at": at}) if at else reply({}, 404)


def right(asked: Asked[Rows]) -> httpx.Response | None:
    return None if asked.headers.get("x-key") == "right" else reply({"message": "no"}, 401)


def system() -> Simulated[Rows]:
    rows = {name: at for at, name in enumerate("abcde", start=1)}
    routes = [Route("GET", "/rows", listing), Route("GET", "/rows/{id}", one)]
    return Simulated(rows, routes, check=right, credentials={"key": "right"})


class Source:
    """A source as it should be; those below break one promise each."""

    def __init__(self, settings: Settings, client: httpx.Client) -> None:
        self.client = client

    def read(self, kind: str, after: Position | None) -> Iterator[Page]:
        since = high = int((after or {}).get("at", 0))
        page, more = 1, True
        while more:
            answer = self.client.get("rows", params={"since": since, "page": page}).json()
            high, more, page = max([high, *(at for at, _ in answer["rows"])]), answer["more"], page + 1
            yield self.page(tuple(self.record(kind, name, at) for at, name in answer["rows"]), high)
        yield Page(after={"at": high})

    def page(self, records: tuple[Record, ...], high: int) -> Page:
        return Page(records=records)

    def record(self, kind: str, name: str, at: int) -> Record:
        return Record(connection="shop", kind=kind, id=name, version=str(at), data={})

    def get(self, pointer: Pointer) -> Record | None:
        answer = self.client.get(f"rows/{pointer.id}", extensions={"expects": (404,)})
        return self.record(pointer.kind, pointer.id, answer.json()["at"]) if answer.status_code == 200 else None


class Twice(Source):
    def page(self, records: tuple[Record, ...], high: int) -> Page:
        return Page(records=records * 2)


class Half(Source):
    def page(self, records: tuple[Record, ...], high: int) -> Page:
        return Page(records=records[:1])


class Nameless(Source):
    def record(self, kind: str, name: str, at: int) -> Record:
        return Record(connection="shop", kind=kind, id=name, version="", data={})


class Early(Source):
    def page(self, records: tuple[Record, ...], high: int) -> Page:
        return Page(records=records, after={"at": high})


class Ahead(Source):
    """Says that everything is read before it is."""

    def read(self, kind: str, after: Position | None) -> Iterator[Page]:
        yield Page(after={"at": 5})
        yield from super().read(kind, after)


class Restless(Source):
    count = 0

    def read(self, kind: str, after: Position | None) -> Iterator[Page]:
        yield from super().read(kind, None)

    def record(self, kind: str, name: str, at: int) -> Record:
        Restless.count += 1
        return Record(connection="shop", kind=kind, id=name, version=f"{at}-{Restless.count}", data={})


class Blind(Source):
    def record(self, kind: str, name: str, at: int) -> Record:
        return Record(connection="shop", kind=kind, id=name, version="1", data={})


class Forgetful(Source):
    def get(self, pointer: Pointer) -> Record | None:
        return None


class Inventive(Source):
    def get(self, pointer: Pointer) -> Record | None:
        return self.record(pointer.kind, pointer.id, 1)


class Swallowing(Source):
    def read(self, kind: str, after: Position | None) -> Iterator[Page]:
        try:
            yield from super().read(kind, after)
        except ConnectorError:
            yield Page(after={"at": 5})


def headers(settings: Settings) -> Callable[[httpx.Request], httpx.Request]:
    from kontering.sdk.auth import headers as fixed

    return fixed({"x-key": str(settings["key"])})


def change(rows: Rows) -> str:
    rows["b"] = 9
    return "b"


def remove(rows: Rows) -> str:
    del rows["c"]
    return "c"


def subject(source: Any, **more: Any) -> Subject:
    connector = Connector(
        name="rows",
        title="Rows",
        sdk=SDK,
        settings={"properties": {"key": {"type": "string", "x-secret": True}}},
        base_url=lambda settings: "http://rows.test/",
        auth=headers,
        source=source,
    )
    return Subject(connector=connector, kind="row", make=system, count=5, change=change, remove=remove, **more)


@pytest.mark.parametrize("check", checks.SOURCE, ids=lambda check: str(check.__name__))
def test_a_good_source_passes(check: Callable[[Subject], None]) -> None:
    check(subject(Source))


@pytest.mark.parametrize(
    ("check", "source", "says"),
    [
        (checks.reads_everything_once, Twice, "read twice"),
        (checks.reads_everything_once, Half, "3 of 5 records"),
        (checks.records_say_what_they_are, Nameless, "has no version"),
        (checks.the_position_comes_last, Early, "before everything is read"),
        (checks.a_second_round_brings_nothing_new, Restless, "nothing has changed"),
        (checks.a_change_is_read_again, Blind, r"b was changed, \[\] came back"),
        (checks.get_gives_what_reading_gave, Forgetful, "differs from what was read"),
        (checks.what_is_gone_is_none, Inventive, "gives a record"),
        (checks.a_failed_round_loses_nothing, Swallowing, "NoneType"),
        (checks.a_failed_round_loses_nothing, Ahead, "records are lost"),
        (checks.wrong_credentials_are_denied, Swallowing, "gave NoneType"),
    ],
)
def test_each_check_catches_the_source_that_breaks_it(check: Callable[[Subject], None], source: Any, says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check(subject(source))


def test_a_list_sorted_by_change_may_move_with_each_page() -> None:
    checks.the_position_comes_last(subject(Early, steps=True))
    checks.a_failed_round_loses_nothing(subject(Early, steps=True))
