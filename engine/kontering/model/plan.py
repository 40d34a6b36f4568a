"""A plan's parts: steps (one writing call each), look-ups, trials, waits, holds, skips; and what a target answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from kontering.diagnostics import Diagnostic
from kontering.model.record import JsonObject


@dataclass(frozen=True, slots=True)
class Link:
    """A place in a payload for an id of the target, filled in at the send: `Link("customer", "shop/customer/77")`."""

    kind: str
    key: str
    field: str = "id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Net, VAT and gross in major units of the document's currency; None where a target doesn't say."""

    net: Decimal | None = None
    vat: Decimal | None = None
    gross: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a target has or answered: `done` are the actions that have evidently happened (`create`, `book`, `mail`).

    `terms` are by what it can be recognised, in the words and notations of `find` (`vat_number`, `email`, `number` …).
    """

    id: str
    version: str = ""
    done: frozenset[str] = frozenset()
    totals: Totals | None = None
    number: str | None = None
    terms: Mapping[str, str] = field(default_factory=dict)
    data: JsonObject = field(default_factory=dict)


Receipt = Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Exactly one writing call. `document` is the key of the document it is done for; `terms` find it again.

    `body` may hold `Link`s until the send; the deliverer hands the connector a step whose links are filled in.
    `of` is what the target already has of this very thing (the draft that is booked), or of the thing it belongs to;
    the deliverer fills it in from the link of `on`. `edition` counts the changes of one thing. `keeps` is what the
    link remembers once the step is done: digests of what was sent, the rounding line's amount.
    """

    action: str
    kind: str
    key: str
    document: str
    body: JsonObject
    attempt: UUID
    reference: str = ""
    terms: Mapping[str, str] = field(default_factory=dict)
    of: Found | None = None
    on: tuple[str, str] | None = None
    edition: int = 1
    keeps: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """Ask the target whether it has something; a read, whose answer is a fact. `by` names the terms in their order."""

    kind: str
    key: str
    by: tuple[Mapping[str, str], ...]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Ask the target what it would compute; a read, whose answer is a fact."""

    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Something must be there first: the link of (kind, key)."""

    kind: str
    key: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A person must decide; the document leaves its lane and stands in the queue with its reason."""

    code: str
    reason: str
    details: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """By rule nothing is to be done; `code` names the rule."""

    code: str
    reason: str


Todo = Step | LookUp | Trial | Wait | Hold | Skip
