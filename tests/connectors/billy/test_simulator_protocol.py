"""The simulated Billy keeps the vendor's protocol: tokens, envelopes, errors, pages, filters, includes, deleting."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.connectors.billy.company import TOKEN, URL, company, contact, made, outsider

from kontering.testing import serve


def stranger(**headers: str) -> httpx.Client:
    return httpx.Client(transport=httpx.MockTransport(company()), base_url=URL, headers=headers)


@pytest.mark.parametrize("headers", [{}, {"X-Access-Token": "wrong"}, {"Authorization": "Basic !!"}])
def test_a_token_is_needed(headers: dict[str, str]) -> None:
    answer = stranger(**headers).get("/contacts")

    assert answer.status_code == 401
    assert answer.json()["meta"] == {"statusCode": 401, "success": False, "time": 0.02}
    assert {"errorCode", "errorMessage"} <= set(answer.json())


def test_a_user_may_come_in_with_a_password() -> None:
    who = httpx.Client(
        transport=httpx.MockTransport(company()), base_url=URL, auth=("api@example.dk", "billy-password")
    )

    assert who.get("/organization").status_code == 200
    assert who.get("/user").json()["user"]["email"] == "api@example.dk"
    assert len(who.get("/user/organizations").json()["organizations"]) == 1


def test_rights_and_locks() -> None:
    simulator = company()
    who = outsider(simulator)
    simulator.state.forbidden.add("daybookTransactions")
    assert who.get("/daybookTransactions").status_code == 403
    simulator.state.organization["isLocked"] = True
    assert who.post("/contacts", json={"contact": {"name": "x", "countryId": "DK"}}).status_code == 403
    assert who.get("/contacts").status_code == 200


def test_wrong_addresses_methods_and_types() -> None:
    who = outsider(company())

    assert who.get("/nothing").status_code == 404
    assert who.get("/invoices/none").status_code == 404
    assert who.put("/invoices/none", json={"invoice": {}}).status_code == 404
    assert who.delete("/accountNatures/revenue").status_code == 405
    assert who.delete("/accountNatures/revenue").headers["allow"] == "GET"
    assert who.post("/contacts", content=b"x", headers={"content-type": "text/plain"}).status_code == 415
    json = {"content-type": "application/json"}
    assert who.post("/contacts", content=b"{", headers=json).status_code == 400
    assert who.post("/contacts", json={"name": "no envelope"}).status_code == 400
    assert who.post("/contacts", json=[1]).status_code == 400


def test_too_many_calls_are_told_when_to_come_back_or_not() -> None:
    simulator = company()
    simulator.state.throttled += [17, None]
    who = outsider(simulator)

    first, second = who.get("/contacts"), who.get("/contacts")

    assert [first.status_code, second.status_code] == [429, 429]
    assert first.headers["retry-after"] == "17"
    assert "retry-after" not in second.headers


def test_one_record_is_alone_and_many_are_in_a_list() -> None:
    who = outsider(company())
    id_ = contact(who)

    assert who.get(f"/contacts/{id_}").json()["contact"]["name"] == "Nordlys Cykler ApS"
    listed = who.get("/contacts").json()
    assert [row["id"] for row in listed["contacts"]] == [id_]
    assert listed["meta"]["success"] is True
    assert "contactPersons" not in listed["contacts"][0]


def test_what_is_missing_is_told_by_property() -> None:
    answer = outsider(company()).post("/contacts", json={"contact": {"countryId": "XX", "isCustomer": "yes"}})

    assert answer.status_code == 422
    told = answer.json()
    assert told["errorCode"] == "E_VALIDATION"
    assert set(told["validationErrors"]["contact"]["attributes"]) == {"name", "countryId", "isCustomer"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quantity", "two"),
        ("unitPrice", 10**12),
        ("discountValue", -1),
        ("discountMode", "half"),
        ("productId", "none"),
        ("description", 5),
        ("priority", 1.5),
        ("description", "x" * 5001),
    ],
)
def test_children_are_checked_each(field: str, value: Any) -> None:
    who = outsider(company())
    line = {"productId": "none", "unitPrice": 1} | {field: value}
    body = {"contactId": contact(who), "entryDate": "2026-02-30", "currencyId": "DKK", "lines": [line]}

    told = who.post("/invoices", json={"invoice": body}).json()["validationErrors"]["invoice"]

    assert field in told["lines"][0]["attributes"]
    assert "entryDate" in told["attributes"]


@pytest.mark.parametrize("lines", [[], None, "x", ["x"]])
def test_an_invoice_needs_lines(lines: Any) -> None:
    who = outsider(company())
    body = {"contactId": contact(who), "entryDate": "2026-03-01", "currencyId": "DKK", "lines": lines}

    told = who.post("/invoices", json={"invoice": body}).json()["validationErrors"]["invoice"]

    assert set(told["attributes"]) == {"lines"}


def test_the_status_of_a_refusal_is_a_habit() -> None:
    assert outsider(company(invalid_status=400)).post("/contacts", json={"contact": {}}).status_code == 400
    with pytest.raises(TypeError, match="no habit"):
        company(moods=True)


def test_pages_have_links() -> None:
    who = outsider(company())
    for number in range(5):
        contact(who, name=f"C{number}")

    first = who.get("/contacts?pageSize=2&sortProperty=name&sortDirection=DESC").json()
    paging = first["meta"]["paging"]
    assert (paging["page"], paging["pageCount"], paging["pageSize"], paging["total"]) == (1, 3, 2, 5)
    assert [row["name"] for row in first["contacts"]] == ["C4", "C3"]
    second = who.get(paging["nextUrl"]).json()
    assert [row["name"] for row in second["contacts"]] == ["C2", "C1"]
    assert set(who.get(paging["lastUrl"]).json()["meta"]["paging"]) >= {"firstUrl", "previousUrl", "lastUrl"}
    assert who.get("/contacts?pageSize=5000").json()["meta"]["paging"]["pageSize"] == 1000
    assert who.get("/contacts?page=0").status_code == 400


def test_filters_that_nobody_knows_change_nothing() -> None:
    who = outsider(company())
    contact(who, name="A", type="person")
    contact(who, name="B")

    def names(query: str) -> list[str]:
        return [row["name"] for row in who.get(f"/contacts?{query}").json()["contacts"]]

    assert names("type=person") == ["A"]
    assert names("isCustomer=true") == ["A", "B"]
    assert names("isCustomer=false") == []
    assert names("nameGte=B&sortProperty=nonsense") == ["A", "B"]
    assert names("q=b") == ["B"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("minEntryDate=2026-02-01&maxEntryDate=2026-02-28", 1),
        ("entryDatePeriod=month:2026-02", 1),
        ("entryDatePeriod=quarter:2026-1", 2),
        ("entryDatePeriod=year:2025", 1),
        ("entryDatePeriod=fiscalYear:2026", 2),
        ("entryDatePeriod=dates:2025-01-01...2026-02-10", 2),
        ("entryDatePeriod=all", 3),
        ("minApprovedTime=2026-03-02 12:00:00", 0),
        ("minApprovedTime=2026-03-02 08:00:00", 3),
        ("state=draft", 0),
        ("isPaid=false&currencyId=DKK", 3),
        ("amount=399.92", 3),
        ("amount=x", 0),
        ("q=499.9", 3),
    ],
)
def test_invoices_are_filtered_by_days_and_states(query: str, count: int) -> None:
    who = outsider(company())
    from tests.connectors.billy.company import approved

    buyer = contact(who)
    for day in ("2025-12-31", "2026-02-10", "2026-03-01"):
        approved(who, buyer, entryDate=day)

    assert who.get(f"/invoices?{query}").json()["meta"]["paging"]["total"] == count


@pytest.mark.parametrize("period", ["month:2026-13", "week:1", "dates:x...y", "year:x"])
def test_a_period_that_is_none_is_refused(period: str) -> None:
    assert outsider(company()).get(f"/invoices?entryDatePeriod={period}").status_code == 400


def test_what_is_included_is_embedded_or_comes_beside() -> None:
    who = outsider(company())
    id_ = contact(who)
    product = who.get("/products").json()["products"][0]

    embedded = who.get(f"/contacts/{id_}?include=contact.contactPersons:embed").json()
    assert embedded["contact"]["contactPersons"][0]["email"] == "post@nordlys.example"
    beside = who.get("/products?pageSize=1&include=product.account:sideload,product.prices:sideload").json()
    assert beside["accounts"][0]["id"] == product["accountId"]
    inside = who.get("/products?pageSize=1&include=product.salesTaxRuleset:embed").json()
    assert inside["products"][0]["salesTaxRuleset"]["id"] == product["salesTaxRulesetId"]
    assert who.get("/products?include=product.nothing:embed").status_code == 400
    assert who.get("/products?include=product.account:shout").status_code == 400


def test_deleting_is_idempotent_and_says_what_is_gone() -> None:
    simulator = company()
    who = outsider(simulator)
    first, second = contact(who), contact(who, name="Other")

    gone = who.delete(f"/contacts/{first}")
    assert gone.json()["meta"]["deletedRecords"]["contacts"] == [first]
    assert len(gone.json()["meta"]["deletedRecords"]["contactPersons"]) == 1
    assert who.delete(f"/contacts/{first}").json()["meta"]["deletedRecords"] == {}
    assert who.delete("/contacts", params={"ids[]": [first, second]}).status_code == 200
    assert who.delete("/contacts").status_code == 400
    assert simulator.state.table("contacts") == {}


def test_several_are_saved_at_once_or_none() -> None:
    simulator = company()
    who = outsider(simulator)
    id_ = contact(who)
    good = [{"id": id_, "name": "Changed"}, {"name": "New", "countryId": "DK"}]

    answer = who.request("PATCH", "/contacts", json={"contacts": good})
    assert [row["name"] for row in answer.json()["contacts"]] == ["Changed", "New"]
    assert who.request("PATCH", "/contacts", json={"contacts": [*good, {"name": "bad"}]}).status_code == 422
    assert len(simulator.state.table("contacts")) == 2
    assert who.request("PATCH", "/contacts", json={"contacts": []}).status_code == 400


def test_a_change_replaces_children_and_leaves_the_rest() -> None:
    simulator = company()
    who = outsider(simulator)
    id_ = contact(who, phone="12345678")
    kept = next(iter(simulator.state.table("contactPersons")))

    who.put(f"/contacts/{id_}", json={"contact": {"contactPersons": [{"id": kept, "email": "a@x.dk"}, {"name": "B"}]}})

    persons = simulator.state.table("contactPersons")
    assert (len(persons), persons[kept]["email"]) == (2, "a@x.dk")
    assert simulator.state.table("contacts")[id_]["phone"] == "12345678"
    bad: dict[str, Any] = {"contact": {"contactPersons": [{}]}}
    assert who.put(f"/contacts/{id_}", json=bad).status_code == 422


def test_what_is_in_use_stays() -> None:
    who = outsider(company())
    account = who.get("/accounts?accountNo=1110").json()["accounts"][0]

    assert who.delete(f"/accounts/{account['id']}").status_code == 422
    group = account["groupId"]
    body = {"name": "Salg", "accountNo": "1110", "groupId": group}
    told = who.post("/accounts", json={"account": body}).json()
    assert "accountNo" in told["validationErrors"]["account"]["attributes"]
    new = made(who, "accounts", "account", **(body | {"accountNo": "1111"}))
    assert new["natureId"] == "revenue"
    assert who.put(f"/accounts/{new['id']}", json={"account": {"natureId": "asset"}}).status_code == 422
    assert who.delete(f"/accounts/{new['id']}").status_code == 200


def test_a_product_has_one_price_a_currency_and_the_companys_ruleset() -> None:
    who = outsider(company())
    account = who.get("/accounts?accountNo=1110").json()["accounts"][0]["id"]
    price = {"unitPrice": 10, "currencyId": "DKK"}

    product = made(who, "products", "product", name="x", accountId=account, prices=[price])
    assert product["salesTaxRulesetId"] == who.get("/organization").json()["organization"]["defaultSalesTaxRulesetId"]
    twice = {"product": {"name": "x", "accountId": account, "prices": [price, price]}}
    assert who.post("/products", json=twice).status_code == 422


def test_files_and_attachments() -> None:
    simulator = company()
    who = outsider(simulator)
    headers = {"x-filename": "bill%20S-1.pdf", "content-type": "application/pdf", "x-create-attachment": "true"}

    sent = who.post("/files", content=b"%PDF", headers=headers).json()
    file, attachment = sent["files"][0], sent["attachments"][0]
    assert (file["fileName"], file["fileSize"], attachment["fileId"]) == ("bill S-1.pdf", 4, file["id"])
    owner = {"ownerReference": f"contact:{contact(who)}", "fileId": file["id"]}
    assert made(who, "attachments", "attachment", **owner)["ownerReference"] == owner["ownerReference"]
    wrong = {"attachment": {"ownerReference": "contact:none", "fileId": "none"}}
    assert who.post("/attachments", json=wrong).status_code == 422
    assert who.post("/files", content=b"", headers=headers).status_code == 400


def test_it_is_served_over_a_socket() -> None:
    with serve(company()) as served, httpx.Client(base_url=f"{served.url}/v2", headers=TOKEN, trust_env=False) as who:
        assert who.get("/organization").json()["organization"]["baseCurrencyId"] == "DKK"
        assert who.get("/files").status_code == 200


def test_a_fresh_record_may_be_missing_from_filtered_lists() -> None:
    simulator = company(lag_seconds=60)
    who = outsider(simulator)
    contact(who)

    assert who.get("/contacts?q=nordlys").json()["contacts"] == []
    assert len(who.get("/contacts").json()["contacts"]) == 1
    simulator.clock.forward(seconds=61)  # type: ignore[attr-defined]
    assert len(who.get("/contacts?q=nordlys").json()["contacts"]) == 1
