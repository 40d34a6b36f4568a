"""Golden cases through the real engine: records, mappings, store, planner, and the embedded ledger; compared in full.

KONTERING_CASES names another folder of cases in the same contract.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.accounting import cases, contract

FOLDER = Path(os.environ.get("KONTERING_CASES") or Path(__file__).parents[1] / "cases" / "accounting")
FILES = sorted(FOLDER.glob("*.yaml"))


def test_there_are_cases() -> None:
    assert FILES


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_case(path: Path, tmp_path: Path) -> None:
    assert cases.outcome_of(contract.load(path), tmp_path) == []
