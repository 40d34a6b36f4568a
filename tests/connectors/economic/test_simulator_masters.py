"""Customers, products, suppliers and their kin in the simulated e-conomic: made, read, replaced, deleted."""

from __future__ import annotations

from typing import Any

import pytest
from tests.connectors.economic.agreement import CUSTOMER, REST, agreement, booked, customer, draft, outsider

from kontering.testing import Clock

SUPPLIER = {
    "name": "Papir & Co",
    "currency": "DKK",
    "supplierGroup": {"supplierGroupNumber": 1},
    "vatZone": {"vatZoneNumber": 1},
    "paymentTerms": {"paymentTermsNumber": 2},
}
PRODUCT = {"productNumber": "SKU-77", "name": "Helmet", "productGroup": {"productGroupNumber": 1}, "salesPrice": 199.96}


def test_a_put_replaces_the_whole() -> None:
    who = outsider(agreement())
    number = customer(who, city="Odense C", phone="ignored", telephoneAndFaxNumber="12345678")

    changed = who.put(f"/customers/{number}", json=CUSTOMER | {"name": "Nordlys Group ApS"}).json()

    assert changed["name"] == "Nordlys Group ApS"
    assert "city" not in changed
    assert "phone" not in changed
    assert who.put(f"/customers/{number}", json={"name": "Only the name"}).status_code == 400
    assert who.put(f"/customers/{number}", json=CUSTOMER | {"customerNumber": 9}).status_code == 400
    assert who.put("/customers/999", json=CUSTOMER).status_code == 404


def test_what_was_read_can_be_put_back() -> None:
    who = outsider(agreement())
    number = customer(who, city="Odense C")
    kept = who.get(f"/customers/{number}").json()

    answer = who.put(f"/customers/{number}", json=kept | {"city": "Aarhus"})

    assert answer.status_code == 200
    assert answer.json() == kept | {"city": "Aarhus"}


def test_a_number_may_be_chosen_and_is_taken_once() -> None:
    who = outsider(agreement())

    assert customer(who, customerNumber=5012) == 5012
    assert customer(who) == 1
    taken = who.post("/customers", json=CUSTOMER | {"customerNumber": 5012})
    assert (taken.status_code, list(taken.json()["errors"])) == (400, ["customerNumber"])


def test_customers_are_found_by_what_identifies_them() -> None:
    who = outsider(agreement())
    customer(who, ean="5798000000117", zip="5000")
    customer(who, name="Other", corporateIdentificationNumber="10150817", email="other@example.dk")

    for filter_ in (
        "corporateIdentificationNumber$eq:29384754",
        "ean$eq:5798000000117",
        "email$eq:POST@nordlys.example",
        "customerNumber$in:[1]",
        "name$like:nordlys*$and:zip$eq:5000",
        "customerGroup.customerGroupNumber$eq:2$and:ean$ne:$null:",
    ):
        page = who.get("/customers", params={"filter": filter_}).json()
        assert [row["customerNumber"] for row in page["collection"]] == [1], filter_


def test_changes_since_a_moment() -> None:
    clock = Clock()
    who = outsider(agreement(clock=clock))
    customer(who)
    clock.forward(hours=1)
    customer(who, name="Later")

    page = who.get(
        "/customers", params={"filter": "lastUpdated$gte:2026-03-02T09:30:00Z", "sort": "lastUpdated"}
    ).json()

    assert [row["name"] for row in page["collection"]] == ["Later"]


def test_a_customer_with_invoices_stays() -> None:
    who = outsider(agreement())
    used, unused = customer(who), customer(who)
    booked(who, used)

    assert who.delete(f"/customers/{used}").status_code == 400
    assert who.delete(f"/customers/{unused}").status_code == 204
    assert who.get(f"/customers/{unused}").status_code == 404


def test_a_products_number_is_its_key() -> None:
    who = outsider(agreement())

    made = who.post("/products", json=PRODUCT)

    assert made.headers["location"] == f"{REST}/products/SKU-77"
    assert made.json()["productGroup"]["salesAccounts"] == f"{REST}/product-groups/1/sales-accounts"
    assert who.post("/products", json=PRODUCT).status_code == 400
    assert who.post("/products", json=PRODUCT | {"productNumber": "x" * 26}).status_code == 400
    assert who.post("/products", json=PRODUCT | {"productNumber": "y", "salesPrice": 1.005}).status_code == 400
    assert who.put("/products/SKU-77", json=PRODUCT | {"barred": True}).json()["barred"] is True
    barred = who.get("/products", params={"filter": "barred$eq:true"}).json()
    assert [row["productNumber"] for row in barred["collection"]] == ["SKU-77"]


def test_a_barred_product_cannot_be_sold() -> None:
    who = outsider(agreement())
    number = customer(who)
    who.post("/products", json=PRODUCT | {"barred": True})

    line = {"product": {"productNumber": "SKU-77"}, "quantity": 1, "unitNetPrice": 5}
    answer = who.post("/invoices/drafts", json=draft(number, line))

    assert "product" in answer.json()["errors"]["lines"][0]


def test_with_the_inventory_module_the_cost_is_not_ours() -> None:
    who = outsider(agreement(inventory_module=True))

    assert "costPrice" not in who.post("/products", json=PRODUCT | {"costPrice": 80}).json()


