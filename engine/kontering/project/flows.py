"""From a flow's nodes to a `Flow`: what it names must exist, and its target must be able to do what it asks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kontering.diagnostics import Diagnostic
from kontering.mapping import schemas
from kontering.mapping.roots import Roots
from kontering.project import words
from kontering.project.parts import Flow
from kontering.project.policies import policy
from kontering.sdk.connector import Connector, Takes
from kontering.yaml.nodes import Entry, Map, Node, Scalar, at, plain
from kontering.yaml.nodes import Sequence as List

_NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)

DELIVERED: Mapping[str, str] = {
    "invoice": "invoice",
    "credit_note": "credit_note",
    "plan_change": "invoice",
    "cancellation": "credit_note",
    "payment": "payment",
    **dict.fromkeys(("payout", "bank_line", "bill", "loss", "recognition", "voucher"), "voucher"),
    **{kind: kind for kind in ("customer", "supplier", "product", "payment_state", "correction", "mail")},
    **{kind: kind for kind in ("customer_group", "supplier_group", "product_group")},
    "stock_level": "stock",
}
"""Kinds of documents that a flow can deliver, and what they are in the target; what they need goes along."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a flow may name: connections (None where the connector is wrong), other flows, and schemas."""

    connections: Mapping[str, Connector | None]
    systems: Mapping[str, str]
    """Connections of files → whose records they hold."""
    flows: Sequence[str]
    roots: Roots


def kinds_read(connection: str, around: Around) -> Mapping[str, str]:
    """Record kinds of a connection → the name of their schema."""
    connector = around.connections[connection]
    system = around.systems.get(connection)
    if system is not None:
        names = schemas.schema_names("record", around.roots)
        return {name.removeprefix(f"{system}/"): name for name in names if name.startswith(f"{system}/")}
    return {kind: reads.schema for kind, reads in connector.reads.items()} if connector else {}


def check_system(entry: Entry, around: Around) -> Iterator[Diagnostic]:
    """The system whose records a connection of files holds has record schemas."""
    system = _scalar(entry.value, "system")
    if system is not None and entry.key.text in around.systems and not kinds_read(entry.key.text, around):
        known = {name.partition("/")[0] for name in schemas.schema_names("record", around.roots)}
        yield words.unknown_system(system.span, system.text, sorted(known))


def check_flow(entry: Entry, around: Around) -> Iterator[Diagnostic]:
    """Connections, record kind and other flows that the flow names."""
    node = entry.value
    yield from _check_from(_scalar(node, "from"), around)
    yield from _check_to(_scalar(node, "to"), around)
    yield from _check_needs(entry.key.text, node, around)


def flow(entry: Entry) -> Flow:
    """A flow whose nodes were found right."""
    said = plain(entry.value)
    source, kind = said["from"].split("/")
    return Flow(
        name=entry.key.text,
        source=source,
        kind=kind,
        mapping=said["mapping"],
        target=said["to"],
        policy=policy(said),
        params=said.get("with", {}),
        span=entry.key.span,
    )


def check_policy(node: Node, document: str, takes: Takes, connection: str) -> Iterator[Diagnostic]:
    """What the flow asks of its target is in the target's table of calls."""
    for state in _entries(at(node, ["states"])):
        if state.key.text.startswith(">=") and not _NUMBER.fullmatch(state.key.text[2:].strip()):
            yield words.bad_bound(state.key.span, state.key.text)
        action = state.value
        counts = takes.call("book") or document in ("payment", "voucher")  # these count as soon as they are there
        if isinstance(action, Scalar) and action.value == "book" and not counts:
            yield words.cannot(action.span, connection, "book", document)
    send = at(node, ["mail", "send"])
    if isinstance(send, Scalar) and send.value == "target" and takes.mail is None:
        yield words.cannot(send.span, connection, "mail", document)


def _check_from(node: Scalar | None, around: Around) -> Iterator[Diagnostic]:
    if node is None or node.text.count("/") != 1:
        return
    name, kind = node.text.split("/")
    if name not in around.connections:
        yield words.unknown_connection(node.place(0, len(name)), name, around.connections)
        return
    connector, kinds = around.connections[name], kinds_read(name, around)
    if connector is not None and kind not in kinds and (kinds or name not in around.systems):
        yield words.not_read(node.place(len(name) + 1, len(node.text)), kind, name, sorted(kinds), _why_not(connector))


def _why_not(connector: Connector) -> str:
    """Why a connection may have no kinds of records at all."""
    named = "system" in connector.settings.get("properties", {})
    return "name its `system`: whose record schemas it follows" if named else "it can only be written to"


def _check_to(node: Scalar | None, around: Around) -> Iterator[Diagnostic]:
    if node is None:
        return
    if node.text not in around.connections:
        yield words.unknown_connection(node.span, node.text, around.connections)
        return
    connector = around.connections[node.text]
    if connector is not None and not connector.takes:
        yield words.takes_nothing(node.span, node.text, connector.name)


def _check_needs(name: str, node: Node, around: Around) -> Iterator[Diagnostic]:
    needs = at(node, ["needs"])
    for item in needs.items if isinstance(needs, List) else ():
        if isinstance(item, Scalar) and item.text not in set(around.flows) - {name}:
            yield words.unknown_flow(item.span, item.text, [flow for flow in around.flows if flow != name])


def check_circles(flows: Sequence[Flow]) -> Iterator[Diagnostic]:
    """No flow waits, over others, for itself."""
    needs = {flow.name: flow.policy.needs for flow in flows}
    for flow in flows:
        circle = _circle(flow.name, needs)
        if circle and flow.name == min(circle):
            yield words.needs_circle(flow.span, [*circle, flow.name])


def _circle(name: str, needs: Mapping[str, Sequence[str]]) -> list[str]:
    """The way from a flow back to itself, if there is one."""
    ways = [[name]]
    while ways:
        way = ways.pop()
        for other in needs.get(way[-1], ()):
            if other == name:
                return way
            if other not in way:
                ways.append([*way, other])
    return []


def _scalar(node: Node, name: str) -> Scalar | None:
    found = at(node, [name])
    return found if isinstance(found, Scalar) else None


def _entries(node: Node | None) -> Sequence[Entry]:
    return node.entries if isinstance(node, Map) else ()
