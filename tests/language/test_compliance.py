"""The official JMESPath compliance files pass, with strict reading off; KONTERING_COMPLIANCE says where they lie."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kontering.language.interpret import search
from kontering.language.jmespath import parse_path
from kontering.language.problems import Bad
from kontering.language.source import Source
from kontering.language.values import equal

PLACE = Path(os.environ.get("KONTERING_COMPLIANCE", Path(__file__).parents[2] / ".." / "shared" / "compliance"))
FOLDER = PLACE / "jmespath" if (PLACE / "jmespath").is_dir() else PLACE
NEEDED = pytest.mark.skipif(
    not (FOLDER / "basic.json").is_file(),
    reason=f"no compliance files in {FOLDER}: set KONTERING_COMPLIANCE to the folder that holds them",
)
CODES = {"K207": ("unknown-function",), "K208": ("invalid-arity",), "K209": ("invalid-type",)}


def cases() -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Every case that has an outcome: file, document, case. The others are benchmarks."""
    for path in sorted(FOLDER.glob("*.json")):
        for suite in json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal):
            for case in suite["cases"]:
                if "bench" not in case:
                    yield path.name, suite["given"], case


def outcome(expression: str, document: Any) -> tuple[str, Any]:
    try:
        return "result", search(parse_path(Source(expression)), document)
    except Bad as bad:
        return "error", bad.diagnostic.code


def passes(document: Any, case: dict[str, Any]) -> bool:
    kind, found = outcome(case["expression"], document)
    if kind == "error":
        return case.get("error") in CODES.get(found, ("syntax", "invalid-value"))
    return "result" in case and equal(found, case["result"])


@NEEDED
def test_all_cases_pass() -> None:
    failed = [f"{name}: {case['expression']}" for name, given, case in cases() if not passes(given, case)]

    assert failed == []


@NEEDED
def test_there_are_892_of_them() -> None:
    assert len(list(cases())) == 892


@NEEDED
def test_the_judge_can_say_no() -> None:
    assert not passes({"a": 1}, {"expression": "a", "result": 2})
    assert not passes({"a": 1}, {"expression": "a", "error": "syntax"})
    assert not passes({"a": 1}, {"expression": "a[", "result": None})
    assert not passes({"a": 1}, {"expression": "abs('x')", "error": "syntax"})
