"""Saving a record with what is sent inside of it: all of it or nothing, and every record that changed is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kontering.connectors.billy.simulator.checks import checked
from kontering.connectors.billy.simulator.fields import Child, Resource
from kontering.connectors.billy.simulator.refusals import NEEDED, Bad, Errors, invalid, not_found
from kontering.connectors.billy.simulator.shapes import RESOURCES
from kontering.connectors.billy.simulator.state import Row, State, moment

Changed = dict[str, dict[str, Row]]
"""Records that a call has changed, by resource and id."""


@dataclass(slots=True, kw_only=True)
class Saving:
    """One record on its way into the books; nothing is kept before its rule has said nothing against it."""

    state: State
    resource: Resource
    row: Row
    old: Row | None
    body: Mapping[str, Any]
    children: dict[str, list[Row]]
    """Children as they will be; only the kinds that were sent, and all of them for a new record."""
    now: datetime
    errors: Errors = field(default_factory=dict)

    def below(self, name: str) -> list[Row]:
        """The children that the record will have."""
        if name in self.children:
            return self.children[name]
        child = self.resource.children[name]
        return self.state.below(child.of, child.parent, self.row["id"])

    def refuse(self, status: int | None = None) -> None:
        """Stop, if anything is wrong."""
        if self.errors:
            raise invalid(self.resource.one, self.errors, status or self.state.habits.invalid_status)


Rule = Callable[[Saving], None]
After = Callable[[Saving, Changed], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What else must be right of a resource's records, what follows from a save, and whether one may be deleted."""

    before: Rule = lambda saving: None
    after: After = lambda saving, changed: None
    keeps: Callable[[State, Row], str | None] = lambda state, row: None


def save(
    state: State,
    rules: Mapping[str, Rules],
    resource: Resource,
    body: Any,
    old: Row | None,
    now: datetime,
    changed: Changed,
) -> Row:
    """The saved record; raises what is wrong with it."""
    if not isinstance(body, dict):
        raise Bad(400, "E_BODY", f"Der mangler «{resource.one}».")
    row, errors = checked(state, resource, body, old)
    row["id"] = old["id"] if old else state.fresh()
    children = _children(state, resource, body, row["id"], errors, is_new=old is None)
    saving = Saving(
        state=state, resource=resource, row=row, old=old, body=body, children=children, now=now, errors=errors
    )
    saving.refuse()
    own = rules.get(resource.name, Rules())
    own.before(saving)
    saving.refuse()
    _keep(saving, changed)
    own.after(saving, changed)
    return row


def delete(state: State, rules: Mapping[str, Rules], resource: Resource, id_: str, gone: dict[str, list[str]]) -> None:
    """Takes a record away with its children; one that isn't there is deleted already."""
    row = state.get(resource.name, id_)
    if row is None:
        return
    why = rules.get(resource.name, Rules()).keeps(state, row)
    if why:
        raise Bad(state.habits.invalid_status, "E_DELETE", why)
    for child in resource.children.values():
        for one in state.below(child.of, child.parent, id_):
            del state.table(child.of)[one["id"]]
            gone.setdefault(child.of, []).append(one["id"])
    del state.table(resource.name)[id_]
    gone.setdefault(resource.name, []).append(id_)


def note(changed: Changed, name: str, row: Row) -> None:
    changed.setdefault(name, {})[row["id"]] = row


def one_of(state: State, resource: Resource, id_: str) -> Row:
    row = state.get(resource.name, id_)
    if row is None:
        raise not_found(f"{resource.one} {id_}")
    return row


def _children(
    state: State, resource: Resource, body: Mapping[str, Any], id_: str, errors: Errors, *, is_new: bool
) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for name, child in resource.children.items():
        given = body.get(name)
        if given is None:
            if is_new and child.least:
                errors[name] = NEEDED
            if is_new:
                found[name] = []
        elif not isinstance(given, list) or len(given) < child.least or not all(isinstance(x, dict) for x in given):
            errors[name] = NEEDED
        else:
            found[name] = _each(state, name, child, given, id_, errors)
    return found


def _each(state: State, name: str, child: Child, given: list[Any], id_: str, errors: Errors) -> list[Row]:
    """Children are replaced as a whole; one that names its own id keeps it."""
    below = RESOURCES[child.of]
    rows, wrong = [], []
    for body in given:
        known = state.get(child.of, body.get("id"))
        row, bad = checked(state, below, {**body, child.parent: id_}, known)
        bad.pop(child.parent, None)  # the parent of a new record isn't there yet
        rows.append({**row, child.parent: id_, "id": known["id"] if known else state.fresh()})
        wrong.append(bad or None)
    if any(wrong):
        errors[name] = wrong
    return rows


def _keep(saving: Saving, changed: Changed) -> None:
    state, row = saving.state, saving.row
    if saving.old is None:
        state.made[row["id"]] = saving.now
        if any(field.name == "createdTime" for field in saving.resource.fields):
            row["createdTime"] = moment(saving.now)
    state.table(saving.resource.name)[row["id"]] = row
    note(changed, saving.resource.name, row)
    for name, rows in saving.children.items():
        child = saving.resource.children[name]
        for one in state.below(child.of, child.parent, row["id"]):
            del state.table(child.of)[one["id"]]
        for one in rows:
            state.table(child.of)[one["id"]] = one
            note(changed, child.of, one)
