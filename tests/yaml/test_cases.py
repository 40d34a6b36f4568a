"""Every file of tests/cases/yaml gives exactly the report that lies beside it; UPDATE_CASES=1 writes the reports."""

import os
from pathlib import Path

import pytest

from kontering.diagnostics import render
from kontering.yaml.load import read

CASES = Path(__file__).parents[1] / "cases" / "yaml"


def report(path: Path) -> str:
    _, problems = read(path, path.name)
    text = path.read_bytes().decode("utf-8", "replace")
    return "".join(render(problem, text) + "\n" for problem in problems)


@pytest.mark.parametrize("path", sorted(CASES.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_report_is_the_one_beside_the_file(path: Path) -> None:
    if os.environ.get("UPDATE_CASES"):
        path.with_suffix(".txt").write_text(report(path), encoding="utf-8")
    assert report(path) == path.with_suffix(".txt").read_text(encoding="utf-8")


def test_there_are_cases() -> None:
    assert len(list(CASES.glob("*.yaml"))) > 25
