"""Master data as documents of their own: found before made, made once, changed only where they differ."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from tests.plain import masters, shop

from kontering.connectors.economic.simulator import State as Agreement
from kontering.connectors.economic.simulator import make
from kontering.connectors.ledger import tables
from kontering.project.policy import Customers, Policy, Products
from kontering.store.store import Store
from kontering.sync import dispatch, dry, status
from kontering.sync.dispatch import Summary
from kontering.testing import Simulated

ECONOMIC = Policy(customers=Customers(match=("number", "vat_number", "email")))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'a.db'}", project="acme") as opened:
        yield opened


@pytest.fixture
def books() -> Simulated[Agreement]:
    return make()


def run(
    store: Store,
    records: Mapping[str, Sequence[Mapping[str, Any]]],
    books: Simulated[Agreement] | None = None,
    *,
    policy: Policy = ECONOMIC,
    kinds: Sequence[str] = ("customer", "product"),
) -> Summary:
    """One run from the start of the shop's lists, into e-conomic if it is given, else into the ledger."""
    plan = masters.project(records, to="economic" if books else "ledger", policy=policy, kinds=kinds)
    wired = masters.wired(plan, httpx.MockTransport(books) if books else None)
    return dispatch.run(store, wired, threads=1, from_start=True, patience=3.0)


def writes(books: Simulated[Agreement]) -> list[tuple[str, str, Any]]:
    return [(call.method, call.path, json.loads(call.body)) for call in books.calls if call.writes]


def parties(store: Store, kind: str) -> list[str]:
    with store.look() as tx:
        rows = sa.select(tables.ledger_party.c.name).where(tables.ledger_party.c.kind == kind)
        return sorted(tx.connection.scalars(rows))


def held(store: Store) -> dict[str, tuple[str, str]]:
    return {entry.key: (entry.code, entry.reason) for entry in status.queue(store)}


MANY = {
    "customer": [masters.customer(number) for number in range(130)],
    "supplier": [masters.supplier(number, group="paper") for number in range(7)],
    "product": [masters.product(f"SKU-{number}") for number in range(40)],
}


def test_the_ledger_gets_all_of_it_and_a_second_run_does_nothing(store: Store) -> None:
    first = run(store, MANY, kinds=masters.KINDS, policy=Policy())
    second = run(store, MANY, kinds=masters.KINDS, policy=Policy())

    assert (first.ended["done"], sum(second.ended.values())) == (177, 0)
    assert (len(parties(store, "customer")), len(parties(store, "supplier"))) == (130, 7)


def test_economic_gets_customers_and_products_and_a_second_run_writes_nothing(
    store: Store, books: Simulated[Agreement]
) -> None:
    first = run(store, MANY, books)
    calls = len(writes(books))
    run(store, MANY, books)

    assert first.ended["done"] == 170
    assert (len(books.state.customers), calls) == (130, 170)
    assert len(writes(books)) == calls


def test_whoever_is_there_already_is_found_and_only_what_differs_is_written(
    store: Store, books: Simulated[Agreement]
) -> None:
    run(store, {"customer": [masters.customer(1, vat_number="DK12345674")]}, books, kinds=["customer"])
    there = {"customer": [masters.customer(9, vat_number="12345674", name="Buyer 1", email="new@example.dk")]}
    with Store.open("sqlite://", project="acme") as another:
        run(another, there, books, kinds=["customer"])

    assert len(books.state.customers) == 1
    assert writes(books)[-1][0] == "PUT"
    assert next(iter(books.state.customers.values()))["email"] == "new@example.dk"


def test_a_change_at_the_source_writes_the_field_that_moved(store: Store, books: Simulated[Agreement]) -> None:
    run(store, {"product": [masters.product("MUG")]}, books, kinds=["product"])
    run(store, {"product": [masters.product("MUG", price="90.00", version="2")]}, books, kinds=["product"])
    before = len(writes(books))
    run(store, {"product": [masters.product("MUG", price="90.00", version="3")]}, books, kinds=["product"])

    assert books.state.products["MUG"]["salesPrice"] == 90
    assert [method for method, _, _ in writes(books)] == ["POST", "PUT"]
    assert len(writes(books)) == before


