"""The mappings on which the language was designed, generated: many systems, amounts in the smallest unit, all of it."""

from __future__ import annotations

import random
import shutil

import pytest
from tests.mapping.test_systems import DESIGN, NAMES, PARAMS, SYSTEMS, needs_design, tables
from tests.properties.test_generated_mappings import Case, agrees, all_outcomes, damaged

from kontering.mapping import accept
from kontering.mapping.load import Roots, load_mapping
from kontering.mapping.specs import read_json

DAMAGED = 60


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> Roots:
    """A project with the design's mappings, and schemas of what they read."""
    project = tmp_path_factory.mktemp("systems")
    shutil.copytree(DESIGN, project / "mappings")
    shutil.copytree(SYSTEMS / "schemas", project / "schemas")
    (project / "mappings/economic/tables").mkdir()
    shutil.copy(SYSTEMS / "tables/countries.csv", project / "mappings/economic/tables")
    return Roots(project)


@needs_design
@pytest.mark.parametrize("name", NAMES)
def test_a_system_s_records_come_to_the_same(name: str, roots: Roots) -> None:
    mapping = load_mapping(name, roots)
    case = Case(read_json(SYSTEMS / f"records/{name}.json"), PARAMS.get(name, {}), tables())
    chance = random.Random(name)

    assert accept.generated(mapping).function is not None
    for record in [case.record, *(damaged(case.record, chance) for _ in range(DAMAGED))]:
        wanted, found = all_outcomes(mapping, case._replace(record=record))
        assert all(agrees(wanted, outcome) for outcome in found.values()), record
