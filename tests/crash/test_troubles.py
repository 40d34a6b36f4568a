"""Small storms with something else that goes wrong: nothing lost, twice, stuck or out of order; `make crash` has large ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.crash.disk import Disk
from tests.crash.nursery import Nursery
from tests.crash.storms import Scenario, weather
from tests.crash.test_workers import place
from tests.crash.troubles import delete_jobs, doubles_are_told, freeze_long, step

SMALL = Scenario(name="", orders=60, tenants=3, kills=2)
STORMS = [
    replace(SMALL, name="SQLite, two runs and a worker", workers=("run", "run", "inline")),
    replace(SMALL, name="SQLite, slow target with settle", slow=0.1),
    replace(SMALL, name="SQLite, clocks stepped", steps=True, slow=0.1, trouble=step()),
    replace(SMALL, name="PostgreSQL, clocks stepped", steps=True, slow=0.1, trouble=step()),
    replace(SMALL, name="cluster, jobs deleted", workers=("cluster", "cluster"), trouble=delete_jobs),
]


@pytest.mark.slow
@pytest.mark.parametrize("scenario", STORMS, ids=lambda scenario: scenario.name)
def test_whatever_else_goes_wrong_costs_time_only(
    nursery: Nursery, folder: Path, request: pytest.FixtureRequest, scenario: Scenario
) -> None:
    outcome = weather(nursery, place(scenario, folder, request), scenario)

    assert outcome.fine, outcome
    assert outcome.kills == 2


@pytest.mark.slow
def test_a_worker_that_stood_still_and_was_taken_over_makes_no_double_that_is_not_told(
    nursery: Nursery, folder: Path
) -> None:
    scenario = replace(SMALL, name="taken over", kills=1, lease=1500, slow=0.2, trouble=freeze_long)

    outcome = weather(nursery, f"sqlite:///{folder}/a.db", scenario)

    assert doubles_are_told(outcome), outcome


@pytest.mark.slow
def test_a_disk_that_is_full_now_and_then_leaves_nothing_half_written(nursery: Nursery) -> None:
    disk = Disk()
    with disk.mounted() as folder:
        outcome = weather(nursery, f"sqlite:///{folder}/a.db", replace(SMALL, name="full", trouble=disk.trouble))

    assert disk.was_full(outcome), outcome
