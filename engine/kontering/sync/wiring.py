"""Puts a project's flows together: mappings loaded, settings merged with policy, systems ready to be opened."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import httpx

from kontering.accounting import payments, postings
from kontering.accounting.settings import Settings
from kontering.connectors import registry
from kontering.diagnostics import Span, closest
from kontering.errors import Denied, Misuse
from kontering.mapping import mapping as mappings
from kontering.mapping.load import load_mapping
from kontering.mapping.records import payload_schema
from kontering.model.plan import Hold
from kontering.model.record import JsonObject
from kontering.project import opened
from kontering.project.parts import Connection, Flow, Project, payload_mapping
from kontering.project.policy import Policy, registers
from kontering.sdk import http
from kontering.sdk.connector import Connector, Source, Target
from kontering.sdk.limits import Limiter
from kontering.sync import booked, holds, in_store, places, recognitions
from kontering.sync.granted import tokens_of
from kontering.sync.others import Registers
from kontering.sync.prepare import Maker
from kontering.sync.recognitions import Look
from kontering.sync.taker import Taker

Transports = Mapping[str, httpx.BaseTransport]
Opened = Callable[[str], Source]


@dataclass(frozen=True, slots=True, kw_only=True)
class WiredFlow:
    """A flow that can be read: what it makes documents with, and its target as the planner sees it."""

    name: str
    source: str
    kind: str
    target: str
    policy: Policy
    maker: Maker
    taker: Taker
    echoes: frozenset[str] = frozenset()
    """Kinds of links at the source whose own writing comes back as this flow's records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wired:
    """The flows of a project that shall run, and the connections they need."""

    project: Project
    flows: Mapping[str, WiredFlow]
    connectors: Mapping[str, Connector]
    transports: Transports = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    """Sources that stand in for the flows' own, by flow: a file given on the command line."""
    schemas: dict[tuple[str, str], JsonObject] = field(default_factory=dict)
    reviewed: Any = None
    """The plan that a person has reviewed, if nothing else may be done (`sync.reviewed.Reviewed`)."""

    def settings(self, connection: str) -> Mapping[str, Any]:
        return opened.settings_of(self.project.connections[connection], self.project)

    def running(self, paused: Collection[str]) -> tuple[str, ...]:
        """The flows whose documents may be delivered now."""
        return tuple(name for name in self.flows if name not in paused)

    def is_embedded(self, connection: str) -> bool:
        return self.connectors[connection].embedded is not None

    def client(self, connection: str, *, read_only: bool = False, limiter: Limiter | None = None) -> httpx.Client:
        """A client for a connection; whoever opens it closes it."""
        connector = self.connectors[connection]
        transport = self.transports.get(connection)
        settings = self.settings(connection)
        tokens = tokens_of(self.project, connection, connector, settings)
        return http.client(
            connector, settings, transport=transport, read_only=read_only, limiter=limiter, tokens=tokens
        )

    def embedded(self, connection: str, transaction: Any) -> Target:
        """The target that lives in the store, in its open transaction."""
        connector = self.connectors[connection]
        if connector.embedded is None:
            raise Misuse(f"{connection} ({connector.name}) doesn't live in the store")
        return connector.embedded(self.settings(connection), transaction)

    def source(self, flow: WiredFlow, client: httpx.Client, look: Look) -> Source:
        connector = self.connectors[flow.source]
        if connector.stored:
            return self._stored(flow, look)
        if connector.embedded is not None:
            return in_store.source(look, lambda transaction: self.embedded(flow.source, transaction))
        if connector.source is None:
            raise Misuse(f"the flow {flow.name}: {flow.source} ({connector.name}) can't be read")
        return connector.source(self.settings(flow.source), client)

    def _stored(self, flow: WiredFlow, look: Look) -> Source:
        """What the engine finds in the project's own store."""
        if flow.kind == booked.KIND:
            return booked.source(look, flow.source, self.settings(flow.target))
        return recognitions.source(look, flow.source, flow.target, flow.maker.settings, flow.maker.zone)

    def paper(self, connection: str, kind: str, number: str) -> bytes | None:
        """The PDF of a booked document, from the connection that has booked it."""
        connector = registry.load(self.project.connections[connection].connector)
        if connector.paper is None:
            raise Denied(f"{connection} ({connector.name}) makes no PDF: let `pdf` be render or none")
        settings, transport = self.settings(connection), self.transports.get(connection)
        tokens = tokens_of(self.project, connection, connector, settings)
        with http.client(connector, settings, transport=transport, read_only=True, tokens=tokens) as client:
            return connector.paper(settings, client, kind, number)

    def target(self, connection: str, client: httpx.Client) -> Target:
        connector = self.connectors[connection]
        if connector.posts is not None:
            return connector.posts(self.settings(connection), self.paper)
        if connector.target is None:
            raise Misuse(f"{connection} ({connector.name}) takes nothing")
        return connector.target(self.settings(connection), client)

    def payload_schema(self, connection: str, kind: str) -> JsonObject:
        """The schema of what a connection takes of a kind, which says where ids are numbers."""
        if (connection, kind) not in self.schemas:
            takes = self.connectors[connection].takes.get(kind)
            self.schemas[connection, kind] = (
                payload_schema(takes.payload, self.project.roots) if takes else None
            ) or {}
        return self.schemas[connection, kind]


