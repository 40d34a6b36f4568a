"""Payloads for Billy, and what is read from it: sound mappings, whose payloads the simulator takes and proves."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from tests.connectors.billy.company import company, step, target

from kontering import resources
from kontering.connectors.billy.simulator import State
from kontering.connectors.billy.simulator.state import id_of
from kontering.mapping.case import outcome_of
from kontering.mapping.check import check_path
from kontering.mapping.coverage import cover
from kontering.mapping.load import load_mapping
from kontering.mapping.outcomes import Mapped
from kontering.mapping.reading import Out
from kontering.mapping.roots import Roots
from kontering.mapping.specs import read_tests
from kontering.mapping.tables import Rows, rows_of
from kontering.sdk.connector import Totals
from kontering.sdk.wire import read_json, write_json

FOLDER = resources.shipped("mappings") / "billy"
ROOTS = Roots(None)
FILES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
KINDS = [name for name in FILES if "-to-" not in name]


def rendered() -> Iterator[Any]:
    """Every payload that a test in the mapping files makes."""
    for kind in KINDS:
        mapping = load_mapping(f"billy/{kind}", ROOTS)
        out: Out = []
        for spec in read_tests(mapping.file.own, mapping, out):
            made = outcome_of(spec, mapping)
            if isinstance(made, Mapped):
                yield pytest.param(kind, made.data, id=f"{kind}: {spec.name}")


@pytest.mark.parametrize("name", FILES)
def test_the_mapping_is_sound_and_its_own_tests_pass_and_reach_all_of_it(name: str) -> None:
    assert check_path(FOLDER / f"{name}.yaml", ROOTS) == ()
    results, coverage = cover(load_mapping(f"billy/{name}", ROOTS))
    assert [result.name for result in results if not result.passed] == []
    assert [str(miss) for miss in coverage.missed] == []
    assert results


@pytest.mark.parametrize(("kind", "body"), list(rendered()))
def test_the_simulator_takes_what_the_mappings_write(kind: str, body: Any) -> None:
    """With the contacts, products and documents that the tests name."""
    simulator = company()
    _furnish(simulator.state, body)

    made = target(simulator).send(step("create", kind, read_json(write_json(body)), terms={"reference": "x"}))

    assert "create" in made.done


def _furnish(state: State, body: Any) -> None:
    """What a payload refers to is there."""
    for part in (body, *body.values()):
        if isinstance(part, dict):
            _contact(state, part.get("contactId"))
            _invoice(state, part.get("creditedInvoiceId"), part.get("contactId"))
            for one in part.get("associations", ()):
                direction = "invoice" if part["cashSide"] == "debit" else "creditNote"
                _invoice(state, one["invoice"], "payer", type=direction, currencyId=_currency(part))
            for line in part.get("lines", ()):
                _product(state, line.get("productId"))


def _currency(body: Any) -> str:
    return "EUR" if "cashExchangeRate" in body else "DKK"


def _contact(state: State, id_: str | None) -> None:
    if id_:
        values = {"type": "company", "name": "x", "countryId": "DK", "isCustomer": True, "isSupplier": True}
        state.table("contacts")[id_] = {"id": id_, **values}


def _product(state: State, id_: str | None) -> None:
    if id_:
        ids = {"accountId": id_of("accounts", "1110"), "salesTaxRulesetId": id_of("salesTaxRulesets", "DK 25 %")}
        state.table("products")[id_] = {"id": id_, "name": "x", **ids}


def _invoice(state: State, id_: str | None, contact: str | None, **more: Any) -> None:
    if id_:
        _contact(state, contact)
        values = {"type": "invoice", "contactId": contact, "currencyId": "DKK", "state": "approved", "exchangeRate": 1}
        amounts = {"amount": Decimal(800), "tax": Decimal(200), "balance": Decimal(1000), "isPaid": False}
        state.table("invoices")[id_] = {"id": id_, **values, **amounts, **more}


TABLES: dict[str, Rows] = {
    "line_products": rows_of(
        ["role", "code", "product"],
        [["revenue", "DK25", "DK25"], *(["*", code, code] for code in ("OSS-DE-19", "OSS-FI-25.5", "EUG", "EXP"))],
    ),
}


@pytest.mark.parametrize(
    ("country", "code", "rate", "net", "vat"),
    [
        ("DK", "DK25", "25", "959.90", "239.98"),
        ("DE", "OSS-DE-19", "19", "453.40", "86.15"),
        ("FI", "OSS-FI-25.5", "25.5", "100.00", "25.50"),
        ("SE", "EUG", "0", "5000.00", "0.00"),
        ("NO", "EXP", "0", "1200.00", "0.00"),
    ],
)
@pytest.mark.parametrize("prices", ["gross", "net"])
@pytest.mark.parametrize("kind", ["invoice", "credit_note"])
def test_the_draft_comes_to_what_the_document_says(
    kind: str, prices: str, country: str, code: str, rate: str, net: str, vat: str
) -> None:
    """From planned document through the mapping and our connector to the totals that are read back."""
    whole = Totals(net=Decimal(net), vat=Decimal(vat), gross=Decimal(net) + Decimal(vat))
    document = planned(kind, prices, country, code, Decimal(rate), whole)
    outcome = load_mapping(f"billy/{kind}", ROOTS).run(document, params={}, tables=TABLES, record_key="shop/order/1")
    assert isinstance(outcome, Mapped), outcome
    simulator = company()
    _furnish(simulator.state, outcome.data)
    ours = target(simulator)

    made = ours.send(step("create", kind, outcome.data))
    booked = ours.send(step("book", kind, {}, of=made))

    assert made.totals == booked.totals == whole


def planned(kind: str, prices: str, country: str, code: str, rate: Decimal, whole: Totals) -> dict[str, Any]:
    sides = {"net": whole.net, "vat": whole.vat, "gross": whole.gross, "rate": rate}
    line = {"id": "1", "kind": "goods", "description": "Cup", "quantity": Decimal(7), "code": code, "role": "revenue"}
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
        "country": country,
        "terms_days": 8,
        "open": Decimal(0),
        "delivery": "none",
        "customer": {"id": "abc", "kind": "consumer", "name": "Greta Maurer", "address": {"country": country}},
        "lines": [{**line, **sides, "product": {"id": "CUP"}}],
        "payments": [],
        "totals": {"net": whole.net, "vat": whole.vat, "gross": whole.gross, "rates": []},
        "postings": [],
    }
