"""What a mapping makes of a record: a folder with mapping, record and params, beside the exact outcome."""

from __future__ import annotations

import json
import os
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.diagnostic_cases import PROJECT

from kontering.diagnostics import render
from kontering.mapping.check import check_path
from kontering.mapping.load import Roots, load_mapping
from kontering.mapping.mapping import Failed, Held, Mapped, Outcome, Skipped
from kontering.mapping.specs import read_json

CASES = sorted(path for path in (Path(__file__).parents[1] / "cases" / "mapping").iterdir() if path.is_dir())
# What these are about is told by the check already.
MISTAKES = {"document-misfits", "lookup-misses-error", "lookup-misses-hold", "lookup-misses-form"}


def told(outcome: Outcome) -> str:
    match outcome:
        case Mapped():
            warned = "".join(f"{problem}\n" for problem in outcome.warnings)
            return json.dumps(outcome.data, ensure_ascii=False, indent=2, default=_written) + "\n" + warned
        case Held():
            return f"held: {outcome.reason}\n{render(outcome.diagnostic)}\n"
        case Skipped():
            return f"skipped by {outcome.id}: {outcome.reason}\n"
        case Failed():
            return "".join(f"{render(problem)}\n" for problem in outcome.diagnostics)


def _written(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"decimal {value}"
    return f"{type(value).__name__} {value.isoformat()}" if isinstance(value, date) else repr(value)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_outcome_is_exactly_so(case: Path) -> None:
    before = Path.cwd()
    os.chdir(case)
    try:
        mapping = load_mapping(Path("mapping.yaml"), Roots(PROJECT), checked=False)
        params = read_json(Path("params.json")) if Path("params.json").is_file() else {}
        found = told(
            mapping.run(
                read_json(Path("record.json")), params=params, record_key="test/item/7", zone="Europe/Copenhagen"
            )
        )
    finally:
        os.chdir(before)
    expected = case / "expected.txt"
    if os.environ.get("UPDATE_CASES"):
        expected.write_text(found.replace(str(PROJECT), "<project>"), encoding="utf-8")

    assert found.replace(str(PROJECT), "<project>") == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", [case for case in CASES if case.name not in MISTAKES], ids=lambda case: case.name)
def test_the_check_has_nothing_to_say(case: Path) -> None:
    found = check_path(case / "mapping.yaml", Roots(PROJECT))

    assert [render(problem) for problem in found] == []