def test_only_the_fields_that_the_flow_names_follow(store: Store, books: Simulated[Agreement]) -> None:
    policy = Policy(products=Products(update=("name",)))
    run(store, {"product": [masters.product("MUG")]}, books, kinds=["product"], policy=policy)
    changed = masters.product("MUG", price="90.00", name="Enamel mug", version="2")
    run(store, {"product": [changed]}, books, kinds=["product"], policy=policy)

    assert books.state.products["MUG"]["name"] == "Enamel mug"
    assert books.state.products["MUG"]["salesPrice"] == 80


def test_two_that_fit_equally_well_hold_the_document(store: Store, books: Simulated[Agreement]) -> None:
    twins = [
        masters.customer(1, email="a@example.dk"),
        masters.customer(2, email="a@example.dk", vat_number="DK12345674"),
    ]
    alone = Policy(customers=Customers(match=()))
    run(store, {"customer": twins}, books, kinds=["customer"], policy=alone)
    with Store.open("sqlite://", project="acme") as another:
        run(another, {"customer": [masters.customer(3, email="a@example.dk")]}, books, kinds=["customer"])
        assert held(another)["shop/customer/3"][0] == "AMBIGUOUS"


def test_what_may_not_be_made_is_held(store: Store, books: Simulated[Agreement]) -> None:
    policy = Policy(customers=Customers(missing="hold"), products=Products(missing="hold"))
    run(store, {"customer": [masters.customer(1)], "product": [masters.product("MUG")]}, books, policy=policy)

    assert {key: code for key, (code, _) in held(store).items()} == {
        "shop/customer/1": "CUSTOMER_MISSING",
        "shop/product/p-MUG": "PRODUCT_MISSING",
    }
    assert not writes(books)


def test_an_ean_number_that_cannot_be_right_is_held_and_the_others_go_on(
    store: Store, books: Simulated[Agreement]
) -> None:
    buyers = [masters.customer(1, ean="5798000000118"), masters.customer(2, ean="5798 0000 0011 7")]
    run(store, {"customer": buyers}, books, kinds=["customer"])

    assert held(store)["shop/customer/1"][0] == "EAN_INVALID"
    assert [row["ean"] for row in books.state.customers.values()] == ["5798000000117"]


def test_a_barred_product_is_skipped_where_the_flow_says_so(store: Store, books: Simulated[Agreement]) -> None:
    rows = [masters.product("MUG"), masters.product("OLD", barred=True)]
    run(store, {"product": rows}, books, kinds=["product"], policy=Policy(states={"barred": "skip", "*": "send"}))

    assert [body["productNumber"] for _, _, body in writes(books)] == ["MUG"]


def test_a_dry_run_shows_each_step_and_writes_nothing(store: Store, books: Simulated[Agreement]) -> None:
    some = {"customer": MANY["customer"][:2], "product": MANY["product"][:1]}
    plan = masters.project(some, to="economic", policy=ECONOMIC)
    report = dry.dry_run(store, masters.wired(plan, httpx.MockTransport(books)))

    assert report.counts() == {"deliver": 3}
    assert [entry["do"] for item in dry.as_json(report)["items"] for entry in item["plan"]] == ["create"] * 3
    assert not writes(books)


def test_invoices_and_the_customer_s_own_document_share_one_customer(store: Store) -> None:
    """A customer's key is the same, whether an order or its own record brought it."""
    buyer = masters.customer("7", name="Buyer 7")
    run(store, {"customer": [buyer]}, kinds=["customer"], policy=Policy())
    dispatch.run(store, shop.wired(shop.project([shop.order(1)], to="ledger")), from_start=True)

    assert parties(store, "customer") == ["Buyer 7"]
