"""Steady workers in a storm, on both databases and by both dispatches: nothing lost, twice, stuck or out of order."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.crash.nursery import Nursery
from tests.crash.storms import Scenario, weather

from kontering.store import engine_tables
from kontering.store.store import Store

STORMS = [
    Scenario(name="SQLite, two workers"),
    Scenario(name="PostgreSQL, two workers"),
    Scenario(name="PostgreSQL, two of a cluster, one never comes back", workers=("cluster", "cluster"), leaves=1),
]


def place(scenario: Scenario, folder: Path, request: pytest.FixtureRequest) -> str:
    """The address of an empty store."""
    if scenario.name.startswith("SQLite"):
        return f"sqlite:///{folder / 'a.db'}"
    url = str(request.getfixturevalue("database"))
    with Store.open(url) as store, store.begin() as tx:
        engine_tables.upgrade(tx)
    return url


@pytest.mark.slow
@pytest.mark.parametrize("scenario", STORMS, ids=lambda scenario: scenario.name)
def test_a_storm_costs_time_and_no_document(
    nursery: Nursery, folder: Path, request: pytest.FixtureRequest, scenario: Scenario
) -> None:
    outcome = weather(nursery, place(scenario, folder, request), scenario)

    assert outcome.fine, outcome
    assert outcome.kills == 5
    assert outcome.look_ups > 0, "nothing was in doubt: nothing was tested"


@pytest.mark.slow
def test_without_the_guard_documents_are_made_twice(
    nursery: Nursery, folder: Path, request: pytest.FixtureRequest
) -> None:
    scenario = Scenario(name="SQLite, no guard", orders=60, kills=2, guarded=False, faulty=0.15, patience=6.0)

    outcome = weather(nursery, place(scenario, folder, request), scenario)

    assert outcome.twice > 0
    assert outcome.reported == outcome.twice, "`reconcile` finds what is there twice"
