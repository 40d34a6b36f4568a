"""Payloads for e-conomic: what the mappings write fits our schemas and the vendor's, and the simulator takes it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.connectors.economic.agreement import CUSTOMER, agreement, draft, found, step, target

from kontering import resources
from kontering.connectors.economic.simulator.chart import oss_zone
from kontering.mapping.case import outcome_of, run_tests
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
from kontering.testing.rates import OSS

KINDS = ["customer", "product", "invoice", "credit_note", "payment", "voucher"]
FOLDER = resources.shipped("mappings") / "economic"
ROOTS = Roots(None)
SPECS = Path(os.environ.get("KONTERING_SPECS", Path(__file__).parents[3] / "../shared/vendors/specs"))
VENDOR = SPECS / "economic" / "economic-openapi.min.json"
PATHS = {
    "customer": "/customers",
    "product": "/products",
    "invoice": "/invoices/drafts",
    "credit_note": "/invoices/drafts",
    "payment": "/journals/{journalNumber}/vouchers",
    "voucher": "/journals/{journalNumber}/vouchers",
    "booking": "/invoices/booked",
}
needs_specs = pytest.mark.skipif(
    not VENDOR.is_file(), reason=f"the vendor's schemas aren't at {VENDOR}; set KONTERING_SPECS to their folder"
)


def rendered() -> Iterator[Any]:
    """Every payload that a test in the mapping files makes."""
    for kind in KINDS:
        mapping = load_mapping(f"economic/{kind}", ROOTS)
        out: Out = []
        for spec in read_tests(mapping.file.own, mapping, out):
            made = outcome_of(spec, mapping)
            if isinstance(made, Mapped):
                yield pytest.param(kind, made.data, id=f"{kind}: {spec.name}")


def published(kind: str) -> dict[str, Any]:
    """The vendor's own schema of what it takes."""
    text = VENDOR.read_text(encoding="utf-8")
    post = json.loads(text)["paths"][PATHS[kind]]["post"]
    return dict(modern(post["requestBody"]["content"]["application/json"]["schema"]))


