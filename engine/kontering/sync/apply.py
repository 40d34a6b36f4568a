"""Does what a saved plan says: the same way is walked again, and what comes out as it was reviewed is delivered.

What differs is not sent, and the first difference is named: in the project, a mapping, the record, the target.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kontering.errors import Misuse
from kontering.store import audit, queries
from kontering.store.store import Store
from kontering.sync import dispatch, dry, reviewed
from kontering.sync.dry import Item, Report
from kontering.sync.progress import Tell, quiet
from kontering.sync.reviewed import Reviewed
from kontering.sync.wiring import Wired

TO_DELIVER = "deliver"
UNCOMPARED = frozenset({"looked", "warnings", "problems"})
"""Words about how it was found, not what is done."""

Plan = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What became of a plan: keys delivered, and why each other one was left."""

    delivered: tuple[str, ...] = ()
    left: Mapping[str, str]
    refused: str = ""
    """Why nothing of the plan was done."""


def load(path: Path) -> Plan:
    """A plan that was saved."""
    try:
        plan = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as wrong:
        raise Misuse(f"{path} is no plan: {wrong}") from None
    if not isinstance(plan, dict) or not {"digests", "project", "items"} <= set(plan):
        raise Misuse(f"{path} is no plan: `kontering plan --out FILE` writes one")
    return plan


def changed_since(plan: Plan, digests: Mapping[str, Any], project: str) -> str:
    """What of engine, project and mappings isn't as it was when the plan was made; empty if all is."""
    if plan["project"] != project:
        return f"the plan is of the project {plan['project']}, this is {project}"
    for name, what in (("engine", "Kontering's version"), ("project", "the project file, or a table of it")):
        if plan["digests"].get(name) != digests[name]:
            return f"{what} has changed since the plan was made"
    before = plan["digests"].get("mappings", {})
    changed = sorted(flow for flow, digest in before.items() if digests["mappings"].get(flow) != digest)
    return f"the mapping of the flow {changed[0]} has changed since the plan was made" if changed else ""


def apply(
    store: Store, wired: Wired, plan: Plan, digests: Mapping[str, Any], *, who: str, tell: Tell = quiet
) -> Applied:
    """Delivers the documents of a plan that still come out as they were reviewed."""
    refused = changed_since(plan, digests, store.project)
    if refused:
        return Applied(left={}, refused=refused)
    now = dry.dry_run(store, wired)
    same, left = compared(plan, now)
    with store.begin() as tx:
        data = {"documents": sorted(key for _, key in same), "left": dict(left)}
        audit.append(tx, [audit.Entry(who=who, what="apply", subject="plan", data=data)])
    if same:
        dispatch.run(store, replace(wired, reviewed=Reviewed(same)), tell=tell)
    done = _done(store, wired, same)
    left = {**left, **{key: "not delivered: see `kontering queue list`" for _, key in same if key not in done}}
    return Applied(delivered=tuple(sorted(done)), left=left)


def compared(plan: Plan, now: Report) -> tuple[dict[tuple[str, str], frozenset[tuple[str, str, str]]], dict[str, str]]:
    """Documents with the steps that they still have, and why each other one can't be done as it was reviewed."""
    fresh = {(item.flow, item.key): item for item in now.items}
    same: dict[tuple[str, str], frozenset[tuple[str, str, str]]] = {}
    left: dict[str, str] = {}
    for before in plan["items"]:
        if before["outcome"] != TO_DELIVER:
            continue
        item = fresh.get((before["flow"], before["key"]))
        difference = "it is done already, or gone from the source" if item is None else _difference(before, item)
        if item is None or difference:
            left[before["key"]] = difference
        else:
            same[item.flow, item.key] = frozenset((one["do"], one["kind"], one["key"]) for one in before["plan"])
    return same, left


def sign_off(store: Store, wired: Wired, plan: Plan, digests: Mapping[str, Any], *, who: str) -> Applied:
    """Another person than who made the plan signs its documents off, if they still are what the plan says."""
    if who == plan.get("by"):
        raise Misuse(f"{who} made this plan: somebody else signs it off")
    refused = changed_since(plan, digests, store.project)
    if refused:
        return Applied(left={}, refused=refused)
    now = dry.dry_run(store, wired)
    same, left = compared(plan, now)
    items = [item for item in now.items if (item.flow, item.key) in same]
    with store.begin() as tx:
        for item in items:
            reviewed.sign(tx, item.flow, item.key, reviewed.digest(item.document), who)
        entries = [audit.Entry(who=who, what="sign off", subject=item.key, data={"flow": item.flow}) for item in items]
        audit.append(tx, entries)
    return Applied(delivered=tuple(item.key for item in items), left=left)


def _difference(before: Mapping[str, Any], item: Item) -> str:
    """The first thing that isn't as it was."""
    now = json.loads(json.dumps(simple(dry.item_as_json(item))))
    for name in (*_FIRST, *sorted({*before, *now} - {*_FIRST} - UNCOMPARED)):
        if before.get(name) != now.get(name):
            return "; ".join(_words(name, before.get(name), now.get(name)))
    return ""


_FIRST = ("version", "outcome", "totals", "vat_codes", "plan")


def _words(name: str, before: Any, now: Any) -> Iterator[str]:
    match name:
        case "version":
            yield "the record has changed in the source"
        case "outcome":
            yield f"it would be {now} now"
        case "plan":
            was = [f"{one['do']} {one['kind']}" for one in before or ()]
            is_ = [f"{one['do']} {one['kind']}" for one in now or ()]
            yield f"its steps are {', '.join(is_) or 'none'} now" if was != is_ else "what would be sent has changed"
        case _:
            yield f"its {name.replace('_', ' ')} have changed"


def simple(value: Any) -> Any:
    """A plan's value as its file has it."""
    if isinstance(value, Mapping):
        return {str(name): simple(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [simple(part) for part in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if isinstance(value, str | int | bool | type(None)) else str(value)


def _done(store: Store, wired: Wired, same: Mapping[tuple[str, str], Any]) -> set[str]:
    with store.look() as tx:
        rows = [row for _, key in same for row in queries.newest(tx, key)]
    return {row.key for row in rows if row.state == "done" and (row.flow, row.key) in same}
