"""The contract that every source keeps, as checks that a connector's tests run on its simulator.

Each check raises AssertionError and says in a sentence what isn't so:

    @pytest.mark.parametrize("check", SOURCE, ids=lambda check: check.__name__)
    def test_orders_keep_the_contract(check): check(SUBJECT)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from kontering.errors import ConnectorError, Denied, TryLater
from kontering.sdk.connector import Connector, Page, Pointer, Position, Record, Settings, Source
from kontering.sdk.http import client
from kontering.sdk.limits import Here
from kontering.testing.faults import (
    Fault,
    Faulty,
    at,
    before,
    dropped,
    every,
    html,
    lost,
    throttled,
    truncated,
    unreachable,
)
from kontering.testing.simulator import Simulator

FAULTS: Mapping[str, Fault] = {
    "unreachable": unreachable,
    "lost": lost,
    "dropped": dropped,
    "500": before(500),
    "503": before(503),
    "429": throttled(),
    "429 with a time": throttled("17"),
    "truncated": truncated,
    "a page": html,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is checked: `make` gives a system that holds `count` records of the kind, more than one page of them.

    `change` changes one of them and gives its id; `remove` takes one away and gives its id. `since` says that the
    system can tell what has changed; where it can't, each round reads all and doubles fall out by version. `steps`:
    the list is sorted by change, so that the position may move with each page.
    """

    connector: Connector
    kind: str
    make: Callable[[], Simulator]
    count: int
    change: Callable[[Any], str] | None = None
    remove: Callable[[Any], str] | None = None
    since: bool = True
    steps: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)


def source_of(connector: Connector, system: Simulator, settings: Settings | None = None) -> Source:
    """The connector's source on a simulated system, with the client that it gets in earnest."""
    given = {"name": "shop", "url": "https://system.example", **system.credentials, **(settings or {})}
    http = client(connector, given, transport=httpx.MockTransport(system), limiter=Here(), sleep=lambda seconds: None)
    assert connector.source is not None, f"{connector.name} is no source"
    return connector.source(given, http)


def reads_everything_once(subject: Subject) -> None:
    records, _ = _round(subject, subject.make())
    ids = [record.id for record in records]
    assert len(set(ids)) == subject.count, f"{len(set(ids))} of {subject.count} records were read"
    assert len(ids) == len(set(ids)), "a record was read twice in one round"


def records_say_what_they_are(subject: Subject) -> None:
    for record in _round(subject, subject.make())[0]:
        assert (record.connection, record.kind) == ("shop", subject.kind), (
            f"{record.key} is of another kind or connection"
        )
        assert record.id, "a record has no id"
        assert record.version, f"{record.key} has no version"


def the_position_comes_last(subject: Subject) -> None:
    """A position before the last page would lose what a crash kept from being stored."""
    if subject.since:
        pages = list(_pages(subject, subject.make(), None))
        assert len([page for page in pages if page.records]) > 1, "one page only: nothing was tested"
        assert pages[-1].after is not None, "the round doesn't say how far it has read"
        early = [page.after for page in pages[:-1] if page.after is not None]
        assert subject.steps or not early, f"the position moves to {early} before everything is read"


def a_second_round_brings_nothing_new(subject: Subject) -> None:
    system = subject.make()
    first, position = _round(subject, system)
    again, _ = _round(subject, system, position)
    known = {(record.id, record.version) for record in first}
    new = [record.key for record in again if (record.id, record.version) not in known]
    assert not new, f"{new} came back with another version, though nothing has changed"


def a_change_is_read_again(subject: Subject) -> None:
    if subject.change is None:
        return
    system = subject.make()
    first, position = _round(subject, system)
    changed = subject.change(system.state)
    again, _ = _round(subject, system, position)
    known = {(record.id, record.version) for record in first}
    new = [record.id for record in again if (record.id, record.version) not in known]
    assert new == [changed], f"{changed} was changed, {new} came back as new"


def get_gives_what_reading_gave(subject: Subject) -> None:
    system = subject.make()
    source = source_of(subject.connector, system, subject.settings)
    for record in _round(subject, system)[0][:3]:
        found = source.get(Pointer(kind=subject.kind, id=record.id))
        assert found == record, f"{record.key} by its pointer differs from what was read"


def what_is_gone_is_none(subject: Subject) -> None:
    if subject.remove is None:
        return
    system = subject.make()
    removed = subject.remove(system.state)
    found = source_of(subject.connector, system, subject.settings).get(Pointer(kind=subject.kind, id=removed))
    assert found is None or found.gone, f"{removed} is gone, but its pointer gives a record"


def a_failed_round_loses_nothing(subject: Subject) -> None:
    """Whatever fails at whichever call: TryLater, no position that skips anything, and the next round has it all."""
    calls = _calls(subject)
    for number in range(1, calls + 1):
        for name, fault in FAULTS.items():
            read, position, error = _failed(subject, number, fault)
            where = f"{name} at call {number} of {calls}"
            assert isinstance(error, TryLater), f"{where}: {type(error).__name__} {error}"
            again, _ = _round(subject, subject.make(), position)
            ids = {record.id for record in (*read, *again)}
            assert len(ids) == subject.count, f"{where}: {subject.count - len(ids)} records are lost"


def wrong_credentials_are_denied(subject: Subject) -> None:
    wrong = {
        name: "wrong" for name, schema in subject.connector.settings["properties"].items() if schema.get("x-secret")
    }
    error = _error(_pages(subject, subject.make(), None, wrong))
    assert isinstance(error, Denied), f"wrong credentials gave {type(error).__name__}"


SOURCE: tuple[Callable[[Subject], None], ...] = (
    reads_everything_once,
    records_say_what_they_are,
    the_position_comes_last,
    a_second_round_brings_nothing_new,
    a_change_is_read_again,
    get_gives_what_reading_gave,
    what_is_gone_is_none,
    a_failed_round_loses_nothing,
    wrong_credentials_are_denied,
)


def _pages(
    subject: Subject, system: Simulator, after: Position | None, settings: Settings | None = None
) -> Iterator[Page]:
    given = {**subject.settings, **(settings or {})}
    return source_of(subject.connector, system, given).read(subject.kind, after)


def _round(subject: Subject, system: Simulator, after: Position | None = None) -> tuple[list[Record], Position | None]:
    records: list[Record] = []
    for page in _pages(subject, system, after):
        records += page.records
        after = page.after if page.after is not None else after
    return records, after


def _failed(subject: Subject, number: int, fault: Fault) -> tuple[list[Record], Position | None, ConnectorError | None]:
    """A round whose n-th call fails: what it had read and how far it said to be until then."""
    records: list[Record] = []
    after: Position | None = None
    try:
        for page in _pages(subject, Faulty(subject.make(), at(number, fault, every)), None):
            records += page.records
            after = page.after if page.after is not None else after
    except ConnectorError as error:
        return records, after, error
    return records, after, None


def _error(pages: Iterator[Page]) -> ConnectorError | None:
    try:
        list(pages)
    except ConnectorError as error:
        return error
    return None


def _calls(subject: Subject) -> int:
    system = subject.make()
    _round(subject, system)
    return len(system.calls)
