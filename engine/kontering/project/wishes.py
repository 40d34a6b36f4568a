"""What a flow asks of its target beside the documents themselves, held against the target's table of calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kontering.diagnostics import Diagnostic
from kontering.project import words
from kontering.project.parts import Flow
from kontering.sdk.connector import Takes
from kontering.yaml.nodes import Node, Scalar, at, nearest

SALES = ("invoice", "credit_note")


def check_wishes(node: Node, flow: Flow, kind: str, takes: Mapping[str, Takes]) -> Iterator[Diagnostic]:
    """Warnings: each document is delivered but for what is said here, or held one by one."""
    if kind not in SALES:
        return
    yield from _payments(node, flow, takes)
    yield from _updates(node, flow, takes)
    yield from _cancels(node, flow, takes[kind])
    yield from _prices(node, flow, takes[kind])


def _payments(node: Node, flow: Flow, takes: Mapping[str, Takes]) -> Iterator[Diagnostic]:
    if flow.policy.payments.register and "payment" not in takes:
        yield words.no_payments(nearest(node, ["payments", "register"]), flow.target)


def _updates(node: Node, flow: Flow, takes: Mapping[str, Takes]) -> Iterator[Diagnostic]:
    for group, kind, fields in (
        ("customers", "customer", flow.policy.customers.update),
        ("products", "product", flow.policy.products.update),
    ):
        if fields and kind in takes and takes[kind].call("change") is None:
            yield words.no_updates(nearest(node, [group, "update"]), flow.target, kind)


def _cancels(node: Node, flow: Flow, takes: Takes) -> Iterator[Diagnostic]:
    """Only what is cancelled before it was booked; a booked invoice is credited."""
    for state, action in flow.policy.states.items():
        said = at(node, ["states", state])
        if action == "cancel" and takes.call("delete") is None and isinstance(said, Scalar):
            yield words.no_deletes(said.span, flow.target)


def _prices(node: Node, flow: Flow, takes: Takes) -> Iterator[Diagnostic]:
    """Net prices of gross ones differ by an øre now and then, and here nobody may close that."""
    totals = flow.policy.totals
    if "gross" not in takes.prices and (totals.within == "hold" or totals.tolerance == 0):
        place = "within" if totals.within == "hold" else "tolerance"
        yield words.net_prices(nearest(node, ["totals", place]), flow.target)
