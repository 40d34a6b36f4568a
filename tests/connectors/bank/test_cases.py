"""Case files: a statement of a bank, and exactly what is read from it and said about it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from kontering.connectors.bank import CONNECTOR
from kontering.diagnostics import render

CASES = sorted((Path(__file__).parents[2] / "cases" / "bank").iterdir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_reads_and_says_what_is_expected(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case)
    expected = case / "expected.txt"
    told = _told(case)
    if os.environ.get("UPDATE_CASES"):
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text(encoding="utf-8")


def _told(case: Path) -> str:
    settings = case / "settings.json"
    given = json.loads(settings.read_text(encoding="utf-8")) if settings.exists() else {}
    [file] = case.glob("input.*")
    if "profile_file" in given:
        given["profile_file"] = str(case / given["profile_file"])
    assert CONNECTOR.source is not None
    source = CONNECTOR.source({"folder": str(file), "name": "bank"} | given, None)  # type: ignore[arg-type]
    pages = list(source.read("line", None))
    records = [json.dumps(record.data, ensure_ascii=False) for page in pages for record in page.records]
    problems = [render(problem) for page in pages for problem in page.problems]
    done = any(page.after for page in pages)
    return "\n".join([*records, *problems, "done" if done else "read again next time"]) + "\n"
