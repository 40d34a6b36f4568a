"""Golden cases, run through the accounting rooms in memory: what arrives, and what must come out, in full.

KONTERING_CASES names another folder of cases in the same contract.
"""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest
from tests.accounting import comparing, contract
from tests.accounting.books import Books, opened, run

FOLDER = Path(os.environ.get("KONTERING_CASES") or Path(__file__).parents[1] / "cases" / "accounting")
FILES = sorted(FOLDER.glob("*.yaml"))
ZERO = Decimal(0)


def test_there_are_cases() -> None:
    assert FILES


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_case(path: Path) -> None:
    case = contract.load(path)

    assert outcome_of(case) == []


def outcome_of(case: contract.Data) -> list[str]:
    """Every difference between what a case expects and what comes out."""
    books = opened(case)
    before = dict(books.balances)
    given = case["input"]
    steps = given.get("steps") or [given]
    results = [run(books, step, step.get("source") or given["source"]) for step in steps]
    return comparing.differences(case["expect"], results, _balances(before, books))


def _balances(before: dict[str, Decimal], books: Books) -> dict[str, tuple[Decimal, Decimal]]:
    names = {*before, *books.balances}
    return {name: (before.get(name, ZERO), books.balances.get(name, ZERO)) for name in names}
