"""What a person has reviewed: only steps that are in the plan are taken, and what needs a signature waits for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kontering.diagnostics import Diagnostic
from kontering.model.document import Planned
from kontering.model.plan import Hold, Step, Todo
from kontering.store import codec
from kontering.store.store import Tx, insert_if_new
from kontering.store.tables import approval
from kontering.sync.course import Course

MAIN = frozenset({"invoice", "credit_note", "voucher"})


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The documents of a reviewed plan with the steps that it has for each, by flow and key."""

    steps: Mapping[tuple[str, str], frozenset[tuple[str, str, str]]]

    def has(self, flow: str, key: str) -> bool:
        return (flow, key) in self.steps


def next_of(tx: Tx, course: Course, reviewed: Reviewed | None) -> Todo | None:
    """The first thing that is still to be done, unless nobody has agreed to it."""
    entry = course.next()
    if not isinstance(entry, Step):
        return entry
    if reviewed is not None and named(entry) not in reviewed.steps.get((course.row.flow, course.row.key), ()):
        return _not_reviewed(course, entry)
    return _unsigned(tx, course) or entry


def named(step: Step) -> tuple[str, str, str]:
    """A step as a plan names it."""
    return step.action, step.kind, step.key


def digest(document: Any) -> str:
    """Tells a document that was signed off from any other."""
    return codec.digest(document)


def sign(tx: Tx, flow: str, key: str, digest_: str, who: str) -> None:
    """Somebody takes the responsibility for this very document."""
    row = {"project": tx.project, "flow": flow, "key": key, "digest": digest_, "who": who, "at": tx.now}
    tx.connection.execute(insert_if_new(tx, approval).values(**row))


def signer(tx: Tx, flow: str, key: str, digest_: str) -> str | None:
    terms = {"project": tx.project, "flow": flow, "key": key, "digest": digest_}
    where = [approval.c[name] == value for name, value in terms.items()]
    return tx.connection.scalar(sa.select(approval.c.who).where(*where))


def needs_signature(document: Any, policy: Any) -> bool:
    """Does the flow demand another person's word for this document?"""
    above = policy.sign_off_above
    return above is not None and isinstance(document, Planned) and abs(document.totals.gross) > above


def _unsigned(tx: Tx, course: Course) -> Hold | None:
    document = course.want.document
    if not needs_signature(document, course.flow.policy):
        return None
    if signer(tx, course.row.flow, course.row.key, digest(document)):
        return None
    above = course.flow.policy.sign_off_above
    reason = f"above {above} another person must sign it off"
    hint = "plan --out FILE, and somebody else: apply --sign-off FILE; then retry it"
    problem = Diagnostic("K623", reason, hint=hint, record=course.row.key)
    return Hold(code="SIGN_OFF", reason=reason, details={"above": str(above)}, problems=(problem,))


def _not_reviewed(course: Course, step: Step) -> Hold:
    reason = f"the reviewed plan doesn't have {step.action} {step.kind} {step.key}"
    problem = Diagnostic("K624", reason, hint="plan again, and review what is new", record=course.row.key)
    details = {"step": [step.action, step.kind, step.key]}
    return Hold(code="NOT_REVIEWED", reason=reason, details=details, problems=(problem,))
