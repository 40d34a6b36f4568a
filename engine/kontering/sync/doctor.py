"""Is a connection fit for its work? Credentials, rights, clock, tables against what the system has now, open periods.

Everything is a read. What can't be known without writing is said to be unknown, never fine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import Any, Literal, cast

import httpx

from kontering.connectors import registry
from kontering.diagnostics import Diagnostic, Span
from kontering.errors import ConnectorError, Denied, Misuse, Problems, Refused, StoreUnusable
from kontering.project import opened, snapshot
from kontering.project.parts import Connection, Flow, Project
from kontering.project.secrets import Secret
from kontering.sdk import http
from kontering.sdk.connector import Connector, JsonObject, Source, Target
from kontering.store.store import Store
from kontering.sync.granted import tokens_of

State = Literal["fine", "missing", "unknown", "trouble"]

SKEW = 60.0
"""Seconds by which two clocks may differ: signatures and idempotency keys live for some minutes."""

LAST = ("reference", "email", "sku", "key", "number", "name")
GROUPS = "with.customer_group"
NOBODY = "kontering-doctor"
"""What is looked for to see whether looking is allowed: nothing is called so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; `way` says how to mend it. `trouble` is a system that doesn't answer."""

    about: str
    state: State
    says: str
    way: str = ""
    span: Span | None = None


@dataclass(slots=True)
class Seen:
    """What was read of the live system so far, and by how much its clock is ahead of ours."""

    now: Callable[[], dt.datetime]
    records: dict[str, dict[str, JsonObject]] = field(default_factory=dict)
    ahead: float | None = None

    def hears(self, response: httpx.Response) -> None:
        """The Date header of an answer; the last one counts."""
        try:
            said = parsedate_to_datetime(response.headers.get("date", ""))
        except ValueError:
            return
        aware = said if said.tzinfo else said.replace(tzinfo=dt.UTC)
        self.ahead = (aware - self.now()).total_seconds()


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def examine(
    project: Project,
    name: str,
    *,
    transport: httpx.BaseTransport | None = None,
    now: Callable[[], dt.datetime] = utc_now,
) -> Iterator[Finding]:
    """Everything that can be said of a connection, in the order in which it is found out."""
    connection = project.connections[name]
    connector = registry.load(connection.connector)
    try:
        settings = opened.settings_of(connection, project)
    except Problems as problems:
        yield from (_of("secrets", one) for one in problems.diagnostics if isinstance(one, Diagnostic))
        return
    yield from _secrets(connection)
    seen = Seen(now)
    if connector.embedded is not None:
        yield from _embedded(project, connection, connector, settings, seen)
    elif connector.source is None and connector.target is None:
        yield Finding(about="reading", state="unknown", says=f"{connector.title} can't be asked anything")
    else:
        yield from _over_the_network(project, connection, connector, settings, seen, transport)


def worst(findings: Sequence[Finding]) -> State:
    """What decides the exit code."""
    order: tuple[State, ...] = ("trouble", "missing", "unknown")
    return next((state for state in order if any(one.state == state for one in findings)), "fine")


def _over_the_network(
    project: Project,
    connection: Connection,
    connector: Connector,
    settings: Mapping[str, Any],
    seen: Seen,
    transport: httpx.BaseTransport | None,
) -> Iterator[Finding]:
    tokens = tokens_of(project, connection.name, connector, settings)
    with http.client(connector, settings, transport=transport, read_only=True, tokens=tokens) as client:
        client.event_hooks = {"response": [seen.hears]}
        source = connector.source(settings, client) if connector.source else None
        target = connector.target(settings, client) if connector.target else None
        rights = list(_rights(project, connection, connector, source, target, seen))
        yield from _told(connector, rights)
        yield from _clock(seen)
        if any(one.state == "fine" for one in rights):
            yield from _reference(project, connection, connector, seen)
            yield from _groups(project, connection, connector, seen)
            yield from _periods(connector, seen)
            yield from _named_things(project, connection, target)
            yield from _writing(connector, connection, project)


def _embedded(
    project: Project, connection: Connection, connector: Connector, settings: Mapping[str, Any], seen: Seen
) -> Iterator[Finding]:
    """The books in the store need no credentials; they are there with the first document."""
    assert connector.embedded is not None
    try:
        with Store.open(project.store, project=project.name, read_only=True) as store, store.look() as tx:
            source = cast(Source, connector.embedded(settings, tx.connection))
            rights = list(_rights(project, connection, connector, source, None, seen))
    except StoreUnusable as trouble:
        yield Finding(about="store", state="trouble", says=str(trouble))
        return
    yield from _told(connector, rights)
    yield from _reference(project, connection, connector, seen)


def _secrets(connection: Connection) -> Iterator[Finding]:
    names = [setting.name for setting in connection.settings.values() if isinstance(setting, Secret)]
    if names:
        yield Finding(about="secrets", state="fine", says=f"there: {', '.join(names)}")


# --- rights


