"""Runs the tests in a mapping file, and tells of them as text or as JUnit's XML."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree import ElementTree

from kontering.diagnostics import Diagnostic, Span, errors, render
from kontering.mapping import problems
from kontering.mapping.fit import Path, dotted
from kontering.mapping.mapping import Mapping
from kontering.mapping.notations import shown
from kontering.mapping.outcomes import Failed, Held, Mapped, Outcome, Skipped, Watch
from kontering.mapping.reading import Out
from kontering.mapping.specs import Spec, read_tests
from kontering.yaml.nodes import Map, Scalar, nearest

MOST = 10  # differences that one test tells


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a test went; no problem means that it passed."""

    mapping: str
    name: str
    span: Span
    problem: Diagnostic | None = None
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return self.problem is None


def run_tests(mapping: Mapping, *, inherited: bool = False, watch: Watch | None = None) -> tuple[Result, ...]:
    """The results of a mapping's own tests, and with `inherited` of those that it extends.

    A test of an extended file is replaced by one of the same name; tests of a file that reads something else (an
    invoice, where this one reads a credit note) have no record for this one. Tests that can't be read are failures.
    """
    out: Out = []
    specs: dict[str, Spec] = {}
    for own in _inherited(mapping) if inherited else mapping.file.chain[:1]:
        for spec in read_tests(own, mapping, out):
            specs.setdefault(spec.name, spec)
    broken = [Result(mapping=mapping.name, name=each.message, span=_span(each), problem=each) for each in errors(out)]
    return (*broken, *(run_test(spec, mapping, watch) for spec in specs.values()))


def _inherited(mapping: Mapping) -> Iterator[Map]:
    """The files of the chain that read what this mapping reads."""
    chain = mapping.file.chain
    for number, own in enumerate(chain):
        reads = next((text.text for each in chain[number:] if isinstance(text := each.get("from"), Scalar)), None)
        if reads == mapping.source:
            yield own


def _span(problem: Diagnostic) -> Span:
    return problem.span or Span("")


def run_test(spec: Spec, mapping: Mapping, watch: Watch | None = None) -> Result:
    began = time.perf_counter()
    outcome = outcome_of(spec, mapping, watch)
    problem = _problem(spec, outcome)
    seconds = time.perf_counter() - began
    return Result(mapping=mapping.name, name=spec.name, span=spec.span, problem=problem, seconds=seconds)


def outcome_of(spec: Spec, mapping: Mapping, watch: Watch | None = None) -> Outcome:
    """What the mapping makes of the test's record, with the test's params and tables."""
    changed = replace(mapping, rows={**mapping.rows, **{name: (rows,) for name, rows in spec.tables.items()}})
    return changed.run(spec.given, params=spec.params, tables=spec.tables, record_key="test", recorder=watch)


def _problem(spec: Spec, outcome: Outcome) -> Diagnostic | None:
    if spec.refusal is not None:
        return _refusal_problem(spec, outcome)
    if not isinstance(outcome, Mapped):
        place = nearest(spec.node, ("expect",))
        return problems.failed_test(place, spec.name, f"the record is {_told(outcome)}", _notes(outcome))
    found = list(_differences(outcome.data, spec.expect or {}, (), spec.exact and spec.expect is not None))
    found += _count_problem(spec, outcome.data)
    if not found:
        return None
    place = nearest(spec.node, ("expect", *found[0][0]))
    lines = tuple(text for _, text in found[:MOST])
    more = (f"and {len(found) - MOST} more",) if len(found) > MOST else ()
    return problems.failed_test(place, spec.name, lines[0], (*lines[1:], *more))


def _told(outcome: Outcome) -> str:
    match outcome:
        case Held():
            return f"held: {outcome.reason}"
        case Skipped():
            return f"skipped by {outcome.id!r}: {outcome.reason}"
        case Failed():
            return f"refused: {outcome.diagnostics[0].code} {outcome.diagnostics[0].message}"
    return "mapped"


def _notes(outcome: Outcome) -> tuple[str, ...]:
    return tuple(str(each) for each in outcome.diagnostics[:MOST]) if isinstance(outcome, Failed) else ()


def _refusal_problem(spec: Spec, outcome: Outcome) -> Diagnostic | None:
    assert spec.refusal is not None
    wanted, kind = _REFUSED[spec.refusal]
    place = nearest(spec.node, (spec.refusal,))
    if not isinstance(outcome, kind):
        return problems.failed_test(
            place, spec.name, f"it should be {wanted}, and is {_told(outcome)}", _notes(outcome)
        )
    parts = _parts(outcome)
    if any(all(_matches(part, name, text) for name, text in spec.refused.items()) for part in parts):
        return None
    expected = ", ".join(f"{name} {text!r}" for name, text in spec.refused.items())
    return problems.failed_test(
        place, spec.name, f"it is {wanted}, but not with {expected}", (_told(outcome), *_notes(outcome))
    )


