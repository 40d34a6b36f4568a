"""What `check` says beforehand of a target that lacks a call: shown on takes with one call fewer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kontering.connectors.economic import CONNECTOR
from kontering.diagnostics import Span
from kontering.project.parts import Flow
from kontering.project.policies import policy
from kontering.project.wishes import check_wishes
from kontering.yaml.load import compose
from kontering.yaml.nodes import plain

TAKES = {kind: CONNECTOR.takes[kind] for kind in ("customer", "product", "invoice", "payment")}
UNCHANGED = {
    kind: replace(takes, calls=tuple(call for call in takes.calls if call.action != "change"))
    for kind, takes in TAKES.items()
}
UNPAID = {kind: takes for kind, takes in TAKES.items() if kind != "payment"}


def said(text: str, takes: object) -> list[str]:
    """Line and message of each problem of a flow."""
    node, broken = compose(text, "kontering.yaml")
    assert node is not None
    assert not broken
    flow = Flow(
        name="orders",
        source="shop",
        kind="order",
        mapping="a/b",
        target="books",
        policy=policy(plain(node)),
        span=Span("kontering.yaml"),
    )
    found = check_wishes(node, flow, "invoice", takes)  # type: ignore[arg-type]
    return [f"{one.span.line if one.span else 0}: {one.severity} {one.message}" for one in found]


@pytest.mark.parametrize(
    ("text", "takes", "expected"),
    [
        (
            "states: {a: book}\npayments: {register: [card]}",
            UNPAID,
            ["2: warning 'books' takes no payments: a document that is paid is held"],
        ),
        ("states: {a: book}\npayments: {register: []}", UNPAID, []),
        (
            "states: {a: book}\ncustomers: {update: [name]}\nproducts:\n  update: [name]",
            UNCHANGED,
            [
                "2: warning 'books' can't change a customer: it stays as it was made",
                "4: warning 'books' can't change a product: it stays as it was made",
            ],
        ),
        ("states: {a: book}\ncustomers: {update: [name]}", TAKES, []),
    ],
)
def test_a_flow_that_asks_for_what_is_lacking_is_warned(text: str, takes: object, expected: list[str]) -> None:
    assert said(text, takes) == expected
