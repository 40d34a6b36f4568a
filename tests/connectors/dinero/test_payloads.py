"""Payloads for Dinero: the mappings are sound, their tests reach all of them, and Dinero comes to what they say."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.connectors.dinero.organisation import contact, organisation, outsider, step, target

from kontering import resources
from kontering.mapping.check import check_path
from kontering.mapping.coverage import cover
from kontering.mapping.load import load_mapping
from kontering.mapping.outcomes import Mapped
from kontering.mapping.roots import Roots
from kontering.mapping.tables import rows_of
from kontering.sdk.connector import Totals

ROOTS = Roots(None)
FOLDER = resources.shipped("mappings") / "dinero"
MAPPINGS = sorted(path.stem for path in FOLDER.glob("*.yaml"))
ROWS = [
    ["revenue", "DK25", 1000],
    ["revenue", "DK0", 1200],
    ["revenue_eu_goods", "*", 1050],
    ["revenue_export", "*", 1100],
]
TABLES = {"accounts": rows_of(["role", "code", "account"], ROWS)}


@pytest.mark.parametrize("name", MAPPINGS)
def test_the_mapping_is_sound_and_its_own_tests_pass_and_reach_all_of_it(name: str) -> None:
    assert check_path(FOLDER / f"{name}.yaml", ROOTS) == ()
    results, coverage = cover(load_mapping(f"dinero/{name}", ROOTS))
    assert [result.name for result in results if not result.passed] == []
    assert [str(miss) for miss in coverage.missed] == []
    assert results


@pytest.mark.parametrize("prices", ["gross", "net"])
@pytest.mark.parametrize("kind", ["invoice", "credit_note"])
@pytest.mark.parametrize(
    ("code", "role", "quantity", "net", "vat"),
    [
        ("DK25", "revenue", "12", "959.90", "239.98"),
        ("DK25", "revenue", "7", "453.40", "113.35"),
        ("DK0", "revenue", "1", "49.00", "0.00"),
        ("EUG", "revenue_eu_goods", "3", "5000.00", "0.00"),
        ("EXP", "revenue_export", "1.5", "1200.00", "0.00"),
    ],
)
def test_dinero_comes_to_what_the_document_says(
    kind: str, prices: str, code: str, role: str, quantity: str, net: str, vat: str
) -> None:
    """From planned document through the mapping and our connector: on trial, as a draft, and booked."""
    simulator = organisation()
    document = _planned(kind, prices, contact(outsider(simulator)))
    document["lines"][0] |= {"code": code, "role": role, "quantity": Decimal(quantity)}
    document["lines"][0] |= {"net": Decimal(net), "vat": Decimal(vat), "gross": Decimal(net) + Decimal(vat)}
    outcome = load_mapping(f"dinero/{kind}", ROOTS).run(document, tables=TABLES, record_key=document["key"])
    assert isinstance(outcome, Mapped), outcome
    ours = target(simulator)

    tried = ours.trial(step("create", kind, outcome.data))
    made = ours.send(step("create", kind, outcome.data))
    booked = ours.send(step("book", kind, {}, of=made))

    wanted = Totals(net=Decimal(net), vat=Decimal(vat), gross=Decimal(net) + Decimal(vat))
    assert tried == made.totals == booked.totals == wanted


def _planned(kind: str, prices: str, customer: str) -> dict[str, Any]:
    line = {"id": "1", "kind": "goods", "description": "Cup", "rate": Decimal(25), "product": {"name": "Cup"}}
    return {
        "kind": kind,
        "key": "shop/order/1",
        "guid": "5f6d3a2e-7b0e-5f53-9d52-3f0f1f1d9a11",
        "mark": "SHOP-1",
        "number": "1",
        "state": "completed",
        "date": "2026-03-01",
        "due": "2026-03-09",
        "currency": "DKK",
        "base_currency": "DKK",
        "prices": prices,
        "treatment": "domestic",
        "country": "DK",
        "terms_days": 8,
        "open": Decimal(0),
        "delivery": "none",
        "customer": {"id": customer, "kind": "consumer", "name": "Asta Lindgaard", "address": {"country": "DK"}},
        "lines": [line],
        "payments": [],
        "totals": {"net": 0, "vat": 0, "gross": 0, "rates": []},
        "postings": [],
    }
