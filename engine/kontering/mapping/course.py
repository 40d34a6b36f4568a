"""One record's way through a mapping: what is known at a point of it, what went wrong, and how it may end early."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kontering.diagnostics import Diagnostic, Span
from kontering.language.interpret import Scope
from kontering.language.problems import Bad, Missing
from kontering.mapping import refusals
from kontering.mapping.fit import Path, dotted
from kontering.mapping.outcomes import Held, Skipped, Watch
from kontering.mapping.tables import Rows

if TYPE_CHECKING:
    from kontering.mapping.mapping import Mapping as Compiled


MOST_PROBLEMS = 50
ELEMENTS = 10_000  # that a mapping may make of any record, and two more for each value that the record has


class Left(Exception):
    """The field is left out."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Ended(Exception):
    """The record is held or skipped from within."""

    def __init__(self, outcome: Held | Skipped) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


@dataclass(slots=True)
class Course:
    """One record's way through a mapping and those that it uses: what is known of it, and what went wrong so far."""

    key: str
    zone: str
    tables: Mapping[str, Rows]
    watch: Watch | None
    problems: list[Diagnostic] = field(default_factory=list)
    ends: list[Held | Skipped] = field(default_factory=list)
    places: dict[Path, Span] = field(default_factory=dict)
    most: int = ELEMENTS
    made: int = 0

    def count(self, span: Span) -> None:
        """Blocks inside blocks multiply: what no record needs is refused before it takes all day."""
        self.made += 1
        if self.made > self.most:
            raise Bad(refusals.too_much(span, self.most))


@dataclass(slots=True)
class Here:
    """The names that an expression sees at some point of a mapping."""

    course: Course
    mapping: Compiled
    names: dict[str, Any]
    scope: Scope

    def with_names(self, more: dict[str, Any]) -> Here:
        names = self.names | more
        return Here(self.course, self.mapping, names, replace(self.scope, names=names))


def note(problem: Diagnostic, course: Course) -> None:
    if len(course.problems) < MOST_PROBLEMS and problem not in course.problems:
        course.problems.append(problem)


def told(wrong: Missing | Bad, here: Here, path: Path) -> Diagnostic:
    problem = wrong.diagnostic
    return keyed(replace(problem, field=problem.field or dotted(path) or None), here.course)


def keyed(problem: Diagnostic, course: Course) -> Diagnostic:
    record = f"{course.key} {problem.record or ''}".strip()
    return replace(problem, record=record or None)
