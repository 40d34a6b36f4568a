"""The sections of a flow of states: which go on, how each is found, and what of it follows the source."""

from __future__ import annotations

from typing import get_args

from kontering.cli.flowpage.page import Section, Table, section
from kontering.cli.flowpage.subject import Subject
from kontering.model.state import StateKind
from kontering.project.flows import DELIVERED
from kontering.project.policy import EVERY, Customers, Products, Suppliers

BACK = ("payment_state", "correction")


def is_state(of: Subject) -> bool:
    return of.mapping.target in get_args(StateKind)


def when_section(of: Subject) -> Section:
    """Which are sent on: by the flow's states and the mapping's rules."""
    words, policy = of.words, of.flow.policy
    rows = [
        [f"`{state}`" if state != EVERY else words("every other"), _action(of, action)]
        for state, action in policy.states.items()
    ]
    rules = [
        [f"`{stop.id}`", f"`{stop.when.text}`", words(f"stop {stop.outcome}"), f"«{stop.reason.text}»"]
        for stop in of.mapping.file.stops
    ]
    return section(
        words("when"),
        words("state intro"),
        Table(head=[words("state"), words("happens")], rows=rows) if list(policy.states) != [EVERY] else None,
        Table(head=[words("rule"), words("condition"), words("happens"), words("reason")], rows=rules),
        words("schedule", schedule=words.schedule(policy.schedule)),
        words("needs", flows=", ".join(policy.needs)) if policy.needs else None,
    )


def found_section(of: Subject) -> Section:
    """How a thing is found, what happens if it isn't there, and which fields follow."""
    words, policy, kind, target = of.words, of.flow.policy, of.mapping.target, of.flow.target
    if kind in BACK:
        return section(
            words("found"), words("state origin", target=target), words(f"conflict {policy.conflict}", target=target)
        )
    takes = of.places.connector.takes.get(DELIVERED[kind])
    demands = ", ".join(f"`{name}`" for name in sorted(takes.demands)) if takes else ""
    own = _own(of)
    keys = own.match if own else ("sku",) if kind == "stock_level" else ("number", "name")
    group = policy.suppliers.group if kind == "supplier" else None
    return section(
        words("found"),
        f"{words('state match', target=target, keys=', '.join(f'`{key}`' for key in keys))} {_missing(of, own)}",
        _follows(of, own),
        words("state demands", target=target, fields=demands) if demands else None,
        words("state group", group=group) if group else None,
    )


def _own(of: Subject) -> Customers | Suppliers | Products | None:
    policy = of.flow.policy
    match of.mapping.target:
        case "customer":
            return policy.customers
        case "supplier":
            return policy.suppliers
        case "product":
            return policy.products
        case _:
            return None


def _action(of: Subject, action: str) -> str:
    return of.words(action if action in ("hold", "skip") else "state send")


def _missing(of: Subject, own: Customers | Suppliers | Products | None) -> str:
    if of.mapping.target == "stock_level":
        return of.words(f"state missing {'hold' if of.flow.policy.products.missing == 'hold' else 'skip'}")
    return of.words(f"state missing {'hold' if own and own.missing == 'hold' else 'create'}")


def _follows(of: Subject, own: Customers | Suppliers | Products | None) -> str:
    if own is None or own.update is None:
        return of.words("state all")
    return of.words("state some", fields=", ".join(own.update)) if own.update else of.words("state none")
