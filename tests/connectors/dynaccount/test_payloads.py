"""Payloads for Dynaccount are sound, and what is read of it fits its schemas."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.connectors.dynaccount.company import company, target

from kontering import resources
from kontering.connectors.dynaccount import CONNECTOR
from kontering.connectors.dynaccount.simulator import State
from kontering.connectors.dynaccount.simulator.chart import put
from kontering.connectors.dynaccount.source import READS, Reader
from kontering.mapping.check import check_path
from kontering.mapping.coverage import cover
from kontering.mapping.load import load_mapping
from kontering.mapping.records import decode, record_schema
from kontering.mapping.roots import Roots
from kontering.testing import Simulated
from kontering.testing.contract import SOURCE, Subject

FOLDER = resources.shipped("mappings") / "dynaccount"
ROOTS = Roots(None)


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.yaml")))
def test_the_mapping_is_sound_and_its_own_tests_pass_and_reach_all_of_it(name: str) -> None:
    assert check_path(FOLDER / f"{name}.yaml", ROOTS) == ()
    results, coverage = cover(load_mapping(f"dynaccount/{name}", ROOTS))
    assert [result.name for result in results if not result.passed] == []
    assert [str(miss) for miss in coverage.missed] == []
    assert results


def furnished() -> Simulated[State]:
    simulator = company()
    for number in range(3):
        put(simulator.state, "debtor", module_id_=str(number + 1), module_group_name="Firmaer", name=f"C{number}")
        put(
            simulator.state, "creditor", module_id_=str(number + 1), module_group_name="Leverandører", name=f"S{number}"
        )
    return simulator


@pytest.mark.parametrize("kind", list(READS))
def test_every_kind_fits_its_record_schema(kind: str) -> None:
    schema = record_schema(READS[kind].schema, ROOTS)
    reader = Reader({"name": "books"}, target(furnished()).client)
    records = [record for page in reader.read(kind, None) for record in page.records]

    assert schema is not None
    assert records
    for record in records:
        decode(record.data, schema, name=kind, key=record.key)


def change(state: State) -> str:
    row = next(iter(state.table("debtor").values()))
    row["name"] = "Changed"
    return str(row["module_id_"])


def remove(state: State) -> str:
    id_, row = next(iter(state.table("debtor").items()))
    del state.table("debtor")[id_]
    return str(row["module_id_"])


@pytest.mark.parametrize("check", SOURCE, ids=lambda check: check.__name__)
def test_customers_keep_the_contract(check: Callable[[Subject], None]) -> None:
    settings = {"draft": "Webshop", "url": "https://system.example/v7"}
    check(
        Subject(
            connector=CONNECTOR,
            kind="customer",
            make=furnished,
            count=3,
            change=change,
            remove=remove,
            since=False,
            settings=settings,
        )
    )
