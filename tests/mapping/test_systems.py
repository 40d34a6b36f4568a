"""The mapping files on which the language was designed: each loads, passes the check, and makes what it should.

They live beside the checkout; KONTERING_SHARED says where, else ../shared is tried.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests.mapping.test_run_cases import told

from kontering.diagnostics import render
from kontering.mapping.check import check_path
from kontering.mapping.load import Roots, load_mapping
from kontering.mapping.specs import read_json
from kontering.mapping.tables import Rows, read_csv

SYSTEMS = Path(__file__).parents[1] / "cases" / "systems"
SHARED = Path(os.environ.get("KONTERING_SHARED", Path(__file__).parents[3] / "shared"))
DESIGN = SHARED / "design" / "mappings"
NAMES = sorted(path.relative_to(SYSTEMS / "records").as_posix()[:-5] for path in (SYSTEMS / "records").rglob("*.json"))
PARAMS = {"economic/invoice": {"layout": 19}, "economic/credit-note": {"layout": 19}}

needs_design = pytest.mark.skipif(
    not DESIGN.is_dir(), reason=f"the design's mappings aren't at {DESIGN}; set KONTERING_SHARED"
)


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> Roots:
    """A project with the design's mappings, and schemas of what they read."""
    project = tmp_path_factory.mktemp("systems")
    shutil.copytree(DESIGN, project / "mappings")
    shutil.copytree(SYSTEMS / "schemas", project / "schemas")
    (project / "mappings/economic/tables").mkdir()
    shutil.copy(SYSTEMS / "tables/countries.csv", project / "mappings/economic/tables")
    return Roots(project)


def tables() -> dict[str, Rows]:
    found = {}
    for path in (SYSTEMS / "tables").glob("*.csv"):
        rows, _ = read_csv(path.read_text(encoding="utf-8"), path.name)
        assert rows is not None
        found[path.stem] = rows
    return found


@needs_design
def test_every_mapping_of_the_design_has_a_record(roots: Roots) -> None:
    assert sorted(path.relative_to(DESIGN).as_posix()[:-5] for path in DESIGN.rglob("*.yaml")) == NAMES


@needs_design
@pytest.mark.parametrize("name", NAMES)
def test_a_mapping_of_the_design_passes_the_check(name: str, roots: Roots) -> None:
    assert roots.project is not None

    found = check_path(roots.project / f"mappings/{name}.yaml", roots)

    assert [render(problem) for problem in found] == []


@needs_design
@pytest.mark.parametrize("name", NAMES)
def test_a_mapping_of_the_design_makes_what_it_should(name: str, roots: Roots) -> None:
    mapping = load_mapping(name, roots)
    record = read_json(SYSTEMS / f"records/{name}.json")

    found = told(mapping.run(record, params=PARAMS.get(name, {}), tables=tables(), zone="Europe/Copenhagen"))

    expected = SYSTEMS / f"expected/{name}.txt"
    if os.environ.get("UPDATE_CASES"):
        expected.parent.mkdir(parents=True, exist_ok=True)
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")
