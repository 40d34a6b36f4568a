"""Customers, suppliers, products and groups in Rackbeat: found, made, changed; lost answers and refusals."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.connectors.rackbeat.company import COFFEE, CUSTOMER, SUPPLIER, company, made, outsider, step, target

from kontering.connectors.rackbeat.simulator import State
from kontering.errors import Denied, Refused, TryLater, Unsure
from kontering.testing import Faulty, Simulated
from kontering.testing.faults import at, lost, throttled


@pytest.fixture
def system() -> Simulated[State]:
    return company()


def lists(system: Simulated[State], path: str) -> int:
    return sum(call.method == "GET" and call.path == f"/api/{path}" for call in system.calls)


def test_a_customer_is_found_by_each_term(system: Simulated[State]) -> None:
    who = outsider(system)
    card = {**CUSTOMER, "company_vat": "29384754", "ean": "5798000000117", "contact_phone": "12345678"}
    made(who, "customers", {**card, "number": 7})
    made(who, "customers", {**CUSTOMER, "name": "Somebody else", "contact_email": "other@example.dk"})
    asked = {
        "number": "7",
        "vat_number": "DK29384754",
        "ean": "5798000000117",
        "email": "Post@Kaffebaren.example",
        "phone": "12345678",
        "name": "Kaffebaren ApS",
    }

    for term, value in asked.items():
        assert [found.id for found in target(system).find("customer", {term: value})] == ["7"], term
    assert not target(system).find("customer", {"number": "8"})
    assert not target(system).find("customer", {"number": "no number"})


def test_a_found_card_is_in_the_words_in_which_it_is_written(system: Simulated[State]) -> None:
    who = outsider(system)
    made(who, "suppliers", SUPPLIER)
    made(who, "products", COFFEE)
    supplier = target(system).find("supplier", {"email": "post@nordlys.example"})[0]
    product = target(system).find("product", {"sku": "KAF/500"})[0]

    assert (supplier.data["payment_terms_id"], supplier.data["supplier_group_id"]) == (1001, 1)
    assert (product.data["group"], product.terms["sku"]) == (1, "KAF/500")


def test_the_list_is_read_once_for_many_look_ups_and_knows_what_we_made(system: Simulated[State]) -> None:
    ours = target(system)
    for number in range(20):
        assert not ours.find("customer", {"email": f"{number}@example.dk"})
        ours.send(step("create", "customer", {**CUSTOMER, "contact_email": f"{number}@example.dk"}, f"k/{number}"))
    found = ours.find("customer", {"email": "11@example.dk"})

    assert lists(system, "customers") == 1
    assert len(found) == 1


def test_many_products_cost_no_call_each(system: Simulated[State]) -> None:
    who = outsider(system)
    for number in range(20):
        made(who, "products", {**COFFEE, "number": f"V/{number}"})
    system.calls.clear()
    ours = target(system)

    assert all(ours.find("product", {"sku": f"V/{number}"}) for number in range(20))
    assert not ours.find("product", {"sku": "V/20"})
    assert len(system.calls) == 4


def test_with_an_age_of_nothing_each_look_up_asks(system: Simulated[State]) -> None:
    ours = target(system, index_seconds=0)
    for _ in range(3):
        ours.find("customer", {"email": "a@example.dk"})

    assert lists(system, "customers") == 3


def test_a_card_is_made_and_only_the_fields_that_differ_are_changed(system: Simulated[State]) -> None:
    ours = target(system)
    receipt = ours.send(step("create", "customer", {**CUSTOMER, "number": 7}))
    changed = ours.send(step("change", "customer", {"name": "Other"}, of=receipt))

    assert (receipt.id, receipt.number, receipt.version[:4]) == ("7", "7", "2026")
    assert system.calls[-1].body == b'{"name":"Other"}'
    assert (changed.id, sorted(changed.done)) == ("7", ["change", "create"])
    assert system.state.customers[7]["contact_email"] == CUSTOMER["contact_email"]


def test_where_a_put_means_the_whole_card_the_whole_is_sent() -> None:
    system = company(put="whole")
    ours = target(system, put="whole")
    receipt = ours.send(step("create", "supplier", SUPPLIER))
    ours.send(step("change", "supplier", {"company_name": "Other"}, of=receipt))

    row = system.state.suppliers[int(receipt.id)]
    assert (row["company_name"], row["contact_email"]) == ("Other", SUPPLIER["contact_email"])


@pytest.mark.parametrize("encoded", ["once", "twice"])
def test_a_product_s_number_may_hold_anything(encoded: Any) -> None:
    system = company(encoded=encoded)
    ours = target(system, encoded=encoded)
    receipt = ours.send(step("create", "product", {**COFFEE, "number": "Æ/B 50% #1?"}))
    ours.send(step("change", "product", {"name": "Other"}, of=receipt))

    assert system.state.products["Æ/B 50% #1?"]["name"] == "Other"
    assert [found.id for found in ours.find("product", {"sku": "Æ/B 50% #1?"})] == ["Æ/B 50% #1?"]


def test_groups_are_made_and_found_by_number_and_name(system: Simulated[State]) -> None:
    ours = target(system)
    receipt = ours.send(step("create", "supplier_group", {"number": 7, "name": "Paper"}))

    assert receipt.id == "7"
    for by in ({"number": "7"}, {"name": "paper"}, {"key": "k", "name": "Paper"}):
        assert [found.id for found in ours.find("supplier_group", by)] == ["7"]


def test_a_refusal_names_the_field(system: Simulated[State]) -> None:
    with pytest.raises(Refused) as refused:
        target(system).send(step("create", "customer", {"name": "A", "vat_zone": "moon"}))

    assert {one.path for one in refused.value.problems} == {"/contact_email", "/payment_terms_id", "/vat_zone"}


def test_a_wrong_key_stops_the_connection(system: Simulated[State]) -> None:
    with pytest.raises(Denied):
        target(system, key="wrong").find("customer", {"email": "a@example.dk"})


def test_a_lost_answer_is_looked_up_in_rackbeat_itself(system: Simulated[State]) -> None:
    faulty = Faulty(system, at(1, lost))
    ours = target(faulty)
    assert not ours.find("customer", {"email": "post@kaffebaren.example"})
    with pytest.raises(Unsure):
        ours.send(step("create", "customer", CUSTOMER))
    terms = {"key": "books/customer/1", "email": "post@kaffebaren.example", "name": "Kaffebaren ApS"}

    assert len(ours.find("customer", terms)) == 1


def test_a_throttle_is_waited_for(system: Simulated[State]) -> None:
    with pytest.raises(TryLater) as later:
        target(Faulty(system, at(1, throttled("17")))).send(step("create", "customer", CUSTOMER))

    assert later.value.after == 17


def test_who_calls_is_said(system: Simulated[State]) -> None:
    target(system, contact="drift@example.dk").find("customer", {"number": "1"})
    headers = httpx.Headers(system.calls[-1].headers)

    assert (headers["consumer-name"], headers["consumer-contact"]) == ("Kontering", "drift@example.dk")
    assert headers["api-version"] == "latest"
