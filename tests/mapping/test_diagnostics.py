"""Each kind of mistake in mapping, table and test files has a case with the exact message."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from tests.diagnostic_cases import CASES, EXPECTED, PROJECT, assert_output, case_folders, name_of

from kontering.codes import CODES
from kontering.diagnostics import Diagnostic
from kontering.mapping.check import check_paths, mapping_files
from kontering.mapping.roots import Roots

MINE = [case for case in case_folders() if not (case / "kontering.yaml").is_file()]


def check(case: Path) -> Iterable[Diagnostic]:
    """Checks all mapping files of a case; one with folders of its own is its own project."""
    own = (case / "mappings").is_dir() or (case / "schemas").is_dir()
    files = mapping_files([Path()])
    return check_paths(files, Roots(case if own else PROJECT))


@pytest.mark.parametrize("case", MINE, ids=name_of)
def test_a_mistake_is_told_exactly(case: Path) -> None:
    assert_output(case, check)


@pytest.mark.parametrize("case", MINE, ids=name_of)
def test_every_case_tells_something(case: Path) -> None:
    assert (case / EXPECTED).read_text(encoding="utf-8").strip()


def test_the_project_that_the_cases_stand_in_has_no_problems() -> None:
    assert check_paths([PROJECT / "mappings"], Roots(PROJECT)) == ()


def test_the_corpus_covers_the_codes_of_mapping_files() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in CASES.glob("*/*/expected.txt"))
    unseen = {code for code in CODES if "K120" <= code <= "K149" or "K230" <= code <= "K249"} - {
        code for code in CODES if f"[{code}]" in told
    }

    assert unseen == set()
