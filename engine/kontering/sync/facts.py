"""Facts: what is known of a target when a plan is made. A plan is asked again after each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kontering.model.link import Linked
from kontering.model.plan import Found, Step, Totals
from kontering.sync.keys import Thing


@dataclass(frozen=True, slots=True, kw_only=True)
class Nobody:
    """A look-up that found nothing that fits; `remark` says if something nearly did.

    `same_email` says that somebody else has the buyer's e-mail address.
    """

    remark: str = ""
    same_email: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """A look-up that found more than one that fits equally well."""

    found: tuple[Found, ...]
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A record that something goes back to: editions that flows have read last, and whether all of them are decided."""

    versions: frozenset[str]
    decided: bool


WROTE = "wrote"
"""Under this name a link keeps the version that our own last write gave a thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Links and receipts (`links`), look-ups without a clear answer, trials, and how documents stand that are named.

    A look-up that found exactly one thing is a link. `states` is by kind and key; `closed_until` is the last day of
    the target's closed period, once it has refused this document for it. `origins` are records of the target's own.
    """

    links: Mapping[Thing, Linked] = field(default_factory=dict)
    looked: Mapping[Thing, Nobody | Several] = field(default_factory=dict)
    trials: Mapping[Thing, Totals] = field(default_factory=dict)
    states: Mapping[Thing, str] = field(default_factory=dict)
    origins: Mapping[str, Origin] = field(default_factory=dict)
    credited: bool = False
    closed_until: str | None = None


def learned(before: Linked | None, step: Step, receipt: Found) -> Linked:
    """The link of a thing after a step on it was answered."""
    return Linked(
        kind=step.kind,
        key=step.key,
        found=_joined(before.found if before else None, step, receipt),
        edition=step.edition if step.action == "change" else before.edition if before else 0,
        keeps={**(before.keeps if before else {}), **step.keeps, **_wrote(step, receipt)},
    )


def with_receipt(facts: Facts, step: Step, receipt: Found) -> Facts:
    """The facts after a step was done."""
    thing = (step.kind, step.key)
    return with_link(facts, learned(facts.links.get(thing), step, receipt))


def with_link(facts: Facts, linked: Linked) -> Facts:
    return replace(facts, links={**facts.links, (linked.kind, linked.key): linked})


def with_links(facts: Facts, links: Mapping[Thing, Linked]) -> Facts:
    return replace(facts, links=links)


def with_closed(facts: Facts, until: str) -> Facts:
    return replace(facts, closed_until=until)


def with_answer(facts: Facts, thing: Thing, answer: Nobody | Several) -> Facts:
    return replace(facts, looked={**facts.looked, thing: answer})


def with_trial(facts: Facts, thing: Thing, totals: Totals) -> Facts:
    return replace(facts, trials={**facts.trials, thing: totals})


def is_done(facts: Facts, thing: Thing, action: str) -> bool:
    """Has this action happened to the thing, as far as anybody has said?"""
    linked = facts.links.get(thing)
    return linked is not None and action in linked.found.done


def slim(found: Found) -> Found:
    """What a link remembers; the whole answer stays with the delivery."""
    return replace(found, data={}) if found.data else found


def _wrote(step: Step, receipt: Found) -> Mapping[str, str]:
    return {WROTE: receipt.version} if WROTE in step.keeps else {}


def _joined(before: Found | None, step: Step, receipt: Found) -> Found:
    """A change makes the totals before it worthless; any other step leaves them true."""
    done = receipt.done | {step.action} | (before.done if before else frozenset())
    old_totals = before.totals if before and step.action != "change" else None
    return replace(
        slim(receipt),
        done=done,
        totals=receipt.totals or old_totals,
        number=receipt.number or (before.number if before else None),
        terms=receipt.terms or (before.terms if before else {}),
    )
