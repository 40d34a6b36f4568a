"""Mistakes in project files, tables and snapshots: each is a folder with the exact output of `check`."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.diagnostic_cases import CASES, assert_output

from kontering.project.check import check_project

FOLDERS = sorted(folder for folder in (CASES / "project").iterdir() if folder.is_dir())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_mistake_is_named_with_its_place_and_the_way_on(folder: Path) -> None:
    assert_output(folder, check_project)
