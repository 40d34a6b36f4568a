"""What a live system has now, held against what a project's tables and flows name; its clock and its periods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kontering.connectors import registry
from kontering.diagnostics import Diagnostic
from kontering.errors import ConnectorError
from kontering.project import snapshot
from kontering.project.parts import Connection, Flow, Project
from kontering.sdk.connector import Connector, Target
from kontering.sync.findings import Finding, Seen

SKEW = 60.0
"""Seconds by which two clocks may differ: signatures and idempotency keys live for some minutes."""

GROUPS = "with.customer_group"


def clock(seen: Seen) -> Iterator[Finding]:
    if seen.ahead is None:
        return
    seconds = round(abs(seen.ahead))
    if seconds <= SKEW:
        yield Finding(about="clock", state="fine", says=f"{seconds} s apart")
        return
    which = "behind" if seen.ahead > 0 else "ahead of"
    says = f"this machine's clock is {seconds} s {which} the system's"
    yield Finding(about="clock", state="missing", says=says, way="let the machine keep its time by NTP")


def reference(project: Project, connection: Connection, connector: Connector, seen: Seen) -> Iterator[Finding]:
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


def groups(project: Project, connection: Connection, connector: Connector, seen: Seen) -> Iterator[Finding]:
    """The groups into which flows put their buyers."""
    proving = [(kind, reads.proves[GROUPS]) for kind, reads in connector.reads.items() if GROUPS in reads.proves]
    for kind, path in proving:
        there = {str(row.get(path)) for row in seen.records.get(kind, {}).values()}
        policies = [flow.policy.customers for flow in flows_to(connection, project)]
        named = {one.group for buyers in policies for one in (buyers.consumer, buyers.business, buyers.public)}
        for group in sorted(name for name in named if name):
            if group in there:
                yield Finding(about="customers", state="fine", says=f"group {group} is there")
            else:
                way = f"make it in {connector.title}, or change the flow's customers"
                yield Finding(about="customers", state="missing", says=f"there is no group {group}", way=way)


def periods(connector: Connector, seen: Seen) -> Iterator[Finding]:
    """Is today's period open, and until when are the days before closed?"""
    today = seen.now().date().isoformat()
    for kind, reads in connector.reads.items():
        rows = seen.records.get(kind, {}).values()
        if reads.days is not None and kind in seen.records:
            first, last, closed = reads.days
            yield _of_periods(today, [(str(row[first]), str(row[last]), bool(closed and row[closed])) for row in rows])
        elif reads.closed is not None and kind in seen.records:
            yield _open(today, max((str(row.get(reads.closed) or "") for row in rows), default=""))


def _of_periods(today: str, rows: Sequence[tuple[str, str, bool]]) -> Finding:
    of_today = [shut for begin, end, shut in rows if begin <= today <= end]
    if not of_today:
        way = "make the accounting year"
        return Finding(about="periods", state="missing", says=f"no period holds today, {today}", way=way)
    ended = (end for _, end, shut in rows if shut and (end < today or all(of_today)))
    return _open(today, max(ended, default=""))


def _open(today: str, until: str) -> Finding:
    if until >= today:
        way = "open it, or let the flow's closed_period decide"
        return Finding(
            about="periods", state="missing", says=f"today, {today}, is closed, as all is to {until}", way=way
        )
    return Finding(about="periods", state="fine", says=f"today is open{f', closed until {until}' if until else ''}")


def named_things(project: Project, connection: Connection, target: Target | None) -> Iterator[Finding]:
    """Products and customers that flows name by their number."""
    for kind, term, number, where, makes in _named(project, connection) if target else ():
        assert target is not None
        try:
            there = bool(target.find(kind, {term: number}))
        except ConnectorError as no:
            yield Finding(about=where, state="unknown", says=f"{kind} {number}: {no}")
            continue
        if there:
            yield Finding(about=where, state="fine", says=f"{kind} {number} is there")
        elif makes:
            yield Finding(about=where, state="fine", says=f"{kind} {number} will be made when it is needed")
        else:
            says = f"there is no {kind} {number}"
            yield Finding(about=where, state="missing", says=says, way=f"make it, or change `{where}` of the flow")


def _named(project: Project, connection: Connection) -> Iterator[tuple[str, str, str, str, bool]]:
    takes = registry.load(connection.connector).takes
    seen: set[tuple[str, str]] = set()
    for flow in flows_to(connection, project):
        policy = flow.policy
        asked = (
            ("product", "sku", policy.products.fallback, "products.fallback", policy.products.missing == "create"),
            ("customer", "number", policy.customers.single, "customers.single", False),
        )
        for kind, term, number, where, makes in asked:
            if number and kind in takes and term in takes[kind].finds and (kind, number) not in seen:
                seen.add((kind, number))
                yield kind, term, number, where, makes


def flows_to(connection: Connection, project: Project) -> Iterator[Flow]:
    return (flow for flow in project.flows.values() if flow.target == connection.name)