_REFUSED: dict[str, tuple[str, type]] = {
    "expect_hold": ("held", Held),
    "expect_error": ("refused", Failed),
    "expect_skip": ("skipped", Skipped),
}


def _parts(outcome: Outcome) -> list[dict[str, str]]:
    """What each refusal can be known by."""
    match outcome:
        case Held():
            return [_known_by(outcome.diagnostic) | {"id": outcome.id}]
        case Skipped():
            return [{"id": outcome.id, "says": outcome.reason, "code": "", "field": ""}]
        case Failed():
            return [_known_by(each) | {"id": ""} for each in outcome.diagnostics]
    return []


def _known_by(problem: Diagnostic) -> dict[str, str]:
    return {"code": problem.code, "says": render(problem), "field": problem.field or ""}


def _matches(part: dict[str, str], name: str, text: str) -> bool:
    return text in part["says"] if name == "says" else text == part.get(name)


def _count_problem(spec: Spec, data: dict[str, Any]) -> list[tuple[Path, str]]:
    """`line_count` counts the list called lines, or else the first list that there is."""
    if spec.line_count is None:
        return []
    lines = data.get("lines")
    counted = lines if isinstance(lines, list) else next(_lists(data), [])
    if len(counted) == spec.line_count:
        return []
    return [(("line_count",), f"expected {spec.line_count} lines, found {len(counted)}")]


def _lists(value: Any) -> Iterator[list[Any]]:
    for part in value.values() if isinstance(value, dict) else ():
        if isinstance(part, list):
            yield part
        yield from _lists(part)


def _differences(found: Any, expected: Any, path: Path, exact: bool) -> Iterator[tuple[Path, str]]:
    """Where the document isn't as expected; more than expected is fine unless it is to be exact."""
    match expected:
        case dict() if isinstance(found, dict):
            for name, part in expected.items():
                yield from _differences(found.get(name), part, (*path, name), exact)
            for name in found if exact else ():
                if name not in expected:
                    yield (*path, name), f"{dotted((*path, name))}: not expected, found {shown(found[name])}"
        case list() if isinstance(found, list):
            for at, part in enumerate(expected):
                yield from _differences(found[at] if at < len(found) else None, part, (*path, at), exact)
            if exact and len(found) > len(expected):
                yield path, f"{dotted(path)}: expected {len(expected)} elements, found {len(found)}"
        case _ if not equal(found, expected):
            yield path, f"{dotted(path)}: expected {shown(expected)}, found {_shown(found)}"


def _shown(value: Any) -> str:
    return "nothing" if value is None else shown(value)


def equal(found: Any, expected: Any) -> bool:
    """Whether a value is the expected one, which YAML can only write as text, number, boolean or null."""
    if isinstance(found, bool) or isinstance(expected, bool) or found is None or expected is None:
        return bool(found is expected)
    if isinstance(found, int | Decimal):
        return bool(_number(expected) == found)
    if isinstance(found, dt.datetime):
        return _same_time(found, expected)
    if isinstance(found, dt.date):
        return bool(found.isoformat() == expected)
    return bool(found == expected)


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(value) if isinstance(value, int | Decimal | str) else None
    except InvalidOperation:
        return None


def _same_time(found: dt.datetime, expected: Any) -> bool:
    try:
        return isinstance(expected, str) and dt.datetime.fromisoformat(expected) == found
    except ValueError:
        return False


def as_text(results: Iterable[Result], show: Callable[[Diagnostic], str] = render) -> str:
    """Each failure in full, and a line that counts."""
    all_ = list(results)
    failed = [result for result in all_ if result.problem is not None]
    lines = [show(result.problem) for result in failed if result.problem is not None]
    lines.append(f"{len(all_) - len(failed)} passed, {len(failed)} failed")
    return "\n".join(lines)


def as_junit(results: Iterable[Result]) -> str:
    """JUnit's XML, a suite for each mapping."""
    suites = ElementTree.Element("testsuites")
    by_mapping: dict[str, list[Result]] = {}
    for result in results:
        by_mapping.setdefault(result.mapping, []).append(result)
    for mapping, some in by_mapping.items():
        failed = str(sum(not result.passed for result in some))
        seconds = f"{sum(result.seconds for result in some):.3f}"
        suite = ElementTree.SubElement(
            suites, "testsuite", name=mapping, tests=str(len(some)), failures=failed, errors="0", time=seconds
        )  # fmt: skip
        for result in some:
            _junit_case(suite, result)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _junit_case(suite: ElementTree.Element, result: Result) -> None:
    case = ElementTree.SubElement(
        suite, "testcase", classname=result.mapping, name=result.name, file=result.span.file,
        line=str(result.span.line), time=f"{result.seconds:.3f}",
    )  # fmt: skip
    if result.problem is not None:
        failure = ElementTree.SubElement(case, "failure", type=result.problem.code, message=result.problem.message)
        failure.text = render(result.problem)