def _rights(
    project: Project,
    connection: Connection,
    connector: Connector,
    source: Source | None,
    target: Target | None,
    seen: Seen,
) -> Iterator[Finding]:
    """One reading call, or all of a list, for every kind that this project needs; the first dead end is the last."""
    asks: list[tuple[str, Callable[[], object]]] = []
    if source is not None:
        asks += [(kind, _reading(source, kind, connector, seen)) for kind in _kinds(project, connection, connector)]
    if target is not None:
        asks += [(kind, _looking(target, kind, by)) for kind, by in _looked_for(connector, connection, project)]
    for kind, ask in asks:
        found = _asked(kind, ask)
        yield found
        if found.state == "trouble":
            return


def _kinds(project: Project, connection: Connection, connector: Connector) -> list[str]:
    read = {flow.kind for flow in project.flows.values() if flow.source == connection.name}
    return [kind for kind, reads in connector.reads.items() if reads.reference or kind in read]


def _looked_for(connector: Connector, connection: Connection, project: Project) -> Iterator[tuple[str, str]]:
    """Kinds that a flow's documents need to be looked for, and by what."""
    if not _is_target(connection, project):
        return
    for kind, takes in connector.takes.items():
        by = next((term for term in LAST if term in takes.finds), None)
        if by is not None:
            yield kind, by


def _reading(source: Source, kind: str, connector: Connector, seen: Seen) -> Callable[[], object]:
    def read() -> object:
        pages = source.read(kind, None)
        if not connector.reads[kind].reference:
            return next(iter(pages), None)
        seen.records[kind] = {record.id: record.data for page in pages for record in page.records}
        return None

    return read


def _looking(target: Target, kind: str, by: str) -> Callable[[], object]:
    return lambda: target.find(kind, {by: NOBODY})


def _asked(kind: str, ask: Callable[[], object]) -> Finding:
    what = kind.replace("_", " ")
    try:
        ask()
    except Denied as no:
        return Finding(about="rights", state="missing", says=f"{what}: {no}", way="see the page of the connector")
    except Refused as no:
        return Finding(about="rights", state="missing", says=f"{what} can't be read: {no}")
    except ConnectorError as no:
        return Finding(about="answer", state="trouble", says=str(no), way="try again; is the url right?")
    return Finding(about="rights", state="fine", says=what)


def _told(connector: Connector, rights: Sequence[Finding]) -> Iterator[Finding]:
    """What may be read in one line; credentials that open nothing in another."""
    fine = list(dict.fromkeys(one.says for one in rights if one.state == "fine"))
    denied = [one for one in rights if one.state == "missing"]
    if fine:
        yield Finding(about="credentials", state="fine", says=f"accepted by {connector.title}")
        yield Finding(about="rights", state="fine", says=f"may read {', '.join(fine)}")
    elif denied:
        way = f"`kontering docs connectors {connector.name}` says where they are made"
        yield replace(denied[0], about="credentials", says=denied[0].says.partition(": ")[2], way=way)
        denied = []
    yield from denied
    yield from (one for one in rights if one.state == "trouble")
    if not rights:
        yield Finding(about="use", state="unknown", says="no flow of this project reads from it or delivers to it")


# --- what the system has


def _clock(seen: Seen) -> Iterator[Finding]:
    if seen.ahead is None:
        return
    seconds = round(abs(seen.ahead))
    if seconds <= SKEW:
        yield Finding(about="clock", state="fine", says=f"{seconds} s apart")
        return
    which = "behind" if seen.ahead > 0 else "ahead of"
    says = f"this machine's clock is {seconds} s {which} the system's"
    yield Finding(about="clock", state="missing", says=says, way="let the machine keep its time by NTP")


def _reference(project: Project, connection: Connection, connector: Connector, seen: Seen) -> Iterator[Finding]:
    """Every account and code that the project's tables can give, held against what is there now."""
    if not seen.records:
        return
    live = snapshot.Snapshot(
        connection=connection.name, connector=connector.name, records=seen.records, file="the system as it is now"
    )
    for place, kind in _proved(connector, connection, seen):
        lacking = list(snapshot.check_place(connection, live, kind, place, connector.reads[kind].proves[place]))
        for one in lacking:
            way = f"make it in {connector.title}, or change the table"
            yield Finding(about=place, state="missing", says=one.message, way=_near(one, way), span=one.span)
        if not lacking:
            yield Finding(about=place, state="fine", says=f"every {kind.replace('_', ' ')} that it names is there")
    yield from _kept(project, connection, seen)


def _proved(connector: Connector, connection: Connection, seen: Seen) -> Iterator[tuple[str, str]]:
    for kind, reads in connector.reads.items():
        for place in reads.proves if kind in seen.records else ():
            owner, _, name = place.partition(".")
            if (owner == "with" and name in connection.params) or owner in connection.tables:
                yield place, kind


def _near(problem: Diagnostic, way: str) -> str:
    hint = problem.hint or ""
    return f"{hint.removesuffix('?')}? Else {way}" if hint.startswith("did you mean") else way


