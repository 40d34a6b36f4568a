"""Problems for programs: GitHub annotations, SARIF for code scanning, JUnit for CI servers, JSON for anything else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from kontering import __version__
from kontering.cli import pages
from kontering.codes import CODES
from kontering.diagnostics import Diagnostic, as_json, errors, render

SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def github(found: Sequence[Diagnostic]) -> str:
    """Workflow commands that annotate a pull request's lines."""
    return "\n".join(_annotation(problem) for problem in found)


def _annotation(problem: Diagnostic) -> str:
    span = problem.span
    place = {"file": span.file, "line": span.line, "col": span.column} if span else {}
    parts = {**place, "title": f"{problem.code} {CODES.get(problem.code, '')}".strip()}
    head = ",".join(f"{name}={_quoted(str(value), prop=True)}" for name, value in parts.items())
    text = problem.message + (f"\n{problem.hint}" if problem.hint else "")
    return f"::{problem.severity} {head}::{_quoted(text)}"


def _quoted(text: str, *, prop: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if prop else text


def sarif(found: Sequence[Diagnostic]) -> Mapping[str, Any]:
    """A SARIF log with one run; its rules are the codes that were found."""
    codes = sorted({problem.code for problem in found})
    rules = [_rule(code) for code in codes]
    driver = {"name": "kontering", "version": __version__, "rules": rules}
    results = [_result(problem, codes.index(problem.code)) for problem in found]
    return {"version": "2.1.0", "$schema": SARIF, "runs": [{"tool": {"driver": driver}, "results": results}]}


def _rule(code: str) -> Mapping[str, Any]:
    """A code with its page of the manual, which code scanning shows beside the line."""
    page = pages.explained(code) if code in CODES else code
    return {
        "id": code,
        "shortDescription": {"text": CODES.get(code, code)},
        "help": {"text": page, "markdown": page},
    }


def _result(problem: Diagnostic, rule: int) -> Mapping[str, Any]:
    text = problem.message + (f"\n{problem.hint}" if problem.hint else "")
    result: dict[str, Any] = {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": problem.severity,
        "message": {"text": text},
    }
    span = problem.span
    if span:
        region = {"startLine": span.line, "startColumn": span.column}
        region |= {"endLine": span.end_line, "endColumn": span.end_column} if span.end_line else {}
        place = {"artifactLocation": {"uri": span.file}, "region": region}
        result["locations"] = [{"physicalLocation": place}]
    return result


def summary(found: Sequence[Diagnostic], checked: Mapping[str, int]) -> Mapping[str, Any]:
    """Everything as JSON."""
    count = {"errors": len(errors(found)), "warnings": len(found) - len(errors(found))}
    return {"checked": dict(checked), **count, "problems": [as_json(problem) for problem in found]}


def junit(found: Sequence[Diagnostic], files: Sequence[str]) -> str:
    """One test case a file, for CI servers that show nothing else."""
    by_file: dict[str, list[Diagnostic]] = {name: [] for name in files}
    for problem in errors(found):
        by_file.setdefault(problem.span.file if problem.span else "", []).append(problem)
    cases = [case(name, "check", [render(problem) for problem in there]) for name, there in by_file.items()]
    return suite("kontering check", cases, Counter(bool(there) for there in by_file.values())[True])


def case(name: str, group: str, failures: Sequence[str]) -> str:
    """A JUnit test case."""
    head = f"<testcase classname={quoteattr(group)} name={quoteattr(name)}"
    if not failures:
        return f"  {head}/>"
    text = _visible("\n".join(failures))
    said = quoteattr(text.partition("\n")[0])
    return f"  {head}><failure message={said}>{escape(text)}</failure></testcase>"


def suite(name: str, cases: Sequence[str], failures: int) -> str:
    """A JUnit file."""
    head = f'<testsuite name={quoteattr(name)} tests="{len(cases)}" failures="{failures}">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *cases, "</testsuite>"])


def _visible(text: str) -> str:
    """XML has no place for control characters."""
    return "".join(char for char in text if char.isprintable() or char in "\n\t")
