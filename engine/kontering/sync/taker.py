"""A target as the planner sees it: what it takes, and how a payload and the postings of a document are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kontering.diagnostics import Span
from kontering.model.document import Planned, Posting
from kontering.model.plan import Hold
from kontering.model.record import JsonObject
from kontering.sdk.connector import Call, Takes

Render = Callable[[str, JsonObject], JsonObject | Hold]
"""Kind and planned data → the payload, or why there is none."""

Postings = Callable[[Planned], tuple[Posting, ...]]
Place = Callable[[str, str], Span | None]
"""Kind and path into its payload → the mapping's line that wrote it."""

Clearing = Callable[[str], str]
"""Payment method → role of the account that its money is on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """One target connection of a project, as one flow uses it."""

    project: str
    connection: str
    takes: Mapping[str, Takes]
    render: Render
    postings: Postings
    clearing: Clearing
    place: Place

    def call(self, kind: str, action: str) -> Call | None:
        takes = self.takes.get(kind)
        return takes.call(action) if takes else None


def finds(taker: Taker, kind: str) -> frozenset[str]:
    """The terms by which the target can be asked for things of a kind."""
    takes = taker.takes.get(kind)
    return takes.finds if takes else frozenset()