def _kept(project: Project, connection: Connection, seen: Seen) -> Iterator[Finding]:
    """The snapshot, by which `check` proves the tables in CI."""
    kept, broken = snapshot.read_snapshot(project.folder, connection.name)
    way = f"`kontering pull {connection.name}`, and commit the file"
    if broken or kept is None:
        says = broken[0].message if broken else "there is none, so `check` can't prove the tables offline"
        yield Finding(about="snapshot", state="missing" if broken else "unknown", says=says, way=way)
        return
    other = [kind for kind, there in seen.records.items() if kept.records.get(kind, {}).keys() != there.keys()]
    if other:
        yield Finding(about="snapshot", state="unknown", says=f"older than the system: {', '.join(other)}", way=way)
    else:
        yield Finding(about="snapshot", state="fine", says="as the system is now")


def _groups(project: Project, connection: Connection, connector: Connector, seen: Seen) -> Iterator[Finding]:
    """The groups into which flows put their buyers."""
    proving = [(kind, reads.proves[GROUPS]) for kind, reads in connector.reads.items() if GROUPS in reads.proves]
    for kind, path in proving:
        there = {str(row.get(path)) for row in seen.records.get(kind, {}).values()}
        policies = [flow.policy.customers for flow in _flows_to(connection, project)]
        named = {one.group for buyers in policies for one in (buyers.consumer, buyers.business, buyers.public)}
        for group in sorted(name for name in named if name):
            if group in there:
                yield Finding(about="customers", state="fine", says=f"group {group} is there")
            else:
                way = f"make it in {connector.title}, or change the flow's customers"
                yield Finding(about="customers", state="missing", says=f"there is no group {group}", way=way)


def _periods(connector: Connector, seen: Seen) -> Iterator[Finding]:
    """Is today's period open, and since when are the days before closed?"""
    for kind, reads in connector.reads.items():
        if reads.days is None or kind not in seen.records:
            continue
        first, last, closed = reads.days
        rows = [(str(row[first]), str(row[last]), bool(row[closed])) for row in seen.records[kind].values()]
        today = seen.now().date().isoformat()
        of_today = [shut for begin, end, shut in rows if begin <= today <= end]
        if not of_today:
            says, way = f"no period holds today, {today}", "make the accounting year"
            yield Finding(about="periods", state="missing", says=says, way=way)
        elif all(of_today):
            says, way = f"today's period, {today}, is closed", "open it, or let the flow's closed_period decide"
            yield Finding(about="periods", state="missing", says=says, way=way)
        else:
            until = max((end for _, end, shut in rows if shut and end < today), default="")
            says = f"today is open{f', closed until {until}' if until else ''}"
            yield Finding(about="periods", state="fine", says=says)


def _named_things(project: Project, connection: Connection, target: Target | None) -> Iterator[Finding]:
    """Products and customers that flows name by their number."""
    for kind, term, number, where in _named(project, connection) if target else ():
        assert target is not None
        try:
            there = bool(target.find(kind, {term: number}))
        except ConnectorError as no:
            yield Finding(about=where, state="unknown", says=f"{kind} {number}: {no}")
            continue
        if there:
            yield Finding(about=where, state="fine", says=f"{kind} {number} is there")
        else:
            says = f"there is no {kind} {number}"
            yield Finding(about=where, state="missing", says=says, way=f"make it, or change `{where}` of the flow")


def _named(project: Project, connection: Connection) -> Iterator[tuple[str, str, str, str]]:
    takes = registry.load(connection.connector).takes
    seen: set[tuple[str, str]] = set()
    for flow in _flows_to(connection, project):
        policy = flow.policy
        asked = (
            ("product", "sku", policy.products.fallback, "products.fallback"),
            ("customer", "number", policy.customers.single, "customers.single"),
        )
        for kind, term, number, where in asked:
            if number and kind in takes and term in takes[kind].finds and (kind, number) not in seen:
                seen.add((kind, number))
                yield kind, term, number, where


def _writing(connector: Connector, connection: Connection, project: Project) -> Iterator[Finding]:
    if connector.takes and _is_target(connection, project):
        says = "whether it may write shows with the first document: nothing was written to find out"
        yield Finding(about="writing", state="unknown", says=says)


def _is_target(connection: Connection, project: Project) -> bool:
    return any(_flows_to(connection, project))


def _flows_to(connection: Connection, project: Project) -> Iterator[Flow]:
    return (flow for flow in project.flows.values() if flow.target == connection.name)


def _of(about: str, problem: Diagnostic) -> Finding:
    return Finding(about=about, state="missing", says=problem.message, way=problem.hint or "", span=problem.span)


def names_of(project: Project, names: Sequence[str]) -> tuple[str, ...]:
    """The connections that are meant: those that are named, or all."""
    for name in names:
        if name not in project.connections:
            raise Misuse(f"There is no connection {name!r}; there are {', '.join(project.connections)}")
    return tuple(names) or tuple(project.connections)
