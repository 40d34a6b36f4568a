"""Case files: what is in a file, and exactly what is read from it and said about it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from kontering.connectors.files import CONNECTOR
from kontering.diagnostics import render

CASES = sorted((Path(__file__).parents[2] / "cases" / "files").iterdir())


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
    kind = json.loads(settings.read_text(encoding="utf-8")) if settings.exists() else {}
    [file] = case.glob("input.*")
    assert CONNECTOR.source is not None
    source = CONNECTOR.source({"folder": str(file), "name": "files", "kinds": {"order": kind}}, None)  # type: ignore[arg-type]
    pages = list(source.read("order", None))
    records = [
        f"{record.id} {json.dumps(record.data, default=str, ensure_ascii=False)}"
        for page in pages
        for record in page.records
    ]
    problems = [render(problem) for page in pages for problem in page.problems]
    read = pages[-1].after == {}
    return "\n".join([*records, *problems, "read again next time" if read else "done"]) + "\n"
