"""The simulated e-conomic keeps the vendor's protocol: tokens, errors, pages, keys, addresses, limits."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from tests.connectors.economic.agreement import CUSTOMER, REST, TOKENS, agreement, customer, draft, outsider

from kontering.testing import Clock, serve

STRANGER = {"X-AppSecretToken": "nobody", "X-AgreementGrantToken": "nobody"}


@pytest.mark.parametrize("headers", [{}, STRANGER, {"X-AppSecretToken": "app-secret"}])
def test_both_tokens_are_needed(headers: dict[str, str]) -> None:
    who = httpx.Client(transport=httpx.MockTransport(agreement()), base_url=REST, headers=headers)

    answer = who.get("/customers")

    assert answer.status_code == 401
    assert answer.json()["httpStatusCode"] == 401
    assert {"message", "developerHint", "logId", "logTime"} <= set(answer.json())


def test_the_demo_agreement_can_only_be_read() -> None:
    demo = outsider(agreement(), **dict.fromkeys(TOKENS, "demo"))
    query = httpx.Client(transport=httpx.MockTransport(agreement()), base_url=REST)

    assert demo.get("/self").status_code == 200
    assert query.get("/self?demo=true").status_code == 200
    assert demo.post("/customers", json=CUSTOMER).status_code == 403


def test_an_app_without_the_role_is_refused() -> None:
    simulator = agreement()
    simulator.state.forbidden.add("journals")

    assert outsider(simulator).get("/journals").status_code == 403
    assert outsider(simulator).get("/customers").status_code == 200


def test_wrong_addresses_methods_and_types() -> None:
    who = outsider(agreement())

    assert who.get("/nothing").status_code == 404
    assert who.get("/customers/77").status_code == 404
    assert who.get("/customers/abc").status_code == 404
    assert who.delete("/vat-zones/1").status_code == 405
    assert who.delete("/vat-zones/1").headers["allow"] == "GET"
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert who.post("/customers", content=b"name=x", headers=form).status_code == 415
    broken = who.post("/customers", content=b"{", headers={"content-type": "application/json"})
    assert broken.status_code == 400


def test_too_many_calls_are_told_when_to_come_back() -> None:
    simulator = agreement()
    simulator.state.throttled.append(7)

    first, second = outsider(simulator).get("/self"), outsider(simulator).get("/self")

    assert (first.status_code, first.headers["retry-after"]) == (429, "7")
    assert second.status_code == 200


def test_pages_have_20_rows_unless_asked_and_never_more_than_1000() -> None:
    who = outsider(agreement())
    for index in range(45):
        customer(who, name=f"Customer {index}")

    first, last = who.get("/customers").json(), who.get("/customers?skippages=2").json()

    assert len(first["collection"]) == 20
    assert first["pagination"]["nextPage"] == f"{REST}/customers?skippages=1&pagesize=20"
    assert {name: first["pagination"][name] for name in ("maxPageSizeAllowed", "skipPages", "pageSize", "results")} == {
        "maxPageSizeAllowed": 1000,
        "skipPages": 0,
        "pageSize": 20,
        "results": 45,
    }
    assert len(last["collection"]) == 5
    assert "nextPage" not in last["pagination"]
    assert len(who.get("/customers?pagesize=1000").json()["collection"]) == 45
    for query in ("pagesize=1001", "pagesize=0", "skippages=-1", "pagesize=many"):
        assert who.get(f"/customers?{query}").status_code == 400


def test_the_next_page_keeps_filter_and_sorting() -> None:
    who = outsider(agreement())
    for index in range(5):
        customer(who, name=f"Customer {index}")

    page = who.get("/customers", params={"filter": "name$like:customer", "sort": "-name", "pagesize": 2}).json()
    seen = [row["name"] for row in page["collection"]]
    while "nextPage" in page["pagination"]:
        assert parse_qs(urlsplit(page["pagination"]["nextPage"]).query)["filter"] == ["name$like:customer"]
        page = who.get(page["pagination"]["nextPage"]).json()
        seen += [row["name"] for row in page["collection"]]

    assert seen == [f"Customer {index}" for index in (4, 3, 2, 1, 0)]


def test_the_filtered_and_the_whole_number_are_told_apart() -> None:
    who = outsider(agreement())
    customer(who, name="One")
    customer(who, name="Two")

    pagination = who.get("/customers", params={"filter": "name$eq:two"}).json()["pagination"]

    assert (pagination["results"], pagination["resultsWithoutFilter"]) == (1, 2)


def test_a_property_that_is_not_filterable_is_refused() -> None:
    who = outsider(agreement())

    assert who.get("/customers", params={"filter": "pNumber$eq:1"}).status_code == 400
    assert who.get("/invoices/booked", params={"filter": "lastUpdated$gte:2026-01-01"}).status_code == 400
    assert who.get("/customers", params={"sort": "barred"}).status_code == 400


def test_what_was_made_is_201_with_its_address() -> None:
    who = outsider(agreement())

    answer = who.post("/customers", json=CUSTOMER)

    assert answer.status_code == 201
    assert answer.headers["location"] == answer.json()["self"] == f"{REST}/customers/1"
    assert who.get(answer.headers["location"]).json()["name"] == CUSTOMER["name"]


def test_errors_stand_at_their_property() -> None:
    who = outsider(agreement())
    line = {"product": {"productNumber": "SHOP"}, "quantity": 1, "unitNetPrice": 10.123}
    body = draft(987, line, {"product": {"productNumber": "SHOP"}}) | {"layout": {}, "currency": "D"}
    del body["date"]

    answer = who.post("/invoices/drafts", json=body)
    errors = answer.json()["errors"]

    assert (answer.status_code, answer.json()["errorCode"]) == (400, "E04300")
    assert errors["customer"]["errors"][0]["errorCode"] == "E06000"
    assert errors["customer"]["errors"][0]["value"] == 987
    assert errors["layout"]["errors"][0]["errorCode"] == "E04500"
    assert errors["lines"][0]["arrayIndex"] == 0
    assert errors["lines"][0]["unitNetPrice"]["errors"][0]["errorCode"] == "E04740"
    assert {"date", "currency"} <= set(errors)


def test_a_product_without_quantity_is_an_error_of_its_line() -> None:
    who = outsider(agreement())
    number = customer(who)

    answer = who.post("/invoices/drafts", json=draft(number, {"product": {"productNumber": "SHOP"}}))

    assert answer.json()["errors"]["lines"][0]["quantity"]["errors"][0]["errorCode"] == "E04730"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "x" * 256},
        {"name": ""},
        {"name": None},
        {"email": None},
        {"ean": "57980000001170"},
        {"pNumber": "123"},
        {"currency": "DK"},
        {"currency": "XYZ"},
        {"creditLimit": 10.555},
        {"barred": "yes"},
        {"customerNumber": 0},
        {"customerNumber": 1_000_000_000},
        {"vatZone": {"vatZoneNumber": 99}},
        {"vatZone": 1},
        {"layout": "19"},
    ],
)
def test_a_customer_that_breaks_a_rule_is_refused(wrong: dict[str, Any]) -> None:
    answer = outsider(agreement()).post("/customers", json=CUSTOMER | wrong)

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == list(wrong)


def test_a_reference_may_be_given_by_its_link_alone() -> None:
    who = outsider(agreement())

    made = who.post("/customers", json=CUSTOMER | {"customerGroup": {"self": f"{REST}/customer-groups/3"}})

    assert made.json()["customerGroup"] == {"customerGroupNumber": 3, "self": f"{REST}/customer-groups/3"}


def test_false_is_left_out_of_answers() -> None:
    who = outsider(agreement())
    number = customer(who, barred=False)

    assert "barred" not in who.get(f"/customers/{number}").json()
    assert "deleted" not in who.get("/layouts/19").json()
    assert who.get("/layouts/21").json()["deleted"] is True


def test_the_same_key_replays_the_first_answer_for_an_hour() -> None:
    clock = Clock()
    simulator = agreement(clock=clock)
    who = outsider(simulator, **{"Idempotency-Key": "k-1"})

    first = who.post("/customers", json=CUSTOMER)
    clock.forward(minutes=59)
    again = who.post("/customers", json=CUSTOMER)
    clock.forward(minutes=2)
    later = who.post("/customers", json=CUSTOMER)

    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert later.json()["customerNumber"] == 2
    assert len(simulator.state.customers) == 2


def test_a_key_belongs_to_one_body_and_one_address() -> None:
    who = outsider(agreement(), **{"Idempotency-Key": "k-1"})
    who.post("/customers", json=CUSTOMER)

    other_body = who.post("/customers", json=CUSTOMER | {"name": "Other"})
    other_url = who.post("/suppliers", json=CUSTOMER)

    assert (other_body.status_code, other_body.json()["errorCode"]) == (400, "PayloadChanged")
    assert (other_url.status_code, other_url.json()["errorCode"]) == (400, "URLChanged")


def test_a_replay_does_not_mind_that_the_thing_is_gone() -> None:
    simulator = agreement()
    who = outsider(simulator)
    number = customer(who)
    key = {"Idempotency-Key": "k-2"}
    made = who.post("/invoices/drafts", json=draft(number), headers=key)
    who.delete("/invoices/drafts/301")

    assert who.post("/invoices/drafts", json=draft(number), headers=key).content == made.content
    assert simulator.state.drafts == {}


def test_refusals_are_replayed_too_unless_the_habit_is_another() -> None:
    for kept, status in ((True, 400), (False, 201)):
        simulator = agreement(refusals_kept=kept)
        who = outsider(simulator)
        key = {"Idempotency-Key": "k-3"}
        body = draft(1)
        assert who.post("/invoices/drafts", json=body, headers=key).status_code == 400
        customer(who)
        assert who.post("/invoices/drafts", json=body, headers=key).status_code == status


def test_ids_in_addresses_are_encoded() -> None:
    who = outsider(agreement())
    number = "A_1/B: 50% ø+#?"
    who.post("/products", json={"productNumber": number, "name": "x", "productGroup": {"productGroupNumber": 1}})

    found = who.get("/products/A_8_1_6_B_4__9_50_3__9_%C3%B8_13__12__10_")

    assert found.json()["productNumber"] == number
    assert who.get(found.json()["self"]).json()["productNumber"] == number


def test_it_can_be_used_over_a_real_socket() -> None:
    with serve(agreement()) as served, httpx.Client(base_url=served.url, headers=TOKENS, trust_env=False) as who:
        number = customer(who)
        page = who.get("/customers").json()

    assert page["collection"][0]["self"] == f"{served.url}/customers/{number}"


def test_an_unknown_habit_is_named() -> None:
    with pytest.raises(TypeError, match="vat_pr"):
        agreement(vat_pr="rate")