def modern(schema: Any) -> Any:
    """Some parts are of an older draft, in which `required` is true at the property itself."""
    if isinstance(schema, list):
        return [modern(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: modern(part) for name, part in schema.items() if (name, part) != ("required", True)}


def wire(body: Any) -> Any:
    """The body as JSON numbers and texts; whole voucher parts are what the connector adds."""
    return json.loads(write_json(body))


def too_precise(body: Any, schema: dict[str, Any], path: str = "") -> Iterator[str]:
    """Numbers with more decimals than the vendor's `maxDecimal`."""
    if isinstance(body, dict):
        for name, part in body.items():
            yield from too_precise(part, schema.get("properties", {}).get(name, {}), f"{path}/{name}")
    elif isinstance(body, list):
        for index, part in enumerate(body):
            yield from too_precise(part, schema.get("items", {}), f"{path}/{index}")
    elif isinstance(body, Decimal) and "maxDecimal" in schema and body != round(body, schema["maxDecimal"]):
        yield path


def unknown(body: Any, schema: dict[str, Any], path: str = "") -> Iterator[str]:
    """Properties that the vendor doesn't have."""
    if isinstance(body, dict):
        for name, part in body.items():
            if name not in schema.get("properties", {}):
                yield f"{path}/{name}"
            yield from unknown(part, schema.get("properties", {}).get(name, {}), f"{path}/{name}")
    elif isinstance(body, list):
        for index, part in enumerate(body):
            yield from unknown(part, schema.get("items", {}), f"{path}/{index}")


@pytest.mark.parametrize("kind", KINDS)
def test_the_mapping_is_sound_and_its_own_tests_pass_and_reach_all_of_it(kind: str) -> None:
    assert check_path(FOLDER / f"{kind}.yaml", ROOTS) == ()
    results, coverage = cover(load_mapping(f"economic/{kind}", ROOTS))
    assert [result.name for result in results if not result.passed] == []
    assert [str(miss) for miss in coverage.missed] == []
    assert results


@needs_specs
@pytest.mark.parametrize(("kind", "body"), list(rendered()))
def test_a_payload_fits_the_vendors_schema(kind: str, body: Any) -> None:
    schema = published(kind)
    if kind in ("payment", "voucher"):
        body = {"accountingYear": {"year": "2026"}, "journal": {"journalNumber": 3}, **body}

    jsonschema.validate(wire(body), schema)
    assert list(too_precise(read_json(write_json(body)), schema)) == []
    assert list(unknown(wire(body), schema)) == []


@needs_specs
def test_what_our_connector_sends_fits_the_vendors_schema() -> None:
    """The bodies as they went over the wire, with what the connector adds."""
    simulator = agreement()
    ours = target(simulator)
    ours.send(step("create", "customer", CUSTOMER))
    made = ours.send(step("create", "invoice", draft(1)))
    done = ours.send(step("book", "invoice", {"mail": True, "delivery": "mail", "number": "30001"}, of=made))
    entry = {"customer": {"customerNumber": 1}, "customerInvoice": int(done.id), "amount": Decimal("-499.90")}
    entry |= {"contraAccount": {"accountNumber": 5825}, "date": "2026-03-04", "text": "SHOP-10042#1 card"}
    paid = step("create", "payment", {"entries": {"customerPayments": [entry]}}, terms={"reference": "SHOP-10042#1"})
    ours.send(paid)

    kinds = {path.replace("{journalNumber}", "3"): kind for kind, path in PATHS.items()}
    sent = [(kinds[call.path], json.loads(call.body)) for call in simulator.calls if call.writes]

    assert [kind for kind, _ in sent] == ["customer", "credit_note", "booking", "voucher"]
    for kind, body in sent:
        jsonschema.validate(body, published(kind))
        assert list(unknown(body, published(kind))) == []


@needs_specs
@pytest.mark.parametrize("kind", ["customer", "product", "invoice", "booking"])
def test_our_schema_asks_for_no_less_and_allows_no_more_than_the_vendors(kind: str) -> None:
    name = {"invoice": "draft-invoice"}.get(kind, kind)
    file = resources.shipped("schemas") / "payloads" / "economic" / f"{name}.schema.json"
    ours, theirs = json.loads(file.read_text(encoding="utf-8")), published(kind)

    assert set(theirs.get("required", [])) <= set(ours["required"])
    assert list(looser(ours, theirs)) == []


def looser(ours: dict[str, Any], theirs: dict[str, Any], path: str = "") -> Iterator[str]:
    """Where our schema lets through what the vendor's doesn't: longer texts, finer numbers, other properties."""
    for name, own in ours.get("properties", {}).items():
        at = f"{path}/{name}"
        vendor = theirs.get("properties", {}).get(name)
        if vendor is None:
            yield f"{at} is unknown"
            continue
        if own.get("maxLength", 0) > vendor.get("maxLength", 10**9):
            yield f"{at} may be longer"
        if "maxDecimal" in vendor and Decimal(str(own.get("multipleOf", 0))) < Decimal(1).scaleb(-vendor["maxDecimal"]):
            yield f"{at} may be finer"
        if own.get("maximum", 0) > vendor.get("maximum", 10**13):
            yield f"{at} may be larger"
        yield from looser(own, vendor, at)
        yield from looser(own.get("items", {}), vendor.get("items", {}), f"{at}/0")


@pytest.mark.parametrize(("kind", "body"), list(rendered()))
def test_the_simulator_takes_what_the_mappings_write(kind: str, body: Any) -> None:
    """With the customers, products and accounts that the tests name."""
    simulator = agreement(bare_price=True)
    _furnish(simulator.state, body)

    made = target(simulator).send(step("create", kind, read_json(write_json(body)), terms={"reference": "x"}))

    assert made.done == {"create"}


def _furnish(state: Any, body: Any) -> None:
    """What a payload refers to is there."""
    card = {"name": "x", "currency": "DKK", "customerGroup": {"customerGroupNumber": 1}}
    for number in (7, 5012, 5013, 5014, 5015):
        state.customers[number] = {"customerNumber": number, **card, "email": "x@example.dk"}
    state.customers.pop(body.get("customerNumber"), None)
    for line in body.get("lines", ()):
        number = line["product"]["productNumber"]
        state.products[number] = {"productNumber": number, "name": number, "productGroup": {"productGroupNumber": 1}}
    if body.get("productNumber"):
        state.products.pop(body["productNumber"], None)


ZONES = [["domestic", "*", 1], ["eu_goods", "*", 2], ["eu_services", "*", 2], ["export", "*", 3]]
TABLES: dict[str, Rows] = {
    "zones": rows_of(["treatment", "country", "zone"], [*ZONES, *(["oss", code, oss_zone(code)] for code in OSS)]),
    "terms": rows_of(["days", "number"], [[8, 1], [14, 2], [30, 3], [0, 4]]),
}


@pytest.mark.parametrize(
    ("treatment", "country", "rate", "net", "vat"),
    [
        ("domestic", "DK", "25", "959.90", "239.98"),
        ("oss", "DE", "19", "453.40", "86.15"),
        ("oss", "FI", "25.5", "100.00", "25.50"),
        ("eu_goods", "SE", "0", "5000.00", "0.00"),
        ("export", "NO", "0", "1200.00", "0.00"),
    ],
)
@pytest.mark.parametrize("kind", ["invoice", "credit_note"])
def test_the_draft_comes_to_what_the_document_says(
    kind: str, treatment: str, country: str, rate: str, net: str, vat: str
) -> None:
    """From planned document through the mapping and our connector to the totals that are read back."""
    gross = str(Decimal(net) + Decimal(vat))
    sides = {"net": Decimal(net), "vat": Decimal(vat), "gross": Decimal(gross), "rate": Decimal(rate)}
    document = _planned(kind, treatment, country, sides)
    mapping = load_mapping(f"economic/{kind}", ROOTS)
    outcome = mapping.run(document, params={"layout": 19}, tables=TABLES, record_key=document["key"])
    assert isinstance(outcome, Mapped), outcome
    simulator = agreement()
    _furnish(simulator.state, outcome.data)

    made = target(simulator).send(step("create", kind, outcome.data))

    assert made.totals == Totals(net=Decimal(net), vat=Decimal(vat), gross=Decimal(gross))
    booked = target(simulator).send(step("book", kind, {}, of=found(made.id, "create")))
    assert booked.totals == made.totals


def _planned(kind: str, treatment: str, country: str, sides: dict[str, Decimal]) -> dict[str, Any]:
    code = {"domestic": "DK25", "oss": f"OSS-{country}-{sides['rate']}", "eu_goods": "EUG", "export": "EXP"}[treatment]
    line = {"id": "1", "kind": "goods", "description": "Cup", "quantity": Decimal(7), "code": code, "role": "revenue"}
    totals = {"net": sides["net"], "vat": sides["vat"], "gross": sides["gross"], "rates": []}
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
        "prices": "gross",
        "treatment": treatment,
        "country": country,
        "terms_days": 8,
        "open": Decimal(0),
        "delivery": "none",
        "customer": {"id": 5012, "kind": "consumer", "name": "Greta Maurer", "address": {"country": country}},
        "lines": [{**line, **sides, "product": {"id": "CUP"}}],
        "payments": [],
        "totals": totals,
        "postings": [],
    }


def test_every_payload_mapping_has_tests() -> None:
    assert {kind: bool(run_tests(load_mapping(f"economic/{kind}", ROOTS))) for kind in KINDS} == dict.fromkeys(
        KINDS, True
    )
