"""What is there already: contacts by each term, suppliers apart from customers, products, documents by their mark."""

from __future__ import annotations

from typing import Any

import pytest
from tests.connectors.billy.company import CONTACT, approved, company, contact, draft, made, outsider, step, target

from kontering.connectors.billy.finding import CONTACTS_SECONDS

TERMS = {
    "number": "shop-77",
    "vat_number": "DK29384754",
    "ean": "5798000000117",
    "email": "POST@nordlys.example",
    "phone": "12 34 56 78",
    "name": "nordlys cykler aps",
}


def furnished(**options: Any) -> tuple[Any, str]:
    simulator = company(**options)
    who = outsider(simulator)
    contact(who, name="Another", registrationNo="11111111", contactPersons=[{"email": "x@x.example"}])
    return simulator, contact(who, contactNo="shop-77", ean="5798000000117", phone="+45 12345678")


@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("search", ["list", "q"])
def test_a_customer_is_found_by_each_term(term: str, search: str) -> None:
    """Where Billy's own search doesn't look everywhere, all contacts are read."""
    simulator, id_ = furnished(search="all" if search == "q" else "some")
    value = TERMS[term] if search == "list" else {"vat_number": "29384754", "phone": "12345678"}.get(term, TERMS[term])

    found = target(simulator, search=search).find("customer", {term: value})

    assert [one.id for one in found] == [id_]
    assert found[0].terms["vat_number"] == "DK29384754"


def test_billys_own_search_may_miss_an_address() -> None:
    """The control: this is why all contacts are read, unless somebody says otherwise."""
    simulator, _ = furnished()

    assert target(simulator, search="q").find("customer", {"email": "post@nordlys.example"}) == ()


def test_our_own_number_of_a_buyer_has_the_source_in_front() -> None:
    simulator, id_ = furnished()
    ours = target(simulator)

    assert [one.id for one in ours.find("customer", {"external_id": "77", "source": "shop"})] == [id_]
    assert ours.find("customer", {"external_id": "77", "source": "other"}) == ()
    assert ours.find("customer", {"external_id": "77"}) == ()


def test_after_a_lost_answer_the_number_tells_the_buyer_whatever_else_was_changed() -> None:
    simulator, id_ = furnished()
    terms = {"key": "shop/customer/77", "external_id": "77", "email": "old@nordlys.example"}

    assert [one.id for one in target(simulator).find("customer", terms)] == [id_]


def test_a_buyer_without_a_number_is_told_by_all_terms() -> None:
    simulator = company()
    id_ = contact(outsider(simulator))
    terms = {"key": "shop/order/1", "email": "post@nordlys.example", "name": "Nordlys Cykler ApS"}
    ours = target(simulator)

    assert [one.id for one in ours.find("customer", terms)] == [id_]
    assert ours.find("customer", terms | {"name": "Other"}) == ()
    assert [one.id for one in ours.find("customer", terms | {"external_id": "5"})] == [id_]
    assert ours.find("customer", {"key": "shop/order/1"}) == ()


def test_archived_contacts_and_suppliers_are_no_customers() -> None:
    simulator = company()
    who = outsider(simulator)
    contact(who, isArchived=True)
    contact(who, isCustomer=False, isSupplier=True)
    ours = target(simulator)

    assert ours.find("customer", {"email": "post@nordlys.example"}) == ()
    assert len(ours.find("supplier", {"email": "post@nordlys.example"})) == 1


def test_a_contact_that_we_make_ourselves_is_found_at_once() -> None:
    """All contacts are kept in mind for a while; one of our own makes us look again."""
    assert CONTACTS_SECONDS > 1
    ours = target(company())
    assert ours.find("customer", {"email": "post@nordlys.example"}) == ()
    made_ = ours.send(step("create", "customer", CONTACT))
    assert [one.id for one in ours.find("customer", {"email": "post@nordlys.example"})] == [made_.id]


@pytest.mark.parametrize("search", ["list", "q"])
@pytest.mark.parametrize("by", [{"sku": "SHOP"}, {"number": "SHOP"}, {"name": "varer fra webshoppen"}])
def test_a_product_is_found(search: str, by: dict[str, str]) -> None:
    found = target(company(), search=search).find("product", by)

    assert [one.number for one in found] == ["SHOP"]


def test_a_product_that_looks_like_it_is_another() -> None:
    ours = target(company(), search="q")

    assert ours.find("product", {"sku": "SHO"}) == ()
    assert ours.find("product", {"external_id": "SHOP"}) == ()


def test_documents_are_found_by_mark_number_and_type() -> None:
    simulator = company()
    who = outsider(simulator)
    buyer = contact(who)
    first = made(who, "invoices", "invoice", **draft(who, buyer, invoiceNo="A-1"))
    second = approved(who, buyer, invoiceNo="A-10")
    credit = approved(who, buyer, invoiceNo="A-1-88", type="creditNote")
    ours = target(simulator)

    found = ours.find("invoice", {"reference": "A-1"})
    assert [one.id for one in found] == [first["id"]]
    assert [one.done for one in found] == [{"create"}]
    assert [one.done for one in ours.find("invoice", {"number": "A-10"})] == [{"create", "book"}]
    assert [one.id for one in ours.find("credit_note", {"reference": "A-1-88"})] == [credit["id"]]
    assert ours.find("invoice", {"reference": "A-1-88"}) == ()
    assert ours.find("invoice", {}) == ()
    simulator.state.table("invoices")[second["id"]]["state"] = "voided"
    assert ours.find("invoice", {"number": "A-10"}) == ()


def test_a_filter_that_is_passed_over_finds_no_other_document() -> None:
    """Billy answers a filter that it doesn't know with everything."""
    simulator = company(kept_references=frozenset({"externalId"}))
    who = outsider(simulator)
    approved(who, contact(who), externalId="A-2")
    ours = target(simulator, reference="orderNo")

    assert ours.find("invoice", {"reference": "A-1"}) == ()


def test_of_a_thousand_and_one_contacts_all_are_looked_at() -> None:
    simulator = company()
    who = outsider(simulator)
    for number in range(1001):
        id_ = f"c{number}"
        row = {"id": id_, "type": "person", "name": f"Buyer {number}", "countryId": "DK", "isCustomer": True}
        simulator.state.table("contacts")[id_] = row
    assert who.get("/contacts").json()["meta"]["paging"]["pageCount"] == 2

    assert [one.id for one in target(simulator).find("customer", {"name": "Buyer 1000"})] == ["c1000"]