def wire(
    project: Project,
    names: Sequence[str] = (),
    *,
    sources: Mapping[str, Source] | None = None,
    transports: Transports | None = None,
    connectors: Mapping[str, Connector] | None = None,
) -> Wired:
    """The named flows of a project, or all of them; raises Problems if a mapping is wrong.

    `sources` stand in for flows' own, `transports` for connections' network; `connectors` by name are used in place of
    installed ones.
    """
    chosen = [project.flows[name] for name in _chosen(project, names)]
    used = sorted({name for flow in chosen for name in (flow.source, flow.target)})
    connectors = {name: _connector(project.connections[name].connector, connectors or {}) for name in used}
    flows = {flow.name: _wired(project, flow, connectors[flow.target], connectors[flow.source]) for flow in chosen}
    return Wired(
        project=project,
        flows=flows,
        connectors=connectors,
        transports=transports or {},
        sources=sources or {},
    )


def _connector(name: str, given: Mapping[str, Connector]) -> Connector:
    return given[name] if name in given else registry.load(name)


def settings_of(project: Project, flow: Flow) -> Settings:
    """The seller's settings as this flow uses them: its policy's tolerance, terms and accounts stand above."""
    policy, base = flow.policy, project.accounting
    return replace(
        base,
        project=project.name,
        target=flow.target,
        tolerance=policy.totals.tolerance,
        terms_days=policy.terms.default,
        terms_by_method=policy.terms.by_method,
        clearing={**base.clearing, **policy.payments.clearing},
        match_by=policy.customers.match,
        on_closed_period="next_open_day" if policy.closed_period == "next_open_day" else "error",
        edit_after_booking="credit_and_rebill" if policy.edited_after_booking == "credit_and_rebill" else "error",
        credit_alone=policy.credit_alone,
        supply=policy.supply,
    )


def _chosen(project: Project, names: Sequence[str]) -> Iterable[str]:
    for name in names:
        if name not in project.flows:
            near = closest(name, project.flows)
            way = f"did you mean {near!r}?" if near else f"there are {', '.join(project.flows) or 'none'}"
            raise Misuse(f"there is no flow {name!r}; {way}")
    return names or tuple(project.flows)


def registers_of(project: Project) -> Registers:
    """On which account each flow of a project registers money, by the flow's name and the method."""

    @cache
    def role(name: str, method: str) -> str | None:
        flow = project.flows.get(name)
        if flow is None:
            return payments.role_of(method, project.accounting)
        registered = registers(flow.policy.payments, method)
        return payments.role_of(method, settings_of(project, flow)) if registered else None

    return role


def _wired(project: Project, flow: Flow, connector: Connector, origin: Connector) -> WiredFlow:
    settings = settings_of(project, flow)
    source, target = project.connections[flow.source], project.connections[flow.target]
    maker = Maker(
        mapping=load_mapping(flow.mapping, project.roots),
        params=flow.params,
        tables={**source.tables, **target.tables},
        zone=str(source.settings.get("timezone", "UTC")),
        policy=flow.policy,
        settings=settings,
        registers=registers_of(project),
    )
    payloads = Payloads(project, target)
    taker = Taker(
        project=project.name,
        connection=flow.target,
        takes=connector.takes,
        render=payloads.render,
        postings=lambda document: postings.of(document, settings),
        clearing=lambda method: payments.role_of(method, settings),
        place=payloads.place,
    )
    return WiredFlow(
        name=flow.name,
        source=flow.source,
        kind=flow.kind,
        target=flow.target,
        policy=flow.policy,
        maker=maker,
        taker=taker,
        echoes=frozenset(kind for kind, takes in origin.takes.items() if takes.read_as == flow.kind),
    )


@dataclass(frozen=True, slots=True)
class Payloads:
    """Makes what a connection takes, with its payload mappings, each loaded when the first one is made."""

    project: Project
    connection: Connection
    loaded: dict[str, mappings.Mapping] = field(default_factory=dict)

    def mapping(self, kind: str) -> mappings.Mapping:
        if kind not in self.loaded:
            self.loaded[kind] = load_mapping(payload_mapping(self.connection, kind), self.project.roots)
        return self.loaded[kind]

    def render(self, kind: str, data: JsonObject) -> JsonObject | Hold:
        made, key = self.mapping(kind), str(data["key"])
        names = {param.name for param in made.params}
        params = {name: value for name, value in self.connection.params.items() if name in names}
        match made.run(data, params=params, tables=self.connection.tables, record_key=key):
            case mappings.Mapped(data=body):
                return body
            case mappings.Held(reason=reason, diagnostic=problem):
                return holds.not_rendered(key, kind, reason, (problem,))
            case mappings.Failed(diagnostics=problems):
                return holds.not_rendered(key, kind, problems[0].message, problems)
            case mappings.Skipped(reason=reason):
                return holds.not_rendered(key, kind, f"the payload mapping skips it: {reason}", ())

    def place(self, kind: str, path: str) -> Span | None:
        return places.place(self.mapping(kind).file, path) if path else None
