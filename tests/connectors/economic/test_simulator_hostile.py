"""Whatever is sent to the simulated e-conomic, it answers: a mistake in a client is a 4xx and never a crash."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.connectors.economic.agreement import CUSTOMER, agreement, booked, customer, draft, outsider
from tests.connectors.economic.test_simulator_ledger import finance, payment, voucher
from tests.connectors.economic.test_simulator_masters import PRODUCT, SUPPLIER

CONTACT = {"name": "Signe Holm"}
GROUP = {"customerGroupNumber": 8, "name": "Klub", "account": {"accountNumber": 5600}}
BOOKING = {"draftInvoice": {"draftInvoiceNumber": 302}, "bookWithNumber": 30000, "sendBy": "none"}
WRITING: list[tuple[str, str, Any]] = [
    ("POST", "/customers", CUSTOMER | {"creditLimit": 1, "layout": {"layoutNumber": 19}}),
    ("PUT", "/customers/1", CUSTOMER),
    ("POST", "/customers/1/contacts", CONTACT),
    ("POST", "/customers/1/delivery-locations", {"address": "x", "sortKey": 1}),
    ("POST", "/customer-groups", GROUP),
    ("POST", "/products", PRODUCT | {"unit": {"unitNumber": 1}}),
    ("POST", "/products/SHOP/pricing/currency-specific-sales-prices", {"currency": {"code": "EUR"}, "price": 1}),
    ("PUT", "/products/SHOP/pricing/currency-specific-sales-prices/EUR", {"price": 1}),
    ("POST", "/suppliers", SUPPLIER),
    ("POST", "/payment-terms", {"name": "x", "paymentTermsType": "net", "daysOfCredit": 3}),
    ("POST", "/invoices/drafts", draft(1, notes={"heading": "x"}, exchangeRate=100)),
    ("PUT", "/invoices/drafts/302", draft(1)),
    ("POST", "/invoices/drafts/302/lines", {"lines": draft(1)["lines"]}),
    ("POST", "/invoices/booked", BOOKING),
    ("PUT", "/invoices/booked/40000", {"draftInvoice": {"draftInvoiceNumber": 302}}),
    ("POST", "/journals/3/vouchers", payment()),
    ("POST", "/journals/3/vouchers", voucher(financeVouchers=[finance(4340, 1, 5820, vatAccount={"vatCode": "I25"})])),
    ("POST", "/journals/3/vouchers", [payment(-1), payment(-2)]),
    ("POST", "/journalsapi/v15.0.0/journals/3/bookdraftentries", {"entryNumbers": [1]}),
    ("DELETE", "/journalsapi/v15.0.0/draft-entries", [{"entryNumber": 1, "objectVersion": "v1"}]),
    ("POST", "/bookedEntriesapi/v4.0.0/booked-entries/match", {"entryIds": [1, 2]}),
    ("POST", "/accounting-years", {"fromDate": "2031-01-01", "toDate": "2031-12-31"}),
]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.sampled_from(["2026-02-30", "0001-01-01", "9999-12-31", "https://restapi.e-conomic.com/customers/", "*", "_6_"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["self", "x", "customerNumber"]), st.integers() | st.none(), max_size=2),
)


def places(body: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a body, its own included."""
    parts = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    return [path, *(place for name, part in parts for place in places(part, (*path, name)))]


def changed(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    whole = copy.deepcopy(body)
    at = whole
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = value
    return whole


def ready() -> Any:
    """An agreement with something of everything."""
    simulator = agreement()
    who = outsider(simulator)
    booked(who, customer(who))
    who.post("/invoices/drafts", json=draft(1))
    who.post("/journals/3/vouchers", json=payment())
    return who, simulator


@pytest.mark.parametrize(("method", "path", "body"), WRITING)
def test_the_bodies_are_good_ones(method: str, path: str, body: Any) -> None:
    who, _ = ready()
    if "EUR" in path:
        who.post(path.removesuffix("/EUR"), json={"currency": {"code": "EUR"}, "price": 2})
    status = 400 if path.endswith("/match") else 201  # one of the entries isn't open
    assert who.request(method, path, json=body).status_code in (200, 201, 204, status)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_body_with_something_odd_in_it_is_answered(data: st.DataObject) -> None:
    method, path, body = data.draw(st.sampled_from(WRITING))
    odd = changed(body, data.draw(st.sampled_from(places(body))), data.draw(ODD))
    who, simulator = ready()

    answer = who.request(method, path, json=odd)

    assert answer.status_code in (200, 201, 204, 400, 404, 409)
    assert sum(simulator.state.trial_balance().values()) == 0
    assert who.get("/invoices/drafts").status_code == who.get("/customers").status_code == 200
    assert who.get("/journals/3/vouchers").status_code == 200


@settings(max_examples=60, deadline=None)
@given(
    path=st.sampled_from(["/customers", "/invoices/booked", "/journals/3/entries", "/accounting-years/2026/entries"]),
    query=st.dictionaries(st.sampled_from(["filter", "sort", "pagesize", "skippages"]), st.text(max_size=30)),
)
def test_any_query_is_answered(path: str, query: dict[str, str]) -> None:
    who, _ = ready()

    assert who.get(path, params=query).status_code in (200, 400)


@given(content=st.binary(max_size=40))
def test_any_bytes_are_answered(content: bytes) -> None:
    who, _ = ready()
    headers = {"content-type": "application/json"}

    assert who.post("/invoices/drafts", content=content, headers=headers).status_code == 400
