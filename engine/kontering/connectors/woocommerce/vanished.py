"""Refunds that were there and are gone: the position remembers those of the latest orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kontering.sdk.connector import Position

MOST = 300
"""Of how many orders the refunds are remembered; older ones aren't watched."""


def known_refunds(after: Position) -> dict[str, list[str]]:
    """Order id to the ids of its refunds, as far as the position remembers."""
    return {str(order): list(refunds) for order, refunds in after.get("refunds", {}).items()}


def vanished(known: dict[str, list[str]], orders: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(order, refund) of each that is there no longer; `known` is brought up to date on the way."""
    gone: list[tuple[str, str]] = []
    for order in orders:
        id_, now = str(order["id"]), [str(refund["id"]) for refund in order.get("refunds") or ()]
        gone += [(id_, refund) for refund in known.get(id_, ()) if refund not in now]
        if now:
            known[id_] = now
        else:
            known.pop(id_, None)
    for old in sorted(known, key=int)[: max(0, len(known) - MOST)]:
        del known[old]
    return gone