def test_a_product_has_prices_in_other_currencies() -> None:
    who = outsider(agreement())
    who.post("/products", json=PRODUCT)
    at = "/products/SKU-77/pricing/currency-specific-sales-prices"

    made = who.post(at, json={"currency": {"code": "EUR"}, "price": 26.8})

    assert (made.status_code, made.json()["price"]) == (201, 26.8)
    assert who.post(at, json={"currency": {"code": "EUR"}, "price": 27}).status_code == 400
    assert who.put(f"{at}/EUR", json={"price": 27}).json()["price"] == 27
    assert [row["currency"]["code"] for row in who.get(at).json()["collection"]] == ["EUR"]
    assert who.delete(f"{at}/EUR").status_code == 204
    assert who.get(f"{at}/EUR").status_code == 404


def test_suppliers() -> None:
    who = outsider(agreement())

    made = who.post("/suppliers", json=SUPPLIER)

    assert (made.status_code, made.json()["supplierNumber"]) == (201, 1)
    assert who.post("/suppliers", json=SUPPLIER | {"zip": "12345678901"}).status_code == 400
    assert who.put("/suppliers/1", json=SUPPLIER | {"city": "Vejle"}).json()["city"] == "Vejle"
    found = who.get("/suppliers", params={"filter": "name$eq:papir & co"}).json()
    assert found["pagination"]["results"] == 1
    assert who.delete("/suppliers/1").status_code == 204


def test_contacts_and_delivery_locations_belong_to_their_customer() -> None:
    who = outsider(agreement())
    one, two = customer(who), customer(who)

    contact = who.post(f"/customers/{one}/contacts", json={"name": "Signe Holm", "email": "s@example.dk"})
    place = who.post(f"/customers/{one}/delivery-locations", json={"address": "Kajen 1", "postalCode": "5000"})

    assert contact.headers["location"] == f"{REST}/customers/{one}/contacts/1"
    assert who.get(contact.headers["location"]).json()["customer"]["customerNumber"] == one
    assert place.status_code == 201
    assert who.get(f"/customers/{two}/contacts").json()["collection"] == []
    assert who.get(f"/customers/{two}/contacts/1").status_code == 404
    assert who.put(contact.headers["location"], json={"name": "Signe H."}).json()["name"] == "Signe H."
    assert who.delete(contact.headers["location"]).status_code == 204


def test_groups_terms_and_units_can_be_made() -> None:
    who = outsider(agreement())

    group = {"customerGroupNumber": 7, "name": "Klub", "account": {"accountNumber": 5600}}
    terms = {"name": "Netto 21", "paymentTermsType": "net", "daysOfCredit": 21}

    assert who.post("/customer-groups", json=group).status_code == 201
    assert who.put("/customer-groups/7", json=group | {"name": "Klubben"}).json()["name"] == "Klubben"
    assert who.post("/customer-groups", json={"customerGroupNumber": 8}).status_code == 400
    assert who.post("/payment-terms", json=terms).json()["paymentTermsNumber"] == 8
    assert who.post("/payment-terms", json=terms | {"paymentTermsType": "later"}).status_code == 400
    assert who.post("/units", json={"name": "par"}).json()["unitNumber"] == 5


@pytest.mark.parametrize(
    ("path", "key", "some"),
    [
        ("/vat-zones", "vatZoneNumber", {1, 2, 3, 4, 16}),
        ("/vat-accounts", "vatCode", {"U25", "UEUV", "DE19", "FI255"}),
        ("/accounts", "accountNumber", {1010, 5600, 5825, 7680}),
        ("/product-groups", "productGroupNumber", {1, 2, 3, 9}),
        ("/layouts", "layoutNumber", {19, 20, 21}),
        ("/units", "unitNumber", {1, 2}),
        ("/currencies", "code", {"DKK", "EUR", "JPY"}),
        ("/payment-terms", "paymentTermsNumber", {1, 7}),
        ("/customer-groups", "customerGroupNumber", {1, 2, 3}),
        ("/employees", "employeeNumber", {1}),
        ("/journals", "journalNumber", {1, 3}),
        ("/products", "productNumber", {"SHOP", "ROUNDING"}),
        ("/supplier-groups", "supplierGroupNumber", {1}),
        ("/payment-types", "paymentTypeNumber", {1}),
        ("/vat-types", "vatTypeNumber", {1, 2}),
    ],
)
def test_the_fixed_lists_can_be_read_and_lead_on(path: str, key: str, some: set[Any]) -> None:
    who = outsider(agreement())

    rows = who.get(path, params={"pagesize": 1000}).json()["collection"]

    assert some <= {row[key] for row in rows}
    assert all(who.get(row["self"]).json()[key] == row[key] for row in rows[:3])


def test_which_account_a_group_sells_on_depends_on_the_zone() -> None:
    who = outsider(agreement())

    rows = who.get("/product-groups/1/sales-accounts", params={"pagesize": 100}).json()["collection"]
    by_zone = {row["vatZone"]["vatZoneNumber"]: row["salesAccount"] for row in rows}

    assert by_zone[1]["vatAccount"]["vatCode"] == "U25"
    assert by_zone[2]["vatAccount"]["vatCode"] == "UEUV"
    assert by_zone[16]["vatAccount"]["vatCode"] == "DE19"
    assert who.get("/product-groups/9/products").json()["collection"][0]["productNumber"] == "ROUNDING"
    assert who.get("/customer-groups/2/customers").json()["collection"] == []


def test_the_agreement_says_who_it_is() -> None:
    answer = outsider(agreement()).get("/self").json()

    assert answer["settings"]["baseCurrency"] == "DKK"
    assert answer["company"]["companyIdentificationNumber"]
    assert answer["application"]["requiredRoles"]
