"""The record schemas that are shipped use only words that mean something."""

from __future__ import annotations

from pathlib import Path

import pytest

from kontering import resources
from kontering.diagnostics import render
from kontering.mapping.recordschemas import check_schema
from kontering.mapping.roots import Roots

SHIPPED = sorted((resources.shipped("schemas") / "records").rglob("*.schema.json"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_shipped_record_schema_is_clean(path: Path) -> None:
    assert [render(problem) for problem in check_schema(path, Roots())] == []
