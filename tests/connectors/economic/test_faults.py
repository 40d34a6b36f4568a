"""Whatever happens to a call, the guard's two questions have right answers: may the same be sent again, is it there?

Counted at the simulator, never from what our connector says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.connectors.economic.agreement import CUSTOMER, agreement, draft, step, target
from tests.connectors.economic.test_target import HELMET, MARK, PAYMENT

from kontering.connectors.economic.target import TAKES, Economic
from kontering.errors import TryLater, Unsure
from kontering.sdk.connector import Again, Found, Step
from kontering.testing import Clock, Fault, Faulty
from kontering.testing.faults import after, at, before, dropped, html, lost, throttled, truncated, unreachable

IN_DOUBT: list[tuple[str, Fault]] = [
    ("lost", lost),
    ("dropped", dropped),
    ("500 after", after(500)),
    ("502 before", before(502)),
    ("html", html),
    ("truncated", truncated),
]
STEPS: list[tuple[str, str]] = [
    ("customer", "create"),
    ("product", "create"),
    ("invoice", "create"),
    ("invoice", "change"),
    ("invoice", "book"),
    ("credit_note", "create"),
    ("credit_note", "book"),
    ("payment", "create"),
    ("payment", "book"),
]
LINE = {"product": {"productNumber": "SHOP"}, "quantity": 2, "unitNetPrice": 199.96}
BACK = {"product": {"productNumber": "SHOP"}, "quantity": 1, "unitNetPrice": -10}


def way_to(kind: str, action: str) -> list[tuple[str, str]]:
    """What must have happened before a step."""
    before_it = {
        "invoice": [("customer", "create")],
        "credit_note": [("customer", "create")],
        "payment": [("customer", "create"), ("invoice", "create"), ("invoice", "book")],
    }
    same = [] if action == "create" else [(kind, "create")]
    return [*before_it.get(kind, []), *same]


def todo(kind: str, action: str, have: dict[str, Found]) -> Step:
    references = {"other": "SHOP-88"} if kind == "credit_note" else {"other": "SHOP-10042"}
    terms = MARK if kind == "payment" else {"reference": references["other"]}
    line = BACK if kind == "credit_note" else LINE
    bodies: dict[tuple[str, str], dict[str, Any]] = {
        ("customer", "create"): CUSTOMER,
        ("product", "create"): HELMET,
        ("payment", "create"): PAYMENT,
        ("payment", "book"): {},
        (kind, "book"): {"mail": True, "delivery": "mail"},
    }
    body = bodies.get((kind, action), draft(1, line, references=references))
    terms = (
        {"email": "post@nordlys.example"} if kind == "customer" else {"sku": "SKU-77"} if kind == "product" else terms
    )
    return step(action, kind, body, terms=terms, of=have.get(kind))


def prepared(kind: str, action: str, faults: Any, **options: Any) -> tuple[Any, Economic, Step]:
    """Everything before the step is done without faults; the step's own writing call gets them."""
    simulator = agreement(**options)
    calm = target(simulator)
    have: dict[str, Found] = {}
    for earlier, done in way_to(kind, action):
        have[earlier] = calm.send(todo(earlier, done, have))
    return simulator, target(Faulty(simulator, faults)), todo(kind, action, have)


def counted(simulator: Any) -> dict[str, int]:
    state = simulator.state
    own = [row for row in state.products.values() if row["productNumber"] == "SKU-77"]
    payments = [row for row in state.entries.values() if row["entryType"] == "customerPayment"]
    return {
        "customer": len(state.customers),
        "product": len(own),
        "draft": len(state.drafts),
        "booked": len(state.booked),
        "draft payment": len(state.draft_entries),
        "payment": len(payments) // 2,
        "mail": len(state.sent),
    }


def expected(kind: str, action: str) -> dict[str, int]:
    """One of each, whatever went wrong."""
    simulator, ours, one = prepared(kind, action, at(99, lost))
    ours.send(one)
    return counted(simulator)


def doubtful() -> Iterator[Any]:
    """Every step with every fault; an answer without a body can't be cut."""
    for kind, action in STEPS:
        for name, fault in IN_DOUBT:
            if (kind, action, fault) != ("payment", "book", truncated):
                yield pytest.param(kind, action, fault, id=f"{action} {kind}, {name}")


@pytest.mark.parametrize(("kind", "action", "fault"), list(doubtful()))
def test_after_a_doubtful_answer_the_same_may_be_sent_or_is_found(kind: str, action: str, fault: Fault) -> None:
    simulator, ours, one = prepared(kind, action, at(1, fault))

    with pytest.raises(Unsure):
        ours.send(one)
    again = TAKES[kind].call(action)
    assert again is not None
    if again.again is Again.SAME:
        receipt = ours.send(one)
    else:
        there = [found for found in ours.find(kind, one.terms) if action in found.done]
        receipt = there[0] if there else ours.send(one)

    assert action in receipt.done
    assert counted(simulator) == expected(kind, action)


@pytest.mark.parametrize(("kind", "action"), STEPS)
@pytest.mark.parametrize("fault", [throttled("3"), unreachable], ids=["429", "unreachable"])
def test_after_a_clear_no_the_same_is_sent_later(kind: str, action: str, fault: Fault) -> None:
    simulator, ours, one = prepared(kind, action, at(1, fault))

    with pytest.raises(TryLater):
        ours.send(one)
    ours.send(one)

    assert counted(simulator) == expected(kind, action)


@pytest.mark.parametrize(("kind", "action"), [pair for pair in STEPS if pair != ("invoice", "change")])
def test_past_the_keys_hour_it_is_looked_up(kind: str, action: str) -> None:
    """Past the window the guard asks `find`; what is there is never made again."""
    clock = Clock()
    simulator, ours, one = prepared(kind, action, at(1, lost), clock=clock)
    with pytest.raises(Unsure):
        ours.send(one)
    clock.forward(hours=2)

    there = [found for found in ours.find(kind, one.terms) if action in found.done]

    assert len(there) == 1
    assert counted(simulator) == expected(kind, action)


def test_past_the_keys_hour_the_same_would_be_made_twice() -> None:
    """The control: without the look-up there is a second customer, so the test above can fail."""
    clock = Clock()
    simulator, ours, one = prepared("customer", "create", at(1, lost), clock=clock)
    with pytest.raises(Unsure):
        ours.send(one)
    clock.forward(hours=2)
    ours.send(one)

    assert counted(simulator)["customer"] == 2
