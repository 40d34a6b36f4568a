"""Cases of mistakes: a folder with wrong files beside `expected.txt`, the exact output of a check.

With UPDATE_CASES=1 the expected files are written instead of compared; read them before they are kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from kontering.diagnostics import Diagnostic, render

CASES = Path(__file__).parent / "cases" / "diagnostics"
PROJECT = CASES / "_project"
EXPECTED = "expected.txt"

Check = Callable[[Path], Iterable[Diagnostic]]


def case_folders(root: Path = CASES) -> Iterator[Path]:
    """Every folder that holds an expected output, or files that wait for one."""
    kinds = (kind for kind in sorted(root.iterdir()) if kind.is_dir() and not kind.name.startswith("_"))
    for kind in kinds:
        yield from (case for case in sorted(kind.iterdir()) if case.is_dir())


def name_of(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


def output(case: Path, check: Check) -> str:
    """What a person sees who checks the case's files from inside its folder."""
    before = Path.cwd()
    os.chdir(case)
    try:
        return "".join(f"{_shown(problem)}\n" for problem in check(case))
    finally:
        os.chdir(before)


def _shown(problem: Diagnostic) -> str:
    path = Path(problem.span.file) if problem.span else None
    text = path.read_text(encoding="utf-8", errors="replace") if path is not None and path.is_file() else None
    return render(problem, text).replace(str(PROJECT), "<project>")


def assert_output(case: Path, check: Check) -> None:
    found = output(case, check)
    expected = case / EXPECTED
    if os.environ.get("UPDATE_CASES"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")
