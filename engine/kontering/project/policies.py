"""From a flow's settings to its `Policy`; what isn't said keeps the policy's own default."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from kontering.project.policy import Customers, Group, Mail, Payments, Policy, Products, Suppliers, Terms, TotalsRule

Settings = Mapping[str, Any]


def policy(flow: Settings) -> Policy:
    """The policy of a flow, as its part of the project file says it.

    >>> policy({"states": {"completed": "book"}, "terms": {"default": 8}}).terms.default
    8
    """
    names = {part.name for part in fields(Policy)} & set(flow)
    return Policy(**{name: _READ.get(name, _as_it_is)(flow[name]) for name in names})


def _customers(said: Settings) -> Customers:
    return Customers(**_lists(said, {"single": _number, "consumer": _group, "business": _group, "public": _group}))


def _products(said: Settings) -> Products:
    return Products(**_lists(said, {"fallback": _number, "rounding": _number}))


def _suppliers(said: Settings) -> Suppliers:
    return Suppliers(**_lists(said, {"group": _number}))


def _payments(said: Settings) -> Payments:
    return Payments(**_lists(said, {}))


def _totals(said: Settings) -> TotalsRule:
    return TotalsRule(**_lists(said, {"tolerance": lambda value: Decimal(str(value))}))


def _group(said: Settings) -> Group:
    return Group(**_lists(said, {"group": _number}))


def _lists(said: Settings, reads: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    return {name: reads.get(name, _as_it_is)(value) for name, value in said.items()}


def _number(value: Any) -> str | None:
    """Numbers of groups, customers and products are texts: `group: 1` is "1"."""
    return None if value is None else str(value)


def _as_it_is(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


_READ: Mapping[str, Callable[[Any], Any]] = {
    "customers": _customers,
    "products": _products,
    "suppliers": _suppliers,
    "terms": lambda said: Terms(**said),
    "payments": _payments,
    "totals": _totals,
    "mail": lambda said: Mail(**said),
    "sign_off_above": lambda value: Decimal(str(value)),
}
