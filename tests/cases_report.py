"""Runs every golden case through the engine and prints a line a case; exit 1 if one fails. Used by `make cases`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.accounting import cases, contract
from tests.accounting.test_cases_through_engine import FILES, FOLDER


def main() -> int:
    if not FILES:
        _say(f"no cases in {FOLDER}")
        return 1
    failed = sum(not _passes(path) for path in FILES)
    _say(f"{len(FILES) - failed} passed, {failed} failed")
    return 1 if failed else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _passes(path: Path) -> bool:
    case = contract.load(path)
    with tempfile.TemporaryDirectory() as folder:
        wrong = _differences(case, Path(folder))
    _say(f"{'FAIL' if wrong else 'ok  '} {case['id']:<5} {case['title']}")
    for line in wrong:
        _say(f"       {line}")
    return not wrong


def _differences(case: contract.Data, folder: Path) -> list[str]:
    """What differs; a case that the harness can't read is one line of its own, and the others go on."""
    try:
        return cases.outcome_of(case, folder)
    except (AssertionError, ArithmeticError, LookupError, TypeError, ValueError) as wrong:
        return [f"{type(wrong).__name__}: {wrong}"]


if __name__ == "__main__":
    sys.exit(main())
